//===- Pipelines.cpp - which passes, in which order -----------------------===//
#include "nnc/Pipelines/Pipelines.h"
#include "nnc/Conversion/KernelToLLVM.h"
#include "nnc/Conversion/Passes.h"
#include "nnc/Dialect/Kernel/Transforms/Passes.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace nnc;

/// As passes take them.
static SmallVector<std::string> getDropped(const Optimizations &optimizations) {
  return llvm::to_vector(optimizations.getDropped());
}

void nnc::buildGradientPipeline(OpPassManager &pm, const Optimizations &optimizations) {
  pm.addPass(kernel::createInlineCalls());
  pm.addPass(nn::createDifferentiate());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  if (optimizations.has(Optimization::Scans)) {
    pm.addPass(nn::createSimplifyScans());
    pm.addPass(createCanonicalizerPass());
  }
}

void nnc::buildKernelPipeline(OpPassManager &pm, bool strict, const Optimizations &optimizations) {
  nn::FormKernelsOptions kernels;
  kernels.disabled = getDropped(optimizations);
  kernels.strictRounding = strict;
  pm.addPass(nn::createMarkIndexBounds());
  pm.addPass(nn::createBuildInit());
  pm.addPass(nn::createFormKernels(kernels));
  pm.addPass(nn::createPackFrozen());
}

static unsigned countTasks(const KernelCodeOptions &options) {
  return options.optimizations.has(Optimization::Tasks) ? options.tasks : 1;
}

void nnc::buildBufferPipeline(OpPassManager &pm, const KernelCodeOptions &options) {
  ConvertKernelToLinalgOptions kernels;
  kernels.vectorBits = options.vectorBits;
  kernels.cacheBytes = options.cacheBytes;
  kernels.workers = countTasks(options);
  kernels.copyBytes = options.copyBytes;
  kernels.disabled = getDropped(options.optimizations);
  bool prepares = options.optimizations.has(Optimization::Invariants);
  if (prepares)
    pm.addPass(kernel::createMarkInvariants());
  pm.addPass(createConvertKernelToLinalg(kernels));
  if (prepares)
    pm.addPass(kernel::createHoistInvariants());
  if (options.optimizations.has(Optimization::Order))
    pm.addPass(kernel::createOrderCalls());
  pm.addPass(kernel::createPlanMemory());
}

void nnc::buildRecomputePipeline(OpPassManager &pm, int64_t arenaLimit) {
  pm.addPass(kernel::createRecompute({arenaLimit}));
  pm.addPass(kernel::createPlanMemory());
}

void nnc::buildKernelCodePipeline(OpPassManager &pm, const KernelCodeOptions &options) {
  if (options.poison)
    pm.addPass(kernel::createPoisonArena());
  KernelToLLVMOptions code;
  code.vectorBits = options.vectorBits;
  code.vectorRegisters = options.vectorRegisters;
  code.cacheBytes = options.cacheBytes;
  code.tasks = countTasks(options);
  code.strict = options.strict;
  code.scalar = options.level == 0 || !options.optimizations.has(Optimization::Vectors);
  code.disabled = options.optimizations.getDropped();
  buildKernelToLLVMPipeline(pm, code);
}

void nnc::buildInterfacePipeline(OpPassManager &pm, llvm::StringRef prefix, int maxThreads,
                                 unsigned sizeBits) {
  ConvertGraphToLLVMOptions options;
  options.prefix = prefix.str();
  options.maxThreads = maxThreads;
  options.sizeBits = sizeBits;
  pm.addPass(createConvertGraphToLLVM(options));
}

void nnc::registerPipelines() {
  PassPipelineRegistration<>("nn-gradient-pipeline", "gradients written out and simplified",
                             [](OpPassManager &pm) { buildGradientPipeline(pm); });
  PassPipelineRegistration<>("nn-kernel-pipeline", "entries and steps to calls of kernels",
                             [](OpPassManager &pm) { buildKernelPipeline(pm); });
  PassPipelineRegistration<>("kernel-buffer-pipeline", "kernels on buffers, with a memory plan",
                             [](OpPassManager &pm) { buildBufferPipeline(pm); });
}

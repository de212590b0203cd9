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

void nnc::buildGradientPipeline(OpPassManager &pm) {
  pm.addPass(kernel::createInlineCalls());
  pm.addPass(nn::createDifferentiate());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(nn::createSimplifyScans());
  pm.addPass(createCanonicalizerPass());
}

void nnc::buildKernelPipeline(OpPassManager &pm, bool strict, bool fuse) {
  pm.addPass(nn::createMarkIndexBounds());
  pm.addPass(nn::createBuildInit());
  pm.addPass(nn::createFormKernels({fuse, strict}));
  pm.addPass(nn::createPackFrozen());
}

void nnc::buildBufferPipeline(OpPassManager &pm, const KernelCodeOptions &options) {
  ConvertKernelToLinalgOptions kernels;
  kernels.vectorBits = options.vectorBits;
  kernels.cacheBytes = options.cacheBytes;
  kernels.workers = options.tasks;
  kernels.copyBytes = options.copyBytes;
  if (options.prepares)
    pm.addPass(kernel::createMarkInvariants());
  pm.addPass(createConvertKernelToLinalg(kernels));
  if (options.prepares)
    pm.addPass(kernel::createHoistInvariants());
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
  code.tasks = options.tasks;
  code.strict = options.strict;
  code.scalar = options.level == 0;
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
                             buildGradientPipeline);
  PassPipelineRegistration<>("nn-kernel-pipeline", "entries and steps to calls of kernels",
                             [](OpPassManager &pm) { buildKernelPipeline(pm); });
  PassPipelineRegistration<>("kernel-buffer-pipeline", "kernels on buffers, with a memory plan",
                             [](OpPassManager &pm) { buildBufferPipeline(pm); });
}

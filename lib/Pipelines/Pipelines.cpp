//===- Pipelines.cpp - which passes, in which order -----------------------===//
#include "nnc/Pipelines/Pipelines.h"
#include "nnc/Conversion/Passes.h"
#include "nnc/Dialect/Kernel/Transforms/Passes.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace nnc;

void nnc::buildGradientPipeline(OpPassManager &pm) {
  pm.addPass(nn::createDifferentiate());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createCanonicalizerPass());
}

void nnc::buildKernelPipeline(OpPassManager &pm) {
  pm.addPass(nn::createMarkIndexBounds());
  pm.addPass(nn::createBuildInit());
  pm.addPass(nn::createFormKernels());
}

void nnc::buildBufferPipeline(OpPassManager &pm) {
  pm.addPass(createConvertKernelToLinalg());
  pm.addPass(kernel::createPlanMemory());
}

void nnc::buildKernelCodePipeline(OpPassManager &pm, const KernelCodeOptions &options) {
  OpPassManager &kernels = pm.nest<func::FuncOp>();
  if (options.level > 0) {
    ConvertLinalgToVectorOptions vector;
    vector.vectorBits = options.vectorBits;
    vector.vectorRegisters = options.vectorRegisters;
    kernels.addPass(createConvertLinalgToVector(vector));
    kernels.addPass(createCanonicalizerPass());
    kernels.addPass(createCSEPass());
  } else {
    kernels.addPass(createConvertLinalgToLoopsPass());
  }
  kernels.addPass(createConvertMathToPolynomial());
  kernels.addPass(createCSEPass());
  kernels.addPass(memref::createExpandStridedMetadataPass());
  kernels.addPass(createLowerAffinePass());
  kernels.addPass(createConvertVectorToSCFPass());
  kernels.addPass(createSCFToControlFlowPass());
  kernels.addPass(arith::createArithExpandOpsPass());
  kernels.addPass(createConvertMathToLLVMPass());
  pm.addPass(createConvertMathToLibmPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  ConvertFuncToLLVMPassOptions functions;
  functions.useBarePtrCallConv = true;
  pm.addPass(createConvertFuncToLLVMPass(functions));
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
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
                             buildKernelPipeline);
  PassPipelineRegistration<>("kernel-buffer-pipeline", "kernels on buffers, with a memory plan",
                             buildBufferPipeline);
  struct CodeOptions : PassPipelineOptions<CodeOptions> {
    Option<unsigned> bits{*this, "vector-bits", llvm::cl::init(128)};
    Option<unsigned> registers{*this, "vector-registers", llvm::cl::init(16)};
    Option<unsigned> level{*this, "level", llvm::cl::init(3)};
  };
  PassPipelineRegistration<CodeOptions>(
      "kernel-code-pipeline", "kernels to the LLVM dialect",
      [](OpPassManager &pm, const CodeOptions &options) {
        buildKernelCodePipeline(pm, {options.bits, options.registers, false, options.level});
      });
}

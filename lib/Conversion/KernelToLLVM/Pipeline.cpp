//===- Pipeline.cpp - kernels on buffers to LLVM functions ----------------===//
//
// Vectors first, then functions as polynomials, then one conversion.
//
//===----------------------------------------------------------------------===//
#include "nnc/Conversion/KernelToLLVM.h"
#include "nnc/Conversion/Passes.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace nnc;

void nnc::buildKernelToLLVMPipeline(OpPassManager &pm, const KernelToLLVMOptions &options) {
  if (options.scalar) {
    pm.addNestedPass<func::FuncOp>(createConvertLinalgToLoopsPass());
  } else {
    ConvertLinalgToVectorOptions vector;
    vector.vectorBits = options.vectorBits;
    vector.vectorRegisters = options.vectorRegisters;
    vector.cacheBytes = options.cacheBytes;
    vector.strict = options.strict;
    vector.tasks = options.tasks;
    vector.disabled.assign(options.disabled.begin(), options.disabled.end());
    pm.addNestedPass<func::FuncOp>(createConvertLinalgToVector(vector));
    pm.addPass(createOutlineTasks());
  }
  OpPassManager &kernels = pm.nest<func::FuncOp>();
  kernels.addPass(createCSEPass());
  kernels.addPass(createConvertMathToPolynomial());
  kernels.addPass(memref::createExpandStridedMetadataPass());
  kernels.addPass(createLowerAffinePass());
  kernels.addPass(arith::createArithExpandOpsPass());
  ConvertKernelToLLVMOptions code;
  code.strict = options.strict;
  pm.addPass(createConvertKernelToLLVM(code));
}

void nnc::registerKernelToLLVMPipeline() {
  PassPipelineRegistration<KernelToLLVMOptions>("kernel-to-llvm-pipeline",
                                                "kernels on buffers to the LLVM dialect",
                                                buildKernelToLLVMPipeline);
}

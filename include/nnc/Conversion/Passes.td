//===- Passes.td - passes from one dialect to another ------*- tablegen -*-===//
#ifndef NNC_CONVERSION_PASSES
#define NNC_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertKernelToLinalg : Pass<"convert-kernel-to-linalg", "::mlir::ModuleOp"> {
  let summary = "kernels of nn ops to linalg on buffers";
  let description = [{
    Every `kernel.func` becomes a private `func.func` of the same name on
    memrefs: inputs, outputs, and a scratch buffer of bytes if it has
    temporaries. Its body is a sequence of `linalg.generic` ops, with loops
    written out only where elements depend on one another in order. Booleans
    are bytes in memory. The attribute `kernel.inplace` lists the pairs
    `[input, output]` that may share a buffer.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
      "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
      "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect"];
}

#endif // NNC_CONVERSION_PASSES

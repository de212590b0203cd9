//===- Differentiable.td - ops that state their derivative -*- tablegen -*-===//
//
// Reverse mode asks every op between a loss and what it is differentiated by
// for its vector-Jacobian product, in ops of the same dialect.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_INTERFACES_DIFFERENTIABLE
#define NNC_DIALECT_NN_INTERFACES_DIFFERENTIABLE

include "mlir/IR/OpBase.td"

def DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let description = [{
    An op whose results depend on its floating-point operands with a known
    derivative. An op without this interface cuts gradients, and is named when
    nothing else leads from a loss to what it is differentiated by.
  }];
  let cppNamespace = "::nnc::nn";
  let methods = [
    InterfaceMethod<[{
      Builds the gradient of each operand, given one gradient per result; a null
      result gradient stands for zero. `needed` has one flag per operand: the
      gradient of an operand whose flag is false is neither built nor returned.
      A null value in the answer means that no gradient flows there.
    }],
    "::llvm::SmallVector<::mlir::Value>", "buildVJP",
    (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$resultGrads,
         "::llvm::ArrayRef<bool>":$needed)>
  ];
}

#endif // NNC_DIALECT_NN_INTERFACES_DIFFERENTIABLE

//===- GradRules.h - one rule per operand -----------------------*- C++ -*-===//
//
// Private to the library. What all `buildVJP` share: an operand that is not
// asked for or carries no gradient gets none, and a zero gradient stays zero.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_DIALECT_NN_IR_GRADRULES_H
#define NNC_LIB_DIALECT_NN_IR_GRADRULES_H

#include "nnc/Dialect/NN/IR/Build.h"

namespace nnc::nn {

/// Applies `rules`, callables that take an NNBuilder and the gradient of the
/// op's first result and give the gradient of one operand, in operand order.
/// Operands beyond the rules get no gradient.
template <typename... Rules>
llvm::SmallVector<mlir::Value>
applyGradRules(mlir::Operation *op, mlir::OpBuilder &builder,
               mlir::ValueRange resultGrads, llvm::ArrayRef<bool> needed,
               Rules &&...rules) {
  NNBuilder b(builder, op->getLoc());
  llvm::SmallVector<mlir::Value> grads(op->getNumOperands());
  mlir::Value grad = resultGrads.front();
  if (!grad)
    return grads;
  unsigned index = 0;
  auto apply = [&](auto &&rule) {
    if (needed[index] && isFloatTensor(op->getOperand(index)))
      grads[index] = rule(b, grad);
    ++index;
  };
  (apply(rules), ...);
  return grads;
}

/// The gradient of a contraction's operand with letters `own`: `grad` (letters
/// `outer`) times `other` (letters `others`), summed over what `own` does not
/// have. A letter of `own` alone was summed away, so its gradient is repeated.
mlir::Value contractGrad(NNBuilder &b, mlir::Value grad, llvm::StringRef outer,
                         mlir::Value other, llvm::StringRef others,
                         mlir::RankedTensorType type, llvm::StringRef own);

/// Makes `nn.scan` differentiable.
void attachScanSlope(mlir::MLIRContext &context);

} // namespace nnc::nn

#endif // NNC_LIB_DIALECT_NN_IR_GRADRULES_H

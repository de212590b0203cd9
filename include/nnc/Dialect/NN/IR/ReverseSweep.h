//===- ReverseSweep.h - reverse mode over one block -------------*- C++ -*-===//
//
// The bookkeeping that gradients share, those of a function's block and those
// of a loop's body: which values matter, and the sum of the gradients that
// reach each.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_REVERSESWEEP_H
#define NNC_DIALECT_NN_IR_REVERSESWEEP_H

#include "nnc/Dialect/NN/IR/Build.h"

namespace nnc::nn {

class ReverseSweep {
public:
  /// May build the gradient of an operand in another way: it then clears the
  /// operand's flag.
  using Divert = llvm::function_ref<void(mlir::Operation *op, mlir::ValueRange resultGrads,
                                         llvm::MutableArrayRef<bool> needed)>;

  /// What is built goes to the builder's insertion point.
  explicit ReverseSweep(mlir::OpBuilder &builder) : builder(builder) {}

  //===--- Activity: what depends differentiably on chosen values -----------===//

  void activate(mlir::Value value) { active.insert(value); }
  bool isActive(mlir::Value value) const { return active.contains(value); }
  /// Makes the results of an op active if an operand is.
  void spread(mlir::Operation &op);

  //===--- Gradients --------------------------------------------------------===//

  /// The gradient that has reached a value so far; null means zero.
  mlir::Value lookup(mlir::Value value) const { return grads.lookup(value); }
  void accumulate(mlir::Value value, mlir::Value grad, mlir::Location loc);
  /// Takes the gradients of an op's results on to its active operands.
  void visit(mlir::Operation *op, Divert divert = nullptr);

private:
  mlir::OpBuilder &builder;
  llvm::DenseSet<mlir::Value> active;
  llvm::DenseMap<mlir::Value, mlir::Value> grads;
};

} // namespace nnc::nn

#endif // NNC_DIALECT_NN_IR_REVERSESWEEP_H

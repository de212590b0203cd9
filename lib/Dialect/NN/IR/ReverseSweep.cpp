//===- ReverseSweep.cpp - reverse mode over one block ---------------------===//
//
// One op at a time: whoever sweeps says in which order.
//
//===----------------------------------------------------------------------===//
#include "nnc/Dialect/NN/IR/ReverseSweep.h"

using namespace mlir;
using namespace nnc::nn;

void ReverseSweep::spread(Operation &op) {
  if (!isa<DifferentiableOpInterface>(op) ||
      llvm::none_of(op.getOperands(), [&](Value operand) { return isActive(operand); }))
    return;
  for (Value result : op.getResults())
    if (isFloatTensor(result))
      active.insert(result);
}

void ReverseSweep::accumulate(Value value, Value grad, Location loc) {
  Value &sum = grads[value];
  sum = sum ? NNBuilder(builder, loc).add(sum, grad) : grad;
}

void ReverseSweep::visit(Operation *op, Divert divert) {
  auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
  if (!differentiable)
    return;
  SmallVector<Value> resultGrads =
      llvm::map_to_vector(op->getResults(), [&](Value result) { return grads.lookup(result); });
  if (llvm::none_of(resultGrads, [](Value grad) { return grad != nullptr; }))
    return;
  SmallVector<bool> needed = llvm::map_to_vector(
      op->getOperands(), [&](Value operand) { return active.contains(operand); });
  if (!llvm::is_contained(needed, true))
    return;
  if (divert) {
    divert(op, resultGrads, needed);
    if (!llvm::is_contained(needed, true))
      return;
  }
  SmallVector<Value> operandGrads = differentiable.buildVJP(builder, resultGrads, needed);
  assert(operandGrads.size() == op->getNumOperands() && "one gradient per operand");
  for (auto [operand, grad, wanted] :
       llvm::zip_equal(op->getOperands(), operandGrads, needed)) {
    if (!wanted || !grad)
      continue;
    assert(grad.getType() == operand.getType() && "a gradient has its operand's type");
    accumulate(operand, grad, op->getLoc());
  }
}

//===- Gradient.cpp - what a loss can be differentiated by ----------------===//
//
// Finds differentiable paths, so that a gradient that would be zero everywhere
// is an error with the ops that cut it, and makes `nn.gradient`.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Builder/GraphBuilder.h"

using namespace mlir;

namespace nnc {

/// Whether gradients pass from `op`'s results to floating-point operands.
static bool passesGradients(Operation *op) {
  return isa<nn::DifferentiableOpInterface, nn::GradientOp>(op);
}

/// The ops on a way to `loss` that take a value which depends differentiably on
/// what is asked for, and give none.
static void findCuts(Value loss, ArrayRef<Value> wrt, GraphBuilder::Cuts &cuts) {
  llvm::DenseSet<Operation *> leadsToLoss;
  SmallVector<Operation *> worklist;
  auto visit = [&](Value value) {
    Operation *op = value.getDefiningOp();
    if (op && leadsToLoss.insert(op).second)
      worklist.push_back(op);
  };
  visit(loss);
  if (worklist.empty())
    return;
  Block &block = *worklist.front()->getBlock();
  while (!worklist.empty())
    for (Value operand : worklist.pop_back_val()->getOperands())
      visit(operand);

  llvm::DenseSet<Value> active(wrt.begin(), wrt.end());
  auto isActive = [&](Value value) { return active.contains(value); };
  for (Operation &op : block) {
    if (!leadsToLoss.contains(&op) || llvm::none_of(op.getOperands(), isActive))
      continue;
    auto floats = llvm::make_filter_range(op.getResults(), isFloat);
    if (!passesGradients(&op) || floats.empty())
      cuts.insert(&op);
    else
      active.insert(floats.begin(), floats.end());
  }
}

SmallVector<bool>
GraphBuilder::findDifferentiable(Value loss, ArrayRef<Value> wrt, Cuts &cuts) {
  // Backwards from the loss over differentiable ops.
  llvm::DenseSet<Value> reached{loss};
  SmallVector<Value> worklist{loss};
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val().getDefiningOp();
    if (!op || !passesGradients(op))
      continue;
    for (Value operand : op->getOperands())
      if (isFloat(operand) && reached.insert(operand).second)
        worklist.push_back(operand);
  }
  SmallVector<bool> found;
  for (Value value : wrt)
    found.push_back(reached.contains(value));
  if (!llvm::is_contained(found, true))
    findCuts(loss, wrt, cuts);
  return found;
}

SmallVector<Value> GraphBuilder::gradient(Value loss, ArrayRef<Value> wrt) {
  SmallVector<Type> types;
  for (Value value : wrt)
    types.push_back(value.getType());
  auto op = nn::GradientOp::create(ops, loc, types, loss, wrt);
  return SmallVector<Value>(op.getGrads());
}

} // namespace nnc

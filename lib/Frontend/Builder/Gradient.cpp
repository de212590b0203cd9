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

SmallVector<bool>
GraphBuilder::findDifferentiable(Value loss, ArrayRef<Value> wrt, Cuts &cuts) {
  // Backwards from the loss over differentiable ops.
  llvm::DenseSet<Value> reached;
  SmallVector<Value> worklist{loss};
  SmallVector<Operation *> stopped;
  auto visit = [&](Value value) {
    if (isFloat(value) && reached.insert(value).second)
      worklist.push_back(value);
  };
  reached.insert(loss);
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val().getDefiningOp();
    if (!op || op->getNumOperands() == 0)
      continue;
    if (!passesGradients(op)) {
      stopped.push_back(op);
      continue;
    }
    bool carries = false;
    for (Value operand : op->getOperands()) {
      carries |= isFloat(operand);
      visit(operand);
    }
    if (!carries)
      stopped.push_back(op);
  }
  SmallVector<bool> found;
  for (Value value : wrt)
    found.push_back(reached.contains(value));

  if (llvm::is_contained(found, true))
    return found;

  // An op cuts a path if what is asked for lies behind it.
  llvm::DenseSet<Value> wanted(wrt.begin(), wrt.end());
  for (Operation *op : stopped) {
    llvm::DenseSet<Operation *> seen;
    SmallVector<Value> behind(op->getOperands());
    while (!behind.empty()) {
      Value value = behind.pop_back_val();
      if (wanted.contains(value)) {
        cuts.insert(op);
        break;
      }
      if (Operation *def = value.getDefiningOp();
          def && seen.insert(def).second)
        behind.append(def->operand_begin(), def->operand_end());
    }
  }
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

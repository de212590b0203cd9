//===- ProbePoint.cpp - where gradients are checked -----------------------===//
//
// See ProbePoint.h. Every value is one that its type holds, so that compiled
// code can be called at the same point.
//
//===----------------------------------------------------------------------===//
#include "ProbePoint.h"
#include <cmath>

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

static bool hasIntegers(Value value) {
  Type element = cast<RankedTensorType>(value.getType()).getElementType();
  return element.isInteger() && !element.isInteger(1);
}

SmallVector<std::optional<int64_t>> nnc::findIndexBounds(StepOp function) {
  SmallVector<std::optional<int64_t>> bounds(function.getNumArguments());
  auto addUse = [&](Value index, int64_t bound) {
    // Back through all that computes with integers: too narrow a range does no
    // harm, and ops that widen one are rare.
    SmallVector<Value> worklist = {index};
    DenseSet<Value> seen;
    while (!worklist.empty()) {
      Value value = worklist.pop_back_val();
      if (!hasIntegers(value) || !seen.insert(value).second)
        continue;
      if (auto argument = dyn_cast<BlockArgument>(value)) {
        std::optional<int64_t> &least = bounds[argument.getArgNumber()];
        least = std::min(least.value_or(bound), bound);
      } else if (auto gather = value.getDefiningOp<GatherOp>()) {
        worklist.push_back(gather.getOperand());
      } else {
        llvm::append_range(worklist, value.getDefiningOp()->getOperands());
      }
    }
  };
  function.walk([&](Operation *op) {
    if (auto gather = dyn_cast<GatherOp>(op))
      addUse(gather.getIndex(), gather.getOperand().getType().getDimSize(gather.getAxis()));
    else if (auto scatter = dyn_cast<ScatterAddOp>(op))
      addUse(scatter.getIndex(), scatter.getOperand().getType().getDimSize(scatter.getAxis()));
    else if (auto oneHot = dyn_cast<OneHotOp>(op))
      addUse(oneHot.getIndex(), oneHot.getType().getShape().back());
  });
  return bounds;
}

SmallVector<Tensor> nnc::drawInputs(StepOp function, ArrayRef<std::optional<int64_t>> bounds,
                                    bool tame, Draws &draws) {
  SmallVector<Tensor> inputs;
  for (auto [type, bound] : llvm::zip_equal(function.getArgumentTypes(), bounds)) {
    Tensor tensor(cast<RankedTensorType>(type));
    for (double &value : tensor.floats)
      value = tame ? 0.1 + 0.8 * draws.uniform() : draws.normal();
    int64_t limit = tensor.type.getElementType().isInteger(1) ? 2 : bound.value_or(4);
    // What an i8 holds bounds every other type too.
    if (tensor.type.getElementTypeBitWidth() == 8)
      limit = std::min<int64_t>(limit, 128);
    for (int64_t &value : tensor.ints)
      value = limit > 0 ? draws.below(limit) : 0;
    tensor.roundToType();
    inputs.push_back(std::move(tensor));
  }
  return inputs;
}

double nnc::rootMeanSquare(const Tensor &tensor) {
  double sum = 0;
  for (double value : tensor.floats)
    sum += value * value;
  return tensor.floats.empty() ? 0 : std::sqrt(sum / static_cast<double>(tensor.floats.size()));
}

void nnc::jitterParameters(ModuleOp module, Interpreter &interpreter, double share, Draws &draws) {
  for (VariableOp variable : module.getOps<VariableOp>()) {
    if (variable.getKind() != VariableKind::parameter)
      continue;
    Tensor value = *interpreter.readVariable(variable.getSymName());
    double size = share * std::max(rootMeanSquare(value), 0.1);
    for (double &element : value.floats)
      element += size * draws.normal();
    value.roundToType();
    bool isKnown = succeeded(interpreter.writeVariable(variable.getSymName(), std::move(value)));
    assert(isKnown && "a variable of the module");
    (void)isKnown;
  }
}

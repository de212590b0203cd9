//===- Slices.cpp - ops that fall apart into equal slices -----------------===//
//
// Axes that an op walks in step are one class, whatever values they belong to. A
// class that every op meets once, in a product in both factors and the result, is
// an axis of slices.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/Slices.h"
#include "llvm/ADT/IntEqClasses.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

bool Slices::isStacked(Value value, int64_t axis) const {
  auto it = axes.find(value);
  return it != axes.end() && llvm::is_contained(it->second, axis);
}

RankedTensorType Slices::getSliceType(Value value) const {
  SmallVector<int64_t> shape;
  for (auto [axis, size] : llvm::enumerate(typeOf(value).getShape()))
    if (!isStacked(value, axis))
      shape.push_back(size);
  return typeOf(value).clone(shape);
}

int64_t Slices::getAxisOfSlice(Value value, int64_t axis) const {
  int64_t result = axis;
  for (int64_t before = 0; before != axis; ++before)
    result -= isStacked(value, before);
  return result;
}

namespace {
/// The axes of values, in classes.
class AxisClasses {
public:
  void join(Value a, int64_t axisOfA, Value b, int64_t axisOfB) {
    unsigned x = number(a, axisOfA), y = number(b, axisOfB);
    classes.join(x, y);
  }
  /// False if it is not known what the op walks in step.
  bool add(Operation *op);
  unsigned classOf(Value value, int64_t axis) { return classes.findLeader(number(value, axis)); }
  /// The value's only axis of a class; -1 if it has none, nothing if several.
  std::optional<int64_t> findAxis(Value value, unsigned of);

private:
  unsigned number(Value value, int64_t axis) {
    auto [it, isNew] = first.try_emplace(value, end);
    if (isNew) {
      end += typeOf(value).getRank();
      classes.grow(end);
    }
    return it->second + axis;
  }

  llvm::DenseMap<Value, unsigned> first;
  llvm::IntEqClasses classes;
  unsigned end = 0;
};
} // namespace

std::optional<int64_t> AxisClasses::findAxis(Value value, unsigned of) {
  int64_t found = -1;
  for (int64_t axis = 0; axis != typeOf(value).getRank(); ++axis)
    if (classOf(value, axis) == of) {
      if (found >= 0)
        return std::nullopt;
      found = axis;
    }
  return found;
}

static bool isReduction(Operation *op) {
  return isa<ReduceSumOp, ReduceMaxOp, ReduceMinOp, ReduceAnyOp, ReduceAllOp>(op);
}

static bool isReduced(Operation *reduction, int64_t axis) {
  auto axes = reduction->getAttrOfType<DenseI64ArrayAttr>("axes");
  return llvm::is_contained(axes.asArrayRef(), axis);
}

bool AxisClasses::add(Operation *op) {
  if (auto constant = dyn_cast<ConstantOp>(op))
    return isa<SplatElementsAttr>(constant.getValue());
  if (isa<IotaOp>(op))
    return true;
  Value result = op->getResult(0);
  int64_t rank = typeOf(result).getRank();
  if (op->hasTrait<OpTrait::Elementwise>()) {
    for (Value operand : op->getOperands())
      for (int64_t axis = 0; axis != rank; ++axis)
        join(operand, axis, result, axis);
    return true;
  }
  if (auto broadcast = dyn_cast<BroadcastOp>(op)) {
    for (auto [from, to] : llvm::enumerate(broadcast.getAxes()))
      if (typeOf(broadcast.getOperand()).getDimSize(from) == typeOf(result).getDimSize(to))
        join(broadcast.getOperand(), from, result, to);
    return true;
  }
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    for (auto [to, from] : llvm::enumerate(transpose.getPermutation()))
      join(transpose.getOperand(), from, result, to);
    return true;
  }
  if (auto reshape = dyn_cast<ReshapeOp>(op)) {
    // Of the axes longer than 1, which must be the same.
    SmallVector<int64_t> from, to;
    for (auto [axis, size] : llvm::enumerate(typeOf(reshape.getOperand()).getShape()))
      if (size != 1)
        from.push_back(axis);
    for (auto [axis, size] : llvm::enumerate(typeOf(result).getShape()))
      if (size != 1)
        to.push_back(axis);
    if (from.size() != to.size())
      return false;
    for (auto [a, b] : llvm::zip(from, to)) {
      if (typeOf(reshape.getOperand()).getDimSize(a) != typeOf(result).getDimSize(b))
        return false;
      join(reshape.getOperand(), a, result, b);
    }
    return true;
  }
  if (isReduction(op)) {
    int64_t to = 0;
    for (int64_t from = 0; from != typeOf(op->getOperand(0)).getRank(); ++from)
      if (!isReduced(op, from))
        join(op->getOperand(0), from, result, to++);
    return true;
  }
  if (auto contract = dyn_cast<ContractOp>(op)) {
    auto joinAll = [&](Value factor, StringRef letters) {
      for (auto [axis, letter] : llvm::enumerate(letters)) {
        size_t to = contract.getResultLetters().find(letter);
        if (to != StringRef::npos)
          join(factor, axis, result, to);
        size_t other = contract.getRhsLetters().find(letter);
        if (other != StringRef::npos)
          join(factor, axis, contract.getRhs(), other);
      }
    };
    joinAll(contract.getLhs(), contract.getLhsLetters());
    joinAll(contract.getRhs(), contract.getRhsLetters());
    return true;
  }
  return false;
}

/// Whether what the op computes of a slice is a slice, and of nothing else.
static bool keepsSlices(Operation *op, unsigned stack, AxisClasses &classes) {
  auto axis = classes.findAxis(op->getResult(0), stack);
  bool moves = isa<ConstantOp, IotaOp, BroadcastOp, TransposeOp, ReshapeOp>(op);
  if (!axis || (*axis < 0 && !moves))
    return false;
  if (auto iota = dyn_cast<IotaOp>(op))
    return *axis != static_cast<int64_t>(iota.getAxis());
  for (Value operand : op->getOperands()) {
    auto from = classes.findAxis(operand, stack);
    if (!from || (*from < 0 && !moves))
      return false;
    // Not from an axis of length 1, which a slice would have and its result lacks.
    if (auto broadcast = dyn_cast<BroadcastOp>(op))
      if (*from < 0 && llvm::is_contained(broadcast.getAxes(), *axis))
        return false;
  }
  return true;
}

std::optional<Slices> nnc::findSlices(ArrayRef<Operation *> ops) {
  auto product = llvm::find_if(ops, [](Operation *op) { return isa<ContractOp>(op); });
  if (product == ops.end())
    return std::nullopt;
  AxisClasses classes;
  for (Operation *op : ops)
    if (op->getNumResults() != 1 || !classes.add(op))
      return std::nullopt;
  Slices slices;
  SmallVector<unsigned> stacks;
  Value result = (*product)->getResult(0);
  for (int64_t axis = 0; axis != typeOf(result).getRank(); ++axis) {
    unsigned stack = classes.classOf(result, axis);
    if (typeOf(result).getDimSize(axis) > 1 &&
        llvm::all_of(ops, [&](Operation *op) { return keepsSlices(op, stack, classes); })) {
      stacks.push_back(stack);
      slices.extents.push_back(typeOf(result).getDimSize(axis));
    }
  }
  if (stacks.empty())
    return std::nullopt;
  auto note = [&](Value value) {
    SmallVector<int64_t> &axes = slices.axes[value];
    if (axes.empty())
      for (unsigned stack : stacks)
        axes.push_back(*classes.findAxis(value, stack));
  };
  for (Operation *op : ops) {
    llvm::for_each(op->getOperands(), note);
    note(op->getResult(0));
  }
  return slices;
}

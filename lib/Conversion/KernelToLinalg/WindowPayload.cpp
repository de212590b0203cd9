//===- WindowPayload.cpp - windows, element by element --------------------===//
//
// A window's positions are unrolled into the payload, in row-major order, so
// that "first of equals" is the order of the code.
//
//===----------------------------------------------------------------------===//
#include "Windows.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

Window::Window(Operation *op) {
  auto get = [&](StringRef name) { return op->getAttrOfType<DenseI64ArrayAttr>(name).asArrayRef(); };
  size = get("size");
  strides = get("strides");
  low = get("low");
}

void Window::forEach(function_ref<void(ArrayRef<int64_t>)> callback) const {
  SmallVector<int64_t> at(size.size(), 0);
  while (true) {
    callback(at);
    int64_t axis = size.size() - 1;
    while (axis >= 0 && ++at[axis] == size[axis])
      at[axis--] = 0;
    if (axis < 0)
      return;
  }
}

static Value conjunction(Stage &stage, Value a, Value b) {
  if (!a || !b)
    return a ? a : b;
  return arith::AndIOp::create(stage.body, stage.loc, a, b);
}

/// Element `at` of the window of output `indices`: its place in the operand,
/// and whether that is inside (null: always).
static std::pair<Indices, Value> locate(Stage &stage, const Window &window,
                                        ArrayRef<int64_t> shape, ArrayRef<Index> indices,
                                        ArrayRef<int64_t> at) {
  unsigned lead = shape.size() - window.size.size();
  Indices place(indices.begin(), indices.begin() + lead);
  Value inside;
  for (auto [axis, offset] : llvm::enumerate(at)) {
    Index index = stage.add(stage.mul(indices[lead + axis], window.strides[axis]),
                            offset - window.low[axis]);
    int64_t size = shape[lead + axis];
    inside = conjunction(stage, inside, stage.inRange(index, 0, size));
    place.push_back(stage.clamp(index, size));
  }
  return {place, inside};
}

/// key beats best: it is larger, or it is the first NaN.
static Value beats(Stage &stage, Value key, Value best) {
  OpBuilder &b = stage.body;
  // Unordered or greater is true for a NaN on either side; a NaN that leads stays.
  Value above = arith::CmpFOp::create(b, stage.loc, arith::CmpFPredicate::UGT, key, best);
  Value leads = arith::CmpFOp::create(b, stage.loc, arith::CmpFPredicate::ORD, best, best);
  return arith::AndIOp::create(b, stage.loc, above, leads);
}

Value nnc::pickLargest(Evaluator &evaluator, Stage &stage, const Window &window, Value key,
                       ArrayRef<Index> indices, function_ref<Value(ArrayRef<Index>)> pick) {
  OpBuilder &b = stage.body;
  Value best, chosen, any;
  window.forEach([&](ArrayRef<int64_t> at) {
    auto [place, inside] = locate(stage, window, typeOf(key).getShape(), indices, at);
    Value element = evaluator.evaluate(stage, key, place);
    Value candidate = pick(place);
    if (!best) {
      best = element;
      chosen = candidate;
      any = inside;
      if (inside) {
        // Outside the operand: the first position inside takes over.
        Type type = element.getType();
        best = arith::SelectOp::create(b, stage.loc, inside, element,
                                       buildConstant(stage, type, -INFINITY));
        Value nothing = buildConstant(stage, candidate.getType(), 0);
        chosen = arith::SelectOp::create(b, stage.loc, inside, candidate, nothing);
      }
      return;
    }
    Value better = beats(stage, element, best);
    if (any) {
      Value first = arith::XOrIOp::create(b, stage.loc, any, buildConstant(stage, b.getI1Type(), 1));
      better = arith::OrIOp::create(b, stage.loc, better, first);
      any = inside ? Value(arith::OrIOp::create(b, stage.loc, any, inside)) : Value();
    }
    better = conjunction(stage, better, inside);
    best = arith::SelectOp::create(b, stage.loc, better, element, best);
    chosen = arith::SelectOp::create(b, stage.loc, better, candidate, chosen);
  });
  return chosen;
}

Value Evaluator::computeWindow(Stage &stage, Operation *op, ArrayRef<Index> indices) {
  Window window(op);
  OpBuilder &b = stage.body;
  Value key = op->getOperand(0);
  if (auto pick = dyn_cast<WindowPickOp>(op))
    return pickLargest(*this, stage, window, key, indices, [&](ArrayRef<Index> place) {
      return evaluate(stage, pick.getValue(), place);
    });

  bool isSum = isa<WindowSumOp>(op);
  Type type = typeOf(op->getResult(0)).getElementType();
  Value outside = buildConstant(stage, type, isSum ? 0 : -INFINITY);
  Value result;
  window.forEach([&](ArrayRef<int64_t> at) {
    auto [place, inside] = locate(stage, window, typeOf(key).getShape(), indices, at);
    Value element = evaluate(stage, key, place);
    if (inside)
      element = arith::SelectOp::create(b, stage.loc, inside, element, outside);
    if (!result)
      result = element;
    else if (isSum)
      result = arith::AddFOp::create(b, stage.loc, result, element);
    else
      result = arith::MaximumFOp::create(b, stage.loc, result, element);
  });
  return result;
}

/// An element gets the value of each window that covers it and whose first
/// largest it is. The windows' choices, as row-major positions in `key`, are
/// computed into a temporary first.
Value Evaluator::computeWindowScatter(Stage &stage, WindowScatterOp op, ArrayRef<Index> indices) {
  Window window(op.getOperation());
  OpBuilder &b = stage.body;
  auto keyType = typeOf(op.getKey()), valueType = typeOf(op.getValue());
  Type i32 = b.getI32Type();

  auto choiceType = RankedTensorType::get(valueType.getShape(), i32);
  Value choices = buffers.makeTemporary(op.getLoc(), choiceType);
  {
    Stage first(buffers, op.getLoc(), valueType.getShape(), {}, contract);
    Indices at = first.dims(0, valueType.getRank());
    Value choice = pickLargest(*this, first, window, op.getKey(), at, [&](ArrayRef<Index> place) {
      Value linear = first.materialize(linearize(first, place, keyType.getShape()));
      return arith::IndexCastOp::create(first.body, first.loc, i32, linear);
    });
    SmallVector<AffineExpr> map;
    for (const Index &index : at)
      map.push_back(index.affine);
    first.addOutput(choices, i32, map);
    first.finish(choice);
  }

  Index linear = linearize(stage, indices, keyType.getShape());
  Value self = arith::IndexCastOp::create(b, stage.loc, i32, stage.materialize(linear));
  Type type = valueType.getElementType();
  Value zero = buildConstant(stage, type, 0), sum = zero;
  // Windows that cover position x along an axis: floor((x + low) / stride) - j,
  // for j below ceil(size / stride).
  Window reach = window;
  SmallVector<int64_t> counts;
  for (auto [size, stride] : llvm::zip(window.size, window.strides))
    counts.push_back(llvm::divideCeil(size, stride));
  reach.size = counts;
  unsigned lead = keyType.getRank() - window.size.size();
  reach.forEach([&](ArrayRef<int64_t> at) {
    Indices place(indices.begin(), indices.begin() + lead);
    Value covered;
    for (auto [axis, j] : llvm::enumerate(at)) {
      Index moved = stage.add(indices[lead + axis], window.low[axis]);
      Index output = stage.add(stage.floorDiv(moved, window.strides[axis]), -j);
      int64_t size = valueType.getDimSize(lead + axis);
      covered = conjunction(stage, covered, stage.inRange(output, 0, size));
      place.push_back(stage.clamp(output, size));
    }
    Value choice = stage.read(choices, i32, place);
    Value mine = arith::CmpIOp::create(b, stage.loc, arith::CmpIPredicate::eq, choice, self);
    Value value = evaluate(stage, op.getValue(), place);
    value = arith::SelectOp::create(b, stage.loc, conjunction(stage, mine, covered), value, zero);
    sum = sum == zero ? value : arith::AddFOp::create(b, stage.loc, sum, value);
  });
  return sum;
}

//===- Reduce.cpp - over axes, and by index -------------------------------===//
//
// Reductions with NumPy's axis and keepdims; gather, scatter and sort.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Builder/GraphBuilder.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace nnc {

Value GraphBuilder::reduce(StringRef what, Value x, ArrayRef<int64_t> axes,
                           bool keepDims) {
  bool logical = what == "any" || what == "all";
  // A sum of truths counts them.
  if (what == "sum" && isBool(x))
    x = convert(x, ops.getI32Type());
  if (!x)
    return nullptr;
  if (logical != isBool(x))
    return fail("'" + what + "' takes a " +
                (logical ? "bool tensor" : "tensor of numbers") + ", but got " +
                describeType(x));
  int64_t rank = rankOf(x);
  SmallVector<bool> gone(rank, axes.empty());
  for (int64_t axis : axes) {
    auto normal = normalizeAxis(axis, rank);
    if (!normal)
      return nullptr;
    if (std::exchange(gone[*normal], true))
      return fail("axis " + Twine(axis) + " is given twice");
  }
  SmallVector<int64_t> reduced, shape, kept;
  for (int64_t i = 0; i < rank; ++i) {
    if (gone[i])
      reduced.push_back(i);
    else
      shape.push_back(shapeOf(x)[i]);
    kept.push_back(gone[i] ? 1 : shapeOf(x)[i]);
  }
  Value result = x;
  if (!reduced.empty()) {
    auto type = getType(elementOf(x), shape);
    auto list = ops.getDenseI64ArrayAttr(reduced);
    result = what == "sum"   ? make<nn::ReduceSumOp>(type, x, list)
             : what == "max" ? make<nn::ReduceMaxOp>(type, x, list)
             : what == "min" ? make<nn::ReduceMinOp>(type, x, list)
             : what == "any" ? make<nn::ReduceAnyOp>(type, x, list)
                             : make<nn::ReduceAllOp>(type, x, list);
  }
  return result && keepDims ? reshape(result, kept) : result;
}

Value GraphBuilder::argReduce(bool isMax, Value x, int64_t axis) {
  auto normal = normalizeAxis(axis, rankOf(x));
  if (!normal)
    return nullptr;
  if (isBool(x))
    return fail("expected a tensor of numbers, but got " + describeType(x));
  SmallVector<int64_t> shape(shapeOf(x));
  shape.erase(shape.begin() + *normal);
  auto type = getType(ops.getI32Type(), shape);
  return isMax ? make<nn::ArgMaxOp>(type, x, *normal)
               : make<nn::ArgMinOp>(type, x, *normal);
}

Value GraphBuilder::cumsum(Value x, int64_t axis, bool reverse) {
  auto normal = normalizeAxis(axis, rankOf(x));
  if (!normal)
    return nullptr;
  if (isBool(x))
    return fail("expected a tensor of numbers, but got " + describeType(x));
  return make<nn::CumSumOp>(tensorTypeOf(x), x, *normal, reverse);
}

bool GraphBuilder::checkIndex(Value index, int64_t size) {
  if (!elementOf(index).isSignlessInteger(32) &&
      !elementOf(index).isSignlessInteger(64)) {
    fail("an index must be i32 or i64, but is " + describeType(index));
    return false;
  }
  // What is known now need not wait for the call.
  DenseIntElementsAttr known;
  if (size > 0 && matchPattern(index, m_Constant(&known)))
    for (const APInt &value : known)
      if (value.isNegative() || value.sge(size)) {
        fail("index " + Twine(value.getSExtValue()) +
             " is outside its range: at least 0, less than " + Twine(size));
        return false;
      }
  return true;
}

Value GraphBuilder::gather(Value x, Value index, int64_t axis) {
  auto normal = normalizeAxis(axis, rankOf(x));
  if (!normal)
    return nullptr;
  if (!checkIndex(index, shapeOf(x)[*normal]))
    return nullptr;
  SmallVector<int64_t> shape(shapeOf(x));
  shape.erase(shape.begin() + *normal);
  shape.insert(shape.begin() + *normal, shapeOf(index).begin(),
               shapeOf(index).end());
  return make<nn::GatherOp>(getType(elementOf(x), shape), x, index, *normal);
}

Value GraphBuilder::scatterAdd(Value x, Value index, Value updates,
                               int64_t axis) {
  auto normal = normalizeAxis(axis, rankOf(x));
  if (!normal)
    return nullptr;
  if (!checkIndex(index, shapeOf(x)[*normal]))
    return nullptr;
  SmallVector<int64_t> shape(shapeOf(x));
  shape.erase(shape.begin() + *normal);
  shape.insert(shape.begin() + *normal, shapeOf(index).begin(),
               shapeOf(index).end());
  if (shapeOf(updates) != ArrayRef(shape) ||
      elementOf(updates) != elementOf(x) || isBool(x))
    return fail("the updates must be " + describeElement(elementOf(x)) +
                describeShape(shape) + ", but are " + describeType(updates));
  return make<nn::ScatterAddOp>(tensorTypeOf(x), x, index, updates, *normal);
}

Value GraphBuilder::oneHot(Value index, int64_t classes, Type element) {
  if (!checkIndex(index, classes))
    return nullptr;
  SmallVector<int64_t> shape(shapeOf(index));
  shape.push_back(classes);
  return make<nn::OneHotOp>(getType(element, shape), index);
}

std::pair<Value, Value> GraphBuilder::sort(Value x, int64_t axis,
                                           bool descending) {
  auto normal = normalizeAxis(axis, rankOf(x));
  if (!normal)
    return {};
  if (isBool(x)) {
    fail("expected a tensor of numbers, but got " + describeType(x));
    return {};
  }
  if (!admit(tensorTypeOf(x)))
    return {};
  auto op = nn::SortOp::create(ops, loc, x.getType(),
                               tensorTypeOf(x).clone(ops.getI32Type()), x,
                               *normal, descending);
  return {op.getValues(), op.getIndices()};
}

} // namespace nnc

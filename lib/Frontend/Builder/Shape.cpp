//===- Shape.cpp - reshape, transpose, slice, pad, join -------------------===//
//
// Shape ops with their checks in the user's words.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Builder/GraphBuilder.h"

using namespace mlir;

namespace nnc {

std::optional<int64_t> GraphBuilder::normalizeAxis(int64_t axis, int64_t rank) {
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  fail("axis " + Twine(axis) + " is outside a tensor of rank " + Twine(rank));
  return std::nullopt;
}

Value GraphBuilder::reshape(Value x, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> sizes(shape);
  int64_t total = tensorTypeOf(x).getNumElements();
  int64_t known = 1;
  int64_t *open = nullptr;
  for (int64_t &size : sizes) {
    if (size == -1 && !open) {
      open = &size;
      continue;
    }
    if (size < 1)
      return fail("cannot reshape " + describeType(x) + " to " +
                  describeShape(shape));
    if (size > total / known)
      return fail("cannot reshape " + describeType(x) + " to " +
                  describeShape(shape) + ": it has " + Twine(total) +
                  " elements");
    known *= size;
  }
  if (open ? total % known != 0 : total != known)
    return fail("cannot reshape " + describeType(x) + " to " +
                describeShape(shape) + ": it has " + Twine(total) +
                " elements");
  if (open)
    *open = total / known;
  if (shapeOf(x) == ArrayRef(sizes))
    return x;
  return make<nn::ReshapeOp>(getType(elementOf(x), sizes), x);
}

Value GraphBuilder::transpose(Value x, ArrayRef<int64_t> permutation) {
  int64_t rank = rankOf(x);
  SmallVector<int64_t> axes, shape;
  SmallVector<bool> seen(rank, false);
  for (int64_t axis : permutation) {
    auto normal = normalizeAxis(axis, rank);
    if (!normal)
      return nullptr;
    if (std::exchange(seen[*normal], true))
      return fail("axis " + Twine(axis) + " is given twice");
    axes.push_back(*normal);
    shape.push_back(shapeOf(x)[*normal]);
  }
  if (int64_t(axes.size()) != rank)
    return fail("a permutation of " + Twine(rank) + " axes is needed, but " +
                describeShape(permutation) + " has " + Twine(axes.size()));
  return make<nn::TransposeOp>(getType(elementOf(x), shape), x,
                               ops.getDenseI64ArrayAttr(axes));
}

Value GraphBuilder::slice(Value x, ArrayRef<int64_t> starts,
                          ArrayRef<int64_t> limits, ArrayRef<int64_t> strides) {
  SmallVector<int64_t> shape;
  for (auto [start, limit, stride] : llvm::zip(starts, limits, strides))
    shape.push_back(limit <= start ? 0 : (limit - start - 1) / stride + 1);
  return make<nn::SliceOp>(
      getType(elementOf(x), shape), x, ops.getDenseI64ArrayAttr(starts),
      ops.getDenseI64ArrayAttr(limits), ops.getDenseI64ArrayAttr(strides));
}

Value GraphBuilder::pad(Value x, Value value, ArrayRef<int64_t> low,
                        ArrayRef<int64_t> high) {
  SmallVector<int64_t> shape;
  for (auto [size, before, after] : llvm::zip(shapeOf(x), low, high)) {
    if (before < 0 || after < 0)
      return fail("padding must not be negative, but is " +
                  Twine(std::min(before, after)));
    if (before > maxElements || after > maxElements)
      return fail("padding of " + Twine(std::max(before, after)) +
                  " is too large");
    shape.push_back(before + size + after);
  }
  SmallVector<int64_t> interior(shape.size(), 0);
  return make<nn::PadOp>(
      getType(elementOf(x), shape), x, value, ops.getDenseI64ArrayAttr(low),
      ops.getDenseI64ArrayAttr(high), ops.getDenseI64ArrayAttr(interior));
}

Value GraphBuilder::concat(ArrayRef<Value> parts, int64_t axis) {
  Value first = parts.front();
  auto normal = normalizeAxis(axis, rankOf(first));
  if (!normal)
    return nullptr;
  SmallVector<int64_t> shape(shapeOf(first));
  shape[*normal] = 0;
  for (Value part : parts) {
    bool fits =
        elementOf(part) == elementOf(first) && rankOf(part) == rankOf(first);
    for (int64_t i = 0; fits && i < rankOf(first); ++i)
      fits = i == *normal || shapeOf(part)[i] == shapeOf(first)[i];
    if (!fits)
      return fail("cannot join " + describeType(first) + " and " +
                  describeType(part) + " along axis " + Twine(axis));
    shape[*normal] += shapeOf(part)[*normal];
    if (shape[*normal] > maxElements)
      break;
  }
  return make<nn::ConcatOp>(getType(elementOf(first), shape), parts, *normal);
}

Value GraphBuilder::reverse(Value x, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> normal;
  for (int64_t axis : axes) {
    auto index = normalizeAxis(axis, rankOf(x));
    if (!index)
      return nullptr;
    if (llvm::is_contained(normal, *index))
      return fail("axis " + Twine(axis) + " is given twice");
    normal.push_back(*index);
  }
  return make<nn::ReverseOp>(tensorTypeOf(x), x,
                             ops.getDenseI64ArrayAttr(normal));
}

} // namespace nnc

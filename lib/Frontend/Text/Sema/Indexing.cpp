//===- Indexing.cpp - x[:, 0:4, -1] ---------------------------------------===//
//
// Indexing and slicing with constants, of tensors and of lists. A single index
// drops its axis.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"

using namespace mlir;

namespace nnc::sema {

namespace {

/// What one item takes of an axis: `count` elements from `start`, every
/// `stride`-th, which may be negative.
struct AxisRange {
  int64_t start = 0;
  int64_t count = 0;
  int64_t stride = 1;
  bool isSingle = false;
};

} // namespace

/// An int of an index; nothing after an error. `missing` stands for no value,
/// which only the bounds of a slice may have.
static std::optional<int64_t> evalBound(GraphGen &gen, const ast::Expr *expr,
                                        std::optional<int64_t> missing) {
  if (!expr)
    return missing;
  Datum value = gen.eval(expr);
  if (value.isPoison())
    return std::nullopt;
  if (value.isNone() && missing)
    return missing;
  if (value.isInt())
    return value.getInt();
  if (value.isTensor())
    gen.error(expr->loc, "an index must be known when compiling, but is the "
                         "tensor " +
                             value.describe() + "; use gather");
  else
    gen.error(expr->loc,
              "an index must be an int, but is " + value.describeKind() +
                  (value.isNone() ? "; unsqueeze adds an axis" : ""));
  return std::nullopt;
}

static std::optional<AxisRange> evalItem(GraphGen &gen,
                                         const ast::IndexItem &item,
                                         int64_t size, const Twine &axis) {
  if (item.kind == ast::IndexItem::Single) {
    auto index = evalBound(gen, item.begin, std::nullopt);
    if (!index)
      return std::nullopt;
    if (*index < -size || *index >= size) {
      gen.error(item.begin->loc, "index " + Twine(*index) + " is outside " +
                                     axis + " of size " + Twine(size));
      return std::nullopt;
    }
    return AxisRange{*index < 0 ? *index + size : *index, 1, 1, true};
  }
  auto stride = evalBound(gen, item.step, 1);
  if (!stride)
    return std::nullopt;
  if (*stride == 0) {
    gen.error(item.step->loc, "the step of a slice must not be 0");
    return std::nullopt;
  }
  bool forward = *stride > 0;
  constexpr int64_t missing = INT64_MIN;
  auto begin = evalBound(gen, item.begin, missing);
  auto end = begin ? evalBound(gen, item.end, missing) : std::nullopt;
  if (!end)
    return std::nullopt;
  auto place = [&](int64_t bound, int64_t open) {
    if (bound == missing)
      return open;
    if (bound < 0)
      bound += size;
    return forward ? std::clamp<int64_t>(bound, 0, size)
                   : std::clamp<int64_t>(bound, -1, size - 1);
  };
  int64_t from = place(*begin, forward ? 0 : size - 1);
  int64_t to = place(*end, forward ? size : -1);
  AxisRange range{from, 0, *stride, false};
  if (forward && from < to)
    range.count = (to - from - 1) / *stride + 1;
  else if (!forward && to < from)
    range.count = (from - to - 1) / -*stride + 1;
  return range;
}

static Datum indexList(GraphGen &gen, const ast::IndexExpr *expr,
                       const Datum::Elements &elements) {
  if (expr->items.size() != 1)
    return gen.poison(expr->items[1].range.Start,
                      "a list has one axis, but there are " +
                          Twine(expr->items.size()) + " indices");
  if (expr->items[0].kind == ast::IndexItem::Ellipsis)
    return gen.poison(expr->items[0].range.Start, "'...' indexes tensors only");
  auto range = evalItem(gen, expr->items[0], elements.size(), "a list");
  if (!range)
    return Datum();
  if (range->isSingle)
    return elements[range->start];
  Datum::Elements taken;
  for (int64_t i = 0; i < range->count; ++i)
    taken.push_back(elements[range->start + i * range->stride]);
  return Datum::ofList(std::move(taken));
}

static Datum indexTensor(GraphGen &gen, const ast::IndexExpr *expr, Value x) {
  int64_t rank = rankOf(x);
  int64_t given = 0;
  bool hasEllipsis = false;
  for (const ast::IndexItem &item : expr->items) {
    if (item.kind != ast::IndexItem::Ellipsis) {
      ++given;
    } else if (std::exchange(hasEllipsis, true)) {
      return gen.poison(item.range.Start, "'...' may stand once");
    }
  }
  if (given > rank)
    return gen.poison(expr->items.back().range.Start,
                      Twine(given) + (given == 1 ? " index" : " indices") +
                          " for " + describeType(x) + ", which has rank " +
                          Twine(rank));
  SmallVector<int64_t> starts, limits, strides, reversed, shape;
  int64_t axis = 0;
  auto takeAll = [&](int64_t count) {
    for (; count > 0; --count, ++axis) {
      starts.push_back(0);
      limits.push_back(shapeOf(x)[axis]);
      strides.push_back(1);
      shape.push_back(shapeOf(x)[axis]);
    }
  };
  for (const ast::IndexItem &item : expr->items) {
    if (item.kind == ast::IndexItem::Ellipsis) {
      takeAll(rank - given);
      continue;
    }
    auto range =
        evalItem(gen, item, shapeOf(x)[axis], "dimension " + Twine(axis));
    if (!range)
      return Datum();
    if (range->count == 0)
      return gen.poison(item.range.Start,
                        "the slice of dimension " + Twine(axis) + " of size " +
                            Twine(shapeOf(x)[axis]) + " is empty");
    // A backward slice is a forward one, turned round.
    if (range->stride < 0) {
      range->start += (range->count - 1) * range->stride;
      range->stride = -range->stride;
      reversed.push_back(axis);
    }
    starts.push_back(range->start);
    limits.push_back(range->start + (range->count - 1) * range->stride + 1);
    strides.push_back(range->stride);
    if (!range->isSingle)
      shape.push_back(range->count);
    ++axis;
  }
  takeAll(rank - axis);

  gen.builder.setLoc(gen.mlirLoc(expr->loc));
  Value result = x;
  SmallVector<int64_t> zeros(rank, 0), ones(rank, 1);
  if (ArrayRef(starts) != ArrayRef(zeros) || ArrayRef(limits) != shapeOf(x) ||
      ArrayRef(strides) != ArrayRef(ones))
    result = gen.builder.slice(x, starts, limits, strides);
  if (result && !reversed.empty())
    result = gen.builder.reverse(result, reversed);
  if (result)
    result = gen.builder.reshape(result, shape);
  return gen.tensor(result, expr->loc);
}

Datum evalIndex(GraphGen &gen, const ast::IndexExpr *expr) {
  Datum base = gen.eval(expr->base);
  if (base.isPoison())
    return base;
  if (base.isList())
    return indexList(gen, expr, base.getElements());
  Value x;
  if (base.isTensor() || base.isPath())
    x = gen.toTensor(base, expr->loc);
  else
    gen.error(expr->loc, base.describeKind() + " cannot be indexed");
  return x ? indexTensor(gen, expr, x) : Datum();
}

} // namespace nnc::sema

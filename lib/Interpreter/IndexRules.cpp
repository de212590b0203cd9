//===- IndexRules.cpp - elements by computed index ------------------------===//
//
// An index outside its axis is an error, wherever it comes from: the
// interpreter has no index that is clamped.
//
//===----------------------------------------------------------------------===//
#include "Rules.h"
#include "Walk.h"
#include <cmath>
#include <numeric>

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

/// Every index is at least 0 and less than `bound`.
static LogicalResult checkIndices(Operation *op, const Tensor &indices, int64_t bound) {
  for (auto [i, index] : llvm::enumerate(indices.ints))
    if (index < 0 || index >= bound)
      return op->emitError() << "index " << index << " (element " << i
                             << " of the indices) is outside its range: at least 0, less than "
                             << bound;
  return success();
}

namespace {
/// A tensor as slices along an axis, and those slices by number.
struct Slices {
  Slices(const Tensor &operand, int64_t axis)
      : outer(countOf(operand.shape().take_front(axis))), count(operand.shape()[axis]),
        inner(countOf(operand.shape().drop_front(axis + 1))) {}

  /// Calls back with the offset of every element of every slice that is named,
  /// and with its place in the tensor of all of them.
  template <typename Fn>
  void forEach(const std::vector<int64_t> &indices, Fn &&fn) const {
    int64_t place = 0;
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t index : indices)
        for (int64_t i = 0; i < inner; ++i)
          fn((o * count + index) * inner + i, place++);
  }

  int64_t outer, count, inner;
};
} // namespace

static LogicalResult gather(GatherOp op, Operands in, Results out) {
  Slices slices(*in[0], op.getAxis());
  if (failed(checkIndices(op, *in[1], slices.count)))
    return failure();
  withElements(*in[0], out[0], [&](const auto &from, auto &to) {
    slices.forEach(in[1]->ints, [&](int64_t offset, int64_t place) { to[place] = from[offset]; });
  });
  return success();
}

static LogicalResult scatterAdd(ScatterAddOp op, Operands in, Results out) {
  Slices slices(*in[0], op.getAxis());
  if (failed(checkIndices(op, *in[1], slices.count)))
    return failure();
  out[0] = *in[0];
  slices.forEach(in[1]->ints, [&](int64_t offset, int64_t place) {
    if (in[0]->isFloat()) {
      out[0].floats[offset] += in[2]->floats[place];
      return;
    }
    uint64_t sum =
        static_cast<uint64_t>(out[0].ints[offset]) + static_cast<uint64_t>(in[2]->ints[place]);
    out[0].ints[offset] = wrapInteger(static_cast<int64_t>(sum), out[0].type.getElementType());
  });
  return success();
}

static LogicalResult oneHot(OneHotOp op, Operands in, Results out) {
  int64_t classes = out[0].shape().back();
  if (failed(checkIndices(op, *in[0], classes)))
    return failure();
  for (auto [i, index] : llvm::enumerate(in[0]->ints)) {
    int64_t at = static_cast<int64_t>(i) * classes + index;
    if (out[0].isFloat())
      out[0].floats[at] = 1;
    else
      out[0].ints[at] = 1;
  }
  return success();
}

/// Sorts each line's places by the elements there, NaN last in either order.
static void sort(SortOp op, Operands in, Results out) {
  ArrayRef<int64_t> shape = in[0]->shape();
  int64_t axis = op.getAxis(), count = shape[axis], step = stridesOf(shape)[axis];
  bool descending = op.getDescending();
  std::vector<int64_t> order(count);
  withElements(*in[0], out[0], [&](const auto &from, auto &to) {
    forEachLine(shape, axis, [&](int64_t start, int64_t) {
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int64_t i, int64_t j) {
        auto x = from[start + i * step], y = from[start + j * step];
        // Only a NaN differs from itself.
        if (x != x || y != y)
          return x == x;
        return descending ? y < x : x < y;
      });
      for (int64_t i = 0; i < count; ++i) {
        to[start + i * step] = from[start + order[i] * step];
        out[1].ints[start + i * step] = order[i];
      }
    });
  });
}

void nnc::addIndexRules(RuleTable &table) {
  table.add<GatherOp>(gather);
  table.add<ScatterAddOp>(scatterAdd);
  table.add<OneHotOp>(oneHot);
  table.add<SortOp>(sort);
}

//===- WindowRules.cpp - over windows of the last axes --------------------===//
//
// Every rule looks at one window at a time: the places inside the operand that
// it covers, in row-major order.
//
//===----------------------------------------------------------------------===//
#include "Rules.h"
#include "Walk.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

using Places = SmallVector<int64_t, 32>;

/// Calls back for every window of `operand`, in row-major order of `windows`,
/// with its number and the offsets in `operand` that it covers.
template <typename WindowLike, typename Fn>
static void forEachWindow(WindowLike op, const Tensor &operand, const Tensor &windows, Fn &&fn) {
  ArrayRef<int64_t> size = op.getSize(), strides = op.getStrides(), low = op.getLow();
  size_t lead = operand.shape().size() - size.size();
  Sizes step = stridesOf(operand.shape());
  Places places;
  int64_t number = 0;
  forEachIndex(windows.shape(), [&](ArrayRef<int64_t> window) {
    places.clear();
    forEachIndex(size, [&](ArrayRef<int64_t> k) {
      int64_t offset = 0;
      for (size_t axis = 0; axis < lead; ++axis)
        offset += window[axis] * step[axis];
      for (size_t i = 0; i < k.size(); ++i) {
        int64_t place = window[lead + i] * strides[i] + k[i] - low[i];
        if (place < 0 || place >= operand.shape()[lead + i])
          return;
        offset += place * step[lead + i];
      }
      places.push_back(offset);
    });
    fn(number++, places);
  });
}

/// The first largest of the places; the first NaN is largest of all.
static int64_t findLargest(const std::vector<double> &key, const Places &places) {
  int64_t best = places.front();
  for (int64_t place : places) {
    if (std::isnan(key[best]))
      return best;
    if (std::isnan(key[place]) || key[place] > key[best])
      best = place;
  }
  return best;
}

static void windowMax(WindowMaxOp op, Operands in, Results out) {
  forEachWindow(op, *in[0], out[0], [&](int64_t window, const Places &places) {
    out[0].floats[window] = in[0]->floats[findLargest(in[0]->floats, places)];
  });
}

static void windowSum(WindowSumOp op, Operands in, Results out) {
  forEachWindow(op, *in[0], out[0], [&](int64_t window, const Places &places) {
    for (int64_t place : places)
      out[0].floats[window] += in[0]->floats[place];
  });
}

static void windowPick(WindowPickOp op, Operands in, Results out) {
  forEachWindow(op, *in[0], out[0], [&](int64_t window, const Places &places) {
    out[0].floats[window] = in[1]->floats[findLargest(in[0]->floats, places)];
  });
}

static void windowScatter(WindowScatterOp op, Operands in, Results out) {
  forEachWindow(op, *in[0], *in[1], [&](int64_t window, const Places &places) {
    out[0].floats[findLargest(in[0]->floats, places)] += in[1]->floats[window];
  });
}

void nnc::addWindowRules(RuleTable &table) {
  table.add<WindowMaxOp>(windowMax);
  table.add<WindowSumOp>(windowSum);
  table.add<WindowPickOp>(windowPick);
  table.add<WindowScatterOp>(windowScatter);
}

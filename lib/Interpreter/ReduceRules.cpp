//===- ReduceRules.cpp - over whole axes ----------------------------------===//
//
// Reductions walk their operand, with the result standing still along the
// reduced axes.
//
//===----------------------------------------------------------------------===//
#include "Rules.h"
#include "Walk.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

/// Calls back for every element of `operand` with its offset and that of the
/// result element it goes into.
template <typename Fn>
static void forEachReduced(const Tensor &operand, ArrayRef<int64_t> axes, const Tensor &result,
                           Fn &&fn) {
  Sizes resultStrides = stridesOf(result.shape()), strides;
  size_t kept = 0;
  for (size_t axis = 0; axis < operand.shape().size(); ++axis)
    strides.push_back(llvm::is_contained(axes, static_cast<int64_t>(axis)) ? 0
                                                                          : resultStrides[kept++]);
  walk<2>(operand.shape(), {stridesOf(operand.shape()), strides}, {0, 0},
          [&](const std::array<int64_t, 2> &at) { fn(at[0], at[1]); });
}

static void reduceSum(ReduceSumOp op, Operands in, Results out) {
  forEachReduced(*in[0], op.getAxes(), out[0], [&](int64_t from, int64_t to) {
    if (in[0]->isFloat()) {
      out[0].floats[to] += in[0]->floats[from];
      return;
    }
    uint64_t sum = static_cast<uint64_t>(out[0].ints[to]) + static_cast<uint64_t>(in[0]->ints[from]);
    out[0].ints[to] = wrapInteger(static_cast<int64_t>(sum), out[0].type.getElementType());
  });
}

/// Keeps the element that `isBetter` than all others; a NaN stays.
template <typename ReduceOp, typename Fn>
static void reduceToBest(ReduceOp op, Operands in, Results out, double floatStart,
                         int64_t intStart, Fn isBetter) {
  std::fill(out[0].floats.begin(), out[0].floats.end(), floatStart);
  std::fill(out[0].ints.begin(), out[0].ints.end(), intStart);
  forEachReduced(*in[0], op.getAxes(), out[0], [&](int64_t from, int64_t to) {
    if (in[0]->isFloat()) {
      double x = in[0]->floats[from], &best = out[0].floats[to];
      if (std::isnan(x) || isBetter(x, best))
        best = x;
    } else if (isBetter(in[0]->ints[from], out[0].ints[to])) {
      out[0].ints[to] = in[0]->ints[from];
    }
  });
}

static void reduceMax(ReduceMaxOp op, Operands in, Results out) {
  reduceToBest(op, in, out, -std::numeric_limits<double>::infinity(),
               std::numeric_limits<int64_t>::min(), [](auto x, auto best) { return x > best; });
}

static void reduceMin(ReduceMinOp op, Operands in, Results out) {
  reduceToBest(op, in, out, std::numeric_limits<double>::infinity(),
               std::numeric_limits<int64_t>::max(), [](auto x, auto best) { return x < best; });
}

static void reduceAny(ReduceAnyOp op, Operands in, Results out) {
  forEachReduced(*in[0], op.getAxes(), out[0],
                 [&](int64_t from, int64_t to) { out[0].ints[to] |= in[0]->ints[from]; });
}

static void reduceAll(ReduceAllOp op, Operands in, Results out) {
  std::fill(out[0].ints.begin(), out[0].ints.end(), 1);
  forEachReduced(*in[0], op.getAxes(), out[0],
                 [&](int64_t from, int64_t to) { out[0].ints[to] &= in[0]->ints[from]; });
}

/// The place along each line of the first element that `isBetter` than all
/// others; the first NaN is best of all.
template <typename ArgOp, typename Fn>
static void findBest(ArgOp op, Operands in, Results out, Fn isBetter) {
  ArrayRef<int64_t> shape = in[0]->shape();
  int64_t axis = op.getAxis(), count = shape[axis], step = stridesOf(shape)[axis];
  auto run = [&](const auto &x) {
    forEachLine(shape, axis, [&](int64_t start, int64_t line) {
      int64_t best = 0;
      for (int64_t i = 1; i < count; ++i) {
        auto candidate = x[start + i * step], leader = x[start + best * step];
        // Only a NaN differs from itself.
        if (leader == leader && (candidate != candidate || isBetter(candidate, leader)))
          best = i;
      }
      out[0].ints[line] = best;
    });
  };
  if (in[0]->isFloat())
    run(in[0]->floats);
  else
    run(in[0]->ints);
}

static void argMax(ArgMaxOp op, Operands in, Results out) {
  findBest(op, in, out, [](auto x, auto best) { return x > best; });
}

static void argMin(ArgMinOp op, Operands in, Results out) {
  findBest(op, in, out, [](auto x, auto best) { return x < best; });
}

static void cumSum(CumSumOp op, Operands in, Results out) {
  ArrayRef<int64_t> shape = in[0]->shape();
  int64_t axis = op.getAxis(), count = shape[axis], step = stridesOf(shape)[axis];
  bool reverse = op.getReverse();
  forEachLine(shape, axis, [&](int64_t start, int64_t) {
    double floatSum = 0;
    uint64_t intSum = 0;
    for (int64_t n = 0; n < count; ++n) {
      int64_t at = start + (reverse ? count - 1 - n : n) * step;
      if (in[0]->isFloat())
        out[0].floats[at] = floatSum += in[0]->floats[at];
      else
        out[0].ints[at] =
            wrapInteger(static_cast<int64_t>(intSum += static_cast<uint64_t>(in[0]->ints[at])),
                        out[0].type.getElementType());
    }
  });
}

void nnc::addReduceRules(RuleTable &table) {
  table.add<ReduceSumOp>(reduceSum);
  table.add<ReduceMaxOp>(reduceMax);
  table.add<ReduceMinOp>(reduceMin);
  table.add<ReduceAnyOp>(reduceAny);
  table.add<ReduceAllOp>(reduceAll);
  table.add<ArgMaxOp>(argMax);
  table.add<ArgMinOp>(argMin);
  table.add<CumSumOp>(cumSum);
}

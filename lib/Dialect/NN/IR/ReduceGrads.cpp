//===- ReduceGrads.cpp - slopes of reductions -----------------------------===//
//
// A sum hands its gradient to every element, a maximum to the first largest.
//
//===----------------------------------------------------------------------===//
#include "GradRules.h"

using namespace mlir;
using namespace nnc::nn;

SmallVector<Value> ReduceSumOp::buildVJP(OpBuilder &builder,
                                         ValueRange resultGrads,
                                         ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed, [&](NNBuilder &b, Value g) {
        return b.unreduce(g, getAxes(), tensorTypeOf(getOperand()));
      });
}

/// The place of each element of `shape` in row-major order along `axes` alone.
static Value placesAlong(NNBuilder &b, RankedTensorType type,
                         ArrayRef<int64_t> axes) {
  Value places;
  int64_t stride = 1;
  for (int64_t axis : llvm::reverse(axes)) {
    // Along an axis of one element there is nothing to count.
    if (type.getDimSize(axis) == 1 && (places || axis != axes.front()))
      continue;
    Value place = b.make<IotaOp>(type, axis);
    if (stride != 1)
      place = b.make<MulOp>(place, b.splat(type, stride));
    places = places ? b.make<AddOp>(place, places) : place;
    stride *= type.getDimSize(axis);
  }
  return places;
}

/// The gradient of a maximum or minimum over axes: to the first element in
/// row-major order that is not `worse` than the result. A NaN is worse than
/// nothing.
template <typename ReduceOp>
static SmallVector<Value>
extremumGrad(ReduceOp op, Predicate worse, OpBuilder &builder,
             ValueRange resultGrads, ArrayRef<bool> needed) {
  return applyGradRules(
      op, builder, resultGrads, needed, [&](NNBuilder &b, Value g) -> Value {
        ArrayRef<int64_t> axes = op.getAxes();
        RankedTensorType type = tensorTypeOf(op.getOperand());
        if (axes.empty())
          return g;
        int64_t count = 1;
        for (int64_t axis : axes)
          count *= type.getDimSize(axis);
        unsigned width = count < std::numeric_limits<int32_t>::max() ? 32 : 64;
        RankedTensorType placeType =
            type.clone(IntegerType::get(op.getContext(), width));
        Value places = placesAlong(b, placeType, axes);
        Value extremum = b.unreduce(op.getResult(), axes, type);
        Value isWorse = b.compare(worse, op.getOperand(), extremum);
        Value candidates = b.select(isWorse, b.splat(placeType, count), places);
        Value first =
            b.unreduce(b.make<ReduceMinOp>(candidates, axes), axes, placeType);
        Value isFirst = b.compare(Predicate::eq, places, first);
        return b.keepIf(isFirst, b.unreduce(g, axes, type));
      });
}

SmallVector<Value> ReduceMaxOp::buildVJP(OpBuilder &builder,
                                         ValueRange resultGrads,
                                         ArrayRef<bool> needed) {
  return extremumGrad(*this, Predicate::lt, builder, resultGrads, needed);
}

SmallVector<Value> ReduceMinOp::buildVJP(OpBuilder &builder,
                                         ValueRange resultGrads,
                                         ArrayRef<bool> needed) {
  return extremumGrad(*this, Predicate::gt, builder, resultGrads, needed);
}

SmallVector<Value> CumSumOp::buildVJP(OpBuilder &builder,
                                      ValueRange resultGrads,
                                      ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed, [&](NNBuilder &b, Value g) {
        return b.make<CumSumOp>(g.getType(), g, getAxis(), !getReverse());
      });
}

//===- ShapeGrads.cpp - slopes of shape ops -------------------------------===//
//
// All are linear maps of zeros and ones: the gradient is the transposed map.
//
//===----------------------------------------------------------------------===//
#include "GradRules.h"

using namespace mlir;
using namespace nnc::nn;

SmallVector<Value> ReshapeOp::buildVJP(OpBuilder &builder,
                                       ValueRange resultGrads,
                                       ArrayRef<bool> needed) {
  return applyGradRules(*this, builder, resultGrads, needed,
                        [&](NNBuilder &b, Value g) {
                          return b.reshape(g, tensorTypeOf(getOperand()));
                        });
}

SmallVector<Value> BroadcastOp::buildVJP(OpBuilder &builder,
                                         ValueRange resultGrads,
                                         ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed, [&](NNBuilder &b, Value g) {
        RankedTensorType operand = tensorTypeOf(getOperand()),
                         result = tensorTypeOf(g);
        SmallVector<bool> repeated(result.getRank(), true);
        for (auto [i, axis] : llvm::enumerate(getAxes()))
          repeated[axis] = operand.getDimSize(i) != result.getDimSize(axis);
        SmallVector<int64_t> axes;
        for (int64_t axis = 0; axis < result.getRank(); ++axis)
          if (repeated[axis])
            axes.push_back(axis);
        return b.reshape(b.reduceSum(g, axes), operand);
      });
}

SmallVector<Value> TransposeOp::buildVJP(OpBuilder &builder,
                                         ValueRange resultGrads,
                                         ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed, [&](NNBuilder &b, Value g) {
        SmallVector<int64_t> inverse(getPermutation().size());
        for (auto [i, axis] : llvm::enumerate(getPermutation()))
          inverse[axis] = i;
        return b.transpose(g, inverse);
      });
}

/// The size of an axis whose `count` elements stand `stride` apart.
static int64_t spanOf(int64_t count, int64_t stride) {
  return count == 0 ? 0 : (count - 1) * stride + 1;
}

SmallVector<Value> SliceOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                     ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed, [&](NNBuilder &b, Value g) {
        RankedTensorType operand = tensorTypeOf(getOperand()),
                         result = tensorTypeOf(g);
        if (operand == result)
          return g;
        SmallVector<int64_t> high, interior;
        for (int64_t axis = 0; axis < result.getRank(); ++axis) {
          int64_t stride = getStrides()[axis], count = result.getDimSize(axis);
          // Where there is only one element, none stands between.
          interior.push_back(count > 1 ? stride - 1 : 0);
          high.push_back(operand.getDimSize(axis) - getStarts()[axis] -
                         spanOf(count, stride));
        }
        Value zero = b.splat(result.clone(ArrayRef<int64_t>()), 0);
        return b.make<PadOp>(g, zero, getStarts(), high, interior);
      });
}

SmallVector<Value> PadOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  RankedTensorType operand = tensorTypeOf(getOperand());
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [&](NNBuilder &b, Value g) {
        SmallVector<int64_t> limits, strides;
        for (auto [axis, size] : llvm::enumerate(operand.getShape())) {
          strides.push_back(size > 1 ? getInterior()[axis] + 1 : 1);
          limits.push_back(getLow()[axis] + spanOf(size, strides.back()));
        }
        return b.slice(g, getLow(), limits, strides);
      },
      [&](NNBuilder &b, Value g) {
        // The sum over the padding alone: a difference of sums would lose
        // digits.
        Type i1 = builder.getI1Type();
        Value inside = b.splat(operand.clone(i1), 0);
        Value outside = b.splat(RankedTensorType::get({}, i1), 1);
        Value isPadding =
            b.make<PadOp>(inside, outside, getLow(), getHigh(), getInterior());
        return b.sumAll(b.keepIf(isPadding, g));
      });
}

SmallVector<Value> ConcatOp::buildVJP(OpBuilder &builder,
                                      ValueRange resultGrads,
                                      ArrayRef<bool> needed) {
  SmallVector<Value> grads(getNumOperands());
  Value g = resultGrads.front();
  if (!g || !isFloatTensor(g))
    return grads;
  NNBuilder b(builder, getLoc());
  RankedTensorType result = tensorTypeOf(g);
  SmallVector<int64_t> starts(result.getRank(), 0),
      strides(result.getRank(), 1);
  SmallVector<int64_t> limits(result.getShape());
  int64_t axis = getAxis();
  limits[axis] = 0;
  for (auto [i, operand] : llvm::enumerate(getOperands())) {
    starts[axis] = limits[axis];
    limits[axis] += tensorTypeOf(operand).getDimSize(axis);
    if (needed[i])
      grads[i] =
          operand.getType() == result ? g : b.slice(g, starts, limits, strides);
  }
  return grads;
}

SmallVector<Value> ReverseOp::buildVJP(OpBuilder &builder,
                                       ValueRange resultGrads,
                                       ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed, [&](NNBuilder &b, Value g) {
        return getSplat(g) ? g : b.make<ReverseOp>(g, getAxes());
      });
}

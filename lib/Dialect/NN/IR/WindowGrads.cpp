//===- WindowGrads.cpp - slopes of windows --------------------------------===//
//
// A maximum hands its gradient to the place it came from, which
// `window_scatter` does and `window_pick` takes back. The transpose of a sum
// over windows is a sum over windows of the gradients spread out.
//
//===----------------------------------------------------------------------===//
#include "GradRules.h"

using namespace mlir;
using namespace nnc::nn;

/// Another op of the family with the same windows.
template <typename To, typename From>
static Value relate(NNBuilder &b, From op, Type type, Value key, Value value) {
  return b.make<To>(type, key, value, op.getSize(), op.getStrides(),
                    op.getLow(), op.getHigh());
}

SmallVector<Value> WindowMaxOp::buildVJP(OpBuilder &builder,
                                         ValueRange resultGrads,
                                         ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed, [&](NNBuilder &b, Value g) {
        return relate<WindowScatterOp>(b, *this, getOperand().getType(),
                                       getOperand(), g);
      });
}

SmallVector<Value> WindowPickOp::buildVJP(OpBuilder &builder,
                                          ValueRange resultGrads,
                                          ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [](NNBuilder &, Value) { return Value(); },
      [&](NNBuilder &b, Value g) {
        return relate<WindowScatterOp>(b, *this, getValue().getType(), getKey(),
                                       g);
      });
}

SmallVector<Value> WindowScatterOp::buildVJP(OpBuilder &builder,
                                             ValueRange resultGrads,
                                             ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [](NNBuilder &, Value) { return Value(); },
      [&](NNBuilder &b, Value g) {
        return relate<WindowPickOp>(b, *this, getValue().getType(), getKey(),
                                    g);
      });
}

SmallVector<Value> WindowSumOp::buildVJP(OpBuilder &builder,
                                         ValueRange resultGrads,
                                         ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed, [&](NNBuilder &b, Value g) {
        // Window o covers element p when o * stride - low <= p < o * stride -
        // low + size. With the gradients `stride` apart after size - 1 - low
        // zeros, these o are the ones of the window of stride 1 that begins at
        // p.
        ArrayRef<int64_t> size = getSize(), strides = getStrides();
        RankedTensorType input = tensorTypeOf(getOperand()),
                         output = tensorTypeOf(g);
        int64_t spatial = size.size();
        SmallVector<int64_t> low, high, ones(spatial, 1), none(spatial, 0);
        for (int64_t i = 0; i < spatial; ++i) {
          int64_t spread = (output.getDimSize(i + 2) - 1) * strides[i] + 1;
          low.push_back(size[i] - 1 - getLow()[i]);
          high.push_back(input.getDimSize(i + 2) + getLow()[i] - spread);
        }
        if (llvm::all_of(strides, [](int64_t stride) { return stride == 1; }))
          return b.make<WindowSumOp>(g, size, ones, low, high);
        SmallVector<int64_t> padLow{0, 0}, padHigh{0, 0}, interior{0, 0};
        llvm::append_range(padLow, low);
        llvm::append_range(padHigh, high);
        for (int64_t stride : strides)
          interior.push_back(stride - 1);
        Value zero = b.splat(output.clone(ArrayRef<int64_t>()), 0);
        Value spread = b.make<PadOp>(g, zero, padLow, padHigh, interior);
        return b.make<WindowSumOp>(spread, size, ones, none, none);
      });
}

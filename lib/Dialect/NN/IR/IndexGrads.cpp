//===- IndexGrads.cpp - slopes by computed index --------------------------===//
//
// What was read is added where it came from, and what was added is read there.
//
//===----------------------------------------------------------------------===//
#include "GradRules.h"

using namespace mlir;
using namespace nnc::nn;

SmallVector<Value> GatherOp::buildVJP(OpBuilder &builder,
                                      ValueRange resultGrads,
                                      ArrayRef<bool> needed) {
  return applyGradRules(*this, builder, resultGrads, needed,
                        [&](NNBuilder &b, Value g) {
                          return b.make<ScatterAddOp>(b.zeros(getOperand()),
                                                      getIndex(), g, getAxis());
                        });
}

SmallVector<Value> ScatterAddOp::buildVJP(OpBuilder &builder,
                                          ValueRange resultGrads,
                                          ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [](NNBuilder &, Value g) { return g; },
      [](NNBuilder &, Value) { return Value(); },
      [&](NNBuilder &b, Value g) -> Value {
        if (std::optional<double> value = getSplat(g))
          return b.splat(getUpdates(), *value);
        return b.make<GatherOp>(g, getIndex(), getAxis());
      });
}

/// For each element of a sort's result, the place in the flattened operand that
/// it came from.
static Value sortedPlaces(NNBuilder &b, SortOp op) {
  RankedTensorType type = tensorTypeOf(op.getIndices());
  int64_t axis = op.getAxis(), count = type.getNumElements();
  int64_t stride = 1;
  for (int64_t size : type.getShape().drop_front(axis + 1))
    stride *= size;
  bool wide = count > std::numeric_limits<int32_t>::max();
  if (wide)
    type = type.clone(IntegerType::get(op.getContext(), 64));
  RankedTensorType flat = type.clone({count});
  Value indices = op.getIndices();
  if (wide)
    indices = b.make<ConvertOp>(type, indices);
  if (count == type.getDimSize(axis))
    return b.make<ReshapeOp>(flat, indices);
  // Only the place along `axis` changes: from its own index to the sorted one.
  Value moved = b.make<SubOp>(indices, b.make<IotaOp>(type, axis));
  if (stride != 1)
    moved = b.make<MulOp>(moved, b.splat(type, stride));
  Value own = b.make<IotaOp>(flat, 0);
  return b.make<AddOp>(own, b.make<ReshapeOp>(flat, moved));
}

SmallVector<Value> SortOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                    ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed, [&](NNBuilder &b, Value g) {
        // Each element of a constant gradient goes somewhere else, to no
        // effect.
        if (getSplat(g))
          return g;
        RankedTensorType type = tensorTypeOf(getOperand());
        RankedTensorType flat = type.clone({type.getNumElements()});
        Value places = sortedPlaces(b, *this), updates = b.reshape(g, flat);
        Value sum =
            b.make<ScatterAddOp>(b.splat(flat, 0), places, updates, /*axis=*/0);
        return b.reshape(sum, type);
      });
}

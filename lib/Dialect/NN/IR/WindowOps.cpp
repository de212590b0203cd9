//===- WindowOps.cpp - legal windows --------------------------------------===//
//
// One inference serves the family: the scatter has the window's values as an
// operand instead of a result.
//
//===----------------------------------------------------------------------===//
#include "OpChecks.h"

using namespace mlir;
using namespace nnc::nn;

/// The type of one value per window over the spatial axes of `operand`.
template <typename Adaptor>
static FailureOr<RankedTensorType>
inferWindows(OpSite site, RankedTensorType operand, Adaptor &op) {
  ArrayRef<int64_t> size = op.getSize(), strides = op.getStrides();
  ArrayRef<int64_t> low = op.getLow(), high = op.getHigh();
  if (operand.getRank() < 3)
    return site.refuse("operand must have a batch axis, a channel axis and at "
                       "least one spatial "
                       "axis but has type ",
                       operand);
  int64_t spatial = operand.getRank() - 2;
  if (failed(checkEntries(site, "size", size, spatial, "spatial axes", 1)) ||
      failed(
          checkEntries(site, "strides", strides, spatial, "spatial axes", 1)) ||
      failed(checkEntries(site, "low", low, spatial, "spatial axes", 0)) ||
      failed(checkEntries(site, "high", high, spatial, "spatial axes", 0)))
    return failure();
  SmallVector<int64_t> shape(operand.getShape().take_front(2));
  for (int64_t i = 0; i < spatial; ++i) {
    if (std::max(low[i], high[i]) >= size[i])
      return site.refuse("padding ", std::max(low[i], high[i]),
                         " of spatial axis ", i,
                         " must be less than the window's size ", size[i]);
    if (operand.getDimSize(i + 2) == 0)
      return site.refuse("spatial axis ", i, " of ", operand, " is empty");
    FailureOr<int64_t> count =
        countWindows(site, i, operand.getDimSize(i + 2), size[i], strides[i],
                     low[i], high[i], /*dilation=*/1);
    if (failed(count))
      return failure();
    shape.push_back(*count);
  }
  return operand.clone(shape);
}

template <typename WindowOp>
static LogicalResult inferWindowOp(typename WindowOp::Adaptor op,
                                   RankedTensorType operand,
                                   std::optional<Location> location,
                                   SmallVectorImpl<Type> &inferred) {
  FailureOr<RankedTensorType> type =
      inferWindows(OpSite(location, WindowOp::getOperationName()), operand, op);
  if (failed(type))
    return failure();
  inferred.push_back(*type);
  return success();
}

LogicalResult
WindowMaxOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                              ValueRange operands, DictionaryAttr attributes,
                              OpaqueProperties properties, RegionRange regions,
                              SmallVectorImpl<Type> &inferred) {
  Adaptor op(operands, attributes, properties, regions);
  return inferWindowOp<WindowMaxOp>(op, tensorType(op.getOperand()), location,
                                    inferred);
}

LogicalResult
WindowSumOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                              ValueRange operands, DictionaryAttr attributes,
                              OpaqueProperties properties, RegionRange regions,
                              SmallVectorImpl<Type> &inferred) {
  Adaptor op(operands, attributes, properties, regions);
  return inferWindowOp<WindowSumOp>(op, tensorType(op.getOperand()), location,
                                    inferred);
}

LogicalResult
WindowPickOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                               ValueRange operands, DictionaryAttr attributes,
                               OpaqueProperties properties, RegionRange regions,
                               SmallVectorImpl<Type> &inferred) {
  Adaptor op(operands, attributes, properties, regions);
  return inferWindowOp<WindowPickOp>(op, tensorType(op.getKey()), location,
                                     inferred);
}

LogicalResult WindowScatterOp::verify() {
  OpSite site(*this);
  FailureOr<RankedTensorType> expected =
      inferWindows(site, tensorType(getKey()), *this);
  if (failed(expected))
    return failure();
  if (tensorType(getValue()) != *expected)
    return site.refuse("value has type ", tensorType(getValue()),
                       " but the windows of key give ", *expected);
  return success();
}

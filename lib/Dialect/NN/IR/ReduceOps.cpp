//===- ReduceOps.cpp - legal reductions -----------------------------------===//
//
// The reduced axes are gone from the result.
//
//===----------------------------------------------------------------------===//
#include "OpChecks.h"

using namespace mlir;
using namespace nnc::nn;

/// The operand's shape without `axes`.
static FailureOr<RankedTensorType> inferReduced(OpSite site,
                                                RankedTensorType operand,
                                                ArrayRef<int64_t> axes,
                                                bool needsElement) {
  if (failed(checkAxes(site, axes, operand)))
    return failure();
  SmallVector<int64_t> shape;
  for (auto [axis, size] : llvm::enumerate(operand.getShape())) {
    if (!llvm::is_contained(axes, static_cast<int64_t>(axis)))
      shape.push_back(size);
    else if (needsElement && size == 0)
      return site.refuse("axis ", axis, " of ", operand,
                         " is empty and has no such element");
  }
  return RankedTensorType::get(shape, operand.getElementType());
}

/// What every `inferReturnTypes` of an axis reduction does.
template <typename ReduceOp>
static LogicalResult
inferReduction(typename ReduceOp::Adaptor op, std::optional<Location> location,
               SmallVectorImpl<Type> &inferred, bool needsElement) {
  FailureOr<RankedTensorType> type =
      inferReduced(OpSite(location, ReduceOp::getOperationName()),
                   tensorType(op.getOperand()), op.getAxes(), needsElement);
  if (failed(type))
    return failure();
  inferred.push_back(*type);
  return success();
}

/// The same for argmax and argmin, whose result is an i32 index.
template <typename ArgOp>
static LogicalResult inferArgReduction(typename ArgOp::Adaptor op,
                                       std::optional<Location> location,
                                       SmallVectorImpl<Type> &inferred) {
  OpSite site(location, ArgOp::getOperationName());
  RankedTensorType operand = tensorType(op.getOperand());
  int64_t axis = op.getAxis();
  FailureOr<RankedTensorType> type =
      inferReduced(site, operand, axis, /*needsElement=*/true);
  if (failed(type) || failed(checkIndexable(site, axis, operand)))
    return failure();
  inferred.push_back(type->clone(IntegerType::get(operand.getContext(), 32)));
  return success();
}

LogicalResult
ReduceSumOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                              ValueRange operands, DictionaryAttr attributes,
                              OpaqueProperties properties, RegionRange regions,
                              SmallVectorImpl<Type> &inferred) {
  return inferReduction<ReduceSumOp>(
      {operands, attributes, properties, regions}, location, inferred,
      /*needsElement=*/false);
}

LogicalResult
ReduceMaxOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                              ValueRange operands, DictionaryAttr attributes,
                              OpaqueProperties properties, RegionRange regions,
                              SmallVectorImpl<Type> &inferred) {
  return inferReduction<ReduceMaxOp>(
      {operands, attributes, properties, regions}, location, inferred,
      /*needsElement=*/true);
}

LogicalResult
ReduceMinOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                              ValueRange operands, DictionaryAttr attributes,
                              OpaqueProperties properties, RegionRange regions,
                              SmallVectorImpl<Type> &inferred) {
  return inferReduction<ReduceMinOp>(
      {operands, attributes, properties, regions}, location, inferred,
      /*needsElement=*/true);
}

LogicalResult
ReduceAnyOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                              ValueRange operands, DictionaryAttr attributes,
                              OpaqueProperties properties, RegionRange regions,
                              SmallVectorImpl<Type> &inferred) {
  return inferReduction<ReduceAnyOp>(
      {operands, attributes, properties, regions}, location, inferred,
      /*needsElement=*/false);
}

LogicalResult
ReduceAllOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                              ValueRange operands, DictionaryAttr attributes,
                              OpaqueProperties properties, RegionRange regions,
                              SmallVectorImpl<Type> &inferred) {
  return inferReduction<ReduceAllOp>(
      {operands, attributes, properties, regions}, location, inferred,
      /*needsElement=*/false);
}

LogicalResult
ArgMaxOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                           ValueRange operands, DictionaryAttr attributes,
                           OpaqueProperties properties, RegionRange regions,
                           SmallVectorImpl<Type> &inferred) {
  return inferArgReduction<ArgMaxOp>(
      {operands, attributes, properties, regions}, location, inferred);
}

LogicalResult
ArgMinOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                           ValueRange operands, DictionaryAttr attributes,
                           OpaqueProperties properties, RegionRange regions,
                           SmallVectorImpl<Type> &inferred) {
  return inferArgReduction<ArgMinOp>(
      {operands, attributes, properties, regions}, location, inferred);
}

LogicalResult CumSumOp::verify() {
  return checkAxis(OpSite(*this), getAxis(), tensorType(getOperand()));
}

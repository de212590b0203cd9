//===- IndexOps.cpp - legal gathers, scatters and sorts -------------------===//
//
// Shapes only: whether an index is in range is known when it runs.
//
//===----------------------------------------------------------------------===//
#include "OpChecks.h"

using namespace mlir;
using namespace nnc::nn;

//===----------------------------------------------------------------------===//
// GatherOp
//===----------------------------------------------------------------------===//

/// The shape of the slices of `operand` that `index` names: `axis` replaced by
/// the axes of the index.
static FailureOr<RankedTensorType> inferGathered(OpSite site,
                                                 RankedTensorType operand,
                                                 RankedTensorType index,
                                                 int64_t axis) {
  if (failed(checkAxis(site, axis, operand)))
    return failure();
  // No index is in range of an empty axis.
  if (operand.getDimSize(axis) == 0 && index.getNumElements() != 0)
    return site.refuse("axis ", axis, " has size 0 but is indexed ",
                       index.getNumElements(), " times");
  SmallVector<int64_t> shape(operand.getShape().take_front(axis));
  llvm::append_range(shape, index.getShape());
  llvm::append_range(shape, operand.getShape().drop_front(axis + 1));
  return RankedTensorType::get(shape, operand.getElementType());
}

LogicalResult GatherOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, ValueRange operands,
    DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
    SmallVectorImpl<Type> &inferred) {
  Adaptor op(operands, attributes, properties, regions);
  FailureOr<RankedTensorType> type = inferGathered(
      OpSite(location, getOperationName()), tensorType(op.getOperand()),
      tensorType(op.getIndex()), op.getAxis());
  if (failed(type))
    return failure();
  inferred.push_back(*type);
  return success();
}

//===----------------------------------------------------------------------===//
// ScatterAddOp
//===----------------------------------------------------------------------===//

LogicalResult ScatterAddOp::verify() {
  OpSite site(*this);
  FailureOr<RankedTensorType> expected = inferGathered(
      site, tensorType(getOperand()), tensorType(getIndex()), getAxis());
  if (failed(expected))
    return failure();
  if (tensorType(getUpdates()) != *expected)
    return site.refuse("updates have type ", tensorType(getUpdates()),
                       " but operand and index give ", *expected);
  return success();
}

//===----------------------------------------------------------------------===//
// OneHotOp
//===----------------------------------------------------------------------===//

LogicalResult OneHotOp::verify() {
  RankedTensorType index = tensorType(getIndex()),
                   result = tensorType(getResult());
  if (result.getRank() != index.getRank() + 1)
    return emitOpError()
           << "result must have one axis more than the index but has rank "
           << result.getRank() << " where the index has rank "
           << index.getRank();
  if (result.getShape().drop_back() != index.getShape())
    return emitOpError() << "result has shape " << toString(result.getShape())
                         << " but the index has shape "
                         << toString(index.getShape());
  if (result.getShape().back() == 0 && index.getNumElements() != 0)
    return emitOpError() << "result has no class but the index has "
                         << index.getNumElements() << " elements";
  return success();
}

//===----------------------------------------------------------------------===//
// SortOp
//===----------------------------------------------------------------------===//

LogicalResult SortOp::verify() {
  OpSite site(*this);
  RankedTensorType operand = tensorType(getOperand()),
                   indices = tensorType(getIndices());
  if (failed(checkAxis(site, getAxis(), operand)) ||
      failed(checkIndexable(site, getAxis(), operand)))
    return failure();
  if (indices.getShape() != operand.getShape())
    return site.refuse("indices have shape ", toString(indices.getShape()),
                       " but the operand has shape ",
                       toString(operand.getShape()));
  return success();
}

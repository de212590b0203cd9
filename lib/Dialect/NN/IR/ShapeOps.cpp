//===- ShapeOps.cpp - legal shape ops -------------------------------------===//
//
// Every size of a result is checked or computed here; sums of sizes are made in
// 128 bits, since each summand comes from the user.
//
//===----------------------------------------------------------------------===//
#include "OpChecks.h"

using namespace mlir;
using namespace nnc::nn;

//===----------------------------------------------------------------------===//
// ConstantOp
//===----------------------------------------------------------------------===//

ConstantOp ConstantOp::createSplat(OpBuilder &builder, Location loc,
                                   RankedTensorType type, double value) {
  Attribute element;
  if (isa<FloatType>(type.getElementType())) {
    element = builder.getFloatAttr(type.getElementType(), value);
  } else {
    // Unsigned 64-bit elements do not exist, so every value fits an int64.
    auto integer = cast<IntegerType>(type.getElementType());
    element = IntegerAttr::get(
        integer, APInt(integer.getWidth(), static_cast<int64_t>(value),
                       /*isSigned=*/true, /*implicitTrunc=*/true));
  }
  return ConstantOp::create(builder, loc, type,
                            DenseElementsAttr::get(type, element));
}

LogicalResult ConstantOp::verify() {
  if (!isa<DenseElementsAttr>(getValue()))
    return emitOpError() << "value must be a 'dense' literal but is "
                         << getValue();
  return success();
}

//===----------------------------------------------------------------------===//
// IotaOp
//===----------------------------------------------------------------------===//

LogicalResult IotaOp::verify() {
  return checkAxis(OpSite(*this), getAxis(), tensorType(getResult()));
}

//===----------------------------------------------------------------------===//
// ReshapeOp
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  OpSite site(*this);
  RankedTensorType operand = tensorType(getOperand()),
                   result = tensorType(getResult());
  if (failed(checkElements(site, "operand", operand, "result", result)))
    return failure();
  if (operand.getNumElements() != result.getNumElements())
    return site.refuse("operand has ", operand.getNumElements(),
                       " elements but result has ", result.getNumElements());
  return success();
}

//===----------------------------------------------------------------------===//
// BroadcastOp
//===----------------------------------------------------------------------===//

LogicalResult BroadcastOp::verify() {
  OpSite site(*this);
  RankedTensorType operand = tensorType(getOperand()),
                   result = tensorType(getResult());
  ArrayRef<int64_t> axes = getAxes();
  if (failed(checkElements(site, "operand", operand, "result", result)))
    return failure();
  if (static_cast<int64_t>(axes.size()) != operand.getRank())
    return site.refuse("has ", axes.size(), " axes for an operand of rank ",
                       operand.getRank());
  if (failed(checkAxes(site, axes, result)))
    return failure();
  for (auto [i, axis] : llvm::enumerate(axes))
    if (operand.getDimSize(i) != 1 &&
        operand.getDimSize(i) != result.getDimSize(axis))
      return site.refuse("axis ", i, " of the operand has size ",
                         operand.getDimSize(i), " but axis ", axis,
                         " of the result has size ", result.getDimSize(axis));
  return success();
}

//===----------------------------------------------------------------------===//
// TransposeOp
//===----------------------------------------------------------------------===//

LogicalResult
TransposeOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                              ValueRange operands, DictionaryAttr attributes,
                              OpaqueProperties properties, RegionRange regions,
                              SmallVectorImpl<Type> &inferred) {
  Adaptor op(operands, attributes, properties, regions);
  OpSite site(location, getOperationName());
  RankedTensorType operand = tensorType(op.getOperand());
  ArrayRef<int64_t> permutation = op.getPermutation();
  if (static_cast<int64_t>(permutation.size()) != operand.getRank())
    return site.refuse("permutation has ", permutation.size(),
                       " entries for an operand of rank ", operand.getRank());
  SmallVector<int64_t> shape;
  for (auto [i, axis] : llvm::enumerate(permutation)) {
    if (failed(checkAxis(site, axis, operand)))
      return failure();
    if (llvm::is_contained(permutation.take_front(i), axis))
      return site.refuse("permutation ", toString(permutation), " names axis ",
                         axis, " twice");
    shape.push_back(operand.getDimSize(axis));
  }
  inferred.push_back(operand.clone(shape));
  return success();
}

//===----------------------------------------------------------------------===//
// SliceOp
//===----------------------------------------------------------------------===//

LogicalResult
SliceOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                          ValueRange operands, DictionaryAttr attributes,
                          OpaqueProperties properties, RegionRange regions,
                          SmallVectorImpl<Type> &inferred) {
  Adaptor op(operands, attributes, properties, regions);
  OpSite site(location, getOperationName());
  RankedTensorType operand = tensorType(op.getOperand());
  int64_t rank = operand.getRank();
  if (failed(checkEntries(site, "starts", op.getStarts(), rank, "axes", 0)) ||
      failed(checkEntries(site, "limits", op.getLimits(), rank, "axes", 0)) ||
      failed(checkEntries(site, "strides", op.getStrides(), rank, "axes", 1)))
    return failure();
  SmallVector<int64_t> shape;
  for (int64_t i = 0; i < rank; ++i) {
    int64_t start = op.getStarts()[i], limit = op.getLimits()[i],
            stride = op.getStrides()[i];
    if (limit > operand.getDimSize(i))
      return site.refuse("limit ", limit, " of axis ", i,
                         " is beyond its size ", operand.getDimSize(i));
    if (start > limit)
      return site.refuse("start ", start, " of axis ", i,
                         " is beyond its limit ", limit);
    shape.push_back(start == limit ? 0 : (limit - start - 1) / stride + 1);
  }
  inferred.push_back(operand.clone(shape));
  return success();
}

//===----------------------------------------------------------------------===//
// PadOp
//===----------------------------------------------------------------------===//

LogicalResult
PadOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                        ValueRange operands, DictionaryAttr attributes,
                        OpaqueProperties properties, RegionRange regions,
                        SmallVectorImpl<Type> &inferred) {
  Adaptor op(operands, attributes, properties, regions);
  OpSite site(location, getOperationName());
  RankedTensorType operand = tensorType(op.getOperand()),
                   value = tensorType(op.getValue());
  int64_t rank = operand.getRank();
  if (value.getRank() != 0)
    return site.refuse("value must be a scalar but has type ", value);
  if (failed(checkElements(site, "operand", operand, "value", value)) ||
      failed(checkEntries(site, "low", op.getLow(), rank, "axes", 0)) ||
      failed(checkEntries(site, "high", op.getHigh(), rank, "axes", 0)) ||
      failed(checkEntries(site, "interior", op.getInterior(), rank, "axes", 0)))
    return failure();
  SmallVector<int64_t> shape;
  for (int64_t i = 0; i < rank; ++i) {
    int64_t size = operand.getDimSize(i);
    __int128 padded =
        static_cast<__int128>(op.getLow()[i]) + op.getHigh()[i] + size;
    if (size > 1)
      padded += static_cast<__int128>(size - 1) * op.getInterior()[i];
    if (padded > std::numeric_limits<int64_t>::max())
      return site.refuse("axis ", i, " of size ", size,
                         " does not fit int64 once padded");
    shape.push_back(static_cast<int64_t>(padded));
  }
  inferred.push_back(operand.clone(shape));
  return success();
}

//===----------------------------------------------------------------------===//
// ConcatOp
//===----------------------------------------------------------------------===//

LogicalResult
ConcatOp::inferReturnTypes(MLIRContext *, std::optional<Location> location,
                           ValueRange operands, DictionaryAttr attributes,
                           OpaqueProperties properties, RegionRange regions,
                           SmallVectorImpl<Type> &inferred) {
  Adaptor op(operands, attributes, properties, regions);
  OpSite site(location, getOperationName());
  if (op.getOperands().empty())
    return site.refuse("joins no operand");
  RankedTensorType first = tensorType(op.getOperands().front());
  int64_t axis = op.getAxis();
  if (failed(checkAxis(site, axis, first)))
    return failure();
  __int128 total = 0;
  for (auto [n, operand] : llvm::enumerate(op.getOperands())) {
    RankedTensorType type = tensorType(operand);
    if (type.getElementType() != first.getElementType())
      return site.refuse("element types differ: operand 0 has ",
                         first.getElementType(), " but operand ", n, " has ",
                         type.getElementType());
    if (type.getRank() != first.getRank())
      return site.refuse("ranks differ: operand 0 has rank ", first.getRank(),
                         " but operand ", n, " has rank ", type.getRank());
    for (int64_t i = 0; i < first.getRank(); ++i)
      if (i != axis && type.getDimSize(i) != first.getDimSize(i))
        return site.refuse("sizes of axis ", i, " differ: operand 0 has ",
                           first.getDimSize(i), " but operand ", n, " has ",
                           type.getDimSize(i));
    total += type.getDimSize(axis);
  }
  if (total > std::numeric_limits<int64_t>::max())
    return site.refuse("joined axis ", axis, " does not fit int64");
  SmallVector<int64_t> shape(first.getShape());
  shape[axis] = static_cast<int64_t>(total);
  inferred.push_back(first.clone(shape));
  return success();
}

//===----------------------------------------------------------------------===//
// ReverseOp
//===----------------------------------------------------------------------===//

LogicalResult ReverseOp::verify() {
  return checkAxes(OpSite(*this), getAxes(), tensorType(getOperand()));
}

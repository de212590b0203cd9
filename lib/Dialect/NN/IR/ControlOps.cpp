//===- ControlOps.cpp - legal gradients -----------------------------------===//
//
// A gradient is of a scalar, and has the types of what it is taken by.
//
//===----------------------------------------------------------------------===//
#include "OpChecks.h"

using namespace mlir;
using namespace nnc::nn;

LogicalResult GradientOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, ValueRange operands,
    DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
    SmallVectorImpl<Type> &inferred) {
  Adaptor op(operands, attributes, properties, regions);
  llvm::append_range(inferred, op.getWrt().getTypes());
  return success();
}

LogicalResult GradientOp::verify() {
  RankedTensorType loss = tensorType(getLoss());
  if (loss.getRank() != 0)
    return emitOpError() << "loss must be a scalar but has type " << loss;
  if (getWrt().empty())
    return emitOpError() << "is taken by no value";
  return success();
}

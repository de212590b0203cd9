//===- ElementwiseOps.cpp - legal elementwise ops -------------------------===//
//
// The traits in the definitions say it all but the type of a comparison.
//
//===----------------------------------------------------------------------===//
#include "OpChecks.h"

using namespace mlir;
using namespace nnc::nn;

LogicalResult CompareOp::inferReturnTypes(
    MLIRContext *context, std::optional<Location> location, ValueRange operands,
    DictionaryAttr attributes, OpaqueProperties properties, RegionRange regions,
    SmallVectorImpl<Type> &inferred) {
  Adaptor op(operands, attributes, properties, regions);
  inferred.push_back(
      tensorType(op.getLhs()).clone(IntegerType::get(context, 1)));
  return success();
}

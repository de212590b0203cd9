//===- NNDialect.cpp - registration of the nn dialect ---------------------===//
//
// The dialect's ops, attributes and interfaces, and how a folded value becomes
// an op again.
//
//===----------------------------------------------------------------------===//
#include "mlir/IR/DialectImplementation.h"
#include "GradRules.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nnc::nn;

#include "nnc/Dialect/NN/IR/NNDialect.cpp.inc"
#include "nnc/Dialect/NN/IR/NNEnums.cpp.inc"
#include "nnc/Dialect/NN/Interfaces/Differentiable.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "nnc/Dialect/NN/IR/NNAttributes.cpp.inc"
#define GET_OP_CLASSES
#include "nnc/Dialect/NN/IR/NNOps.cpp.inc"

void NNDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "nnc/Dialect/NN/IR/NNAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "nnc/Dialect/NN/IR/NNOps.cpp.inc"
      >();
  attachScanSlope(*getContext());
}

Operation *NNDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                          Type type, Location loc) {
  auto elements = dyn_cast<ElementsAttr>(value);
  if (!elements || elements.getType() != type)
    return nullptr;
  return ConstantOp::create(builder, loc, type, elements);
}

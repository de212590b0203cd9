//===- RegistryTest.cpp - every primitive has a rule ----------------------===//
#include "RunHelper.h"

using namespace nnc;

/// A primitive is pure, computes something and stands for itself: gradients
/// are written out before anything runs.
static bool isPrimitive(mlir::RegisteredOperationName name) {
  return name.hasTrait<mlir::OpTrait::OneResult>() &&
         name.hasInterface<mlir::MemoryEffectOpInterface>() &&
         name.getStringRef() != nn::ReadOp::getOperationName();
}

TEST(Registry, EveryPrimitiveHasARule) {
  unsigned primitives = 0;
  for (mlir::RegisteredOperationName name : getContext().getRegisteredOperations()) {
    if (name.getDialectNamespace() != "nn")
      continue;
    bool isSort = name.getStringRef() == nn::SortOp::getOperationName();
    bool expected = isPrimitive(name) || isSort;
    EXPECT_EQ(hasInterpreterRule(name.getStringRef()), expected) << name.getStringRef().str();
    primitives += expected;
  }
  EXPECT_GE(primitives, 60u);
}

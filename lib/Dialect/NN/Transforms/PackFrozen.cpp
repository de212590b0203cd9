//===- PackFrozen.cpp - variables that never change are constants ---------===//
//
// Replaces the reads of variables that carry their value as `nn.frozen` and
// drops them. It comes after kernels are formed, so that frozen code runs the
// very kernels that code with variables runs, to the same bits.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/Frozen.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"
#include "llvm/ADT/StringMap.h"

namespace nnc::nn {
#define GEN_PASS_DEF_PACKFROZEN
#include "nnc/Dialect/NN/Transforms/Passes.h.inc"
} // namespace nnc::nn

using namespace mlir;
using nnc::kFrozenAttrName;
using namespace nnc::nn;

namespace {

struct PackFrozen : public nnc::nn::impl::PackFrozenBase<PackFrozen> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    llvm::StringMap<ElementsAttr> values;
    for (VariableOp variable : module.getOps<VariableOp>())
      if (auto value = variable->getAttrOfType<ElementsAttr>(kFrozenAttrName))
        values[variable.getSymName()] = value;
    if (values.empty())
      return;
    WalkResult result = module.walk([&](WriteOp write) {
      if (!values.contains(write.getVariable()))
        return WalkResult::advance();
      write.emitOpError() << "writes '" << write.getVariable() << "', which is frozen";
      return WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    module.walk([&](ReadOp read) {
      ElementsAttr value = values.lookup(read.getVariable());
      if (!value)
        return;
      OpBuilder builder(read);
      auto constant = ConstantOp::create(builder, read.getLoc(), value);
      constant->setAttr(kFrozenAttrName, builder.getUnitAttr());
      read.replaceAllUsesWith(constant.getResult());
      read.erase();
    });
    for (VariableOp variable : llvm::make_early_inc_range(module.getOps<VariableOp>()))
      if (values.contains(variable.getSymName()))
        variable.erase();
  }
};

} // namespace

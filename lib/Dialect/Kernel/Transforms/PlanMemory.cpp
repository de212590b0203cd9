//===- PlanMemory.cpp - give every value a place --------------------------===//
//
// Writes the memory plan of every entry and step onto its ops, then has the
// checker verify it from the ops alone.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/MemoryPlan.h"
#include "nnc/Analysis/PlanChecker.h"
#include "nnc/Dialect/Kernel/Transforms/Passes.h"

namespace nnc::kernel {
#define GEN_PASS_DEF_PLANMEMORY
#include "nnc/Dialect/Kernel/Transforms/Passes.h.inc"
} // namespace nnc::kernel

using namespace mlir;

namespace {

struct PlanMemory : nnc::kernel::impl::PlanMemoryBase<PlanMemory> {
  using PlanMemoryBase::PlanMemoryBase;

  void runOnOperation() override;

private:
  void apply(const nnc::FunctionPlan &plan);
};

} // namespace

void PlanMemory::runOnOperation() {
  ModuleOp module = getOperation();
  nnc::VariableTable variables(module);
  SymbolTableCollection symbols;
  int64_t arenaSize = 0;
  for (auto function : module.getOps<FunctionOpInterface>()) {
    if (!nnc::nn::isGraphFunction(function))
      continue;
    FailureOr<nnc::FunctionPlan> plan =
        nnc::planMemory(function, variables, symbols);
    if (failed(plan))
      return signalPassFailure();
    for (auto write : function.getFunctionBody().getOps<nnc::nn::WriteOp>())
      write->removeAttr(nnc::kStageAttrName);
    apply(*plan);
    arenaSize = std::max(arenaSize, plan->arenaSize);
  }
  module->setAttr(nnc::kArenaSizeAttrName,
                  Builder(module).getI64IntegerAttr(arenaSize));
  if (failed(nnc::checkPlans(module)))
    signalPassFailure();
}

void PlanMemory::apply(const nnc::FunctionPlan &plan) {
  Builder builder(&getContext());
  auto toAttribute = [&](ArrayRef<nnc::kernel::PlaceAttr> planned) {
    SmallVector<Attribute> places(planned.begin(), planned.end());
    for (nnc::kernel::PlaceAttr place : planned) {
      numInVariables += place.getKind() == nnc::kernel::PlaceKind::variable;
      numInOutputs += place.getKind() == nnc::kernel::PlaceKind::output;
    }
    return builder.getArrayAttr(places);
  };
  for (auto &[scan, places] : plan.scans)
    scan->setAttr(nnc::kPlacesAttrName, toAttribute(places));
  for (auto &[call, planned] : plan.calls) {
    nnc::kernel::CallOp op = call;
    op.setPlacesAttr(toAttribute(planned.places));
    if (planned.scratch)
      op.setScratch(*planned.scratch);
    else
      op.removeScratchAttr();
  }
  for (auto [write, offset] : plan.stages)
    write->setAttr(nnc::kStageAttrName, builder.getI64IntegerAttr(offset));
}

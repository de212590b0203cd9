//===- CheckPlan.cpp - verify the memory plan -----------------------------===//
//
// The plan checker as a pass of its own, for plans that come from a file.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/PlanChecker.h"
#include "nnc/Dialect/Kernel/Transforms/Passes.h"

namespace nnc::kernel {
#define GEN_PASS_DEF_CHECKPLAN
#include "nnc/Dialect/Kernel/Transforms/Passes.h.inc"
} // namespace nnc::kernel

using namespace mlir;

namespace {

struct CheckPlan : nnc::kernel::impl::CheckPlanBase<CheckPlan> {
  void runOnOperation() override {
    if (failed(nnc::checkPlans(getOperation())))
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};

} // namespace

//===- PlanChecker.h - proof that a memory plan is sound --------*- C++ -*-===//
//
// Runs an entry or step on a shadow of its memory, where every byte says which
// byte of which value it holds, and sees that every kernel and every copy finds
// what it wants. It shares no reasoning with the planner: no lifetimes.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ANALYSIS_PLANCHECKER_H
#define NNC_ANALYSIS_PLANCHECKER_H

#include "nnc/Analysis/Storage.h"

namespace nnc {

/// Reports an unsound plan as an error on the op that would go wrong.
llvm::LogicalResult checkPlan(mlir::FunctionOpInterface function,
                              int64_t arenaSize, const VariableTable &variables,
                              mlir::SymbolTableCollection &symbols);

/// Checks all entries and steps of a planned module.
llvm::LogicalResult checkPlans(mlir::ModuleOp module);

} // namespace nnc

#endif // NNC_ANALYSIS_PLANCHECKER_H

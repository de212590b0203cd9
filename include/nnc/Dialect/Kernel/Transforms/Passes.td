//===- Passes.td - passes on kernels and their calls -------*- tablegen -*-===//
#ifndef NNC_DIALECT_KERNEL_TRANSFORMS_PASSES
#define NNC_DIALECT_KERNEL_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def CheckPlan : Pass<"kernel-check-plan", "::mlir::ModuleOp"> {
  let summary = "verify the memory plan";
  let description = [{
    Runs every entry and step on a shadow of its memory and reports a call or
    copy that would not find its operands. Changes nothing.
  }];
}

def PlanMemory : Pass<"kernel-plan-memory", "::mlir::ModuleOp"> {
  let summary = "give every value of entries and steps a place";
  let description = [{
    Sets `places` and `scratch` of every `kernel.call` and the module's
    `kernel.arena_size`: one arena serves all functions. Results are computed
    directly in the storage of variables and in the caller's outputs where that
    is sound; dying inputs give up their buffers where `kernel.inplace` of the
    kernel allows it. Kernels must be functions on memrefs. The plan is verified.
  }];
  let statistics = [
    Statistic<"numInVariables", "in-variables", "Results computed in a variable">,
    Statistic<"numInOutputs", "in-outputs", "Results computed in an output">];
}

#endif // NNC_DIALECT_KERNEL_TRANSFORMS_PASSES

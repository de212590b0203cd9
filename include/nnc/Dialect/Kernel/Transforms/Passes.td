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

def OrderCalls : Pass<"kernel-order-calls", "::mlir::ModuleOp"> {
  let summary = "order the calls of entries and steps for few live bytes";
  let description = [{
    Runs a call as soon as it can where no more bytes are alive after it than
    before, and keeps the order otherwise. Results do not change: calls are pure.
  }];
}

def Recompute : Pass<"kernel-recompute", "::mlir::ModuleOp"> {
  let summary = "call kernels again rather than keep what they computed";
  let description = [{
    Repeats calls of entries and steps until the memory plan takes no more than
    `arena-limit` bytes of arena, or nothing more can be won. Kernels must be
    functions on memrefs. Results do not change: calls are pure.
  }];
  let options = [
    Option<"arenaLimit", "arena-limit", "int64_t", /*default=*/"0",
           "bytes of arena that a function may take">];
  let statistics = [Statistic<"numCopies", "copies", "Calls that were repeated">];
}

#endif // NNC_DIALECT_KERNEL_TRANSFORMS_PASSES

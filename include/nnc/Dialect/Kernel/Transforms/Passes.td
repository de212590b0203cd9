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

def PoisonArena : Pass<"kernel-poison-arena", "::mlir::ModuleOp"> {
  let summary = "poison what a memory plan leaves free";
  let description = [{
    For tests. Around every `kernel.call` of a planned module, `kernel.poison` for
    the bytes of the arena that its results and its scratch are about to take, and
    afterwards for the scratch and for what the call was the last to use. Code
    that reads memory which holds no value then computes something else. Values that
    a scan keeps in two places in turn are left alone. The plan is verified with
    the poison.
  }];
}

def MarkInvariants : Pass<"kernel-mark-invariants", "::mlir::ModuleOp"> {
  let summary = "mark operands that are the same in every call";
  let description = [{
    Marks arguments of kernels with products as `kernel.invariant` where every
    call passes a constant, a variable that its function does not write, or what
    a scan captures. A kernel whose calls differ in this is copied. Lowering
    then packs the whole operand beforehand.
  }];
  let statistics = [Statistic<"numMarked", "marked", "Arguments that were marked">];
}

def HoistInvariants : Pass<"kernel-hoist-invariants", "::mlir::ModuleOp"> {
  let summary = "compute once what depends on invariant operands alone";
  let description = [{
    Splits kernels on memrefs: nests that read only `kernel.invariant` arguments
    and write only scratch become a kernel of their own, whose result the rest
    takes as one more input. In the body of a scan it is called before the scan.
    Where all that it reads is lasting, it is called by a preparation of the
    entry or step (`kernel.prepared_by`), and its result is a variable of the
    kind `prepared`.
  }];
  let dependentDialects = ["::nnc::nn::NNDialect"];
  let statistics = [Statistic<"numHoisted", "hoisted", "Kernels that were split">];
}

def OrderCalls : Pass<"kernel-order-calls", "::mlir::ModuleOp"> {
  let summary = "order the calls of entries and steps for few live bytes";
  let description = [{
    Runs a call as soon as it can where no more bytes are alive after it than
    before, and keeps the order otherwise. Results do not change: calls are pure.
  }];
}

def InlineCalls : Pass<"kernel-inline-calls", "::mlir::ModuleOp"> {
  let summary = "kernels back to the graph that they were formed from";
  let description = [{
    Puts each kernel's body in place of its calls and drops the kernels and, where
    there were any, the entry `init` that `nn-build-init` made with them: the
    variables have their initial values still. What reads graphs then reads a
    model that is given as kernels, too.
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

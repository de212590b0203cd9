//===- Passes.td - passes on the nn dialect ----------------*- tablegen -*-===//
#ifndef NNC_DIALECT_NN_TRANSFORMS_PASSES
#define NNC_DIALECT_NN_TRANSFORMS_PASSES

include "mlir/Pass/PassBase.td"

def BuildInit : Pass<"nn-build-init", "::mlir::ModuleOp"> {
  let summary = "make the function that initialises all variables";
  let description = [{
    Adds `nn.entry @init(%seed: tensor<i64>)`, which runs the initial-value
    region of every variable and writes the result. Each region gets the random
    state `[seed + h, 0]` with h the 64-bit FNV-1a hash of the variable's full
    name, so the initial value of a variable depends on the seed and its own
    name only. The variables' regions are left as they are. A variable with the
    attribute `nn.frozen` is left out: `nn-pack-frozen` makes it a constant.
    `@init` is `nn.strict`, since a seed gives the same bits on every target.
  }];
  let dependentDialects = ["::nnc::nn::NNDialect"];
}

def Differentiate : Pass<"nn-differentiate", "::mlir::ModuleOp"> {
  let summary = "replace gradients by the graph that computes them";
  let description = [{
    Replaces every `nn.gradient`, in order of appearance, by reverse mode over
    the ops between what it is taken by and its loss, then removes every
    `nn.stop_gradient`. All reads of a variable in a function become its first
    one. A value that the loss does not depend on gets a gradient of zero; if
    there is no differentiable path to any value of an `nn.gradient`, that is an
    error, which names each op that cuts one.
  }];
  let dependentDialects = ["::nnc::nn::NNDialect"];
}

def FormKernels : Pass<"nn-form-kernels", "::mlir::ModuleOp"> {
  let summary = "cluster ops into kernels";
  let description = [{
    Every entry and step becomes a sequence of `kernel.call`, with `nn.read`,
    `nn.write`, constants and reshapes (which are views) between. A kernel is
    a contraction or convolution with the elementwise ops on its result, or a
    set of elementwise ops, reductions and index-moving ops over one domain.
    Cheap index-moving ops are repeated in every kernel that uses them. Equal
    kernels become one, and those of an `nn.strict` function are `nn.strict`.
  }];
  let dependentDialects = ["::nnc::nn::NNDialect", "::nnc::kernel::KernelDialect"];
  let options = [
    ListOption<"disabled", "disable", "std::string",
               "Names of optimizations to leave out">,
    Option<"strictRounding", "strict", "bool", /*default=*/"false",
           "Compute nothing in a form that rounds otherwise">];
  let statistics = [
    Statistic<"numKernels", "kernels", "Distinct kernels made">,
    Statistic<"numCalls", "calls", "Kernel calls made">];
}

def MarkIndexBounds : Pass<"nn-mark-index-bounds", "::mlir::ModuleOp"> {
  let summary = "say which inputs are indices and how large they may be";
  let description = [{
    Puts `nn.index_bounds` on every integer argument whose elements are used as
    indices of `nn.gather`, `nn.scatter_add` or `nn.one_hot`, straight or
    through reshapes, broadcasts, slices, transposes, conversions between
    integers and choices that exchange one value. The emitted function checks
    them before it writes anything.
  }];
}

def PackFrozen : Pass<"nn-pack-frozen", "::mlir::ModuleOp"> {
  let summary = "turn variables that never change into constants";
  let description = [{
    A variable with the attribute `nn.frozen`, which is its value, is dropped;
    each `nn.read` of it becomes an `nn.constant` that carries the mark
    `nn.frozen`, and whose value later stages must not compute with. It follows
    `nn-form-kernels`: kernels are those of the model with variables, and so are
    all results, to the bit. To write such a variable is an error.
  }];
  let dependentDialects = ["::nnc::nn::NNDialect"];
}

def SimplifyScans : Pass<"nn-simplify-scans", "::mlir::ModuleOp"> {
  let summary = "make loops smaller, or unroll them";
  let description = [{
    Leaves out of every `nn.scan` what nothing needs: collected arrays, carries
    that feed only themselves, scanned and captured values that no turn reads;
    what is given twice is given once. Unrolls a loop of one turn, and one of few
    turns with a small body.
  }];
  let dependentDialects = ["::nnc::nn::NNDialect"];
  let options = [
    Option<"maxTurns", "max-turns", "int64_t", /*default=*/"4",
           "Most turns of a loop that is unrolled; 1: unroll none of several">,
    Option<"maxOps", "max-ops", "int64_t", /*default=*/"64",
           "Most ops that unrolling a loop may make">];
}

#endif // NNC_DIALECT_NN_TRANSFORMS_PASSES

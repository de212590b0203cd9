//===- Passes.td - passes from one dialect to another ------*- tablegen -*-===//
#ifndef NNC_CONVERSION_PASSES
#define NNC_CONVERSION_PASSES

include "mlir/Pass/PassBase.td"

def ConvertGraphToLLVM : Pass<"convert-graph-to-llvm", "::mlir::ModuleOp"> {
  let summary = "entries and steps to C functions in the LLVM dialect";
  let description = [{
    Every `nn.entry` and `nn.step` becomes an external function PREFIX_name with
    the signature of the generated header: it checks the instance, its inputs
    and the indices in them, calls the kernels on the planned buffers, and makes
    the copies that the plan leaves. Adds PREFIX_init, read, write, report,
    set_parallel and status. Kernels must be LLVM functions on bare pointers and
    become internal; variables and graph functions are removed.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
  let options = [
    Option<"prefix", "prefix", "std::string", /*default=*/"\"model\"",
           "Prefix of every exported symbol">,
    Option<"maxThreads", "max-threads", "int32_t", /*default=*/"16",
           "Largest number of threads that set_parallel accepts">,
    Option<"sizeBits", "size-bits", "unsigned", /*default=*/"64",
           "Width of the target's size_t">];
}

def ConvertKernelToLinalg : Pass<"convert-kernel-to-linalg", "::mlir::ModuleOp"> {
  let summary = "kernels of nn ops to linalg on buffers";
  let description = [{
    Every `kernel.func` becomes a private `func.func` of the same name on
    memrefs: inputs, outputs, and a scratch buffer of bytes if it has
    temporaries. Its body is a sequence of `linalg.generic` ops, with loops
    written out where elements depend on one another in order, and over panels
    of an operand that are packed just before their use. Booleans are bytes in
    memory. The attribute `kernel.inplace` lists the pairs
    `[input, output]` that may share a buffer; `kernel.first_output` is the
    number of the argument that the outputs begin at.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
      "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
      "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
      "::nnc::kernel::KernelDialect"];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"128",
           "Width of the target's vector registers, for packed operands">,
    Option<"cacheBytes", "cache-bytes", "uint64_t", /*default=*/"512 << 10",
           "Bytes of the second-level cache">,
    Option<"workers", "workers", "unsigned", /*default=*/"1",
           "Threads that may run a kernel's tasks at the same time">,
    Option<"copyBytes", "copy-bytes", "uint64_t", /*default=*/"0",
           "Bytes that images are copied in at a time, to take little memory; 0: what is fast">,
    ListOption<"disabled", "disable", "std::string",
               "Names of optimizations to leave out">];
}

def OutlineTasks : Pass<"kernel-outline-tasks", "::mlir::ModuleOp"> {
  let summary = "loops over tasks to functions";
  let description = [{
    Every loop over tasks of a kernel becomes a function `@kernel.task0` on the
    kernel's buffers, the task's number and its worker's, and a call of
    `@kernel.task0.all`, which the interface defines. The kernel takes the instance as one more
    argument then. Of a kernel from another back end, which has these functions
    itself, they are declared.
  }];
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

def ConvertKernelToLLVM : Pass<"convert-kernel-to-llvm", "::mlir::ModuleOp"> {
  let summary = "kernels of loops and vectors to the LLVM dialect";
  let description = [{
    Every `func.func` becomes an `llvm.func` that takes bare pointers, internal
    if it was private. Products and sums may be contracted unless the kernel has
    the attribute `nn.strict` or the option forbids it. Outputs that no pair of
    `kernel.inplace` names, and scratch, are `llvm.noalias`.
  }];
  let dependentDialects = ["::mlir::cf::ControlFlowDialect", "::mlir::LLVM::LLVMDialect"];
  let options = [Option<"strict", "strict", "bool", /*default=*/"false",
                        "Forbid contraction and reassociation everywhere">];
}

def ConvertLinalgToVector : Pass<"convert-linalg-to-vector", "::mlir::func::FuncOp"> {
  let summary = "linalg on buffers to loops over vectors";
  let description = [{
    Every `linalg.generic` on buffers becomes `scf.for` loops over vector ops:
    vectors run along the loop that makes most accesses contiguous, reductions
    keep a tile of accumulators in registers over all reduced loops, and edges
    are smaller tiles and vectors of exactly the remaining width. The schedule
    is derived from the nest and the target's vector registers. A nest with an
    address that is not linear in its loops becomes scalar loops.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::LLVM::LLVMDialect",
      "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"128",
           "Width of a vector register">,
    Option<"vectorRegisters", "vector-registers", "unsigned", /*default=*/"16",
           "Number of vector registers">,
    Option<"cacheBytes", "cache-bytes", "uint64_t", /*default=*/"512 << 10",
           "Bytes of the second-level cache">,
    Option<"tasks", "tasks", "unsigned", /*default=*/"1",
           "Parts that a large nest is cut into at most">,
    Option<"strict", "strict", "bool", /*default=*/"false",
           "Keep the order of every sum">,
    ListOption<"disabled", "disable", "std::string",
               "Names of optimizations to leave out">];
  let statistics = [
    Statistic<"numVector", "vector", "Nests made of vectors">,
    Statistic<"numScalar", "scalar", "Nests made of scalar loops">];
}

def ConvertMathToPolynomial : Pass<"convert-math-to-polynomial"> {
  let summary = "functions to polynomials";
  let description = [{
    exp, log, tanh, erf, powers and their like in single precision become
    polynomials, on vectors and scalars alike; exp and log also in double
    precision. The rest of double precision is left to libm.
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
      "::mlir::vector::VectorDialect"];
}

#endif // NNC_CONVERSION_PASSES

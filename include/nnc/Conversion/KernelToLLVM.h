//===- KernelToLLVM.h - kernels on buffers to LLVM functions ----*- C++ -*-===//
//
// The order of the passes that turn kernels of linalg on buffers into functions
// in the LLVM dialect, for a target that is described by numbers alone.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_CONVERSION_KERNELTOLLVM_H
#define NNC_CONVERSION_KERNELTOLLVM_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace nnc {

struct KernelToLLVMOptions : mlir::PassPipelineOptions<KernelToLLVMOptions> {
  Option<unsigned> vectorBits{*this, "vector-bits", llvm::cl::init(128),
                              llvm::cl::desc("Width of a vector register")};
  Option<unsigned> vectorRegisters{*this, "vector-registers", llvm::cl::init(16),
                                   llvm::cl::desc("Number of vector registers")};
  Option<uint64_t> cacheBytes{*this, "cache-bytes", llvm::cl::init(512 << 10),
                              llvm::cl::desc("Bytes of the second-level cache")};
  Option<unsigned> tasks{*this, "tasks", llvm::cl::init(1),
                         llvm::cl::desc("Parts that a large nest is cut into at most")};
  Option<bool> strict{*this, "strict", llvm::cl::init(false),
                      llvm::cl::desc("Forbid contraction and reassociation")};
  Option<bool> scalar{*this, "scalar", llvm::cl::init(false),
                      llvm::cl::desc("Plain loops without vectors")};
  ListOption<std::string> disabled{*this, "disable",
                                   llvm::cl::desc("Names of optimizations to leave out")};
};

/// Kernels (`func.func` of linalg on memrefs) → functions in the LLVM dialect
/// that take bare pointers.
void buildKernelToLLVMPipeline(mlir::OpPassManager &pm, const KernelToLLVMOptions &options);

/// Registers it as `kernel-to-llvm-pipeline`.
void registerKernelToLLVMPipeline();

} // namespace nnc

#endif // NNC_CONVERSION_KERNELTOLLVM_H

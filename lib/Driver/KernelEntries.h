//===- KernelEntries.h - kernels that can be called alone -------*- C++ -*-===//
#ifndef NNC_DRIVER_KERNELENTRIES_H
#define NNC_DRIVER_KERNELENTRIES_H

#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "mlir/IR/BuiltinOps.h"

namespace nnc::driver {

/// Adds an entry `run_KERNEL` that calls the kernel and nothing else. Some of its
/// inputs are the same in all calls.
void addKernelEntry(mlir::ModuleOp module, kernel::FuncOp kernel,
                    llvm::ArrayRef<unsigned> invariant);

} // namespace nnc::driver

#endif // NNC_DRIVER_KERNELENTRIES_H

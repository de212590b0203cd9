//===- KernelToHalide.h - kernels for the Halide plugin ---------*- C++ -*-===//
#ifndef NNC_CONVERSION_KERNELTOHALIDE_KERNELTOHALIDE_H
#define NNC_CONVERSION_KERNELTOHALIDE_KERNELTOHALIDE_H

#include "nnc/Conversion/KernelSchedule.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/HalideBackend/Interface.h"
#include "llvm/ADT/ArrayRef.h"

namespace nnc {

/// A kernel of nn ops as plain data.
halide::Kernel describeKernel(kernel::FuncOp kernel);

/// Puts a function on memrefs without a body in place of a kernel whose code
/// comes from elsewhere; `tasks` says how many each loop of it has that is shared
/// between threads.
void declareKernel(kernel::FuncOp kernel, int64_t scratchBytes,
                   llvm::ArrayRef<std::pair<int, int>> inPlace, llvm::ArrayRef<int64_t> tasks);

} // namespace nnc

#endif // NNC_CONVERSION_KERNELTOHALIDE_KERNELTOHALIDE_H

//===- SlicedBody.h - kernels that walk their slices ------------*- C++ -*-===//
#ifndef NNC_CONVERSION_KERNELTOLINALG_SLICEDBODY_H
#define NNC_CONVERSION_KERNELTOLINALG_SLICEDBODY_H

#include "Evaluator.h"
#include "nnc/Analysis/Slices.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"

namespace nnc {

/// The slices of a kernel that is more than one nest and falls apart into some.
std::optional<Slices> findKernelSlices(mlir::Block &body);

/// Emits a loop over the slices. `emitBody` emits the ops of a block, which are
/// those of the kernel on one slice, between buffers that the evaluator knows.
void emitSlices(Evaluator &evaluator, kernel::FuncOp kernel, const Slices &slices,
                llvm::function_ref<void(mlir::Block &)> emitBody);

} // namespace nnc

#endif // NNC_CONVERSION_KERNELTOLINALG_SLICEDBODY_H

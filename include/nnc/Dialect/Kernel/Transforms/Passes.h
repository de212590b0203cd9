//===- Passes.h - passes on kernels and their calls -------------*- C++ -*-===//
#ifndef NNC_DIALECT_KERNEL_TRANSFORMS_PASSES_H
#define NNC_DIALECT_KERNEL_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace nnc::kernel {

#define GEN_PASS_DECL
#include "nnc/Dialect/Kernel/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "nnc/Dialect/Kernel/Transforms/Passes.h.inc"

} // namespace nnc::kernel

#endif // NNC_DIALECT_KERNEL_TRANSFORMS_PASSES_H

//===- KernelModel.h - models that are given as kernels ---------*- C++ -*-===//
#ifndef NNC_DRIVER_KERNELMODEL_H
#define NNC_DRIVER_KERNELMODEL_H

#include "mlir/IR/BuiltinOps.h"

namespace nnc::driver {

/// Whether a module's kernels are formed, as `--emit=kernel` writes it.
bool hasKernels(mlir::ModuleOp module);

/// Reports what in such a module is not as forming kernels leaves it: an op that
/// stands outside of a kernel, or inside and may not, or variables without a
/// first value.
mlir::LogicalResult verifyKernels(mlir::ModuleOp module);

/// Drops the kernels that nothing calls.
void dropUnusedKernels(mlir::ModuleOp module);

} // namespace nnc::driver

#endif // NNC_DRIVER_KERNELMODEL_H

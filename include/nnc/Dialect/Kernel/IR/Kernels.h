//===- Kernels.h - what is done with kernels as a whole ---------*- C++ -*-===//
#ifndef NNC_DIALECT_KERNEL_IR_KERNELS_H
#define NNC_DIALECT_KERNEL_IR_KERNELS_H

#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace nnc::kernel {

/// What a kernel does, before or after its lowering: its type and body, without
/// its name and locations. Kernels of one text are the same.
std::string getBodyText(mlir::FunctionOpInterface kernel);

/// Makes `value` again, which views and constants lead to from what `map` has.
void rebuildViews(mlir::OpBuilder &builder, mlir::Value value, mlir::IRMapping &map);

} // namespace nnc::kernel

#endif // NNC_DIALECT_KERNEL_IR_KERNELS_H

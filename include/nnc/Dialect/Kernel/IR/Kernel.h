//===- Kernel.h - the kernel dialect ----------------------------*- C++ -*-===//
//
// Fused kernels, their calls, and where their results live.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_KERNEL_IR_KERNEL_H
#define NNC_DIALECT_KERNEL_IR_KERNEL_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "nnc/Dialect/Kernel/IR/KernelDialect.h.inc"
#include "nnc/Dialect/Kernel/IR/KernelEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "nnc/Dialect/Kernel/IR/KernelAttributes.h.inc"

#define GET_OP_CLASSES
#include "nnc/Dialect/Kernel/IR/KernelOps.h.inc"

#endif // NNC_DIALECT_KERNEL_IR_KERNEL_H

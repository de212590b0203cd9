//===- NN.h - the nn dialect ------------------------------------*- C++ -*-===//
//
// Static computation graphs of neural networks: dialect, attributes and ops.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_IR_NN_H
#define NNC_DIALECT_NN_IR_NN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/CallInterfaces.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace nnc::nn {

/// True for a dense tensor of fewer than 2^63 bytes.
bool isRepresentable(mlir::RankedTensorType type);

} // namespace nnc::nn

#include "nnc/Dialect/NN/Interfaces/Differentiable.h.inc"

#include "nnc/Dialect/NN/IR/NNDialect.h.inc"
#include "nnc/Dialect/NN/IR/NNEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "nnc/Dialect/NN/IR/NNAttributes.h.inc"

#define GET_OP_CLASSES
#include "nnc/Dialect/NN/IR/NNOps.h.inc"

namespace nnc::nn {

/// The unit attribute of a function or kernel whose numbers must have the same
/// bits on every target: nothing in it is contracted or reassociated.
inline constexpr llvm::StringLiteral kStrictAttrName = "nn.strict";

/// True for `nn.entry` and `nn.step`.
inline bool isGraphFunction(mlir::Operation *op) {
  return mlir::isa<EntryOp, StepOp>(op);
}

} // namespace nnc::nn

#endif // NNC_DIALECT_NN_IR_NN_H

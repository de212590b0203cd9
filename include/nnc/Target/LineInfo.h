//===- LineInfo.h - the lines of the model in the object --------*- C++ -*-===//
#ifndef NNC_TARGET_LINEINFO_H
#define NNC_TARGET_LINEINFO_H

#include "mlir/IR/BuiltinOps.h"

namespace nnc {

/// Gives every function of a module in the LLVM dialect the debug scope that
/// makes its operations' locations a line table. Code of the library gets the
/// line of the user's that called it, and files their names without folders,
/// so that the object does not depend on where it was built.
void addLineInfo(mlir::ModuleOp module);

} // namespace nnc

#endif // NNC_TARGET_LINEINFO_H

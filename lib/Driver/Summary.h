//===- Summary.h - a model in a few lines -----------------------*- C++ -*-===//
#ifndef NNC_DRIVER_SUMMARY_H
#define NNC_DRIVER_SUMMARY_H

#include "Model.h"

namespace nnc::driver {

/// Prints the functions and variables of an nn module: shapes, parameter
/// count, bytes, floating-point operations. Open functions are listed too.
void printSummary(mlir::ModuleOp module, llvm::ArrayRef<OpenFunction> open,
                  llvm::raw_ostream &os);

/// `f32[4, 10]`, as the language writes it.
std::string typeText(mlir::Type tensor);

/// Bytes of a tensor; a boolean takes one.
uint64_t byteSize(mlir::Type tensor);

} // namespace nnc::driver

#endif // NNC_DRIVER_SUMMARY_H

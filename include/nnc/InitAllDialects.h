//===- InitAllDialects.h - every dialect of the project ---------*- C++ -*-===//
//
// One list, so that tools and tests know the same dialects.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_INITALLDIALECTS_H
#define NNC_INITALLDIALECTS_H

#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/Dialect/NN/IR/NN.h"

namespace nnc {

/// Registers the project's dialects; upstream's are registered apart.
inline void registerAllDialects(mlir::DialectRegistry &registry) {
  registry.insert<kernel::KernelDialect>();
  registry.insert<nn::NNDialect>();
}

} // namespace nnc

#endif // NNC_INITALLDIALECTS_H

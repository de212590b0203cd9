//===- RepeatedOps.h - which values kernels compute again -------*- C++ -*-===//
//
// What RepeatedOps.cpp and RepeatedChains.cpp both ask.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_TRANSFORMS_REPEATEDOPS_H
#define NNC_DIALECT_NN_TRANSFORMS_REPEATEDOPS_H

#include "KernelClusters.h"

namespace nnc::nn {

int64_t bytesOf(mlir::Value value);

/// The clusters that read a value element by element, through floating ops;
/// nothing if it is read in any other way.
std::optional<llvm::SmallVector<unsigned>> findReaders(mlir::Value value,
                                                       const KernelClusters &clusters);

/// Whether ops of the cluster read `value` other than through `besides`.
bool readsBesides(llvm::ArrayRef<mlir::Operation *> cluster, mlir::Value value,
                  llvm::ArrayRef<mlir::Operation *> besides);

/// Whether a value of a cluster is stored even if `besides` do not read it.
bool isStoredBesides(mlir::Value value, unsigned cluster,
                     llvm::ArrayRef<mlir::Operation *> besides, const KernelClusters &clusters);

/// Marks values that lead to each other by several ops, where storing one of
/// them is enough.
void markChains(const KernelClusters &clusters,
                llvm::ArrayRef<std::vector<mlir::Operation *>> members);

} // namespace nnc::nn

#endif // NNC_DIALECT_NN_TRANSFORMS_REPEATEDOPS_H

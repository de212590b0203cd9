//===- Slices.h - ops that fall apart into equal slices ---------*- C++ -*-===//
//
// Products of stacks of matrices, and what is computed row by row of them, need
// nothing of another matrix: attention is, for each item of a batch and each head,
// two products and a softmax between them. Axes along which all ops of a set are
// such stacks are found here; who asks may run all ops on one slice after another.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ANALYSIS_SLICES_H
#define NNC_ANALYSIS_SLICES_H

#include "nnc/Dialect/NN/IR/NN.h"
#include "llvm/ADT/DenseMap.h"

namespace nnc {

struct Slices {
  /// How many slices there are along each of the stacks' axes.
  llvm::SmallVector<int64_t> extents;
  /// For each value that the ops compute or read, its axis of each stack, or -1
  /// where it is the same in all slices.
  llvm::DenseMap<mlir::Value, llvm::SmallVector<int64_t>> axes;

  int64_t count() const { return mlir::ShapedType::getNumElements(extents); }
  /// Whether the value's axis `axis` is one of a stack.
  bool isStacked(mlir::Value value, int64_t axis) const;
  /// The type of a slice: without those axes.
  mlir::RankedTensorType getSliceType(mlir::Value value) const;
  /// The number of an axis in a slice.
  int64_t getAxisOfSlice(mlir::Value value, int64_t axis) const;
};

/// The slices of some ops, in order of the block; none if there is no product, or
/// an op that looks at several slices or is not known to look at one.
std::optional<Slices> findSlices(llvm::ArrayRef<mlir::Operation *> ops);

} // namespace nnc

#endif // NNC_ANALYSIS_SLICES_H

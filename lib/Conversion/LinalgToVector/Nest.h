//===- Nest.h - a linalg.generic as loops over flat memory ------*- C++ -*-===//
//
// What code generation needs to know of a generic op on buffers: its loops, and
// for every operand the address as a linear function of them. Loops that walk
// all operands as one are merged, so that vectors are as long as they can be.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_CONVERSION_LINALGTOVECTOR_NEST_H
#define NNC_CONVERSION_LINALGTOVECTOR_NEST_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include <optional>

namespace nnc {

/// One operand's element addresses, in elements of its buffer.
struct Access {
  mlir::Value buffer;
  mlir::Type element;
  int64_t offset = 0;
  /// The buffer that this one views, as far as the distance of their beginnings
  /// is known.
  mlir::Value root;
  int64_t rootOffset = 0;
  /// One per loop.
  llvm::SmallVector<int64_t> strides;
  /// The buffer as one dimension.
  mlir::Value flat;
};

struct Loop {
  int64_t size;
  bool reduced;
};

struct Nest {
  mlir::linalg::GenericOp op;
  llvm::SmallVector<Loop> loops;
  /// Inputs, then outputs; an input that the payload does not use has no buffer.
  llvm::SmallVector<Access> inputs, outputs;
  /// The loop that each `linalg.index` dimension has become; such loops are not
  /// merged.
  llvm::SmallVector<unsigned> loopOf;

  bool hasReduction() const {
    return llvm::any_of(loops, [](const Loop &loop) { return loop.reduced; });
  }
  /// Iterations of the whole nest.
  int64_t getTrips() const;

  /// What is computed of the reduction's result before that leaves registers:
  /// the operands of `epilogue`, of which the inputs at `sums` are that result.
  mlir::linalg::GenericOp epilogue;
  llvm::SmallVector<Access> epilogueInputs, epilogueOutputs;
  llvm::SmallVector<unsigned> sums;
  llvm::SmallVector<unsigned> epilogueLoopOf;

  /// Describes `op`, and `epilogue` over its parallel loops; nothing if some
  /// address is not linear in the loops.
  static std::optional<Nest> describe(mlir::linalg::GenericOp op,
                                      mlir::linalg::GenericOp epilogue = {});

private:
  void mergeLoops();
};

/// The buffer as a one-dimensional memref that starts where the buffer's
/// allocation does or, if the offset is not static, at the buffer.
mlir::Value flatten(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value buffer);

} // namespace nnc

#endif // NNC_CONVERSION_LINALGTOVECTOR_NEST_H

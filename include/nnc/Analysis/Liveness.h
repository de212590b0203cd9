//===- Liveness.h - when the values of a graph function are needed -*- C++
//-*-===//
//
// Time is the order of the ops of an entry or step, those in the body of a scan
// between its begin and its end: one turn stands for all. A scan uses its
// operands until its end. Views share the bytes of the value they look at, so
// uses are counted for that value.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ANALYSIS_LIVENESS_H
#define NNC_ANALYSIS_LIVENESS_H

#include "nnc/Analysis/Storage.h"

namespace nnc {

class BufferLiveness {
public:
  struct Use {
    int64_t time;
    mlir::OpOperand *operand;
  };

  explicit BufferLiveness(mlir::FunctionOpInterface function);

  /// When an op happens. Writes and the return happen at `getEnd()`, wherever
  /// they stand.
  int64_t getTime(mlir::Operation *op) const;
  int64_t getEnd() const { return end; }
  /// When an op is over: a scan's end comes after its body.
  int64_t getEndTime(mlir::Operation *op) const;

  /// The uses of a storage root, its views' uses included, in order of time.
  llvm::ArrayRef<Use> getUses(mlir::Value root) const;

  /// The time of the last use, or -1 where there is none.
  int64_t getLastUse(mlir::Value root) const;

private:
  void number(mlir::Block &block);
  void collectUses(mlir::Block &block);

  llvm::DenseMap<mlir::Operation *, int64_t> times, endTimes;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<Use>> uses;
  int64_t end = 0;
};

} // namespace nnc

#endif // NNC_ANALYSIS_LIVENESS_H

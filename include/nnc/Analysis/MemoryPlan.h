//===- MemoryPlan.h - a place for every value of a graph function -*- C++
//-*-===//
//
// Decides where the results of kernel calls live, before any kernel is lowered:
// in the arena that all functions share, in the storage of a variable, or in
// the caller's output.
//
// A carry of a scan has no memory of its own: in the first turn it is the
// initial value where that lies, afterwards what the turn before has yielded,
// where that lies. So nothing is copied from turn to turn; a new value is
// computed over the old one where its kernel can do that, in the collected
// array if it is collected too, else in one of two buffers by turns.
//
// When the function returns, copies run in this order: outputs (those that are
// not null), values of variables that wait in the arena (`nn.write` with
// `kernel.stage`), then variables. A value that was computed in place is not
// copied. The plan, its checker and the code generator agree on this order.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ANALYSIS_MEMORYPLAN_H
#define NNC_ANALYSIS_MEMORYPLAN_H

#include "nnc/Analysis/Storage.h"
#include "llvm/ADT/MapVector.h"
#include <optional>

namespace nnc {

struct FunctionPlan {
  struct Call {
    llvm::SmallVector<kernel::PlaceAttr> places;
    /// Arena offset of the kernel's own scratch, if it needs any.
    std::optional<int64_t> scratch;
  };
  llvm::MapVector<kernel::CallOp, Call> calls;
  /// Places of what each scan collects.
  llvm::MapVector<nn::ScanOp, llvm::SmallVector<kernel::PlaceAttr>> scans;
  /// Arena offsets of the values that wait before they are written.
  llvm::MapVector<nn::WriteOp, int64_t> stages;
  int64_t arenaSize = 0;
};

/// Plans the memory of one entry or step whose kernels are functions on
/// memrefs.
llvm::FailureOr<FunctionPlan> planMemory(mlir::FunctionOpInterface function,
                                         const VariableTable &variables,
                                         mlir::SymbolTableCollection &symbols);

} // namespace nnc

#endif // NNC_ANALYSIS_MEMORYPLAN_H

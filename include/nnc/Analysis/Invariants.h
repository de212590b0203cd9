//===- Invariants.h - values that stay the same from call to call -*- C++ -*-===//
//
// What a kernel does to operands that never change between its calls (weights
// of an entry, what a scan captures) it need not do again. Such operands are
// marked before kernels are lowered; what then depends on them alone is moved
// out of the kernel, into a loop's surroundings or into a preparation: a
// function that runs before the first call, and again when a variable that it
// reads has been written. Its results are variables of the kind `prepared`.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ANALYSIS_INVARIANTS_H
#define NNC_ANALYSIS_INVARIANTS_H

#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/DenseSet.h"

namespace nnc {

/// Of an argument of a kernel: all calls pass what is invariant. Of an input of an
/// entry: all calls pass the same, as when kernels are measured.
constexpr llvm::StringLiteral kInvariantAttrName = "kernel.invariant";

/// Of a kernel that is another's copy for calls that pass what is invariant: the
/// other's name.
constexpr llvm::StringLiteral kCopyOfAttrName = "kernel.copy_of";

/// Of an entry or step: the symbol of the function that prepares for it.
constexpr llvm::StringLiteral kPreparedByAttrName = "kernel.prepared_by";

/// Of a function that prepares: its number, from 0 on. An instance keeps a bit
/// for each that says whether what it computes is valid.
constexpr llvm::StringLiteral kPreparationAttrName = "kernel.preparation";

/// What the name of a kernel or function that prepares for another adds to that
/// one's.
constexpr llvm::StringLiteral kPrepareEnding = ".prepare";

/// As many as an instance has bits for.
constexpr int64_t kMaxPreparations = 64;

/// Which values of an entry or step are invariant.
class Invariants {
public:
  explicit Invariants(mlir::FunctionOpInterface function);

  /// Whether `value` is the same in every call of the function: a constant, a
  /// variable that the function does not write, or an input that is marked.
  bool isLasting(mlir::Value value) const;
  /// Whether it is lasting or, in the body of a scan, the same in every turn.
  bool isInvariant(mlir::Value value) const;

private:
  mlir::FunctionOpInterface function;
  llvm::DenseSet<llvm::StringRef> written;
};

/// The operands that are invariant in all calls of a kernel.
llvm::SmallVector<unsigned> getInvariantOperands(kernel::FuncOp kernel);

} // namespace nnc

#endif // NNC_ANALYSIS_INVARIANTS_H

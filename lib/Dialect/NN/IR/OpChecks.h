//===- OpChecks.h - questions that many verifiers ask -----------*- C++ -*-===//
//
// Private to the library. Each check reports what is wrong, with both values,
// through the same wording for verifiers and for result type inference.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_DIALECT_NN_IR_OPCHECKS_H
#define NNC_LIB_DIALECT_NN_IR_OPCHECKS_H

#include "nnc/Dialect/NN/IR/NN.h"

namespace nnc::nn {

/// The op that is checked: where it stands, if anywhere, and its name. Type
/// inference runs before there is an op.
struct OpSite {
  std::optional<mlir::Location> loc;
  llvm::StringRef name;

  OpSite(mlir::Operation *op)
      : loc(op->getLoc()), name(op->getName().getStringRef()) {}
  OpSite(std::optional<mlir::Location> loc, llvm::StringRef name)
      : loc(loc), name(name) {}

  /// Reports an error; always a failure.
  template <typename... Args>
  llvm::LogicalResult refuse(Args &&...args) const {
    return mlir::emitOptionalError(loc, "'", name, "' op ",
                                   std::forward<Args>(args)...);
  }
};

/// True for an element type of the dialect: f32, f64, i1, i8, ui8, i16, i32,
/// i64.
bool isElement(mlir::Type type);

/// "[1, 2]".
std::string toString(llvm::ArrayRef<int64_t> values);

/// An axis is 0 to rank - 1.
llvm::LogicalResult checkAxis(OpSite site, int64_t axis,
                              mlir::RankedTensorType type);

/// Axes are in range and increase.
llvm::LogicalResult checkAxes(OpSite site, llvm::ArrayRef<int64_t> axes,
                              mlir::RankedTensorType type);

/// An attribute has `expected` entries, one per `what`, each at least `least`.
llvm::LogicalResult checkEntries(OpSite site, llvm::StringRef attribute,
                                 llvm::ArrayRef<int64_t> values,
                                 int64_t expected, llvm::StringRef what,
                                 int64_t least);

/// Two operands have one element type.
llvm::LogicalResult checkElements(OpSite site, llvm::StringRef nameA,
                                  mlir::RankedTensorType a,
                                  llvm::StringRef nameB,
                                  mlir::RankedTensorType b);

/// An axis whose indices become i32 is short enough for them.
llvm::LogicalResult checkIndexable(OpSite site, int64_t axis,
                                   mlir::RankedTensorType type);

/// How many windows fit along an axis: (size + low + high - extent) / stride +
/// 1, rounded down, where extent is (window - 1) * dilation + 1. Fails with a
/// diagnostic if none fits.
llvm::FailureOr<int64_t> countWindows(OpSite site, unsigned axis, int64_t size,
                                      int64_t window, int64_t stride,
                                      int64_t low, int64_t high,
                                      int64_t dilation);

/// A value's type, known to be a ranked tensor.
inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}

} // namespace nnc::nn

#endif // NNC_LIB_DIALECT_NN_IR_OPCHECKS_H

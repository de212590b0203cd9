//===- Types.h - tensor types in the user's words -------------------------===//
//
// How element types and tensor types are named in messages and in the .nn
// language: `f32[2, 3]`, `u8`, `bool`; a scalar is `f32[]`.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_FRONTEND_BUILDER_TYPES_H
#define NNC_FRONTEND_BUILDER_TYPES_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"
#include <string>

namespace nnc {

/// `f32`, `u8`, `bool` …
std::string describeElement(mlir::Type element);
/// `[2, 3]`.
std::string describeShape(llvm::ArrayRef<int64_t> shape);
/// `f32[2, 3]`.
std::string describeType(mlir::Type type);
inline std::string describeType(mlir::Value value) {
  return describeType(value.getType());
}
/// The element type that a name of the language stands for; null if none.
mlir::Type parseElement(llvm::StringRef name, mlir::MLIRContext *context);

inline mlir::RankedTensorType tensorTypeOf(mlir::Value value) {
  return mlir::cast<mlir::RankedTensorType>(value.getType());
}
inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return tensorTypeOf(value).getShape();
}
inline mlir::Type elementOf(mlir::Value value) {
  return tensorTypeOf(value).getElementType();
}
inline int64_t rankOf(mlir::Value value) {
  return tensorTypeOf(value).getRank();
}
inline bool isFloat(mlir::Value value) {
  return mlir::isa<mlir::FloatType>(elementOf(value));
}
inline bool isBool(mlir::Value value) { return elementOf(value).isInteger(1); }

} // namespace nnc

#endif // NNC_FRONTEND_BUILDER_TYPES_H

//===- Tensor.h - a tensor's value in the interpreter -----------*- C++ -*-===//
//
// Elements in row-major order: floating-point ones in double whatever their
// type, integers wrapped to their width, booleans as 0 or 1.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_INTERPRETER_TENSOR_H
#define NNC_INTERPRETER_TENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include <vector>

namespace nnc {

struct Tensor {
  mlir::RankedTensorType type;
  /// The elements, if they are of a floating-point type.
  std::vector<double> floats;
  /// The elements, if they are not.
  std::vector<int64_t> ints;

  Tensor() = default;
  /// All zeros.
  explicit Tensor(mlir::RankedTensorType type);

  bool isFloat() const { return llvm::isa<mlir::FloatType>(type.getElementType()); }
  int64_t size() const { return type.getNumElements(); }
  llvm::ArrayRef<int64_t> shape() const { return type.getShape(); }

  /// The value of a constant.
  static Tensor fromAttribute(mlir::DenseElementsAttr attribute);

  /// Rounds f32 elements to what an f32 holds.
  void roundToType();
};

/// True for a tensor that the interpreter is willing to hold: at most 2^28
/// elements.
bool fitsInterpreter(mlir::RankedTensorType type);

/// An integer modulo the width of an element type.
int64_t wrapInteger(int64_t value, mlir::Type element);

} // namespace nnc

#endif // NNC_INTERPRETER_TENSOR_H

//===- Folding.h - arithmetic on constant tensors ---------------*- C++ -*-===//
//
// Private to the library. Constants are folded element by element in the
// arithmetic of their own type; long ones only when they are splats, so that
// folding never makes a large literal.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_DIALECT_NN_IR_FOLDING_H
#define NNC_LIB_DIALECT_NN_IR_FOLDING_H

#include "OpChecks.h"

namespace nnc::nn {

/// The most elements a constant has that is no splat and yet is folded.
inline constexpr int64_t maxFoldedElements = 4096;

/// The attribute as a constant worth folding, or null.
inline mlir::DenseElementsAttr foldableConstant(mlir::Attribute attr) {
  auto dense = llvm::dyn_cast_if_present<mlir::DenseElementsAttr>(attr);
  if (!dense || dense.getNumElements() == 0 ||
      (!dense.isSplat() && dense.getNumElements() > maxFoldedElements))
    return {};
  return dense;
}

inline bool hasFloatElements(mlir::Type type) {
  return llvm::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(type));
}

/// Booleans and `ui8` are unsigned, other integers signed.
inline bool hasUnsignedElements(mlir::Type type) {
  auto integer =
      llvm::dyn_cast<mlir::IntegerType>(mlir::getElementTypeOrSelf(type));
  return integer && (integer.isUnsigned() || integer.getWidth() == 1);
}

/// True for a splat of the number, in either kind of type.
bool isSplatOf(mlir::Attribute attr, int64_t value);

/// A splat of 0 or 1.
mlir::DenseElementsAttr makeSplat(mlir::RankedTensorType type, int64_t value);

/// Applies `fn` to corresponding elements, given as `In` (APInt or APFloat),
/// and collects what it gives, a `std::optional<Out>`; null as soon as it gives
/// none.
template <typename In, typename Out, typename Fn, typename... Operands>
mlir::DenseElementsAttr mapElements(mlir::Type type, Fn &&fn,
                                    Operands... operands) {
  auto tensor = llvm::cast<mlir::RankedTensorType>(type);
  // Where all operands are splats, their first elements stand for all.
  int64_t count = (operands.isSplat() && ...) ? 1 : tensor.getNumElements();
  llvm::SmallVector<Out> values;
  values.reserve(count);
  for (int64_t i = 0; i < count; ++i) {
    std::optional<Out> value =
        fn(In(*(operands.template value_begin<In>() + i))...);
    if (!value)
      return {};
    values.push_back(std::move(*value));
  }
  return mlir::DenseElementsAttr::get(tensor, values);
}

/// The constant whose element at row-major position `i` is the operand's at
/// `source(i)`; null if the result is no splat and too long.
mlir::DenseElementsAttr
moveElements(mlir::DenseElementsAttr operand, mlir::RankedTensorType type,
             llvm::function_ref<int64_t(llvm::ArrayRef<int64_t>)> source);

/// Row-major strides, in elements.
llvm::SmallVector<int64_t> rowMajorStrides(llvm::ArrayRef<int64_t> shape);

} // namespace nnc::nn

#endif // NNC_LIB_DIALECT_NN_IR_FOLDING_H

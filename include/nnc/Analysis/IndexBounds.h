//===- IndexBounds.h - which inputs are used as indices ---------*- C++ -*-===//
//
// An integer input that reaches an index operand through ops that only move
// elements, or that exchange one value such as a label to be ignored, is checked
// before anything is written. This finds those inputs, and which of their
// elements, in a function of nn ops.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ANALYSIS_INDEXBOUNDS_H
#define NNC_ANALYSIS_INDEXBOUNDS_H

#include "nnc/Dialect/NN/IR/NN.h"

namespace nnc {

/// The attribute of an argument that lists its bounds.
constexpr llvm::StringLiteral kIndexBoundsAttrName = "nn.index_bounds";

/// Elements `offset + sum(i[k] * strides[k])`, for `0 <= i[k] < sizes[k]`, of
/// an input in row-major order must be at least 0 and less than `bound`, or be
/// `ignored`.
struct IndexBound {
  int64_t bound;
  std::optional<int64_t> ignored;
  int64_t offset = 0;
  llvm::SmallVector<int64_t> sizes, strides;

  mlir::DictionaryAttr toAttribute(mlir::MLIRContext *context) const;
  static IndexBound fromAttribute(mlir::DictionaryAttr attribute);
};

/// The bounds of each argument of a function of nn ops, in the order of use and
/// without repetition.
llvm::SmallVector<llvm::SmallVector<mlir::Attribute>>
collectIndexBounds(mlir::FunctionOpInterface function);

} // namespace nnc

#endif // NNC_ANALYSIS_INDEXBOUNDS_H

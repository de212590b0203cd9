//===- Evaluator.h - elements of values inside a stage ----------*- C++ -*-===//
//
// Answers "which scalar is element (i, j, …) of this value", descending through
// ops that have no buffer of their own until it reaches buffers.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_CONVERSION_KERNELTOLINALG_EVALUATOR_H
#define NNC_CONVERSION_KERNELTOLINALG_EVALUATOR_H

#include "Stage.h"

namespace nnc {

/// A part of an axis: `count` panels of `width` elements, from `begin` on.
struct Lanes {
  int64_t begin, count, width;
};

class Evaluator {
public:
  Evaluator(Buffers &buffers, bool contract, unsigned vectorBits)
      : buffers(buffers), contract(contract), vectorBits(vectorBits) {}

  /// The element of `value` at `indices`, from its buffer if it has one.
  mlir::Value evaluate(Stage &stage, mlir::Value value, llvm::ArrayRef<Index> indices);
  /// The element of an op's only result, computed even if that has a buffer.
  mlir::Value compute(Stage &stage, mlir::Operation *op, llvm::ArrayRef<Index> indices);

  /// True for ops whose elements can be computed one by one.
  static bool isPointwise(mlir::Operation *op);

  /// Computes all elements of the results of pointwise ops of one shape into
  /// their buffers, in one nest. Later ops may read the results of earlier ones
  /// at the same place.
  void emitPointwise(llvm::ArrayRef<mlir::Operation *> ops);
  void emitReduction(mlir::Operation *op);
  void emitArgReduction(mlir::Operation *op);
  void emitContract(nn::ContractOp op);
  void emitConv(nn::ConvOp op);
  void emitConvInputGrad(nn::ConvInputGradOp op);
  void emitConvWeightGrad(nn::ConvWeightGradOp op);
  void emitConcat(nn::ConcatOp op);
  void emitScatterAdd(nn::ScatterAddOp op);
  void emitCumSum(nn::CumSumOp op);
  void emitSort(nn::SortOp op);

  /// The buffer of `value`, which is computed into a temporary if it has none.
  mlir::Value getBuffer(mlir::Value value);
  void fill(mlir::Location loc, mlir::Value buffer, double value);

  Buffers &buffers;
  /// Buffers of the values that have one.
  llvm::DenseMap<mlir::Value, mlir::Value> bufferOf;
  /// Whether arithmetic may be contracted (not in strict kernels).
  bool contract;
  /// Width of the target's vector registers.
  unsigned vectorBits;

  /// Elements that a vector register holds.
  int64_t vectorWidth(mlir::Type element) const;
  /// Copies a part of one axis of a buffer into panels: a temporary of shape
  /// [outer…, panels, inner…, panel width], where outer and inner are the
  /// buffer's other axes.
  mlir::Value packPanels(mlir::Location loc, mlir::Value source, mlir::Type element,
                         llvm::ArrayRef<unsigned> outer, unsigned lane,
                         llvm::ArrayRef<unsigned> inner, Lanes lanes);

private:
  mlir::Value computePad(Stage &stage, nn::PadOp op, llvm::ArrayRef<Index> indices);
  mlir::Value computeConcat(Stage &stage, nn::ConcatOp op, llvm::ArrayRef<Index> indices);
  mlir::Value computeWindow(Stage &stage, mlir::Operation *op, llvm::ArrayRef<Index> indices);
  mlir::Value computeWindowScatter(Stage &stage, nn::WindowScatterOp op,
                                   llvm::ArrayRef<Index> indices);
  mlir::Value padInput(mlir::Location loc, mlir::Value input, llvm::ArrayRef<int64_t> low,
                       llvm::ArrayRef<int64_t> high);
};

/// The row-major position of `indices` in `shape`.
Index linearize(Stage &stage, llvm::ArrayRef<Index> indices, llvm::ArrayRef<int64_t> shape);

} // namespace nnc

#endif // NNC_CONVERSION_KERNELTOLINALG_EVALUATOR_H

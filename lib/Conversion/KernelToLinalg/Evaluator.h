//===- Evaluator.h - elements of values inside a stage ----------*- C++ -*-===//
//
// Answers "which scalar is element (i, j, …) of this value", descending through
// ops that have no buffer of their own until it reaches buffers.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_CONVERSION_KERNELTOLINALG_EVALUATOR_H
#define NNC_CONVERSION_KERNELTOLINALG_EVALUATOR_H

#include "Stage.h"
#include "nnc/Support/Optimizations.h"

namespace nnc {

/// A part of an axis: `count` panels of `width` elements, from `begin` on.
struct Lanes {
  int64_t begin, count, width;
};

/// A buffer to be packed into panels of one of its axes: into the shape
/// [outer…, panels, inner…, panel width], where outer and inner are its other
/// axes.
struct PanelSource {
  mlir::Value buffer;
  mlir::Type element;
  llvm::SmallVector<unsigned> outer;
  unsigned lane;
  llvm::SmallVector<unsigned> inner;
};

/// What is known of the target.
struct PackTarget {
  /// Width of a vector register.
  unsigned vectorBits;
  /// Bytes of the second-level cache.
  int64_t cacheBytes;
  /// Threads that may run tasks at the same time.
  unsigned workers;
  /// Bytes that images are copied in at a time, to take little memory; by default
  /// what is fast.
  std::optional<int64_t> copyBytes = std::nullopt;
  /// Vectors of a panel.
  int64_t panelVectors = 2;
  /// Whether convolutions that can be are computed by Winograd's transforms; by
  /// default those that are faster then.
  std::optional<bool> winograd = std::nullopt;
  Optimizations optimizations = {};
};

/// Pointwise ops that are computed of a product's result at the same place, and
/// may be computed while that is still in registers.
struct Epilogue {
  mlir::Value product;
  llvm::SmallVector<mlir::Operation *> ops;
  /// Whether others read the product as well.
  bool isProductRead = false;
  /// Whether the ops have been emitted.
  bool isEmitted = false;
};

struct ConvOperands;
struct ImageShape;

class Evaluator {
public:
  Evaluator(Buffers &buffers, bool contract, const PackTarget &target)
      : buffers(buffers), contract(contract), target(target) {}

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
  void emitWinograd(mlir::Location loc, const ConvOperands &conv, const ImageShape &image);
  void emitConcat(nn::ConcatOp op);
  /// Makes the part of a joined array that an operand becomes the operand's
  /// buffer: it is computed there.
  void placeInside(mlir::OpOperand &operand);
  void emitScatterAdd(nn::ScatterAddOp op);
  void emitCumSum(nn::CumSumOp op);
  void emitSort(nn::SortOp op);

  /// Emits the epilogue, if there is one, of a nest that has just been emitted.
  /// Its parallel loops have these extents; the result's element is at `place`.
  void emitEpilogue(mlir::Location loc, llvm::ArrayRef<int64_t> extents,
                    llvm::ArrayRef<mlir::AffineExpr> place);

  /// The buffer of `value`, which is computed into a temporary if it has none.
  mlir::Value getBuffer(mlir::Value value);
  void fill(mlir::Location loc, mlir::Value buffer, double value);
  void copyBuffer(mlir::Location loc, mlir::Value from, mlir::Value into);

  Buffers &buffers;
  /// Buffers of the values that have one.
  llvm::DenseMap<mlir::Value, mlir::Value> bufferOf;
  /// Whether arithmetic may be contracted (not in strict kernels).
  bool contract;
  PackTarget target;
  /// That of the op being emitted.
  Epilogue epilogue;
  /// Operands of joins that are computed where they belong.
  llvm::SmallDenseSet<mlir::OpOperand *, 4> inside;

  /// Whether `buffer` is that of an operand, or a view of one, which is the same
  /// in every call: packed once, it costs nothing.
  static bool isInvariant(mlir::Value buffer);
  /// Elements that a vector register holds.
  int64_t vectorWidth(mlir::Type element) const;
  /// An axis in parts of which each is a number of equal panels: as many as
  /// possible of the target's width, then single vectors, then what is left.
  llvm::SmallVector<Lanes> splitLanes(int64_t size, mlir::Type element) const;
  /// Copies a part of the source's axis into panels, in a temporary.
  mlir::Value packPanels(mlir::Location loc, const PanelSource &source, Lanes lanes);
  /// Whether forEachPack packs all before the first product.
  bool packsBeforehand(const PanelSource &source, int64_t otherBytes) const;
  /// Packs all of the source's axis for a product whose result has that axis as
  /// `axis` of `into`. `body` emits the product of some panels, given the part
  /// of `into` that it is. What the product reads beside has `otherBytes`.
  void forEachPack(mlir::Location loc, const PanelSource &source, mlir::Value into, unsigned axis,
                   int64_t otherBytes,
                   llvm::function_ref<void(mlir::Value packed, mlir::Value into, Lanes)> body);

  /// A loop over tasks, which may run at the same time; where there is one only,
  /// `body` is emitted without a loop and given no number.
  void forEachTask(mlir::Location loc, int64_t count,
                   llvm::function_ref<void(mlir::Value number)> body);

  /// `turns` turns in at most as many tasks as there are workers, each of which
  /// takes its share one after the other. `body` emits a turn, given its number
  /// and that of the worker. There are no tasks inside.
  void forEachShare(mlir::Location loc, int64_t turns,
                    llvm::function_ref<void(mlir::Value turn, mlir::OpFoldResult worker)> body);

  /// A loop whose turns follow each other; each takes `step` more elements of an
  /// axis, from `begin` on.
  void forEachTurn(mlir::Location loc, int64_t count, int64_t step,
                   llvm::function_ref<void(mlir::OpFoldResult begin)> body);

  /// The one scatter of windows that tile their operand from which `ops` are
  /// computed element by element; null if there is none.
  nn::WindowScatterOp findTiledScatter(llvm::ArrayRef<mlir::Operation *> ops) const;

private:
  /// Whether what is emitted is inside a task.
  bool isInTask = false;

  void packInto(mlir::Location loc, const PanelSource &source, Lanes lanes, mlir::Value packed);
  mlir::Value computePad(Stage &stage, nn::PadOp op, llvm::ArrayRef<Index> indices);
  mlir::Value computeConcat(Stage &stage, nn::ConcatOp op, llvm::ArrayRef<Index> indices);
  mlir::Value computeWindow(Stage &stage, mlir::Operation *op, llvm::ArrayRef<Index> indices);
  mlir::Value computeWindowScatter(Stage &stage, nn::WindowScatterOp op,
                                   llvm::ArrayRef<Index> indices);
  /// Computes `ops` window by window.
  void emitTiledScatter(nn::WindowScatterOp scatter, llvm::ArrayRef<mlir::Operation *> ops);
  mlir::Value padInput(mlir::Location loc, mlir::Value input, llvm::ArrayRef<int64_t> low,
                       llvm::ArrayRef<int64_t> high);
};

/// Lets stages of `function` that compute row by row go through a few rows
/// together where all rows would not stay in cache from one stage to the next.
void walkRowsInBlocks(Evaluator &evaluator, mlir::Block &function);

/// The row-major position of `indices` in `shape`.
Index linearize(Stage &stage, llvm::ArrayRef<Index> indices, llvm::ArrayRef<int64_t> shape);

} // namespace nnc

#endif // NNC_CONVERSION_KERNELTOLINALG_EVALUATOR_H

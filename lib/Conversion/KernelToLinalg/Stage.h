//===- Stage.h - one linalg.generic under construction ----------*- C++ -*-===//
//
// A kernel becomes a sequence of stages on buffers. A stage is a loop nest whose
// payload is built element by element: reads become operands with an affine
// indexing map where the index is affine in the loops, else loads in the payload.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_CONVERSION_KERNELTOLINALG_STAGE_H
#define NNC_CONVERSION_KERNELTOLINALG_STAGE_H

#include "nnc/Dialect/NN/IR/NN.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/AffineExpr.h"

namespace nnc {

inline mlir::RankedTensorType typeOf(mlir::Value tensor) {
  return mlir::cast<mlir::RankedTensorType>(tensor.getType());
}

inline llvm::ArrayRef<int64_t> shapeOf(mlir::Value buffer) {
  return mlir::cast<mlir::MemRefType>(buffer.getType()).getShape();
}

/// An element's place along one axis: affine in the loops of the stage, or an
/// `index` computed in the payload.
struct Index {
  mlir::AffineExpr affine;
  mlir::Value dynamic;

  Index(mlir::AffineExpr affine) : affine(affine) {}
  Index(mlir::Value dynamic) : dynamic(dynamic) {}
  bool operator==(const Index &) const = default;
};
using Indices = llvm::SmallVector<Index, 4>;

/// The type an element of a tensor has in memory: booleans are bytes, unsigned
/// integers signless.
mlir::Type getStorageType(mlir::Type element);
/// The type it has in payloads: unsigned integers are signless.
mlir::Type getPayloadType(mlir::Type element);
/// The buffer type of a tensor.
mlir::MemRefType getBufferType(mlir::Type tensor);

/// The buffers of a kernel: arguments, and temporaries cut from its scratch.
class Buffers {
public:
  Buffers(mlir::OpBuilder &builder, mlir::func::FuncOp function)
      : builder(builder), function(function) {}

  /// A temporary with room for `tensor`.
  mlir::Value makeTemporary(mlir::Location loc, mlir::RankedTensorType tensor);
  /// Until `endPlaces`, a temporary has `count` places, of which number `place` is
  /// given out.
  void beginPlaces(int64_t count, mlir::OpFoldResult place) {
    places = count;
    this->place = place;
  }
  void endPlaces() { places = 0; }
  /// Gives every temporary its place: one of `outputs`, which share no input's
  /// buffer, if it ends as that, or a part of the scratch, which those of other
  /// times may have as well. Unless they share, each has its own.
  void finish(llvm::ArrayRef<mlir::Value> outputs, bool share);

  mlir::OpBuilder &builder;

private:
  mlir::func::FuncOp function;
  mlir::BlockArgument scratch;
  int64_t places = 0;
  mlir::OpFoldResult place;
};

/// The operands that are `buffer` or a view of it, other than of views.
llvm::SmallVector<mlir::OpOperand *> findNestUses(mlir::Value buffer);

/// The pairs of `kernel.inplace`, of a function on inputs and then outputs.
mlir::ArrayAttr findInPlacePairs(mlir::func::FuncOp function, unsigned inputs, unsigned outputs);

class Stage {
public:
  /// A nest over `sizes`, all loops parallel but the `reduced` ones.
  Stage(Buffers &buffers, mlir::Location loc, llvm::ArrayRef<int64_t> sizes,
        llvm::ArrayRef<int64_t> reduced = {}, bool contract = true);
  ~Stage();

  mlir::AffineExpr dim(unsigned loop) { return mlir::getAffineDimExpr(loop, body.getContext()); }
  mlir::AffineExpr constant(int64_t value) {
    return mlir::getAffineConstantExpr(value, body.getContext());
  }
  Indices dims(unsigned first, unsigned count);

  /// The element of `buffer` (of tensor element type `element`) at `indices`.
  mlir::Value read(mlir::Value buffer, mlir::Type element, llvm::ArrayRef<Index> indices);
  /// Declares an output with a map; answers the element's present value, which
  /// a reduction accumulates on.
  mlir::Value addOutput(mlir::Value buffer, mlir::Type element,
                        llvm::ArrayRef<mlir::AffineExpr> map);
  /// Ends the stage: `values` are stored to the outputs.
  mlir::linalg::GenericOp finish(mlir::ValueRange values);

  /// The value of an index in the payload.
  mlir::Value materialize(const Index &index);
  Index add(const Index &index, int64_t constant);
  Index mul(const Index &index, int64_t constant);
  Index floorDiv(const Index &index, int64_t constant);
  /// index - base, whichever of the two are affine.
  Index sub(const Index &index, const Index &base);
  /// Largest index smaller than `size`, at least 0.
  Index clamp(const Index &index, int64_t size);
  /// low <= index < high, as an i1; null if that holds for every iteration.
  mlir::Value inRange(const Index &index, int64_t low, int64_t high);

  mlir::OpBuilder body;
  mlir::Location loc;
  /// Flags of floating-point arithmetic: contraction unless the kernel is strict.
  mlir::arith::FastMathFlags flags;
  /// Values already computed in this payload, by value and indices.
  llvm::DenseMap<std::pair<mlir::Value, size_t>,
                 llvm::SmallVector<std::pair<Indices, mlir::Value>, 1>>
      memo;
  /// Values that this nest itself writes, read only at the same place.
  llvm::SmallDenseMap<mlir::Value, mlir::Value> inNest;

private:
  std::optional<std::pair<int64_t, int64_t>> rangeOf(mlir::AffineExpr expr) const;
  mlir::Value fromStorage(mlir::Value value, mlir::Type element);
  mlir::Value toStorage(mlir::Value value, mlir::Type storage);
  void coverReducedLoops();
  mlir::Value cutToLoops(mlir::Value buffer, mlir::AffineMap map);

  Buffers &buffers;
  llvm::SmallVector<int64_t> sizes;
  llvm::SmallVector<mlir::utils::IteratorType> iterators;
  mlir::Block *block;
  llvm::SmallVector<mlir::Value> inputs, outputs;
  llvm::SmallVector<mlir::AffineMap> inputMaps, outputMaps;
  llvm::SmallVector<mlir::Value> inputValues;
};

/// Builds the payload of one elementwise op on scalars.
mlir::Value buildElementwise(Stage &stage, mlir::Operation *op, mlir::ValueRange operands);

/// Builds a random op's element with the given row-major index (an i32).
mlir::Value buildRandom(Stage &stage, mlir::Operation *op, mlir::Value seed,
                        mlir::Value counter, mlir::Value index);

/// A scalar constant of a payload type.
mlir::Value buildConstant(Stage &stage, mlir::Type type, double value);

} // namespace nnc

#endif // NNC_CONVERSION_KERNELTOLINALG_STAGE_H

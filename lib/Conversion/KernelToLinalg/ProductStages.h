//===- ProductStages.h - what contractions and convolutions share -*- C++ -*-=//
#ifndef NNC_CONVERSION_KERNELTOLINALG_PRODUCTSTAGES_H
#define NNC_CONVERSION_KERNELTOLINALG_PRODUCTSTAGES_H

#include "Evaluator.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace nnc {

/// acc + a * b in the payload type.
mlir::Value multiplyAdd(Stage &stage, mlir::Value acc, mlir::Value a,
                        mlir::Value b);

/// A part of a buffer along one axis; the buffer itself if that is all.
mlir::Value cutAxis(mlir::OpBuilder &b, mlir::Location loc, mlir::Value buffer,
                    unsigned axis, mlir::OpFoldResult begin, int64_t size);

/// Bytes of a buffer's elements.
int64_t getBytes(mlir::Value buffer);

/// The largest divisor of `count` that is at most `most`, or 1.
int64_t findDivisor(int64_t count, int64_t most);

/// The part of a buffer that has `numbers` along `axes`, which are dropped; -1 is
/// no axis of the buffer's.
mlir::Value selectAt(mlir::OpBuilder &b, mlir::Location loc, mlir::Value buffer,
                     llvm::ArrayRef<int64_t> axes, llvm::ArrayRef<mlir::OpFoldResult> numbers);

/// buffers[number] of an array of buffers, the first axis dropped.
mlir::Value selectFirst(mlir::OpBuilder &b, mlir::Location loc, mlir::Value buffers,
                        mlir::OpFoldResult number);

/// The number of the present worker.
mlir::Value getWorker(mlir::OpBuilder &b, mlir::Location loc);

/// The shape of [N, C, spatial…] with `low` elements before and `high` behind.
llvm::SmallVector<int64_t> addBorder(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> low,
                                     llvm::ArrayRef<int64_t> high);

/// Copies images into larger ones, `low` elements from where these begin.
void copyInside(Evaluator &evaluator, mlir::Location loc, mlir::Value source, mlir::Value into,
                llvm::ArrayRef<int64_t> low);

/// A divisor of `count` that is about `most`: the largest one below, unless that
/// is far below.
int64_t findDivisorNear(int64_t count, int64_t most);

/// Room for some images [C, spatial…] and zeros around them; null if there are
/// to be none.
mlir::Value makeBorder(Evaluator &evaluator, mlir::Location loc, mlir::RankedTensorType images,
                       llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high);

/// Splits one axis of a buffer into [groups, rest].
mlir::Value splitGroups(mlir::OpBuilder &b, mlir::Location loc, mlir::Value buffer, unsigned axis,
                        int64_t groups);

/// Axes first, first + 1, … of a buffer.
llvm::SmallVector<unsigned> axesFrom(unsigned first, mlir::Value buffer);

/// Whether one of some buffers has no elements.
bool hasEmptyAxis(llvm::ArrayRef<mlir::Value> buffers);

/// Results of a convolution: images of one size.
struct ImageShape {
  int64_t count, height, width;

  /// Tiles of 2 by 2 that cover an image.
  int64_t tilesHigh() const { return (height + 1) / 2; }
  int64_t tilesWide() const { return (width + 1) / 2; }
  int64_t tiles() const { return count * tilesHigh() * tilesWide(); }
};

/// The buffers of a convolution with a window of 3 by 3 that moves by 1.
struct ConvOperands {
  /// [N, C, h, w], which with zeros around it, `low` before and `high` behind,
  /// is [N, C, H + 2, W + 2] with H and W the results' rounded up to even.
  mlir::Value input;
  llvm::SmallVector<int64_t> low, high;
  /// [O, C, 3, 3]; of a gradient [C, O, 3, 3], met the other way round.
  mlir::Value weight;
  bool isGradient;
  /// [N, O, height, width]
  mlir::Value output;
};

/// Whether Winograd's transforms can be computed in vectors of `lanes` elements.
bool isWinogradPossible(const ImageShape &image, int64_t lanes);

/// Whether fewer products gain more than the transforms around them cost. Weights that are prepared need none per call.
bool isWinogradFaster(const ImageShape &image, int64_t channelsIn, int64_t channelsOut,
                      bool isPrepared);

} // namespace nnc

#endif // NNC_CONVERSION_KERNELTOLINALG_PRODUCTSTAGES_H

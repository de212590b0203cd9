//===- WinogradStages.cpp - convolutions with fewer products --------------===//
//
// A convolution with a window of 3 by 3 that moves by 1 computes each 2 by 2
// results of a channel from 4 by 4 elements with 36 products. Winograd's
// F(2x2, 3x3) transforms both operands so that 16 are enough (Lavin and Gray,
// "Fast algorithms for convolutional neural networks", 2015):
//
//   Y = Aᵀ (Σ over channels of (G g Gᵀ) ⊙ (Bᵀ d B)) A
//
// The sum is 16 products of matrices, [channels out, channels in] by [channels
// in, tiles]. Images are taken a few at a time, or some rows of one, so that their
// tiles stay in a cache between the three nests; each image or few are a task, or
// the rows of the only one.
//
//===----------------------------------------------------------------------===//
#include "ProductStages.h"
#include "Windows.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

/// Elements of a transformed tile.
static constexpr int64_t points = 16;

bool nnc::isWinogradPossible(const ImageShape &image, int64_t lanes) {
  // A target without vectors has no memory to spare for points either.
  return lanes >= 4 && image.tiles() >= 2 * lanes;
}

bool nnc::isWinogradFaster(const ImageShape &image, int64_t channelsIn, int64_t channelsOut,
                           bool isPrepared) {
  // Elements that pass through a vector instruction: loads, arithmetic, stores.
  // Weights are 9 apart, which takes 9 loads and shuffles for each tap.
  double direct = 9.0 * image.count * image.height * image.width * channelsIn * channelsOut;
  double tiles = image.tiles();
  double sums = points * tiles * channelsIn * channelsOut;
  double weights = isPrepared ? 0 : (9.0 * 2 * 9 + 28 + points) * channelsIn * channelsOut;
  double in = (2.0 * points + 32 + points) * tiles * channelsIn;
  double out = (points + 24.0 + 4) * tiles * channelsOut;
  return 1.1 * (sums + weights + in + out) < direct;
}

namespace {
/// Arithmetic of a stage.
struct Arithmetic {
  Stage &stage;

  Value add(Value x, Value y) const {
    return arith::AddFOp::create(stage.body, stage.loc, x, y, stage.flags);
  }
  Value sub(Value x, Value y) const {
    return arith::SubFOp::create(stage.body, stage.loc, x, y, stage.flags);
  }
  Value half(Value x) const {
    return arith::MulFOp::create(stage.body, stage.loc, x, buildConstant(stage, x.getType(), 0.5),
                                 stage.flags);
  }
  /// Bᵀ d
  SmallVector<Value> image(ArrayRef<Value> d) const {
    return {sub(d[0], d[2]), add(d[1], d[2]), sub(d[2], d[1]), sub(d[1], d[3])};
  }
  /// G g
  SmallVector<Value> weight(ArrayRef<Value> g) const {
    Value ends = half(add(g[0], g[2])), middle = half(g[1]);
    return {g[0], add(ends, middle), sub(ends, middle), g[2]};
  }
  /// Aᵀ m
  SmallVector<Value> result(ArrayRef<Value> m) const {
    return {add(m[0], add(m[1], m[2])), sub(sub(m[1], m[2]), m[3])};
  }
};

/// One convolution.
struct Winograd {
  Evaluator &evaluator;
  Location loc;
  Type element;
  const ConvOperands &conv;
  const ImageShape &image;
  int64_t channelsIn, channelsOut;

  Value makePoints(int64_t copies, int64_t rows, int64_t columns);
  Value transformWeights();
  void transformImages(Value images, Value into);
  void multiply(Value weights, Value tiles, Value sums);
  void transformResults(Value sums, Value into);
};
} // namespace

/// A square of elements, transformed along both axes.
static SmallVector<Value> transformSquare(ArrayRef<Value> square, int64_t size,
                                          function_ref<SmallVector<Value>(ArrayRef<Value>)> line) {
  SmallVector<SmallVector<Value>> columns;
  for (int64_t j = 0; j != size; ++j) {
    SmallVector<Value> column;
    for (int64_t i = 0; i != size; ++i)
      column.push_back(square[i * size + j]);
    columns.push_back(line(column));
  }
  SmallVector<Value> result;
  for (size_t i = 0; i != columns[0].size(); ++i) {
    SmallVector<Value> row;
    for (const SmallVector<Value> &column : columns)
      row.push_back(column[i]);
    llvm::append_range(result, line(row));
  }
  return result;
}

/// A temporary for the points of arrays [rows, columns]: points and rows an odd
/// number of cache lines apart, since those a power of two apart would drive
/// each other out of a cache.
Value Winograd::makePoints(int64_t copies, int64_t rows, int64_t columns) {
  int64_t line = 64 * 8 / element.getIntOrFloatBitWidth();
  int64_t row = (llvm::divideCeil(columns, line) | 1) * line;
  auto type = RankedTensorType::get({copies, points, rows | 1, row}, element);
  OpBuilder &b = evaluator.buffers.builder;
  Value all = evaluator.buffers.makeTemporary(loc, type);
  all = cutAxis(b, loc, all, 2, b.getIndexAttr(0), rows);
  return cutAxis(b, loc, all, 3, b.getIndexAttr(0), columns);
}

/// [points, a, b] of weights [a, b, 3, 3].
Value Winograd::transformWeights() {
  OpBuilder &b = evaluator.buffers.builder;
  ArrayRef<int64_t> shape = shapeOf(conv.weight);
  Value all = selectFirst(b, loc, makePoints(1, shape[0], shape[1]), b.getIndexAttr(0));
  Stage stage(evaluator.buffers, loc, shape.take_front(2), {}, evaluator.contract);
  Arithmetic math{stage};
  SmallVector<Value> taps;
  for (int64_t k = 0; k != 9; ++k) {
    // The gradient meets the window the other way round.
    int64_t tap = conv.isGradient ? 8 - k : k;
    taps.push_back(stage.read(conv.weight, element,
                              {stage.dim(0), stage.dim(1), stage.constant(tap / 3),
                               stage.constant(tap % 3)}));
  }
  auto values = transformSquare(taps, 3, [&](ArrayRef<Value> g) { return math.weight(g); });
  for (int64_t i = 0; i != points; ++i)
    stage.addOutput(selectFirst(b, loc, all, b.getIndexAttr(i)), element, {stage.dim(0), stage.dim(1)});
  stage.finish(values);
  return all;
}

/// [channels, tiles] of one point as [channels, images, high, wide].
static Value expandTiles(OpBuilder &b, Location loc, Value tiles, ArrayRef<int64_t> shape) {
  return memref::ExpandShapeOp::create(b, loc, shape, tiles,
                                       ArrayRef<ReassociationIndices>{{0}, {1, 2, 3}});
}

void Winograd::transformImages(Value images, Value into) {
  OpBuilder &b = evaluator.buffers.builder;
  int64_t count = shapeOf(images)[0], high = shapeOf(images)[2] / 2 - 1;
  int64_t extents[] = {count, channelsIn, high, image.tilesWide()};
  Stage stage(evaluator.buffers, loc, extents, {}, evaluator.contract);
  Arithmetic math{stage};
  AffineExpr n = stage.dim(0), c = stage.dim(1), y = stage.dim(2), x = stage.dim(3);
  SmallVector<Value> square;
  for (int64_t i = 0; i != points; ++i)
    square.push_back(stage.read(images, element, {n, c, y * 2 + i / 4, x * 2 + i % 4}));
  auto values = transformSquare(square, 4, [&](ArrayRef<Value> d) { return math.image(d); });
  for (int64_t i = 0; i != points; ++i) {
    Value point = selectFirst(b, loc, into, b.getIndexAttr(i));
    point = expandTiles(b, loc, point, {channelsIn, count, extents[2], extents[3]});
    stage.addOutput(point, element, {c, n, y, x});
  }
  stage.finish(values);
}

/// sums[point, o, tile] = weights[point, o, c] * tiles[point, c, tile], of the
/// weights in either order, for one point after the other: its weights stay in a
/// cache for all parts of the tiles. The loops: point, panel, o, lane | c.
void Winograd::multiply(Value weights, Value tiles, Value sums) {
  OpBuilder &b = evaluator.buffers.builder;
  evaluator.forEachTask(loc, points, [&](Value number) {
    auto ofPoint = [&](Value buffer) { return cutAxis(b, loc, buffer, 0, number, 1); };
    Value factor = ofPoint(weights);
    for (Lanes part : evaluator.splitLanes(shapeOf(tiles)[2], element)) {
      int64_t extents[] = {1, part.count, channelsOut, part.width, channelsIn};
      Stage stage(evaluator.buffers, loc, extents, {4}, evaluator.contract);
      AffineExpr point = stage.dim(0), o = stage.dim(2), c = stage.dim(4);
      AffineExpr tile = stage.dim(1) * part.width + stage.dim(3);
      auto cut = [&](Value buffer) {
        return cutAxis(b, loc, ofPoint(buffer), 2, b.getIndexAttr(part.begin), part.count * part.width);
      };
      // Right before the sums, which then begin at zero in registers.
      Value into = cut(sums);
      evaluator.fill(loc, into, 0);
      Value w = conv.isGradient ? stage.read(factor, element, {point, c, o})
                                : stage.read(factor, element, {point, o, c});
      Value t = stage.read(cut(tiles), element, {point, c, tile});
      Value acc = stage.addOutput(into, element, {point, o, tile});
      stage.finish(multiplyAdd(stage, acc, w, t));
    }
  });
}

void Winograd::transformResults(Value sums, Value into) {
  OpBuilder &b = evaluator.buffers.builder;
  int64_t count = shapeOf(into)[0], high = shapeOf(into)[2] / 2;
  int64_t extents[] = {count, channelsOut, high, image.tilesWide()};
  Stage stage(evaluator.buffers, loc, extents, {}, evaluator.contract);
  Arithmetic math{stage};
  Indices place = stage.dims(0, 4);
  SmallVector<Value> square;
  for (int64_t i = 0; i != points; ++i) {
    Value point = selectFirst(b, loc, sums, b.getIndexAttr(i));
    point = expandTiles(b, loc, point, {channelsOut, count, extents[2], extents[3]});
    square.push_back(stage.read(point, element, {place[1], place[0], place[2], place[3]}));
  }
  auto values = transformSquare(square, 4, [&](ArrayRef<Value> m) { return math.result(m); });
  for (int64_t i = 0; i != 4; ++i) {
    Value part = cutWindows(b, loc, into, extents, {2, 2}, {i / 2, i % 2});
    stage.addOutput(part, element,
                    {stage.dim(0), stage.dim(1), stage.dim(2), stage.dim(3)});
  }
  stage.finish(values);
}

namespace {
/// What goes through all nests at once: some images, or some rows of tiles of
/// one.
struct TileBlock {
  int64_t images, rows;
};
} // namespace

/// Vectors that so many tiles take: what is left of whole ones is cut into powers
/// of two.
static int64_t countVectors(int64_t tiles, int64_t lanes) {
  return tiles / lanes + llvm::popcount(static_cast<uint64_t>(tiles % lanes));
}

/// The tiles that the second-level cache holds half of, or more where the
/// weights are larger than they, since every block reads these again; up to twice
/// as many where these take fewer vectors.
static TileBlock chooseBlock(const ImageShape &image, int64_t bytesOfTile, int64_t bytesOfWeights,
                         int64_t cache, int64_t lanes) {
  int64_t most = std::max(cache / 2, bytesOfWeights) / bytesOfTile;
  int64_t high = image.tilesHigh(), wide = image.tilesWide();
  if (most >= high * wide)
    return {findDivisor(image.count, most / (high * wide)), high};
  // No fewer than fill a panel.
  int64_t rows = std::max(most / wide, static_cast<int64_t>(llvm::divideCeil(2 * lanes, wide)));
  rows = findDivisor(high, rows);
  for (int64_t more = rows + 1; more * wide <= 2 * most; ++more)
    if (high % more == 0 &&
        countVectors(more * wide, lanes) * rows < countVectors(rows * wide, lanes) * more)
      rows = more;
  return {1, rows};
}

void Evaluator::emitWinograd(Location loc, const ConvOperands &conv, const ImageShape &image) {
  OpBuilder &b = buffers.builder;
  Type element = cast<MemRefType>(conv.output.getType()).getElementType();
  Winograd winograd{*this, loc, element, conv, image, shapeOf(conv.input)[1],
                    shapeOf(conv.output)[1]};
  Value weights = winograd.transformWeights();
  // Results of whole tiles, where the image ends amid one.
  Value output = conv.output;
  int64_t high = 2 * image.tilesHigh(), wide = 2 * image.tilesWide();
  bool isCut = high != image.height || wide != image.width;
  if (isCut)
    output = buffers.makeTemporary(
        loc, RankedTensorType::get({image.count, winograd.channelsOut, high, wide}, element));

  int64_t bytes = element.getIntOrFloatBitWidth() / 8;
  int64_t ofTile = points * (winograd.channelsIn + winograd.channelsOut) * bytes;
  auto [images, rows] = chooseBlock(image, ofTile, getBytes(weights), target.cacheBytes,
                                    vectorWidth(element));
  int64_t blocks = image.count / images, turns = image.tilesHigh() / rows;
  int64_t tilesOfBlock = images * rows * image.tilesWide();
  // The rows of one image are tasks, where there is but one block of images.
  int64_t tasks = blocks == 1 ? turns : blocks;
  // A place for each worker, or for each task where these are fewer.
  int64_t copies = std::min<int64_t>(tasks, target.workers);
  auto placeOf = [&](Value task) -> OpFoldResult {
    if (!task)
      return b.getIndexAttr(0);
    return tasks <= target.workers ? task : getWorker(b, loc);
  };
  Value tiles = winograd.makePoints(copies, winograd.channelsIn, tilesOfBlock);
  Value sums = winograd.makePoints(copies, winograd.channelsOut, tilesOfBlock);
  SmallVector<int64_t> shape(shapeOf(conv.input));
  shape[0] = images;
  SmallVector<int64_t> padded = addBorder(shape, conv.low, conv.high);
  Value borders;
  if (padded != shape) {
    padded.insert(padded.begin(), blocks == 1 ? 1 : copies);
    borders = buffers.makeTemporary(loc, RankedTensorType::get(padded, element));
  }
  auto scaled = [&](Value number, int64_t size) -> OpFoldResult {
    if (!number)
      return b.getIndexAttr(0);
    Value factor = arith::ConstantIndexOp::create(b, loc, size);
    return arith::MulIOp::create(b, loc, number, factor).getResult();
  };
  auto takeImages = [&](OpFoldResult begin, OpFoldResult place) {
    Value input = cutAxis(b, loc, conv.input, 0, begin, images);
    if (!borders)
      return input;
    Value own = selectFirst(b, loc, borders, place);
    fill(loc, own, 0);
    copyInside(*this, loc, input, own, conv.low);
    return own;
  };
  auto convolveRows = [&](Value input, Value results, OpFoldResult row, OpFoldResult place) {
    Value ownTiles = selectFirst(b, loc, tiles, place), ownSums = selectFirst(b, loc, sums, place);
    winograd.transformImages(cutAxis(b, loc, input, 2, row, 2 * rows + 2), ownTiles);
    winograd.multiply(weights, ownTiles, ownSums);
    winograd.transformResults(ownSums, cutAxis(b, loc, results, 2, row, 2 * rows));
  };
  if (blocks == 1) {
    Value input = takeImages(b.getIndexAttr(0), b.getIndexAttr(0));
    forEachTask(loc, turns, [&](Value turn) {
      OpFoldResult place = placeOf(turn);
      convolveRows(input, output, scaled(turn, 2 * rows), place);
    });
  } else {
    forEachTask(loc, blocks, [&](Value block) {
      OpFoldResult begin = scaled(block, images), place = placeOf(block);
      Value input = takeImages(begin, place), results = cutAxis(b, loc, output, 0, begin, images);
      forEachTurn(loc, turns, 2 * rows,
                  [&](OpFoldResult row) { convolveRows(input, results, row, place); });
    });
  }
  if (isCut)
    copyBuffer(loc, cutAxis(b, loc, cutAxis(b, loc, output, 2, b.getIndexAttr(0), image.height), 3,
                          b.getIndexAttr(0), image.width),
             conv.output);
}

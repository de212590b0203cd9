//===- ConvWeightGrad.cpp - gradients of convolutions by their weight -----===//
//
// Sums over images and positions: every element of the result is one. Images are
// taken some at a time, as many as a cache holds beside the sums.
//
//===----------------------------------------------------------------------===//
#include "ProductStages.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

namespace {
/// output[g, o, c, k…] += input[n, g, c, place(p, k)…] * grad[n, g, o, p…].
/// With panels of o the sums stand in a temporary with o last until all are
/// done. Images are copied with their border, and gradients packed, some at a
/// time: the copies stay in a cache, and take little memory.
struct WeightGradient {
  Evaluator &evaluator;
  ConvWeightGradOp op;
  Location loc;
  Type element;
  Value output;

  void emit();
  void emitPart(Value images, Value factor, Value into, bool isPacked);
  void unpack(Value sums, Lanes part);
};
} // namespace

/// The loops: g, panel, c, k…, lane | n, p…; without panels g, o, c, k… | n, p….
void WeightGradient::emitPart(Value images, Value factor, Value into, bool isPacked) {
  SmallVector<int64_t> extents(shapeOf(into));
  unsigned n = extents.size();
  extents.push_back(shapeOf(images)[0]);
  llvm::append_range(extents, typeOf(op.getOutputGrad()).getShape().drop_front(2));
  auto reduced = llvm::to_vector(llvm::seq<int64_t>(n, extents.size()));
  Stage stage(evaluator.buffers, loc, extents, reduced, evaluator.contract);
  Indices x{stage.dim(n), stage.dim(0), stage.dim(2)}, f;
  if (isPacked)
    f = {stage.dim(0), stage.dim(1), stage.dim(n)};
  else
    f = {stage.dim(n), stage.dim(0), stage.dim(1)};
  for (auto [s, stride] : llvm::enumerate(op.getStrides())) {
    AffineExpr k = stage.dim(3 + s), p = stage.dim(n + 1 + s);
    x.push_back(p * stride + k * op.getDilations()[s]);
    f.push_back(p);
  }
  if (isPacked)
    f.push_back(stage.dim(n - 1));
  SmallVector<AffineExpr> map;
  for (const Index &index : stage.dims(0, n))
    map.push_back(index.affine);
  Value image = stage.read(images, element, x), slope = stage.read(factor, element, f);
  Value acc = stage.addOutput(into, element, map);
  stage.finish(multiplyAdd(stage, acc, image, slope));
}

/// Writes the sums of a part of the lanes where they belong.
void WeightGradient::unpack(Value sums, Lanes part) {
  OpBuilder &b = evaluator.buffers.builder;
  ArrayRef<int64_t> shape = shapeOf(sums);
  Stage copy(evaluator.buffers, loc, shape, {}, evaluator.contract);
  SmallVector<AffineExpr> to{copy.dim(0),
                             copy.dim(1) * part.width + copy.dim(shape.size() - 1)};
  for (unsigned i = 2; i + 1 != shape.size(); ++i)
    to.push_back(copy.dim(i));
  Value sum = copy.read(sums, element, copy.dims(0, shape.size()));
  copy.addOutput(cutAxis(b, loc, output, 1, b.getIndexAttr(part.begin), part.count * part.width),
                 element, to);
  copy.finish(sum);
}

void WeightGradient::emit() {
  OpBuilder &b = evaluator.buffers.builder;
  int64_t groups = op.getGroups(), width = evaluator.vectorWidth(element);
  auto type = typeOf(op.getInput());
  Value input = evaluator.getBuffer(op.getInput()), grad = evaluator.getBuffer(op.getOutputGrad());

  // Every block reads and writes all sums: it is no smaller than they are, and
  // where a cache then holds it, several times as large.
  int64_t count = shapeOf(grad)[0], ofImage = (getBytes(input) + getBytes(grad)) / count;
  int64_t cache = evaluator.target.cacheBytes, ofSums = getBytes(output);
  int64_t bytes = evaluator.target.copyBytes.value_or(std::clamp(8 * ofSums, cache / 2, 2 * cache));
  int64_t block = evaluator.target.optimizations.has(Optimization::Images)
                      ? findDivisorNear(count, std::max(bytes, ofSums) / ofImage)
                      : count;

  int64_t channels = shapeOf(output)[1];
  bool isPacked = channels >= width && evaluator.target.optimizations.has(Optimization::Panels);
  SmallVector<Lanes> parts = isPacked ? evaluator.splitLanes(channels, element)
                                      : SmallVector<Lanes>{{0, 1, channels}};
  SmallVector<Value> sums;
  for (Lanes part : parts) {
    SmallVector<int64_t> shape(shapeOf(output));
    shape[1] = part.count;
    shape.push_back(part.width);
    sums.push_back(isPacked ? evaluator.buffers.makeTemporary(loc, RankedTensorType::get(shape, element))
                            : output);
    if (block != count)
      evaluator.fill(loc, sums.back(), 0);
  }
  SmallVector<int64_t> shape(type.getShape());
  shape[0] = block;
  Value padded = makeBorder(evaluator, loc, type.clone(shape), op.getLow(), op.getHigh());
  evaluator.forEachTurn(loc, count / block, block, [&](OpFoldResult begin) {
    Value images = cutAxis(b, loc, input, 0, begin, block);
    if (padded) {
      copyInside(evaluator, loc, images, padded, op.getLow());
      images = padded;
    }
    images = splitGroups(b, loc, images, 1, groups);
    Value slopes = splitGroups(b, loc, cutAxis(b, loc, grad, 0, begin, block), 1, groups);
    SmallVector<unsigned> inner{0};
    llvm::append_range(inner, axesFrom(3, slopes));
    for (auto [part, into] : llvm::zip(parts, sums)) {
      Value factor = slopes;
      if (isPacked)
        factor = evaluator.packPanels(loc, {slopes, element, {1}, 2, inner}, part);
      // Just before it, the nest begins with zeros instead of reading them.
      if (block == count)
        evaluator.fill(loc, into, 0);
      emitPart(images, factor, into, isPacked);
    }
  });
  if (isPacked)
    for (auto [part, from] : llvm::zip(parts, sums))
      unpack(from, part);
}

void Evaluator::emitConvWeightGrad(ConvWeightGradOp op) {
  Location loc = op.getLoc();
  Value whole = bufferOf.lookup(op.getResult());
  if (hasEmptyAxis({whole, getBuffer(op.getOutputGrad()), getBuffer(op.getInput())}))
    return fill(loc, whole, 0);
  Value output = splitGroups(buffers.builder, loc, whole, 0, op.getGroups());
  WeightGradient{*this, op, loc, typeOf(op.getResult()).getElementType(), output}.emit();
}

//===- ConvStages.cpp - convolutions and their gradients ------------------===//
//
// A padded image is copied with its border first, so that the nest has no
// conditions. Vectors run along channels where there are enough of them: the
// operand that does not move over the image is packed into panels of channels,
// the image is read one element at a time, for all lanes, as it stands.
//
//===----------------------------------------------------------------------===//
#include "ProductStages.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static ArrayRef<int64_t> shapeOf(Value buffer) {
  return cast<MemRefType>(buffer.getType()).getShape();
}

/// A copy of an [N, C, spatial…] value with zeros around (and between) its
/// spatial elements; negative borders crop. The value's own buffer if there is
/// nothing to do.
Value Evaluator::padInput(Location loc, Value input, ArrayRef<int64_t> low,
                          ArrayRef<int64_t> high, ArrayRef<int64_t> interior) {
  auto isZero = [](int64_t n) { return n == 0; };
  Value source = getBuffer(input);
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero) &&
      llvm::all_of(interior, isZero))
    return source;
  auto type = typeOf(input);
  SmallVector<int64_t> shape(type.getShape());
  for (size_t axis = 0; axis != low.size(); ++axis) {
    int64_t &size = shape[axis + 2];
    size = low[axis] + size + (size - 1) * interior[axis] + high[axis];
  }
  Value padded = buffers.makeTemporary(
      loc, RankedTensorType::get(shape, type.getElementType()));
  // Zero all, then copy what is inside: two nests without conditions.
  fill(loc, padded, 0);
  OpBuilder &b = buffers.builder;
  SmallVector<OpFoldResult> offsets(2, b.getIndexAttr(0)), sizes,
      strides(2, b.getIndexAttr(1));
  SmallVector<int64_t> first(2, 0), extents(type.getShape().take_front(2));
  for (size_t axis = 0; axis != low.size(); ++axis) {
    int64_t step = interior[axis] + 1, size = type.getDimSize(axis + 2);
    // Elements i with 0 <= low + i * step < the padded size.
    int64_t begin =
        std::max<int64_t>(0, llvm::divideCeilSigned(-low[axis], step));
    int64_t end = std::min(
        size,
        llvm::divideFloorSigned(shape[axis + 2] - 1 - low[axis], step) + 1);
    if (end <= begin)
      return padded;
    first.push_back(begin);
    extents.push_back(end - begin);
    offsets.push_back(b.getIndexAttr(low[axis] + begin * step));
    strides.push_back(b.getIndexAttr(step));
  }
  for (int64_t extent : extents)
    sizes.push_back(b.getIndexAttr(extent));
  Value inside =
      memref::SubViewOp::create(b, loc, padded, offsets, sizes, strides);
  Stage stage(buffers, loc, extents, {}, contract);
  Indices from;
  SmallVector<AffineExpr> map;
  for (auto [axis, begin] : llvm::enumerate(first)) {
    from.push_back(stage.dim(axis) + begin);
    map.push_back(stage.dim(axis));
  }
  Value element = stage.read(source, type.getElementType(), from);
  stage.addOutput(inside, type.getElementType(), map);
  stage.finish(element);
  return padded;
}

/// Splits one axis of a buffer into [groups, rest].
static Value splitGroups(OpBuilder &b, Location loc, Value buffer,
                         unsigned axis, int64_t groups) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<int64_t> shape;
  SmallVector<ReassociationIndices> reassociation;
  for (auto [i, size] : llvm::enumerate(type.getShape())) {
    ReassociationIndices group{static_cast<int64_t>(shape.size())};
    if (i == axis) {
      shape.push_back(groups);
      group.push_back(shape.size());
      shape.push_back(size / groups);
    } else {
      shape.push_back(size);
    }
    reassociation.push_back(group);
  }
  return memref::ExpandShapeOp::create(b, loc, shape, buffer, reassociation);
}

/// Axes first, first + 1, … of a buffer.
static SmallVector<unsigned> axesFrom(unsigned first, Value buffer) {
  return llvm::to_vector(llvm::seq<unsigned>(first, shapeOf(buffer).size()));
}

namespace {
/// output[n, g, l, p…] += image[n, g, a, place(p, k)…] * weight[g, o, c, k…]
/// where l is o and a is c, or the other way round: a convolution and its
/// gradient by its input.
struct ImageProduct {
  Evaluator &evaluator;
  Location loc;
  Type element;
  Value image, weight, output;
  /// The weight's axis that is the output's channel: 1 or 2.
  unsigned lane;
  llvm::function_ref<AffineExpr(AffineExpr p, AffineExpr k, unsigned axis)>
      place;

  void emit();
  void emitPart(Value weights, Value into, std::optional<Lanes> panels);
};
} // namespace

void ImageProduct::emit() {
  int64_t channels = shapeOf(output)[2], last = shapeOf(output).back();
  int64_t width = evaluator.vectorWidth(element), terms = 1;
  for (unsigned axis : axesFrom(3, weight))
    terms *= shapeOf(weight)[axis];
  terms *= shapeOf(weight)[3 - lane];
  // A short sum over a wide image is better off with vectors along the image:
  // its result would be transposed for few products.
  bool panels =
      channels >= std::min(width, last) && (terms >= 4 * width || last < width);
  if (!panels) {
    evaluator.fill(loc, output, 0);
    return emitPart(weight, output, std::nullopt);
  }
  SmallVector<unsigned> inner{3 - lane};
  llvm::append_range(inner, axesFrom(3, weight));
  for (Lanes part : splitLanes(channels, width)) {
    Value packed =
        evaluator.packPanels(loc, weight, element, {0}, lane, inner, part);
    Value into = cutAxis(evaluator.buffers.builder, loc, output, 2, part.begin,
                         part.count * part.width);
    evaluator.fill(loc, into, 0);
    emitPart(packed, into, part);
  }
}

/// The loops: g, panel, n, p…, lane | a, k…; without panels g, n, l, p… | a,
/// k….
void ImageProduct::emitPart(Value weights, Value into,
                            std::optional<Lanes> panels) {
  ArrayRef<int64_t> out = shapeOf(into), kernel = shapeOf(weight);
  unsigned spatial = out.size() - 3;
  SmallVector<int64_t> extents;
  if (panels)
    extents = {out[1], panels->count, out[0]};
  else
    extents = {out[1], out[0], out[2]};
  llvm::append_range(extents, out.drop_front(3));
  if (panels)
    extents.push_back(panels->width);
  unsigned a = extents.size();
  extents.push_back(kernel[3 - lane]);
  llvm::append_range(extents, kernel.drop_front(3));
  auto reduced = llvm::to_vector(llvm::seq<int64_t>(a, extents.size()));
  Stage stage(evaluator.buffers, loc, extents, reduced, evaluator.contract);
  AffineExpr n = stage.dim(panels ? 2 : 1), g = stage.dim(0),
             sum = stage.dim(a);
  AffineExpr l =
      panels ? stage.dim(1) * panels->width + stage.dim(a - 1) : stage.dim(2);
  Indices x{n, g, sum}, w{g};
  if (panels)
    w.append({stage.dim(1), sum});
  else if (lane == 1)
    w.append({l, sum});
  else
    w.append({sum, l});
  SmallVector<AffineExpr> y{n, g, l};
  for (unsigned s = 0; s != spatial; ++s) {
    AffineExpr p = stage.dim(3 + s), k = stage.dim(a + 1 + s);
    x.push_back(place(p, k, s));
    w.push_back(k);
    y.push_back(p);
  }
  if (panels)
    w.push_back(stage.dim(a - 1));
  Value image = stage.read(this->image, element, x),
        factor = stage.read(weights, element, w);
  Value acc = stage.addOutput(into, element, y);
  stage.finish(multiplyAdd(stage, acc, image, factor));
}

static bool hasEmptyAxis(ArrayRef<Value> buffers) {
  return llvm::any_of(buffers, [](Value buffer) {
    return llvm::is_contained(shapeOf(buffer), 0);
  });
}

void Evaluator::emitConv(ConvOp op) {
  Location loc = op.getLoc();
  int64_t groups = op.getGroups();
  SmallVector<int64_t> none(op.getStrides().size(), 0);
  OpBuilder &b = buffers.builder;
  Value whole = bufferOf.lookup(op.getResult());
  Value input = padInput(loc, op.getInput(), op.getLow(), op.getHigh(), none);
  Value weight = splitGroups(b, loc, getBuffer(op.getWeight()), 0, groups);
  if (hasEmptyAxis({whole, weight, input}))
    return fill(loc, whole, 0);
  auto place = [&](AffineExpr p, AffineExpr k, unsigned s) {
    return p * op.getStrides()[s] + k * op.getDilations()[s];
  };
  ImageProduct{*this,
               loc,
               typeOf(op.getResult()).getElementType(),
               splitGroups(b, loc, input, 1, groups),
               weight,
               splitGroups(b, loc, whole, 1, groups),
               /*lane=*/1,
               place}
      .emit();
}

void Evaluator::emitConvInputGrad(ConvInputGradOp op) {
  Location loc = op.getLoc();
  int64_t groups = op.getGroups(), spatial = op.getStrides().size();
  auto outShape = typeOf(op.getResult()).getShape();
  auto gradShape = typeOf(op.getOutputGrad()).getShape();
  auto weightShape = typeOf(op.getWeight()).getShape();
  // Spread the gradient by the stride and give it a border, so that
  //   result[i] = sum over k of spread[i + reach - k * dilation] * weight[k].
  SmallVector<int64_t> low, high, interior, reach;
  for (int64_t s = 0; s != spatial; ++s) {
    int64_t span = (weightShape[s + 2] - 1) * op.getDilations()[s];
    int64_t spread = (gradShape[s + 2] - 1) * op.getStrides()[s] + 1;
    reach.push_back(span);
    interior.push_back(op.getStrides()[s] - 1);
    low.push_back(span - op.getLow()[s]);
    high.push_back(outShape[s + 2] + span - low.back() - spread);
  }
  OpBuilder &b = buffers.builder;
  Value whole = bufferOf.lookup(op.getResult());
  Value grad = padInput(loc, op.getOutputGrad(), low, high, interior);
  Value weight = splitGroups(b, loc, getBuffer(op.getWeight()), 0, groups);
  if (hasEmptyAxis({whole, weight, grad}))
    return fill(loc, whole, 0);
  auto place = [&](AffineExpr i, AffineExpr k, unsigned s) {
    return i - k * op.getDilations()[s] + reach[s];
  };
  ImageProduct{*this,
               loc,
               typeOf(op.getResult()).getElementType(),
               splitGroups(b, loc, grad, 1, groups),
               weight,
               splitGroups(b, loc, whole, 1, groups),
               /*lane=*/2,
               place}
      .emit();
}

/// output[g, o, c, k…] += input[n, g, c, place(p, k)…] * grad[n, g, o, p…].
/// With panels of o the sums stand in a temporary with o last until all are
/// done.
void Evaluator::emitConvWeightGrad(ConvWeightGradOp op) {
  Location loc = op.getLoc();
  int64_t groups = op.getGroups(), spatial = op.getStrides().size();
  Type element = typeOf(op.getResult()).getElementType();
  SmallVector<int64_t> none(spatial, 0);
  OpBuilder &b = buffers.builder;
  Value whole = bufferOf.lookup(op.getResult());
  Value input = padInput(loc, op.getInput(), op.getLow(), op.getHigh(), none);
  Value grad = getBuffer(op.getOutputGrad());
  if (hasEmptyAxis({whole, grad, input}))
    return fill(loc, whole, 0);
  input = splitGroups(b, loc, input, 1, groups);
  grad = splitGroups(b, loc, grad, 1, groups);
  Value output = splitGroups(b, loc, whole, 0, groups);

  auto emitPart = [&](Value factor, Value into, std::optional<Lanes> panels) {
    // g, panel, c, k…, lane | n, p…; without panels g, o, c, k… | n, p….
    SmallVector<int64_t> extents(shapeOf(into));
    unsigned n = extents.size();
    extents.push_back(shapeOf(grad)[0]);
    llvm::append_range(extents, shapeOf(grad).drop_front(3));
    auto reduced = llvm::to_vector(llvm::seq<int64_t>(n, extents.size()));
    Stage stage(buffers, loc, extents, reduced, contract);
    Indices x{stage.dim(n), stage.dim(0), stage.dim(2)}, f;
    if (panels)
      f = {stage.dim(0), stage.dim(1), stage.dim(n)};
    else
      f = {stage.dim(n), stage.dim(0), stage.dim(1)};
    for (int64_t s = 0; s != spatial; ++s) {
      AffineExpr k = stage.dim(3 + s), p = stage.dim(n + 1 + s);
      x.push_back(p * op.getStrides()[s] + k * op.getDilations()[s]);
      f.push_back(p);
    }
    if (panels)
      f.push_back(stage.dim(n - 1));
    SmallVector<AffineExpr> map;
    for (const Index &index : stage.dims(0, n))
      map.push_back(index.affine);
    Value image = stage.read(input, element, x),
          slope = stage.read(factor, element, f);
    Value acc = stage.addOutput(into, element, map);
    stage.finish(multiplyAdd(stage, acc, image, slope));
  };

  int64_t channels = shapeOf(output)[1], width = vectorWidth(element);
  if (channels < width) {
    fill(loc, output, 0);
    return emitPart(grad, output, std::nullopt);
  }
  SmallVector<unsigned> inner{0};
  llvm::append_range(inner, axesFrom(3, grad));
  for (Lanes part : splitLanes(channels, width)) {
    Value packed = packPanels(loc, grad, element, {1}, 2, inner, part);
    SmallVector<int64_t> shape(shapeOf(output));
    shape[1] = part.count;
    shape.push_back(part.width);
    Value sums =
        buffers.makeTemporary(loc, RankedTensorType::get(shape, element));
    fill(loc, sums, 0);
    emitPart(packed, sums, part);

    Stage copy(buffers, loc, shape, {}, contract);
    Indices from = copy.dims(0, shape.size());
    SmallVector<AffineExpr> to{copy.dim(0), copy.dim(1) * part.width +
                                                copy.dim(shape.size() - 1)};
    for (unsigned i = 2; i + 1 != shape.size(); ++i)
      to.push_back(copy.dim(i));
    Value sum = copy.read(sums, element, from);
    copy.addOutput(
        cutAxis(b, loc, output, 1, part.begin, part.count * part.width),
        element, to);
    copy.finish(sum);
  }
}

//===- ConvStages.cpp - convolutions, and gradients by their input --------===//
//
// A padded image is copied with its border first, so that the nest has no
// conditions. Vectors run along channels where there are enough of them: the
// operand that does not move over the image is packed into panels of channels,
// the image is read one element at a time, for all lanes, as it stands.
//
//===----------------------------------------------------------------------===//
#include "ProductStages.h"
#include "nnc/Analysis/Storage.h"
#include <functional>
#include <numeric>

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

SmallVector<int64_t> nnc::addBorder(ArrayRef<int64_t> shape, ArrayRef<int64_t> low,
                                    ArrayRef<int64_t> high) {
  SmallVector<int64_t> padded(shape);
  for (size_t axis = 0; axis != low.size(); ++axis)
    padded[axis + 2] += low[axis] + high[axis];
  return padded;
}

void nnc::copyInside(Evaluator &evaluator, Location loc, Value source, Value into,
                     ArrayRef<int64_t> low) {
  OpBuilder &b = evaluator.buffers.builder;
  SmallVector<OpFoldResult> offsets(2, b.getIndexAttr(0)), sizes,
      strides(low.size() + 2, b.getIndexAttr(1));
  for (int64_t border : low)
    offsets.push_back(b.getIndexAttr(border));
  for (int64_t extent : shapeOf(source))
    sizes.push_back(b.getIndexAttr(extent));
  Value inside = memref::SubViewOp::create(b, loc, into, offsets, sizes, strides);
  evaluator.copyBuffer(loc, source, inside);
}

int64_t nnc::findDivisorNear(int64_t count, int64_t most) {
  most = std::max<int64_t>(most, 1);
  int64_t below = findDivisor(count, most), above = std::clamp<int64_t>(most, 1, count);
  while (count % above != 0)
    ++above;
  return 2 * below >= std::min(most, count) ? below : above;
}

Value nnc::makeBorder(Evaluator &evaluator, Location loc, RankedTensorType images,
                      ArrayRef<int64_t> low, ArrayRef<int64_t> high) {
  SmallVector<int64_t> shape = addBorder(images.getShape(), low, high);
  if (ArrayRef(shape) == images.getShape())
    return {};
  Value padded = evaluator.buffers.makeTemporary(loc, images.clone(shape));
  // Zero all, then copy what is inside: two nests without conditions.
  evaluator.fill(loc, padded, 0);
  return padded;
}

/// A copy of an [N, C, spatial…] value with zeros around its spatial elements.
/// The value's own buffer if there is nothing to do.
Value Evaluator::padInput(Location loc, Value input, ArrayRef<int64_t> low,
                          ArrayRef<int64_t> high) {
  Value source = getBuffer(input);
  Value padded = makeBorder(*this, loc, typeOf(input), low, high);
  if (!padded)
    return source;
  copyInside(*this, loc, source, padded, low);
  return padded;
}

Value nnc::splitGroups(OpBuilder &b, Location loc, Value buffer, unsigned axis, int64_t groups) {
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

SmallVector<unsigned> nnc::axesFrom(unsigned first, Value buffer) {
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
  Value weight;
  /// The weight's axis that is the output's channel: 1 or 2.
  unsigned lane;
  std::function<AffineExpr(AffineExpr p, AffineExpr k, unsigned axis)> place;

  /// Whether all of the op's result is this product.
  bool takesEpilogue = false;
  Value image = {}, output = {};
  /// The weight's panels, where several blocks of images meet them.
  SmallVector<std::pair<Value, Lanes>> packs = {};

  void emit(Value image, Value output);
  void pack(ArrayRef<int64_t> outputShape);

private:
  bool usesPanels(ArrayRef<int64_t> outputShape) const;
  PanelSource getSource() const;
  void emitPart(Value weights, Value into, std::optional<Lanes> panels);
};
} // namespace

/// A short sum over a wide image is better off with vectors along the image: its
/// result would be transposed for few products.
bool ImageProduct::usesPanels(ArrayRef<int64_t> outputShape) const {
  int64_t channels = shapeOf(weight)[lane], last = outputShape.back();
  int64_t width = evaluator.vectorWidth(element), terms = 1;
  for (unsigned axis : axesFrom(3, weight))
    terms *= shapeOf(weight)[axis];
  terms *= shapeOf(weight)[3 - lane];
  return evaluator.target.optimizations.has(Optimization::Panels) &&
         channels >= std::min(width, last) && (terms >= 4 * width || last < width);
}

PanelSource ImageProduct::getSource() const {
  SmallVector<unsigned> inner{3 - lane};
  llvm::append_range(inner, axesFrom(3, weight));
  return {weight, element, {0}, lane, inner};
}

/// Packs the weight once for all products to come.
void ImageProduct::pack(ArrayRef<int64_t> outputShape) {
  if (!usesPanels(outputShape))
    return;
  PanelSource source = getSource();
  for (Lanes part : evaluator.splitLanes(shapeOf(weight)[lane], element))
    packs.emplace_back(evaluator.packPanels(loc, source, part), part);
}

void ImageProduct::emit(Value image, Value output) {
  this->image = image;
  this->output = output;
  auto emitPanels = [&](Value packed, Value into, Lanes part) {
    evaluator.fill(loc, into, 0);
    emitPart(packed, into, part);
  };
  if (!usesPanels(shapeOf(output))) {
    evaluator.fill(loc, output, 0);
    return emitPart(weight, output, std::nullopt);
  }
  OpBuilder &b = evaluator.buffers.builder;
  for (auto [packed, part] : packs)
    emitPanels(packed, cutAxis(b, loc, output, 2, b.getIndexAttr(part.begin), part.count * part.width), part);
  if (!packs.empty())
    return;
  PanelSource source = getSource();
  takesEpilogue &= evaluator.packsBeforehand(source, getBytes(image));
  evaluator.forEachPack(loc, source, output, /*axis=*/2, getBytes(image), emitPanels);
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
  if (!takesEpilogue)
    return;
  // n, channel, p…
  AffineExpr channel = g * shapeOf(output)[2] + l + (panels ? panels->begin : 0);
  SmallVector<AffineExpr> whole{n, channel};
  llvm::append_range(whole, ArrayRef(y).drop_front(3));
  evaluator.emitEpilogue(loc, ArrayRef(extents).take_front(a), whole);
}

bool nnc::hasEmptyAxis(ArrayRef<Value> buffers) {
  return llvm::any_of(buffers, [](Value buffer) {
    return llvm::is_contained(shapeOf(buffer), 0);
  });
}

/// The results' images, if they are better computed by Winograd's transforms.
static std::optional<ImageShape> chooseWinograd(Evaluator &evaluator, RankedTensorType result,
                                                Value weight, int64_t channelsIn,
                                                ArrayRef<int64_t> strides,
                                                ArrayRef<int64_t> dilations, int64_t groups) {
  auto isOne = [](int64_t n) { return n == 1; };
  ArrayRef<int64_t> shape = result.getShape();
  // Its sums are not those of the convolution: never where order is strict.
  if (!evaluator.contract || !evaluator.target.optimizations.has(Optimization::Winograd) ||
      !result.getElementType().isF32() || groups != 1 || shape.size() != 4 ||
      typeOf(weight).getShape().drop_front(2) != ArrayRef<int64_t>{3, 3} ||
      !llvm::all_of(strides, isOne) || !llvm::all_of(dilations, isOne))
    return std::nullopt;
  ImageShape image{shape[0], shape[2], shape[3]};
  if (result.getNumElements() == 0 || channelsIn == 0 ||
      !isWinogradPossible(image, evaluator.vectorWidth(result.getElementType())))
    return std::nullopt;
  bool isFaster = evaluator.target.winograd ? *evaluator.target.winograd
                                            : isWinogradFaster(image, channelsIn, shape[1],
                                                               Evaluator::isInvariant(evaluator.getBuffer(weight)));
  return isFaster ? std::optional(image) : std::nullopt;
}

/// A border of which the images end with whole tiles.
static SmallVector<int64_t> padToTiles(ArrayRef<int64_t> high, const ImageShape &image) {
  return {high[0] + image.height % 2, high[1] + image.width % 2};
}

void Evaluator::emitConv(ConvOp op) {
  Location loc = op.getLoc();
  if (auto image = chooseWinograd(*this, typeOf(op.getResult()), op.getWeight(),
                                  typeOf(op.getInput()).getDimSize(1), op.getStrides(),
                                  op.getDilations(), op.getGroups())) {
    return emitWinograd(loc, {getBuffer(op.getInput()), SmallVector<int64_t>(op.getLow()),
                              padToTiles(op.getHigh(), *image), getBuffer(op.getWeight()),
                              /*isGradient=*/false, bufferOf.lookup(op.getResult())}, *image);
  }
  int64_t groups = op.getGroups();
  OpBuilder &b = buffers.builder;
  Value whole = bufferOf.lookup(op.getResult());
  Value input = padInput(loc, op.getInput(), op.getLow(), op.getHigh());
  Value weight = splitGroups(b, loc, getBuffer(op.getWeight()), 0, groups);
  if (hasEmptyAxis({whole, weight, input}))
    return fill(loc, whole, 0);
  auto place = [&](AffineExpr p, AffineExpr k, unsigned s) {
    return p * op.getStrides()[s] + k * op.getDilations()[s];
  };
  ImageProduct product{*this, loc, typeOf(op.getResult()).getElementType(), weight, /*lane=*/1, place,
                       /*takesEpilogue=*/true};
  Value images = splitGroups(b, loc, input, 1, groups);
  product.emit(images, splitGroups(b, loc, whole, 1, groups));
}

namespace {
/// Along one axis, the results i = first + stride * j and the taps
/// k = tap + tapStep * m that meet them: those of
///   i = p * stride + k * dilation - low.
/// Tap m meets gradient p = j + base - m * apart.
struct Phase {
  int64_t first, count, tap, tapStep, taps, base, apart;

  static Phase of(int64_t first, int64_t size, int64_t kernel, int64_t stride,
                  int64_t dilation, int64_t low);
};
} // namespace

Phase Phase::of(int64_t first, int64_t size, int64_t kernel, int64_t stride,
                int64_t dilation, int64_t low) {
  int64_t common = std::gcd(stride, dilation);
  Phase phase{first,
              static_cast<int64_t>(llvm::divideCeil(size - first, stride)),
              0,
              stride / common,
              0,
              0,
              dilation / common};
  auto meets = [&](int64_t tap) {
    return (first + low - tap * dilation) % stride == 0;
  };
  while (phase.tap != phase.tapStep && !meets(phase.tap))
    ++phase.tap;
  if (phase.tap >= std::min(kernel, phase.tapStep))
    return phase;
  phase.taps = llvm::divideCeil(kernel - phase.tap, phase.tapStep);
  phase.base = (first + low - phase.tap * dilation) / stride;
  return phase;
}

namespace {
/// What the results of some phase of each axis are; without taps, zero.
struct PhaseProduct {
  SmallVector<int64_t> first, count;
  std::optional<ImageProduct> product;
};
} // namespace

/// A part of a [., ., ., spatial...] buffer with steps along the spatial axes.
static Value cutSpatial(OpBuilder &b, Location loc, Value buffer,
                        ArrayRef<int64_t> first, ArrayRef<int64_t> count,
                        ArrayRef<int64_t> step) {
  ArrayRef<int64_t> shape = shapeOf(buffer);
  if (shape.drop_front(3) == count)
    return buffer;
  SmallVector<OpFoldResult> offsets(3, b.getIndexAttr(0)), sizes,
      strides(3, b.getIndexAttr(1));
  for (int64_t size : shape.take_front(3))
    sizes.push_back(b.getIndexAttr(size));
  for (auto [begin, size, stride] : llvm::zip_equal(first, count, step)) {
    offsets.push_back(b.getIndexAttr(begin));
    sizes.push_back(b.getIndexAttr(size));
    strides.push_back(b.getIndexAttr(stride));
  }
  return memref::SubViewOp::create(b, loc, buffer, offsets, sizes, strides);
}

/// Results that are a stride apart meet the same taps. Each such phase is a
/// product of its own, of the taps that it meets only: spreading the gradient
/// by the stride instead would multiply zeros, three of four for a stride of 2.
void Evaluator::emitConvInputGrad(ConvInputGradOp op) {
  Location loc = op.getLoc();
  if (auto image = chooseWinograd(*this, typeOf(op.getResult()), op.getWeight(),
                                  typeOf(op.getOutputGrad()).getDimSize(1), op.getStrides(),
                                  op.getDilations(), op.getGroups());
      image && llvm::all_of(op.getLow(), [](int64_t low) { return low <= 2; })) {
    SmallVector<int64_t> low, high;
    auto gradShape = typeOf(op.getOutputGrad()).getShape();
    for (auto [axis, border] : llvm::enumerate(op.getLow())) {
      low.push_back(2 - border);
      int64_t size = axis == 0 ? image->height : image->width;
      high.push_back(size + 2 - low.back() - gradShape[axis + 2]);
    }
    if (llvm::all_of(high, [](int64_t border) { return border >= 0; })) {
      return emitWinograd(loc, {getBuffer(op.getOutputGrad()), low, padToTiles(high, *image),
                                getBuffer(op.getWeight()), /*isGradient=*/true,
                                bufferOf.lookup(op.getResult())}, *image);
    }
  }
  int64_t groups = op.getGroups(), spatial = op.getStrides().size();
  auto outShape = typeOf(op.getResult()).getShape();
  auto gradShape = typeOf(op.getOutputGrad()).getShape();
  auto weightShape = typeOf(op.getWeight()).getShape();
  // The phases of every axis, and the border that they reach into.
  SmallVector<SmallVector<Phase>> phases(spatial);
  SmallVector<int64_t> low(spatial, 0), high(spatial, 0);
  int64_t combinations = 1;
  for (int64_t s = 0; s != spatial; ++s) {
    int64_t size = outShape[s + 2];
    for (int64_t r = 0; r != std::min(op.getStrides()[s], size); ++r) {
      Phase phase = Phase::of(r, size, weightShape[s + 2], op.getStrides()[s],
                              op.getDilations()[s], op.getLow()[s]);
      phases[s].push_back(phase);
      if (phase.taps == 0)
        continue;
      int64_t least = phase.base - (phase.taps - 1) * phase.apart;
      int64_t most = phase.base + phase.count - 1;
      low[s] = std::max(low[s], -least);
      high[s] = std::max(high[s], most - (gradShape[s + 2] - 1));
    }
    combinations *= phases[s].size();
  }
  OpBuilder &b = buffers.builder;
  auto type = typeOf(op.getOutputGrad());
  Value whole = bufferOf.lookup(op.getResult()), grad = getBuffer(op.getOutputGrad());
  Value weight = splitGroups(b, loc, getBuffer(op.getWeight()), 0, groups);
  if (hasEmptyAxis({whole, weight, grad}))
    return fill(loc, whole, 0);

  // One nest for all images, unless their copy is to be small: no smaller than
  // the weight, since every block reads all of that.
  int64_t count = outShape[0], block = count;
  SmallVector<int64_t> padded = addBorder(gradShape, low, high);
  if (target.copyBytes && ArrayRef(padded) != gradShape) {
    int64_t ofImage = getByteSize(type.clone(padded)) / count;
    block = findDivisorNear(count, std::max(*target.copyBytes, getBytes(weight)) / ofImage);
  }
  std::vector<PhaseProduct> products;
  for (int64_t number = 0; number != combinations; ++number) {
    SmallVector<Phase> chosen;
    SmallVector<int64_t> tap, taps, tapStep;
    PhaseProduct product;
    int64_t rest = number;
    for (const auto &choices : phases) {
      const Phase &phase = chosen.emplace_back(choices[rest % choices.size()]);
      rest /= choices.size();
      product.first.push_back(phase.first);
      product.count.push_back(phase.count);
      tap.push_back(phase.tap);
      taps.push_back(phase.taps);
      tapStep.push_back(phase.tapStep);
    }
    if (!llvm::is_contained(taps, 0)) {
      auto place = [=](AffineExpr j, AffineExpr m, unsigned s) {
        return j - m * chosen[s].apart + chosen[s].base + low[s];
      };
      Value met = cutSpatial(b, loc, weight, tap, taps, tapStep);
      product.product.emplace(ImageProduct{*this, loc, type.getElementType(), met, /*lane=*/2, place});
      if (block != count)
        product.product->pack(product.count);
    }
    products.push_back(std::move(product));
  }
  SmallVector<int64_t> ofBlock(gradShape);
  ofBlock[0] = block;
  Value border = makeBorder(*this, loc, type.clone(ofBlock), low, high);
  forEachTurn(loc, count / block, block, [&](OpFoldResult begin) {
    Value images = cutAxis(b, loc, grad, 0, begin, block);
    if (border) {
      copyInside(*this, loc, images, border, low);
      images = border;
    }
    images = splitGroups(b, loc, images, 1, groups);
    Value results = splitGroups(b, loc, cutAxis(b, loc, whole, 0, begin, block), 1, groups);
    for (PhaseProduct &each : products) {
      Value output = cutSpatial(b, loc, results, each.first, each.count, op.getStrides());
      if (each.product)
        each.product->emit(images, output);
      else
        fill(loc, output, 0);
    }
  });
}

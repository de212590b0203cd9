//===- ProductStages.cpp - contractions and convolutions ------------------===//
//
// Sums of products become one nest each, `acc + a * b`. Operands are brought
// into a form first in which the innermost result axis is contiguous: a
// transposed operand is repacked, a padded convolution input is copied with its
// border. The nest itself then has no conditions and no strided vectors.
//
//===----------------------------------------------------------------------===//
#include "Evaluator.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

static RankedTensorType typeOf(Value value) { return cast<RankedTensorType>(value.getType()); }

/// acc + a * b in the payload type.
static Value multiplyAdd(Stage &stage, Value acc, Value a, Value b) {
  OpBuilder &builder = stage.body;
  if (!isa<FloatType>(acc.getType())) {
    Value product = arith::MulIOp::create(builder, stage.loc, a, b);
    return arith::AddIOp::create(builder, stage.loc, acc, product);
  }
  Value product = arith::MulFOp::create(builder, stage.loc, a, b, stage.flags);
  return arith::AddFOp::create(builder, stage.loc, acc, product, stage.flags);
}

//===----------------------------------------------------------------------===//
// Contraction
//===----------------------------------------------------------------------===//

namespace {
/// An operand with the letters of its buffer's axes.
struct Factor {
  Value buffer;
  std::string letters;
  Type element;
};
} // namespace

/// Copies a factor so that `letter` is its last axis.
static void moveLast(Evaluator &evaluator, Location loc, Factor &factor, char letter) {
  size_t from = factor.letters.find(letter);
  if (from == std::string::npos || from + 1 == factor.letters.size())
    return;
  auto shape = cast<MemRefType>(factor.buffer.getType()).getShape();
  SmallVector<int64_t> permutation, packedShape;
  for (size_t axis = 0; axis != factor.letters.size(); ++axis)
    if (axis != from)
      permutation.push_back(axis);
  permutation.push_back(from);
  std::string letters;
  for (int64_t axis : permutation) {
    packedShape.push_back(shape[axis]);
    letters.push_back(factor.letters[axis]);
  }
  Value packed =
      evaluator.buffers.makeTemporary(loc, RankedTensorType::get(packedShape, factor.element));
  Stage stage(evaluator.buffers, loc, packedShape, {}, evaluator.contract);
  Indices source(shape.size(), stage.constant(0));
  SmallVector<AffineExpr> map;
  for (auto [axis, original] : llvm::enumerate(permutation)) {
    source[original] = stage.dim(axis);
    map.push_back(stage.dim(axis));
  }
  Value element = stage.read(factor.buffer, factor.element, source);
  stage.addOutput(packed, factor.element, map);
  stage.finish(element);
  factor = {packed, letters, factor.element};
}

void Evaluator::emitContract(ContractOp op) {
  Location loc = op.getLoc();
  Type element = typeOf(op.getResult()).getElementType();
  Factor lhs{getBuffer(op.getLhs()), op.getLhsLetters().str(), element};
  Factor rhs{getBuffer(op.getRhs()), op.getRhsLetters().str(), element};
  std::string result = op.getResultLetters().str();

  llvm::SmallMapVector<char, int64_t, 8> sizes;
  for (const Factor *factor : {&lhs, &rhs})
    for (auto [letter, size] :
         llvm::zip(factor->letters, cast<MemRefType>(factor->buffer.getType()).getShape()))
      sizes[letter] = size;
  std::string loops = result;
  for (auto [letter, size] : sizes)
    if (!StringRef(result).contains(letter))
      loops.push_back(letter);
  bool hasReduction = loops.size() > result.size();

  // Vectors run along the result's last axis, except where so few rows share a
  // packed operand that packing would cost as much as the product: there they
  // run along a reduced axis that is last in both.
  if (!result.empty()) {
    char lane = result.back();
    Factor *wide = StringRef(rhs.letters).contains(lane) ? &rhs : &lhs;
    Factor *other = wide == &rhs ? &lhs : &rhs;
    int64_t rows = 1;
    for (char letter : result)
      if (!StringRef(wide->letters).contains(letter))
        rows *= sizes[letter];
    bool dots = hasReduction && rows < 4 && !lhs.letters.empty() && !rhs.letters.empty() &&
                lhs.letters.back() == rhs.letters.back() &&
                !StringRef(result).contains(lhs.letters.back());
    if (!dots) {
      moveLast(*this, loc, *wide, lane);
      moveLast(*this, loc, *other, lane);
    }
  } else if (hasReduction && !lhs.letters.empty()) {
    moveLast(*this, loc, rhs, lhs.letters.back());
  }

  Value buffer = bufferOf.lookup(op.getResult());
  fill(loc, buffer, 0);
  SmallVector<int64_t> extents, reduced;
  for (auto [i, letter] : llvm::enumerate(loops)) {
    extents.push_back(sizes[letter]);
    if (i >= result.size())
      reduced.push_back(i);
  }
  if (llvm::is_contained(extents, 0))
    return;
  Stage stage(buffers, loc, extents, reduced, contract);
  auto indicesOf = [&](StringRef letters) {
    Indices indices;
    for (char letter : letters)
      indices.push_back(stage.dim(loops.find(letter)));
    return indices;
  };
  Value a = stage.read(lhs.buffer, element, indicesOf(lhs.letters));
  Value b = stage.read(rhs.buffer, element, indicesOf(rhs.letters));
  SmallVector<AffineExpr> map;
  for (size_t i = 0; i != result.size(); ++i)
    map.push_back(stage.dim(i));
  // Without a reduced loop an output is written, not accumulated on.
  Value acc = stage.addOutput(buffer, element, map);
  if (!hasReduction) {
    bool isFloat = isa<FloatType>(a.getType());
    Value product = isFloat ? arith::MulFOp::create(stage.body, loc, a, b).getResult()
                            : arith::MulIOp::create(stage.body, loc, a, b).getResult();
    stage.finish(product);
    return;
  }
  stage.finish(multiplyAdd(stage, acc, a, b));
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// A copy of an [N, C, spatial…] value with zeros around (and between) its
/// spatial elements; negative borders crop. The value's own buffer if there is
/// nothing to do.
Value Evaluator::padInput(Location loc, Value input, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                          ArrayRef<int64_t> interior) {
  auto isZero = [](int64_t n) { return n == 0; };
  Value source = getBuffer(input);
  if (llvm::all_of(low, isZero) && llvm::all_of(high, isZero) && llvm::all_of(interior, isZero))
    return source;
  auto type = typeOf(input);
  SmallVector<int64_t> shape(type.getShape());
  for (size_t axis = 0; axis != low.size(); ++axis) {
    int64_t &size = shape[axis + 2];
    size = low[axis] + size + (size - 1) * interior[axis] + high[axis];
  }
  Value padded = buffers.makeTemporary(loc, RankedTensorType::get(shape, type.getElementType()));
  // Zero all, then copy what is inside: two nests without conditions.
  fill(loc, padded, 0);
  OpBuilder &b = buffers.builder;
  SmallVector<OpFoldResult> offsets(2, b.getIndexAttr(0)), sizes, strides(2, b.getIndexAttr(1));
  SmallVector<int64_t> first(2, 0), extents(type.getShape().take_front(2));
  for (size_t axis = 0; axis != low.size(); ++axis) {
    int64_t step = interior[axis] + 1, size = type.getDimSize(axis + 2);
    // Elements i with 0 <= low + i * step < the padded size.
    int64_t begin = std::max<int64_t>(0, llvm::divideCeilSigned(-low[axis], step));
    int64_t end = std::min(size, llvm::divideFloorSigned(shape[axis + 2] - 1 - low[axis], step) + 1);
    if (end <= begin)
      return padded;
    first.push_back(begin);
    extents.push_back(end - begin);
    offsets.push_back(b.getIndexAttr(low[axis] + begin * step));
    strides.push_back(b.getIndexAttr(step));
  }
  for (int64_t extent : extents)
    sizes.push_back(b.getIndexAttr(extent));
  Value inside = memref::SubViewOp::create(b, loc, padded, offsets, sizes, strides);
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
static Value splitGroups(OpBuilder &b, Location loc, Value buffer, unsigned axis, int64_t groups) {
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

// The nests' loops are named by position: with S spatial axes,
//   conv              g n o p… | c k…
//   conv_input_grad   g n c i… | o k…
//   conv_weight_grad  g o c k… | n p…

void Evaluator::emitConv(ConvOp op) {
  Location loc = op.getLoc();
  int64_t groups = op.getGroups(), spatial = op.getStrides().size();
  Type element = typeOf(op.getResult()).getElementType();
  SmallVector<int64_t> none(spatial, 0);
  Value input = padInput(loc, op.getInput(), op.getLow(), op.getHigh(), none);
  OpBuilder &b = buffers.builder;
  input = splitGroups(b, loc, input, 1, groups);
  Value weight = splitGroups(b, loc, getBuffer(op.getWeight()), 0, groups);
  Value whole = bufferOf.lookup(op.getResult());
  fill(loc, whole, 0);
  Value output = splitGroups(b, loc, whole, 1, groups);

  auto out = cast<MemRefType>(output.getType()).getShape();
  auto kernel = cast<MemRefType>(weight.getType()).getShape();
  SmallVector<int64_t> extents{groups, out[0], out[2]};
  llvm::append_range(extents, out.drop_front(3));
  int64_t c = extents.size();
  llvm::append_range(extents, kernel.drop_front(2));
  if (llvm::is_contained(extents, 0))
    return;
  auto reduced = llvm::to_vector(llvm::seq<int64_t>(c, extents.size()));
  Stage stage(buffers, loc, extents, reduced, contract);
  Indices x{stage.dim(1), stage.dim(0), stage.dim(c)};
  Indices w{stage.dim(0), stage.dim(2), stage.dim(c)};
  SmallVector<AffineExpr> y{stage.dim(1), stage.dim(0), stage.dim(2)};
  for (int64_t s = 0; s != spatial; ++s) {
    AffineExpr p = stage.dim(3 + s), k = stage.dim(c + 1 + s);
    x.push_back(p * op.getStrides()[s] + k * op.getDilations()[s]);
    w.push_back(k);
    y.push_back(p);
  }
  Value a = stage.read(input, element, x), f = stage.read(weight, element, w);
  Value acc = stage.addOutput(output, element, y);
  stage.finish(multiplyAdd(stage, acc, a, f));
}

void Evaluator::emitConvInputGrad(ConvInputGradOp op) {
  Location loc = op.getLoc();
  int64_t groups = op.getGroups(), spatial = op.getStrides().size();
  Type element = typeOf(op.getResult()).getElementType();
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
  Value grad = padInput(loc, op.getOutputGrad(), low, high, interior);
  OpBuilder &b = buffers.builder;
  grad = splitGroups(b, loc, grad, 1, groups);
  Value weight = splitGroups(b, loc, getBuffer(op.getWeight()), 0, groups);
  Value whole = bufferOf.lookup(op.getResult());
  fill(loc, whole, 0);
  Value output = splitGroups(b, loc, whole, 1, groups);

  auto out = cast<MemRefType>(output.getType()).getShape();
  auto kernel = cast<MemRefType>(weight.getType()).getShape();
  SmallVector<int64_t> extents{groups, out[0], out[2]};
  llvm::append_range(extents, out.drop_front(3));
  int64_t o = extents.size();
  extents.push_back(kernel[1]);
  llvm::append_range(extents, kernel.drop_front(3));
  if (llvm::is_contained(extents, 0))
    return;
  auto reduced = llvm::to_vector(llvm::seq<int64_t>(o, extents.size()));
  Stage stage(buffers, loc, extents, reduced, contract);
  Indices g{stage.dim(1), stage.dim(0), stage.dim(o)};
  Indices w{stage.dim(0), stage.dim(o), stage.dim(2)};
  SmallVector<AffineExpr> y{stage.dim(1), stage.dim(0), stage.dim(2)};
  for (int64_t s = 0; s != spatial; ++s) {
    AffineExpr i = stage.dim(3 + s), k = stage.dim(o + 1 + s);
    g.push_back(i - k * op.getDilations()[s] + reach[s]);
    w.push_back(k);
    y.push_back(i);
  }
  Value a = stage.read(grad, element, g), f = stage.read(weight, element, w);
  Value acc = stage.addOutput(output, element, y);
  stage.finish(multiplyAdd(stage, acc, a, f));
}

void Evaluator::emitConvWeightGrad(ConvWeightGradOp op) {
  Location loc = op.getLoc();
  int64_t groups = op.getGroups(), spatial = op.getStrides().size();
  Type element = typeOf(op.getResult()).getElementType();
  SmallVector<int64_t> none(spatial, 0);
  Value input = padInput(loc, op.getInput(), op.getLow(), op.getHigh(), none);
  OpBuilder &b = buffers.builder;
  input = splitGroups(b, loc, input, 1, groups);
  Value grad = splitGroups(b, loc, getBuffer(op.getOutputGrad()), 1, groups);
  Value whole = bufferOf.lookup(op.getResult());
  fill(loc, whole, 0);
  Value output = splitGroups(b, loc, whole, 0, groups);

  auto out = cast<MemRefType>(output.getType()).getShape();
  auto gradShape = cast<MemRefType>(grad.getType()).getShape();
  SmallVector<int64_t> extents(out);
  int64_t n = extents.size();
  extents.push_back(gradShape[0]);
  llvm::append_range(extents, gradShape.drop_front(3));
  if (llvm::is_contained(extents, 0))
    return;
  auto reduced = llvm::to_vector(llvm::seq<int64_t>(n, extents.size()));
  Stage stage(buffers, loc, extents, reduced, contract);
  Indices x{stage.dim(n), stage.dim(0), stage.dim(2)};
  Indices g{stage.dim(n), stage.dim(0), stage.dim(1)};
  SmallVector<AffineExpr> y{stage.dim(0), stage.dim(1), stage.dim(2)};
  for (int64_t s = 0; s != spatial; ++s) {
    AffineExpr k = stage.dim(3 + s), p = stage.dim(n + 1 + s);
    x.push_back(p * op.getStrides()[s] + k * op.getDilations()[s]);
    g.push_back(p);
    y.push_back(k);
  }
  Value a = stage.read(input, element, x), d = stage.read(grad, element, g);
  Value acc = stage.addOutput(output, element, y);
  stage.finish(multiplyAdd(stage, acc, a, d));
}

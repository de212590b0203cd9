//===- Build.cpp - nn ops in few words ------------------------------------===//
//
// See Build.h. Numbers are folded in double and rounded once to the element
// type, which gives what the op itself would.
//
//===----------------------------------------------------------------------===//
#include "nnc/Dialect/NN/IR/Build.h"

using namespace mlir;
using namespace nnc::nn;

std::optional<double> nnc::nn::getSplat(Value value) {
  // A literal passes few ops on its way; a longer chain is not worth following.
  for (int depth = 0; depth < 8; ++depth) {
    Operation *op = value.getDefiningOp();
    if (!op)
      return std::nullopt;
    if (auto constant = dyn_cast<ConstantOp>(op)) {
      auto elements = dyn_cast<DenseFPElementsAttr>(constant.getValue());
      if (!elements || !elements.isSplat())
        return std::nullopt;
      return elements.getSplatValue<APFloat>().convertToDouble();
    }
    if (!isa<BroadcastOp, ReshapeOp, TransposeOp>(op))
      return std::nullopt;
    value = op->getOperand(0);
  }
  return std::nullopt;
}

Value NNBuilder::splat(RankedTensorType type, double value) {
  return ConstantOp::createSplat(builder, loc, type, value);
}

Value NNBuilder::add(Value x, Value y) {
  std::optional<double> a = getSplat(x), b = getSplat(y);
  if (a && b)
    return splat(x, *a + *b);
  if (auto negated = y.getDefiningOp<NegOp>())
    return make<SubOp>(x, negated.getOperand());
  if (auto negated = x.getDefiningOp<NegOp>())
    return make<SubOp>(y, negated.getOperand());
  return make<AddOp>(x, y);
}

Value NNBuilder::sub(Value x, Value y) {
  std::optional<double> a = getSplat(x), b = getSplat(y);
  if (a && b)
    return splat(x, *a - *b);
  if (auto negated = y.getDefiningOp<NegOp>())
    return make<AddOp>(x, negated.getOperand());
  return make<SubOp>(x, y);
}

Value NNBuilder::mul(Value x, Value y) {
  std::optional<double> a = getSplat(x), b = getSplat(y);
  if (a && b)
    return splat(x, *a * *b);
  if (a) {
    std::swap(x, y);
    std::swap(a, b);
  }
  if (b == 1.0)
    return x;
  if (b == -1.0)
    return neg(x);
  return make<MulOp>(x, y);
}

Value NNBuilder::div(Value x, Value y) {
  std::optional<double> a = getSplat(x), b = getSplat(y);
  if (a && b)
    return splat(x, *a / *b);
  if (b == 1.0)
    return x;
  return make<DivOp>(x, y);
}

Value NNBuilder::neg(Value x) {
  if (std::optional<double> a = getSplat(x))
    return splat(x, -*a);
  if (auto inner = x.getDefiningOp<NegOp>())
    return inner.getOperand();
  return make<NegOp>(x);
}

Value NNBuilder::reshape(Value x, RankedTensorType type) {
  if (x.getType() == type)
    return x;
  if (std::optional<double> a = getSplat(x))
    return splat(type, *a);
  return make<ReshapeOp>(type, x);
}

Value NNBuilder::transpose(Value x, ArrayRef<int64_t> permutation) {
  if (llvm::is_sorted(permutation))
    return x;
  if (std::optional<double> a = getSplat(x)) {
    SmallVector<int64_t> shape;
    for (int64_t axis : permutation)
      shape.push_back(tensorTypeOf(x).getDimSize(axis));
    return splat(tensorTypeOf(x).clone(shape), *a);
  }
  return make<TransposeOp>(x, permutation);
}

Value NNBuilder::broadcast(Value x, ArrayRef<int64_t> axes,
                           RankedTensorType type) {
  // Of equal types, every axis stays where it is.
  if (x.getType() == type)
    return x;
  if (std::optional<double> a = getSplat(x))
    return splat(type, *a);
  return make<BroadcastOp>(type, x, axes);
}

Value NNBuilder::unreduce(Value x, ArrayRef<int64_t> axes,
                          RankedTensorType type) {
  SmallVector<int64_t> kept;
  for (int64_t axis = 0; axis < type.getRank(); ++axis)
    if (!llvm::is_contained(axes, axis))
      kept.push_back(axis);
  return broadcast(x, kept, type);
}

Value NNBuilder::slice(Value x, ArrayRef<int64_t> starts,
                       ArrayRef<int64_t> limits, ArrayRef<int64_t> strides) {
  std::optional<double> a = getSplat(x);
  if (!a)
    return make<SliceOp>(x, starts, limits, strides);
  SmallVector<int64_t> shape;
  for (auto [start, limit, stride] : llvm::zip_equal(starts, limits, strides))
    shape.push_back(llvm::divideCeil(limit - start, stride));
  return splat(RankedTensorType::get(shape, tensorTypeOf(x).getElementType()),
               *a);
}

Value NNBuilder::reduceSum(Value x, ArrayRef<int64_t> axes) {
  if (axes.empty())
    return x;
  RankedTensorType type = tensorTypeOf(x);
  if (std::optional<double> a = getSplat(x)) {
    SmallVector<int64_t> shape;
    double count = 1;
    for (auto [axis, size] : llvm::enumerate(type.getShape())) {
      if (llvm::is_contained(axes, static_cast<int64_t>(axis)))
        count *= size;
      else
        shape.push_back(size);
    }
    return splat(type.clone(shape), count == 0 ? 0 : *a * count);
  }
  return make<ReduceSumOp>(x, axes);
}

Value NNBuilder::sumAll(Value x) {
  return reduceSum(
      x, llvm::to_vector(llvm::seq<int64_t>(tensorTypeOf(x).getRank())));
}

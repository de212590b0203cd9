//===- IndexBounds.cpp - which inputs are used as indices -----------------===//
//
// Follows each index operand back to an input and describes the elements it
// takes as a strided view of the input.
//
// A slice before the use matters: of a table of mixed columns, only those that
// are used as indices have a range.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/IndexBounds.h"

using namespace mlir;
using namespace nnc;

DictionaryAttr IndexBound::toAttribute(MLIRContext *context) const {
  Builder builder(context);
  return builder.getDictionaryAttr({
      builder.getNamedAttr("bound", builder.getI64IntegerAttr(bound)),
      builder.getNamedAttr("offset", builder.getI64IntegerAttr(offset)),
      builder.getNamedAttr("sizes", builder.getDenseI64ArrayAttr(sizes)),
      builder.getNamedAttr("strides", builder.getDenseI64ArrayAttr(strides)),
  });
}

IndexBound IndexBound::fromAttribute(DictionaryAttr attribute) {
  IndexBound bound;
  bound.bound = attribute.getAs<IntegerAttr>("bound").getInt();
  bound.offset = attribute.getAs<IntegerAttr>("offset").getInt();
  bound.sizes = SmallVector<int64_t>(
      attribute.getAs<DenseI64ArrayAttr>("sizes").asArrayRef());
  bound.strides = SmallVector<int64_t>(
      attribute.getAs<DenseI64ArrayAttr>("strides").asArrayRef());
  return bound;
}

namespace {

/// The elements of an input that a value holds, axis by axis. An axis along
/// which elements repeat has stride 0.
class InputView {
public:
  explicit InputView(ArrayRef<int64_t> shape)
      : sizes(shape), strides(shape.size()) {
    int64_t stride = 1;
    for (size_t i = shape.size(); i-- > 0; stride *= shape[i])
      strides[i] = stride;
  }

  /// Makes the view that of `op`'s result; fails where it is no strided view.
  LogicalResult apply(Operation *op);

  /// The elements, each axis as long as it can be.
  IndexBound getBound(int64_t bound) const;

private:
  LogicalResult applyReshape(ArrayRef<int64_t> shape);
  void merge(SmallVectorImpl<int64_t> &mergedSizes,
             SmallVectorImpl<int64_t> &mergedStrides, bool dropRepeats) const;

  int64_t offset = 0;
  SmallVector<int64_t> sizes, strides;
  /// The elements are right but no longer in the order of the axes.
  bool disordered = false;
};

} // namespace

LogicalResult InputView::apply(Operation *op) {
  auto shape = cast<ShapedType>(op->getResult(0).getType()).getShape();
  if (isa<nn::ConvertOp>(op))
    return success();
  if (disordered)
    return success(!isa<nn::SliceOp>(op));
  if (isa<nn::ReshapeOp>(op)) {
    disordered = failed(applyReshape(shape));
    return success();
  }
  if (auto transpose = dyn_cast<nn::TransposeOp>(op)) {
    SmallVector<int64_t> oldSizes = sizes, oldStrides = strides;
    for (auto [i, axis] : llvm::enumerate(transpose.getPermutation())) {
      sizes[i] = oldSizes[axis];
      strides[i] = oldStrides[axis];
    }
    return success();
  }
  if (auto broadcast = dyn_cast<nn::BroadcastOp>(op)) {
    SmallVector<int64_t> newStrides(shape.size(), 0);
    for (auto [i, axis] : llvm::enumerate(broadcast.getAxes()))
      if (sizes[i] == shape[axis])
        newStrides[axis] = strides[i];
    sizes.assign(shape.begin(), shape.end());
    strides = newStrides;
    return success();
  }
  auto slice = cast<nn::SliceOp>(op);
  for (size_t i = 0; i < sizes.size(); ++i) {
    offset += slice.getStarts()[i] * strides[i];
    strides[i] *= slice.getStrides()[i];
    sizes[i] = shape[i];
  }
  return success();
}

/// Joins neighbouring axes that are one run of elements.
void InputView::merge(SmallVectorImpl<int64_t> &mergedSizes,
                      SmallVectorImpl<int64_t> &mergedStrides,
                      bool dropRepeats) const {
  for (auto [size, stride] : llvm::zip(sizes, strides)) {
    if (size == 1 || (dropRepeats && stride == 0))
      continue;
    if (!mergedSizes.empty() && mergedStrides.back() == stride * size) {
      mergedSizes.back() *= size;
      mergedStrides.back() = stride;
      continue;
    }
    mergedSizes.push_back(size);
    mergedStrides.push_back(stride);
  }
}

LogicalResult InputView::applyReshape(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> runSizes, runStrides;
  merge(runSizes, runStrides, /*dropRepeats=*/false);
  SmallVector<int64_t> newStrides(shape.size(), 0);
  for (size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 1)
      continue;
    while (!runSizes.empty() && runSizes.back() == 1) {
      runSizes.pop_back();
      runStrides.pop_back();
    }
    if (runSizes.empty() || runSizes.back() % shape[i] != 0)
      return failure();
    newStrides[i] = runStrides.back();
    runSizes.back() /= shape[i];
    runStrides.back() *= shape[i];
  }
  sizes.assign(shape.begin(), shape.end());
  strides = newStrides;
  return success();
}

IndexBound InputView::getBound(int64_t bound) const {
  IndexBound result{bound, offset, {}, {}};
  merge(result.sizes, result.strides, /*dropRepeats=*/true);
  return result;
}

/// The input that `index` takes its elements from, and the ops between.
static BlockArgument traceToInput(Value index,
                                  SmallVectorImpl<Operation *> &path) {
  while (Operation *op = index.getDefiningOp()) {
    if (!isa<nn::BroadcastOp, nn::ConvertOp, nn::ReshapeOp, nn::SliceOp,
             nn::TransposeOp>(op))
      return {};
    path.push_back(op);
    index = op->getOperand(0);
    // A bool or a float is no integer input.
    Type element = cast<ShapedType>(index.getType()).getElementType();
    if (!element.isInteger() || element.isInteger(1))
      return {};
  }
  return cast<BlockArgument>(index);
}

SmallVector<SmallVector<Attribute>>
nnc::collectIndexBounds(FunctionOpInterface function) {
  Block &body = function.getFunctionBody().front();
  SmallVector<SmallVector<Attribute>> bounds(body.getNumArguments());
  auto addUse = [&](Value index, int64_t bound) {
    SmallVector<Operation *> path;
    BlockArgument input = traceToInput(index, path);
    if (!input)
      return;
    InputView view(cast<ShapedType>(input.getType()).getShape());
    for (Operation *op : llvm::reverse(path))
      if (failed(view.apply(op)))
        return;
    Attribute attribute =
        view.getBound(bound).toAttribute(function->getContext());
    if (!llvm::is_contained(bounds[input.getArgNumber()], attribute))
      bounds[input.getArgNumber()].push_back(attribute);
  };
  for (Operation &op : body) {
    if (auto gather = dyn_cast<nn::GatherOp>(op))
      addUse(gather.getIndex(), cast<ShapedType>(gather.getOperand().getType())
                                    .getDimSize(gather.getAxis()));
    else if (auto scatter = dyn_cast<nn::ScatterAddOp>(op))
      addUse(scatter.getIndex(),
             cast<ShapedType>(scatter.getOperand().getType())
                 .getDimSize(scatter.getAxis()));
    else if (auto oneHot = dyn_cast<nn::OneHotOp>(op))
      addUse(oneHot.getIndex(),
             cast<ShapedType>(oneHot.getType()).getShape().back());
  }
  return bounds;
}

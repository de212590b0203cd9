//===- IndexBounds.cpp - which inputs are used as indices -----------------===//
//
// Follows each index operand back to an input and describes the elements it
// takes as a strided view of the input.
//
// A slice before the use matters: of a table of mixed columns, only those that
// are used as indices have a range. What a scan carries reaches a turn from its
// initial value, or from earlier turns.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/IndexBounds.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace nnc;

DictionaryAttr IndexBound::toAttribute(MLIRContext *context) const {
  Builder builder(context);
  NamedAttrList fields;
  fields.set("bound", builder.getI64IntegerAttr(bound));
  if (ignored)
    fields.set("ignored", builder.getI64IntegerAttr(*ignored));
  fields.set("offset", builder.getI64IntegerAttr(offset));
  fields.set("sizes", builder.getDenseI64ArrayAttr(sizes));
  fields.set("strides", builder.getDenseI64ArrayAttr(strides));
  return fields.getDictionary(context);
}

IndexBound IndexBound::fromAttribute(DictionaryAttr attribute) {
  IndexBound bound;
  bound.bound = attribute.getAs<IntegerAttr>("bound").getInt();
  if (auto ignored = attribute.getAs<IntegerAttr>("ignored"))
    bound.ignored = ignored.getInt();
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

  /// Makes the view that of what a scan takes from it in turns 0 … turns − 1.
  void applyScan(nn::ScanOp scan, int64_t turns);

  /// The elements, each axis as long as it can be.
  IndexBound getBound(int64_t bound, std::optional<int64_t> ignored) const;

private:
  LogicalResult applyReshape(ArrayRef<int64_t> shape);
  void merge(SmallVectorImpl<int64_t> &mergedSizes,
             SmallVectorImpl<int64_t> &mergedStrides, bool dropRepeats) const;

  int64_t offset = 0;
  SmallVector<int64_t> sizes, strides;
  /// Axes that scans have taken away, each of their elements in turn.
  SmallVector<int64_t> scannedSizes, scannedStrides;
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

void InputView::applyScan(nn::ScanOp scan, int64_t turns) {
  if (disordered)
    return;
  if (scan.getReverse())
    offset += (scan.getTurns() - turns) * strides.front();
  scannedSizes.push_back(turns);
  scannedStrides.push_back(strides.front());
  sizes.erase(sizes.begin());
  strides.erase(strides.begin());
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

IndexBound InputView::getBound(int64_t bound,
                               std::optional<int64_t> ignored) const {
  InputView all = *this;
  all.sizes.insert(all.sizes.begin(), scannedSizes.begin(), scannedSizes.end());
  all.strides.insert(all.strides.begin(), scannedStrides.begin(),
                     scannedStrides.end());
  IndexBound result{bound, ignored, offset, {}, {}};
  all.merge(result.sizes, result.strides, /*dropRepeats=*/true);
  return result;
}

namespace {

/// One step of the way from an index back to an input.
struct Step {
  /// An op that moves elements, or a scan whose slice is taken.
  Operation *op;
  /// Of a scan: in how many of its turns.
  int64_t turns = 0;
};

/// Where the way has come to.
struct Trace {
  Value value;
  /// From the index backwards.
  SmallVector<Step> steps;
  /// How many turns of the scan around `value` lie between it and the index.
  int64_t lag = 0;
  /// What is exchanged for another value on the way, and so may stand there.
  std::optional<int64_t> ignored;
};

class BoundCollector {
public:
  explicit BoundCollector(FunctionOpInterface function)
      : function(function), bounds(function.getNumArguments()) {}

  void collect(Block &block);
  SmallVector<SmallVector<Attribute>> take() { return std::move(bounds); }

private:
  void addUse(Value index, int64_t bound);
  void addTrace(const Trace &trace, BlockArgument input, int64_t bound);

  FunctionOpInterface function;
  SmallVector<SmallVector<Attribute>> bounds;
};

} // namespace

/// Goes from an argument of a scan's body to what it may be.
static void leaveBody(nn::ScanOp scan, BlockArgument argument,
                      const Trace &trace, SmallVectorImpl<Trace> &work) {
  unsigned number = argument.getArgNumber(), carries = scan.getNumCarries();
  Trace outside = trace;
  outside.value = scan->getOperand(number);
  outside.lag = 0;
  int64_t turns = scan.getTurns() - trace.lag;
  if (turns <= 0)
    return;
  if (number < carries) {
    Trace before = trace;
    before.value = scan.getNext().getCarries()[number];
    ++before.lag;
    work.push_back(std::move(before));
  } else if (number < carries + scan.getScanned().size()) {
    outside.steps.push_back({scan, turns});
  }
  work.push_back(std::move(outside));
}

/// Goes from `select(x == k, a, x)` to both: to x, where k may stand.
static void leaveSelect(nn::SelectOp select, const Trace &trace,
                        SmallVectorImpl<Trace> &work) {
  auto compare = select.getCondition().getDefiningOp<nn::CompareOp>();
  if (!compare || compare.getPredicate() != nn::Predicate::eq ||
      compare.getLhs() != select.getFalseValue() || trace.ignored)
    return;
  DenseIntElementsAttr exchanged;
  if (!matchPattern(compare.getRhs(), m_Constant(&exchanged)) ||
      !exchanged.isSplat())
    return;
  Trace other = trace;
  other.value = select.getTrueValue();
  work.push_back(std::move(other));
  Trace rest = trace;
  rest.value = select.getFalseValue();
  rest.ignored = exchanged.getSplatValue<APInt>().getSExtValue();
  work.push_back(std::move(rest));
}

void BoundCollector::addUse(Value index, int64_t bound) {
  SmallVector<Trace> work(1);
  work.front().value = index;
  // The least lag comes first: with a greater one fewer elements are reached.
  llvm::SmallPtrSet<Value, 8> carries;
  for (size_t i = 0; i < work.size(); ++i) {
    Trace trace = work[i];
    // A bool or a float is no integer input.
    Type element = cast<ShapedType>(trace.value.getType()).getElementType();
    if (!element.isInteger() || element.isInteger(1))
      continue;
    if (auto select = trace.value.getDefiningOp<nn::SelectOp>()) {
      leaveSelect(select, trace, work);
      continue;
    }
    if (Operation *op = trace.value.getDefiningOp()) {
      if (!isa<nn::BroadcastOp, nn::ConvertOp, nn::ReshapeOp, nn::SliceOp,
               nn::TransposeOp>(op))
        continue;
      trace.steps.push_back({op});
      trace.value = op->getOperand(0);
      work.push_back(std::move(trace));
      continue;
    }
    auto argument = cast<BlockArgument>(trace.value);
    auto scan = dyn_cast<nn::ScanOp>(argument.getOwner()->getParentOp());
    if (!scan)
      addTrace(trace, argument, bound);
    else if (argument.getArgNumber() >= scan.getNumCarries() ||
             carries.insert(argument).second)
      leaveBody(scan, argument, trace, work);
  }
}

void BoundCollector::addTrace(const Trace &trace, BlockArgument input,
                              int64_t bound) {
  InputView view(cast<ShapedType>(input.getType()).getShape());
  for (const Step &step : llvm::reverse(trace.steps)) {
    if (auto scan = dyn_cast<nn::ScanOp>(step.op))
      view.applyScan(scan, step.turns);
    else if (failed(view.apply(step.op)))
      return;
  }
  Attribute attribute =
      view.getBound(bound, trace.ignored).toAttribute(function->getContext());
  auto &list = bounds[input.getArgNumber()];
  if (!llvm::is_contained(list, attribute))
    list.push_back(attribute);
}

void BoundCollector::collect(Block &block) {
  auto shapeOf = [](Value value) {
    return cast<ShapedType>(value.getType()).getShape();
  };
  for (Operation &op : block) {
    if (auto gather = dyn_cast<nn::GatherOp>(op))
      addUse(gather.getIndex(), shapeOf(gather.getOperand())[gather.getAxis()]);
    else if (auto scatter = dyn_cast<nn::ScatterAddOp>(op))
      addUse(scatter.getIndex(),
             shapeOf(scatter.getOperand())[scatter.getAxis()]);
    else if (auto oneHot = dyn_cast<nn::OneHotOp>(op))
      addUse(oneHot.getIndex(), shapeOf(oneHot.getResult()).back());
    else if (auto scan = dyn_cast<nn::ScanOp>(op))
      collect(*scan.getBodyBlock());
  }
}

SmallVector<SmallVector<Attribute>>
nnc::collectIndexBounds(FunctionOpInterface function) {
  BoundCollector collector(function);
  collector.collect(function.getFunctionBody().front());
  return collector.take();
}

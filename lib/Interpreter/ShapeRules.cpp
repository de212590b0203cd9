//===- ShapeRules.cpp - moving elements without changing them -------------===//
//
// Each rule says with which strides result and operand are walked together.
//
//===----------------------------------------------------------------------===//
#include "Rules.h"
#include "Walk.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

using Pair = std::array<int64_t, 2>;

/// Copies elements for every position of `shape`: source and target each have a
/// stride per axis of it and a first offset.
static void copy(ArrayRef<int64_t> shape, const Tensor &source, const Sizes &sourceStrides,
                 int64_t sourceStart, Tensor &target, const Sizes &targetStrides,
                 int64_t targetStart) {
  withElements(source, target, [&](const auto &from, auto &to) {
    walk<2>(shape, {sourceStrides, targetStrides}, {sourceStart, targetStart},
            [&](const Pair &at) { to[at[1]] = from[at[0]]; });
  });
}

/// Fills a result from an operand that is walked with the strides given.
static void fillFrom(const Tensor &source, const Sizes &strides, int64_t start, Tensor &result) {
  copy(result.shape(), source, strides, start, result, stridesOf(result.shape()), 0);
}

/// The verifier lets `dense` literals through only.
static void constant(ConstantOp op, Operands, Results out) {
  out[0] = Tensor::fromAttribute(cast<DenseElementsAttr>(op.getValue()));
}

static void iota(IotaOp op, Operands, Results out) {
  Tensor &result = out[0];
  Sizes step(result.shape().size(), 0);
  step[op.getAxis()] = 1;
  walk<2>(result.shape(), {stridesOf(result.shape()), step}, {0, 0}, [&](const Pair &at) {
    if (result.isFloat())
      result.floats[at[0]] = static_cast<double>(at[1]);
    else
      result.ints[at[0]] = wrapInteger(at[1], result.type.getElementType());
  });
}

static void reshape(Operands in, Results out) {
  out[0].floats = in[0]->floats;
  out[0].ints = in[0]->ints;
}

static void broadcast(BroadcastOp op, Operands in, Results out) {
  ArrayRef<int64_t> shape = in[0]->shape();
  Sizes operandStrides = stridesOf(shape), strides(out[0].shape().size(), 0);
  for (auto [i, axis] : llvm::enumerate(op.getAxes()))
    strides[axis] = shape[i] == 1 ? 0 : operandStrides[i];
  fillFrom(*in[0], strides, 0, out[0]);
}

static void transpose(TransposeOp op, Operands in, Results out) {
  Sizes operandStrides = stridesOf(in[0]->shape()), strides;
  for (int64_t axis : op.getPermutation())
    strides.push_back(operandStrides[axis]);
  fillFrom(*in[0], strides, 0, out[0]);
}

static void slice(SliceOp op, Operands in, Results out) {
  Sizes strides = stridesOf(in[0]->shape());
  int64_t start = 0;
  for (size_t axis = 0; axis < strides.size(); ++axis) {
    start += op.getStarts()[axis] * strides[axis];
    strides[axis] *= op.getStrides()[axis];
  }
  fillFrom(*in[0], strides, start, out[0]);
}

static void pad(PadOp op, Operands in, Results out) {
  withElements(*in[1], out[0], [](const auto &value, auto &elements) {
    std::fill(elements.begin(), elements.end(), value[0]);
  });
  Sizes strides = stridesOf(out[0].shape());
  int64_t start = 0;
  for (size_t axis = 0; axis < strides.size(); ++axis) {
    start += op.getLow()[axis] * strides[axis];
    strides[axis] *= op.getInterior()[axis] + 1;
  }
  copy(in[0]->shape(), *in[0], stridesOf(in[0]->shape()), 0, out[0], strides, start);
}

static void concat(ConcatOp op, Operands in, Results out) {
  Sizes strides = stridesOf(out[0].shape());
  int64_t start = 0;
  for (const Tensor *operand : in) {
    copy(operand->shape(), *operand, stridesOf(operand->shape()), 0, out[0], strides, start);
    start += operand->shape()[op.getAxis()] * strides[op.getAxis()];
  }
}

static void reverse(ReverseOp op, Operands in, Results out) {
  Sizes strides = stridesOf(in[0]->shape());
  int64_t start = 0;
  for (int64_t axis : op.getAxes()) {
    start += (in[0]->shape()[axis] - 1) * strides[axis];
    strides[axis] = -strides[axis];
  }
  fillFrom(*in[0], strides, start, out[0]);
}

void nnc::addShapeRules(RuleTable &table) {
  table.add<ConstantOp>(constant);
  table.add<IotaOp>(iota);
  table.add<ReshapeOp>(reshape);
  table.add<BroadcastOp>(broadcast);
  table.add<TransposeOp>(transpose);
  table.add<SliceOp>(slice);
  table.add<PadOp>(pad);
  table.add<ConcatOp>(concat);
  table.add<ReverseOp>(reverse);
}

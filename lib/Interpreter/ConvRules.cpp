//===- ConvRules.cpp - convolution and its gradients ----------------------===//
//
// The three ops are one sum of products of an input, a weight and an output
// element; they differ in which of the three is made. So the loops are the
// same, and run over rows of the last spatial axis.
//
//===----------------------------------------------------------------------===//
#include "Rules.h"
#include "Walk.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

namespace {

/// `count` products along the last spatial axis: of one weight, outputs one
/// after the other, and inputs `stride` apart.
struct Row {
  int64_t input, stride, weight, output, count;
};

/// The shapes of a convolution; axes 0 and 1 are batch and channels.
struct Convolution {
  template <typename ConvLike>
  Convolution(ConvLike op, const Tensor &input, const Tensor &weight, const Tensor &output)
      : input(input.shape()), weight(weight.shape()), output(output.shape()),
        strides(op.getStrides()), low(op.getLow()), dilations(op.getDilations()),
        groups(op.getGroups()) {}

  /// Calls back with every row of products.
  template <typename Fn>
  void forEachRow(Fn &&fn) const;

  ArrayRef<int64_t> input, weight, output, strides, low, dilations;
  int64_t groups;

private:
  template <typename Fn>
  void forEachRowOfPlanes(int64_t inputPlane, int64_t weightPlane, int64_t outputPlane,
                          Fn &&fn) const;
};

} // namespace

template <typename Fn>
void Convolution::forEachRowOfPlanes(int64_t inputPlane, int64_t weightPlane, int64_t outputPlane,
                                     Fn &&fn) const {
  size_t spatial = strides.size(), last = spatial - 1;
  ArrayRef<int64_t> window = weight.drop_front(2), lines = output.drop_front(2).drop_back();
  int64_t width = input.back(), outputWidth = output.back(), tap = weightPlane;
  forEachIndex(window, [&](ArrayRef<int64_t> k) {
    // Along the last axis: outputs whose input is inside, 0 <= p * stride + shift < width.
    int64_t stride = strides[last], shift = k[last] * dilations[last] - low[last];
    int64_t first = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
    int64_t end = width <= shift ? 0 : (width - shift - 1) / stride + 1;
    end = std::min(end, outputWidth);
    int64_t line = 0;
    forEachIndex(lines, [&](ArrayRef<int64_t> p) {
      int64_t inputLine = 0;
      bool inside = true;
      for (size_t axis = 0; axis < last; ++axis) {
        int64_t place = p[axis] * strides[axis] + k[axis] * dilations[axis] - low[axis];
        inside &= place >= 0 && place < input[axis + 2];
        inputLine = inputLine * input[axis + 2] + place;
      }
      if (inside && first < end)
        fn(Row{inputPlane + inputLine * width + first * stride + shift, stride, tap,
               outputPlane + line * outputWidth + first, end - first});
      ++line;
    });
    ++tap;
  });
}

template <typename Fn>
void Convolution::forEachRow(Fn &&fn) const {
  int64_t channels = weight[1], filters = output[1], perGroup = filters / groups;
  int64_t inputPlane = countOf(input.drop_front(2)), weightPlane = countOf(weight.drop_front(2)),
          outputPlane = countOf(output.drop_front(2));
  for (int64_t n = 0; n < input[0]; ++n)
    for (int64_t o = 0; o < filters; ++o)
      for (int64_t c = 0; c < channels; ++c) {
        int64_t inputChannel = n * input[1] + o / perGroup * channels + c;
        forEachRowOfPlanes(inputChannel * inputPlane, (o * channels + c) * weightPlane,
                           (n * filters + o) * outputPlane, fn);
      }
}

static void conv(ConvOp op, Operands in, Results out) {
  const double *input = in[0]->floats.data(), *weight = in[1]->floats.data();
  double *output = out[0].floats.data();
  Convolution(op, *in[0], *in[1], out[0]).forEachRow([&](const Row &row) {
    const double *x = input + row.input;
    double w = weight[row.weight], *y = output + row.output;
    for (int64_t i = 0; i < row.count; ++i, x += row.stride)
      y[i] += *x * w;
  });
}

static void convInputGrad(ConvInputGradOp op, Operands in, Results out) {
  const double *output = in[0]->floats.data(), *weight = in[1]->floats.data();
  double *input = out[0].floats.data();
  Convolution(op, out[0], *in[1], *in[0]).forEachRow([&](const Row &row) {
    double w = weight[row.weight], *x = input + row.input;
    const double *y = output + row.output;
    for (int64_t i = 0; i < row.count; ++i, x += row.stride)
      *x += y[i] * w;
  });
}

static void convWeightGrad(ConvWeightGradOp op, Operands in, Results out) {
  const double *input = in[0]->floats.data(), *output = in[1]->floats.data();
  double *weight = out[0].floats.data();
  Convolution(op, *in[0], out[0], *in[1]).forEachRow([&](const Row &row) {
    const double *x = input + row.input, *y = output + row.output;
    double sum = 0;
    for (int64_t i = 0; i < row.count; ++i, x += row.stride)
      sum += *x * y[i];
    weight[row.weight] += sum;
  });
}

void nnc::addConvRules(RuleTable &table) {
  table.add<ConvOp>(conv);
  table.add<ConvInputGradOp>(convInputGrad);
  table.add<ConvWeightGradOp>(convWeightGrad);
}

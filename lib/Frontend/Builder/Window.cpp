//===- Window.cpp - convolutions and pooling windows ----------------------===//
//
// Output sizes of sliding windows, and the checks that a window fits.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Builder/GraphBuilder.h"

using namespace mlir;

namespace nnc {

bool GraphBuilder::checkWindow(const WindowShape &window) {
  constexpr int64_t limit = 1 << 30;
  for (size_t i = 0; i < window.size.size(); ++i) {
    int64_t dilation = window.dilations.empty() ? 1 : window.dilations[i];
    for (int64_t value : {window.size[i], window.strides[i], dilation})
      if (value < 1 || value > limit) {
        fail("kernel, stride and dilation must be from 1 to 2^30, but one is " +
             Twine(value));
        return false;
      }
    for (int64_t value : {window.low[i], window.high[i]})
      if (value < 0 || value > limit) {
        fail("padding must be from 0 to 2^30, but is " + Twine(value));
        return false;
      }
  }
  return true;
}

bool GraphBuilder::checkWindow(Value x, const WindowShape &window,
                               SmallVectorImpl<int64_t> &outputs) {
  size_t spatial = window.size.size();
  if (!isFloat(x) || rankOf(x) != int64_t(spatial) + 2) {
    fail("expected a floating-point tensor [batch, channels" +
         Twine(spatial == 1   ? ", length]"
               : spatial == 2 ? ", height, width]"
                              : ", …]") +
         ", but got " + describeType(x));
    return false;
  }
  if (!checkWindow(window))
    return false;
  for (size_t i = 0; i < spatial; ++i) {
    int64_t dilation = window.dilations.empty() ? 1 : window.dilations[i];
    int64_t extent = (window.size[i] - 1) * dilation + 1;
    int64_t room = shapeOf(x)[i + 2] + window.low[i] + window.high[i];
    if (extent > room) {
      fail("a window of " + Twine(extent) + " does not fit into " +
           Twine(shapeOf(x)[i + 2]) + " elements with padding " +
           Twine(window.low[i]) + " (dimension " + Twine(i + 2) + " of " +
           describeType(x) + ")");
      return false;
    }
    outputs.push_back((room - extent) / window.strides[i] + 1);
  }
  return true;
}

Value GraphBuilder::conv(Value input, Value weight, const WindowShape &window,
                         int64_t groups) {
  SmallVector<int64_t> shape;
  if (!checkWindow(input, window, shape))
    return nullptr;
  if (rankOf(weight) != rankOf(input) || elementOf(weight) != elementOf(input))
    return fail("a weight " + describeType(weight) +
                " does not fit the input " + describeType(input));
  int64_t channels = shapeOf(input)[1], outputs = shapeOf(weight)[0];
  if (groups < 1 || channels % groups != 0 || outputs % groups != 0)
    return fail("groups must divide " + Twine(channels) + " input and " +
                Twine(outputs) + " output channels, but is " + Twine(groups));
  if (shapeOf(weight)[1] != channels / groups)
    return fail("the weight is for " + Twine(shapeOf(weight)[1] * groups) +
                " input channels, but the input has " + Twine(channels));
  shape.insert(shape.begin(), {shapeOf(input)[0], outputs});
  return make<nn::ConvOp>(getType(elementOf(input), shape), input, weight,
                          ops.getDenseI64ArrayAttr(window.strides),
                          ops.getDenseI64ArrayAttr(window.low),
                          ops.getDenseI64ArrayAttr(window.high),
                          ops.getDenseI64ArrayAttr(window.dilations),
                          ops.getI64IntegerAttr(groups));
}

Value GraphBuilder::convTranspose(Value input, Value weight,
                                  const WindowShape &window, int64_t groups,
                                  ArrayRef<int64_t> spatial) {
  if (rankOf(weight) != rankOf(input) || rankOf(input) < 3 || !isFloat(input) ||
      elementOf(weight) != elementOf(input) || groups < 1 ||
      shapeOf(input)[1] != shapeOf(weight)[0] ||
      shapeOf(weight)[0] % groups != 0)
    return fail("a weight " + describeType(weight) +
                " does not fit the input " + describeType(input));
  if (!checkWindow(window))
    return nullptr;
  SmallVector<int64_t> shape{shapeOf(input)[0], shapeOf(weight)[1] * groups};
  shape.append(spatial.begin(), spatial.end());
  // The result is an input that a convolution turns into this one's input.
  auto type = getType(elementOf(input), shape);
  if (!type)
    return nullptr;
  for (size_t i = 0; i < spatial.size(); ++i) {
    int64_t extent = (window.size[i] - 1) * window.dilations[i] + 1;
    int64_t room = spatial[i] + window.low[i] + window.high[i];
    if (room < extent ||
        (room - extent) / window.strides[i] + 1 != shapeOf(input)[i + 2])
      return fail("a transposed convolution of " + describeType(input) +
                  " has no result of size " + Twine(spatial[i]));
  }
  return make<nn::ConvInputGradOp>(type, input, weight,
                                   ops.getDenseI64ArrayAttr(window.strides),
                                   ops.getDenseI64ArrayAttr(window.low),
                                   ops.getDenseI64ArrayAttr(window.high),
                                   ops.getDenseI64ArrayAttr(window.dilations),
                                   ops.getI64IntegerAttr(groups));
}

Value GraphBuilder::windowMax(Value x, const WindowShape &window) {
  SmallVector<int64_t> shape;
  if (!checkWindow(x, window, shape))
    return nullptr;
  shape.insert(shape.begin(), shapeOf(x).begin(), shapeOf(x).begin() + 2);
  return make<nn::WindowMaxOp>(getType(elementOf(x), shape), x,
                               ops.getDenseI64ArrayAttr(window.size),
                               ops.getDenseI64ArrayAttr(window.strides),
                               ops.getDenseI64ArrayAttr(window.low),
                               ops.getDenseI64ArrayAttr(window.high));
}

Value GraphBuilder::windowSum(Value x, const WindowShape &window) {
  SmallVector<int64_t> shape;
  if (!checkWindow(x, window, shape))
    return nullptr;
  shape.insert(shape.begin(), shapeOf(x).begin(), shapeOf(x).begin() + 2);
  return make<nn::WindowSumOp>(getType(elementOf(x), shape), x,
                               ops.getDenseI64ArrayAttr(window.size),
                               ops.getDenseI64ArrayAttr(window.strides),
                               ops.getDenseI64ArrayAttr(window.low),
                               ops.getDenseI64ArrayAttr(window.high));
}

} // namespace nnc

//===- ConvOps.cpp - legal convolutions -----------------------------------===//
//
// The three ops are one trilinear form, so one check serves them all.
//
//===----------------------------------------------------------------------===//
#include "OpChecks.h"

using namespace mlir;
using namespace nnc::nn;

/// Checks a convolution of `input` with `weight` that gives `output`; the names
/// say what each of the three is called in the op at hand.
template <typename ConvLike>
static LogicalResult
verifyConvolution(ConvLike op, RankedTensorType input, StringRef inputName,
                  RankedTensorType weight, StringRef weightName,
                  RankedTensorType output, StringRef outputName) {
  OpSite site(op);
  if (input.getRank() < 3)
    return site.refuse(
        inputName,
        " must have a batch axis, a channel axis and at least one "
        "spatial axis but has type ",
        input);
  if (weight.getRank() != input.getRank() ||
      output.getRank() != input.getRank())
    return site.refuse("ranks differ: ", inputName, " has rank ",
                       input.getRank(), ", ", weightName, " has rank ",
                       weight.getRank(), " and ", outputName, " has rank ",
                       output.getRank());
  if (failed(checkElements(site, inputName, input, weightName, weight)) ||
      failed(checkElements(site, inputName, input, outputName, output)))
    return failure();
  int64_t spatial = input.getRank() - 2;
  if (failed(checkEntries(site, "strides", op.getStrides(), spatial,
                          "spatial axes", 1)) ||
      failed(
          checkEntries(site, "low", op.getLow(), spatial, "spatial axes", 0)) ||
      failed(checkEntries(site, "high", op.getHigh(), spatial, "spatial axes",
                          0)) ||
      failed(checkEntries(site, "dilations", op.getDilations(), spatial,
                          "spatial axes", 1)))
    return failure();

  // The type constraint leaves no product of sizes to overflow, and groups is
  // compared by division.
  int64_t groups = op.getGroups(), channels = input.getDimSize(1),
          filters = weight.getDimSize(0);
  if (groups < 1)
    return site.refuse("groups is ", groups, " but must be at least 1");
  if (channels % groups != 0)
    return site.refuse("groups ", groups, " does not divide the ", channels,
                       " channels of ", inputName);
  if (filters % groups != 0)
    return site.refuse("groups ", groups, " does not divide the ", filters,
                       " filters of ", weightName);
  if (weight.getDimSize(1) != channels / groups)
    return site.refuse(weightName, " has ", weight.getDimSize(1),
                       " channels but ", inputName, " has ", channels / groups,
                       " per group");

  SmallVector<int64_t> expected{input.getDimSize(0), filters};
  for (int64_t i = 0; i < spatial; ++i) {
    int64_t window = weight.getDimSize(i + 2);
    if (window < 1)
      return site.refuse(weightName, " has size ", window, " on spatial axis ",
                         i, " but must have at least 1");
    FailureOr<int64_t> count = countWindows(
        site, i, input.getDimSize(i + 2), window, op.getStrides()[i],
        op.getLow()[i], op.getHigh()[i], op.getDilations()[i]);
    if (failed(count))
      return failure();
    expected.push_back(*count);
  }
  if (output.getShape() != ArrayRef(expected))
    return site.refuse(outputName, " has shape ", toString(output.getShape()),
                       " but ", inputName, " and ", weightName, " give ",
                       toString(expected));
  return success();
}

LogicalResult ConvOp::verify() {
  return verifyConvolution(*this, tensorType(getInput()), "input",
                           tensorType(getWeight()), "weight",
                           tensorType(getResult()), "result");
}

LogicalResult ConvInputGradOp::verify() {
  return verifyConvolution(*this, tensorType(getResult()), "result",
                           tensorType(getWeight()), "weight",
                           tensorType(getOutputGrad()), "output gradient");
}

LogicalResult ConvWeightGradOp::verify() {
  return verifyConvolution(*this, tensorType(getInput()), "input",
                           tensorType(getResult()), "result",
                           tensorType(getOutputGrad()), "output gradient");
}

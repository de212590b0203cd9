//===- KinkTest.cpp - derivatives where there is a choice -----------------===//
//
// At a kink the gradient is a decision (the first of equals; 0 for |x|), and at
// the border of a domain it must not become NaN by a zero times an infinity.
//
//===----------------------------------------------------------------------===//
#include "GradientCheck.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::test;
using testing::ElementsAre;

namespace {
using Values = std::vector<double>;

/// Runs the only entry, @f, whose inputs and outputs are f64.
std::vector<Values> run(const std::string &text,
                        const std::vector<Values> &inputs) {
  std::unique_ptr<MLIRContext> context = makeContext();
  OwningOpRef<ModuleOp> module = parseAndDifferentiate(*context, text);
  if (!module)
    return {};
  Interpreter interpreter(*module);
  auto function = cast<FunctionOpInterface>(module->lookupSymbol("f"));
  SmallVector<Tensor> arguments;
  for (auto [type, values] :
       llvm::zip_equal(function.getArgumentTypes(), inputs)) {
    arguments.emplace_back(cast<RankedTensorType>(type));
    arguments.back().floats = values;
  }
  FailureOr<SmallVector<Tensor>> results = interpreter.call("f", arguments);
  if (failed(results))
    return {};
  std::vector<Values> values;
  for (Tensor &result : *results)
    values.push_back(result.floats);
  return values;
}

/// The gradients of `y = op(x0, x1)` by both, for scalars.
std::vector<Values> binary(const std::string &op, double x0, double x1) {
  return run("nn.entry @f(%x: tensor<f64>, %y: tensor<f64>) -> (tensor<f64>, "
             "tensor<f64>) {\n"
             "  %z = nn." +
                 op +
                 " %x, %y : tensor<f64>\n"
                 "  %g:2 = nn.gradient %z by %x, %y : tensor<f64> by "
                 "tensor<f64>, tensor<f64> -> "
                 "tensor<f64>, tensor<f64>\n"
                 "  nn.return %g#0, %g#1 : tensor<f64>, tensor<f64>\n}",
             {{x0}, {x1}});
}

/// The gradient of the sum of `ops`, which define %y of the given type from %x,
/// by %x.
Values gradientOfSum(const std::string &ops, const std::string &shape,
                     const std::string &result, const std::string &axes,
                     const Values &x) {
  std::string type = "tensor<" + shape + "f64>",
              resultType = "tensor<" + result + "f64>";
  std::vector<Values> values =
      run("nn.entry @f(%x: " + type + ") -> (" + type + ") {\n  " + ops +
              "\n  %s = nn.reduce_sum %y " + axes + " : " + resultType +
              " -> tensor<f64>\n" +
              "  %g = nn.gradient %s by %x : tensor<f64> by " + type + " -> " +
              type + "\n  nn.return %g : " + type + "\n}",
          {x});
  return values.empty() ? Values{} : values.front();
}
} // namespace

TEST(Kinks, AbsIsFlatAtZero) {
  EXPECT_THAT(gradientOfSum("%y = nn.abs %x : tensor<3xf64>", "3x", "3x", "[0]",
                            {-2, 0, 2}),
              ElementsAre(-1, 0, 1));
}

TEST(Kinks, MaxAndMinGiveToTheFirstOfEquals) {
  for (const char *op : {"max", "min"})
    EXPECT_THAT(binary(op, 1, 1), ElementsAre(Values{1}, Values{0})) << op;
  EXPECT_THAT(binary("max", 1, 2), ElementsAre(Values{0}, Values{1}));
  EXPECT_THAT(binary("min", 1, 2), ElementsAre(Values{1}, Values{0}));
}

TEST(Kinks, ReductionsGiveToTheFirstOfEquals) {
  EXPECT_THAT(
      gradientOfSum(
          "%y = nn.reduce_max %x [1] : tensor<2x3xf64> -> tensor<2xf64>",
          "2x3x", "2x", "[0]", {1, 3, 3, 5, 5, 5}),
      ElementsAre(0, 1, 0, 1, 0, 0));
  EXPECT_THAT(
      gradientOfSum(
          "%y = nn.reduce_min %x [0, 1] : tensor<2x3xf64> -> tensor<f64>",
          "2x3x", "", "[]", {4, 3, 9, 3, 5, 3}),
      ElementsAre(0, 1, 0, 0, 0, 0));
  // Row-major order over axes that are not neighbours.
  EXPECT_THAT(
      gradientOfSum(
          "%y = nn.reduce_max %x [0, 2] : tensor<2x2x2xf64> -> tensor<2xf64>",
          "2x2x2x", "2x", "[0]", {1, 7, 2, 2, 7, 0, 3, 3}),
      ElementsAre(0, 1, 0, 0, 0, 0, 1, 0));
}

TEST(Kinks, WindowsGiveToTheFirstOfEquals) {
  EXPECT_THAT(
      gradientOfSum(
          "%y = nn.window_max %x size [3] strides [1] low [1] high [0] : "
          "tensor<1x1x5xf64> -> tensor<1x1x4xf64>",
          "1x1x5x", "1x1x4x", "[0, 1, 2]", {2, 2, 2, 1, 1}),
      ElementsAre(2, 1, 1, 0, 0));
}

TEST(Kinks, SortedEqualsKeepTheirPlaces) {
  EXPECT_THAT(
      gradientOfSum(
          "%v, %i = nn.sort %x axis 0 : tensor<4xf64> -> tensor<4xi32>\n"
          "%y = nn.slice %v [0] to [2] by [1] : tensor<4xf64> -> tensor<2xf64>",
          "4x", "2x", "[0]", {5, 1, 1, 1}),
      ElementsAre(0, 1, 1, 0));
}

TEST(Kinks, LiteralPowersOfZero) {
  auto slopes = [](const std::string &exponent) {
    return gradientOfSum(
        "%e = nn.constant dense<" + exponent +
            "> : tensor<3xf64>\n%y = nn.pow %x, %e : tensor<3xf64>",
        "3x", "3x", "[0]", {-2, 0, 2});
  };
  EXPECT_THAT(slopes("0.0"), ElementsAre(0, 0, 0));
  EXPECT_THAT(slopes("1.0"), ElementsAre(1, 1, 1));
  EXPECT_THAT(slopes("2.0"), ElementsAre(-4, 0, 4));
  EXPECT_THAT(slopes("3.0"), ElementsAre(12, 0, 12));
}

TEST(Kinks, PowersWithoutNaN) {
  EXPECT_THAT(binary("pow", 0, 0), ElementsAre(Values{0}, Values{0}));
  EXPECT_THAT(binary("pow", 0, 1), ElementsAre(Values{1}, Values{0}));
  EXPECT_THAT(binary("pow", 0, 2), ElementsAre(Values{0}, Values{0}));
  EXPECT_THAT(binary("pow", -2, 3), ElementsAre(Values{12}, Values{0}));
  EXPECT_THAT(binary("pow", 5, 0),
              ElementsAre(Values{0}, Values{std::log(5.0)}));
  // The power itself is NaN, its slope in the exponent is none.
  EXPECT_EQ(binary("pow", -2, 0.5)[1], Values{0});
}

TEST(Kinks, SecondOrderPowersWithoutNaN) {
  // d/dx and d/dy of dy, at bases without a logarithm.
  auto second = [](double x, double y) {
    return run("nn.entry @f(%x: tensor<f64>, %y: tensor<f64>) -> (tensor<f64>, "
               "tensor<f64>) {\n"
               "  %z = nn.pow %x, %y : tensor<f64>\n"
               "  %d = nn.gradient %z by %y : tensor<f64> by tensor<f64> -> "
               "tensor<f64>\n"
               "  %g:2 = nn.gradient %d by %x, %y : tensor<f64> by "
               "tensor<f64>, tensor<f64> -> "
               "tensor<f64>, tensor<f64>\n"
               "  nn.return %g#0, %g#1 : tensor<f64>, tensor<f64>\n}",
               {{x}, {y}});
  };
  EXPECT_THAT(second(-2, 0.5), ElementsAre(Values{0}, Values{0}));
  EXPECT_THAT(second(0, -1), ElementsAre(Values{0}, Values{0}));
  EXPECT_THAT(second(1, 2), ElementsAre(Values{1}, Values{0}));
}

TEST(Kinks, WhatIsNotChosenHasNoInfluence) {
  // log of a negative number is NaN, but is not chosen.
  EXPECT_THAT(gradientOfSum("%zero = nn.constant dense<0.0> : tensor<2xf64>\n"
                            "%c = nn.compare gt %x, %zero : tensor<2xf64>\n"
                            "%l = nn.log %x : tensor<2xf64>\n"
                            "%y = nn.select %c, %l, %x : tensor<2xf64>",
                            "2x", "2x", "[0]", {-1, 2}),
              ElementsAre(1, 0.5));
}

TEST(Kinks, AnEmptySliceHasNoSlope) {
  EXPECT_THAT(
      gradientOfSum(
          "%e = nn.slice %x [2] to [2] by [1] : tensor<3xf64> -> "
          "tensor<0xf64>\n"
          "%y = nn.concat %x, %e axis 0 : tensor<3xf64>, tensor<0xf64> -> "
          "tensor<3xf64>",
          "3x", "3x", "[0]", {1, 2, 3}),
      ElementsAre(1, 1, 1));
}

//===- ProductTest.cpp - contractions, convolutions and windows -----------===//
#include "RunHelper.h"

using namespace nnc;

static Numbers contract(const std::string &spec, const std::string &lhs, const std::string &rhs,
                        const std::string &result, const Numbers &x, const Numbers &y) {
  return evaluate("nn.contract \"" + spec + "\" %a, %b : tensor<" + lhs + ">, tensor<" + rhs +
                      "> -> tensor<" + result + ">",
                  {lhs, rhs}, result, {x, y});
}

TEST(Contract, Products) {
  Numbers x = {1, 2, 3, 4, 5, 6}, y = {1, 0, 2, 1, 0, 3};
  EXPECT_EQ(contract("bi,oi->bo", "2x3xf32", "2x3xf32", "2x2xf32", x, y), (Numbers{7, 10, 16, 22}));
  EXPECT_EQ(contract("ij,jk->ik", "2x3xf32", "3x2xf32", "2x2xf32", x, y), (Numbers{5, 11, 14, 23}));
  EXPECT_EQ(contract("ij,jk->ki", "2x3xf32", "3x2xf32", "2x2xf32", x, y), (Numbers{5, 14, 11, 23}));
  EXPECT_EQ(contract("i,j->ij", "2xf32", "3xf32", "2x3xf32", {1, 2}, {3, 4, 5}),
            (Numbers{3, 4, 5, 6, 8, 10}));
  EXPECT_EQ(contract("i,i->", "3xf32", "3xf32", "f32", {1, 2, 3}, {4, 5, 6}), Numbers{32});
  EXPECT_EQ(contract("nij,njk->nik", "2x1x2xf32", "2x2x1xf32", "2x1x1xf32", {1, 2, 3, 4},
                     {5, 6, 7, 8}),
            (Numbers{17, 53}));
  EXPECT_EQ(contract(",->", "f32", "f32", "f32", {3}, {4}), Numbers{12});
}

// A letter of one operand that the result lacks is summed.
TEST(Contract, SumsOfOneOperand) {
  EXPECT_EQ(contract("ij,k->i", "2x2xf32", "3xf32", "2xf32", {1, 2, 3, 4}, {1, 1, 2}),
            (Numbers{12, 28}));
}

TEST(Contract, IntegersAndEmptySums) {
  EXPECT_EQ(contract("i,i->", "2xi8", "2xi8", "i8", {100, 100}, {2, 2}), Numbers{-112});
  EXPECT_EQ(contract("ik,kj->ij", "2x0xf32", "0x1xf32", "2x1xf32", {}, {}), (Numbers{0, 0}));
}

static const std::string geometry1 = "strides [2] low [1] high [1] dilations [1] groups 1 : ";

TEST(Conv, OneAxis) {
  // Padded: 0 1 2 3 4 0; windows at 0 and 2 of the two that fit.
  EXPECT_EQ(evaluate("nn.conv %a, %b " + geometry1 +
                         "tensor<1x1x4xf32>, tensor<1x1x3xf32> -> tensor<1x1x2xf32>",
                     {"1x1x4xf32", "1x1x3xf32"}, "1x1x2xf32", {{1, 2, 3, 4}, {1, 10, 100}}),
            (Numbers{210, 432}));
  EXPECT_EQ(evaluate("nn.conv_input_grad %a, %b " + geometry1 +
                         "tensor<1x1x2xf32>, tensor<1x1x3xf32> -> tensor<1x1x4xf32>",
                     {"1x1x2xf32", "1x1x3xf32"}, "1x1x4xf32", {{1, 2}, {1, 10, 100}}),
            (Numbers{10, 102, 20, 200}));
  EXPECT_EQ(evaluate("nn.conv_weight_grad %a, %b " + geometry1 +
                         "tensor<1x1x4xf32>, tensor<1x1x2xf32> -> tensor<1x1x3xf32>",
                     {"1x1x4xf32", "1x1x2xf32"}, "1x1x3xf32", {{1, 2, 3, 4}, {1, 2}}),
            (Numbers{4, 7, 10}));
}

TEST(Conv, TwoAxesWithDilationAndGroups) {
  // Two groups of one channel each; the window takes the corners of 3x3.
  Numbers x(18);
  for (size_t i = 0; i < 18; ++i)
    x[i] = static_cast<double>(i);
  EXPECT_EQ(evaluate("nn.conv %a, %b strides [1, 1] low [0, 0] high [0, 0] dilations [2, 2] groups "
                     "2 : tensor<1x2x3x3xf32>, tensor<2x1x2x2xf32> -> tensor<1x2x1x1xf32>",
                     {"1x2x3x3xf32", "2x1x2x2xf32"}, "1x2x1x1xf32",
                     {x, {1, 10, 100, 1000, 1, 1, 1, 1}}),
            (Numbers{8620, 52}));
}

// Both gradients are transposes: <conv(x, w), y> is the same number however it
// is computed, for uneven padding, strides and dilations.
TEST(Conv, IsOneTrilinearForm) {
  const std::string how =
      "strides [2, 1] low [1, 0] high [2, 3] dilations [1, 2] groups 2 : ";
  const std::string x = "2x4x5x6xf64", w = "6x2x3x2xf64", y = "2x6x3x7xf64";
  auto fill = [](size_t size, double step) {
    Numbers values(size);
    for (size_t i = 0; i < size; ++i)
      values[i] = std::sin(step * static_cast<double>(i + 1));
    return values;
  };
  auto dot = [](const Numbers &a, const Numbers &b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i)
      sum += a[i] * b[i];
    return sum;
  };
  auto run = [&](const std::string &op, const std::string &a, const std::string &b,
                 const std::string &result, const Numbers &first, const Numbers &second) {
    return evaluate("nn." + op + " %a, %b " + how + "tensor<" + a + ">, tensor<" + b +
                        "> -> tensor<" + result + ">",
                    {a, b}, result, {first, second});
  };
  Numbers xs = fill(240, 0.7), ws = fill(72, 1.3), ys = fill(252, 0.3);
  double form = dot(run("conv", x, w, y, xs, ws), ys);
  EXPECT_GT(std::fabs(form), 1e-3);
  EXPECT_NEAR(dot(run("conv_input_grad", y, w, x, ys, ws), xs), form, 1e-12);
  EXPECT_NEAR(dot(run("conv_weight_grad", x, y, w, xs, ys), ws), form, 1e-12);
}

static const std::string windows = "size [2] strides [2] low [1] high [1] : ";

TEST(Window, MaxAndSum) {
  // Windows: (outside, -5), (-1, -2), (NaN, outside).
  const std::string rest = "tensor<1x1x4xf32> -> tensor<1x1x3xf32>";
  Numbers x = {-5, -1, -2, kNaN};
  expectNear(evaluate("nn.window_max %a " + windows + rest, {"1x1x4xf32"}, "1x1x3xf32", {x}),
             {-5, -1, kNaN});
  expectNear(evaluate("nn.window_sum %a " + windows + rest, {"1x1x4xf32"}, "1x1x3xf32", {x}),
             {-5, -3, kNaN});
  expectNear(evaluate("nn.window_max %a size [2, 2] strides [1, 1] low [0, 0] high [0, 0] : "
                      "tensor<1x1x2x3xf32> -> tensor<1x1x1x2xf32>",
                      {"1x1x2x3xf32"}, "1x1x1x2xf32", {{1, 2, 3, kNaN, 0, 1}}),
             {kNaN, 3});
}

TEST(Window, PickAndScatterTakeTheFirstLargest) {
  const std::string how = "size [2] strides [1] low [0] high [0] : ";
  EXPECT_EQ(evaluate("nn.window_pick %a, %b " + how + "tensor<1x1x4xf32> -> tensor<1x1x3xf32>",
                     {"1x1x4xf32", "1x1x4xf32"}, "1x1x3xf32", {{3, 3, kNaN, 5}, {1, 2, 3, 4}}),
            (Numbers{1, 3, 3}));
  EXPECT_EQ(evaluate("nn.window_scatter %a, %b " + how + "tensor<1x1x4xf32>, tensor<1x1x3xf32>",
                     {"1x1x4xf32", "1x1x3xf32"}, "1x1x4xf32", {{3, 3, kNaN, 5}, {10, 20, 40}}),
            (Numbers{10, 0, 60, 0}));
}

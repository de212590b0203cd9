//===- ReduceTest.cpp - sums, extremes and places along axes --------------===//
#include "RunHelper.h"

using namespace nnc;

static Numbers reduce(const std::string &op, const std::string &axes, const std::string &type,
                      const std::string &resultType, const Numbers &x) {
  return evaluate("nn." + op + " %a " + axes + " : tensor<" + type + "> -> tensor<" + resultType +
                      ">",
                  {type}, resultType, {x});
}

TEST(Reduce, Sum) {
  Numbers x = {1, 2, 3, 4, 5, 6};
  EXPECT_EQ(reduce("reduce_sum", "[1]", "2x3xf32", "2xf32", x), (Numbers{6, 15}));
  EXPECT_EQ(reduce("reduce_sum", "[0]", "2x3xf32", "3xf32", x), (Numbers{5, 7, 9}));
  EXPECT_EQ(reduce("reduce_sum", "[0, 1]", "2x3xf32", "f32", x), Numbers{21});
  EXPECT_EQ(reduce("reduce_sum", "[0, 2]", "2x1x3xi32", "1xi32", x), Numbers{21});
  EXPECT_EQ(reduce("reduce_sum", "[]", "f32", "f32", {4}), Numbers{4});
  EXPECT_EQ(reduce("reduce_sum", "[0]", "2xi8", "i8", {100, 100}), Numbers{-56});
  EXPECT_EQ(reduce("reduce_sum", "[1]", "2x0xf32", "2xf32", {}), (Numbers{0, 0}));
  EXPECT_EQ(reduce("reduce_sum", "[0]", "2x0xf32", "0xf32", {}), Numbers{});
}

TEST(Reduce, Extremes) {
  expectNear(reduce("reduce_max", "[1]", "3x2xf32", "3xf32", {1, 2, kNaN, 0, -kInf, -kInf}),
             {2, kNaN, -kInf});
  expectNear(reduce("reduce_max", "[1]", "2x2xf32", "2xf32", {kNaN, 5, 5, kNaN}), {kNaN, kNaN});
  expectNear(reduce("reduce_min", "[0]", "2x3xf32", "3xf32", {1, kNaN, kInf, 2, 0, kInf}),
             {1, kNaN, kInf});
  EXPECT_EQ(reduce("reduce_max", "[0]", "3xi8", "i8", {-128, -5, -7}), Numbers{-5});
  EXPECT_EQ(reduce("reduce_min", "[0]", "2xui8", "ui8", {200, 100}), Numbers{100});
  EXPECT_EQ(reduce("reduce_max", "[]", "i64", "i64", {-9}), Numbers{-9});
}

TEST(Reduce, AnyAndAll) {
  Numbers x = {0, 0, 0, 1, 1, 1};
  EXPECT_EQ(reduce("reduce_any", "[1]", "3x2xi1", "3xi1", x), (Numbers{0, 1, 1}));
  EXPECT_EQ(reduce("reduce_all", "[1]", "3x2xi1", "3xi1", x), (Numbers{0, 0, 1}));
  EXPECT_EQ(reduce("reduce_any", "[0]", "0xi1", "i1", {}), Numbers{0});
  EXPECT_EQ(reduce("reduce_all", "[0]", "0xi1", "i1", {}), Numbers{1});
}

TEST(Reduce, FirstLargestAndSmallest) {
  Numbers x = {1, 3, 3, kNaN, 2, kNaN};
  EXPECT_EQ(reduce("argmax", "axis 1", "2x3xf32", "2xi32", x), (Numbers{1, 0}));
  EXPECT_EQ(reduce("argmin", "axis 1", "2x3xf32", "2xi32", x), (Numbers{0, 0}));
  EXPECT_EQ(reduce("argmax", "axis 0", "2x3xf32", "3xi32", x), (Numbers{1, 0, 1}));
  EXPECT_EQ(reduce("argmin", "axis 0", "2x3xf32", "3xi32", x), (Numbers{1, 1, 1}));
  EXPECT_EQ(reduce("argmax", "axis 0", "3xi32", "i32", {4, 9, 9}), Numbers{1});
  EXPECT_EQ(reduce("argmin", "axis 0", "3xui8", "i32", {200, 4, 4}), Numbers{1});
}

TEST(Reduce, RunningSum) {
  auto cumsum = [](const std::string &how, const std::string &type, const Numbers &x) {
    return evaluate("nn.cumsum %a axis " + how + " : tensor<" + type + ">", {type}, type, {x});
  };
  EXPECT_EQ(cumsum("1", "2x3xf32", {1, 2, 3, 4, 5, 6}), (Numbers{1, 3, 6, 4, 9, 15}));
  EXPECT_EQ(cumsum("0 reverse", "2x3xf32", {1, 2, 3, 4, 5, 6}), (Numbers{5, 7, 9, 4, 5, 6}));
  EXPECT_EQ(cumsum("0", "3xi8", {100, 100, 100}), (Numbers{100, -56, 44}));
  EXPECT_EQ(cumsum("0", "0xf32", {}), Numbers{});
}

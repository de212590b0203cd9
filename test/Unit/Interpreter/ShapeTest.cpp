//===- ShapeTest.cpp - which element stands where -------------------------===//
#include "RunHelper.h"

using namespace nnc;

TEST(Shape, ConstantAndIota) {
  EXPECT_EQ(evaluate("nn.constant dense<[[1.5, 2.0], [3.0, -4.0]]> : tensor<2x2xf32>", {},
                     "2x2xf32", {}),
            (Numbers{1.5, 2, 3, -4}));
  EXPECT_EQ(evaluate("nn.constant dense<7> : tensor<3xi8>", {}, "3xi8", {}), (Numbers{7, 7, 7}));
  EXPECT_EQ(evaluate("nn.constant dense<255> : tensor<1xui8>", {}, "1xui8", {}), Numbers{255});
  EXPECT_EQ(evaluate("nn.constant dense<-1> : tensor<i16>", {}, "i16", {}), Numbers{-1});
  EXPECT_EQ(evaluate("nn.constant dense<[true, false]> : tensor<2xi1>", {}, "2xi1", {}),
            (Numbers{1, 0}));
  EXPECT_EQ(evaluate("nn.iota 1 : tensor<2x3xi32>", {}, "2x3xi32", {}),
            (Numbers{0, 1, 2, 0, 1, 2}));
  EXPECT_EQ(evaluate("nn.iota 0 : tensor<2x2xf32>", {}, "2x2xf32", {}), (Numbers{0, 0, 1, 1}));
}

TEST(Shape, ReshapeAndBroadcast) {
  EXPECT_EQ(evaluate("nn.reshape %a : tensor<2x3xf32> -> tensor<3x2xf32>", {"2x3xf32"}, "3x2xf32",
                     {{1, 2, 3, 4, 5, 6}}),
            (Numbers{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(evaluate("nn.reshape %a : tensor<1x1xi32> -> tensor<i32>", {"1x1xi32"}, "i32", {{4}}),
            Numbers{4});
  EXPECT_EQ(evaluate("nn.broadcast %a [1] : tensor<2xf32> -> tensor<3x2xf32>", {"2xf32"},
                     "3x2xf32", {{1, 2}}),
            (Numbers{1, 2, 1, 2, 1, 2}));
  EXPECT_EQ(evaluate("nn.broadcast %a [0, 1] : tensor<2x1xi32> -> tensor<2x3xi32>", {"2x1xi32"},
                     "2x3xi32", {{1, 2}}),
            (Numbers{1, 1, 1, 2, 2, 2}));
  EXPECT_EQ(evaluate("nn.broadcast %a [] : tensor<f32> -> tensor<2xf32>", {"f32"}, "2xf32", {{5}}),
            (Numbers{5, 5}));
}

TEST(Shape, TransposeAndReverse) {
  EXPECT_EQ(evaluate("nn.transpose %a [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>", {"2x3xf32"},
                     "3x2xf32", {{1, 2, 3, 4, 5, 6}}),
            (Numbers{1, 4, 2, 5, 3, 6}));
  // Axis i of the result is axis permutation[i] of the operand.
  EXPECT_EQ(evaluate("nn.transpose %a [2, 0, 1] : tensor<1x2x3xi8> -> tensor<3x1x2xi8>",
                     {"1x2x3xi8"}, "3x1x2xi8", {{1, 2, 3, 4, 5, 6}}),
            (Numbers{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(evaluate("nn.reverse %a [1] : tensor<2x3xf32>", {"2x3xf32"}, "2x3xf32",
                     {{1, 2, 3, 4, 5, 6}}),
            (Numbers{3, 2, 1, 6, 5, 4}));
  EXPECT_EQ(evaluate("nn.reverse %a [0, 1] : tensor<2x2xf32>", {"2x2xf32"}, "2x2xf32",
                     {{1, 2, 3, 4}}),
            (Numbers{4, 3, 2, 1}));
}

TEST(Shape, SliceAndPad) {
  EXPECT_EQ(evaluate("nn.slice %a [0, 1] to [2, 6] by [1, 2] : tensor<3x6xf32> -> tensor<2x3xf32>",
                     {"3x6xf32"}, "2x3xf32",
                     {{0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 20, 21, 22, 23, 24, 25}}),
            (Numbers{1, 3, 5, 11, 13, 15}));
  EXPECT_EQ(evaluate("nn.pad %a, %b low [0, 1] high [1, 0] interior [0, 1] : tensor<1x2xf32>, "
                     "tensor<f32> -> tensor<2x4xf32>",
                     {"1x2xf32", "f32"}, "2x4xf32", {{1, 2}, {9}}),
            (Numbers{9, 1, 9, 2, 9, 9, 9, 9}));
  EXPECT_EQ(evaluate("nn.pad %a, %b low [1] high [0] interior [0] : tensor<0xi32>, tensor<i32> -> "
                     "tensor<1xi32>",
                     {"0xi32", "i32"}, "1xi32", {{}, {3}}),
            Numbers{3});
}

TEST(Shape, Concat) {
  EXPECT_EQ(evaluate("nn.concat %a, %b axis 1 : tensor<2x1xf32>, tensor<2x2xf32> -> "
                     "tensor<2x3xf32>",
                     {"2x1xf32", "2x2xf32"}, "2x3xf32", {{1, 2}, {3, 4, 5, 6}}),
            (Numbers{1, 3, 4, 2, 5, 6}));
  EXPECT_EQ(evaluate("nn.concat %a, %b, %a axis 0 : tensor<1xi1>, tensor<0xi1>, tensor<1xi1> -> "
                     "tensor<2xi1>",
                     {"1xi1", "0xi1"}, "2xi1", {{1}, {}}),
            (Numbers{1, 1}));
}

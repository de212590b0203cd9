//===- ElementwiseTest.cpp - functions of numbers -------------------------===//
#include "RunHelper.h"

using namespace nnc;

static Numbers unary(const std::string &name, const std::string &element, const Numbers &x) {
  std::string type = std::to_string(x.size()) + "x" + element;
  return evaluate("nn." + name + " %a : tensor<" + type + ">", {type}, type, {x});
}

static Numbers binary(const std::string &name, const std::string &element, const Numbers &x,
                      const Numbers &y) {
  std::string type = std::to_string(x.size()) + "x" + element;
  return evaluate("nn." + name + " %a, %b : tensor<" + type + ">", {type, type}, type, {x, y});
}

static Numbers convert(const std::string &from, const std::string &to, const Numbers &x) {
  std::string size = std::to_string(x.size()) + "x";
  return evaluate("nn.convert %a : tensor<" + size + from + "> -> tensor<" + size + to + ">",
                  {size + from}, size + to, {x});
}

TEST(Elementwise, Functions) {
  expectNear(unary("cos", "f64", {0, 1, 100}), {1, 0.54030230586813972, 0.86231887228768394});
  expectNear(unary("sin", "f64", {0, 1, 100}), {0, 0.8414709848078965, -0.50636564110975879});
  expectNear(unary("erf", "f32", {0, 0.5, -2}), {0, 0.52049987781304654, -0.99532226501895273});
  expectNear(unary("exp", "f32", {0, 1, -kInf, 800}), {1, 2.7182818284590452, 0, kInf});
  expectNear(unary("expm1", "f32", {1e-20, 1}), {1e-20, 1.7182818284590452});
  EXPECT_EQ(unary("expm1", "f32", {1e-20}), Numbers{1e-20});
  expectNear(unary("log", "f32", {1, 10, 0, -1}), {0, 2.3025850929940457, -kInf, kNaN});
  EXPECT_EQ(unary("log1p", "f32", {1e-20}), Numbers{1e-20});
  expectNear(unary("log1p", "f32", {1, -1}), {0.69314718055994531, -kInf});
  expectNear(unary("logistic", "f32", {0, 0.8, -1000, 1000, kNaN}),
             {0.5, 0.68997448112761239, 0, 1, kNaN});
  expectNear(unary("rsqrt", "f32", {4, 0}), {0.5, kInf});
  expectNear(unary("sqrt", "f32", {2, 0, -1}), {1.4142135623730951, 0, kNaN});
  expectNear(unary("tanh", "f32", {0, 1, -40}), {0, 0.76159415595576489, -1});
}

TEST(Elementwise, SignsAndRounding) {
  expectNear(unary("abs", "f32", {-1.5, 2, kNaN, -kInf}), {1.5, 2, kNaN, kInf});
  expectNear(unary("neg", "f32", {-1.5, 2, kNaN}), {1.5, -2, kNaN});
  expectNear(unary("sign", "f32", {-3, 0, -0.0, 7, kNaN}), {-1, 0, 0, 1, kNaN});
  expectNear(unary("ceil", "f32", {-1.5, 1.2, 3}), {-1, 2, 3});
  expectNear(unary("floor", "f32", {-1.5, 1.7, 3}), {-2, 1, 3});
  expectNear(unary("round", "f32", {0.5, 1.5, 2.5, -0.5, -1.5, 2.4}), {0, 2, 2, 0, -2, 2});
}

TEST(Elementwise, IntegersWrap) {
  EXPECT_EQ(unary("abs", "i8", {-128, -5, 5}), (Numbers{-128, 5, 5}));
  EXPECT_EQ(unary("neg", "i8", {-128, 5}), (Numbers{-128, -5}));
  EXPECT_EQ(unary("neg", "ui8", {1, 0}), (Numbers{255, 0}));
  EXPECT_EQ(unary("sign", "i16", {-7, 0, 9}), (Numbers{-1, 0, 1}));
  EXPECT_EQ(binary("add", "i8", {127, -128}, {1, -1}), (Numbers{-128, 127}));
  EXPECT_EQ(binary("add", "ui8", {255}, {1}), (Numbers{0}));
  EXPECT_EQ(binary("sub", "i32", {-2147483648.0}, {1}), (Numbers{2147483647}));
  EXPECT_EQ(binary("mul", "i32", {65536}, {65536}), (Numbers{0}));
  EXPECT_EQ(binary("mul", "i16", {300}, {300}), (Numbers{24464}));
  // 2^63 - 1 is not a double: the wrapped sum is.
  EXPECT_EQ(binary("add", "i64", {0x1p62}, {0x1p62}), (Numbers{-0x1p63}));
}

TEST(Elementwise, Arithmetic) {
  expectNear(binary("add", "f32", {1, kInf}, {2, -kInf}), {3, kNaN});
  expectNear(binary("sub", "f32", {1}, {2}), {-1});
  expectNear(binary("mul", "f32", {3, 0}, {2, kInf}), {6, kNaN});
  expectNear(binary("div", "f32", {1, 1, 0}, {4, 0, 0}), {0.25, kInf, kNaN});
  expectNear(binary("pow", "f32", {0, -2, 2, -8}, {0, 3, -1, 0.5}), {1, -8, 0.5, kNaN});
}

// Python's // and %, for every combination of signs.
TEST(Elementwise, FloorDivision) {
  EXPECT_EQ(binary("floordiv", "i32", {7, -7, 7, -7, 5, 6}, {2, 2, -2, -2, 0, 3}),
            (Numbers{3, -4, -4, 3, 0, 2}));
  EXPECT_EQ(binary("mod", "i32", {7, -7, 7, -7, 5, 6}, {2, 2, -2, -2, 0, 3}),
            (Numbers{1, 1, -1, -1, 0, 0}));
  EXPECT_EQ(binary("floordiv", "i8", {-128}, {-1}), Numbers{-128});
  EXPECT_EQ(binary("mod", "i8", {-128}, {-1}), Numbers{0});
  EXPECT_EQ(binary("floordiv", "ui8", {200, 200}, {7, 0}), (Numbers{28, 0}));
  expectNear(binary("floordiv", "f32", {7.5, -7.5, 1}, {2, 2, 0}), {3, -4, kInf});
  expectNear(binary("mod", "f32", {7.5, -7.5, 7.5}, {2, 2, -2}), {1.5, 0.5, -0.5});
}

TEST(Elementwise, MaximumAndMinimum) {
  expectNear(binary("max", "f32", {1, kNaN, 1, -kInf}, {2, 1, kNaN, -1}), {2, kNaN, kNaN, -1});
  expectNear(binary("min", "f32", {1, kNaN, 1, -kInf}, {2, 1, kNaN, -1}), {1, kNaN, kNaN, -kInf});
  EXPECT_EQ(binary("max", "ui8", {200}, {100}), Numbers{200});
  EXPECT_EQ(binary("min", "i8", {-100}, {100}), Numbers{-100});
}

TEST(Elementwise, Logic) {
  EXPECT_EQ(binary("and", "i1", {0, 0, 1, 1}, {0, 1, 0, 1}), (Numbers{0, 0, 0, 1}));
  EXPECT_EQ(binary("or", "i1", {0, 0, 1, 1}, {0, 1, 0, 1}), (Numbers{0, 1, 1, 1}));
  EXPECT_EQ(unary("not", "i1", {0, 1}), (Numbers{1, 0}));
}

TEST(Elementwise, Compare) {
  auto compare = [](const std::string &predicate) {
    return evaluate("nn.compare " + predicate + " %a, %b : tensor<4xf32>", {"4xf32", "4xf32"},
                    "4xi1", {{1, 2, 2, kNaN}, {2, 2, 1, kNaN}});
  };
  EXPECT_EQ(compare("eq"), (Numbers{0, 1, 0, 0}));
  EXPECT_EQ(compare("ne"), (Numbers{1, 0, 1, 1}));
  EXPECT_EQ(compare("lt"), (Numbers{1, 0, 0, 0}));
  EXPECT_EQ(compare("le"), (Numbers{1, 1, 0, 0}));
  EXPECT_EQ(compare("gt"), (Numbers{0, 0, 1, 0}));
  EXPECT_EQ(compare("ge"), (Numbers{0, 1, 1, 0}));
  EXPECT_EQ(evaluate("nn.compare lt %a, %b : tensor<2xui8>", {"2xui8", "2xui8"}, "2xi1",
                     {{200, 1}, {100, 2}}),
            (Numbers{0, 1}));
}

TEST(Elementwise, Select) {
  expectNear(evaluate("nn.select %a, %b, %c : tensor<2xf32>", {"2xi1", "2xf32", "2xf32"}, "2xf32",
                      {{1, 0}, {1, kNaN}, {kNaN, 2}}),
             {1, 2});
  EXPECT_EQ(evaluate("nn.select %a, %b, %c : tensor<i32>", {"i1", "i32", "i32"}, "i32",
                     {{0}, {1}, {2}}),
            Numbers{2});
  EXPECT_EQ(unary("stop_gradient", "f32", {1, 2}), (Numbers{1, 2}));
}

TEST(Elementwise, Convert) {
  EXPECT_EQ(convert("f32", "i8", {1.9, -1.9, 300, -300, kNaN, kInf}),
            (Numbers{1, -1, 127, -128, 0, 127}));
  EXPECT_EQ(convert("f32", "ui8", {255.5, 300, -1, 3.7}), (Numbers{255, 255, 0, 3}));
  EXPECT_EQ(convert("f32", "i32", {1e10, -1e10}), (Numbers{2147483647, -2147483648.0}));
  // The largest i64 becomes 2^63 as a double.
  EXPECT_EQ(convert("f32", "i64", {1e30, -1e30}), (Numbers{0x1p63, -0x1p63}));
  EXPECT_EQ(convert("i32", "i8", {200, -200, 5}), (Numbers{-56, 56, 5}));
  EXPECT_EQ(convert("i8", "ui8", {-1}), Numbers{255});
  EXPECT_EQ(convert("ui8", "i32", {200}), Numbers{200});
  EXPECT_EQ(convert("f32", "i1", {0, -0.0, 0.3, kNaN}), (Numbers{0, 0, 1, 1}));
  EXPECT_EQ(convert("i32", "i1", {0, 2}), (Numbers{0, 1}));
  EXPECT_EQ(convert("i1", "f32", {0, 1}), (Numbers{0, 1}));
  EXPECT_EQ(convert("i32", "f32", {7}), Numbers{7});
}

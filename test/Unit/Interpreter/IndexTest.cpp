//===- IndexTest.cpp - elements by index, and order -----------------------===//
#include "RunHelper.h"

using namespace nnc;

TEST(Index, Gather) {
  Numbers table = {1, 2, 3, 4, 5, 6};
  EXPECT_EQ(evaluate("nn.gather %a, %b axis 0 : tensor<3x2xf32>, tensor<2xi32> -> tensor<2x2xf32>",
                     {"3x2xf32", "2xi32"}, "2x2xf32", {table, {2, 0}}),
            (Numbers{5, 6, 1, 2}));
  EXPECT_EQ(evaluate("nn.gather %a, %b axis 1 : tensor<3x2xi16>, tensor<1x2xi64> -> "
                     "tensor<3x1x2xi16>",
                     {"3x2xi16", "1x2xi64"}, "3x1x2xi16", {table, {1, 1}}),
            (Numbers{2, 2, 4, 4, 6, 6}));
  EXPECT_EQ(evaluate("nn.gather %a, %b axis 0 : tensor<3xf32>, tensor<i32> -> tensor<f32>",
                     {"3xf32", "i32"}, "f32", {{7, 8, 9}, {1}}),
            Numbers{8});
}

TEST(Index, ScatterAdd) {
  EXPECT_EQ(evaluate("nn.scatter_add %a, %b, %c axis 0 : tensor<3x2xf32>, tensor<3xi32>, "
                     "tensor<3x2xf32>",
                     {"3x2xf32", "3xi32", "3x2xf32"}, "3x2xf32",
                     {{0, 0, 10, 10, 0, 0}, {1, 1, 0}, {1, 2, 3, 4, 5, 6}}),
            (Numbers{5, 6, 14, 16, 0, 0}));
  EXPECT_EQ(evaluate("nn.scatter_add %a, %b, %c axis 1 : tensor<2x2xi8>, tensor<1xi64>, "
                     "tensor<2x1xi8>",
                     {"2x2xi8", "1xi64", "2x1xi8"}, "2x2xi8", {{127, 0, 1, 1}, {0}, {1, 1}}),
            (Numbers{-128, 0, 2, 1}));
}

TEST(Index, OneHot) {
  EXPECT_EQ(evaluate("nn.one_hot %a : tensor<2xi32> -> tensor<2x3xf32>", {"2xi32"}, "2x3xf32",
                     {{2, 0}}),
            (Numbers{0, 0, 1, 1, 0, 0}));
  EXPECT_EQ(evaluate("nn.one_hot %a : tensor<i64> -> tensor<2xi1>", {"i64"}, "2xi1", {{1}}),
            (Numbers{0, 1}));
}

TEST(Index, OutOfRangeIsAnError) {
  auto complain = [](const std::string &op, const std::string &result, double index) {
    Program program("nn.entry @f(%t: tensor<3x2xf32>, %i: tensor<2xi32>, %u: tensor<2x2xf32>) -> "
                    "(tensor<" +
                    result + ">) {\n%y = " + op + "\nnn.return %y : tensor<" + result + ">\n}");
    bool failed = program.call("f", {Numbers(6), {0, index}, Numbers(4)}).empty();
    EXPECT_EQ(failed, !program.errors.empty());
    return program.errors;
  };
  const std::string gather =
      "nn.gather %t, %i axis 0 : tensor<3x2xf32>, tensor<2xi32> -> tensor<2x2xf32>";
  const std::string rest = " (element 1 of the indices) is outside its range: at least 0, less "
                           "than 3\n";
  EXPECT_EQ(complain(gather, "2x2xf32", 3), "index 3" + rest);
  EXPECT_EQ(complain(gather, "2x2xf32", -1), "index -1" + rest);
  EXPECT_EQ(complain(gather, "2x2xf32", 2), "");
  EXPECT_NE(complain("nn.scatter_add %t, %i, %u axis 0 : tensor<3x2xf32>, tensor<2xi32>, "
                     "tensor<2x2xf32>",
                     "3x2xf32", 3)
                .find("index 3 "),
            std::string::npos);
  EXPECT_NE(complain("nn.one_hot %i : tensor<2xi32> -> tensor<2x4xf32>", "2x4xf32", 4)
                .find("less than 4"),
            std::string::npos);
}

static std::vector<Numbers> sort(const std::string &how, const std::string &shape,
                                 const std::string &element, const Numbers &x) {
  std::string type = "tensor<" + shape + element + ">", indices = "tensor<" + shape + "i32>";
  Program program("nn.entry @f(%x: " + type + ") -> (" + type + ", " + indices +
                  ") {\n%v, %i = nn.sort %x axis " + how + " : " + type + " -> " + indices +
                  "\nnn.return %v, %i : " + type + ", " + indices + "\n}");
  std::vector<Numbers> outputs = program.call("f", {x});
  EXPECT_EQ(program.errors, "");
  return outputs;
}

TEST(Index, SortIsStable) {
  auto ascending = sort("0", "5x", "f32", {2, 1, 2, 0, 1});
  EXPECT_EQ(ascending, (std::vector<Numbers>{{0, 1, 1, 2, 2}, {3, 1, 4, 0, 2}}));
  auto descending = sort("0 descending", "5x", "i32", {2, 1, 2, 0, 1});
  EXPECT_EQ(descending, (std::vector<Numbers>{{2, 2, 1, 1, 0}, {0, 2, 1, 4, 3}}));
  auto columns = sort("0", "2x2x", "f32", {3, 1, 2, 5});
  EXPECT_EQ(columns, (std::vector<Numbers>{{2, 1, 3, 5}, {1, 0, 0, 1}}));
}

TEST(Index, SortPutsNaNLast) {
  for (const char *how : {"0", "0 descending"}) {
    auto sorted = sort(how, "4x", "f32", {kNaN, 1, kNaN, 1});
    expectNear(sorted[0], {1, 1, kNaN, kNaN});
    EXPECT_EQ(sorted[1], (Numbers{1, 3, 0, 2})) << how;
  }
}

//===- ShapeCases.cpp - rows of moving primitives -------------------------===//
//
// Elements of every type, moved: the two sides must be equal.
//
//===----------------------------------------------------------------------===//
#include "Cases.h"

using namespace nnc::test;
using Shape = std::vector<int64_t>;

static const std::vector<std::string> kElements{"f32", "f64", "i1",  "i8",
                                                "ui8", "i16", "i32", "i64"};

/// An op on one tensor; `isTyped` if its text has the operand's type too.
static void addMove(std::vector<Case> &cases, const std::string &op,
                    const std::string &attributes, const Shape &from,
                    const Shape &to, const std::string &element,
                    bool isTyped = true) {
  std::string operand = shaped(from, element), result = shaped(to, element);
  std::string types = "tensor<" + result + ">";
  if (isTyped)
    types = "tensor<" + operand + "> -> " + types;
  cases.push_back(makeCase(
      "nn." + op, {{operand, element == "i1" ? kTruth : Range{Range::Plain, -99, 99}}},
      "%y = nn." + op + " %x0" + attributes + " : " + types, "%y", {result}));
}

static void addPad(std::vector<Case> &cases, const std::string &amounts,
                   const Shape &from, const Shape &to,
                   const std::string &element) {
  std::string operand = shaped(from, element), result = shaped(to, element);
  const Range range = element == "i1" ? kTruth : Range{Range::Plain, -99, 99};
  cases.push_back(makeCase("nn.pad", {{operand, range}, {element, range}},
                           "%y = nn.pad %x0, %x1 " + amounts + " : tensor<" +
                               operand + ">, tensor<" + element +
                               "> -> tensor<" + result + ">",
                           "%y", {result}));
}

/// `sizes` are those of the operands along the axis.
static void addConcat(std::vector<Case> &cases, const Shape &shape, size_t axis,
                      const std::vector<int64_t> &sizes,
                      const std::string &element) {
  Shape result = shape;
  result[axis] = 0;
  std::vector<Input> inputs;
  std::string names, types;
  for (size_t i = 0; i < sizes.size(); ++i) {
    Shape part = shape;
    part[axis] = sizes[i];
    result[axis] += sizes[i];
    inputs.push_back({shaped(part, element),
                      element == "i1" ? kTruth : Range{Range::Plain, -99, 99}});
    names += (i ? ", %x" : "%x") + std::to_string(i);
    types += (i ? ", tensor<" : "tensor<") + inputs.back().type + ">";
  }
  std::string type = shaped(result, element);
  cases.push_back(makeCase("nn.concat", inputs,
                           "%y = nn.concat " + names + " axis " +
                               std::to_string(axis) + " : " + types +
                               " -> tensor<" + type + ">",
                           "%y", {type}));
}

static void addConstants(std::vector<Case> &cases) {
  auto add = [&](const std::string &value, const std::string &type) {
    cases.push_back(makeCase("nn.constant", {},
                             "%y = nn.constant " + value + " : tensor<" + type +
                                 ">",
                             "%y", {type}));
  };
  add("dense<[0.1, -0.0, 0x7FC00000, 0x7F800000, 1.0e-40]>", "5xf32");
  add("dense<[[0.1, 1.0e300, 5.0e-324]]>", "1x3xf64");
  add("dense<[true, false, true]>", "3xi1");
  add("dense<true>", "2x3xi1");
  add("dense<[-128, 127, 0]>", "3xi8");
  add("dense<[255, 0, 128]>", "3xui8");
  add("dense<[-32768, 32767]>", "2xi16");
  add("dense<-2147483648>", "i32");
  add("dense<[-9223372036854775808, 9223372036854775807]>", "2xi64");
  add("dense<2.5>", "f32");
  // One that is computed with.
  cases.push_back(makeCase("nn.constant", {{"2x3xf32", kUnit}},
                           "%c = nn.constant dense<[[1.0, 2.0, 3.0], [0.5, "
                           "-1.0, 0.0]]> : tensor<2x3xf32>\n"
                           "%y = nn.mul %x0, %c : tensor<2x3xf32>",
                           "%y", {"2x3xf32"}));
  for (const char *element : {"f32", "f64", "i8", "ui8", "i16", "i32", "i64"})
    for (int axis : {0, 1, 2}) {
      std::string type = std::string("3x17x5x") + element;
      cases.push_back(makeCase("nn.iota", {},
                               "%y = nn.iota " + std::to_string(axis) +
                                   " : tensor<" + type + ">",
                               "%y", {type}));
    }
}

std::vector<Case> nnc::test::shapeCases() {
  std::vector<Case> cases;
  for (const std::string &element : kElements) {
    auto move = [&](const std::string &op, const std::string &attributes,
                    const Shape &from, const Shape &to, bool isTyped = true) {
      addMove(cases, op, attributes, from, to, element, isTyped);
    };
    move("reshape", "", {6, 35}, {14, 15});
    move("reshape", "", {3, 1, 34}, {2, 3, 17});
    move("broadcast", " [1]", {19}, {5, 19});
    move("broadcast", " [0]", {19}, {19, 5});
    move("transpose", " [1, 0]", {7, 33}, {33, 7});
    move("transpose", " [0, 2, 1]", {3, 17, 9}, {3, 9, 17});
    move("slice", " [1, 3] to [6, 30] by [2, 1]", {7, 33}, {3, 27});
    move("slice", " [0, 1] to [3, 31] by [1, 3]", {3, 33}, {3, 10});
    move("reverse", " [1]", {5, 19}, {5, 19}, false);
    addPad(cases, "low [1, 2] high [0, 3] interior [0, 0]", {5, 19}, {6, 24},
           element);
    addPad(cases, "low [0, 1] high [2, 0] interior [1, 2]", {3, 7}, {7, 20},
           element);
    addConcat(cases, {3, 0}, 1, {5, 17, 1}, element);
    addConcat(cases, {0, 5}, 0, {2, 3}, element);
  }
  auto move = [&](const std::string &op, const std::string &attributes,
                  const Shape &from, const Shape &to, bool isTyped = true) {
    addMove(cases, op, attributes, from, to, "f32", isTyped);
  };
  move("reshape", "", {}, {1, 1});
  move("reshape", "", {2, 3, 1, 2, 5}, {5, 12});
  move("broadcast", " []", {}, {33});
  move("broadcast", " [0, 2]", {1, 5}, {3, 2, 5});
  move("broadcast", " [1, 3]", {3, 7}, {2, 3, 2, 7, 2});
  move("transpose", " [2, 1, 0]", {5, 6, 17}, {17, 6, 5});
  move("transpose", " [1, 2, 0]", {5, 6, 17}, {6, 17, 5});
  move("transpose", " [4, 2, 0, 3, 1]", {2, 3, 5, 1, 7}, {7, 5, 2, 1, 3});
  move("transpose", " [1, 0]", {64, 64}, {64, 64});
  move("slice", " [1, 0, 2, 0, 3] to [2, 1, 5, 2, 19] by [1, 1, 1, 1, 1]",
       {2, 1, 5, 2, 19}, {1, 1, 3, 2, 16});
  move("slice", " [2] to [2] by [1]", {5}, {0});
  move("reverse", " [0, 2]", {2, 3, 17}, {2, 3, 17}, false);
  move("reverse", " [0, 1, 2, 3, 4]", {2, 1, 3, 2, 5}, {2, 1, 3, 2, 5}, false);
  addConcat(cases, {2, 0, 5}, 1, {3, 1, 2}, "f32");
  addConcat(cases, {2, 0}, 1, {0, 3}, "f32");
  addConstants(cases);
  return cases;
}

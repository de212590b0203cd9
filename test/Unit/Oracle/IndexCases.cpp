//===- IndexCases.cpp - rows of indexing primitives and windows -----------===//
#include "Cases.h"

using namespace nnc::test;
using Shape = std::vector<int64_t>;

static Range plainRange(const std::string &element) {
  return element == "i1" ? kTruth : Range{Range::Plain, -99, 99};
}

static void addGather(std::vector<Case> &cases, const Shape &shape, size_t axis,
                      const Shape &index, const std::string &element,
                      const std::string &indexElement) {
  Shape result(shape.begin(), shape.begin() + axis);
  result.insert(result.end(), index.begin(), index.end());
  result.insert(result.end(), shape.begin() + axis + 1, shape.end());
  std::string operand = shaped(shape, element),
              places = shaped(index, indexElement),
              updates = shaped(result, element), at = std::to_string(axis);
  std::string types = " : tensor<" + operand + ">, tensor<" + places + ">";
  const Input slots{places, indexBelow(shape[axis])};
  cases.push_back(makeCase(
      "nn.gather", {{operand, plainRange(element)}, slots},
      "%y = nn.gather %x0, %x1 axis " + at + types + " -> tensor<" + updates + ">",
      "%y", {updates}));
  if (element == "i1")
    return;
  const Range range = element[0] == 'f' ? kUnit : plainRange(element);
  cases.push_back(makeCase(
      "nn.scatter_add", {{operand, range}, slots, {updates, range}},
      "%y = nn.scatter_add %x0, %x1, %x2 axis " + at + types + ", tensor<" +
          updates + ">",
      "%y", {operand}));
}

static void addSort(std::vector<Case> &cases, const Shape &shape, size_t axis,
                    const std::string &element, const Range &range) {
  std::string type = shaped(shape, element), places = shaped(shape, "i32");
  for (const char *order : {"", " descending"}) {
    std::string body = "%v, %i = nn.sort %x0 axis " + std::to_string(axis) +
                       order + " : tensor<" + type + "> -> tensor<" + places +
                       ">";
    cases.push_back(
        makeCase("nn.sort", {{type, range}}, body, "%v, %i", {type, places}));
  }
  // One of its results alone.
  std::string body = "%v, %i = nn.sort %x0 axis " + std::to_string(axis) +
                     " : tensor<" + type + "> -> tensor<" + places + ">";
  cases.push_back(makeCase("nn.sort", {{type, range}}, body, "%i", {places}));
}

/// A geometry of windows with the shapes before and after.
static void addWindows(std::vector<Case> &cases, const Shape &from,
                       const Shape &to, const std::string &geometry,
                       const std::string &element, const Range &range) {
  std::string operand = shaped(from, element), result = shaped(to, element);
  auto add = [&](const std::string &op, const std::vector<Input> &inputs,
                 const std::string &types, const std::string &returned) {
    cases.push_back(makeCase("nn." + op, inputs,
                             "%y = nn." + op +
                                 (inputs.size() == 1 ? " %x0 " : " %x0, %x1 ") +
                                 geometry + " : " + types,
                             "%y", {returned}));
  };
  std::string forward = "tensor<" + operand + "> -> tensor<" + result + ">";
  add("window_max", {{operand, range}}, forward, result);
  if (range.kind != Range::Special)
    add("window_sum", {{operand, range}}, forward, result);
  add("window_pick", {{operand, range}, {operand, kUnit}}, forward, result);
  add("window_scatter", {{operand, range}, {result, kUnit}},
      "tensor<" + operand + ">, tensor<" + result + ">", operand);
}

std::vector<Case> nnc::test::indexCases() {
  std::vector<Case> cases;
  for (const char *element :
       {"f32", "f64", "i1", "i8", "ui8", "i16", "i32", "i64"}) {
    addGather(cases, {9, 17}, 0, {5}, element, "i32");
    addGather(cases, {5, 19}, 1, {7}, element, "i64");
    std::string type = std::string("3x7x11x") + element;
    cases.push_back(makeCase("nn.one_hot", {{"3x7xi32", indexBelow(11)}},
                             "%y = nn.one_hot %x0 : tensor<3x7xi32> -> tensor<" +
                                 type + ">",
                             "%y", {type}));
    if (element == std::string("i1"))
      continue;
    addSort(cases, {5, 19}, 1, element, {Range::Whole, 0, 6});
    addSort(cases, {19, 5}, 0, element, {Range::Special, 0, 0});
  }
  addGather(cases, {5}, 0, {}, "f32", "i32");
  addGather(cases, {3, 5, 1, 7}, 1, {2, 3}, "f32", "i64");
  addGather(cases, {2, 3, 5}, 2, {1, 3}, "f32", "i32");
  addGather(cases, {1, 7}, 0, {3}, "f32", "i32");
  for (int64_t size : {1, 2, 3, 4, 31, 64, 100})
    addSort(cases, {size}, 0, "f32", {Range::Whole, 0, 20});
  addSort(cases, {61}, 0, "f32", {Range::Special, 0, 0});
  addSort(cases, {2, 33, 3}, 1, "f32", kUnit);
  addSort(cases, {2, 1, 3, 17, 2}, 3, "f64", kUnit);
  addSort(cases, {3, 1}, 1, "f32", kUnit);

  for (const char *element : {"f32", "f64"})
    for (const Range &range :
         {Range{Range::Whole, 0, 4}, Range{Range::Special, 0, 0}}) {
      auto windows = [&](const Shape &from, const Shape &to,
                         const std::string &geometry) {
        addWindows(cases, from, to, geometry, element, range);
      };
      windows({2, 3, 19}, {2, 3, 9}, "size [3] strides [2] low [0] high [0]");
      windows({1, 2, 9, 17}, {1, 2, 5, 9},
              "size [3, 3] strides [2, 2] low [1, 1] high [1, 1]");
      windows({1, 1, 5, 6, 7}, {1, 1, 5, 3, 2},
              "size [2, 2, 3] strides [1, 2, 3] low [1, 0, 0] high [0, 0, 1]");
    }
  // Windows that tile their operand, narrower and wider than vectors.
  addWindows(cases, {2, 17, 8, 8}, {2, 17, 4, 4},
             "size [2, 2] strides [2, 2] low [0, 0] high [0, 0]", "f32", kUnit);
  addWindows(cases, {1, 2, 4, 78}, {1, 2, 2, 39},
             "size [2, 2] strides [2, 2] low [0, 0] high [0, 0]", "f32", {Range::Special, 0, 0});
  addWindows(cases, {2, 1, 3, 111}, {2, 1, 3, 37},
             "size [1, 3] strides [1, 3] low [0, 0] high [0, 0]", "f64", kUnit);
  addWindows(cases, {1, 3, 92}, {1, 3, 23}, "size [4] strides [4] low [0] high [0]", "f32", kUnit);
  addWindows(cases, {1, 3, 1, 33}, {1, 3, 1, 33},
             "size [1, 5] strides [1, 1] low [0, 2] high [0, 2]", "f32", kUnit);
  return cases;
}

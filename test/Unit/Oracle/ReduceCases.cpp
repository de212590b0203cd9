//===- ReduceCases.cpp - rows of reductions and random numbers ------------===//
//
// Every set of axes of tensors of rank 0 to 5.
//
//===----------------------------------------------------------------------===//
#include "Cases.h"

using namespace nnc::test;
using Shape = std::vector<int64_t>;

static const std::vector<Shape> kShapes{
    {}, {1}, {37}, {5, 19}, {33, 2}, {3, 1, 17}, {2, 3, 1, 9}, {2, 1, 3, 2, 5}};

static void addReduction(std::vector<Case> &cases, const std::string &op,
                         const Shape &shape, unsigned axes,
                         const std::string &element, const Range &range) {
  Shape kept;
  std::string list;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    if (axes >> axis & 1)
      list += (list.empty() ? "" : ", ") + std::to_string(axis);
    else
      kept.push_back(shape[axis]);
  }
  std::string from = shaped(shape, element), to = shaped(kept, element);
  cases.push_back(makeCase("nn." + op, {{from, range}},
                           "%y = nn." + op + " %x0 [" + list + "] : tensor<" +
                               from + "> -> tensor<" + to + ">",
                           "%y", {to}));
}

static void addAlongAxis(std::vector<Case> &cases, const Shape &shape,
                         size_t axis, const std::string &element,
                         const Range &range) {
  std::string type = shaped(shape, element), at = std::to_string(axis);
  for (const char *reverse : {"", " reverse"})
    cases.push_back(makeCase("nn.cumsum", {{type, range}},
                             "%y = nn.cumsum %x0 axis " + at + reverse +
                                 " : tensor<" + type + ">",
                             "%y", {type}));
  Shape kept = shape;
  kept.erase(kept.begin() + axis);
  std::string result = shaped(kept, "i32");
  for (const char *op : {"argmax", "argmin"})
    cases.push_back(makeCase(std::string("nn.") + op, {{type, range}},
                             std::string("%y = nn.") + op + " %x0 axis " + at +
                                 " : tensor<" + type + "> -> tensor<" + result +
                                 ">",
                             "%y", {result}));
}

static void addRandom(std::vector<Case> &cases) {
  constexpr Range state{Range::Plain, -9e18, 9e18};
  auto add = [&](const std::string &op, const std::string &type, int stream) {
    cases.push_back(makeCase("nn." + op, {{"2xi64", state}},
                             "%y = nn." + op + " %x0 stream " +
                                 std::to_string(stream) + " : tensor<" + type +
                                 ">",
                             "%y", {type}));
  };
  int stream = 0;
  for (const char *shape : {"", "1x", "37x", "3x1x19x", "2x3x1x2x5x"}) {
    add("random_bits", std::string(shape) + "i32", stream);
    for (const char *element : {"f32", "f64"})
      for (const char *op : {"random_uniform", "random_normal"})
        add(op, std::string(shape) + element, stream);
    stream = 3 * stream + 1;
  }
}

std::vector<Case> nnc::test::reduceCases() {
  std::vector<Case> cases;
  for (const Shape &shape : kShapes)
    for (unsigned axes = 0; axes < 1u << shape.size(); ++axes) {
      addReduction(cases, "reduce_sum", shape, axes, "f32", kUnit);
      if (shape.size() > 3)
        continue;
      addReduction(cases, "reduce_sum", shape, axes, "f64", kUnit);
      addReduction(cases, "reduce_max", shape, axes, "f32", kUnit);
      addReduction(cases, "reduce_min", shape, axes, "f64", kUnit);
      addReduction(cases, "reduce_any", shape, axes, "i1", kTruth);
      addReduction(cases, "reduce_all", shape, axes, "i1", kTruth);
    }
  constexpr Range special{Range::Special, 0, 0};
  constexpr Range few{Range::Whole, 0, 4};
  for (const char *element : {"f32", "f64", "i8", "ui8", "i16", "i32", "i64"}) {
    for (const char *op : {"reduce_sum", "reduce_max", "reduce_min"})
      for (unsigned axes : {1u, 2u, 3u}) {
        addReduction(cases, op, {5, 19}, axes, element, few);
        if (op != std::string("reduce_sum"))
          addReduction(cases, op, {5, 19}, axes, element, special);
      }
    addAlongAxis(cases, {6, 11}, 0, element, few);
    addAlongAxis(cases, {6, 11}, 1, element, few);
  }
  for (const char *element : {"f32", "f64"})
    addAlongAxis(cases, {61}, 0, element, special);
  for (const Shape &shape : kShapes)
    for (size_t axis = 0; axis < shape.size(); ++axis)
      addAlongAxis(cases, shape, axis, "f32", kUnit);
  // An empty sum is 0.
  addReduction(cases, "reduce_sum", {3, 0}, 2, "f32", kUnit);
  addReduction(cases, "reduce_any", {3, 0}, 2, "i1", kTruth);
  addReduction(cases, "reduce_all", {3, 0}, 2, "i1", kTruth);
  addRandom(cases);
  return cases;
}

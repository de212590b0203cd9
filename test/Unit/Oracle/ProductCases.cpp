//===- ProductCases.cpp - rows of contractions and convolutions -----------===//
//
// Sizes on both sides of every choice of the code generator: few rows or many,
// lanes that fill vectors or do not, every order of axes.
//
//===----------------------------------------------------------------------===//
#include "Cases.h"
#include "../Gradients/GradientCheck.h"
#include <map>

using namespace nnc::test;
using Shape = std::vector<int64_t>;

static void addContract(std::vector<Case> &cases, const std::string &spec,
                        std::map<char, int64_t> sizes,
                        const std::string &element, const Range &range) {
  size_t comma = spec.find(','), arrow = spec.find("->");
  auto typeOf = [&](const std::string &letters) {
    Shape shape;
    for (char letter : letters)
      shape.push_back(sizes.at(letter));
    return shaped(shape, element);
  };
  std::string lhs = typeOf(spec.substr(0, comma)),
              rhs = typeOf(spec.substr(comma + 1, arrow - comma - 1)),
              result = typeOf(spec.substr(arrow + 2));
  cases.push_back(makeCase("nn.contract", {{lhs, range}, {rhs, range}},
                           "%y = nn.contract \"" + spec + "\" %x0, %x1 : tensor<" +
                               lhs + ">, tensor<" + rhs + "> -> tensor<" +
                               result + ">",
                           "%y", {result}));
}

namespace {
struct Geometry {
  Shape strides, low, high, dilations;
  int64_t groups;
};
} // namespace

/// The trio of one convolution.
static void addConv(std::vector<Case> &cases, const Shape &input,
                    const Shape &weight, const Geometry &geometry,
                    const std::string &element, const Range &range) {
  Shape output{input[0], weight[0]};
  for (size_t i = 0; i < geometry.strides.size(); ++i)
    output.push_back((input[i + 2] + geometry.low[i] + geometry.high[i] -
                      geometry.dilations[i] * (weight[i + 2] - 1) - 1) /
                         geometry.strides[i] +
                     1);
  auto list = [](const Shape &values) {
    std::string text;
    for (int64_t value : values)
      text += (text.empty() ? "" : ", ") + std::to_string(value);
    return "[" + text + "]";
  };
  std::string attributes =
      " strides " + list(geometry.strides) + " low " + list(geometry.low) +
      " high " + list(geometry.high) + " dilations " +
      list(geometry.dilations) + " groups " + std::to_string(geometry.groups);
  auto add = [&](const std::string &op, const Shape &a, const Shape &b,
                 const Shape &y) {
    std::string lhs = shaped(a, element), rhs = shaped(b, element),
                result = shaped(y, element);
    cases.push_back(makeCase("nn." + op, {{lhs, range}, {rhs, range}},
                             "%y = nn." + op + " %x0, %x1" + attributes +
                                 " : tensor<" + lhs + ">, tensor<" + rhs +
                                 "> -> tensor<" + result + ">",
                             "%y", {result}));
  };
  add("conv", input, weight, output);
  add("conv_input_grad", output, weight, input);
  add("conv_weight_grad", input, output, weight);
}

static void addConvs(std::vector<Case> &cases, const std::string &element,
                     const Range &range) {
  auto add = [&](const Shape &input, const Shape &weight,
                 const Geometry &geometry) {
    addConv(cases, input, weight, geometry, element, range);
  };
  // Channels around vector widths; plain, padded, strided, dilated.
  add({2, 3, 9, 11}, {17, 3, 3, 3}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}, 1});
  add({1, 19, 7, 6}, {33, 19, 3, 2}, {{2, 1}, {1, 0}, {0, 1}, {1, 2}, 1});
  add({3, 16, 5, 5}, {8, 16, 1, 1}, {{1, 1}, {0, 0}, {0, 0}, {1, 1}, 1});
  add({1, 5, 10}, {7, 5, 4}, {{3}, {2}, {1}, {2}, 1});
  // Groups, depthwise, depthwise with a multiplier.
  add({2, 6, 8, 7}, {10, 3, 3, 3}, {{1, 2}, {1, 0}, {1, 2}, {1, 1}, 2});
  add({1, 17, 6, 9}, {17, 1, 3, 3}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}, 17});
  add({1, 4, 6, 7}, {12, 1, 2, 3}, {{2, 2}, {0, 1}, {1, 1}, {2, 1}, 4});
  add({1, 2, 5, 4, 6}, {9, 2, 2, 3, 2},
      {{1, 2, 1}, {1, 1, 0}, {0, 1, 1}, {2, 1, 1}, 1});
  // A window that reaches over both ends, and one row left of the image.
  add({1, 3, 2, 2}, {4, 3, 3, 3}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}, 1});
  add({1, 2, 7, 7}, {3, 2, 2, 2}, {{3, 3}, {0, 0}, {0, 0}, {1, 1}, 1});
  // Panels of channels packed one by one.
  add({1, 35, 4, 5}, {281, 35, 3, 3}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}, 1});
  add({1, 14, 5, 4}, {560, 7, 3, 6}, {{1, 1}, {1, 3}, {1, 2}, {1, 1}, 2});
  // Enough channels and tiles for transforms around the sums: even and odd
  // images, one and several blocks of them, borders of 0, 1 and 2.
  add({2, 34, 12, 18}, {48, 34, 3, 3}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}, 1});
  add({3, 64, 13, 15}, {65, 64, 3, 3}, {{1, 1}, {0, 2}, {1, 0}, {1, 1}, 1});
  add({17, 32, 15, 14}, {33, 32, 3, 3}, {{1, 1}, {1, 0}, {1, 2}, {1, 1}, 1});
  // Strides that share a factor with the dilation, or none: some results meet
  // every other tap, some meet none.
  add({2, 33, 9, 10}, {18, 33, 4, 3}, {{2, 3}, {2, 1}, {1, 2}, {2, 2}, 1});
  add({1, 34, 8, 12}, {6, 17, 3, 4}, {{2, 4}, {0, 3}, {1, 0}, {1, 2}, 2});
}

std::vector<Case> nnc::test::productCases() {
  std::vector<Case> cases;
  for (const char *element : {"f32", "f64"}) {
    for (const char *spec :
         {"ij,jk->ik", "ij,kj->ik", "ji,jk->ik", "ji,kj->ik", "ij,jk->ki",
          "ij,kj->ki", "ji,jk->ki", "ji,kj->ki"}) {
      for (const std::map<char, int64_t> &sizes :
           std::vector<std::map<char, int64_t>>{
               {{'i', 9}, {'j', 7}, {'k', 35}},
               {{'i', 1}, {'j', 33}, {'k', 17}},
               {{'i', 17}, {'j', 1}, {'k', 1}},
               {{'i', 37}, {'j', 5}, {'k', 3}}})
        addContract(cases, spec, sizes, element, kWhole);
    }
    addContract(cases, "ij,jk->ik", {{'i', 65}, {'j', 130}, {'k', 67}}, element,
                kUnit);
    // Rows a page apart, and columns that no cache close by holds.
    for (const char *spec : {"ij,jk->ik", "ji,jk->ik", "ji,kj->ik"})
      addContract(cases, spec, {{'i', 65}, {'j', 1024}, {'k', 131}}, element,
                  kUnit);
    // One row or a few, with a matrix that no cache close by holds.
    for (const char *spec : {"ij,jk->ik", "ij,kj->ik"})
      for (int64_t rows : {1, 3})
        addContract(cases, spec, {{'i', rows}, {'j', 301}, {'k', 270}}, element,
                    kUnit);
    // Few rows, which are packed instead of the larger operand.
    addContract(cases, "ij,kj->ik", {{'i', 64}, {'j', 97}, {'k', 150}}, element, kUnit);
    addContract(cases, "bkj,bij->bik", {{'b', 2}, {'i', 32}, {'j', 33}, {'k', 70}}, element,
                kUnit);
    // Rows next to each other in an operand that no cache close by holds.
    for (const char *spec : {"jbi,bjk->ik", "jbi,kbj->ik"})
      addContract(cases, spec, {{'b', 4}, {'i', 160}, {'j', 120}, {'k', 67}}, element, kUnit);
    // Panels packed one by one, in either order, with rests.
    for (const char *spec : {"ij,kj->ik", "bij,bjk->bik"})
      addContract(cases, spec,
                  {{'b', 2}, {'i', 10}, {'j', 257}, {'k', 281}}, element,
                  kUnit);
    // Two panels in each task, whose rows go from one to the next.
    addContract(cases, "ij,jk->ik", {{'i', 9}, {'j', 67}, {'k', 1045}}, element,
                kUnit);
    for (const char *spec :
         {"bij,bjk->bik", "bij,bkj->bik", "bji,bjk->bki", "ibj,jkb->ibk",
          "bij,jk->bik", "ij,bjk->bik", "bhij,bhkj->bhik", "bihj,bkhj->bhik",
          "bhik,bkhj->bihj", "bhcij,hkj->bcik", "ij,->ij", ",ij->ji", "ij,ij->",
          "ij,ij->i", "ij,ij->j", "ij,j->i", "ij,i->j", "i,jk->ikj", "i,i->i",
          "ij,ji->ij", "ijk,k->ij", "ijk,jl->il", "ij,kl->jl", "i,j->",
          "bhcij,j->bhci"})
      addContract(cases, spec,
                  {{'b', 3}, {'c', 2}, {'h', 2}, {'i', 9}, {'j', 19},
                   {'k', 5}, {'l', 4}},
                  element, kWhole);
    addConvs(cases, element, kWhole);
  }
  for (const char *element : {"i8", "ui8", "i16", "i32", "i64"}) {
    const Range any{Range::Plain, -99, 99};
    for (const char *spec : {"ij,jk->ik", "ij,ij->i", "bij,bkj->bik", "i,j->ij"})
      addContract(cases, spec,
                  {{'b', 2}, {'i', 9}, {'j', 19}, {'k', 17}}, element, any);
  }
  addConvs(cases, "f32", kUnit);
  return cases;
}

std::vector<Case> nnc::test::gradientCases(const std::string &element) {
  std::vector<Case> cases;
  int number = 0;
  for (const Row &row : gradientTable()) {
    std::string text = rowModule(row, element);
    size_t first = text.find("nn.entry @first"),
           second = text.find("nn.entry @second");
    std::vector<Range> ranges;
    for (const Argument &argument : row.arguments)
      ranges.push_back(argument.range);
    auto add = [&](std::string function, const char *name, size_t units) {
      function.replace(function.find(name), std::string(name).size(), "@$name");
      std::vector<Range> all = ranges;
      all.insert(all.end(), units, kUnit);
      cases.push_back({row.op, function, all});
    };
    add(text.substr(0, first), "@forward", 0);
    add(text.substr(first, second - first), "@first", 1);
    if (element == "f32" && number++ % 3 == 0)
      add(text.substr(second), "@second",
          1 + differentiableArguments(row).size());
  }
  return cases;
}

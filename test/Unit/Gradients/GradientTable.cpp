//===- GradientTable.cpp - one row per primitive and shape ----------------===//
//
// A new differentiable primitive gets a row here; a test fails while it has
// none.
//
//===----------------------------------------------------------------------===//
#include "GradientTable.h"

using namespace nnc::test;

namespace {
using Shape = std::vector<int64_t>;

constexpr Range unit{Range::Plain, -1, 1};
constexpr Range positive{Range::Plain, 0.5, 2};
constexpr Range nonzero{Range::EitherSign, 0.3, 2};
constexpr Range distinct{Range::Distinct, 0, 0};
constexpr Range truth{Range::Bool, 0, 2};
constexpr Range below(int64_t size) {
  return {Range::Index, 0, static_cast<double>(size)};
}

const std::vector<Shape> &elementwiseShapes() {
  static const std::vector<Shape> shapes{{},     {1},       {7},
                                         {2, 3}, {3, 1, 2}, {1, 2, 1, 3, 2}};
  return shapes;
}

/// An elementwise op for every shape; all floating-point arguments have it.
void addElementwise(std::vector<Row> &rows, const std::string &op,
                    const std::vector<Range> &ranges,
                    std::string attributes = "") {
  for (const Shape &shape : elementwiseShapes()) {
    Row row{"nn." + op, "%y = nn." + op + attributes, {}, shape};
    for (size_t i = 0; i < ranges.size(); ++i) {
      row.text += (i ? ", %x" : " %x") + std::to_string(i);
      row.arguments.push_back({shape, ranges[i]});
    }
    row.text += " : $r";
    rows.push_back(row);
  }
}

void addElementwiseRows(std::vector<Row> &rows) {
  addElementwise(rows, "abs", {nonzero});
  addElementwise(rows, "cos", {unit});
  addElementwise(rows, "erf", {unit});
  addElementwise(rows, "exp", {unit});
  addElementwise(rows, "expm1", {unit});
  addElementwise(rows, "log", {positive});
  addElementwise(rows, "log1p", {{Range::Plain, -0.5, 2}});
  addElementwise(rows, "logistic", {{Range::Plain, -4, 4}});
  addElementwise(rows, "neg", {unit});
  addElementwise(rows, "rsqrt", {positive});
  addElementwise(rows, "sin", {unit});
  addElementwise(rows, "sqrt", {positive});
  addElementwise(rows, "tanh", {{Range::Plain, -2, 2}});
  addElementwise(rows, "add", {unit, unit});
  addElementwise(rows, "div", {unit, nonzero});
  addElementwise(rows, "max", {distinct, distinct});
  addElementwise(rows, "min", {distinct, distinct});
  addElementwise(rows, "mod",
                 {{Range::Plain, 2.2, 2.8}, {Range::Plain, 0.95, 1.05}});
  addElementwise(rows, "mod",
                 {{Range::Plain, -2.8, -2.2}, {Range::Plain, 0.95, 1.05}});
  addElementwise(rows, "mul", {unit, unit});
  addElementwise(rows, "pow", {positive, {Range::Plain, -2, 3}});
  addElementwise(rows, "select", {truth, unit, unit});
  addElementwise(rows, "sub", {unit, unit});
  // One value on both sides.
  for (const char *op : {"add", "mul", "pow"})
    rows.push_back({std::string("nn.") + op,
                    std::string("%y = nn.") + op + " %x0, %x0 : $r",
                    {{{3}, positive}},
                    {3}});
  // Literal exponents; only integral ones take a negative base.
  for (const char *exponent : {"-2.0", "-1.0", "1.0", "2.0", "3.0", "4.0"})
    rows.push_back({"nn.pow",
                    std::string("%e = nn.constant dense<") + exponent +
                        "> : $r\n%y = nn.pow %x0, %e : $r",
                    {{{2, 3}, nonzero}},
                    {2, 3}});
  for (const char *exponent : {"-0.5", "0.5", "2.5"})
    rows.push_back({"nn.pow",
                    std::string("%e = nn.constant dense<") + exponent +
                        "> : $r\n%y = nn.pow %x0, %e : $r",
                    {{{2, 3}, positive}},
                    {2, 3}});
  // Between the two floating-point types, in both directions.
  for (const Shape &shape : elementwiseShapes())
    rows.push_back({"nn.convert",
                    "%c = nn.convert %x0 : $0 -> $other\n"
                    "%y = nn.convert %c : $other -> $r",
                    {{shape, unit}},
                    shape});
}

void addContractRows(std::vector<Row> &rows) {
  auto add = [&](const char *spec, Shape lhs, Shape rhs, Shape result) {
    rows.push_back({"nn.contract",
                    std::string("%y = nn.contract \"") + spec +
                        "\" %x0, %x1 : $0, $1 -> $r",
                    {{lhs, unit}, {rhs, unit}},
                    result});
  };
  add("bi,oi->bo", {2, 3}, {4, 3}, {2, 4});
  add("ij,jk->ik", {3, 5}, {5, 1}, {3, 1});
  add("bij,bjk->bik", {2, 3, 4}, {2, 4, 2}, {2, 3, 2});
  add("bhqd,bhkd->bhqk", {1, 2, 3, 2}, {1, 2, 3, 2}, {1, 2, 3, 3});
  add("abcde,ec->dab", {2, 1, 3, 2, 2}, {2, 3}, {2, 2, 1});
  add("i,i->", {7}, {7}, {});
  add("i,j->ij", {3}, {2}, {3, 2});
  add("i,j->ji", {3}, {2}, {2, 3});
  add(",->", {}, {}, {});
  add("ij,->ji", {2, 3}, {}, {3, 2});
  // Letters that one operand alone has: summed away, on either side or both.
  add("bik,io->bo", {2, 3, 2}, {3, 4}, {2, 4});
  add("i,jk->j", {3}, {2, 3}, {2});
  add("ka,bl->ba", {2, 3}, {2, 3}, {2, 3});
  add("iab,icd->", {2, 1, 3}, {2, 3, 1}, {});
  rows.push_back({"nn.contract",
                  "%y = nn.contract \"ij,kj->ik\" %x0, %x0 : $0, $0 -> $r",
                  {{{3, 2}, unit}},
                  {3, 3}});
}

/// The trio, with the sizes of input, weight and output.
void addConvRows(std::vector<Row> &rows) {
  auto add = [&](Shape input, Shape weight, Shape output,
                 const std::string &geometry) {
    rows.push_back({"nn.conv",
                    "%y = nn.conv %x0, %x1 " + geometry + " : $0, $1 -> $r",
                    {{input, unit}, {weight, unit}},
                    output});
    rows.push_back(
        {"nn.conv_input_grad",
         "%y = nn.conv_input_grad %x0, %x1 " + geometry + " : $0, $1 -> $r",
         {{output, unit}, {weight, unit}},
         input});
    rows.push_back(
        {"nn.conv_weight_grad",
         "%y = nn.conv_weight_grad %x0, %x1 " + geometry + " : $0, $1 -> $r",
         {{input, unit}, {output, unit}},
         weight});
  };
  add({2, 1, 5}, {3, 1, 3}, {2, 3, 3},
      "strides [1] low [0] high [0] dilations [1] groups 1");
  add({1, 2, 8}, {2, 2, 3}, {1, 2, 4},
      "strides [2] low [1] high [1] dilations [1] groups 1");
  add({1, 4, 7}, {6, 2, 2}, {1, 6, 3},
      "strides [2] low [1] high [0] dilations [3] groups 2");
  add({2, 2, 5, 4}, {3, 2, 3, 2}, {2, 3, 5, 3},
      "strides [1, 1] low [1, 0] high [1, 0] dilations [1, 1] groups 1");
  add({1, 3, 5, 6}, {3, 1, 2, 3}, {1, 3, 3, 3},
      "strides [2, 2] low [1, 1] high [0, 2] dilations [1, 2] groups 3");
  add({1, 2, 1, 1}, {4, 2, 1, 1}, {1, 4, 1, 1},
      "strides [1, 1] low [0, 0] high [0, 0] dilations [1, 1] groups 1");
  add({1, 2, 3, 4, 3}, {2, 1, 2, 3, 1}, {1, 2, 3, 2, 2},
      "strides [1, 2, 2] low [1, 0, 0] high [0, 1, 0] dilations [1, 1, 1] "
      "groups 2");
}

void addWindowRows(std::vector<Row> &rows) {
  auto add = [&](Shape input, Shape output, const std::string &windows) {
    rows.push_back({"nn.window_max",
                    "%y = nn.window_max %x0 " + windows + " : $0 -> $r",
                    {{input, distinct}},
                    output});
    rows.push_back({"nn.window_sum",
                    "%y = nn.window_sum %x0 " + windows + " : $0 -> $r",
                    {{input, unit}},
                    output});
    // The key is no differentiable argument, so it is one that has no gradient.
    rows.push_back({"nn.window_pick",
                    "%k = nn.stop_gradient %x0 : $0\n"
                    "%y = nn.window_pick %k, %x1 " +
                        windows + " : $0 -> $r",
                    {{input, distinct}, {input, unit}},
                    output});
    rows.push_back({"nn.window_scatter",
                    "%k = nn.stop_gradient %x0 : $0\n"
                    "%y = nn.window_scatter %k, %x1 " +
                        windows + " : $0, $1",
                    {{input, distinct}, {output, unit}},
                    input});
  };
  add({1, 1, 8}, {1, 1, 4}, "size [2] strides [2] low [0] high [0]");
  add({2, 3, 7}, {2, 3, 4}, "size [3] strides [2] low [1] high [1]");
  add({1, 2, 5}, {1, 2, 6}, "size [4] strides [1] low [3] high [1]");
  add({1, 1, 9}, {1, 1, 3}, "size [2] strides [3] low [0] high [0]");
  add({1, 2, 4, 5}, {1, 2, 4, 5},
      "size [3, 3] strides [1, 1] low [1, 1] high [1, 1]");
  add({2, 1, 5, 6}, {2, 1, 3, 2},
      "size [2, 3] strides [2, 3] low [1, 0] high [0, 2]");
  add({1, 2, 3, 4, 3}, {1, 2, 2, 2, 3},
      "size [2, 3, 1] strides [1, 2, 1] low [0, 1, 0] high [0, 0, 0]");
  add({1, 1, 1}, {1, 1, 1}, "size [1] strides [1] low [0] high [0]");
}

void addReduceRows(std::vector<Row> &rows) {
  auto add = [&](Shape shape, const std::string &axes, Shape result) {
    for (const char *op : {"reduce_sum", "reduce_max", "reduce_min"})
      rows.push_back(
          {std::string("nn.") + op,
           std::string("%y = nn.") + op + " %x0 " + axes + " : $0 -> $r",
           {{shape, distinct}},
           result});
  };
  add({}, "[]", {});
  add({1}, "[0]", {});
  add({7}, "[0]", {});
  add({2, 3}, "[]", {2, 3});
  add({2, 3}, "[1]", {2});
  add({2, 3}, "[0]", {3});
  add({2, 3}, "[0, 1]", {});
  add({2, 3, 4}, "[0, 2]", {3});
  add({1, 3, 1, 2}, "[0, 2]", {3, 2});
  add({2, 1, 3, 1, 2}, "[1, 2, 4]", {2, 1});

  auto addCumSum = [&](Shape shape, const std::string &axis) {
    for (const char *reverse : {"", " reverse"})
      rows.push_back({"nn.cumsum",
                      "%y = nn.cumsum %x0 axis " + axis + reverse + " : $r",
                      {{shape, unit}},
                      shape});
  };
  addCumSum({7}, "0");
  addCumSum({2, 3}, "0");
  addCumSum({2, 3}, "1");
  addCumSum({2, 1, 3, 1, 2}, "2");
}

void addShapeRows(std::vector<Row> &rows) {
  auto add = [&](const std::string &op, const std::string &attributes,
                 Shape operand, Shape result) {
    std::string type = op == "reverse" ? " : $r" : " : $0 -> $r";
    rows.push_back({"nn." + op,
                    "%y = nn." + op + " %x0" + attributes + type,
                    {{operand, unit}},
                    result});
  };
  add("reshape", "", {2, 6}, {3, 4});
  add("reshape", "", {}, {1, 1, 1});
  add("reshape", "", {2, 1, 3, 1, 2}, {12});
  add("broadcast", " []", {}, {2, 3});
  add("broadcast", " []", {}, {});
  add("broadcast", " [1]", {3}, {2, 3});
  add("broadcast", " [0]", {2}, {2, 3});
  add("broadcast", " [0, 1]", {1, 3}, {2, 3});
  add("broadcast", " [1, 2]", {1, 1}, {4, 3, 1});
  add("broadcast", " [0, 2, 4]", {2, 1, 3}, {2, 2, 3, 1, 3});
  add("transpose", " []", {}, {});
  add("transpose", " [1, 0]", {2, 3}, {3, 2});
  add("transpose", " [2, 0, 1]", {2, 3, 4}, {4, 2, 3});
  add("transpose", " [3, 1, 4, 0, 2]", {2, 1, 3, 2, 1}, {2, 1, 1, 2, 3});
  add("slice", " [] to [] by []", {}, {});
  add("slice", " [2] to [7] by [1]", {7}, {5});
  add("slice", " [1] to [6] by [2]", {8}, {3});
  add("slice", " [2, 1] to [4, 7] by [3, 2]", {4, 8}, {1, 3});
  add("slice", " [0, 1, 0, 0, 1] to [2, 2, 3, 1, 2] by [1, 1, 2, 1, 1]",
      {2, 3, 3, 1, 2}, {2, 1, 2, 1, 1});
  add("reverse", " [0]", {4}, {4});
  add("reverse", " [0, 2]", {2, 3, 3}, {2, 3, 3});
  add("reverse", " []", {}, {});

  auto addPad = [&](const std::string &amounts, Shape operand, Shape result) {
    rows.push_back({"nn.pad",
                    "%y = nn.pad %x0, %x1 " + amounts + " : $0, $1 -> $r",
                    {{operand, unit}, {{}, unit}},
                    result});
  };
  // Without padding, there is no gradient by its value.
  rows.push_back(
      {"nn.pad",
       "%k = nn.stop_gradient %x1 : $1\n"
       "%y = nn.pad %x0, %k low [] high [] interior [] : $0, $1 -> $r",
       {{{}, unit}, {{}, unit}},
       {}});
  addPad("low [1] high [2] interior [1]", {3}, {8});
  addPad("low [0, 1] high [0, 2] interior [0, 0]", {2, 3}, {2, 6});
  addPad("low [1, 0] high [0, 0] interior [2, 3]", {2, 1}, {5, 1});
  addPad("low [0, 0, 1, 0, 0] high [0, 1, 0, 0, 0] interior [0, 0, 1, 0, 2]",
         {1, 2, 2, 1, 2}, {1, 3, 4, 1, 4});

  rows.push_back({"nn.concat",
                  "%y = nn.concat %x0 axis 0 : $0 -> $r",
                  {{{3}, unit}},
                  {3}});
  rows.push_back({"nn.concat",
                  "%y = nn.concat %x0, %x1 axis 1 : $0, $1 -> $r",
                  {{{2, 3}, unit}, {{2, 4}, unit}},
                  {2, 7}});
  rows.push_back({"nn.concat",
                  "%y = nn.concat %x0, %x1, %x0 axis 0 : $0, $1, $0 -> $r",
                  {{{2, 1, 3}, unit}, {{1, 1, 3}, unit}},
                  {5, 1, 3}});
}

void addIndexRows(std::vector<Row> &rows) {
  auto add = [&](const std::string &axis, Shape operand, Shape index,
                 Shape gathered, int64_t size) {
    rows.push_back({"nn.gather",
                    "%y = nn.gather %x0, %x1 axis " + axis + " : $0, $1 -> $r",
                    {{operand, unit}, {index, below(size)}},
                    gathered});
    rows.push_back(
        {"nn.scatter_add",
         "%y = nn.scatter_add %x0, %x1, %x2 axis " + axis + " : $0, $1, $2",
         {{operand, unit}, {index, below(size)}, {gathered, unit}},
         operand});
  };
  add("0", {5}, {}, {}, 5);
  add("0", {5, 2}, {7}, {7, 2}, 5);
  add("1", {2, 4}, {2, 3}, {2, 2, 3}, 4);
  add("1", {2, 3, 1, 2}, {1}, {2, 1, 1, 2}, 3);
  add("2", {1, 2, 3}, {2, 1, 2}, {1, 2, 2, 1, 2}, 3);

  auto addSort = [&](const std::string &axis, Shape shape) {
    for (const char *order : {"", " descending"})
      rows.push_back(
          {"nn.sort",
           "%y, %i = nn.sort %x0 axis " + axis + order + " : $0 -> $index",
           {{shape, distinct}},
           shape});
  };
  addSort("0", {1});
  addSort("0", {7});
  addSort("0", {3, 2});
  addSort("1", {2, 5});
  addSort("1", {1, 4, 1});
  addSort("2", {2, 1, 3, 1, 2});
}
/// Loops: captures that are used by contractions, biases, factors; values that
/// are the same in all turns; a loop in a loop.
void addScanRows(std::vector<Row> &rows) {
  // Turns multiply their slopes: neither lost nor too steep for differences.
  constexpr Range mild{Range::Plain, 0.4, 0.7};
  rows.push_back({"nn.scan",
                  R"(%last, %y = nn.scan 5 carry(%a = %x0 : $0) over(%xt = %x1 : $1) with(%w = %x2 : $2, %b = %x3 : $3) collect($1) {
    %p = nn.contract "i,oi->o" %a, %w : $0, $2 -> $0
    %q = nn.add %p, %xt : $0
    %s_ = nn.add %q, %b : $0
    %n = nn.tanh %s_ : $0
    nn.next %n collect %n : $0 collect $0
  })",
                  {{{2}, unit}, {{5, 2}, unit}, {{2, 2}, unit}, {{2}, unit}},
                  {5, 2}});
  rows.push_back({"nn.scan",
                  R"(%y, %c = nn.scan 3 reverse carry(%a = %x0 : $0, %d = %x4 : $4) over(%xt = %x1 : $1) with(%w = %x2 : $2, %b = %x3 : $3) {
    %t = nn.transpose %w [1, 0] : $2 -> $2
    %p = nn.contract "bi,oi->bo" %a, %t : $0, $2 -> $0
    %s_ = nn.mul %b, %b : $3
    %r = nn.broadcast %s_ [1] : $3 -> $0
    %q = nn.add %p, %r : $0
    %sin = nn.sin %q : $0
    %prod = nn.mul %sin, %xt : $0
    %f = nn.broadcast %d [0, 1] : $4 -> $0
    %n = nn.add %prod, %f : $0
    %ww = nn.contract "ij,jk->ik" %w, %w : $2, $2 -> $2
    %m = nn.contract "bi,oi->bo" %n, %ww : $0, $2 -> $0
    %e = nn.mul %d, %d : $4
    nn.next %m, %e : $0, $4
  })",
                  {{{4, 2}, mild}, {{3, 4, 2}, mild}, {{2, 2}, mild}, {{2}, unit}, {{4, 2}, unit}},
                  {4, 2}});
  rows.push_back({"nn.scan",
                  R"(%last, %y = nn.scan 3 carry(%a = %x0 : $0) over(%xt = %x1 : $1) with(%w = %x2 : $2, %m = %x3 : $3) collect($1) {
    %z = nn.mul %xt, %m : $3
    %b, %bs = nn.scan 4 reverse carry(%c = %a : $0) over(%zt = %z : $3) with(%k = %w : $2) collect($3) {
      %p = nn.contract "i,oi->o" %c, %k : $0, $2 -> $0
      %q = nn.mul %p, %zt : $0
      %n = nn.sin %q : $0
      nn.next %n collect %q : $0 collect $0
    }
    %e = nn.mul %b, %a : $0
    %bb = nn.mul %bs, %bs : $3
    nn.next %e collect %bb : $0 collect $3
  })",
                  {{{2}, mild}, {{3, 4, 2}, mild}, {{2, 2}, mild}, {{4, 2}, mild}},
                  {3, 4, 2}});
}
} // namespace

std::vector<Row> nnc::test::gradientTable() {
  std::vector<Row> rows;
  addElementwiseRows(rows);
  addContractRows(rows);
  addConvRows(rows);
  addWindowRows(rows);
  addReduceRows(rows);
  addShapeRows(rows);
  addIndexRows(rows);
  addScanRows(rows);
  return rows;
}

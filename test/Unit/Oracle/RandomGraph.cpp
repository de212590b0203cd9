//===- RandomGraph.cpp - valid graphs drawn at random ---------------------===//
//
// A pool of values grows op by op; each op takes values from the pool, recent
// ones first, and what it cannot use as it is it brings into shape.
//
//===----------------------------------------------------------------------===//
#include "RandomGraph.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

using namespace nnc::test;
using Shape = std::vector<int64_t>;

namespace {

struct Node {
  std::string name, element;
  Shape shape;

  std::string type() const { return "tensor<" + shaped(shape, element) + ">"; }
  int64_t size() const {
    int64_t size = 1;
    for (int64_t extent : shape)
      size *= extent;
    return size;
  }
};

class Generator {
public:
  explicit Generator(uint64_t seed) : random(seed) {}
  Case generate(unsigned most);

private:
  static constexpr int64_t kMostElements = 700;

  int64_t below(int64_t count) { return random.nextBelow(count); }
  bool chance(int percent) { return below(100) < percent; }
  template <typename T>
  T oneOf(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

  int64_t drawSize() { return oneOf<int64_t>({1, 2, 3, 4, 5, 7, 8, 9, 16, 17}); }
  Shape drawShape(size_t rank);
  Node addInput(const std::string &element, const Shape &shape, Range range);
  Node emit(const std::string &text, const std::string &element,
            const Shape &shape);
  Node constant(const std::string &element, const Shape &shape,
                const std::string &value) {
    return emit("nn.constant dense<" + value + "> : tensor<" +
                    shaped(shape, element) + ">",
                element, shape);
  }
  Node unary(const std::string &op, const Node &x) {
    return emit("nn." + op + " " + x.name + " : " + x.type(), x.element, x.shape);
  }
  Node binary(const std::string &op, const Node &x, const Node &y) {
    return emit("nn." + op + " " + x.name + ", " + y.name + " : " + x.type(),
                x.element, x.shape);
  }
  Node convert(const Node &x, const std::string &to) {
    if (x.element == to)
      return x;
    return emit("nn.convert " + x.name + " : " + x.type() + " -> tensor<" +
                    shaped(x.shape, to) + ">",
                to, x.shape);
  }
  Node reshape(const Node &x, const Shape &shape) {
    return emit("nn.reshape " + x.name + " : " + x.type() + " -> tensor<" +
                    shaped(shape, x.element) + ">",
                x.element, shape);
  }
  /// A value of the pool, or of it brought to the floating-point type.
  Node pick();
  Node pickFloat() { return convert(pick(), element); }
  /// One of the same type, by converting, moving or drawing.
  Node pickLike(const Node &x);
  Node pickIndex(const Shape &shape, int64_t size);
  /// At least three axes.
  Node pickImage();

  void grow();
  void growUnary();
  void growBinary();
  void growChoice();
  void growMove();
  void growResize();
  void growReduction();
  void growIndexed();
  void growContract();
  void growConv();
  void growWindow();
  void growRandom();
  Node loss();

  Sampler random;
  std::string element, arguments, body;
  std::vector<Range> ranges;
  std::vector<Node> pool, inputs;
  int numValues = 0;
};

} // namespace

static std::string listOf(const Shape &values) {
  std::string text;
  for (int64_t value : values)
    text += (text.empty() ? "" : ", ") + std::to_string(value);
  return "[" + text + "]";
}

Shape Generator::drawShape(size_t rank) {
  Shape shape;
  int64_t size = 1;
  for (size_t i = 0; i < rank; ++i) {
    int64_t extent = drawSize();
    if (size * extent > kMostElements)
      extent = 1;
    size *= extent;
    shape.push_back(extent);
  }
  return shape;
}

Node Generator::addInput(const std::string &element, const Shape &shape,
                         Range range) {
  Node node{"%x" + std::to_string(ranges.size()), element, shape};
  arguments += (arguments.empty() ? "" : ", ") + node.name + ": " + node.type();
  ranges.push_back(range);
  return node;
}

Node Generator::emit(const std::string &text, const std::string &element,
                     const Shape &shape) {
  Node node{"%v" + std::to_string(numValues++), element, shape};
  body += "  " + node.name + " = " + text + "\n";
  return node;
}

Node Generator::pick() {
  // The later half twice as often, so that graphs get deep.
  size_t from = chance(50) ? pool.size() / 2 : 0;
  return pool[from + below(pool.size() - from)];
}

Node Generator::pickLike(const Node &x) {
  std::vector<Node> same;
  for (const Node &node : pool)
    if (node.shape == x.shape && node.element == x.element)
      same.push_back(node);
  if (!same.empty() && chance(60))
    return same[below(same.size())];
  if (x.element != element)
    return convert(pickLike({"", element, x.shape}), x.element);
  // A part of the axes, repeated along the others.
  Shape axes, shape;
  for (size_t axis = 0; axis < x.shape.size(); ++axis)
    if (chance(60)) {
      axes.push_back(axis);
      shape.push_back(chance(20) ? 1 : x.shape[axis]);
    }
  Node part = addInput(element, shape, kUnit);
  inputs.push_back(part);
  if (shape == x.shape)
    return part;
  return emit("nn.broadcast " + part.name + " " + listOf(axes) + " : " +
                  part.type() + " -> " + x.type(),
              element, x.shape);
}

Node Generator::pickIndex(const Shape &shape, int64_t size) {
  if (chance(60))
    return addInput(oneOf<std::string>({"i32", "i64"}), shape, indexBelow(size));
  Node any = pickLike({"", "i32", shape});
  return binary("mod", any, constant("i32", shape, std::to_string(size)));
}

Node Generator::pickImage() {
  Node x = pickFloat();
  if (x.shape.size() > 5)
    return reshape(x, {1, 1, x.size()});
  if (x.shape.size() >= 3)
    return x;
  Shape shape = x.shape;
  while (shape.size() < 3)
    shape.insert(shape.begin(), 1);
  return reshape(x, shape);
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

void Generator::growUnary() {
  Node x = pickFloat();
  const char *simple[] = {"abs",   "neg",  "tanh",  "tanh",     "sin",  "cos",
                          "floor", "ceil", "round", "logistic", "sign", "erf"};
  int64_t which = below(std::size(simple) + 6);
  if (which < static_cast<int64_t>(std::size(simple))) {
    pool.push_back(unary(simple[which], x));
    return;
  }
  // Where the function is defined and stays small.
  Node small = unary("tanh", x);
  Node positive = binary("add", binary("mul", small, small),
                         constant(element, x.shape, "0.5"));
  const char *partial[] = {"log", "sqrt", "rsqrt", "log1p"};
  switch (which - std::size(simple)) {
  case 0:
    pool.push_back(unary(oneOf({"exp", "expm1"}), small));
    break;
  case 1:
    pool.push_back(binary("pow", positive, small));
    break;
  default:
    pool.push_back(unary(partial[below(4)], positive));
  }
}

void Generator::growBinary() {
  Node x = pick();
  if (x.element == "i1") {
    pool.push_back(chance(20) ? unary("not", x)
                              : binary(oneOf({"and", "or"}), x, pickLike(x)));
    return;
  }
  Node y = pickLike(x);
  if (x.element == element && chance(15)) {
    Node square = binary("mul", y, y);
    pool.push_back(binary(
        "div", x, binary("add", square, constant(element, x.shape, "1.0"))));
    return;
  }
  const char *op = oneOf({"add", "sub", "mul", "mul", "max", "min"});
  if (x.element != element && chance(30))
    op = oneOf({"floordiv", "mod"});
  pool.push_back(binary(op, x, y));
}

void Generator::growChoice() {
  Node x = pick();
  Node y = pickLike(x);
  Node c = emit(std::string("nn.compare ") +
                    oneOf({"eq", "ne", "lt", "le", "gt", "ge"}) + " " + x.name +
                    ", " + y.name + " : " + x.type(),
                "i1", x.shape);
  pool.push_back(c);
  if (chance(70))
    pool.push_back(emit("nn.select " + c.name + ", " + y.name + ", " + x.name +
                            " : " + x.type(),
                        x.element, x.shape));
  if (x.element != element && chance(30))
    pool.push_back(convert(x, element));
  if (x.element == element && chance(20))
    pool.push_back(convert(x, oneOf<std::string>({"i32", "i8", "i64"})));
}

void Generator::growMove() {
  Node x = pick();
  size_t rank = x.shape.size();
  switch (below(4)) {
  case 0: {
    // Factors of the number of elements, dealt out anew.
    Shape shape(below(4) + 1, 1);
    int64_t left = x.size();
    for (int64_t prime = 2; left > 1; ++prime)
      for (; left % prime == 0; left /= prime)
        shape[below(shape.size())] *= prime;
    pool.push_back(reshape(x, shape));
    return;
  }
  case 1: {
    Shape permutation, shape;
    for (size_t axis = 0; axis < rank; ++axis)
      permutation.insert(permutation.begin() + below(axis + 1), axis);
    for (int64_t from : permutation)
      shape.push_back(x.shape[from]);
    pool.push_back(emit("nn.transpose " + x.name + " " + listOf(permutation) +
                            " : " + x.type() + " -> tensor<" +
                            shaped(shape, x.element) + ">",
                        x.element, shape));
    return;
  }
  case 2: {
    Shape axes;
    for (size_t axis = 0; axis < rank; ++axis)
      if (chance(50))
        axes.push_back(axis);
    pool.push_back(emit("nn.reverse " + x.name + " " + listOf(axes) + " : " +
                            x.type(),
                        x.element, x.shape));
    return;
  }
  default: {
    Shape axes, shape;
    int64_t size = x.size();
    for (size_t axis = 0; axis < rank; ++axis) {
      if (shape.size() + (rank - axis) < 5 && chance(30)) {
        int64_t extent = drawSize();
        if (size * extent <= kMostElements) {
          shape.push_back(extent);
          size *= extent;
        }
      }
      axes.push_back(shape.size());
      int64_t extent = x.shape[axis];
      if (extent == 1 && chance(50))
        extent = std::min(drawSize(), kMostElements / size);
      size *= extent / x.shape[axis];
      shape.push_back(std::max<int64_t>(extent, 1));
    }
    pool.push_back(emit("nn.broadcast " + x.name + " " + listOf(axes) + " : " +
                            x.type() + " -> tensor<" + shaped(shape, x.element) +
                            ">",
                        x.element, shape));
  }
  }
}

void Generator::growResize() {
  Node x = pick();
  size_t rank = x.shape.size();
  if (rank == 0)
    return;
  Shape a, b, c, shape;
  switch (below(3)) {
  case 0:
    for (int64_t extent : x.shape) {
      int64_t start = below(extent), stride = chance(70) ? 1 : 1 + below(3);
      int64_t limit = start + 1 + below(extent - start);
      a.push_back(start), b.push_back(limit), c.push_back(stride);
      shape.push_back((limit - start - 1) / stride + 1);
    }
    pool.push_back(emit("nn.slice " + x.name + " " + listOf(a) + " to " +
                            listOf(b) + " by " + listOf(c) + " : " + x.type() +
                            " -> tensor<" + shaped(shape, x.element) + ">",
                        x.element, shape));
    return;
  case 1: {
    if (x.size() > kMostElements / 4)
      return;
    int64_t size = 1;
    for (int64_t extent : x.shape) {
      bool room = size < kMostElements / 16;
      int64_t low = room ? below(3) : 0, high = room ? below(3) : 0,
              interior = room && chance(25) ? 1 + below(2) : 0;
      a.push_back(low), b.push_back(high), c.push_back(interior);
      shape.push_back(low + extent + (extent - 1) * interior + high);
      size *= shape.back();
    }
    Node value = x.element == element ? addInput(element, {}, kUnit)
                 : x.element == "i1"  ? constant("i1", {}, "true")
                                      : constant(x.element, {}, "3");
    pool.push_back(emit("nn.pad " + x.name + ", " + value.name + " low " +
                            listOf(a) + " high " + listOf(b) + " interior " +
                            listOf(c) + " : " + x.type() + ", " + value.type() +
                            " -> tensor<" + shaped(shape, x.element) + ">",
                        x.element, shape));
    return;
  }
  default: {
    if (x.size() > kMostElements / 2)
      return;
    Node y = pickLike(x);
    int64_t axis = below(rank);
    shape = x.shape;
    shape[axis] *= 2;
    pool.push_back(emit("nn.concat " + x.name + ", " + y.name + " axis " +
                            std::to_string(axis) + " : " + x.type() + ", " +
                            y.type() + " -> tensor<" + shaped(shape, x.element) +
                            ">",
                        x.element, shape));
  }
  }
}

void Generator::growReduction() {
  Node x = pick();
  if (x.shape.empty())
    return;
  std::string axis = std::to_string(below(x.shape.size()));
  if (x.element != "i1" && chance(25)) {
    if (chance(50)) {
      pool.push_back(emit("nn.cumsum " + x.name + " axis " + axis +
                              (chance(50) ? " reverse" : "") + " : " + x.type(),
                          x.element, x.shape));
      return;
    }
    Shape kept = x.shape;
    kept.erase(kept.begin() + std::stoi(axis));
    pool.push_back(emit(std::string("nn.") + oneOf({"argmax", "argmin"}) + " " +
                            x.name + " axis " + axis + " : " + x.type() +
                            " -> tensor<" + shaped(kept, "i32") + ">",
                        "i32", kept));
    return;
  }
  Shape axes, kept;
  for (size_t i = 0; i < x.shape.size(); ++i)
    if (chance(50))
      axes.push_back(i);
    else
      kept.push_back(x.shape[i]);
  const char *op = x.element == "i1"
                       ? oneOf({"reduce_any", "reduce_all"})
                       : oneOf({"reduce_sum", "reduce_sum", "reduce_max", "reduce_min"});
  pool.push_back(emit(std::string("nn.") + op + " " + x.name + " " +
                          listOf(axes) + " : " + x.type() + " -> tensor<" +
                          shaped(kept, x.element) + ">",
                      x.element, kept));
  // Back to where it came from, as normalisations do.
  if (chance(50)) {
    Shape others;
    for (size_t i = 0; i < x.shape.size(); ++i)
      if (!llvm::is_contained(axes, static_cast<int64_t>(i)))
        others.push_back(i);
    pool.push_back(emit("nn.broadcast " + pool.back().name + " " +
                            listOf(others) + " : " + pool.back().type() +
                            " -> " + x.type(),
                        x.element, x.shape));
  }
}

void Generator::growIndexed() {
  Node x = pick();
  if (x.shape.empty())
    return;
  int64_t axis = below(x.shape.size());
  std::string at = std::to_string(axis);
  if (x.element != "i1" && chance(25)) {
    std::string name = "%v" + std::to_string(numValues++);
    body += "  " + name + ":2 = nn.sort " + x.name + " axis " + at +
            (chance(50) ? " descending" : "") + " : " + x.type() +
            " -> tensor<" + shaped(x.shape, "i32") + ">\n";
    pool.push_back({name + "#0", x.element, x.shape});
    pool.push_back({name + "#1", "i32", x.shape});
    return;
  }
  Shape places = drawShape(below(3));
  int64_t slice = x.size() / x.shape[axis];
  if (Node{"", "", places}.size() * slice > kMostElements)
    places.clear();
  Node index = pickIndex(places, x.shape[axis]);
  if (chance(15)) {
    Shape shape = places;
    shape.push_back(x.shape[axis]);
    pool.push_back(emit("nn.one_hot " + index.name + " : " + index.type() +
                            " -> tensor<" + shaped(shape, element) + ">",
                        element, shape));
    return;
  }
  Shape gathered(x.shape.begin(), x.shape.begin() + axis);
  gathered.insert(gathered.end(), places.begin(), places.end());
  gathered.insert(gathered.end(), x.shape.begin() + axis + 1, x.shape.end());
  if (gathered.size() > 6)
    return;
  if (x.element != "i1" && chance(40)) {
    Node updates = pickLike({"", x.element, gathered});
    pool.push_back(emit("nn.scatter_add " + x.name + ", " + index.name + ", " +
                            updates.name + " axis " + at + " : " + x.type() +
                            ", " + index.type() + ", " + updates.type(),
                        x.element, x.shape));
    return;
  }
  pool.push_back(emit("nn.gather " + x.name + ", " + index.name + " axis " + at +
                          " : " + x.type() + ", " + index.type() +
                          " -> tensor<" + shaped(gathered, x.element) + ">",
                      x.element, gathered));
}

void Generator::growContract() {
  Node x = pick();
  if (x.element == "i1")
    x = convert(x, element);
  std::string lhs, rhs, result;
  std::vector<std::pair<char, int64_t>> letters;
  for (int64_t extent : x.shape) {
    lhs.push_back('a' + letters.size());
    letters.push_back({lhs.back(), extent});
  }
  // Some letters of the left side, some of its own, in any order.
  Shape shape;
  std::vector<std::pair<char, int64_t>> right;
  int64_t size = 1;
  for (auto [letter, extent] : letters)
    if (chance(60))
      right.push_back({letter, extent});
  while (right.size() < 4 && chance(50)) {
    letters.push_back({static_cast<char>('a' + letters.size()), drawSize()});
    right.push_back(letters.back());
  }
  for (size_t i = right.size(); i > 1; --i)
    std::swap(right[i - 1], right[below(i)]);
  for (auto [letter, extent] : right) {
    rhs.push_back(letter);
    shape.push_back(extent);
    size *= extent;
  }
  if (size > kMostElements)
    return;
  Node y = pickLike({"", x.element, shape});
  Shape kept;
  for (size_t i = letters.size(); i > 1; --i)
    std::swap(letters[i - 1], letters[below(i)]);
  size = 1;
  for (auto [letter, extent] : letters)
    if (kept.size() < 5 && size * extent <= kMostElements && chance(55)) {
      result.push_back(letter);
      kept.push_back(extent);
      size *= extent;
    }
  pool.push_back(emit("nn.contract \"" + lhs + "," + rhs + "->" + result +
                          "\" " + x.name + ", " + y.name + " : " + x.type() +
                          ", " + y.type() + " -> tensor<" +
                          shaped(kept, x.element) + ">",
                      x.element, kept));
}

void Generator::growConv() {
  Node x = pickImage();
  int64_t groups = chance(40) ? x.shape[1] : 1;
  Shape weight{groups * oneOf<int64_t>({1, 2, 3, 17}), x.shape[1] / groups};
  Shape output{x.shape[0], weight[0]}, strides, low, high, dilations;
  for (size_t axis = 2; axis < x.shape.size(); ++axis) {
    int64_t extent = x.shape[axis], k = 1 + below(3), dilation = 1 + below(2);
    int64_t reach = dilation * (k - 1) + 1;
    low.push_back(below(reach)), high.push_back(below(reach));
    while (extent + low.back() + high.back() < reach)
      ++high.back();
    weight.push_back(k);
    dilations.push_back(dilation);
    strides.push_back(1 + below(2));
    output.push_back((extent + low.back() + high.back() - reach) /
                         strides.back() + 1);
  }
  Node shape{"", element, output};
  if (shape.size() > 2 * kMostElements)
    return;
  Node w = pickLike({"", element, weight});
  pool.push_back(emit("nn.conv " + x.name + ", " + w.name + " strides " +
                          listOf(strides) + " low " + listOf(low) + " high " +
                          listOf(high) + " dilations " + listOf(dilations) +
                          " groups " + std::to_string(groups) + " : " +
                          x.type() + ", " + w.type() + " -> " + shape.type(),
                      element, output));
}

void Generator::growWindow() {
  Node x = pickImage();
  Shape size, strides, low, high, output{x.shape[0], x.shape[1]};
  for (size_t axis = 2; axis < x.shape.size(); ++axis) {
    int64_t extent = x.shape[axis], k = 1 + below(std::min<int64_t>(extent, 3));
    size.push_back(k);
    strides.push_back(1 + below(3));
    low.push_back(below(k)), high.push_back(below(k));
    output.push_back((extent + low.back() + high.back() - k) / strides.back() + 1);
  }
  std::string geometry = " size " + listOf(size) + " strides " +
                         listOf(strides) + " low " + listOf(low) + " high " +
                         listOf(high) + " : ";
  Node shape{"", element, output};
  pool.push_back(emit(std::string("nn.") + oneOf({"window_max", "window_sum"}) +
                          " " + x.name + geometry + x.type() + " -> " +
                          shape.type(),
                      element, output));
}

void Generator::growRandom() {
  Node state = addInput("i64", {2}, {Range::Plain, -9e18, 9e18});
  Shape shape = drawShape(1 + below(3));
  pool.push_back(emit(std::string("nn.") +
                          oneOf({"random_uniform", "random_normal"}) + " " +
                          state.name + " stream " + std::to_string(below(5)) +
                          " : tensor<" + shaped(shape, element) + ">",
                      element, shape));
}

void Generator::grow() {
  static constexpr void (Generator::*kinds[])() = {
      &Generator::growUnary,     &Generator::growUnary,
      &Generator::growBinary,    &Generator::growBinary,
      &Generator::growBinary,    &Generator::growChoice,
      &Generator::growMove,      &Generator::growMove,
      &Generator::growResize,    &Generator::growReduction,
      &Generator::growReduction, &Generator::growIndexed,
      &Generator::growContract,  &Generator::growContract,
      &Generator::growConv,      &Generator::growWindow};
  if (chance(3))
    return growRandom();
  (this->*kinds[below(std::size(kinds))])();
}

/// The sum of tanh of a value, so that no gradient explodes, and of the squares of
/// the inputs, so that each has one.
Node Generator::loss() {
  auto sum = [&](const Node &x) {
    Shape axes;
    for (size_t axis = 0; axis < x.shape.size(); ++axis)
      axes.push_back(axis);
    return emit("nn.reduce_sum " + x.name + " " + listOf(axes) + " : " +
                    x.type() + " -> tensor<" + element + ">",
                element, {});
  };
  Node total = sum(unary("tanh", pickFloat()));
  for (const Node &input : inputs)
    total = binary("add", total, sum(binary("mul", input, input)));
  return total;
}

Case Generator::generate(unsigned most) {
  element = chance(75) ? "f32" : "f64";
  for (int i = 0; i < 2; ++i) {
    Node input = addInput(element, drawShape(below(5)),
                          chance(30) ? kWhole : kUnit);
    inputs.push_back(input);
    pool.push_back(input);
  }
  pool.push_back(addInput("i32", drawShape(below(3)), kWhole));
  unsigned count = 3 + below(most);
  for (unsigned i = 0; i < count; ++i)
    grow();
  std::string returned, types;
  auto give = [&](const Node &node) {
    returned += (returned.empty() ? "" : ", ") + node.name;
    types += (types.empty() ? "" : ", ") + node.type();
  };
  for (int i = 0; i < 3; ++i)
    give(pool[below(pool.size())]);
  give(pool.back());
  if (chance(70)) {
    Node l = loss();
    give(l);
    std::string names, wrtTypes, results;
    for (size_t i = 0; i < inputs.size(); ++i) {
      Node gradient = inputs[i];
      gradient.name = "%g#" + std::to_string(i);
      give(gradient);
      names += (i ? ", " : "") + inputs[i].name;
      wrtTypes += (i ? ", " : "") + inputs[i].type();
    }
    body += "  %g:" + std::to_string(inputs.size()) + " = nn.gradient " +
            l.name + " by " + names + " : " + l.type() + " by " + wrtTypes +
            " -> " + wrtTypes + "\n";
  }
  return {"",
          "nn.entry @$name(" + arguments + ") -> (" + types + ") {\n" + body +
              "  nn.return " + returned + " : " + types + "\n}\n",
          ranges};
}

Case nnc::test::makeRandomGraph(uint64_t seed, unsigned most) {
  return Generator(seed).generate(most);
}

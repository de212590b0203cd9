//===- Elements.cpp - elements of values that are not stored --------------===//
//
// Ops that move indices become index arithmetic; windows are unrolled, in
// row-major order, so that "first of equals" is the order of the expression.
//
//===----------------------------------------------------------------------===//
#include "Algorithm.h"
#include <algorithm>
#include <limits>

using namespace Halide;

namespace nnc::halide {

static Expr linearize(const Indices &indices, const Shape &shape) {
  Expr linear = index(0);
  for (size_t axis = 0; axis != shape.size(); ++axis)
    linear = linear * index(shape[axis]) + indices[axis];
  return linear;
}

/// The index into `from` of the element that stands at `indices` in `to`.
static Indices reshapeIndices(const Indices &indices, const Shape &to, const Shape &from) {
  auto kept = [](const Shape &shape) {
    Shape result;
    for (int64_t size : shape)
      if (size != 1)
        result.push_back(size);
    return result;
  };
  Indices result;
  if (kept(from) == kept(to)) {
    size_t next = 0;
    for (int64_t size : from) {
      if (size == 1) {
        result.push_back(index(0));
        continue;
      }
      while (to[next] == 1)
        ++next;
      result.push_back(indices[next++]);
    }
    return result;
  }
  Expr linear = linearize(indices, to);
  result.resize(from.size());
  int64_t stride = 1;
  for (size_t axis = from.size(); axis-- != 0;) {
    result[axis] = (linear / index(stride)) % index(from[axis]);
    stride *= from[axis];
  }
  return result;
}

/// Inside its bounds as a rule, which Halide then makes a loop of its own.
static Expr clamped(const Expr &e, int64_t size) { return clamp(likely(e), index(0), index(size - 1)); }

static Expr conjunction(const Expr &a, const Expr &b) {
  return !a.defined() ? b : !b.defined() ? a : a && b;
}

std::optional<Expr> Algorithm::computeMoved(const Op &op, const Indices &indices) {
  const std::string &name = op.name;
  int result = op.results[0];
  Type type = typeOf(elementOf(result));
  auto numbers = [&](const char *attribute) -> const Shape & { return op.numbers.at(attribute); };
  if (name == "constant") {
    if (type.is_bool())
      return make_bool(op.integer != 0);
    return type.is_float() ? make_const(type, op.real)
                           : make_const(type, op.integer);
  }
  if (name == "iota")
    return cast(type, indices[numbers("axis")[0]]);
  if (op.operands.empty())
    return std::nullopt;
  int operand = op.operands[0];
  const Shape &shape = shapeOf(operand);
  if (name == "reshape")
    return at(operand, reshapeIndices(indices, shapeOf(result), shape));
  if (name == "broadcast") {
    Indices source;
    for (size_t i = 0; i != shape.size(); ++i)
      source.push_back(shape[i] == 1 ? index(0) : indices[numbers("axes")[i]]);
    return at(operand, source);
  }
  if (name == "transpose") {
    Indices source(indices.size());
    for (size_t axis = 0; axis != indices.size(); ++axis)
      source[numbers("permutation")[axis]] = indices[axis];
    return at(operand, source);
  }
  if (name == "slice") {
    Indices source;
    for (size_t axis = 0; axis != indices.size(); ++axis)
      source.push_back(indices[axis] * index(numbers("strides")[axis]) +
                       index(numbers("starts")[axis]));
    return at(operand, source);
  }
  if (name == "reverse") {
    Indices source = indices;
    for (int64_t axis : numbers("axes"))
      source[axis] = index(shape[axis] - 1) - indices[axis];
    return at(operand, source);
  }
  if (name == "pad") {
    Expr inside;
    Indices source;
    for (size_t axis = 0; axis != indices.size(); ++axis) {
      Expr moved = indices[axis] - index(numbers("low")[axis]);
      int64_t step = numbers("interior")[axis] + 1, size = shape[axis];
      if (step != 1)
        inside = conjunction(inside, moved % index(step) == 0);
      if (shapeOf(result)[axis] != size) {
        moved = step == 1 ? moved : moved / index(step);
        inside = conjunction(inside, moved >= 0 && moved < index(size));
        moved = clamped(moved, size);
      }
      source.push_back(moved);
    }
    Expr element = at(operand, source);
    return inside.defined() ? select(inside, element, at(op.operands[1], {})) : element;
  }
  if (name == "concat") {
    int64_t axis = numbers("axis")[0], end = shapeOf(result)[axis];
    Expr joined;
    // From the last operand to the first: each takes over below its upper end.
    for (size_t i = op.operands.size(); i-- != 0;) {
      int64_t size = shapeOf(op.operands[i])[axis], begin = end - size;
      Indices source = indices;
      source[axis] = clamped(indices[axis] - index(begin), size);
      Expr element = at(op.operands[i], source);
      joined = joined.defined() ? select(indices[axis] < index(end), element, joined) : element;
      end = begin;
    }
    return joined;
  }
  if (name == "gather") {
    int64_t axis = numbers("axis")[0];
    size_t rank = shapeOf(op.operands[1]).size();
    Indices where(indices.begin() + axis, indices.begin() + axis + rank);
    Indices source(indices.begin(), indices.begin() + axis);
    source.push_back(clamp(cast<int>(at(op.operands[1], where)), index(0), index(shape[axis] - 1)));
    source.insert(source.end(), indices.begin() + axis + rank, indices.end());
    return at(operand, source);
  }
  if (name == "one_hot") {
    Expr label = at(operand, Indices(indices.begin(), indices.end() - 1));
    Expr equal = label == cast(label.type(), indices.back());
    return type.is_bool() ? equal : select(equal, make_one(type), make_zero(type));
  }
  if (name == "window_max" || name == "window_sum" || name == "window_pick")
    return computeWindow(op, indices);
  if (name == "window_scatter")
    return computeWindowScatter(op, indices);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

namespace {

/// The geometry that all window ops share.
struct Window {
  explicit Window(const Op &op)
      : size(op.numbers.at("size")), strides(op.numbers.at("strides")), low(op.numbers.at("low")) {
    int64_t positions = 1;
    for (int64_t extent : size)
      positions *= extent;
    if (positions > 64)
      throw Declined(op.name, "windows of more than 64 elements are not unrolled");
  }
  /// Calls back for every position in the window, in row-major order.
  static void forEach(const Shape &size, const std::function<void(const Shape &)> &callback) {
    Shape at(size.size(), 0);
    while (true) {
      callback(at);
      size_t axis = size.size();
      while (axis != 0 && ++at[axis - 1] == size[axis - 1])
        at[--axis] = 0;
      if (axis == 0)
        return;
    }
  }
  /// What the windows of `output` reach of `shape`: its extents with what lies
  /// around it, and how many of them come before it.
  std::pair<Shape, Shape> reach(const Shape &shape, const Shape &output) const {
    Shape padded = shape, before;
    size_t lead = shape.size() - size.size();
    for (size_t axis = 0; axis != size.size(); ++axis) {
      int64_t end = (output[lead + axis] - 1) * strides[axis] + size[axis];
      before.push_back(low[axis]);
      padded[lead + axis] = std::max(end, low[axis] + shape[lead + axis]);
    }
    return {padded, before};
  }
  /// Element `at` of the window of output `indices`, counted from what lies
  /// around; and whether it is in `shape` (undefined: always).
  std::pair<Indices, Expr> locate(const Shape &shape, const Shape &output, const Indices &indices,
                                  const Shape &at) const {
    size_t lead = shape.size() - size.size();
    Indices place(indices.begin(), indices.begin() + lead);
    Expr inside;
    for (size_t axis = 0; axis != at.size(); ++axis) {
      int64_t extent = shape[lead + axis], first = low[axis];
      Expr moved = indices[lead + axis] * index(strides[axis]) + index(at[axis]);
      if (at[axis] < first || (output[lead + axis] - 1) * strides[axis] + at[axis] >= first + extent)
        inside = conjunction(inside, moved >= index(first) && moved < index(first + extent));
      place.push_back(moved);
    }
    return {place, inside};
  }

  const Shape &size, &strides, &low;
};

} // namespace

/// Walks a window and keeps what `pick` gives at the first largest element.
static Expr pickLargest(const Window &window, const Shape &shape, const Shape &output,
                        const Indices &indices, const std::function<Expr(const Indices &)> &key,
                        const std::function<Expr(const Indices &)> &pick) {
  Expr best, chosen;
  Expr any;
  Window::forEach(window.size, [&](const Shape &at) {
    auto [place, inside] = window.locate(shape, output, indices, at);
    Expr element = key(place), candidate = pick(place);
    if (!best.defined()) {
      any = inside;
      best = element;
      chosen = inside.defined() ? select(inside, candidate, make_zero(candidate.type())) : candidate;
      return;
    }
    // It is larger, or the first NaN.
    Expr better = (element > best || isNaN(element)) && !isNaN(best);
    if (any.defined()) {
      better = better || !any;
      any = inside.defined() ? any || inside : Expr();
    }
    better = conjunction(better, inside);
    best = select(better, element, best);
    chosen = select(better, candidate, chosen);
  });
  return chosen;
}

/// Reads a value that windows go beyond from a copy with `outside` around it.
std::function<Expr(const Indices &)> Algorithm::readAround(const std::string &name, int value, const Shape &padded,
                                                           const Shape &low, const Expr &outside) {
  if (padded == shapeOf(value) && std::all_of(low.begin(), low.end(), [](int64_t before) { return before == 0; }))
    return [this, value](const Indices &place) { return at(value, place); };
  int copy = copyPadded(name, padded.size() - low.size(), shapeOf(value), padded, low, outside,
                        [&](const Indices &place) { return at(value, place); });
  return [this, copy](const Indices &place) { return readStage(copy, 0, place); };
}

Expr Algorithm::computeWindow(const Op &op, const Indices &indices) {
  Window window(op);
  int key = op.operands[0];
  const Shape &output = shapeOf(op.results[0]);
  auto [padded, low] = window.reach(shapeOf(key), output);
  Type type = typeOf(elementOf(key));
  bool isSum = op.name == "window_sum";
  Expr outside = make_const(type, isSum ? 0.0 : -std::numeric_limits<double>::infinity());
  std::string name = op.name + std::to_string(op.results[0]);
  auto element = readAround(name, key, padded, low, outside);
  if (op.name == "window_pick") {
    int value = op.operands[1];
    auto picked = readAround(name + "_picked", value, padded, low, make_zero(typeOf(elementOf(value))));
    return pickLargest(window, shapeOf(key), output, indices, element, picked);
  }
  Expr result;
  Window::forEach(window.size, [&](const Shape &offset) {
    Expr x = element(window.locate(shapeOf(key), output, indices, offset).first);
    result = !result.defined() ? x : isSum ? result + x : maximum(result, x);
  });
  return result;
}

/// An element gets the value of each window that covers it and whose first
/// largest it is; the windows' choices are stored first.
Expr Algorithm::computeWindowScatter(const Op &op, const Indices &indices) {
  Window window(op);
  int key = op.operands[0], value = op.operands[1];
  const Shape keyShape = shapeOf(key), windows = shapeOf(value);
  auto [padded, low] = window.reach(keyShape, windows);
  Type type = typeOf(elementOf(key)), summed = typeOf(elementOf(value));
  std::string name = op.name + std::to_string(op.results[0]);
  auto element = readAround(name, key, padded, low, make_const(type, -std::numeric_limits<double>::infinity()));
  const Shape &whole = padded;
  int choices = copyOperand(name + "_choices", windows, [&](const Indices &place) {
    return pickLargest(window, keyShape, windows, place, element,
                       [&](const Indices &p) { return linearize(p, whole); });
  });
  // Windows that cover position x along an axis: floor((x + low) / stride) - j,
  // for j below ceil(size / stride). Around the windows there are some that
  // choose nothing.
  Shape counts, around = windows, before;
  size_t lead = keyShape.size() - window.size.size();
  for (size_t axis = 0; axis != window.size.size(); ++axis) {
    int64_t stride = window.strides[axis];
    counts.push_back((window.size[axis] + stride - 1) / stride);
    before.push_back(counts.back() - 1);
    int64_t last = (keyShape[lead + axis] - 1 + window.low[axis]) / stride;
    around[lead + axis] = before.back() + std::max(last + 1, windows[lead + axis]);
  }
  int chosen = copyPadded(name + "_chosen", lead, windows, around, before, index(-1),
                          [&](const Indices &p) { return readStage(choices, 0, p); });
  auto given = readAround(name + "_given", value, around, before, make_zero(summed));
  Indices self = indices;
  for (size_t axis = 0; axis != counts.size(); ++axis)
    self[lead + axis] += index(window.low[axis]);
  Expr zero = make_zero(summed), sum, number = linearize(self, padded);
  Window::forEach(counts, [&](const Shape &offset) {
    Indices place(indices.begin(), indices.begin() + lead);
    for (size_t axis = 0; axis != offset.size(); ++axis)
      place.push_back(self[lead + axis] / index(window.strides[axis]) + index(before[axis] - offset[axis]));
    Expr term = select(readStage(chosen, 0, place) == number, given(place), zero);
    sum = sum.defined() ? sum + term : term;
  });
  return sum;
}

} // namespace nnc::halide

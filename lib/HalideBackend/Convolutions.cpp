//===- Convolutions.cpp - convolution and its gradients -------------------===//
//
// All three are a sum of products of a window's elements and something that has
// the channels that vectors run along, copied with those last. What is read
// outside its bounds is copied with zeros around.
//
//===----------------------------------------------------------------------===//
#include "Algorithm.h"
#include <algorithm>

using namespace Halide;

namespace nnc::halide {

namespace {

/// The geometry that the three share.
struct Geometry {
  explicit Geometry(const Op &op)
      : strides(op.numbers.at("strides")), low(op.numbers.at("low")),
        dilations(op.numbers.at("dilations")), groups(op.numbers.at("groups")[0]),
        spatial(strides.size()) {}
  const Shape &strides, &low, &dilations;
  int64_t groups;
  size_t spatial;
};

/// Ranges over the given sizes, the last of them innermost.
RDom domainOf(const Shape &sizes) {
  Region ranges;
  for (size_t i = sizes.size(); i-- != 0;)
    ranges.push_back({index(0), index(sizes[i])});
  return RDom(ranges);
}

/// The variable of the i-th of those sizes.
Expr variableOf(const RDom &r, size_t i) { return r[r.dimensions() - 1 - i]; }

} // namespace

/// The last axis with any length of those from `first` on, or `otherwise`.
static int lastLong(const Shape &shape, int first, int otherwise) {
  for (int axis = shape.size() - 1; axis >= first; --axis)
    if (shape[axis] > 1)
      return axis;
  return otherwise;
}

/// Elements with `outside` before and after along the axes from `lead` on.
int Algorithm::copyPadded(const std::string &name, size_t lead, const Shape &from, const Shape &padded,
                          const Shape &low, const Expr &outside,
                          const std::function<Expr(const Indices &)> &element) {
  return copyOperand(name + "_padded", padded, [&](const Indices &place) {
    Indices source = place;
    Expr inside = Internal::const_true();
    for (size_t i = 0; i != low.size(); ++i) {
      int64_t extent = from[lead + i];
      if (padded[lead + i] == extent && low[i] == 0)
        continue;
      Expr moved = place[lead + i] - index(low[i]);
      inside = inside && moved >= 0 && moved < index(extent);
      source[lead + i] = clamp(likely(moved), index(0), index(extent - 1));
    }
    return select(inside, element(source), outside);
  });
}

/// Vectors along the channels or the last axis, rows along the other; where that
/// is one and the same, along the batch.
static void chooseTile(Sum &sum, const Shape &to, bool channels) {
  sum.lane = channels ? 1 : lastLong(to, 2, 1);
  sum.row = channels ? lastLong(to, 2, 0) : 1;
  if (sum.row == sum.lane)
    sum.row = 0;
}

Sum Algorithm::convolve(const Op &op) {
  Geometry g(op);
  int input = op.operands[0], weight = op.operands[1];
  const Shape &from = shapeOf(input), &window = shapeOf(weight), &to = shapeOf(op.results[0]);
  std::string name = op.name + std::to_string(op.results[0]);
  Sum sum;
  sum.kind = SumKind::Product;
  sum.func = Func(name);
  bool channels = parameters.channels && g.groups == 1 && to[1] > 1;
  chooseTile(sum, to, channels);

  // The input with its zeros: [N, C, spatial…].
  Shape padded = from;
  for (size_t i = 0; i != g.spatial; ++i) {
    int64_t reach = (to[2 + i] - 1) * g.strides[i] + (window[2 + i] - 1) * g.dilations[i] + 1;
    padded[2 + i] = std::max(reach, from[2 + i]);
  }
  auto element = readAround(name, input, padded, g.low, make_zero(typeOf(elementOf(input))));
  // The weight as [C, window…, O].
  Shape turned(window.begin() + 1, window.end());
  turned.push_back(window[0]);
  auto turn = [&](const Indices &place) {
    Indices source{place.back()};
    source.insert(source.end(), place.begin(), place.end() - 1);
    return at(weight, source);
  };
  int weightCopy = channels ? copyOperand(name + "_weight", turned, turn) : -1;

  Shape reduced(window.begin() + 1, window.end());
  sum.domain = domainOf(reduced);
  Indices out = indicesOf(to.size());
  Expr channel = variableOf(sum.domain, 0);
  Indices inputAt{out[0], g.groups == 1 ? channel : out[1] / index(to[1] / g.groups) * index(window[1]) + channel};
  Indices weightAt = channels ? Indices{channel} : Indices{out[1], channel};
  for (size_t i = 0; i != g.spatial; ++i) {
    Expr k = variableOf(sum.domain, 1 + i);
    inputAt.push_back(out[2 + i] * index(g.strides[i]) + k * index(g.dilations[i]));
    weightAt.push_back(k);
  }
  if (channels)
    weightAt.push_back(out[1]);
  Expr x = element(inputAt);
  Expr w = channels ? readStage(weightCopy, 0, weightAt) : at(weight, weightAt);
  std::vector<Var> arguments = argumentsOf(to.size());
  sum.func(arguments) = make_zero(typeOf(elementOf(op.results[0])));
  sum.func(arguments) = sum.func(arguments) + x * w;
  return sum;
}

Sum Algorithm::convolveInputGrad(const Op &op) {
  Geometry g(op);
  int grad = op.operands[0], weight = op.operands[1];
  const Shape &from = shapeOf(grad), &window = shapeOf(weight), &to = shapeOf(op.results[0]);
  if (g.groups != 1)
    throw Declined(op.name, "its groups are several");
  std::string name = op.name + std::to_string(op.results[0]);
  Sum sum;
  sum.kind = SumKind::Product;
  sum.func = Func(name);
  bool channels = parameters.channels && to[1] > 1;
  chooseTile(sum, to, channels);

  // The output's gradient with a stride's zeros between its elements, and as
  // many around as windows reach: [N, O, spatial…].
  Shape spread{from[0], from[1]};
  for (size_t i = 0; i != g.spatial; ++i)
    spread.push_back(to[2 + i] + (window[2 + i] - 1) * g.dilations[i]);
  int copy = copyOperand(name + "_spread", spread, [&](const Indices &place) {
    Indices source = place;
    Expr inside;
    for (size_t i = 0; i != g.spatial; ++i) {
      Expr moved = place[2 + i] + index(g.low[i] - (window[2 + i] - 1) * g.dilations[i]);
      Expr place = g.strides[i] == 1 ? moved : moved / index(g.strides[i]);
      Expr within = place >= 0 && place < index(from[2 + i]);
      if (g.strides[i] != 1)
        within = within && moved % index(g.strides[i]) == 0;
      inside = inside.defined() ? inside && within : within;
      source[2 + i] = clamp(likely(place), index(0), index(from[2 + i] - 1));
    }
    Expr element = at(grad, source);
    return select(inside, element, make_zero(element.type()));
  });
  // The weight as [O, window…, C].
  Shape turned{window[0]};
  turned.insert(turned.end(), window.begin() + 2, window.end());
  turned.push_back(window[1]);
  auto turn = [&](const Indices &place) {
    Indices source{place[0], place.back()};
    source.insert(source.end(), place.begin() + 1, place.end() - 1);
    return at(weight, source);
  };
  int weightCopy = channels ? copyOperand(name + "_weight", turned, turn) : -1;

  Shape reduced{window[0]};
  reduced.insert(reduced.end(), window.begin() + 2, window.end());
  sum.domain = domainOf(reduced);
  Indices out = indicesOf(to.size());
  Expr o = variableOf(sum.domain, 0);
  Indices gradAt{out[0], o}, weightAt = channels ? Indices{o} : Indices{o, out[1]};
  for (size_t i = 0; i != g.spatial; ++i) {
    // Walked from the window's end.
    Expr k = index(window[2 + i] - 1) - variableOf(sum.domain, 1 + i);
    gradAt.push_back(out[2 + i] + variableOf(sum.domain, 1 + i) * index(g.dilations[i]));
    weightAt.push_back(k);
  }
  if (channels)
    weightAt.push_back(out[1]);
  Expr w = channels ? readStage(weightCopy, 0, weightAt) : at(weight, weightAt);
  std::vector<Var> arguments = argumentsOf(to.size());
  sum.func(arguments) = make_zero(typeOf(elementOf(op.results[0])));
  sum.func(arguments) = sum.func(arguments) + readStage(copy, 0, gradAt) * w;
  return sum;
}

Sum Algorithm::convolveWeightGrad(const Op &op) {
  Geometry g(op);
  int input = op.operands[0], grad = op.operands[1];
  const Shape &from = shapeOf(input), &positions = shapeOf(grad), &to = shapeOf(op.results[0]);
  std::string name = op.name + std::to_string(op.results[0]);
  if (g.groups != 1)
    throw Declined(op.name, "its groups are several");
  Sum sum;
  sum.kind = SumKind::Product;
  sum.func = Func(name);
  sum.lane = 0;
  sum.row = to[1] >= 4 ? 1 : lastLong(to, 2, 1);

  Shape padded = from;
  for (size_t i = 0; i != g.spatial; ++i) {
    int64_t reach = (positions[2 + i] - 1) * g.strides[i] + (to[2 + i] - 1) * g.dilations[i] + 1;
    padded[2 + i] = std::max(reach, from[2 + i]);
  }
  auto element = readAround(name, input, padded, g.low, make_zero(typeOf(elementOf(input))));
  // The output's gradient as [N, spatial…, O].
  Shape turned{positions[0]};
  turned.insert(turned.end(), positions.begin() + 2, positions.end());
  turned.push_back(positions[1]);
  int gradCopy = copyOperand(name + "_grad", turned, [&](const Indices &place) {
    Indices source{place[0], place.back()};
    source.insert(source.end(), place.begin() + 1, place.end() - 1);
    return at(grad, source);
  });

  Shape reduced{positions[0]};
  reduced.insert(reduced.end(), positions.begin() + 2, positions.end());
  sum.domain = domainOf(reduced);
  Indices out = indicesOf(to.size());
  Indices inputAt{variableOf(sum.domain, 0), out[1]}, gradAt{variableOf(sum.domain, 0)};
  for (size_t i = 0; i != g.spatial; ++i) {
    Expr p = variableOf(sum.domain, 1 + i);
    inputAt.push_back(p * index(g.strides[i]) + out[2 + i] * index(g.dilations[i]));
    gradAt.push_back(p);
  }
  gradAt.push_back(out[0]);
  Expr x = element(inputAt);
  std::vector<Var> arguments = argumentsOf(to.size());
  sum.func(arguments) = make_zero(typeOf(elementOf(op.results[0])));
  sum.func(arguments) = sum.func(arguments) + x * readStage(gradCopy, 0, gradAt);
  return sum;
}

} // namespace nnc::halide

//===- Sums.cpp - reductions, contractions and what runs in order ---------===//
//
// A sum is a Func with updates that the stage which reads it walks tile by tile.
// Reductions along rows keep partial sums in the lanes of vectors.
//
//===----------------------------------------------------------------------===//
#include "Algorithm.h"
#include <algorithm>
#include <limits>

using namespace Halide;

namespace nnc::halide {

Sum Algorithm::makeSum(const Op &op) {
  if (op.name == "contract")
    return contract(op);
  if (op.name == "conv")
    return convolve(op);
  if (op.name == "conv_input_grad")
    return convolveInputGrad(op);
  if (op.name == "conv_weight_grad")
    return convolveWeightGrad(op);
  return op.name.starts_with("arg") ? argReduce(op) : reduce(op);
}

/// A value as one of each point of a domain. Halide walks a domain only if what is
/// summed over it names one of its variables, which what repeats does not.
static Expr overDomain(const Expr &value, const RDom &domain) {
  for (int i = 0; i != domain.dimensions(); ++i)
    if (Internal::expr_uses_var(value, domain[i].name()))
      return value;
  return Internal::Call::make(value.type(), Internal::Call::return_second, {Expr(domain[0]), value},
                              Internal::Call::PureIntrinsic);
}

//===----------------------------------------------------------------------===//
// Along rows
//===----------------------------------------------------------------------===//

/// A sum over `outer` axes and, innermost, `extent` elements, which `inLanes`
/// lets be added in the lanes of vectors first.
Sum Algorithm::sumRows(const std::string &name, const Expr &neutral, size_t rank,
                       const Shape &outer, int64_t extent, bool inLanes, const Combine &combine,
                       const std::function<Expr(const Indices &, const Indices &)> &element) {
  Sum sum;
  sum.kind = SumKind::Row;
  sum.func = Func(name);
  std::vector<Var> arguments = argumentsOf(rank);
  Indices kept = indicesOf(rank);
  sum.func(arguments) = neutral;
  // The innermost range comes first.
  auto domain = [&](int64_t begin, int64_t count) {
    Region ranges{{index(begin), index(count)}};
    for (size_t axis = outer.size(); axis-- != 0;)
      ranges.push_back({index(0), index(outer[axis])});
    return RDom(ranges);
  };
  auto reduced = [&](const RDom &r, const Expr &last) {
    Indices indices;
    for (size_t axis = 0; axis != outer.size(); ++axis)
      indices.push_back(r[outer.size() - axis]);
    indices.push_back(last);
    return indices;
  };
  int64_t lanes = parameters.vector, begin = 0;
  if (inLanes && extent >= 2 * lanes) {
    int64_t width = lanes * std::min<int64_t>(parameters.accumulators, extent / lanes);
    begin = extent / width * width;
    sum.width = width;
    Var lane("lane");
    std::vector<Var> own{lane};
    own.insert(own.end(), arguments.begin(), arguments.end());
    sum.partial = Func(name + "_partial");
    sum.partial(own) = neutral;
    sum.partialDomain = domain(0, extent / width);
    const RDom &r = sum.partialDomain;
    sum.partial(own) = combine(
        sum.partial(own), overDomain(element(kept, reduced(r, r[0] * index(width) + lane)), r));
    Expr folded;
    for (int64_t part = 0; part != width; part += lanes) {
      std::vector<Expr> place{lane + index(part)};
      place.insert(place.end(), arguments.begin(), arguments.end());
      Expr next = sum.partial(place);
      folded = folded.defined() ? combine(folded, next) : next;
    }
    sum.folded = Func(name + "_folded");
    sum.folded(own) = folded;
    RDom q(0, static_cast<int>(lanes));
    std::vector<Expr> place{q};
    place.insert(place.end(), arguments.begin(), arguments.end());
    sum.func(arguments) = combine(sum.func(arguments), sum.folded(place));
  }
  if (begin != extent) {
    sum.domain = domain(begin, extent - begin);
    const RDom &r = sum.domain;
    sum.func(arguments) = combine(sum.func(arguments), overDomain(element(kept, reduced(r, r[0])), r));
  }
  return sum;
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

Sum Algorithm::reduce(const Op &op) {
  int operand = op.operands[0];
  const Shape &shape = shapeOf(operand), &axes = op.numbers.at("axes");
  Type type = typeOf(elementOf(operand));
  Expr neutral = make_zero(type);
  Combine combine = [](const Expr &x, const Expr &y) { return x + y; };
  double infinity = std::numeric_limits<double>::infinity();
  if (op.name == "reduce_max") {
    neutral = type.is_float() ? make_const(type, -infinity) : type.min();
    combine = maximum;
  } else if (op.name == "reduce_min") {
    neutral = type.is_float() ? make_const(type, infinity) : type.max();
    combine = minimum;
  } else if (op.name == "reduce_any") {
    combine = [](const Expr &x, const Expr &y) { return x || y; };
  } else if (op.name == "reduce_all") {
    neutral = Internal::const_true();
    combine = [](const Expr &x, const Expr &y) { return x && y; };
  }
  std::vector<bool> isReduced(shape.size());
  for (int64_t axis : axes)
    isReduced[axis] = true;
  std::string name = op.name + std::to_string(op.results[0]);
  size_t rank = shapeOf(op.results[0]).size();

  // Reduced axes at the end are walked as one.
  size_t trailing = shape.size();
  int64_t extent = 1;
  while (trailing != 0 && isReduced[trailing - 1])
    extent *= shape[--trailing];
  Shape outer;
  for (size_t axis = 0; axis != trailing; ++axis)
    if (isReduced[axis])
      outer.push_back(shape[axis]);
  auto element = [&](const Indices &kept, const Indices &reduced) {
    Indices indices;
    size_t nextKept = 0, nextReduced = 0;
    for (size_t axis = 0; axis != trailing; ++axis)
      indices.push_back(isReduced[axis] ? reduced[nextReduced++] : kept[nextKept++]);
    Expr rest = reduced.back();
    Indices last;
    for (size_t axis = shape.size(); axis-- != trailing;) {
      last.insert(last.begin(), axis == trailing ? rest : rest % index(shape[axis]));
      rest = rest / index(shape[axis]);
    }
    indices.insert(indices.end(), last.begin(), last.end());
    return at(operand, indices);
  };
  bool isFloatSum = op.name == "reduce_sum" && type.is_float();
  if (trailing != shape.size())
    return sumRows(name, neutral, rank, outer, extent, !(isFloatSum && parameters.strict), combine,
                   element);

  Sum sum;
  sum.kind = SumKind::Column;
  sum.func = Func(name);
  std::vector<Var> arguments = argumentsOf(rank);
  Region ranges;
  for (size_t axis = outer.size(); axis-- != 0;)
    ranges.push_back({index(0), index(outer[axis])});
  if (ranges.empty()) {
    sum.func(arguments) = at(operand, indicesOf(rank));
    return sum;
  }
  sum.func(arguments) = neutral;
  sum.domain = RDom(ranges);
  Indices indices;
  int nextKept = 0, nextReduced = outer.size();
  for (size_t axis = 0; axis != shape.size(); ++axis)
    indices.push_back(isReduced[axis] ? Expr(sum.domain[--nextReduced]) : Expr(axisVar(nextKept++)));
  sum.func(arguments) = combine(sum.func(arguments), overDomain(at(operand, indices), sum.domain));
  return sum;
}

/// Carries the best value and its index; the first of equals stays, and a NaN
/// beats everything but an earlier NaN.
Sum Algorithm::argReduce(const Op &op) {
  int operand = op.operands[0];
  const Shape &shape = shapeOf(operand);
  int64_t axis = op.numbers.at("axis")[0];
  bool isMax = op.name == "argmax";
  size_t rank = shape.size() - 1;
  auto element = [&](const Expr &place) {
    Indices indices = indicesOf(rank);
    indices.insert(indices.begin() + axis, place);
    return at(operand, indices);
  };
  Sum sum;
  sum.kind = axis == static_cast<int64_t>(rank) ? SumKind::Row : SumKind::Column;
  sum.func = Func(op.name + std::to_string(op.results[0]));
  std::vector<Var> arguments = argumentsOf(rank);
  sum.func(arguments) = Tuple(element(index(0)), index(0));
  if (shape[axis] == 1)
    return sum;
  sum.domain = RDom(1, static_cast<int>(shape[axis] - 1));
  Expr x = element(sum.domain), best = sum.func(arguments)[0];
  Expr better = isMax ? x > best : x < best;
  if (x.type().is_float())
    better = (better || isNaN(x)) && !isNaN(best);
  sum.func(arguments) = Tuple(select(better, x, best),
                              select(better, sum.domain, sum.func(arguments)[1]));
  return sum;
}

//===----------------------------------------------------------------------===//
// Contractions
//===----------------------------------------------------------------------===//

Sum Algorithm::contract(const Op &op) {
  const std::string &spec = op.words.at("spec");
  size_t comma = spec.find(','), arrow = spec.find("->");
  std::string letters[2] = {spec.substr(0, comma), spec.substr(comma + 1, arrow - comma - 1)};
  std::string kept = spec.substr(arrow + 2), summed;
  std::map<char, int64_t> sizes;
  for (int side : {0, 1})
    for (size_t axis = 0; axis != letters[side].size(); ++axis) {
      char letter = letters[side][axis];
      sizes[letter] = shapeOf(op.operands[side])[axis];
      if (kept.find(letter) == std::string::npos && summed.find(letter) == std::string::npos)
        summed += letter;
    }
  auto has = [&](int side, char letter) { return letters[side].find(letter) != std::string::npos; };
  std::string name = op.name + std::to_string(op.results[0]);
  size_t rank = kept.size();
  Type type = typeOf(elementOf(op.results[0]));

  // Vectors run along the last axis of the result that has any length, unless
  // next to nothing shares the operand that has it: then along the sum.
  int lane = static_cast<int>(rank) - 1;
  while (lane > 0 && sizes[kept[lane]] == 1)
    --lane;
  int laneSide = lane < 0 || has(1, kept[lane]) ? 1 : 0;
  bool isShared = lane >= 0 && has(0, kept[lane]) && has(1, kept[lane]);
  int64_t sharing = 1;
  for (char letter : kept)
    if (!has(laneSide, letter))
      sharing *= sizes[letter];
  std::map<char, Expr> place;
  for (size_t axis = 0; axis != rank; ++axis)
    place[kept[axis]] = axisVar(axis);
  auto factor = [&](int side) {
    Indices indices;
    for (char letter : letters[side])
      indices.push_back(place.at(letter));
    return at(op.operands[side], indices);
  };
  bool endsInSum = !summed.empty() && !letters[0].empty() && !letters[1].empty() &&
                   letters[0].back() == letters[1].back() && !kept.ends_with(letters[0].back()) &&
                   kept.find(letters[0].back()) == std::string::npos;
  if (endsInSum && sharing < 4 && !isShared) {
    char last = letters[0].back();
    summed.erase(summed.find(last), 1);
    Shape outer;
    for (char letter : summed)
      outer.push_back(sizes[letter]);
    return sumRows(
        name, make_zero(type), rank, outer, sizes[last],
        !(type.is_float() && parameters.strict),
        [](const Expr &x, const Expr &y) { return x + y; },
        [&](const Indices &, const Indices &reduced) {
          for (size_t i = 0; i != summed.size(); ++i)
            place[summed[i]] = reduced[i];
          place[last] = reduced.back();
          return factor(0) * factor(1);
        });
  }

  Sum sum;
  sum.kind = SumKind::Product;
  sum.func = Func(name);
  sum.lane = lane;
  for (int axis = lane - 1; axis >= 0 && sum.row < 0; --axis)
    if (sizes[kept[axis]] > 1 && (isShared || !has(laneSide, kept[axis])))
      sum.row = axis;
  std::vector<Var> arguments = argumentsOf(rank);
  if (!summed.empty()) {
    // The operand that vectors do not run along is read along its last axis.
    std::string order;
    for (char letter : letters[1 - laneSide])
      if (summed.find(letter) != std::string::npos)
        order.insert(order.begin(), letter);
    for (char letter : summed)
      if (order.find(letter) == std::string::npos)
        order += letter;
    Region ranges;
    for (char letter : order)
      ranges.push_back({index(0), index(sizes[letter])});
    sum.domain = RDom(ranges);
    for (size_t i = 0; i != order.size(); ++i)
      place[order[i]] = sum.domain[i];
  }
  Expr factors[2];
  for (int side : {0, 1}) {
    bool isLast = lane >= 0 && !letters[side].empty() && letters[side].back() == kept[lane];
    if (side != laneSide || isShared || lane < 0 || (isLast && !(parameters.pack && sharing > 1))) {
      factors[side] = factor(side);
      continue;
    }
    // [outer…, panel, summed…, lane of the panel].
    int64_t extent = sizes[kept[lane]], width = int64_t(parameters.vector) * parameters.columns;
    bool inPanels = extent % width == 0;
    std::string others;
    for (char letter : letters[side])
      if (letter != kept[lane])
        others += letter;
    Shape shape;
    if (inPanels)
      shape.push_back(extent / width);
    for (char letter : others)
      shape.push_back(sizes[letter]);
    shape.push_back(inPanels ? width : extent);
    int copy = copyOperand(name + "_packed", shape, [&](const Indices &indices) {
      std::map<char, Expr> from;
      for (size_t i = 0; i != others.size(); ++i)
        from[others[i]] = indices[i + inPanels];
      from[kept[lane]] = inPanels ? indices.front() * index(width) + indices.back() : indices.back();
      Indices source;
      for (char letter : letters[side])
        source.push_back(from.at(letter));
      return at(op.operands[side], source);
    });
    Indices indices;
    Expr at = place.at(kept[lane]);
    if (inPanels)
      indices.push_back(at / index(width));
    for (char letter : others)
      indices.push_back(place.at(letter));
    indices.push_back(inPanels ? at % index(width) : at);
    factors[side] = readStage(copy, 0, indices);
  }
  if (summed.empty()) {
    sum.func(arguments) = factors[0] * factors[1];
    return sum;
  }
  sum.func(arguments) = make_zero(type);
  sum.func(arguments) = sum.func(arguments) + factors[0] * factors[1];
  return sum;
}

//===----------------------------------------------------------------------===//
// In order
//===----------------------------------------------------------------------===//

void Algorithm::defineSerial(const Op &op) {
  int result = op.results[0];
  Stage stage;
  stage.func = Func(op.name + std::to_string(result));
  stage.shape = shapeOf(result);
  stage.values = {result};
  stage.isSerial = true;
  stage.isResult =
      std::find(kernel.results.begin(), kernel.results.end(), result) != kernel.results.end();
  size_t rank = stage.shape.size();
  std::vector<Var> arguments = argumentsOf(rank);
  Func &func = stage.func;
  int64_t axis = op.numbers.at("axis")[0];
  func(arguments) = at(op.operands[0], indicesOf(rank));
  if (op.name == "cumsum") {
    int64_t size = stage.shape[axis];
    if (size > 1) {
      bool isReverse = op.numbers.count("reverse") != 0;
      RDom r(1, static_cast<int>(size - 1));
      Indices here = indicesOf(rank), before = here;
      here[axis] = isReverse ? index(size - 1) - r : Expr(r);
      before[axis] = isReverse ? index(size) - r : r - 1;
      func(reversed(here)) = func(reversed(before)) + at(op.operands[0], here);
    }
  } else {
    // Slice by slice, in the order of the indices.
    const Shape &where = shapeOf(op.operands[1]);
    Region ranges;
    for (size_t i = where.size(); i-- != 0;)
      ranges.push_back({index(0), index(where[i])});
    Indices at_, target = indicesOf(rank), source;
    std::optional<RDom> r;
    if (!ranges.empty()) {
      r.emplace(ranges);
      for (size_t i = 0; i != where.size(); ++i)
        at_.push_back((*r)[where.size() - 1 - i]);
    }
    for (size_t i = 0; i != rank; ++i) {
      if (static_cast<int64_t>(i) == axis)
        source.insert(source.end(), at_.begin(), at_.end());
      else
        source.push_back(target[i]);
    }
    target[axis] = clamp(cast<int>(at(op.operands[1], at_)), index(0), index(stage.shape[axis] - 1));
    func(reversed(target)) = func(reversed(target)) + at(op.operands[2], source);
  }
  addStage(std::move(stage));
}

} // namespace nnc::halide

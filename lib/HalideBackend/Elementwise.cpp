//===- Elementwise.cpp - elementwise ops on elements ----------------------===//
//
// Each elementwise nn op as a Halide expression, as its description says.
//
//===----------------------------------------------------------------------===//
#include "Algorithm.h"
#include <cmath>

using namespace Halide;

namespace nnc::halide {

static const std::set<std::string> elementwiseOps = {
    "abs",   "add",    "and",       "ceil",  "compare",       "convert", "cos",  "div",
    "erf",   "exp",    "expm1",     "floor", "floordiv",      "log",     "log1p", "logistic",
    "max",   "min",    "mod",       "mul",   "neg",           "not",     "or",   "pow",
    "round", "rsqrt",  "select",    "sign",  "sin",           "sqrt",    "stop_gradient",
    "sub",   "tanh"};

bool isElementwise(const Op &op) { return elementwiseOps.count(op.name) != 0; }

static Expr sign(const Expr &x) {
  Expr zero = make_zero(x.type()), one = make_one(x.type());
  if (x.type().is_uint())
    return select(x > zero, one, zero);
  return select(x > zero, one, select(x < zero, -one, x.type().is_float() ? x : zero));
}

/// With e = exp(-|x|), never above 1: 1/(1+e) right of 0, e/(1+e) left of it.
static Expr logistic(const Expr &x) {
  Expr one = make_one(x.type());
  Expr e = buildExp(-abs(x));
  return select(x < make_zero(x.type()), e, one) / (one + e);
}

/// Small integral powers are products.
static Expr power(const Op &op, const Expr &x, const Expr &y) {
  std::optional<double> exponent = Internal::as_const_float(y);
  if (!exponent || *exponent != std::trunc(*exponent) || std::abs(*exponent) > 64)
    throw Declined(op.name, "only small constant integers are exponents here");
  Expr result, square = x;
  for (auto n = static_cast<unsigned>(std::abs(*exponent)); n != 0; n >>= 1) {
    if (n & 1)
      result = result.defined() ? result * square : square;
    if (n > 1)
      square = square * square;
  }
  if (!result.defined())
    return make_one(x.type());
  return *exponent < 0 ? make_one(x.type()) / result : result;
}

static Expr compare(int64_t predicate, const Expr &x, const Expr &y) {
  switch (predicate) {
  case 0:
    return x == y;
  case 1:
    return x != y;
  case 2:
    return x < y;
  case 3:
    return x <= y;
  case 4:
    return x > y;
  default:
    return x >= y;
  }
}

static Expr convert(const Op &op, const Expr &x, Element from, Element to) {
  Type target = Algorithm::typeOf(to);
  if (from == to)
    return x;
  if (to == Element::Bool)
    return x != make_zero(x.type());
  if (x.type().is_bool())
    return select(x, make_one(target), make_zero(target));
  if (x.type().is_float() && !target.is_float())
    throw Declined(op.name, "numbers become integers by saturation");
  return cast(target, x);
}

Expr buildElementwise(const Op &op, const std::vector<Element> &types, Element result,
                                   const std::vector<Expr> &operands) {
  const std::string &name = op.name;
  const Expr &x = operands.front();
  bool isFloat = x.type().is_float();
  if (operands.size() == 1) {
    if (name == "abs")
      return x.type().is_uint() ? x : isFloat ? abs(x) : select(x < 0, -x, x);
    if (name == "ceil")
      return ceil(x);
    if (name == "convert")
      return convert(op, x, types[0], result);
    if (name == "exp")
      return buildExp(x);
    if (name == "floor")
      return floor(x);
    if (name == "log")
      return buildLog(x);
    if (name == "logistic")
      return logistic(x);
    if (name == "neg")
      return isFloat ? x * make_const(x.type(), -1.0) : -x;
    if (name == "not")
      return !x;
    if (name == "round")
      return round(x);
    if (name == "rsqrt")
      return make_one(x.type()) / sqrt(x);
    if (name == "sign")
      return sign(x);
    if (name == "sqrt")
      return sqrt(x);
    if (name == "stop_gradient")
      return x;
    using Function = Expr(const Expr &);
    static const std::map<std::string, Function *> single = {
        {"erf", buildErf}, {"expm1", buildExpm1}, {"log1p", buildLog1p}, {"tanh", buildTanh}};
    if (auto function = single.find(name); function != single.end()) {
      if (x.type().bits() == 64)
        throw Declined(name, "there is none in double precision");
      return function->second(x);
    }
    throw Declined(name, "there is no such function");
  }
  const Expr &y = operands[1];
  if (name == "add")
    return x + y;
  if (name == "and")
    return x && y;
  if (name == "compare")
    return compare(op.numbers.at("predicate").front(), x, y);
  if (name == "div")
    return x / y;
  if (name == "max")
    return maximum(x, y);
  if (name == "min")
    return minimum(x, y);
  if (name == "mul")
    return x * y;
  if (name == "or")
    return x || y;
  if (name == "pow")
    return power(op, x, y);
  if (name == "select")
    return select(x, y, operands[2]);
  if (name == "sub")
    return x - y;
  throw Declined(name, "there is no such operation");
}

} // namespace nnc::halide

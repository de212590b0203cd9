//===- ElementwiseRules.cpp - one element in, one out ---------------------===//
//
// Each primitive is a function of numbers, for floating-point elements, for
// integers or for both; the loops around them are the same for all.
//
//===----------------------------------------------------------------------===//
#include "Rules.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

using FloatUnary = double (*)(double);
using IntUnary = int64_t (*)(int64_t);
using FloatBinary = double (*)(double, double);
using IntBinary = int64_t (*)(int64_t, int64_t);

template <FloatUnary floatFn, IntUnary intFn>
static void mapUnary(Operands in, Results out) {
  const Tensor &x = *in[0];
  Tensor &y = out[0];
  if constexpr (floatFn != nullptr)
    for (size_t i = 0; i < y.floats.size(); ++i)
      y.floats[i] = floatFn(x.floats[i]);
  Type element = y.type.getElementType();
  if constexpr (intFn != nullptr)
    for (size_t i = 0; i < y.ints.size(); ++i)
      y.ints[i] = wrapInteger(intFn(x.ints[i]), element);
}

template <FloatBinary floatFn, IntBinary intFn>
static void mapBinary(Operands in, Results out) {
  const Tensor &x = *in[0], &y = *in[1];
  Tensor &z = out[0];
  if constexpr (floatFn != nullptr)
    for (size_t i = 0; i < z.floats.size(); ++i)
      z.floats[i] = floatFn(x.floats[i], y.floats[i]);
  Type element = z.type.getElementType();
  if constexpr (intFn != nullptr)
    for (size_t i = 0; i < z.ints.size(); ++i)
      z.ints[i] = wrapInteger(intFn(x.ints[i], y.ints[i]), element);
}

/// An operation modulo 2^64, which is right modulo every smaller width.
template <typename Fn>
static int64_t modulo(int64_t x, int64_t y, Fn fn) {
  return static_cast<int64_t>(fn(static_cast<uint64_t>(x), static_cast<uint64_t>(y)));
}

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

static int64_t negInt(int64_t x) { return static_cast<int64_t>(-static_cast<uint64_t>(x)); }
static double absFloat(double x) { return std::fabs(x); }
static int64_t absInt(int64_t x) { return x < 0 ? negInt(x) : x; }
static double ceilFloat(double x) { return std::ceil(x); }
static double cosFloat(double x) { return std::cos(x); }
static double erfFloat(double x) { return std::erf(x); }
static double expFloat(double x) { return std::exp(x); }
static double expm1Float(double x) { return std::expm1(x); }
static double floorFloat(double x) { return std::floor(x); }
static double logFloat(double x) { return std::log(x); }
static double log1pFloat(double x) { return std::log1p(x); }
static double negFloat(double x) { return -x; }
static int64_t notInt(int64_t x) { return !x; }
/// The rounding mode of a program that has not changed it is ties to even.
static double roundFloat(double x) { return std::nearbyint(x); }
static double rsqrtFloat(double x) { return 1 / std::sqrt(x); }
static int64_t signInt(int64_t x) { return (x > 0) - (x < 0); }
static double sinFloat(double x) { return std::sin(x); }
static double sqrtFloat(double x) { return std::sqrt(x); }
static double tanhFloat(double x) { return std::tanh(x); }

static double logisticFloat(double x) {
  if (x >= 0)
    return 1 / (1 + std::exp(-x));
  double e = std::exp(x);
  return e / (1 + e);
}

static double signFloat(double x) {
  if (std::isnan(x))
    return x;
  return (x > 0) - (x < 0);
}

//===----------------------------------------------------------------------===//
// Binary
//===----------------------------------------------------------------------===//

static double addFloat(double x, double y) { return x + y; }
static int64_t addInt(int64_t x, int64_t y) { return modulo(x, y, std::plus<uint64_t>()); }
static int64_t andInt(int64_t x, int64_t y) { return x && y; }
static double divFloat(double x, double y) { return x / y; }
/// Exact, as Python's: the remainder of the division, moved to the sign of y.
static double modFloat(double x, double y) {
  double rest = std::fmod(x, y);
  if (rest == 0)
    return std::copysign(0.0, y);
  return std::signbit(rest) != std::signbit(y) ? rest + y : rest;
}
/// x / y may round up to a whole number that is above it.
static double floorDivFloat(double x, double y) {
  double quotient = x / y;
  if (!std::isfinite(quotient) || !std::isfinite(y))
    return std::floor(quotient);
  return std::nearbyint((x - modFloat(x, y)) / y);
}
static double mulFloat(double x, double y) { return x * y; }
static int64_t mulInt(int64_t x, int64_t y) { return modulo(x, y, std::multiplies<uint64_t>()); }
static int64_t orInt(int64_t x, int64_t y) { return x || y; }
static double powFloat(double x, double y) { return std::pow(x, y); }
static double subFloat(double x, double y) { return x - y; }
static int64_t subInt(int64_t x, int64_t y) { return modulo(x, y, std::minus<uint64_t>()); }

static int64_t floorDivInt(int64_t x, int64_t y) {
  if (y == 0)
    return 0;
  // The quotient of the least number by -1 wraps.
  if (y == -1)
    return negInt(x);
  int64_t quotient = x / y;
  bool roundedUp = x % y != 0 && (x < 0) != (y < 0);
  return quotient - roundedUp;
}

static int64_t modInt(int64_t x, int64_t y) {
  if (y == 0 || y == -1)
    return 0;
  int64_t rest = x % y;
  return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

static double maxFloat(double x, double y) {
  if (std::isnan(x) || std::isnan(y))
    return std::numeric_limits<double>::quiet_NaN();
  return x < y ? y : x;
}
static int64_t maxInt(int64_t x, int64_t y) { return std::max(x, y); }

static double minFloat(double x, double y) {
  if (std::isnan(x) || std::isnan(y))
    return std::numeric_limits<double>::quiet_NaN();
  return y < x ? y : x;
}
static int64_t minInt(int64_t x, int64_t y) { return std::min(x, y); }

//===----------------------------------------------------------------------===//
// Compare, select, convert
//===----------------------------------------------------------------------===//

template <typename T>
static bool holds(Predicate predicate, T x, T y) {
  switch (predicate) {
  case Predicate::eq:
    return x == y;
  case Predicate::ne:
    return x != y;
  case Predicate::lt:
    return x < y;
  case Predicate::le:
    return x <= y;
  case Predicate::gt:
    return x > y;
  case Predicate::ge:
    return x >= y;
  }
  llvm_unreachable("unknown predicate");
}

static void compare(CompareOp op, Operands in, Results out) {
  const Tensor &x = *in[0], &y = *in[1];
  std::vector<int64_t> &result = out[0].ints;
  for (size_t i = 0; i < result.size(); ++i)
    result[i] = x.isFloat() ? holds(op.getPredicate(), x.floats[i], y.floats[i])
                            : holds(op.getPredicate(), x.ints[i], y.ints[i]);
}

static void select(Operands in, Results out) {
  const std::vector<int64_t> &condition = in[0]->ints;
  for (size_t i = 0; i < out[0].floats.size(); ++i)
    out[0].floats[i] = condition[i] ? in[1]->floats[i] : in[2]->floats[i];
  for (size_t i = 0; i < out[0].ints.size(); ++i)
    out[0].ints[i] = condition[i] ? in[1]->ints[i] : in[2]->ints[i];
}

/// Toward zero, and to the nearest number that the type has; NaN gives 0.
static int64_t truncate(double x, Type element) {
  if (std::isnan(x))
    return 0;
  unsigned width = element.getIntOrFloatBitWidth();
  bool isUnsigned = element.isUnsignedInteger();
  double low = isUnsigned ? 0 : -std::ldexp(1.0, width - 1);
  double high = std::ldexp(1.0, isUnsigned ? width : width - 1);
  if (x <= low)
    return static_cast<int64_t>(low);
  if (x >= high)
    return static_cast<int64_t>((uint64_t(1) << (isUnsigned ? width : width - 1)) - 1);
  return static_cast<int64_t>(x);
}

static void convert(Operands in, Results out) {
  const Tensor &x = *in[0];
  Tensor &y = out[0];
  Type element = y.type.getElementType();
  for (size_t i = 0; i < y.floats.size(); ++i)
    y.floats[i] = x.isFloat() ? x.floats[i] : static_cast<double>(x.ints[i]);
  for (size_t i = 0; i < y.ints.size(); ++i) {
    if (element.isInteger(1))
      y.ints[i] = x.isFloat() ? x.floats[i] != 0 : x.ints[i] != 0;
    else
      y.ints[i] = x.isFloat() ? truncate(x.floats[i], element) : wrapInteger(x.ints[i], element);
  }
}

static void stopGradient(Operands in, Results out) { out[0] = *in[0]; }

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

void nnc::addElementwiseRules(RuleTable &table) {
  table.add<AbsOp>(mapUnary<absFloat, absInt>);
  table.add<CeilOp>(mapUnary<ceilFloat, nullptr>);
  table.add<CosOp>(mapUnary<cosFloat, nullptr>);
  table.add<ErfOp>(mapUnary<erfFloat, nullptr>);
  table.add<ExpOp>(mapUnary<expFloat, nullptr>);
  table.add<Expm1Op>(mapUnary<expm1Float, nullptr>);
  table.add<FloorOp>(mapUnary<floorFloat, nullptr>);
  table.add<LogOp>(mapUnary<logFloat, nullptr>);
  table.add<Log1pOp>(mapUnary<log1pFloat, nullptr>);
  table.add<LogisticOp>(mapUnary<logisticFloat, nullptr>);
  table.add<NegOp>(mapUnary<negFloat, negInt>);
  table.add<NotOp>(mapUnary<nullptr, notInt>);
  table.add<RoundOp>(mapUnary<roundFloat, nullptr>);
  table.add<RsqrtOp>(mapUnary<rsqrtFloat, nullptr>);
  table.add<SignOp>(mapUnary<signFloat, signInt>);
  table.add<SinOp>(mapUnary<sinFloat, nullptr>);
  table.add<SqrtOp>(mapUnary<sqrtFloat, nullptr>);
  table.add<TanhOp>(mapUnary<tanhFloat, nullptr>);

  table.add<AddOp>(mapBinary<addFloat, addInt>);
  table.add<AndOp>(mapBinary<nullptr, andInt>);
  table.add<DivOp>(mapBinary<divFloat, nullptr>);
  table.add<FloorDivOp>(mapBinary<floorDivFloat, floorDivInt>);
  table.add<MaxOp>(mapBinary<maxFloat, maxInt>);
  table.add<MinOp>(mapBinary<minFloat, minInt>);
  table.add<ModOp>(mapBinary<modFloat, modInt>);
  table.add<MulOp>(mapBinary<mulFloat, mulInt>);
  table.add<OrOp>(mapBinary<nullptr, orInt>);
  table.add<PowOp>(mapBinary<powFloat, nullptr>);
  table.add<SubOp>(mapBinary<subFloat, subInt>);

  table.add<CompareOp>(compare);
  table.add<SelectOp>(select);
  table.add<ConvertOp>(convert);
  table.add<StopGradientOp>(stopGradient);
}

//===- ElementwiseFolds.cpp - what elementwise ops equal ------------------===//
//
// Identities and constants. Nothing here assumes that floating-point values are
// finite: 0 * x and x - x stay. Functions without an exact result are evaluated
// in float64 and rounded to the element type.
//
//===----------------------------------------------------------------------===//
#include "Folding.h"
#include <cmath>

using namespace mlir;
using namespace nnc::nn;

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

template <typename Fn>
static OpFoldResult foldFloat(Type type, Attribute operand, Fn &&fn) {
  if (DenseElementsAttr constant = foldableConstant(operand))
    return mapElements<APFloat, APFloat>(
        type, [&](const APFloat &x) { return std::optional<APFloat>(fn(x)); },
        constant);
  return {};
}

template <typename Fn>
static OpFoldResult foldInt(Type type, Attribute operand, Fn &&fn) {
  if (DenseElementsAttr constant = foldableConstant(operand))
    return mapElements<APInt, APInt>(
        type, [&](const APInt &x) { return std::optional<APInt>(fn(x)); },
        constant);
  return {};
}

static APFloat roundTo(double value, const llvm::fltSemantics &semantics) {
  APFloat result(value);
  bool lossy;
  result.convert(semantics, APFloat::rmNearestTiesToEven, &lossy);
  return result;
}

/// Folds a function known in float64.
static OpFoldResult foldFunction(Type type, Attribute operand,
                                 double (*fn)(double)) {
  return foldFloat(type, operand, [&](const APFloat &x) {
    return roundTo(fn(x.convertToDouble()), x.getSemantics());
  });
}

static OpFoldResult foldRounding(Type type, Attribute operand,
                                 APFloat::roundingMode mode) {
  return foldFloat(type, operand, [&](APFloat x) {
    x.roundToIntegral(mode);
    return x;
  });
}

static double logistic(double x) {
  if (x >= 0)
    return 1 / (1 + std::exp(-x));
  double e = std::exp(x);
  return e / (1 + e);
}

static double rsqrt(double x) { return 1 / std::sqrt(x); }

OpFoldResult CosOp::fold(FoldAdaptor a) {
  return foldFunction(getType(), a.getOperand(), std::cos);
}
OpFoldResult ErfOp::fold(FoldAdaptor a) {
  return foldFunction(getType(), a.getOperand(), std::erf);
}
OpFoldResult ExpOp::fold(FoldAdaptor a) {
  return foldFunction(getType(), a.getOperand(), std::exp);
}
OpFoldResult LogOp::fold(FoldAdaptor a) {
  return foldFunction(getType(), a.getOperand(), std::log);
}
OpFoldResult SinOp::fold(FoldAdaptor a) {
  return foldFunction(getType(), a.getOperand(), std::sin);
}

OpFoldResult Expm1Op::fold(FoldAdaptor a) {
  return foldFunction(getType(), a.getOperand(), std::expm1);
}
OpFoldResult Log1pOp::fold(FoldAdaptor a) {
  return foldFunction(getType(), a.getOperand(), std::log1p);
}
OpFoldResult LogisticOp::fold(FoldAdaptor a) {
  return foldFunction(getType(), a.getOperand(), logistic);
}
OpFoldResult RsqrtOp::fold(FoldAdaptor a) {
  return foldFunction(getType(), a.getOperand(), rsqrt);
}
OpFoldResult SqrtOp::fold(FoldAdaptor a) {
  return foldFunction(getType(), a.getOperand(), std::sqrt);
}
OpFoldResult TanhOp::fold(FoldAdaptor a) {
  return foldFunction(getType(), a.getOperand(), std::tanh);
}

OpFoldResult CeilOp::fold(FoldAdaptor a) {
  return foldRounding(getType(), a.getOperand(), APFloat::rmTowardPositive);
}
OpFoldResult FloorOp::fold(FoldAdaptor a) {
  return foldRounding(getType(), a.getOperand(), APFloat::rmTowardNegative);
}
OpFoldResult RoundOp::fold(FoldAdaptor a) {
  return foldRounding(getType(), a.getOperand(), APFloat::rmNearestTiesToEven);
}

OpFoldResult AbsOp::fold(FoldAdaptor a) {
  if (getOperand().getDefiningOp<AbsOp>() || hasUnsignedElements(getType()))
    return getOperand();
  if (hasFloatElements(getType()))
    return foldFloat(getType(), a.getOperand(),
                     [](const APFloat &x) { return llvm::abs(x); });
  return foldInt(getType(), a.getOperand(),
                 [](const APInt &x) { return x.abs(); });
}

OpFoldResult NegOp::fold(FoldAdaptor a) {
  if (auto inner = getOperand().getDefiningOp<NegOp>())
    return inner.getOperand();
  if (hasFloatElements(getType()))
    return foldFloat(getType(), a.getOperand(),
                     [](const APFloat &x) { return llvm::neg(x); });
  return foldInt(getType(), a.getOperand(), [](const APInt &x) { return -x; });
}

OpFoldResult NotOp::fold(FoldAdaptor a) {
  if (auto inner = getOperand().getDefiningOp<NotOp>())
    return inner.getOperand();
  return foldInt(getType(), a.getOperand(), [](const APInt &x) { return ~x; });
}

OpFoldResult SignOp::fold(FoldAdaptor a) {
  if (hasFloatElements(getType()))
    return foldFloat(getType(), a.getOperand(), [](const APFloat &x) {
      if (x.isNaN())
        return x;
      APFloat result(x.getSemantics(), x.isZero() ? 0 : 1);
      return x.isNegative() && !x.isZero() ? llvm::neg(result) : result;
    });
  bool isUnsigned = hasUnsignedElements(getType());
  return foldInt(getType(), a.getOperand(), [&](const APInt &x) {
    if (x.isZero())
      return x;
    APInt one(x.getBitWidth(), 1);
    return !isUnsigned && x.isNegative() ? -one : one;
  });
}

//===----------------------------------------------------------------------===//
// Binary
//===----------------------------------------------------------------------===//

/// Folds two constants by one function for each kind of element. Either may
/// give nothing where the value is not certain.
template <typename FloatFn, typename IntFn>
static OpFoldResult foldBinary(Type type, Attribute lhs, Attribute rhs,
                               FloatFn &&floatFn, IntFn &&intFn) {
  DenseElementsAttr x = foldableConstant(lhs), y = foldableConstant(rhs);
  if (!x || !y)
    return {};
  if (hasFloatElements(type))
    return mapElements<APFloat, APFloat>(type, floatFn, x, y);
  return mapElements<APInt, APInt>(type, intFn, x, y);
}

static std::optional<APFloat> noFloat(const APFloat &, const APFloat &) {
  return std::nullopt;
}
static std::optional<APInt> noInt(const APInt &, const APInt &) {
  return std::nullopt;
}

OpFoldResult AddOp::fold(FoldAdaptor a) {
  if (isSplatOf(a.getRhs(), 0))
    return getLhs();
  if (isSplatOf(a.getLhs(), 0))
    return getRhs();
  return foldBinary(
      getType(), a.getLhs(), a.getRhs(),
      [](const APFloat &x, const APFloat &y) { return std::optional(x + y); },
      [](const APInt &x, const APInt &y) { return std::optional(x + y); });
}

OpFoldResult SubOp::fold(FoldAdaptor a) {
  if (isSplatOf(a.getRhs(), 0))
    return getLhs();
  if (getLhs() == getRhs() && !hasFloatElements(getType()))
    return makeSplat(getType(), 0);
  return foldBinary(
      getType(), a.getLhs(), a.getRhs(),
      [](const APFloat &x, const APFloat &y) { return std::optional(x - y); },
      [](const APInt &x, const APInt &y) { return std::optional(x - y); });
}

OpFoldResult MulOp::fold(FoldAdaptor a) {
  if (isSplatOf(a.getRhs(), 1))
    return getLhs();
  if (isSplatOf(a.getLhs(), 1))
    return getRhs();
  if (!hasFloatElements(getType()) &&
      (isSplatOf(a.getLhs(), 0) || isSplatOf(a.getRhs(), 0)))
    return makeSplat(getType(), 0);
  return foldBinary(
      getType(), a.getLhs(), a.getRhs(),
      [](const APFloat &x, const APFloat &y) { return std::optional(x * y); },
      [](const APInt &x, const APInt &y) { return std::optional(x * y); });
}

OpFoldResult DivOp::fold(FoldAdaptor a) {
  if (isSplatOf(a.getRhs(), 1))
    return getLhs();
  return foldBinary(
      getType(), a.getLhs(), a.getRhs(),
      [](const APFloat &x, const APFloat &y) { return std::optional(x / y); },
      noInt);
}

/// The integer quotient rounded down; 0 by zero.
static APInt floorDivide(const APInt &x, const APInt &y, bool isUnsigned) {
  if (y.isZero())
    return y;
  if (isUnsigned)
    return x.udiv(y);
  // The least value divided by -1 wraps, which APInt's division does too.
  APInt quotient = x.sdiv(y);
  if (!x.srem(y).isZero() && x.isNegative() != y.isNegative())
    --quotient;
  return quotient;
}

OpFoldResult FloorDivOp::fold(FoldAdaptor a) {
  bool isUnsigned = hasUnsignedElements(getType());
  if (!hasFloatElements(getType()) && isSplatOf(a.getRhs(), 1))
    return getLhs();
  return foldBinary(
      getType(), a.getLhs(), a.getRhs(),
      [](const APFloat &x, const APFloat &y) -> std::optional<APFloat> {
        if (!x.isFinite() || !y.isFiniteNonZero())
          return std::nullopt;
        // A quotient that rounds up to an integer has a floor that depends on
        // how it is computed; that is left to run time.
        APFloat quotient = x / y, remainder = x;
        remainder.mod(y);
        if (quotient.isInteger() && !remainder.isZero())
          return std::nullopt;
        quotient.roundToIntegral(APFloat::rmTowardNegative);
        return quotient;
      },
      [&](const APInt &x, const APInt &y) {
        return std::optional(floorDivide(x, y, isUnsigned));
      });
}

OpFoldResult ModOp::fold(FoldAdaptor a) {
  bool isUnsigned = hasUnsignedElements(getType());
  return foldBinary(
      getType(), a.getLhs(), a.getRhs(),
      [](const APFloat &x, const APFloat &y) -> std::optional<APFloat> {
        if (!x.isFinite() || !y.isFiniteNonZero())
          return std::nullopt;
        // Only where x - y * floor(x / y) is exact does its rounding not
        // matter.
        APFloat remainder = x;
        remainder.mod(y);
        if (!remainder.isZero() && remainder.isNegative() != y.isNegative())
          remainder = remainder + y;
        APFloat quotient = x / y;
        quotient.roundToIntegral(APFloat::rmTowardNegative);
        if ((x - y * quotient).compare(remainder) != APFloat::cmpEqual)
          return std::nullopt;
        return remainder;
      },
      [&](const APInt &x, const APInt &y) {
        if (y.isZero())
          return std::optional(y);
        return std::optional(x - y * floorDivide(x, y, isUnsigned));
      });
}

OpFoldResult MaxOp::fold(FoldAdaptor a) {
  if (getLhs() == getRhs())
    return getLhs();
  bool isUnsigned = hasUnsignedElements(getType());
  return foldBinary(
      getType(), a.getLhs(), a.getRhs(),
      [](const APFloat &x, const APFloat &y) {
        return std::optional(llvm::maximum(x, y));
      },
      [&](const APInt &x, const APInt &y) {
        return std::optional((isUnsigned ? x.uge(y) : x.sge(y)) ? x : y);
      });
}

OpFoldResult MinOp::fold(FoldAdaptor a) {
  if (getLhs() == getRhs())
    return getLhs();
  bool isUnsigned = hasUnsignedElements(getType());
  return foldBinary(
      getType(), a.getLhs(), a.getRhs(),
      [](const APFloat &x, const APFloat &y) {
        return std::optional(llvm::minimum(x, y));
      },
      [&](const APInt &x, const APInt &y) {
        return std::optional((isUnsigned ? x.ule(y) : x.sle(y)) ? x : y);
      });
}

OpFoldResult PowOp::fold(FoldAdaptor a) {
  if (isSplatOf(a.getRhs(), 1))
    return getLhs();
  // As in C, also where the base is NaN.
  if (isSplatOf(a.getRhs(), 0))
    return makeSplat(getType(), 1);
  return foldBinary(
      getType(), a.getLhs(), a.getRhs(),
      [](const APFloat &x, const APFloat &y) {
        return std::optional(
            roundTo(std::pow(x.convertToDouble(), y.convertToDouble()),
                    x.getSemantics()));
      },
      noInt);
}

OpFoldResult AndOp::fold(FoldAdaptor a) {
  if (getLhs() == getRhs() || isSplatOf(a.getRhs(), 1))
    return getLhs();
  if (isSplatOf(a.getLhs(), 1))
    return getRhs();
  if (isSplatOf(a.getLhs(), 0) || isSplatOf(a.getRhs(), 0))
    return makeSplat(getType(), 0);
  return foldBinary(
      getType(), a.getLhs(), a.getRhs(), noFloat,
      [](const APInt &x, const APInt &y) { return std::optional(x & y); });
}

OpFoldResult OrOp::fold(FoldAdaptor a) {
  if (getLhs() == getRhs() || isSplatOf(a.getRhs(), 0))
    return getLhs();
  if (isSplatOf(a.getLhs(), 0))
    return getRhs();
  if (isSplatOf(a.getLhs(), 1) || isSplatOf(a.getRhs(), 1))
    return makeSplat(getType(), 1);
  return foldBinary(
      getType(), a.getLhs(), a.getRhs(), noFloat,
      [](const APInt &x, const APInt &y) { return std::optional(x | y); });
}

//===----------------------------------------------------------------------===//
// Compare, select, convert
//===----------------------------------------------------------------------===//

/// Whether the predicate holds of a pair ordered like `order` (-1, 0 or 1).
static bool holds(Predicate predicate, int order) {
  switch (predicate) {
  case Predicate::eq:
    return order == 0;
  case Predicate::ne:
    return order != 0;
  case Predicate::lt:
    return order < 0;
  case Predicate::le:
    return order <= 0;
  case Predicate::gt:
    return order > 0;
  case Predicate::ge:
    return order >= 0;
  }
  llvm_unreachable("all predicates are listed");
}

OpFoldResult CompareOp::fold(FoldAdaptor a) {
  Predicate predicate = getPredicate();
  Type operandType = getLhs().getType();
  // A NaN differs from itself.
  if (getLhs() == getRhs() && !hasFloatElements(operandType))
    return makeSplat(getType(), holds(predicate, 0));
  DenseElementsAttr x = foldableConstant(a.getLhs()),
                    y = foldableConstant(a.getRhs());
  if (!x || !y)
    return {};
  if (hasFloatElements(operandType))
    return mapElements<APFloat, APInt>(
        getType(),
        [&](const APFloat &x, const APFloat &y) {
          APFloat::cmpResult order = x.compare(y);
          bool result =
              order == APFloat::cmpUnordered
                  ? predicate == Predicate::ne
                  : holds(predicate, order == APFloat::cmpLessThan      ? -1
                                     : order == APFloat::cmpGreaterThan ? 1
                                                                        : 0);
          return std::optional(APInt(1, result));
        },
        x, y);
  bool isUnsigned = hasUnsignedElements(operandType);
  return mapElements<APInt, APInt>(
      getType(),
      [&](const APInt &x, const APInt &y) {
        bool less = isUnsigned ? x.ult(y) : x.slt(y);
        return std::optional(APInt(1, holds(predicate, x == y ? 0
                                                       : less ? -1
                                                              : 1)));
      },
      x, y);
}

template <typename Element>
static DenseElementsAttr chooseElements(DenseElementsAttr condition,
                                        DenseElementsAttr x,
                                        DenseElementsAttr y) {
  SmallVector<Element> values;
  for (auto [choice, ifTrue, ifFalse] :
       llvm::zip_equal(condition.getValues<bool>(), x.getValues<Element>(),
                       y.getValues<Element>()))
    values.push_back(choice ? ifTrue : ifFalse);
  return DenseElementsAttr::get(x.getType(), values);
}

OpFoldResult SelectOp::fold(FoldAdaptor a) {
  if (getTrueValue() == getFalseValue() || isSplatOf(a.getCondition(), 1))
    return getTrueValue();
  if (isSplatOf(a.getCondition(), 0))
    return getFalseValue();
  DenseElementsAttr condition = foldableConstant(a.getCondition());
  DenseElementsAttr x = foldableConstant(a.getTrueValue());
  DenseElementsAttr y = foldableConstant(a.getFalseValue());
  if (!condition || !x || !y || getType().getNumElements() > maxFoldedElements)
    return {};
  return hasFloatElements(getType()) ? chooseElements<APFloat>(condition, x, y)
                                     : chooseElements<APInt>(condition, x, y);
}

/// Whether every value of `from` is one of `to`, and converts to it.
static bool convertsExactly(Type from, Type to) {
  if (from == to)
    return true;
  if (auto fromFloat = dyn_cast<FloatType>(from)) {
    auto toFloat = dyn_cast<FloatType>(to);
    return toFloat && fromFloat.getWidth() < toFloat.getWidth();
  }
  unsigned width = from.getIntOrFloatBitWidth();
  bool isUnsigned = hasUnsignedElements(from);
  if (auto toFloat = dyn_cast<FloatType>(to))
    return width - !isUnsigned <= toFloat.getFPMantissaWidth();
  if (to.getIntOrFloatBitWidth() == 1)
    return false;
  if (hasUnsignedElements(to))
    return isUnsigned && width < to.getIntOrFloatBitWidth();
  return width < to.getIntOrFloatBitWidth();
}

/// Whether going from `a` to `c` by way of `b` is the same as going straight.
static bool isStraight(Type a, Type b, Type c) {
  if (!convertsExactly(a, b))
    return false;
  // Integers wrap where floating-point values saturate.
  if (isa<IntegerType>(a) && isa<FloatType>(b) && isa<IntegerType>(c) &&
      !c.isInteger(1))
    return convertsExactly(a, c);
  return true;
}

static std::optional<APInt> toInt(const APFloat &x, unsigned width,
                                  bool isUnsigned) {
  if (width == 1)
    return APInt(1, !x.isZero());
  // Saturates, and gives 0 for NaN.
  llvm::APSInt result(width, isUnsigned);
  bool exact;
  x.convertToInteger(result, APFloat::rmTowardZero, &exact);
  return result;
}

OpFoldResult ConvertOp::fold(FoldAdaptor a) {
  if (getOperand().getType() == getType())
    return getOperand();
  Type from = getElementTypeOrSelf(getOperand().getType()),
       to = getElementTypeOrSelf(getType());
  if (auto inner = getOperand().getDefiningOp<ConvertOp>())
    if (isStraight(getElementTypeOrSelf(inner.getOperand().getType()), from,
                   to)) {
      getOperandMutable().assign(inner.getOperand());
      return getResult();
    }

  DenseElementsAttr constant = foldableConstant(a.getOperand());
  if (!constant)
    return {};
  bool fromUnsigned = hasUnsignedElements(from),
       toUnsigned = hasUnsignedElements(to);
  auto toFloat = dyn_cast<FloatType>(to);
  unsigned width = to.getIntOrFloatBitWidth();
  if (isa<FloatType>(from) && toFloat)
    return mapElements<APFloat, APFloat>(
        getType(),
        [&](APFloat x) {
          bool lossy;
          x.convert(toFloat.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                    &lossy);
          return std::optional(x);
        },
        constant);
  if (isa<FloatType>(from))
    return mapElements<APFloat, APInt>(
        getType(),
        [&](const APFloat &x) { return toInt(x, width, toUnsigned); },
        constant);
  if (toFloat)
    return mapElements<APInt, APFloat>(
        getType(),
        [&](const APInt &x) {
          APFloat result(toFloat.getFloatSemantics());
          result.convertFromAPInt(x, !fromUnsigned,
                                  APFloat::rmNearestTiesToEven);
          return std::optional(result);
        },
        constant);
  return mapElements<APInt, APInt>(
      getType(),
      [&](const APInt &x) {
        if (width == 1)
          return std::optional(APInt(1, !x.isZero()));
        return std::optional(fromUnsigned ? x.zextOrTrunc(width)
                                          : x.sextOrTrunc(width));
      },
      constant);
}

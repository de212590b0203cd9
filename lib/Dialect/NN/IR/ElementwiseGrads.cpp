//===- ElementwiseGrads.cpp - slopes of elementwise ops -------------------===//
//
// Each rule is made of differentiable ops wherever the true slope is
// differentiable. A slope that may be infinite or NaN is never multiplied by a
// zero that stands for "not chosen": the operand is made safe first.
//
//===----------------------------------------------------------------------===//
#include "GradRules.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace nnc::nn;

//===----------------------------------------------------------------------===//
// Unary
//===----------------------------------------------------------------------===//

SmallVector<Value> AbsOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  return applyGradRules(*this, builder, resultGrads, needed,
                        [&](NNBuilder &b, Value g) {
                          return b.mul(g, b.make<SignOp>(getOperand()));
                        });
}

/// No gradient, which is zero: what changes in steps is flat between them.
static SmallVector<Value> buildZeroVJP(Operation *op) {
  return SmallVector<Value>(op->getNumOperands());
}

SmallVector<Value> CeilOp::buildVJP(OpBuilder &, ValueRange, ArrayRef<bool>) {
  return buildZeroVJP(*this);
}

SmallVector<Value> FloorOp::buildVJP(OpBuilder &, ValueRange, ArrayRef<bool>) {
  return buildZeroVJP(*this);
}

SmallVector<Value> FloorDivOp::buildVJP(OpBuilder &, ValueRange,
                                        ArrayRef<bool>) {
  return buildZeroVJP(*this);
}

SmallVector<Value> RoundOp::buildVJP(OpBuilder &, ValueRange, ArrayRef<bool>) {
  return buildZeroVJP(*this);
}

SmallVector<Value> SignOp::buildVJP(OpBuilder &, ValueRange, ArrayRef<bool>) {
  return buildZeroVJP(*this);
}

SmallVector<Value> CosOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  return applyGradRules(*this, builder, resultGrads, needed,
                        [&](NNBuilder &b, Value g) {
                          return b.neg(b.mul(g, b.make<SinOp>(getOperand())));
                        });
}

SmallVector<Value> ErfOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed, [&](NNBuilder &b, Value g) {
        Value x = getOperand();
        Value bell = b.make<ExpOp>(b.neg(b.mul(x, x)));
        return b.mul(b.scale(g, 2 * llvm::numbers::inv_sqrtpi), bell);
      });
}

SmallVector<Value> ExpOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [&](NNBuilder &b, Value g) { return b.mul(g, getResult()); });
}

SmallVector<Value> Expm1Op::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                     ArrayRef<bool> needed) {
  // Not the result plus one, which is 0 to all digits for very negative x.
  return applyGradRules(*this, builder, resultGrads, needed,
                        [&](NNBuilder &b, Value g) {
                          return b.mul(g, b.make<ExpOp>(getOperand()));
                        });
}

SmallVector<Value> LogOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [&](NNBuilder &b, Value g) { return b.div(g, getOperand()); });
}

SmallVector<Value> Log1pOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                     ArrayRef<bool> needed) {
  return applyGradRules(*this, builder, resultGrads, needed,
                        [&](NNBuilder &b, Value g) {
                          Value x = getOperand();
                          return b.div(g, b.add(x, b.splat(x, 1)));
                        });
}

SmallVector<Value> LogisticOp::buildVJP(OpBuilder &builder,
                                        ValueRange resultGrads,
                                        ArrayRef<bool> needed) {
  return applyGradRules(*this, builder, resultGrads, needed,
                        [&](NNBuilder &b, Value g) {
                          Value s = getResult();
                          return b.mul(g, b.mul(s, b.complement(1, s)));
                        });
}

SmallVector<Value> NegOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  return applyGradRules(*this, builder, resultGrads, needed,
                        [&](NNBuilder &b, Value g) { return b.neg(g); });
}

SmallVector<Value> RsqrtOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                     ArrayRef<bool> needed) {
  return applyGradRules(*this, builder, resultGrads, needed,
                        [&](NNBuilder &b, Value g) {
                          Value y = getResult(), cube = b.mul(y, b.mul(y, y));
                          return b.mul(b.scale(g, -0.5), cube);
                        });
}

SmallVector<Value> SinOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  return applyGradRules(*this, builder, resultGrads, needed,
                        [&](NNBuilder &b, Value g) {
                          return b.mul(g, b.make<CosOp>(getOperand()));
                        });
}

SmallVector<Value> SqrtOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                    ArrayRef<bool> needed) {
  return applyGradRules(*this, builder, resultGrads, needed,
                        [&](NNBuilder &b, Value g) {
                          return b.div(b.scale(g, 0.5), getResult());
                        });
}

SmallVector<Value> TanhOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                    ArrayRef<bool> needed) {
  return applyGradRules(*this, builder, resultGrads, needed,
                        [&](NNBuilder &b, Value g) {
                          Value y = getResult();
                          return b.mul(g, b.complement(1, b.mul(y, y)));
                        });
}

//===----------------------------------------------------------------------===//
// Binary
//===----------------------------------------------------------------------===//

SmallVector<Value> AddOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  auto pass = [](NNBuilder &, Value g) { return g; };
  return applyGradRules(*this, builder, resultGrads, needed, pass, pass);
}

SmallVector<Value> SubOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [](NNBuilder &, Value g) { return g; },
      [](NNBuilder &b, Value g) { return b.neg(g); });
}

SmallVector<Value> MulOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  // A square, as a person would write it.
  if (getLhs() == getRhs())
    return applyGradRules(
        *this, builder, resultGrads, needed,
        [&](NNBuilder &b, Value g) { return b.mul(b.scale(g, 2), getLhs()); });
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [&](NNBuilder &b, Value g) { return b.mul(g, getRhs()); },
      [&](NNBuilder &b, Value g) { return b.mul(g, getLhs()); });
}

SmallVector<Value> DivOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  // Both want g / y.
  Value quotient;
  auto overDivisor = [&](NNBuilder &b, Value g) {
    return quotient ? quotient : quotient = b.div(g, getRhs());
  };
  return applyGradRules(*this, builder, resultGrads, needed, overDivisor,
                        [&](NNBuilder &b, Value g) {
                          return b.neg(b.mul(overDivisor(b, g), getResult()));
                        });
}

/// The gradient of max and min: to the first operand where `predicate` holds,
/// else to the second.
static SmallVector<Value> chooseGrad(Operation *op, Predicate predicate,
                                     OpBuilder &builder, ValueRange resultGrads,
                                     ArrayRef<bool> needed) {
  Value first;
  auto isFirst = [&](NNBuilder &b) {
    return first ? first
                 : first = b.compare(predicate, op->getOperand(0),
                                     op->getOperand(1));
  };
  return applyGradRules(
      op, builder, resultGrads, needed,
      [&](NNBuilder &b, Value g) { return b.keepIf(isFirst(b), g); },
      [&](NNBuilder &b, Value g) { return b.keepUnless(isFirst(b), g); });
}

SmallVector<Value> MaxOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  return chooseGrad(*this, Predicate::ge, builder, resultGrads, needed);
}

SmallVector<Value> MinOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  return chooseGrad(*this, Predicate::le, builder, resultGrads, needed);
}

SmallVector<Value> ModOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [](NNBuilder &, Value g) { return g; },
      [&](NNBuilder &b, Value g) {
        return b.neg(b.mul(g, b.make<FloorDivOp>(getLhs(), getRhs())));
      });
}

/// y * x^(y-1), where a literal exponent says what there is to compute.
static Value powerSlope(NNBuilder &b, Value x, Value y) {
  if (std::optional<double> exponent = getSplat(y)) {
    if (*exponent == 0)
      return b.zeros(x);
    if (*exponent == 1)
      return b.splat(x, 1);
    if (*exponent == 2)
      return b.scale(x, 2);
    return b.scale(b.make<PowOp>(x, b.splat(x, *exponent - 1)), *exponent);
  }
  // At x = y = 0 the power is constant, but x^(y-1) infinite.
  Value zero = b.zeros(x), one = b.splat(x, 1);
  Value baseZero = b.compare(Predicate::eq, x, zero);
  Value exponentZero = b.compare(Predicate::eq, y, zero);
  Value safe = b.select(b.make<AndOp>(baseZero, exponentZero), one, x);
  return b.mul(y, b.make<PowOp>(safe, b.sub(y, one)));
}

SmallVector<Value> PowOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                   ArrayRef<bool> needed) {
  Value x = getLhs(), y = getRhs();
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [&](NNBuilder &b, Value g) { return b.mul(g, powerSlope(b, x, y)); },
      [&](NNBuilder &b, Value g) {
        // x^y ln x where x > 0. Elsewhere 1 takes the place of x, and ln 1 is
        // the gradient: no infinity or NaN appears, whatever it is multiplied
        // by.
        Value one = b.splat(x, 1);
        Value safe = b.select(b.compare(Predicate::gt, x, b.zeros(x)), x, one);
        Value power = b.make<PowOp>(safe, y), log = b.make<LogOp>(safe);
        return b.mul(g, b.mul(power, log));
      });
}

//===----------------------------------------------------------------------===//
// Select, convert
//===----------------------------------------------------------------------===//

SmallVector<Value> SelectOp::buildVJP(OpBuilder &builder,
                                      ValueRange resultGrads,
                                      ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [](NNBuilder &, Value) { return Value(); },
      [&](NNBuilder &b, Value g) { return b.keepIf(getCondition(), g); },
      [&](NNBuilder &b, Value g) { return b.keepUnless(getCondition(), g); });
}

SmallVector<Value> ConvertOp::buildVJP(OpBuilder &builder,
                                       ValueRange resultGrads,
                                       ArrayRef<bool> needed) {
  // From or to an integer, no gradient flows.
  if (!isFloatTensor(getResult()))
    return SmallVector<Value>(1);
  return applyGradRules(*this, builder, resultGrads, needed,
                        [&](NNBuilder &b, Value g) {
                          if (std::optional<double> value = getSplat(g))
                            return b.splat(getOperand(), *value);
                          return b.make<ConvertOp>(getOperand().getType(), g);
                        });
}

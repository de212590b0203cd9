//===- ElementwisePayload.cpp - elementwise ops on scalars ----------------===//
//
// Each elementwise nn op in arith and math ops, as its description says.
//
//===----------------------------------------------------------------------===//
#include "Stage.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

namespace {

/// Short hands for one payload.
struct Scalars {
  Stage &stage;
  OpBuilder &b = stage.body;
  Location loc = stage.loc;
  bool isUnsigned = false;

  template <typename Op, typename... Args>
  Value make(Args... args) {
    return Op::create(b, loc, args...);
  }
  /// A floating-point op with the stage's flags.
  template <typename Op>
  Value flagged(ValueRange operands) {
    auto flags = arith::FastMathFlagsAttr::get(b.getContext(), stage.flags);
    OperationState state(loc, Op::getOperationName());
    state.addOperands(operands);
    state.addTypes(operands.front().getType());
    state.addAttribute("fastmath", flags);
    return b.create(state)->getResult(0);
  }
  Value constant(Type type, double value) { return buildConstant(stage, type, value); }
  Value select(Value c, Value x, Value y) { return make<arith::SelectOp>(c, x, y); }
  Value lessF(Value x, Value y) { return make<arith::CmpFOp>(arith::CmpFPredicate::OLT, x, y); }
  Value compareI(arith::CmpIPredicate p, Value x, Value y) {
    return make<arith::CmpIOp>(p, x, y);
  }

  Value sign(Value x);
  Value logistic(Value x);
  Value floorDivideFloat(Value x, Value y, bool remainder);
  Value floorDivide(Value x, Value y, bool remainder);
  Value power(Value x, Value y);
  Value compare(Predicate predicate, Value x, Value y);
  Value convert(Value x, Type from, Type to);
};

} // namespace

Value Scalars::sign(Value x) {
  Type type = x.getType();
  Value zero = constant(type, 0), one = constant(type, 1);
  if (isa<FloatType>(type))
    return select(lessF(zero, x), one, select(lessF(x, zero), constant(type, -1), x));
  Value positive = compareI(isUnsigned ? arith::CmpIPredicate::ugt : arith::CmpIPredicate::sgt, x, zero);
  if (isUnsigned)
    return select(positive, one, zero);
  return select(positive, one, select(compareI(arith::CmpIPredicate::slt, x, zero),
                                      constant(type, -1), zero));
}

/// With e = exp(-|x|), never above 1: 1/(1+e) right of 0, e/(1+e) left of it.
Value Scalars::logistic(Value x) {
  Type type = x.getType();
  Value one = constant(type, 1);
  Value e = flagged<math::ExpOp>(flagged<arith::NegFOp>(flagged<math::AbsFOp>(x)));
  Value numerator = select(lessF(x, constant(type, 0)), e, one);
  return flagged<arith::DivFOp>({numerator, flagged<arith::AddFOp>({one, e})});
}

/// By the exact remainder, moved to the sign of y: x / y may round up to a
/// whole number that is above it.
Value Scalars::floorDivideFloat(Value x, Value y, bool remainder) {
  Type type = x.getType();
  Value zero = constant(type, 0), rest = make<arith::RemFOp>(x, y);
  Value isOpposite = make<arith::XOrIOp>(lessF(rest, zero), lessF(y, zero));
  Value isZero = make<arith::CmpFOp>(arith::CmpFPredicate::OEQ, rest, zero);
  rest = select(isOpposite, make<arith::AddFOp>(rest, y), rest);
  rest = select(isZero, make<math::CopySignOp>(zero, y), rest);
  if (remainder)
    return rest;
  Value quotient = make<arith::DivFOp>(x, y);
  Value whole = make<math::RoundEvenOp>(make<arith::DivFOp>(make<arith::SubFOp>(x, rest), y));
  // Where either is infinite there is no remainder to subtract.
  Value infinity = constant(type, std::numeric_limits<double>::infinity());
  auto isFinite = [&](Value v) { return lessF(make<math::AbsFOp>(v), infinity); };
  return select(make<arith::AndIOp>(isFinite(quotient), isFinite(y)), whole,
                make<math::FloorOp>(quotient));
}

Value Scalars::floorDivide(Value x, Value y, bool remainder) {
  Type type = x.getType();
  if (isa<FloatType>(type))
    return floorDivideFloat(x, y, remainder);
  // Division by zero, and of the least number by -1, are undefined in LLVM:
  // they divide by 1, which is right for the second and replaced for the first.
  Value zero = constant(type, 0), one = constant(type, 1);
  Value byZero = compareI(arith::CmpIPredicate::eq, y, zero);
  if (isUnsigned) {
    Value divisor = select(byZero, one, y);
    Value result = remainder ? make<arith::RemUIOp>(x, divisor) : make<arith::DivUIOp>(x, divisor);
    return select(byZero, zero, result);
  }
  Value minusOne = constant(type, -1);
  Value byMinusOne = compareI(arith::CmpIPredicate::eq, y, minusOne);
  Value divisor = select(make<arith::OrIOp>(byZero, byMinusOne), one, y);
  Value quotient = make<arith::DivSIOp>(x, divisor);
  Value rest = make<arith::SubIOp>(x, make<arith::MulIOp>(quotient, divisor));
  Value inexact = compareI(arith::CmpIPredicate::ne, rest, zero);
  Value opposite = compareI(arith::CmpIPredicate::slt, make<arith::XOrIOp>(rest, divisor), zero);
  Value down = make<arith::AndIOp>(inexact, opposite);
  Value result;
  if (remainder) {
    result = select(down, make<arith::AddIOp>(rest, divisor), rest);
    result = select(byMinusOne, zero, result);
  } else {
    result = select(down, make<arith::SubIOp>(quotient, one), quotient);
    result = select(byMinusOne, make<arith::SubIOp>(zero, x), result);
  }
  return select(byZero, zero, result);
}

/// A small constant integral exponent becomes multiplications, which are exact
/// in sign for negative x.
Value Scalars::power(Value x, Value y) {
  FloatAttr exponent;
  if (matchPattern(y, m_Constant(&exponent))) {
    double value = exponent.getValueAsDouble();
    if (value == std::trunc(value) && std::abs(value) <= 64) {
      Value result = constant(x.getType(), 1), square = x;
      bool first = true;
      for (auto n = static_cast<unsigned>(std::abs(value)); n != 0; n >>= 1) {
        if (n & 1) {
          result = first ? square : flagged<arith::MulFOp>({result, square});
          first = false;
        }
        if (n > 1)
          square = flagged<arith::MulFOp>({square, square});
      }
      return value < 0 ? flagged<arith::DivFOp>({constant(x.getType(), 1), result}) : result;
    }
  }
  return flagged<math::PowFOp>({x, y});
}

Value Scalars::compare(Predicate predicate, Value x, Value y) {
  using F = arith::CmpFPredicate;
  using I = arith::CmpIPredicate;
  if (isa<FloatType>(x.getType())) {
    static const F table[] = {F::OEQ, F::UNE, F::OLT, F::OLE, F::OGT, F::OGE};
    return make<arith::CmpFOp>(table[static_cast<unsigned>(predicate)], x, y);
  }
  static const I table[] = {I::eq, I::ne, I::slt, I::sle, I::sgt, I::sge};
  static const I unsignedTable[] = {I::eq, I::ne, I::ult, I::ule, I::ugt, I::uge};
  bool useUnsigned = isUnsigned || x.getType().isInteger(1);
  return compareI((useUnsigned ? unsignedTable : table)[static_cast<unsigned>(predicate)], x, y);
}

Value Scalars::convert(Value x, Type from, Type to) {
  Type source = x.getType(), target = getPayloadType(to);
  bool fromUnsigned = from.isInteger(1) || from.isUnsignedInteger();
  if (from == to)
    return x;
  if (to.isInteger(1)) {
    if (isa<FloatType>(source))
      return make<arith::CmpFOp>(arith::CmpFPredicate::UNE, x, constant(source, 0));
    return compareI(arith::CmpIPredicate::ne, x, constant(source, 0));
  }
  if (auto toFloat = dyn_cast<FloatType>(target)) {
    if (auto fromFloat = dyn_cast<FloatType>(source))
      return fromFloat.getWidth() < toFloat.getWidth() ? make<arith::ExtFOp>(target, x)
                                                       : make<arith::TruncFOp>(target, x);
    return fromUnsigned ? make<arith::UIToFPOp>(target, x) : make<arith::SIToFPOp>(target, x);
  }
  unsigned width = target.getIntOrFloatBitWidth();
  if (isa<FloatType>(source)) {
    // Saturate: clamp to what the target holds, in f64 where that is exact.
    bool toUnsigned = to.isUnsignedInteger();
    double low = toUnsigned ? 0 : -std::ldexp(1.0, width - 1);
    double high = std::ldexp(1.0, toUnsigned ? width : width - 1);
    Type wide = b.getF64Type();
    Value value = source == wide ? x : make<arith::ExtFOp>(wide, x);
    Value isNaN = make<arith::CmpFOp>(arith::CmpFPredicate::UNO, value, value);
    Value tooHigh = make<arith::CmpFOp>(arith::CmpFPredicate::OGE, value, constant(wide, high));
    Value tooLow = lessF(value, constant(wide, low));
    Value zero = constant(wide, 0);
    Value safe = select(make<arith::OrIOp>(isNaN, make<arith::OrIOp>(tooHigh, tooLow)), zero, value);
    Value integer = toUnsigned ? make<arith::FPToUIOp>(target, safe) : make<arith::FPToSIOp>(target, safe);
    APInt most = toUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width);
    APInt least = toUnsigned ? APInt::getMinValue(width) : APInt::getSignedMinValue(width);
    Value top = make<arith::ConstantOp>(TypedAttr(IntegerAttr::get(target, most)));
    Value bottom = make<arith::ConstantOp>(TypedAttr(IntegerAttr::get(target, least)));
    return select(tooHigh, top, select(tooLow, bottom, integer));
  }
  unsigned sourceWidth = source.getIntOrFloatBitWidth();
  if (sourceWidth == width)
    return x;
  if (sourceWidth > width)
    return make<arith::TruncIOp>(target, x);
  return fromUnsigned ? make<arith::ExtUIOp>(target, x) : make<arith::ExtSIOp>(target, x);
}

Value nnc::buildElementwise(Stage &stage, Operation *op, ValueRange operands) {
  Type element = cast<RankedTensorType>(op->getOperand(0).getType()).getElementType();
  Scalars s{stage};
  s.isUnsigned = element.isUnsignedInteger();
  bool isFloat = isa<FloatType>(element);
  Value x = operands[0], y = operands.size() > 1 ? operands[1] : Value();
  auto binary = [&]<typename F, typename I>() -> Value {
    return isFloat ? s.flagged<F>({x, y}) : s.make<I>(x, y);
  };
  return TypeSwitch<Operation *, Value>(op)
      .Case<AbsOp>([&](auto) {
        return isFloat ? s.flagged<math::AbsFOp>(x)
                       : (s.isUnsigned ? x : s.make<math::AbsIOp>(x));
      })
      .Case<CeilOp>([&](auto) { return s.flagged<math::CeilOp>(x); })
      .Case<CosOp>([&](auto) { return s.flagged<math::CosOp>(x); })
      .Case<ErfOp>([&](auto) { return s.flagged<math::ErfOp>(x); })
      .Case<ExpOp>([&](auto) { return s.flagged<math::ExpOp>(x); })
      .Case<Expm1Op>([&](auto) { return s.flagged<math::ExpM1Op>(x); })
      .Case<FloorOp>([&](auto) { return s.flagged<math::FloorOp>(x); })
      .Case<LogOp>([&](auto) { return s.flagged<math::LogOp>(x); })
      .Case<Log1pOp>([&](auto) { return s.flagged<math::Log1pOp>(x); })
      .Case<LogisticOp>([&](auto) { return s.logistic(x); })
      .Case<NegOp>([&](auto) {
        return isFloat ? s.flagged<arith::NegFOp>(x)
                       : s.make<arith::SubIOp>(s.constant(x.getType(), 0), x);
      })
      .Case<NotOp>([&](auto) {
        Value yes = arith::ConstantOp::create(s.b, s.loc, s.b.getBoolAttr(true));
        return s.make<arith::XOrIOp>(x, yes);
      })
      .Case<RoundOp>([&](auto) { return s.flagged<math::RoundEvenOp>(x); })
      .Case<RsqrtOp>([&](auto) {
        return s.flagged<arith::DivFOp>({s.constant(x.getType(), 1), s.flagged<math::SqrtOp>(x)});
      })
      .Case<SignOp>([&](auto) { return s.sign(x); })
      .Case<SinOp>([&](auto) { return s.flagged<math::SinOp>(x); })
      .Case<SqrtOp>([&](auto) { return s.flagged<math::SqrtOp>(x); })
      .Case<TanhOp>([&](auto) { return s.flagged<math::TanhOp>(x); })
      .Case<AddOp>([&](auto) { return binary.operator()<arith::AddFOp, arith::AddIOp>(); })
      .Case<SubOp>([&](auto) { return binary.operator()<arith::SubFOp, arith::SubIOp>(); })
      .Case<MulOp>([&](auto) { return binary.operator()<arith::MulFOp, arith::MulIOp>(); })
      .Case<DivOp>([&](auto) { return s.flagged<arith::DivFOp>({x, y}); })
      .Case<FloorDivOp>([&](auto) { return s.floorDivide(x, y, false); })
      .Case<ModOp>([&](auto) { return s.floorDivide(x, y, true); })
      .Case<AndOp>([&](auto) { return s.make<arith::AndIOp>(x, y); })
      .Case<OrOp>([&](auto) { return s.make<arith::OrIOp>(x, y); })
      .Case<MaxOp>([&](auto) {
        return s.isUnsigned ? s.make<arith::MaxUIOp>(x, y)
                            : binary.operator()<arith::MaximumFOp, arith::MaxSIOp>();
      })
      .Case<MinOp>([&](auto) {
        return s.isUnsigned ? s.make<arith::MinUIOp>(x, y)
                            : binary.operator()<arith::MinimumFOp, arith::MinSIOp>();
      })
      .Case<PowOp>([&](auto) { return s.power(x, y); })
      .Case<CompareOp>([&](CompareOp compare) { return s.compare(compare.getPredicate(), x, y); })
      .Case<SelectOp>([&](auto) { return s.select(x, y, operands[2]); })
      .Case<ConvertOp>([&](ConvertOp convert) {
        return s.convert(x, element,
                         cast<RankedTensorType>(convert.getResult().getType()).getElementType());
      })
      .Case<StopGradientOp>([&](auto) { return x; });
}

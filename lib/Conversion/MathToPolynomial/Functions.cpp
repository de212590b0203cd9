//===- Functions.cpp - functions from simple arithmetic -------------------===//
//
// Reductions of the argument in the manner of Cody and Waite; the polynomials
// are those of Cephes (f32) and fdlibm (f64).
//
//===----------------------------------------------------------------------===//
#include "Functions.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace nnc;

namespace {

/// Arithmetic on values of one shape.
struct Arithmetic {
  OpBuilder &b;
  Location loc;
  /// The floating-point type, scalar or vector.
  Type type;

  Type withElement(Type element) const {
    if (auto vector = dyn_cast<VectorType>(type))
      return vector.clone(element);
    return element;
  }
  bool isDouble() const { return getElementTypeOrSelf(type).isF64(); }
  Type integerType() const { return withElement(b.getIntegerType(isDouble() ? 64 : 32)); }

  Value splat(TypedAttr attr, Type of) {
    if (auto vector = dyn_cast<VectorType>(of))
      attr = DenseElementsAttr::get(vector, attr);
    return arith::ConstantOp::create(b, loc, of, attr);
  }
  Value number(double value) {
    return splat(b.getFloatAttr(getElementTypeOrSelf(type), value), type);
  }
  Value integer(int64_t value) {
    Type of = integerType();
    return splat(b.getIntegerAttr(getElementTypeOrSelf(of), value), of);
  }
  Value add(Value x, Value y) { return arith::AddFOp::create(b, loc, x, y); }
  Value sub(Value x, Value y) { return arith::SubFOp::create(b, loc, x, y); }
  Value mul(Value x, Value y) { return arith::MulFOp::create(b, loc, x, y); }
  Value div(Value x, Value y) { return arith::DivFOp::create(b, loc, x, y); }
  Value select(Value c, Value x, Value y) { return arith::SelectOp::create(b, loc, c, x, y); }
  Value compare(arith::CmpFPredicate p, Value x, Value y) {
    return arith::CmpFOp::create(b, loc, p, x, y);
  }
  Value bits(Value x) { return arith::BitcastOp::create(b, loc, integerType(), x); }
  Value fromBits(Value x) { return arith::BitcastOp::create(b, loc, type, x); }
  Value addI(Value x, Value y) { return arith::AddIOp::create(b, loc, x, y); }
  Value subI(Value x, Value y) { return arith::SubIOp::create(b, loc, x, y); }
  Value shiftLeft(Value x, int64_t by) { return arith::ShLIOp::create(b, loc, x, integer(by)); }
  Value shiftRight(Value x, int64_t by) { return arith::ShRSIOp::create(b, loc, x, integer(by)); }

  /// Horner's rule, highest coefficient first.
  Value polynomial(Value x, ArrayRef<double> coefficients) {
    Value sum = number(coefficients.front());
    for (double c : coefficients.drop_front())
      sum = add(mul(sum, x), number(c));
    return sum;
  }

  /// Bits of the mantissa, and the number that rounds to integers when added.
  int64_t mantissa() const { return isDouble() ? 52 : 23; }
  double rounder() const { return isDouble() ? 0x1.8p52 : 0x1.8p23; }
  int64_t rounderBits() const { return isDouble() ? 0x4338000000000000 : 0x4B400000; }
  int64_t bias() const { return isDouble() ? 1023 : 127; }

  /// 2 to the power of an integer in the range of exponents.
  Value powerOfTwo(Value n) { return fromBits(shiftLeft(addI(n, integer(bias())), mantissa())); }
};

} // namespace

Value nnc::buildExp(OpBuilder &b, Location loc, Value x) {
  Arithmetic a{b, loc, x.getType()};
  using P = arith::CmpFPredicate;
  // Outside, the result is 0 or infinity; NaN is put back at the end. What ends
  // as 0 is not computed to the end: processors round to a subnormal number a
  // hundred times slower than to others, and masks make many zeros.
  Value most = a.number(a.isDouble() ? 710 : 89);
  Value isPositive = a.compare(P::OGT, x, a.number(a.isDouble() ? -746 : -104.5));
  Value inside = a.select(isPositive, x, a.number(0));
  inside = a.select(a.compare(P::OLT, inside, most), inside, most);

  Value shifted = a.add(a.mul(inside, a.number(1.44269504088896340736)), a.number(a.rounder()));
  Value n = a.sub(shifted, a.number(a.rounder()));
  Value exponent = a.subI(a.bits(shifted), a.integer(a.rounderBits()));
  Value y;
  if (a.isDouble()) {
    Value high = a.sub(inside, a.mul(n, a.number(6.93147180369123816490e-01)));
    Value low = a.mul(n, a.number(1.90821492927058770002e-10));
    Value r = a.sub(high, low), t = a.mul(r, r);
    Value p = a.polynomial(t, {4.13813679705723846039e-08, -1.65339022054652515390e-06,
                               6.61375632143793436117e-05, -2.77777777770155933842e-03,
                               1.66666666666666019037e-01});
    Value c = a.sub(r, a.mul(t, p));
    Value quotient = a.div(a.mul(r, c), a.sub(a.number(2), c));
    y = a.sub(a.number(1), a.sub(a.sub(low, quotient), high));
  } else {
    Value r = a.sub(inside, a.mul(n, a.number(0.693359375)));
    r = a.sub(r, a.mul(n, a.number(-2.12194440e-4)));
    Value p = a.polynomial(r, {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2,
                               1.6666665459e-1, 5.0000001201e-1});
    y = a.add(a.add(a.mul(p, a.mul(r, r)), r), a.number(1));
  }
  // In two steps: the power itself may be out of range.
  Value half = a.shiftRight(exponent, 1);
  y = a.mul(a.mul(y, a.powerOfTwo(half)), a.powerOfTwo(a.subI(exponent, half)));
  y = a.select(isPositive, y, a.number(0));
  return a.select(a.compare(P::UNO, x, x), x, y);
}

Value nnc::buildLog(OpBuilder &b, Location loc, Value x) {
  Arithmetic a{b, loc, x.getType()};
  using P = arith::CmpFPredicate;
  bool isDouble = a.isDouble();
  // Denormals are scaled into the normal range.
  Value isSmall = a.compare(P::OLT, x, a.number(isDouble ? 0x1p-1022 : 0x1p-126));
  Value normal = a.select(isSmall, a.mul(x, a.number(isDouble ? 0x1p54 : 0x1p23)), x);
  Value correction = a.select(isSmall, a.number(isDouble ? -54 : -23), a.number(0));
  // x = m * 2^e with m between sqrt(1/2) and sqrt(2).
  Value bits = a.bits(normal);
  Value root = a.integer(isDouble ? 0x3FE6A09E667F3BCD : 0x3F3504F3);
  Value exponent = a.shiftRight(a.subI(bits, root), a.mantissa());
  Value f = a.sub(a.fromBits(a.subI(bits, a.shiftLeft(exponent, a.mantissa()))), a.number(1));
  // As a sum with the rounding constant: an integer becomes a number.
  Value e = a.sub(a.fromBits(a.addI(exponent, a.integer(a.rounderBits()))), a.number(a.rounder()));
  e = a.add(e, correction);
  Value y;
  if (isDouble) {
    Value s = a.div(f, a.add(f, a.number(2))), z = a.mul(s, s);
    Value p = a.mul(z, a.polynomial(z, {1.479819860511658591e-01, 1.531383769920937332e-01,
                                        1.818357216161805012e-01, 2.222219843214978396e-01,
                                        2.857142874366239149e-01, 3.999999999940941908e-01,
                                        6.666666666666735130e-01}));
    Value halfSquare = a.mul(a.number(0.5), a.mul(f, f));
    Value low = a.add(a.mul(s, a.add(halfSquare, p)),
                      a.mul(e, a.number(1.90821492927058770002e-10)));
    y = a.sub(a.mul(e, a.number(6.93147180369123816490e-01)), a.sub(a.sub(halfSquare, low), f));
  } else {
    Value z = a.mul(f, f);
    Value p = a.polynomial(f, {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1,
                               1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1,
                               3.3333331174e-1});
    y = a.mul(a.mul(p, f), z);
    y = a.add(y, a.mul(e, a.number(-2.12194440e-4)));
    y = a.sub(y, a.mul(a.number(0.5), z));
    y = a.add(a.add(f, y), a.mul(e, a.number(0.693359375)));
  }
  double infinity = std::numeric_limits<double>::infinity();
  double nan = std::numeric_limits<double>::quiet_NaN();
  y = a.select(a.compare(P::OLT, x, a.number(infinity)), y, x);
  Value atMostZero =
      a.select(a.compare(P::OEQ, x, a.number(0)), a.number(-infinity), a.number(nan));
  return a.select(a.compare(P::ULE, x, a.number(0)), atMostZero, y);
}

/// x modulo pi/2 for numbers of 2^30 and above, in double precision: the
/// quadrant as the low bits of the first result, and what is left. x times each
/// piece of 2/pi is exact, and so is what remains of it modulo 4 quadrants.
static std::pair<Value, Value> reduceLarge(Arithmetic &a, Value x) {
  static const int64_t pieces[] = {0xA2F9836, 0xE4E4415, 0x29FC275, 0x7D1F534,
                                   0xDDC0DB6, 0x295993C, 0x439041F};
  Value quarters = a.number(0);
  for (auto [i, piece] : llvm::enumerate(pieces)) {
    Value product = a.mul(x, a.number(std::ldexp(piece, -28 * (static_cast<int>(i) + 1))));
    Value turns = math::FloorOp::create(a.b, a.loc, a.mul(product, a.number(0.25)));
    quarters = a.add(quarters, a.sub(product, a.mul(turns, a.number(4))));
  }
  Value shifted = a.add(quarters, a.number(a.rounder()));
  Value rest = a.sub(quarters, a.sub(shifted, a.number(a.rounder())));
  return {shifted, a.mul(rest, a.number(1.57079632679489661923))};
}

Value nnc::buildSinCos(OpBuilder &b, Location loc, Value x, bool isCos) {
  Arithmetic a{b, loc, x.getType()};
  Arithmetic wide{b, loc, a.withElement(b.getF64Type())};
  using P = arith::CmpFPredicate;
  Value size = math::AbsFOp::create(b, loc, x);
  Value exact = arith::ExtFOp::create(b, loc, wide.type, x);
  Value shifted = wide.add(wide.mul(exact, wide.number(6.36619772367581382433e-01)),
                           wide.number(wide.rounder()));
  Value n = wide.sub(shifted, wide.number(wide.rounder()));
  Value reduced = wide.sub(exact, wide.mul(n, wide.number(1.57079632673412561417e+00)));
  reduced = wide.sub(reduced, wide.mul(n, wide.number(6.07710050650619224932e-11)));
  Value isLarge = a.compare(P::OGE, size, a.number(0x1p30));
  auto [shiftedLarge, reducedLarge] = reduceLarge(wide, exact);
  shifted = wide.select(isLarge, shiftedLarge, shifted);
  reduced = wide.select(isLarge, reducedLarge, reduced);
  Value quadrant = arith::TruncIOp::create(b, loc, a.integerType(), wide.bits(shifted));
  if (isCos)
    quadrant = a.addI(quadrant, a.integer(1));

  Value r = arith::TruncFOp::create(b, loc, a.type, reduced), z = a.mul(r, r);
  Value sine = a.polynomial(z, {-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1});
  sine = a.add(a.mul(a.mul(sine, z), r), r);
  Value cosine = a.polynomial(z, {2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2});
  cosine = a.add(a.sub(a.mul(a.mul(cosine, z), z), a.mul(a.number(0.5), z)), a.number(1));
  // Quadrants 1 and 3 swap the two, 2 and 3 change the sign.
  Value one = arith::AndIOp::create(b, loc, quadrant, a.integer(1));
  Value swaps = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ne, one, a.integer(0));
  Value y = a.select(swaps, cosine, sine);
  Value sign = a.shiftLeft(arith::AndIOp::create(b, loc, quadrant, a.integer(2)), 30);
  y = a.fromBits(arith::XOrIOp::create(b, loc, a.bits(y), sign));
  // -0 stays; infinity and NaN become NaN.
  if (!isCos)
    y = a.select(a.compare(P::OEQ, x, a.number(0)), x, y);
  Value isFinite = a.compare(P::OLT, size, a.number(std::numeric_limits<double>::infinity()));
  return a.select(isFinite, y, a.number(std::numeric_limits<double>::quiet_NaN()));
}

Value nnc::buildPow(OpBuilder &b, Location loc, Value x, Value y) {
  Arithmetic narrow{b, loc, x.getType()};
  Arithmetic a{b, loc, narrow.withElement(b.getF64Type())};
  using P = arith::CmpFPredicate;
  Value base = arith::ExtFOp::create(b, loc, a.type, x);
  Value power = arith::ExtFOp::create(b, loc, a.type, y);
  Value logarithm = buildLog(b, loc, math::AbsFOp::create(b, loc, base));
  // 1 to any power and anything to the power of 0 are 1.
  Value zero = a.number(0);
  Value isOne = arith::OrIOp::create(b, loc, a.compare(P::OEQ, logarithm, zero),
                                     a.compare(P::OEQ, power, zero));
  Value size = buildExp(b, loc, a.select(isOne, zero, a.mul(power, logarithm)));
  // A negative base needs an integer; an odd one changes the sign.
  Value isInteger = a.compare(P::OEQ, math::FloorOp::create(b, loc, power), power);
  Value half = a.mul(power, a.number(0.5));
  Value isOdd = arith::AndIOp::create(
      b, loc, isInteger, a.compare(P::ONE, math::FloorOp::create(b, loc, half), half));
  Value signedSize = math::CopySignOp::create(b, loc, size, base);
  Value result = a.select(isOdd, signedSize, size);
  Value isNegative = arith::AndIOp::create(
      b, loc, a.compare(P::OLT, base, zero),
      a.compare(P::OGT, base, a.number(-std::numeric_limits<double>::infinity())));
  Value isFraction = a.compare(P::UNE, math::FloorOp::create(b, loc, power), power);
  Value isUndefined = arith::AndIOp::create(b, loc, isNegative, isFraction);
  result = a.select(isUndefined, a.number(std::numeric_limits<double>::quiet_NaN()), result);
  return arith::TruncFOp::create(b, loc, narrow.type, result);
}

Value nnc::buildTanh(OpBuilder &b, Location loc, Value x) {
  Arithmetic a{b, loc, x.getType()};
  using P = arith::CmpFPredicate;
  Value size = math::AbsFOp::create(b, loc, x);
  // 1 − 2/(e^2x + 1) loses nothing where it is not small, and ends in exactly 1.
  Value power = buildExp(b, loc, a.add(size, size));
  Value large = a.sub(a.number(1), a.div(a.number(2), a.add(power, a.number(1))));
  large = math::CopySignOp::create(b, loc, large, x);
  Value square = a.mul(x, x);
  Value p = a.polynomial(square, {-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1,
                                  -3.33332819422e-1});
  Value small = a.add(a.mul(a.mul(p, square), x), x);
  return a.select(a.compare(P::OLT, size, a.number(0.625)), small, large);
}

//===- Functions.cpp - functions from simple arithmetic -------------------===//
//
// Reductions of the argument in the manner of Cody and Waite; the polynomials
// are those of Cephes (f32) and fdlibm (f64). See Conversion/MathToPolynomial,
// whose arithmetic this follows step by step.
//
//===----------------------------------------------------------------------===//
#include "Functions.h"
#include <limits>

using namespace Halide;

namespace nnc::halide {

namespace {

/// Constants of one floating-point type, and its bits.
struct Arithmetic {
  Type type;

  bool isDouble() const { return type.bits() == 64; }
  /// Without a sign: Halide has integers wrap only then.
  Type integerType() const { return UInt(type.bits()); }
  Expr number(double value) const { return make_const(type, value); }
  Expr integer(int64_t value) const {
    return make_const(integerType(), static_cast<uint64_t>(value) & (~uint64_t(0) >> (64 - type.bits())));
  }
  /// With the sign kept.
  Expr shiftRight(const Expr &x, int by) const {
    return reinterpret(integerType(), reinterpret(Int(type.bits()), x) >> by);
  }
  Expr bits(const Expr &x) const { return reinterpret(integerType(), x); }
  Expr fromBits(const Expr &x) const { return reinterpret(type, x); }

  /// Horner's rule, highest coefficient first.
  Expr polynomial(const Expr &x, std::initializer_list<double> coefficients) const {
    Expr sum;
    for (double c : coefficients)
      sum = sum.defined() ? sum * x + number(c) : number(c);
    return sum;
  }

  /// Bits of the mantissa, and the number that rounds to integers when added.
  int mantissa() const { return isDouble() ? 52 : 23; }
  double rounder() const { return isDouble() ? 0x1.8p52 : 0x1.8p23; }
  int64_t rounderBits() const { return isDouble() ? 0x4338000000000000 : 0x4B400000; }

  /// 2 to the power of an integer in the range of exponents.
  Expr powerOfTwo(const Expr &n) const {
    return fromBits((n + integer(isDouble() ? 1023 : 127)) << mantissa());
  }
};

} // namespace

Expr isNaN(const Expr &x) { return x != x; }

Expr maximum(const Expr &x, const Expr &y) {
  return x.type().is_float() ? select(x > y || isNaN(x), x, y) : max(x, y);
}

Expr minimum(const Expr &x, const Expr &y) {
  return x.type().is_float() ? select(x < y || isNaN(x), x, y) : min(x, y);
}

Expr buildExp(const Expr &x) {
  Arithmetic a{x.type()};
  // Outside, the result is 0 or infinity; NaN is put back at the end. What ends
  // as 0 is not computed to the end: subnormal numbers are slow.
  Expr most = a.number(a.isDouble() ? 710 : 89);
  Expr isPositive = x > a.number(a.isDouble() ? -746 : -104.5);
  Expr inside = select(isPositive, x, a.number(0));
  inside = select(inside < most, inside, most);

  Expr shifted = inside * a.number(1.44269504088896340736) + a.number(a.rounder());
  Expr n = shifted - a.number(a.rounder());
  Expr exponent = a.bits(shifted) - a.integer(a.rounderBits());
  Expr y;
  if (a.isDouble()) {
    Expr high = inside - n * a.number(6.93147180369123816490e-01);
    Expr low = n * a.number(1.90821492927058770002e-10);
    Expr r = high - low, t = r * r;
    Expr p = a.polynomial(t, {4.13813679705723846039e-08, -1.65339022054652515390e-06,
                              6.61375632143793436117e-05, -2.77777777770155933842e-03,
                              1.66666666666666019037e-01});
    Expr c = r - t * p;
    y = a.number(1) - ((low - r * c / (a.number(2) - c)) - high);
  } else {
    Expr r = inside - n * a.number(0.693359375);
    r = r - n * a.number(-2.12194440e-4);
    Expr p = a.polynomial(r, {1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2,
                              1.6666665459e-1, 5.0000001201e-1});
    y = p * (r * r) + r + a.number(1);
  }
  // In two steps: the power itself may be out of range.
  Expr half = a.shiftRight(exponent, 1);
  y = y * a.powerOfTwo(half) * a.powerOfTwo(exponent - half);
  y = select(isPositive, y, a.number(0));
  return select(isNaN(x), x, y);
}

Expr buildLog(const Expr &x) {
  Arithmetic a{x.type()};
  bool isDouble = a.isDouble();
  // Denormals are scaled into the normal range.
  Expr isSmall = x < a.number(isDouble ? 0x1p-1022 : 0x1p-126);
  Expr normal = select(isSmall, x * a.number(isDouble ? 0x1p54 : 0x1p23), x);
  Expr correction = select(isSmall, a.number(isDouble ? -54 : -23), a.number(0));
  // x = m * 2^e with m between sqrt(1/2) and sqrt(2).
  Expr bits = a.bits(normal);
  Expr root = a.integer(isDouble ? 0x3FE6A09E667F3BCD : 0x3F3504F3);
  Expr exponent = a.shiftRight(bits - root, a.mantissa());
  Expr f = a.fromBits(bits - (exponent << a.mantissa())) - a.number(1);
  // As a sum with the rounding constant: an integer becomes a number.
  Expr e = a.fromBits(exponent + a.integer(a.rounderBits())) - a.number(a.rounder()) + correction;
  Expr y;
  if (isDouble) {
    Expr s = f / (f + a.number(2)), z = s * s;
    Expr p = z * a.polynomial(z, {1.479819860511658591e-01, 1.531383769920937332e-01,
                                  1.818357216161805012e-01, 2.222219843214978396e-01,
                                  2.857142874366239149e-01, 3.999999999940941908e-01,
                                  6.666666666666735130e-01});
    Expr halfSquare = a.number(0.5) * (f * f);
    Expr low = s * (halfSquare + p) + e * a.number(1.90821492927058770002e-10);
    y = e * a.number(6.93147180369123816490e-01) - ((halfSquare - low) - f);
  } else {
    Expr z = f * f;
    Expr p = a.polynomial(f, {7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1,
                              1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1,
                              3.3333331174e-1});
    y = p * f * z;
    y = y + e * a.number(-2.12194440e-4);
    y = y - a.number(0.5) * z;
    y = (f + y) + e * a.number(0.693359375);
  }
  double infinity = std::numeric_limits<double>::infinity();
  y = select(x < a.number(infinity), y, x);
  Expr atMostZero = select(x == a.number(0), a.number(-infinity),
                           a.number(std::numeric_limits<double>::quiet_NaN()));
  return select(x <= a.number(0), atMostZero, select(isNaN(x), x, y));
}

/// e^x - 1 as Kahan has it: what rounding took from e^x, its logarithm shows.
Expr buildExpm1(const Expr &x) {
  Arithmetic a{x.type()};
  Expr one = a.number(1), power = buildExp(x), less = power - one, back = buildLog(power);
  Expr y = select(back == power, power, less * (x / back));
  y = select(less == a.number(-1), a.number(-1), y);
  return select(power == one || isNaN(power), x, y);
}

Expr buildLog1p(const Expr &x) {
  Arithmetic a{x.type()};
  Expr one = a.number(1), more = x + one, y = buildLog(more);
  return select(more == one || more == y, x, x * (y / (more - one)));
}

/// Quotients of polynomials on three intervals, and 1 beyond them.
Expr buildErf(const Expr &x) {
  Arithmetic a{x.type()};
  static const double above[3][5] = {
      {0, 1.12837911, -0.523018539, 0.209741712, 0.0258146804},
      {0, 1.12750685, -0.364721417, 0.118407398, 0.0370645523},
      {-0.00330093061, 0.00351961935, -0.00141373626, 2.53447099e-4, -1.71048032e-5}};
  static const double below[3][5] = {
      {1, -0.463513821, 0.519230127, -0.131808966, 0.0739796459},
      {1, -3.276070e-01, 0.448369086, -0.0883462652, 0.0572442785},
      {1, -2.0606916, 1.62705934, -0.583389878, 0.0821908935}};
  Expr size = abs(x), isSmall = size < a.number(0.8), isMiddle = size < a.number(2);
  auto polynomial = [&](const double (&coefficients)[3][5]) {
    Expr sum;
    for (int i = 4; i >= 0; --i) {
      Expr c = select(isSmall, a.number(coefficients[0][i]),
                      select(isMiddle, a.number(coefficients[1][i]), a.number(coefficients[2][i])));
      sum = sum.defined() ? size * sum + c : c;
    }
    return sum;
  };
  Expr y = select(isMiddle, a.number(0), a.number(1)) + polynomial(above) / polynomial(below);
  y = select(size < a.number(3.75) || isNaN(x), y, a.number(1));
  return select(x < a.number(0), y * a.number(-1), y);
}

Expr buildTanh(const Expr &x) {
  Arithmetic a{x.type()};
  Expr size = abs(x);
  // 1 - 2/(e^2x + 1) loses nothing where it is not small, and ends in exactly 1.
  Expr power = buildExp(size + size);
  Expr large = a.number(1) - a.number(2) / (power + a.number(1));
  Expr sign = a.bits(x) & a.integer(std::numeric_limits<int32_t>::min());
  large = a.fromBits(a.bits(large) | sign);
  Expr square = x * x;
  Expr p = a.polynomial(square, {-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2,
                                 1.33314422036e-1, -3.33332819422e-1});
  return select(size < a.number(0.625), p * square * x + x, large);
}

} // namespace nnc::halide

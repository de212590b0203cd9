//===- InverseNormal.h - the normal distribution's quantiles ----*- C++ -*-===//
//
// Wichura: Algorithm AS 241, The Percentage Points of the Normal Distribution
// (Applied Statistics 37, 1988), in its two precisions.
//
// Evaluated in double without contraction, so that the numbers are the same
// wherever they are drawn. GCC contracts nothing in ISO mode; clang is told.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SUPPORT_INVERSENORMAL_H
#define NNC_SUPPORT_INVERSENORMAL_H

#include "nnc/Support/Threefry.h"
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace nnc {
namespace detail {

/// Horner's rule, lowest coefficient first.
template <size_t N>
inline double evaluatePolynomial(const double (&coefficients)[N], double x) {
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif
  double sum = coefficients[N - 1];
  for (size_t i = N - 1; i-- > 0;)
    sum = sum * x + coefficients[i];
  return sum;
}

/// The natural logarithm of a normal number, operation by operation as emitted
/// code computes it (fdlibm's, after a reduction to [sqrt(1/2), sqrt(2))): the
/// library's would differ in the last bit.
inline double logarithm(double x) {
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif
  static constexpr double coefficients[] = {
      6.666666666666735130e-01, 3.999999999940941908e-01,
      2.857142874366239149e-01, 2.222219843214978396e-01,
      1.818357216161805012e-01, 1.531383769920937332e-01,
      1.479819860511658591e-01};
  constexpr int64_t root = 0x3FE6A09E667F3BCD;
  int64_t bits = std::bit_cast<int64_t>(x), exponent = (bits - root) >> 52;
  double f = std::bit_cast<double>(bits - (exponent << 52)) - 1;
  auto e = static_cast<double>(exponent);
  double s = f / (f + 2), z = s * s;
  double p = z * evaluatePolynomial(coefficients, z);
  double halfSquare = 0.5 * (f * f);
  double low = s * (halfSquare + p) + e * 1.90821492927058770002e-10;
  return e * 6.93147180369123816490e-01 - (halfSquare - low - f);
}

/// The three pieces: numerator and denominator around the middle, in the near
/// and in the far tail.
template <typename Coefficients>
inline double evaluateQuantile(double p) {
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif
  using C = Coefficients;
  double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    double r = 0.180625 - q * q;
    return q * (evaluatePolynomial(C::a, r) / evaluatePolynomial(C::b, r));
  }
  double r = std::sqrt(-logarithm(q < 0 ? p : 1 - p));
  double size = r <= 5 ? evaluatePolynomial(C::c, r - 1.6) /
                             evaluatePolynomial(C::d, r - 1.6)
                       : evaluatePolynomial(C::e, r - 5) /
                             evaluatePolynomial(C::f, r - 5);
  return q < 0 ? -size : size;
}

/// About 7 figures.
struct PPND7 {
  static constexpr double a[] = {3.3871327179, 50.434271938, 159.29113202,
                                 59.109374720};
  static constexpr double b[] = {1, 17.895169469, 78.757757664, 67.187563600};
  static constexpr double c[] = {1.4234372777, 2.7568153900, 1.3067284816,
                                 .17023821103};
  static constexpr double d[] = {1, .73700164250, .12021132975};
  static constexpr double e[] = {6.6579051150, 3.0812263860, .42868294337,
                                 .017337203997};
  static constexpr double f[] = {1, .24197894225, .012258202635};
};

/// About 16 figures.
struct PPND16 {
  static constexpr double a[] = {3.3871328727963666080, 133.14166789178437745,
                                 1971.5909503065514427, 13731.693765509461125,
                                 45921.953931549871457, 67265.770927008700853,
                                 33430.575583588128105, 2509.0809287301226727};
  static constexpr double b[] = {1,
                                 42.313330701600911252,
                                 687.18700749205790830,
                                 5394.1960214247511077,
                                 21213.794301586595867,
                                 39307.895800092710610,
                                 28729.085735721942674,
                                 5226.4952788528545610};
  static constexpr double c[] = {
      1.42343711074968357734,  4.63033784615654529590,   5.76949722146069140550,
      3.64784832476320460504,  1.27045825245236838258,   .241780725177450611770,
      .0227238449892691845833, 7.74545014278341407640e-4};
  static constexpr double d[] = {1,
                                 2.05319162663775882187,
                                 1.67638483018380384940,
                                 .689767334985100004550,
                                 .148103976427480074590,
                                 .0151986665636164571966,
                                 5.47593808499534494600e-4,
                                 1.05075007164441684324e-9};
  static constexpr double e[] = {
      6.65790464350110377720,    5.46378491116411436990,
      1.78482653991729133580,    .296560571828504891230,
      .0265321895265761230930,   .00124266094738807843860,
      2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[] = {1,
                                 .599832206555887937690,
                                 .136929880922735805310,
                                 .0148753612908506148525,
                                 7.86869131145613259100e-4,
                                 1.84631831751005468180e-5,
                                 1.42151175831644588870e-7,
                                 2.04426310338993978564e-15};
};

/// The middle of the interval of numbers that the first word stands for: never
/// 0 and never 1.
inline double toProbability(Words words) {
  return (static_cast<double>(words.first) + 0.5) * 0x1p-32;
}

} // namespace detail

/// The number that a standard normal variable stays below with probability `p`,
/// 0 < p < 1, in the algorithm's higher precision.
inline double inverseNormal(double p) {
  return detail::evaluateQuantile<detail::PPND16>(p);
}

/// The same in the algorithm's lower precision.
inline double inverseNormalShort(double p) {
  return detail::evaluateQuantile<detail::PPND7>(p);
}

/// Standard normal, by the lower precision, rounded once.
inline float toNormalF32(Words words) {
  return static_cast<float>(inverseNormalShort(detail::toProbability(words)));
}

/// Standard normal, by the higher precision.
inline double toNormalF64(Words words) {
  return inverseNormal(detail::toProbability(words));
}

} // namespace nnc

#endif // NNC_SUPPORT_INVERSENORMAL_H

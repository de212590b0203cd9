//===- Functions.h - functions from simple arithmetic -----------*- C++ -*-===//
//
// The same polynomials as Conversion/MathToPolynomial, in Halide's words.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_HALIDEBACKEND_FUNCTIONS_H
#define NNC_LIB_HALIDEBACKEND_FUNCTIONS_H

#include "Halide.h"

namespace nnc::halide {

using Halide::Internal::make_bool;
using Halide::Internal::make_const;
using Halide::Internal::make_one;
using Halide::Internal::make_zero;

Halide::Expr buildExp(const Halide::Expr &x);
Halide::Expr buildLog(const Halide::Expr &x);
/// Single precision.
Halide::Expr buildErf(const Halide::Expr &x);
Halide::Expr buildExpm1(const Halide::Expr &x);
Halide::Expr buildLog1p(const Halide::Expr &x);
Halide::Expr buildTanh(const Halide::Expr &x);

/// Halide's own is_nan hides from it that expressions are equal: a chain of them
/// took time exponential in its length.
Halide::Expr isNaN(const Halide::Expr &x);

/// The larger or the smaller; a NaN wins.
Halide::Expr maximum(const Halide::Expr &x, const Halide::Expr &y);
Halide::Expr minimum(const Halide::Expr &x, const Halide::Expr &y);

} // namespace nnc::halide

#endif // NNC_LIB_HALIDEBACKEND_FUNCTIONS_H

//===- Slope.h - a derivative against differences ---------------*- C++ -*-===//
//
// Private to the library. Central differences with their own estimate of how
// wrong they may be: by rounding, by curvature, and by a kink nearby.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_INTERPRETER_SLOPE_H
#define NNC_LIB_INTERPRETER_SLOPE_H

#include "llvm/ADT/STLFunctionalExtras.h"

namespace nnc {

struct SlopeComparison {
  enum Verdict {
    /// The derivative is right, as far as differences can tell: their own
    /// uncertainty, never more than 1e-3 of the slope, explains the error.
    Agrees,
    /// It is off by more than the differences themselves are.
    Differs,
    /// A kink, or values that are not finite, leave nothing to compare with, or
    /// too little to be sure.
    Unclear
  };
  Verdict verdict = Unclear;
  /// The error relative to the size of the slope; infinite where nothing could
  /// be compared.
  double error;
  /// The derivative that the differences give.
  double slope = 0;
};

/// Compares a derivative at 0 with differences of `function`, whose value at 0
/// is `centre`, and which is asked at most 16 times at no more than
/// `unit` / 1000 from 0. Errors are relative to the slope, or to `scale` where
/// the slope is less.
SlopeComparison compareSlope(llvm::function_ref<double(double)> function, double centre,
                             double derivative, double unit, double scale, double tolerance);

} // namespace nnc

#endif // NNC_LIB_INTERPRETER_SLOPE_H

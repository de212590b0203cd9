//===- Slope.cpp - a derivative against differences -----------------------===//
//
// Two central differences, one with half the other's step, give by Richardson's
// rule a value whose error is of fourth order, and by their difference a bound
// on it. A kink within the steps makes the two differ. A kink at the very
// centre does not, but there the function bends as much over half the step, where
// a smooth one bends half as much.
// Larger steps round less, smaller ones meet fewer kinks: the largest that
// tells anything is used.
//
//===----------------------------------------------------------------------===//
#include "Slope.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace nnc;

SlopeComparison nnc::compareSlope(llvm::function_ref<double(double)> function, double centre,
                                  double derivative, double unit, double scale,
                                  double tolerance) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  // What rounding may leave in a value of the function, relative to it.
  constexpr double rounding = 256 * std::numeric_limits<double>::epsilon();
  // Differences that are less sure of themselves than this say nothing.
  constexpr double mostUncertain = 1e-3;

  SlopeComparison result;
  result.error = infinity;
  double sharpest = infinity, floor = 0;
  bool isExplained = false;
  for (double factor : {1e-3, 1e-4, 1e-5, 1e-6}) {
    double h = factor * unit;
    double right = function(h), left = function(-h);
    double nearRight = function(h / 2), nearLeft = function(-h / 2);
    double wide = (right - left) / (2 * h), narrow = (nearRight - nearLeft) / h;
    double noise = rounding * std::max({std::fabs(centre), std::fabs(left), std::fabs(right)}) / h;
    double uncertainty = std::fabs(wide - narrow) + noise;
    double wideBend = std::fabs(right - 2 * centre + left) / h;
    double narrowBend = std::fabs(nearRight - 2 * centre + nearLeft) / (h / 2);
    if (narrowBend > 0.6 * wideBend + 4 * noise)
      uncertainty += narrowBend;
    double slope = (4 * narrow - wide) / 3;
    if (!std::isfinite(uncertainty) || !std::isfinite(slope))
      continue;

    // A slope that drowns in rounding at the largest step is as good as 0.
    if (floor == 0)
      floor = 1e3 * noise;
    double size = std::max({std::fabs(slope), std::fabs(derivative), scale, floor});
    // Nothing moves and nothing should.
    if (size == 0)
      return {SlopeComparison::Agrees, 0, 0};
    if (uncertainty > mostUncertain * size)
      continue;
    sharpest = std::min(sharpest, uncertainty / size);
    double difference = std::fabs(slope - derivative);
    if (difference / size < result.error) {
      result.error = difference / size;
      result.slope = slope;
    }
    isExplained |= difference <= uncertainty + tolerance * size;
    if (result.error <= tolerance)
      break;
  }
  if (isExplained)
    result.verdict = SlopeComparison::Agrees;
  else if (sharpest <= 1e-5)
    result.verdict = SlopeComparison::Differs;
  return result;
}

//===- ClassMetrics.h - Scores of classifiers -----------------------------===//
//
// What Metrics.cpp computes scores from, and the scores of classifiers.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_LIB_RUNTIME_CLASSMETRICS_H
#define NNC_LIB_RUNTIME_CLASSMETRICS_H

#include "nnc/Runtime/Metrics.h"

namespace nnc::runtime {

/// Predictions and targets as rows of `columns` values; the targets may be one
/// class index a row.
struct Pairs {
  const std::string &metric;
  const Array &predicted;
  const Array &target;
  int64_t columns;
  bool isIndex;

  int64_t count() const { return predicted.count(); }
  int64_t rows() const { return columns ? count() / columns : 0; }
  double difference(int64_t i) const { return predicted.at(i) - target.at(i); }
};

double accuracyOf(const Pairs &pairs);
double topFiveOf(const Pairs &pairs);
/// Of class 1 where there are two, else the mean over the classes that occur.
double precisionOf(const Pairs &pairs);
double recallOf(const Pairs &pairs);
double f1Of(const Pairs &pairs);
/// The area under the receiver operating characteristic; of more than two
/// classes, the mean of each against the rest.
double areaUnderCurve(const Pairs &pairs);
/// How often each class, a row, was taken for each class, a column.
Table confusionOf(const Pairs &pairs);

} // namespace nnc::runtime

#endif // NNC_LIB_RUNTIME_CLASSMETRICS_H

//===- Metrics.cpp - Scores over a whole data set -------------------------===//
//
// The formulas of the metrics, in float64.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Metrics.h"
#include "nnc/Runtime/Diagnostics.h"
#include <cmath>

namespace nnc::runtime {

namespace {
/// Predictions and targets as the same number of values, in `columns` columns.
struct Pairs {
  const Array &predicted;
  const Array &target;
  int64_t columns;

  int64_t count() const { return predicted.count(); }
  double difference(int64_t i) const { return predicted.at(i) - target.at(i); }
};

/// One kind of score.
struct MetricKind {
  const char *name;
  double (*score)(const Pairs &);
};
} // namespace

static double meanAbsoluteError(const Pairs &pairs) {
  double sum = 0;
  for (int64_t i = 0; i < pairs.count(); ++i)
    sum += std::abs(pairs.difference(i));
  return sum / pairs.count();
}

static double meanSquaredError(const Pairs &pairs) {
  double sum = 0;
  for (int64_t i = 0; i < pairs.count(); ++i)
    sum += pairs.difference(i) * pairs.difference(i);
  return sum / pairs.count();
}

static double rootMeanSquaredError(const Pairs &pairs) {
  return std::sqrt(meanSquaredError(pairs));
}

/// The mean over the columns of 1 − residual / total sum of squares; a column
/// of equal targets counts 1 if it is met exactly, else 0.
static double determination(const Pairs &pairs) {
  double result = 0;
  int64_t columns = pairs.columns, rows = pairs.count() / columns;
  for (int64_t column = 0; column < columns; ++column) {
    double mean = 0, residual = 0, total = 0;
    for (int64_t row = 0; row < rows; ++row)
      mean += pairs.target.at(row * columns + column);
    mean /= rows;
    for (int64_t row = 0; row < rows; ++row) {
      int64_t i = row * columns + column;
      double off = pairs.target.at(i) - mean;
      residual += pairs.difference(i) * pairs.difference(i);
      total += off * off;
    }
    if (total > 0)
      result += 1 - residual / total;
    else
      result += residual == 0;
  }
  return result / columns;
}

/// The first of the largest values of a row.
static int64_t largest(const Array &array, int64_t row, int64_t columns) {
  int64_t best = 0;
  for (int64_t column = 1; column < columns; ++column)
    if (array.at(row * columns + column) > array.at(row * columns + best))
      best = column;
  return best;
}

/// Equal shapes: the classes with the largest values are compared where there
/// are several columns, else integers themselves, and probabilities at ½.
static double accuracyOfPairs(const Pairs &pairs) {
  int64_t columns = pairs.columns, rows = pairs.count() / columns, right = 0;
  for (int64_t row = 0; row < rows; ++row) {
    if (columns > 1)
      right += largest(pairs.predicted, row, columns) ==
               largest(pairs.target, row, columns);
    else if (isFloat(pairs.predicted.type))
      right +=
          (pairs.predicted.at(row) >= 0.5) == (pairs.target.at(row) >= 0.5);
    else
      right += pairs.predicted.at(row) == pairs.target.at(row);
  }
  return static_cast<double>(right) / rows;
}

/// The targets are class indices.
static double accuracyOfIndices(const Array &predicted, const Array &target) {
  int64_t columns = predicted.shape.back(), rows = target.count(), right = 0;
  for (int64_t row = 0; row < rows; ++row)
    right += largest(predicted, row, columns) == target.at(row);
  return static_cast<double>(right) / rows;
}

static constexpr MetricKind metricKinds[] = {{"mae", meanAbsoluteError},
                                             {"mse", meanSquaredError},
                                             {"rmse", rootMeanSquaredError},
                                             {"r2", determination},
                                             {"accuracy", accuracyOfPairs}};

static const MetricKind *kindNamed(const std::string &name) {
  for (const MetricKind &kind : metricKinds)
    if (name == kind.name)
      return &kind;
  return nullptr;
}

MetricSpec parseMetric(const std::string &text) {
  MetricSpec spec;
  spec.text = text;
  std::string compact;
  for (char c : text)
    if (c != ' ')
      compact += c;
  size_t open = compact.find('('), comma = compact.find(',');
  spec.kind = compact.substr(0, open);
  if (open != std::string::npos) {
    if (comma == std::string::npos || comma < open || compact.back() != ')' ||
        comma == open + 1 || comma + 2 == compact.size())
      failUsage("--metric: expected KIND(OUTPUT,INPUT), found '{}'", text);
    spec.output = compact.substr(open + 1, comma - open - 1);
    spec.target = compact.substr(comma + 1, compact.size() - comma - 2);
  }
  if (!kindNamed(spec.kind)) {
    std::vector<std::string> names;
    for (const MetricKind &kind : metricKinds)
      names.push_back(kind.name);
    failUsage("--metric: unknown metric '{}'; there are {}", spec.kind,
              quotedList(names));
  }
  return spec;
}

/// The shape without extents of 1 behind the first axis's end.
static Shape stripped(Shape shape) {
  while (shape.size() > 1 && shape.back() == 1)
    shape.pop_back();
  return shape;
}

double score(const MetricSpec &metric, const Array &predicted,
             const Array &target) {
  Shape from = stripped(predicted.shape), to = stripped(target.shape);
  if (metric.kind == "accuracy" && from.size() == to.size() + 1 &&
      !isFloat(target.type)) {
    Shape outer(from.begin(), from.end() - 1);
    if (outer == to)
      return accuracyOfIndices(predicted, target);
  }
  if (from != to)
    fail("{}: '{}' is {} and '{}' is {}", metric.text, metric.output,
         toString(predicted.type, predicted.shape), metric.target,
         toString(target.type, target.shape));
  int64_t columns = from.size() > 1 ? from.back() : 1;
  return kindNamed(metric.kind)->score({predicted, target, columns});
}

} // namespace nnc::runtime

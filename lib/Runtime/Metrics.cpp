//===- Metrics.cpp - Scores over a whole data set -------------------------===//
//
// The formulas of the metrics, in float64.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Metrics.h"
#include "ClassMetrics.h"
#include "nnc/Runtime/Diagnostics.h"
#include <cmath>

namespace nnc::runtime {

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

namespace {
/// One kind of score: a number, or a table.
struct MetricKind {
  const char *name;
  Better better;
  bool byClass; // whether targets may be class indices
  double (*score)(const Pairs &);
};
} // namespace

static constexpr MetricKind metricKinds[] = {
    {"mae", Better::Smaller, false, meanAbsoluteError},
    {"mse", Better::Smaller, false, meanSquaredError},
    {"rmse", Better::Smaller, false, rootMeanSquaredError},
    {"r2", Better::Greater, false, determination},
    {"accuracy", Better::Greater, true, accuracyOf},
    {"top5", Better::Greater, true, topFiveOf},
    {"precision", Better::Greater, true, precisionOf},
    {"recall", Better::Greater, true, recallOf},
    {"f1", Better::Greater, true, f1Of},
    {"auc", Better::Greater, true, areaUnderCurve},
    {"confusion", Better::Neither, true, nullptr}};

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

Better betterOf(const MetricSpec &metric) {
  return kindNamed(metric.kind)->better;
}

Score score(const MetricSpec &metric, const Array &predicted,
            const Array &target) {
  const MetricKind &kind = *kindNamed(metric.kind);
  Shape from = stripped(predicted.shape), to = stripped(target.shape);
  bool isIndex = false;
  if (kind.byClass && from.size() == to.size() + 1 && !isFloat(target.type))
    isIndex = Shape(from.begin(), from.end() - 1) == to;
  if (!isIndex && from != to)
    fail("{}: '{}' is {} and '{}' is {}", metric.text, metric.output,
         toString(predicted.type, predicted.shape), metric.target,
         toString(target.type, target.shape));
  int64_t columns = isIndex || from.size() > 1 ? from.back() : 1;
  Pairs pairs{metric.text, predicted, target, columns, isIndex};
  if (!kind.score)
    return {std::nan(""), confusionOf(pairs)};
  return {kind.score(pairs), {}};
}

} // namespace nnc::runtime

//===- Metrics.h - Scores over a whole data set ---------------------------===//
//
// Compares an entry's output with an input, over all samples.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_METRICS_H
#define NNC_RUNTIME_METRICS_H

#include "nnc/Runtime/Batches.h"

namespace nnc::runtime {

/// `r2(y,t)`: which score, of which entry's output, against which input.
struct MetricSpec {
  std::string text, kind, output, target;
};

/// Parses `KIND(OUTPUT,INPUT)` or, for the only output of the only entry and
/// the only input of the step that the entry has not, `KIND` (both names
/// empty). Throws if the text has another form or the kind is unknown.
MetricSpec parseMetric(const std::string &text);

/// Counts, row by row.
using Table = std::vector<std::vector<int64_t>>;

/// What a metric comes to: a number or, of `confusion`, a table (and NaN).
struct Score {
  double value = 0;
  Table table;
};

/// Which of two scores is better.
enum class Better { Smaller, Greater, Neither };
Better betterOf(const MetricSpec &metric);

/// The score of predictions against targets. Shapes must be equal but for
/// trailing extents of 1; for classifiers the targets may also be class
/// indices.
Score score(const MetricSpec &metric, const Array &predicted,
            const Array &target);

/// The metrics of a training run, each bound to an entry of the model.
class MetricSet {
public:
  /// Targets are inputs of the steps or of the entry. Throws if an entry or an
  /// input is not there.
  MetricSet(const nnc_model &model, const Variants &steps,
            const std::vector<std::string> &texts);

  bool empty() const { return metrics.empty(); }
  std::vector<std::string> names() const;
  std::vector<MetricSpec> specs() const;
  /// The data that the metrics need: inputs of their entries, and targets.
  std::vector<Port> ports() const;
  /// The scores over the rows, in the order of the texts.
  std::vector<Score> compute(Instance &instance, const DataView &view) const;

private:
  struct Bound {
    MetricSpec spec;
    Variants variants;
    Port target;
  };
  Bound bind(const nnc_model &model, const Variants &steps,
             MetricSpec spec) const;

  std::vector<Bound> metrics;
};

} // namespace nnc::runtime

#endif // NNC_RUNTIME_METRICS_H

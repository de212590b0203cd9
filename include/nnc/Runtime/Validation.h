//===- Validation.h - What an epoch is judged by --------------------------===//
//
// The evaluated entry's scalars and the metrics, over the validation part.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_VALIDATION_H
#define NNC_RUNTIME_VALIDATION_H

#include "nnc/Runtime/StepPlan.h"
#include "nnc/Runtime/Watch.h"

namespace nnc::runtime {

class Validation {
public:
  /// Without --evaluate, an entry called `evaluate` is run where there is a
  /// validation part. Throws if an option names something that is not there.
  Validation(const nnc_model &model, const Variants &steps,
             const TrainOptions &options);

  /// The data that is needed beside the steps' own.
  std::vector<Port> ports() const;
  /// What the values are called. An output of the entry has its own name or,
  /// where a step has an output of that name, ENTRY.NAME.
  std::vector<ValueName> names() const;
  /// The values over the rows, in the order of the names.
  std::vector<Score> compute(Instance &instance, const DataView &view) const;

private:
  Variants entry; // empty: none
  std::vector<std::string> outputs;
  std::vector<std::string> keys;
  MetricSet metrics;
};

} // namespace nnc::runtime

#endif // NNC_RUNTIME_VALIDATION_H

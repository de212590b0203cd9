//===- TrainData.h - What a training run reads ----------------------------===//
//
// The training and validation parts of the data, and how the training part
// is cut into batches.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_TRAINDATA_H
#define NNC_RUNTIME_TRAINDATA_H

#include "nnc/Runtime/Data/Dataset.h"
#include "nnc/Runtime/Options.h"

namespace nnc::runtime {

/// The parts point into the sets, so that an object stays where it is made.
struct TrainData {
  Dataset data, validationData;
  DataView training;
  DataView validation; // data is null without --split and --validation

  TrainData() = default;
  TrainData(const TrainData &) = delete;
  TrainData &operator=(const TrainData &) = delete;

  /// What metrics are computed over: the validation part, or without one the
  /// training part.
  const DataView &scored() const {
    return validation.data ? validation : training;
  }
};

/// Reads --data and --validation for these ports, of which those for scores
/// may be more than the step has, and splits.
void loadTrainData(TrainData &parts, const TrainOptions &options,
                   const std::vector<Port> &stepPorts,
                   const std::vector<Port> &scorePorts);

/// Which functions train on full batches and on what is left.
struct StepPlan {
  const nnc_function *full = nullptr;
  const nnc_function *rest = nullptr; // null: left out, or nothing is left
  int64_t batch = 0;
  int64_t restRows = 0; // of the samples of an epoch that fill no batch

  /// How many calls an epoch of this many samples takes.
  int64_t stepsFor(int64_t samples) const {
    return samples / batch + (rest ? 1 : 0);
  }
};

/// The variant of the step for --batch, whatever the data: the one whose data
/// is read.
const nnc_function &fullVariant(const nnc_model &model,
                                const TrainOptions &options);

/// Completes the plan for a number of samples, and says what becomes of the
/// last ones. Throws if no step can be made.
StepPlan planSteps(const nnc_model &model, const TrainOptions &options,
                   int64_t samples);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_TRAINDATA_H

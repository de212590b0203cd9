//===- TrainData.h - What a training run reads ----------------------------===//
//
// The training and validation parts of the data.
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

} // namespace nnc::runtime

#endif // NNC_RUNTIME_TRAINDATA_H

//===- Checkpoint.h - A training run in a file ----------------------------===//
//
// All that decides how a training run goes on.
//
// A checkpoint is a safetensors file: every variable under its name, slots
// included, the weights of the best epoch under `best/NAME`, and the rest in
// the metadata.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_CHECKPOINT_H
#define NNC_RUNTIME_CHECKPOINT_H

#include "nnc/Runtime/EpochLog.h"
#include "nnc/Runtime/Options.h"
#include <optional>

namespace nnc::runtime {

/// Where a training run is.
struct TrainPosition {
  int64_t epoch = 0; // finished ones
  int64_t row = 0;   // of the order of the present epoch
  int64_t step = 0;  // calls since the beginning
};

/// What one step's outputs come to in the present epoch.
struct RunningSums {
  std::vector<double> sums; // of each output, weighted by rows
  int64_t rows = 0;
};

/// A training run but for its variables.
struct TrainState {
  TrainPosition at;
  std::vector<RunningSums> running; // of each step
  double seconds = 0;
  std::optional<double> best; // of the value that --keep-best watches
  int64_t bestEpoch = 0;
  std::optional<double> stopBest; // of the value that --early-stop watches
  int64_t waited = 0;             // epochs since it was best
  int64_t logBytes = 0;
  std::vector<EpochRecord> history;
};

/// What must be the same when a run goes on.
struct TrainIdentity {
  uint64_t seed = 0;
  double split = 0;
  int64_t samples = 0; // of the training part
  int64_t batch = 0;
  std::string steps;
  bool shuffle = true;
};

struct Checkpoint {
  TrainIdentity identity;
  TrainState state;
  std::vector<NamedArray> variables, best;
};

void writeCheckpoint(const std::string &path, Checkpoint checkpoint);

/// Throws if the file is no checkpoint, or a broken one.
Checkpoint readCheckpoint(const std::string &path);

/// Takes the seed and the split from the checkpoint of --resume. Throws if
/// the options give others.
void adoptSettings(TrainOptions &options, const TrainIdentity &identity);

/// Throws unless the run that goes on is the one that was stopped.
void checkIdentity(const std::string &path, const TrainIdentity &saved,
                   const TrainIdentity &now);

/// Copies the variables into the instance; throws unless they are exactly the
/// model's.
void restoreVariables(Instance &instance,
                      const std::vector<NamedArray> &variables,
                      const std::string &path);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_CHECKPOINT_H

//===- TrainLoop.h - Training ---------------------------------------------===//
//
// Calls steps over the batches of a data set, epoch after epoch.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_TRAINLOOP_H
#define NNC_RUNTIME_TRAINLOOP_H

#include "nnc/Runtime/Checkpoint.h"
#include "nnc/Runtime/TrainData.h"
#include "nnc/Runtime/Validation.h"
#include <functional>

namespace nnc::runtime {

/// One training run. `run` may be called once.
class TrainLoop {
public:
  /// Reads the data and, with --resume, the checkpoint; chooses the steps'
  /// variants, makes and fills the instance.
  TrainLoop(const nnc_model &model, const TrainOptions &options);

  /// Trains. Asks `stop` after every step, and ends when it says so.
  void run(const std::function<bool()> &stop);

  /// Whether nothing is left to be done.
  bool isFinished() const;
  void writeCheckpoint(const std::string &path);
  /// Parameters and state: of the best epoch if that was asked for.
  void saveWeights(const std::string &path) const;

  Instance &instance() { return theInstance; }
  const TrainPosition &position() const { return state.at; }
  /// One record for each epoch that was finished.
  const std::vector<EpochRecord> &history() const { return state.history; }

private:
  /// A step's calls, with their arguments.
  struct Call {
    std::string base;
    std::unique_ptr<Arguments> full, rest;
  };

  void resume(const Checkpoint &checkpoint);
  TrainIdentity identity() const;
  std::vector<std::string> outputKeys(size_t step) const;
  std::vector<ValueName> valueNames() const;
  std::optional<Watch> watch(const char *option, const std::string &name) const;
  bool runEpoch(const std::function<bool()> &stop);
  bool callStep(std::span<const int64_t> rows);
  NamedValues means() const;
  NamedValues rates() const;
  void finishEpoch();
  void judge(const EpochRecord &record);
  bool hasStoppedEarly() const { return patience && state.waited >= patience; }
  double seconds() const { return secondsBefore + stopwatch.seconds(); }

  const nnc_model &model;
  TrainOptions options;
  std::optional<Checkpoint> resumed;
  Validation validation;
  TrainData parts;
  StepPlan plan;
  Instance theInstance;
  std::optional<Watch> plateau, keepBest, earlyStop;
  int64_t patience = 0;
  EpochLog log;
  Progress progress;
  Stopwatch stopwatch;
  double secondsBefore = 0;
  std::vector<Call> calls;
  TrainState state;
  std::vector<NamedArray> bestWeights;
};

} // namespace nnc::runtime

#endif // NNC_RUNTIME_TRAINLOOP_H

//===- TrainLoop.h - Training ---------------------------------------------===//
//
// Calls a step over the batches of a data set, epoch after epoch.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_TRAINLOOP_H
#define NNC_RUNTIME_TRAINLOOP_H

#include "nnc/Runtime/Batches.h"
#include "nnc/Runtime/EpochLog.h"
#include "nnc/Runtime/Metrics.h"
#include "nnc/Runtime/TrainData.h"
#include <functional>

namespace nnc::runtime {

/// Where a training run is: enough, with the variables, to go on from there.
struct TrainPosition {
  int64_t epoch = 0; // finished ones
  int64_t row = 0;   // of the order of the present epoch
  int64_t step = 0;  // calls since the beginning
};

/// One training run. `run` may be called once.
class TrainLoop {
public:
  /// Reads the data, chooses the step's variants, makes and fills the
  /// instance.
  TrainLoop(const nnc_model &model, const TrainOptions &options);

  /// Trains. Asks `stop` after every step, and ends when it says so.
  void run(const std::function<bool()> &stop);

  Instance &instance() { return theInstance; }
  const TrainPosition &position() const { return at; }
  /// One record for each epoch that was finished.
  const std::vector<EpochRecord> &history() const { return records; }

private:
  bool runEpoch(const std::function<bool()> &stop);
  void callStep(Arguments &arguments, const nnc_function &function,
                std::span<const int64_t> rows);
  NamedValues means() const;
  void finishEpoch();

  const nnc_model &model;
  const TrainOptions &options;
  MetricSet metrics;
  TrainData parts;
  StepPlan plan;
  Instance theInstance;
  EpochLog log;
  Progress progress;
  Stopwatch watch;
  std::unique_ptr<Arguments> fullArguments, restArguments;
  TrainPosition at;
  // Sums over the present epoch, weighted by rows.
  std::vector<double> sums;
  int64_t summedRows = 0;
  std::vector<EpochRecord> records;
};

} // namespace nnc::runtime

#endif // NNC_RUNTIME_TRAINLOOP_H

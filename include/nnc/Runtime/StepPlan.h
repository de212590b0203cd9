//===- StepPlan.h - Which step trains on which rows -----------------------===//
//
// How the training part is cut into batches, and which step takes each.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_STEPPLAN_H
#define NNC_RUNTIME_STEPPLAN_H

#include "nnc/Runtime/Batches.h"
#include "nnc/Runtime/Options.h"

namespace nnc::runtime {

/// A step and how often it is called before the next one is.
struct StepTurn {
  std::string name;
  int64_t calls = 1;
};

/// Parses --step: `train`, or `critic:5,generator:1`. Throws if the text has
/// another form.
std::vector<StepTurn> parseSteps(const std::string &text);

/// One of the steps that a training run alternates between.
struct PlannedStep {
  const nnc_function *full = nullptr;
  const nnc_function *rest = nullptr; // null: what is left is left out
  int64_t calls = 1;
};

struct StepPlan {
  std::vector<PlannedStep> steps;
  int64_t batch = 0;
  int64_t restRows = 0; // of the samples of an epoch that fill no batch
  bool trainsRest = false;

  /// How many calls an epoch of this many samples takes.
  int64_t stepsFor(int64_t samples) const {
    return samples / batch + (trainsRest ? 1 : 0);
  }
  /// Whose turn the call of this number, from 0, is.
  size_t turnOf(int64_t call) const;
};

/// Of every step the variant for full batches, whatever the data: those whose
/// data is read. All take the same number of samples.
Variants fullVariants(const nnc_model &model, const TrainOptions &options);

/// Completes the plan for a number of samples, and says what becomes of the
/// last ones. Throws if no step can be made.
StepPlan planSteps(const nnc_model &model, const TrainOptions &options,
                   int64_t samples);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_STEPPLAN_H

//===- StepPlan.cpp - Which step trains on which rows ---------------------===//
//
// Chooses the variants of the steps.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/StepPlan.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <charconv>

namespace nnc::runtime {

std::vector<StepTurn> parseSteps(const std::string &text) {
  std::vector<StepTurn> turns;
  for (size_t at = 0; at <= text.size();) {
    size_t end = std::min(text.find(',', at), text.size());
    std::string item = text.substr(at, end - at);
    size_t colon = std::min(item.find(':'), item.size());
    StepTurn turn{item.substr(0, colon)};
    const char *stop = item.data() + item.size();
    bool good = !turn.name.empty();
    if (colon < item.size()) {
      auto [last, error] =
          std::from_chars(item.data() + colon + 1, stop, turn.calls);
      good &= error == std::errc() && last == stop && turn.calls > 0;
    }
    if (!good)
      failUsage("--step: expected NAME or NAME:CALLS,…, found '{}'", text);
    for (const StepTurn &other : turns)
      if (other.name == turn.name)
        failUsage("--step names '{}' twice", turn.name);
    turns.push_back(std::move(turn));
    at = end + 1;
  }
  return turns;
}

size_t StepPlan::turnOf(int64_t call) const {
  int64_t round = 0;
  for (const PlannedStep &step : steps)
    round += step.calls;
  call %= round;
  size_t turn = 0;
  for (; call >= steps[turn].calls; ++turn)
    call -= steps[turn].calls;
  return turn;
}

/// The sizes a step is compiled for, for an error: `4 and 64`.
static std::string batchesOf(const Variants &variants) {
  std::vector<int64_t> batches;
  for (const nnc_function *variant : variants)
    if (std::optional<int64_t> batch = batchOf(*variant))
      batches.push_back(*batch);
  std::sort(batches.begin(), batches.end());
  std::string text;
  for (size_t i = 0; i < batches.size(); ++i)
    text += fmt::format("{}{}",
                        i == 0                    ? ""
                        : i + 1 == batches.size() ? " and "
                                                  : ", ",
                        batches[i]);
  return text;
}

static const nnc_function *variantOf(const Variants &variants, int64_t batch) {
  for (const nnc_function *variant : variants)
    if (batchOf(*variant) == batch)
      return variant;
  return nullptr;
}

/// The variant of a step for full batches.
static const nnc_function &fullVariant(const nnc_model &model,
                                       const std::string &name, int64_t batch) {
  Variants batched;
  for (const nnc_function *variant : functionsNamed(model, NNC_STEP, name))
    if (batchOf(*variant).value_or(0) > 0)
      batched.push_back(variant);
  if (batched.empty())
    fail("step '{}' cannot be trained on samples: its inputs have no common "
         "first dimension",
         name);
  if (batch) {
    const nnc_function *chosen = variantOf(batched, batch);
    if (!chosen)
      failUsage("--batch {}: step '{}' is compiled for batches of {}", batch,
                name, batchesOf(batched));
    return *chosen;
  }
  return **std::max_element(batched.begin(), batched.end(),
                            [](const nnc_function *a, const nnc_function *b) {
                              return *batchOf(*a) < *batchOf(*b);
                            });
}

Variants fullVariants(const nnc_model &model, const TrainOptions &options) {
  Variants variants;
  for (const StepTurn &turn : parseSteps(options.step)) {
    variants.push_back(&fullVariant(model, turn.name, options.batch));
    int64_t first = *batchOf(*variants.front());
    int64_t own = *batchOf(*variants.back());
    if (own != first)
      failUsage("steps '{}' and '{}' take batches of {} and {}, and those that "
                "alternate must take the same",
                variants.front()->base, variants.back()->base, first, own);
  }
  return variants;
}

StepPlan planSteps(const nnc_model &model, const TrainOptions &options,
                   int64_t samples) {
  StepPlan plan;
  Variants full = fullVariants(model, options);
  std::vector<StepTurn> turns = parseSteps(options.step);
  plan.batch = *batchOf(*full.front());
  plan.restRows = samples % plan.batch;
  plan.trainsRest = plan.restRows && options.lastBatch != LastBatch::Drop;
  for (size_t i = 0; i < full.size(); ++i) {
    PlannedStep step{full[i], nullptr, turns[i].calls};
    Variants variants = functionsNamed(model, NNC_STEP, turns[i].name);
    if (plan.restRows)
      step.rest = variantOf(variants, plan.restRows);
    if (plan.restRows && !step.rest) {
      plan.trainsRest = false;
      if (options.lastBatch == LastBatch::Smaller)
        failUsage("--last-batch=smaller: {} samples are left after batches of "
                  "{}, and step '{}' is compiled for batches of {}",
                  plan.restRows, plan.batch, turns[i].name,
                  batchesOf(variants));
    }
    plan.steps.push_back(step);
  }
  if (plan.stepsFor(samples) == 0)
    fail("there are {} samples, fewer than the batch of {}", samples,
         plan.batch);
  if (plan.trainsRest)
    remark("", fmt::format("the last batch of an epoch has {} sample{}",
                           plan.restRows, plan.restRows == 1 ? "" : "s"));
  else if (plan.restRows)
    remark("", fmt::format("the last {} of {} samples of an epoch are left "
                           "out: they fill no batch of {}",
                           plan.restRows, samples, plan.batch));
  return plan;
}

} // namespace nnc::runtime

//===- TrainData.cpp - What a training run reads --------------------------===//
//
// Loads and splits the data, and chooses the variants of the step.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/TrainData.h"
#include "nnc/Runtime/Data/Shuffle.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Instance.h"
#include <algorithm>

namespace nnc::runtime {

void loadTrainData(TrainData &parts, const TrainOptions &options,
                   const std::vector<Port> &stepPorts,
                   const std::vector<Port> &scorePorts) {
  if (!options.validation.empty() && options.split != 0)
    failUsage("--validation and --split exclude each other");
  if (options.split < 0 || options.split >= 1)
    failUsage("--split: expected a part between 0 and 1, found {}",
              options.split);
  ColumnMap columns = parseColumns(options.columns);
  for (const auto &[name, items] : columns) {
    auto isNamed = [&, &name = name](const Port &port) {
      return port.name == name;
    };
    if (std::none_of(stepPorts.begin(), stepPorts.end(), isNamed) &&
        std::none_of(scorePorts.begin(), scorePorts.end(), isNamed))
      failUsage("--columns: there is no input '{}'", name);
  }
  auto source = openSource(options.data, columns);
  for (const Port &port : stepPorts)
    parts.data.add(*source, port, NonFinite::Refuse);
  if (options.validation.empty())
    for (const Port &port : scorePorts)
      parts.data.add(*source, port, NonFinite::Refuse);
  if (!parts.data.hasSamples())
    fail("the step has no input with a sample axis to train on");
  if (parts.data.rows() == 0)
    failIn(options.data, "there are no samples");
  parts.training = allRows(parts.data);
  if (options.split != 0)
    parts.validation = takePart(parts.training, options.split, options.seed);
  if (options.validation.empty())
    return;
  auto other = openSource(options.validation, columns);
  for (const Port &port : scorePorts)
    parts.validationData.add(*other, port, NonFinite::Refuse);
  if (parts.validationData.rows() == 0)
    failIn(options.validation, "there are no samples");
  parts.validation = allRows(parts.validationData);
}

/// The sizes a step is compiled for, for an error: `4 and 64`.
static std::string
batchesOf(const std::vector<const nnc_function *> &variants) {
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

static const nnc_function *
variantOf(const std::vector<const nnc_function *> &variants, int64_t batch) {
  for (const nnc_function *variant : variants)
    if (batchOf(*variant) == batch)
      return variant;
  return nullptr;
}

const nnc_function &fullVariant(const nnc_model &model,
                                const TrainOptions &options) {
  std::vector<const nnc_function *> variants =
      functionsNamed(model, NNC_STEP, options.step);
  std::vector<const nnc_function *> batched;
  for (const nnc_function *variant : variants)
    if (batchOf(*variant).value_or(0) > 0)
      batched.push_back(variant);
  if (batched.empty())
    fail("step '{}' cannot be trained on samples: its inputs have no common "
         "first dimension",
         options.step);
  if (options.batch) {
    const nnc_function *chosen = variantOf(batched, options.batch);
    if (!chosen)
      failUsage("--batch {}: step '{}' is compiled for batches of {}",
                options.batch, options.step, batchesOf(batched));
    return *chosen;
  }
  return **std::max_element(batched.begin(), batched.end(),
                            [](const nnc_function *a, const nnc_function *b) {
                              return *batchOf(*a) < *batchOf(*b);
                            });
}

StepPlan planSteps(const nnc_model &model, const TrainOptions &options,
                   int64_t samples) {
  std::vector<const nnc_function *> variants =
      functionsNamed(model, NNC_STEP, options.step);
  StepPlan plan;
  plan.full = &fullVariant(model, options);
  plan.batch = *batchOf(*plan.full);
  plan.restRows = samples % plan.batch;
  if (plan.restRows && options.lastBatch != LastBatch::Drop)
    plan.rest = variantOf(variants, plan.restRows);
  if (plan.restRows && !plan.rest && options.lastBatch == LastBatch::Smaller)
    failUsage("--last-batch=smaller: {} samples are left after batches of {}, "
              "and step '{}' is compiled for batches of {}",
              plan.restRows, plan.batch, options.step, batchesOf(variants));
  if (plan.stepsFor(samples) == 0)
    fail("there are {} samples, fewer than the batch of {}", samples,
         plan.batch);
  if (plan.rest)
    remark("", fmt::format("the last batch of an epoch has {} sample{}",
                           plan.restRows, plan.restRows == 1 ? "" : "s"));
  else if (plan.restRows)
    remark("", fmt::format("the last {} of {} samples of an epoch are left "
                           "out: they fill no batch of {}",
                           plan.restRows, samples, plan.batch));
  return plan;
}

} // namespace nnc::runtime

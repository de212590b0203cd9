//===- TrainLoop.cpp - Training -------------------------------------------===//
//
// Calls a step over the batches of a data set, epoch after epoch.
//
// Everything that decides what the next call sees is in the instance and in
// TrainPosition: an epoch's order depends on (seed, epoch) alone.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/TrainLoop.h"
#include "nnc/Runtime/Data/Shuffle.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Standardize.h"
#include "nnc/Runtime/Weights/Variables.h"

namespace nnc::runtime {

/// Loads the data and returns the plan, so that members can be initialised
/// in one go.
static StepPlan prepare(TrainData &parts, const nnc_model &model,
                        const TrainOptions &options, const MetricSet &metrics) {
  loadTrainData(parts, options, inputsOf(fullVariant(model, options)),
                metrics.ports());
  return planSteps(model, options, parts.training.size());
}

TrainLoop::TrainLoop(const nnc_model &model, const TrainOptions &options)
    : model(model), options(options),
      metrics(model, fullVariant(model, options), options.metrics),
      plan(prepare(parts, model, options, metrics)),
      theInstance(model, options.seed, options.threads), log(options.log),
      progress(options.epochs, plan.stepsFor(parts.training.size())) {
  if (!options.weights.empty())
    loadVariables(theInstance, options.weights);
  if (options.standardize)
    standardize(theInstance, parts.training);
  fullArguments = std::make_unique<Arguments>(*plan.full, parts.data);
  if (plan.rest)
    restArguments = std::make_unique<Arguments>(*plan.rest, parts.data);
}

/// The mean of an array's elements.
static double meanOf(const Array &array) {
  double sum = 0;
  int64_t count = array.count();
  for (int64_t i = 0; i < count; ++i)
    sum += array.at(i);
  return count ? sum / count : 0;
}

void TrainLoop::callStep(Arguments &arguments, const nnc_function &function,
                         std::span<const int64_t> rows) {
  arguments.select(rows);
  theInstance.call(function, arguments.pointers());
  ++at.step;
  at.row += rows.size();
  summedRows += rows.size();
  for (size_t i = 0; i < sums.size(); ++i)
    sums[i] += meanOf(arguments.output(i)) * rows.size();
}

NamedValues TrainLoop::means() const {
  NamedValues values;
  for (size_t i = 0; i < sums.size(); ++i)
    values.emplace_back(plan.full->ports[plan.full->inputs + i].name,
                        sums[i] / summedRows);
  return values;
}

bool TrainLoop::runEpoch(const std::function<bool()> &stop) {
  DataView order = options.shuffle
                       ? shuffled(parts.training, options.seed, at.epoch)
                       : parts.training;
  std::span<const int64_t> rows(order.rows);
  sums.assign(plan.full->outputs, 0);
  summedRows = 0;
  int64_t stepsBefore = at.step;
  progress.beginEpoch(at.epoch + 1);
  while (at.row < order.size()) {
    if (at.row + plan.batch <= order.size())
      callStep(*fullArguments, *plan.full, rows.subspan(at.row, plan.batch));
    else if (plan.rest)
      callStep(*restArguments, *plan.rest, rows.subspan(at.row));
    else
      break;
    if (progress.isDue())
      progress.draw(at.step - stepsBefore, at.row, means());
    if (stop())
      return false;
  }
  finishEpoch();
  return true;
}

void TrainLoop::finishEpoch() {
  at.row = 0;
  ++at.epoch;
  EpochRecord record{at.epoch, at.step, 0, means()};
  std::vector<std::string> names = metrics.names();
  std::vector<double> scores = metrics.compute(theInstance, parts.scored());
  for (size_t i = 0; i < names.size(); ++i)
    record.values.emplace_back(names[i], scores[i]);
  NamedValues shown = record.values;
  std::string rate = std::string("optimizer.") + plan.full->base + ".lr";
  if (std::optional<size_t> index = theInstance.find(rate))
    record.values.emplace_back("lr", meanOf(theInstance.read(*index)));
  record.seconds = watch.seconds();
  progress.endEpoch(at.step, shown);
  log.write(record);
  records.push_back(std::move(record));
}

void TrainLoop::run(const std::function<bool()> &stop) {
  while (at.epoch < options.epochs)
    if (!runEpoch(stop))
      break;
  progress.clear();
}

} // namespace nnc::runtime

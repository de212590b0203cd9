//===- TrainLoop.cpp - Training -------------------------------------------===//
//
// Calls steps over the batches of a data set, epoch after epoch.
//
// Everything that decides what comes next is in the instance and in
// TrainState: an epoch's order depends on (seed, epoch) alone, and whose turn
// a call is on its number. A checkpoint is both.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/TrainLoop.h"
#include "nnc/Runtime/Data/Shuffle.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Standardize.h"
#include "nnc/Runtime/Weights/Variables.h"
#include <algorithm>

namespace nnc::runtime {

/// Reads the checkpoint to go on from, if any, and takes its settings over.
static std::optional<Checkpoint> openCheckpoint(TrainOptions &options) {
  if (options.resume.empty())
    return std::nullopt;
  Checkpoint checkpoint = readCheckpoint(options.resume);
  adoptSettings(options, checkpoint.identity);
  return checkpoint;
}

/// Loads the data and returns the plan, so that members can be initialised
/// in one go.
static StepPlan prepare(TrainData &parts, const nnc_model &model,
                        const TrainOptions &options,
                        const Validation &validation) {
  std::vector<Port> ports;
  for (const nnc_function *step : fullVariants(model, options))
    for (const Port &port : inputsOf(*step))
      ports.push_back(port);
  loadTrainData(parts, options, ports, validation.ports());
  return planSteps(model, options, parts.training.size());
}

TrainLoop::TrainLoop(const nnc_model &model, const TrainOptions &given)
    : model(model), options(given), resumed(openCheckpoint(options)),
      validation(model, fullVariants(model, options), options),
      plan(prepare(parts, model, options, validation)),
      theInstance(model, options.seed, options.threads),
      plateau(watch("--plateau", options.plateau)),
      keepBest(watch("--keep-best", options.keepBest)),
      progress(options.epochs, plan.stepsFor(parts.training.size())) {
  if (!options.earlyStop.empty()) {
    auto [name, epochs] = parseEarlyStop(options.earlyStop);
    earlyStop = watch("--early-stop", name);
    patience = epochs;
  }
  if (resumed) {
    resume(*resumed);
    resumed.reset();
  } else {
    if (!options.weights.empty())
      loadVariables(theInstance, options.weights, options.map);
    if (options.standardize)
      standardize(theInstance, parts.training);
  }
  for (const PlannedStep &step : plan.steps) {
    Call call{step.full->base,
              std::make_unique<Arguments>(*step.full, parts.data), nullptr};
    if (plan.trainsRest)
      call.rest = std::make_unique<Arguments>(*step.rest, parts.data);
    calls.push_back(std::move(call));
  }
  log = EpochLog(options.log, state.logBytes);
}

TrainIdentity TrainLoop::identity() const {
  return {options.seed, options.split, parts.training.size(),
          plan.batch,   options.step,  options.shuffle};
}

void TrainLoop::resume(const Checkpoint &checkpoint) {
  const std::string &path = options.resume;
  checkIdentity(path, checkpoint.identity, identity());
  restoreVariables(theInstance, checkpoint.variables, path);
  state = checkpoint.state;
  secondsBefore = state.seconds;
  bestWeights = checkpoint.best;
  bool fits =
      state.at.row <= parts.training.size() &&
      (state.running.empty() ? state.at.row == 0
                             : state.running.size() == plan.steps.size());
  for (size_t i = 0; i < state.running.size() && fits; ++i)
    fits = state.running[i].sums.size() ==
           static_cast<size_t>(plan.steps[i].full->outputs);
  if (!fits)
    failIn(path, "corrupt checkpoint: 'running'");
  remark("", fmt::format("resumes in epoch {} after step {}",
                         state.at.epoch + 1, state.at.step));
}

void TrainLoop::writeCheckpoint(const std::string &path) {
  state.seconds = seconds();
  state.logBytes = log.size();
  runtime::writeCheckpoint(
      path,
      {identity(), state,
       collectVariables(theInstance, Saved::WithSlots).tensors, bestWeights});
}

void TrainLoop::saveWeights(const std::string &path) const {
  Safetensors file = collectVariables(theInstance, Saved::Weights);
  if (keepBest && state.best)
    file.tensors = bestWeights;
  writeFile(path, formatSafetensors(file));
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// What the log calls a step's outputs: NAME or, where several steps have it,
/// STEP.NAME.
std::vector<std::string> TrainLoop::outputKeys(size_t step) const {
  std::vector<std::string> keys;
  for (const Port &port : outputsOf(*plan.steps[step].full)) {
    int64_t count = 0;
    for (const PlannedStep &other : plan.steps)
      for (const Port &candidate : outputsOf(*other.full))
        count += candidate.name == port.name;
    keys.push_back(count > 1 ? plan.steps[step].full->base + ("." + port.name)
                             : port.name);
  }
  return keys;
}

/// The validation's values before the steps' own, which they outrank.
std::vector<ValueName> TrainLoop::valueNames() const {
  std::vector<ValueName> names = validation.names();
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    std::vector<std::string> keys = outputKeys(i);
    for (size_t k = 0; k < keys.size(); ++k) {
      const char *name =
          plan.steps[i].full->ports[plan.steps[i].full->inputs + k].name;
      names.push_back({keys[k], name, betterByName(name)});
    }
  }
  return names;
}

std::optional<Watch> TrainLoop::watch(const char *option,
                                      const std::string &name) const {
  if (name.empty())
    return std::nullopt;
  return Watch(option, name, valueNames());
}

/// The mean of an array's elements.
static double meanOf(const Array &array) {
  double sum = 0;
  int64_t count = array.count();
  for (int64_t i = 0; i < count; ++i)
    sum += array.at(i);
  return count ? sum / count : 0;
}

NamedValues TrainLoop::means() const {
  NamedValues values;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    std::vector<std::string> keys = outputKeys(i);
    for (size_t k = 0; k < keys.size(); ++k)
      values.emplace_back(keys[k],
                          state.running[i].sums[k] / state.running[i].rows);
  }
  return values;
}

NamedValues TrainLoop::rates() const {
  NamedValues values;
  for (const PlannedStep &step : plan.steps) {
    std::string rate = fmt::format("optimizer.{}.lr", step.full->base);
    if (std::optional<size_t> index = theInstance.find(rate))
      values.emplace_back(
          plan.steps.size() > 1 ? fmt::format("{}.lr", step.full->base) : "lr",
          meanOf(theInstance.read(*index)));
  }
  return values;
}

//===----------------------------------------------------------------------===//
// Steps and epochs
//===----------------------------------------------------------------------===//

/// Trains on the next batch; false if what is left of the epoch fills none.
bool TrainLoop::callStep(std::span<const int64_t> order) {
  TrainPosition &at = state.at;
  int64_t left = static_cast<int64_t>(order.size()) - at.row;
  bool isFull = left >= plan.batch;
  if (left == 0 || (!isFull && !plan.trainsRest))
    return false;
  size_t turn = plan.turnOf(at.step);
  const PlannedStep &step = plan.steps[turn];
  Arguments &arguments = isFull ? *calls[turn].full : *calls[turn].rest;
  std::span<const int64_t> rows =
      order.subspan(at.row, std::min(left, plan.batch));
  arguments.select(rows);
  theInstance.call(isFull ? *step.full : *step.rest, arguments.pointers());
  ++at.step;
  at.row += rows.size();
  RunningSums &running = state.running[turn];
  running.rows += rows.size();
  for (size_t i = 0; i < running.sums.size(); ++i)
    running.sums[i] += meanOf(arguments.output(i)) * rows.size();
  return true;
}

bool TrainLoop::runEpoch(const std::function<bool()> &stop) {
  TrainPosition &at = state.at;
  DataView order = options.shuffle
                       ? shuffled(parts.training, options.seed, at.epoch)
                       : parts.training;
  if (at.row == 0) {
    state.running.clear();
    for (const PlannedStep &step : plan.steps)
      state.running.push_back({std::vector<double>(step.full->outputs), 0});
  }
  int64_t rowsBefore = at.row, stepsBefore = at.row / plan.batch, calls = 0;
  progress.beginEpoch(at.epoch + 1, stepsBefore);
  while (callStep(order.rows)) {
    ++calls;
    if (progress.isDue())
      progress.draw(calls, at.row - rowsBefore, means());
    if (options.logEvery && at.step % options.logEvery == 0) {
      EpochRecord record{at.epoch + 1, at.step, seconds(), means(), {}};
      for (auto &rate : rates())
        record.values.push_back(std::move(rate));
      log.write(record);
    }
    if (options.every && at.step % options.every == 0)
      writeCheckpoint(options.checkpoint);
    if (stop())
      return false;
  }
  finishEpoch();
  return true;
}

void TrainLoop::finishEpoch() {
  EpochRecord record{state.at.epoch + 1, state.at.step, 0, means(), {}};
  std::vector<ValueName> names = validation.names();
  std::vector<Score> scores = validation.compute(theInstance, parts.scored());
  for (size_t i = 0; i < names.size(); ++i)
    if (scores[i].table.empty())
      record.values.emplace_back(names[i].key, scores[i].value);
    else
      record.tables.emplace_back(names[i].key, std::move(scores[i].table));
  NamedValues shown = record.values;
  for (auto &rate : rates())
    record.values.push_back(std::move(rate));
  record.seconds = seconds();
  state.at.row = 0;
  ++state.at.epoch;
  judge(record);
  progress.endEpoch(state.at.step, shown);
  log.write(record);
  state.history.push_back(std::move(record));
  if (!options.checkpoint.empty() && !options.every)
    writeCheckpoint(options.checkpoint);
}

/// What the epoch's values decide.
void TrainLoop::judge(const EpochRecord &record) {
  auto valueOf = [&](const Watch &watch) {
    for (const auto &[name, value] : record.values)
      if (name == watch.key())
        return value;
    return 0.;
  };
  if (plateau)
    theInstance.report(static_cast<float>(valueOf(*plateau)));
  if (keepBest && keepBest->isBetter(valueOf(*keepBest), state.best)) {
    state.best = valueOf(*keepBest);
    state.bestEpoch = record.epoch;
    bestWeights = collectVariables(theInstance, Saved::Weights).tensors;
  }
  if (!earlyStop)
    return;
  if (earlyStop->isBetter(valueOf(*earlyStop), state.stopBest)) {
    state.stopBest = valueOf(*earlyStop);
    state.waited = 0;
  } else {
    ++state.waited;
  }
}

bool TrainLoop::isFinished() const {
  return state.at.epoch >= options.epochs || hasStoppedEarly();
}

void TrainLoop::run(const std::function<bool()> &stop) {
  while (!isFinished())
    if (!runEpoch(stop) || stop())
      break;
  progress.clear();
  if (!isFinished())
    return;
  if (hasStoppedEarly())
    remark("", fmt::format("stopped early: {} was best {} epoch{} ago",
                           earlyStop->key(), state.waited,
                           state.waited == 1 ? "" : "s"));
  if (keepBest && state.best)
    remark("",
           fmt::format("keeps epoch {}, whose {} of {} is the {}",
                       state.bestEpoch, keepBest->key(), readable(*state.best),
                       keepBest->greaterIsBetter() ? "greatest" : "smallest"));
  if (!options.checkpoint.empty() && options.every)
    writeCheckpoint(options.checkpoint);
}

} // namespace nnc::runtime

//===- Commands.cpp - The commands over a compiled model ------------------===//
//
// Runs a command and turns what it throws into a message and an exit status.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Commands.h"
#include "nnc/Runtime/Bench.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Files.h"
#include "nnc/Runtime/Interrupt.h"
#include "nnc/Runtime/Plot.h"
#include "nnc/Runtime/Predict.h"
#include "nnc/Runtime/Print.h"
#include "nnc/Runtime/TrainLoop.h"
#include "nnc/Runtime/Weights/Variables.h"
#include <algorithm>
#include <cstring>
#include <new>
#include <nlohmann/json.hpp>

namespace nnc::runtime {

/// Calls `body`, which gives an exit status.
template <class Body>
static int guarded(Body &&body) noexcept {
  try {
    int status = body();
    if (std::fflush(stdout) != 0 || std::ferror(stdout))
      fail("cannot write the results to stdout");
    return status;
  } catch (const Error &error) {
    std::fflush(stdout);
    printError(error);
    return error.status;
  } catch (const std::bad_alloc &) {
    printError(Error(ExitWrongInput, "", "there is not enough memory"));
    return ExitWrongInput;
  } catch (const std::exception &error) {
    printError(Error(ExitInternal, "",
                     std::string("internal error, please report it: ") +
                         error.what()));
    return ExitInternal;
  }
}

/// A word as a shell reads it.
static std::string quotedForShell(const std::string &word) {
  if (!word.empty() &&
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVW"
                             "XYZ0123456789_./:=,+@%-") == std::string::npos)
    return word;
  std::string text = "'";
  for (char c : word)
    text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

/// The command that goes on from a checkpoint.
static std::string resumeCommand(const TrainOptions &options,
                                 const std::string &checkpoint) {
  std::string text;
  const std::vector<std::string> &words = options.commandLine;
  for (size_t i = 0; i < words.size(); ++i)
    if (words[i] == "--resume")
      ++i;
    else if (words[i].rfind("--resume=", 0) != 0)
      text += quotedForShell(words[i]) + " ";
  return text + "--resume " + quotedForShell(checkpoint);
}

/// Throws if options do not go with each other.
static void checkOptions(const TrainOptions &options) {
  if (options.data.empty())
    failUsage("train needs --data D");
  if (options.epochs < 0)
    failUsage("--epochs: expected 0 or more, found {}", options.epochs);
  if (options.batch < 0)
    failUsage("--batch: expected 1 or more, found {}", options.batch);
  if (options.every && options.checkpoint.empty())
    failUsage("--every says when --checkpoint F is written, which is missing");
  if (options.logEvery && options.log.empty())
    failUsage("--log-every says when --log F is written, which is missing");
  if (!options.map.empty() && options.weights.empty())
    failUsage("--map renames what --weights F holds, which is missing");
  if (!options.keepBest.empty() && options.out.empty())
    failUsage("--keep-best says which weights --out F gets, which is missing");
  checkPlotPath(options.plot);
  for (const std::string &path :
       {options.out, options.checkpoint, options.log, options.plot})
    if (!path.empty())
      checkWritable(path);
}

/// Ends a run that a signal stopped: what it came to is in a checkpoint.
static int stopBySignal(TrainLoop &loop, const TrainOptions &options,
                        int signal) {
  std::string path = options.checkpoint;
  if (path.empty() && !options.out.empty())
    path = options.out + ".checkpoint";
  std::string where =
      fmt::format("ended in epoch {} after step {}", loop.position().epoch + 1,
                  loop.position().step);
  if (path.empty()) {
    remark("", where + "; nothing is kept without --checkpoint or --out");
    return 128 + signal;
  }
  loop.writeCheckpoint(path);
  remark("", where + "; the checkpoint is in " + path);
  remark("", "resume with: " + resumeCommand(options, path));
  return 128 + signal;
}

int train(const nnc_model &model, const TrainOptions &options) noexcept {
  return guarded([&]() -> int {
    checkOptions(options);
    TrainLoop loop(model, options);
    InterruptGuard interrupt;
    loop.run([&] { return interrupt.received() != 0; });
    if (!options.plot.empty() && !loop.history().empty())
      writePlot(options.plot, model.name, loop.history());
    if (!loop.isFinished())
      return stopBySignal(loop, options, interrupt.received());
    if (!options.out.empty())
      loop.saveWeights(options.out);
    if (loop.history().empty())
      return ExitDone;
    const EpochRecord &last = loop.history().back();
    for (const auto &[name, value] : last.values)
      fmt::print("{}: {}\n", name, readable(value));
    for (const auto &[name, table] : last.tables)
      fmt::print("{}:\n{}", name, readable(table));
    return ExitDone;
  });
}

int predict(const nnc_model &model, const PredictOptions &options) noexcept {
  return guarded([&]() -> int {
    std::vector<NamedArray> outputs = predictArrays(model, options);
    if (options.output.empty())
      printArrays(outputs);
    else
      writeArrays(options.output, outputs);
    return ExitDone;
  });
}

/// Prints the one line of `run --time`.
static void printTimes(const nnc_model &model, SingleCall &call,
                       const RunOptions &options) {
  std::vector<double> times = timeCalls(call, options.timeSeconds);
  size_t middle = times.size() / 2;
  std::sort(times.begin(), times.end());
  double median = times.size() % 2 ? times[middle]
                                   : (times[middle - 1] + times[middle]) / 2;
  nlohmann::ordered_json line;
  line["entry"] = call.function().name;
  line["n"] = times.size();
  line["median_s"] = median;
  line["min_s"] = times.front();
  line["compile_s"] = options.compileSeconds;
  line["arena_bytes"] = model.scratch_size;
  line["flops"] = call.function().flops;
  fmt::print("{}\n", line.dump());
}

int run(const nnc_model &model, const RunOptions &options) noexcept {
  return guarded([&]() -> int {
    if (options.repeat < 1)
      failUsage("--repeat: expected 1 or more, found {}", options.repeat);
    SingleCall call(model, options);
    for (int64_t i = 0; i < options.repeat; ++i)
      call.call();
    std::vector<NamedArray> outputs = call.outputs();
    if (options.timeSeconds > 0)
      printTimes(model, call, options);
    else if (options.output.empty())
      printArrays(outputs);
    if (!options.output.empty())
      writeArrays(options.output, outputs);
    if (!options.saveWeights.empty())
      saveVariables(call.instance(), options.saveWeights, Saved::WithSlots);
    return ExitDone;
  });
}

static std::vector<Port> portsOf(const nnc_port *inputs, size_t count) {
  std::vector<Port> ports;
  for (size_t i = 0; i < count; ++i)
    ports.emplace_back(inputs[i]);
  return ports;
}

int stepNames(const TrainOptions &options,
              std::vector<std::string> &names) noexcept {
  return guarded([&]() -> int {
    for (const StepTurn &turn : parseSteps(options.step))
      names.push_back(turn.name);
    return ExitDone;
  });
}

int planTraining(const TrainOptions &given, const nnc_port *inputs,
                 size_t count, BatchPlan &plan) noexcept {
  return guarded([&]() -> int {
    MuteRemarks quiet;
    TrainOptions options = given;
    checkOptions(options);
    if (!options.resume.empty())
      adoptSettings(options, readCheckpoint(options.resume).identity);
    TrainData parts;
    loadTrainData(parts, options, portsOf(inputs, count), {});
    plan.samples = parts.training.size();
    plan.batch = options.batch;
    for (size_t i = 0; i < count && !plan.batch; ++i)
      if (inputs[i].rank > 0 && inputs[i].shape[0] > 0)
        plan.batch = inputs[i].shape[0];
    if (plan.batch <= 0)
      failUsage("the step's first dimension is open: give --batch N");
    plan.rest =
        options.lastBatch == LastBatch::Drop ? 0 : plan.samples % plan.batch;
    return ExitDone;
  });
}

int countSamples(const PredictOptions &options, const nnc_port *inputs,
                 size_t count, int64_t &samples) noexcept {
  return guarded([&]() -> int {
    MuteRemarks quiet;
    samples =
        loadPredictData(options, portsOf(inputs, count), options.entry).rows();
    return ExitDone;
  });
}

int bench(const nnc_model &model, const BenchOptions &options) noexcept {
  return guarded([&]() -> int {
    benchFunctions(model, options);
    return ExitDone;
  });
}

int initialValues(const nnc_model &model, uint64_t seed,
                  const std::string &weights,
                  std::vector<InitialValue> &values) noexcept {
  return guarded([&]() -> int {
    Instance instance(model, seed);
    Safetensors file;
    if (!weights.empty()) {
      loadVariables(instance, weights);
      file = parseSafetensors(readFile(weights), weights);
    }
    for (size_t i = 0; i < model.tensor_count; ++i) {
      Array array = instance.read(i);
      InitialValue value;
      value.given = file.find(model.tensors[i].name) != nullptr;
      value.bytes.resize(array.bytes.size());
      std::memcpy(value.bytes.data(), array.bytes.data(), array.bytes.size());
      values.push_back(std::move(value));
    }
    return ExitDone;
  });
}

int printInitialValues(const nnc_model &model, uint64_t seed) noexcept {
  return guarded([&]() -> int {
    printArrays(
        collectVariables(Instance(model, seed), Saved::WithSlots).tensors);
    return ExitDone;
  });
}

} // namespace nnc::runtime

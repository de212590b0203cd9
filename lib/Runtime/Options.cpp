//===- Options.cpp - The commands' options on the command line ------------===//
//
// Defines and parses the options of train, predict, evaluate and run.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Options.h"
#include "ParseArguments.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Validators.h"
#include <charconv>

namespace nnc::runtime {

/// An option that takes one value, and is given once; its name in help.
template <class T>
static CLI::Option *value(CLI::App &app, const std::string &name, T &target,
                          const std::string &valueName,
                          const std::string &help) {
  return app.add_option(name, target, help)->type_name(valueName);
}

static void addCommonOptions(CLI::App &app, uint64_t &seed, int &threads) {
  value(app, "--seed", seed, "N",
        "seed of initialisation, random ops and shuffling (0)")
      ->check(wholeNumber<uint64_t>(0));
  value(app, "--threads", threads, "N", "number of threads")
      ->check(wholeNumber(0));
}

static void addMap(CLI::App &app, std::vector<std::string> &map) {
  app.add_option("--map", map,
                 "names in the weights file and in the model, whole or up to "
                 "a dot")
      ->type_name("OLD=NEW,…")
      ->delimiter(',')
      ->allow_extra_args(false);
}

void addTrainOptions(CLI::App &app, TrainOptions &options) {
  value(app, "--data", options.data, "D",
        "samples: .npz, .csv, a folder of .npy, or INPUT=FILE,…");
  value(app, "--columns", options.columns, "MAP",
        "columns of a .csv for inputs: x=age:s6,t=target");
  value(app, "--step", options.step, "NAME",
        "the step that trains (train), or several by turns: a:5,b:1");
  value(app, "--batch", options.batch, "N", "samples in a batch")
      ->check(wholeNumber(int64_t(1)));
  app.add_option_function<std::string>(
         "--last-batch",
         [&options](const std::string &word) {
           options.lastBatch =
               word == "drop" ? LastBatch::Drop : LastBatch::Smaller;
         },
         "what becomes of the samples that fill no whole batch")
      ->type_name("smaller|drop")
      ->check(expecting("smaller or drop", [](const auto &text) {
        return text == "smaller" || text == "drop";
      }));
  value(app, "--epochs", options.epochs, "N", "times over the data (10)")
      ->check(wholeNumber(int64_t(0)));
  app.add_flag_callback(
      "--no-shuffle", [&options] { options.shuffle = false; },
      "keep the samples in the file's order");
  app.add_flag("--standardize", options.standardize,
               "fill normalize layers from the training part");
  value(app, "--split", options.split, "PART",
        "keep this part of the samples for validation: 0.2")
      ->check(expecting("a part between 0 and 1", [](const auto &text) {
        double part;
        return parseAll(text, part) && part > 0 && part < 1;
      }));
  value(app, "--validation", options.validation, "D", "data for validation");
  value(app, "--evaluate", options.evaluate, "ENTRY",
        "entry whose scalars are averaged over validation data (evaluate)");
  app.add_option("--metric", options.metrics,
                 "score over all samples: mae, mse, rmse, r2, accuracy, top5, "
                 "precision, recall, f1, auc or confusion")
      ->type_name("KIND(OUTPUT,INPUT)")
      ->allow_extra_args(false);
  value(app, "--plateau", options.plateau, "METRIC",
        "tell plateau schedules this value after every epoch");
  value(app, "--keep-best", options.keepBest, "METRIC",
        "write the weights of the epoch where this was best");
  value(app, "--early-stop", options.earlyStop, "METRIC:PATIENCE",
        "end after so many epochs in which this was not better");
  value(app, "--weights", options.weights, "F", "initial values");
  addMap(app, options.map);
  value(app, "--out", options.out, "F.safetensors",
        "where the trained parameters and state go");
  value(app, "--checkpoint", options.checkpoint, "F",
        "where the whole run is kept after every epoch");
  value(app, "--every", options.every, "STEPS", "or after so many steps")
      ->check(wholeNumber(int64_t(1)));
  value(app, "--resume", options.resume, "F", "go on from this checkpoint");
  value(app, "--log", options.log, "F.jsonl", "one JSON object per epoch");
  value(app, "--log-every", options.logEvery, "N",
        "and one after every N steps")
      ->check(wholeNumber(int64_t(1)));
  value(app, "--plot", options.plot, "F.svg|F.png", "curves of all values");
  addCommonOptions(app, options.seed, options.threads);
}

void addPredictOptions(CLI::App &app, PredictOptions &options) {
  value(app, "--data", options.data, "D",
        "samples: .npz, .csv, a folder of .npy, or INPUT=FILE,…");
  value(app, "--columns", options.columns, "MAP",
        "columns of a .csv for inputs: x=age:s6");
  value(app, "--weights", options.weights, "F", "values of the parameters");
  addMap(app, options.map);
  value(app, "-o,--output", options.output, "F",
        "where the outputs go: .npz, .npy or .csv (default: printed)");
  addCommonOptions(app, options.seed, options.threads);
}

void addRunOptions(CLI::App &app, RunOptions &options) {
  value(app, "--weights", options.weights, "F",
        "values of the variables (default: initialised)");
  value(app, "--save-weights", options.saveWeights, "F",
        "where all variables go after the last call");
  value(app, "-o,--output", options.output, "F.npz",
        "where the last call's outputs go (default: printed)");
  value(app, "--repeat", options.repeat, "N", "calls in a row")
      ->check(wholeNumber(int64_t(1)));
  value(app, "--time", options.timeSeconds, "SECONDS",
        "measure for that long (1), and print JSON")
      ->check(positiveNumber());
  addCommonOptions(app, options.seed, options.threads);
}

std::vector<std::string> spellTime(std::vector<std::string> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    const char *spelled = arguments[i] == "--time"   ? "--time=1"
                          : arguments[i] == "--tune" ? "--tune=60"
                                                     : nullptr;
    if (!spelled)
      continue;
    double seconds;
    std::string_view next = i + 1 < arguments.size() ? arguments[i + 1] : "";
    auto [end, error] =
        std::from_chars(next.data(), next.data() + next.size(), seconds);
    if (error != std::errc() || end != next.data() + next.size())
      arguments[i] = spelled;
  }
  return arguments;
}

void addBenchOptions(CLI::App &app, BenchOptions &options) {
  value(app, "--time", options.seconds, "SECONDS",
        "how long to measure each function (1)")
      ->check(positiveNumber());
  addCommonOptions(app, options.seed, options.threads);
}

Parsed parseBench(const std::vector<std::string> &arguments,
                  BenchOptions &options) noexcept {
  CommandSyntax syntax;
  syntax.usage = "bench [options]";
  syntax.help = "Measures every entry and step.";
  syntax.define = [&](CLI::App &app) { addBenchOptions(app, options); };
  return parseArguments(syntax, spellTime(arguments), nullptr);
}

Parsed parseTrain(const std::vector<std::string> &arguments,
                  TrainOptions &options,
                  std::vector<std::string> *rest) noexcept {
  CommandSyntax syntax;
  syntax.usage = "train --data D [options]";
  syntax.help = "Trains the model on data.";
  syntax.define = [&](CLI::App &app) { addTrainOptions(app, options); };
  return parseArguments(syntax, arguments, rest);
}

Parsed parsePredict(const std::vector<std::string> &arguments,
                    PredictOptions &options,
                    std::vector<std::string> *rest) noexcept {
  CommandSyntax syntax;
  syntax.usage = options.command + " [ENTRY] [INPUT=FILE…] [options]";
  syntax.help = "Runs an entry over all samples. Scalars are averaged by rows.";
  syntax.define = [&](CLI::App &app) { addPredictOptions(app, options); };
  syntax.positional = [&](const std::string &argument) {
    if (argument.find('=') != std::string::npos)
      options.inputs.push_back(argument);
    else if (options.entry.empty())
      options.entry = argument;
    else
      failUsage("expected INPUT=FILE, found '{}'", argument);
  };
  return parseArguments(syntax, arguments, rest);
}

Parsed parseRun(const std::vector<std::string> &arguments, RunOptions &options,
                std::vector<std::string> *rest) noexcept {
  CommandSyntax syntax;
  syntax.usage = "run ENTRY [INPUT=FILE…] [options]";
  syntax.help = "Calls one entry or step.";
  syntax.define = [&](CLI::App &app) { addRunOptions(app, options); };
  syntax.positional = [&](const std::string &argument) {
    if (argument.find('=') != std::string::npos)
      options.inputs.push_back(argument);
    else if (options.function.empty())
      options.function = argument;
    else
      failUsage("expected INPUT=FILE, found '{}'", argument);
  };
  return parseArguments(syntax, spellTime(arguments), rest);
}

} // namespace nnc::runtime

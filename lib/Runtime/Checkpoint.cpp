//===- Checkpoint.cpp - A training run in a file --------------------------===//
//
// Numbers stand in the metadata in the shortest form that is read back as the
// same bits.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Checkpoint.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Weights/Variables.h"
#include <charconv>
#include <nlohmann/json.hpp>

namespace nnc::runtime {

using Metadata = std::map<std::string, std::string>;

static Metadata describe(const Checkpoint &checkpoint) {
  const TrainState &state = checkpoint.state;
  const TrainIdentity &identity = checkpoint.identity;
  Metadata data;
  data["format"] = "nnc checkpoint 1";
  data["epoch"] = std::to_string(state.at.epoch);
  data["position"] = std::to_string(state.at.row);
  data["step"] = std::to_string(state.at.step);
  data["seed"] = std::to_string(identity.seed);
  data["split"] = fmt::format("{}", identity.split);
  data["samples"] = std::to_string(identity.samples);
  data["batch"] = std::to_string(identity.batch);
  data["steps"] = identity.steps;
  data["shuffle"] = identity.shuffle ? "1" : "0";
  data["seconds"] = fmt::format("{}", state.seconds);
  if (state.best) {
    data["best"] = fmt::format("{}", *state.best);
    data["best_epoch"] = std::to_string(state.bestEpoch);
  }
  data["patience"] = std::to_string(state.waited);
  if (state.stopBest)
    data["patience_best"] = fmt::format("{}", *state.stopBest);
  data["log_bytes"] = std::to_string(state.logBytes);
  std::string running, history;
  for (const RunningSums &sums : state.running)
    running += fmt::format("{} {}\n", sums.rows, fmt::join(sums.sums, " "));
  for (const EpochRecord &record : state.history)
    history += toJson(record) + "\n";
  data["running"] = running;
  data["history"] = history;
  return data;
}

void writeCheckpoint(const std::string &path, Checkpoint checkpoint) {
  Safetensors file;
  file.metadata = describe(checkpoint);
  file.tensors = std::move(checkpoint.variables);
  for (NamedArray &tensor : checkpoint.best)
    file.tensors.push_back(
        {std::string(bestPrefix) + tensor.name, std::move(tensor.array)});
  writeFile(path, formatSafetensors(file));
}

namespace {
/// Reads numbers out of the metadata.
class MetadataReader {
public:
  MetadataReader(const Metadata &data, const std::string &path)
      : data(data), path(path) {}

  const std::string &text(const std::string &key) const {
    auto found = data.find(key);
    if (found == data.end())
      failIn(path, "is no checkpoint: its metadata has no '{}'", key);
    return found->second;
  }
  template <class T>
  T number(const std::string &key) const {
    return parse<T>(key, text(key));
  }
  /// A count: a number that is not negative.
  int64_t count(const std::string &key) const {
    int64_t value = number<int64_t>(key);
    if (value < 0)
      corrupt(key);
    return value;
  }
  std::optional<double> optional(const std::string &key) const {
    if (!data.count(key))
      return std::nullopt;
    return number<double>(key);
  }
  template <class T>
  T parse(const std::string &key, std::string_view digits) const {
    T value{};
    auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || stop != digits.data() + digits.size())
      corrupt(key);
    return value;
  }
  [[noreturn]] void corrupt(const std::string &key) const {
    failIn(path, "corrupt checkpoint: '{}'", key);
  }

private:
  const Metadata &data;
  const std::string &path;
};
} // namespace

/// The parts of a text that end in `end`.
static std::vector<std::string> partsOf(const std::string &text, char end) {
  std::vector<std::string> parts;
  for (size_t at = 0; at < text.size();) {
    size_t stop = std::min(text.find(end, at), text.size());
    parts.push_back(text.substr(at, stop - at));
    at = stop + 1;
  }
  return parts;
}

Checkpoint readCheckpoint(const std::string &path) {
  Safetensors file = parseSafetensors(readFile(path), path);
  MetadataReader read(file.metadata, path);
  if (!file.metadata.count("format") ||
      file.metadata["format"] != "nnc checkpoint 1")
    failIn(path, "is no checkpoint: weights alone are given with --weights");
  Checkpoint checkpoint;
  TrainState &state = checkpoint.state;
  TrainIdentity &identity = checkpoint.identity;
  state.at = {read.count("epoch"), read.count("position"), read.count("step")};
  identity.seed = read.number<uint64_t>("seed");
  identity.split = read.number<double>("split");
  identity.samples = read.count("samples");
  identity.batch = read.count("batch");
  identity.steps = read.text("steps");
  identity.shuffle = read.text("shuffle") == "1";
  state.seconds = read.number<double>("seconds");
  state.best = read.optional("best");
  if (state.best)
    state.bestEpoch = read.count("best_epoch");
  state.waited = read.count("patience");
  state.stopBest = read.optional("patience_best");
  state.logBytes = read.count("log_bytes");
  for (const std::string &line : partsOf(read.text("running"), '\n')) {
    std::vector<std::string> words = partsOf(line, ' ');
    RunningSums sums;
    sums.rows = read.parse<int64_t>("running", words.empty() ? "" : words[0]);
    for (size_t i = 1; i < words.size(); ++i)
      sums.sums.push_back(read.parse<double>("running", words[i]));
    state.running.push_back(std::move(sums));
  }
  try {
    for (const std::string &line : partsOf(read.text("history"), '\n'))
      state.history.push_back(recordFromJson(line));
  } catch (const nlohmann::json::exception &) {
    read.corrupt("history");
  }
  for (NamedArray &tensor : file.tensors)
    if (tensor.name.rfind(bestPrefix, 0) == 0)
      checkpoint.best.push_back(
          {tensor.name.substr(bestPrefix.size()), std::move(tensor.array)});
    else
      checkpoint.variables.push_back(std::move(tensor));
  return checkpoint;
}

void adoptSettings(TrainOptions &options, const TrainIdentity &identity) {
  if (options.seed != 0 && options.seed != identity.seed)
    failUsage("--seed {}: the checkpoint '{}' was made with --seed {}",
              options.seed, options.resume, identity.seed);
  if (options.split != 0 && options.split != identity.split)
    failUsage("--split {}: the checkpoint '{}' was made with --split {}",
              options.split, options.resume, identity.split);
  options.seed = identity.seed;
  options.split = identity.split;
}

void checkIdentity(const std::string &path, const TrainIdentity &saved,
                   const TrainIdentity &now) {
  if (saved.samples != now.samples)
    failIn(path, "the run that was stopped had {} samples, and this one has {}",
           saved.samples, now.samples);
  if (saved.batch != now.batch)
    failIn(path,
           "the run that was stopped had batches of {}, and this one of "
           "{}",
           saved.batch, now.batch);
  if (saved.steps != now.steps)
    failIn(path, "the run that was stopped had --step {}, and this one has {}",
           saved.steps, now.steps);
  if (saved.shuffle != now.shuffle)
    failIn(path,
           "the run that was stopped had {}--no-shuffle, and this one "
           "has {}",
           saved.shuffle ? "no " : "", now.shuffle ? "none" : "it");
}

void restoreVariables(Instance &instance,
                      const std::vector<NamedArray> &variables,
                      const std::string &path) {
  const nnc_model &model = instance.model();
  if (variables.size() != model.tensor_count)
    failIn(path, "is of another model: it has {} variables, and the model {}",
           variables.size(), model.tensor_count);
  std::vector<size_t> indices;
  for (const NamedArray &variable : variables) {
    std::optional<size_t> index = instance.find(variable.name);
    if (!index || typeOf(model.tensors[*index]) != variable.array.type ||
        shapeOf(model.tensors[*index]) != variable.array.shape)
      failIn(path, "is of another model: '{}' of {}", variable.name,
             toString(variable.array.type, variable.array.shape));
    indices.push_back(*index);
  }
  for (size_t i = 0; i < variables.size(); ++i)
    instance.write(indices[i], variables[i].array);
}

} // namespace nnc::runtime

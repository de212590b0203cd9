//===- Validation.cpp - What an epoch is judged by ------------------------===//
//
// The evaluated entry's scalars and the metrics, over the validation part.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Validation.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>

namespace nnc::runtime {

/// The entry to evaluate: that of --evaluate, or `evaluate` if there is one
/// and something to run it on.
static Variants findEntry(const nnc_model &model, const TrainOptions &options) {
  if (!options.evaluate.empty())
    return functionsNamed(model, NNC_ENTRY, options.evaluate);
  Variants found;
  bool validates = !options.validation.empty() || options.split != 0;
  for (size_t i = 0; i < model.function_count && validates; ++i) {
    const nnc_function &function = model.functions[i];
    if (function.kind == NNC_ENTRY && function.base == std::string("evaluate"))
      found.push_back(&function);
  }
  return found;
}

Validation::Validation(const nnc_model &model, const Variants &steps,
                       const TrainOptions &options)
    : entry(findEntry(model, options)), metrics(model, steps, options.metrics) {
  if (entry.empty())
    return;
  std::vector<std::string> taken;
  for (const nnc_function *step : steps)
    for (const Port &port : outputsOf(*step))
      taken.push_back(port.name);
  for (const Port &port : outputsOf(*entry.front())) {
    if (!port.isScalar() || !isFloat(port.type))
      continue;
    bool clashes =
        std::find(taken.begin(), taken.end(), port.name) != taken.end();
    outputs.push_back(port.name);
    keys.push_back(clashes ? entry.front()->base + ("." + port.name)
                           : port.name);
  }
  if (outputs.empty() && !options.evaluate.empty())
    failUsage("--evaluate {}: the entry returns no floating scalar",
              options.evaluate);
  if (outputs.empty())
    entry.clear();
}

std::vector<Port> Validation::ports() const {
  std::vector<Port> ports = metrics.ports();
  if (!entry.empty())
    for (const Port &port : inputsOf(*entry.front()))
      ports.push_back(port);
  return ports;
}

std::vector<ValueName> Validation::names() const {
  std::vector<ValueName> names;
  for (size_t i = 0; i < keys.size(); ++i)
    names.push_back({keys[i], outputs[i], betterByName(outputs[i])});
  for (const MetricSpec &metric : metrics.specs())
    names.push_back({metric.text, metric.kind, betterOf(metric)});
  return names;
}

std::vector<Score> Validation::compute(Instance &instance,
                                       const DataView &view) const {
  std::vector<Score> scores;
  if (!entry.empty())
    for (const NamedArray &output : runOverRows(instance, entry, view, outputs))
      scores.push_back({output.array.at(0), {}});
  for (Score &score : metrics.compute(instance, view))
    scores.push_back(std::move(score));
  return scores;
}

} // namespace nnc::runtime

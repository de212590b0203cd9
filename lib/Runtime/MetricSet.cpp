//===- MetricSet.cpp - The metrics of a training run ----------------------===//
//
// Finds the entries and inputs that metrics name, and computes all metrics of
// one entry from one run over the data.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Metrics.h"
#include <algorithm>
#include <map>

namespace nnc::runtime {

static const Port *portNamed(const std::vector<Port> &ports,
                             const std::string &name) {
  for (const Port &port : ports)
    if (port.name == name)
      return &port;
  return nullptr;
}

static std::vector<std::string> namesOf(const std::vector<Port> &ports) {
  std::vector<std::string> names;
  for (const Port &port : ports)
    names.push_back(port.name);
  return names;
}

/// Fills in the names of a metric that stands without any, if there is only
/// one way to read it.
static void complete(MetricSpec &spec, const nnc_model &model,
                     const std::vector<Port> &stepInputs) {
  std::vector<std::string> outputs, targets;
  for (size_t i = 0; i < model.function_count; ++i) {
    const nnc_function &entry = model.functions[i];
    if (entry.kind != NNC_ENTRY)
      continue;
    std::vector<Port> inputs = inputsOf(entry);
    for (const std::string &name : namesOf(outputsOf(entry)))
      if (std::find(outputs.begin(), outputs.end(), name) == outputs.end())
        outputs.push_back(name);
    for (const std::string &name : namesOf(stepInputs))
      if (!portNamed(inputs, name) &&
          std::find(targets.begin(), targets.end(), name) == targets.end())
        targets.push_back(name);
  }
  if (outputs.size() != 1 || targets.size() != 1)
    failUsage("--metric {0}: say what is compared: {0}(OUTPUT,INPUT)",
              spec.kind);
  spec.output = outputs[0];
  spec.target = targets[0];
}

/// The inputs of all steps, each name once.
static std::vector<Port> inputsOfAll(const Variants &steps) {
  std::vector<Port> ports;
  for (const nnc_function *step : steps)
    for (const Port &port : inputsOf(*step))
      if (!portNamed(ports, port.name))
        ports.push_back(port);
  return ports;
}

MetricSet::Bound MetricSet::bind(const nnc_model &model, const Variants &steps,
                                 MetricSpec spec) const {
  std::vector<Port> inputs = inputsOfAll(steps);
  std::vector<std::string> stepInputs = namesOf(inputs);
  if (spec.output.empty())
    complete(spec, model, inputs);
  // `entry.output` chooses between entries that share an output's name.
  std::string entryName, output = spec.output;
  if (size_t dot = output.find('.'); dot != std::string::npos) {
    entryName = output.substr(0, dot);
    output = output.substr(dot + 1);
  }
  Bound bound{spec, {}, {}};
  bound.spec.output = output;
  std::vector<std::string> all;
  for (size_t i = 0; i < model.function_count; ++i) {
    const nnc_function &entry = model.functions[i];
    if (entry.kind != NNC_ENTRY)
      continue;
    std::vector<Port> outputs = outputsOf(entry);
    for (const Port &port : outputs)
      if (std::find(all.begin(), all.end(), port.name) == all.end())
        all.push_back(port.name);
    if (!portNamed(outputs, output) ||
        (!entryName.empty() && entryName != entry.base))
      continue;
    if (!bound.variants.empty() &&
        std::string(bound.variants.front()->base) != entry.base) {
      failUsage("--metric {}: both '{}' and '{}' have an output '{}'; write "
                "{}({}.{},{})",
                spec.text, bound.variants.front()->base, entry.base, output,
                spec.kind, entry.base, output, spec.target);
    }
    bound.variants.push_back(&entry);
  }
  if (bound.variants.empty())
    failUsage("--metric {}: no entry has an output '{}'; there {} {}",
              spec.text, spec.output, all.size() == 1 ? "is" : "are",
              all.empty() ? "none" : quotedList(all));
  std::vector<Port> entryInputs = inputsOf(*bound.variants.front());
  inputs.insert(inputs.end(), entryInputs.begin(), entryInputs.end());
  const Port *target = portNamed(inputs, spec.target);
  if (!target)
    failUsage("--metric {}: there is no input '{}'; '{}' has {}", spec.text,
              spec.target, steps.front()->base, quotedList(stepInputs));
  if (target->isScalar())
    failUsage("--metric {}: input '{}' is one value, not one per sample",
              spec.text, spec.target);
  bound.target = *target;
  return bound;
}

MetricSet::MetricSet(const nnc_model &model, const Variants &steps,
                     const std::vector<std::string> &texts) {
  for (const std::string &text : texts)
    metrics.push_back(bind(model, steps, parseMetric(text)));
}

std::vector<std::string> MetricSet::names() const {
  std::vector<std::string> names;
  for (const Bound &metric : metrics)
    names.push_back(metric.spec.text);
  return names;
}

std::vector<MetricSpec> MetricSet::specs() const {
  std::vector<MetricSpec> specs;
  for (const Bound &metric : metrics)
    specs.push_back(metric.spec);
  return specs;
}

std::vector<Port> MetricSet::ports() const {
  std::vector<Port> ports;
  for (const Bound &metric : metrics) {
    std::vector<Port> inputs = inputsOf(*metric.variants.front());
    ports.insert(ports.end(), inputs.begin(), inputs.end());
    ports.push_back(metric.target);
  }
  return ports;
}

std::vector<Score> MetricSet::compute(Instance &instance,
                                      const DataView &view) const {
  // One run of each entry, with all of its outputs that a metric looks at.
  std::map<std::string, std::vector<std::string>> outputs;
  std::map<std::string, std::vector<NamedArray>> results;
  for (const Bound &metric : metrics)
    outputs[metric.variants.front()->base].push_back(metric.spec.output);
  for (const Bound &metric : metrics) {
    std::string entry = metric.variants.front()->base;
    if (!results.count(entry))
      results[entry] =
          runOverRows(instance, metric.variants, view, outputs[entry]);
  }

  std::vector<Score> scores;
  for (const Bound &metric : metrics) {
    const DataColumn *column = view.data->find(metric.target);
    Shape shape = metric.target.shape;
    shape[0] = view.size();
    Array target(metric.target.type, shape);
    gather(*column, view.rows, target.bytes.data());
    for (const NamedArray &result : results[metric.variants.front()->base])
      if (result.name == metric.spec.output) {
        scores.push_back(score(metric.spec, result.array, target));
        break;
      }
  }
  return scores;
}

} // namespace nnc::runtime

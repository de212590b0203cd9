//===- Predict.cpp - An entry over the user's samples ---------------------===//
//
// Chooses the entry, reads its inputs, and runs it over all samples.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Predict.h"
#include "nnc/Runtime/Batches.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Inputs.h"
#include "nnc/Runtime/Print.h"
#include "nnc/Runtime/Weights/Variables.h"
#include <algorithm>

namespace nnc::runtime {

Dataset loadPredictData(const PredictOptions &options,
                        const std::vector<Port> &ports,
                        const std::string &function) {
  std::map<std::string, std::string> inputs =
      parseInputs(options.inputs, ports);
  ColumnMap columns = parseColumns(options.columns);
  std::unique_ptr<DataSource> source;
  if (!options.data.empty())
    source = openSource(options.data, columns);
  Dataset data;
  std::vector<Port> missing;
  for (const Port &port : ports) {
    auto given = inputs.find(port.name);
    if (given != inputs.end())
      data.add(readInput(given->second, port, columns), port, NonFinite::Allow,
               given->second);
    else if (source)
      data.add(*source, port, NonFinite::Allow);
    else
      missing.push_back(port);
  }
  if (!missing.empty())
    failMissing(missing, function);
  if (data.rows() == 0)
    failIn(data.columns().front().where, "there are no samples");
  return data;
}

/// The entry that is asked for; without a name, the one called as the command
/// is, or the only one.
static Variants chooseEntry(const nnc_model &model,
                            const PredictOptions &options) {
  if (!options.entry.empty())
    return functionsNamed(model, NNC_ENTRY, options.entry);
  std::string only;
  for (size_t i = 0; i < model.function_count; ++i)
    if (model.functions[i].kind == NNC_ENTRY) {
      if (!only.empty() && only != model.functions[i].base)
        return functionsNamed(model, NNC_ENTRY, options.command);
      only = model.functions[i].base;
    }
  return functionsNamed(model, NNC_ENTRY,
                        only.empty() ? options.command : only);
}

std::vector<NamedArray> predictArrays(const nnc_model &model,
                                      const PredictOptions &options) {
  Variants variants = chooseEntry(model, options);
  const nnc_function &first = *variants.front();
  std::vector<std::pair<std::string, size_t>> ranks;
  for (const Port &port : outputsOf(first))
    ranks.emplace_back(port.name, port.shape.size());
  checkOutputPath(options.output, ranks);
  bool hasParameters = std::any_of(
      model.tensors, model.tensors + model.tensor_count,
      [](const nnc_tensor &tensor) { return tensor.kind == NNC_PARAMETER; });
  if (options.weights.empty() && hasParameters && !model.has_weights)
    failUsage("the model has parameters: give their values with --weights F");
  Dataset data = loadPredictData(options, inputsOf(first), first.base);
  Instance instance(model, options.seed, options.threads);
  if (!options.weights.empty())
    loadVariables(instance, options.weights, options.map);
  return runOverRows(instance, variants, allRows(data), {});
}

} // namespace nnc::runtime

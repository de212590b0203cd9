//===- TrainData.cpp - What a training run reads --------------------------===//
//
// Loads and splits the data.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/TrainData.h"
#include "nnc/Runtime/Data/Shuffle.h"
#include "nnc/Runtime/Diagnostics.h"
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
  // Of two data sets the one that is a table may be the only one.
  auto open = [&](const std::string &path, const std::string &other) {
    bool isOther = !isTable(path) && isTable(other);
    return openSource(path, isOther ? ColumnMap() : columns);
  };
  auto source = open(options.data, options.validation);
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
  auto other = open(options.validation, options.data);
  for (const Port &port : scorePorts)
    parts.validationData.add(*other, port, NonFinite::Refuse);
  if (parts.validationData.rows() == 0)
    failIn(options.validation, "there are no samples");
  parts.validation = allRows(parts.validationData);
}

} // namespace nnc::runtime

//===- Watch.cpp - A value that decides -----------------------------------===//
//
// Finds the value that an option names among those that an epoch has.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Watch.h"
#include "nnc/Runtime/Diagnostics.h"
#include <charconv>
#include <cmath>

namespace nnc::runtime {

Better betterByName(const std::string &name) {
  for (const char *part : {"acc", "auc", "f1", "precision", "recall", "r2",
                           "top", "score", "similarity"})
    if (name.find(part) != std::string::npos)
      return Better::Greater;
  return Better::Smaller;
}

Watch::Watch(const std::string &option, const std::string &name,
             const std::vector<ValueName> &values) {
  for (bool isKey : {true, false})
    for (const ValueName &known : values)
      if (value.key.empty() && name == (isKey ? known.key : known.shortName))
        value = known;
  if (value.key.empty()) {
    std::vector<std::string> names;
    for (const ValueName &known : values)
      names.push_back(known.key);
    failUsage("{}: there is no value '{}'; an epoch has {}", option, name,
              quotedList(names));
  }
  if (value.better == Better::Neither)
    failUsage("{}: '{}' is a table, not a number", option, value.key);
}

bool Watch::isBetter(double candidate, std::optional<double> best) const {
  if (!best || std::isnan(*best))
    return !best || !std::isnan(candidate);
  return greaterIsBetter() ? candidate > *best : candidate < *best;
}

std::pair<std::string, int64_t> parseEarlyStop(const std::string &text) {
  size_t colon = text.rfind(':');
  int64_t patience = 0;
  if (colon != std::string::npos && colon > 0) {
    const char *end = text.data() + text.size();
    auto [stop, error] =
        std::from_chars(text.data() + colon + 1, end, patience);
    if (error != std::errc() || stop != end)
      patience = 0;
  }
  if (patience < 1)
    failUsage("--early-stop: expected METRIC:PATIENCE, the patience in epochs, "
              "found '{}'",
              text);
  return {text.substr(0, colon), patience};
}

} // namespace nnc::runtime

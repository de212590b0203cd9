//===- Watch.h - A value that decides -------------------------------------===//
//
// The value that --keep-best, --early-stop or --plateau names.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_WATCH_H
#define NNC_RUNTIME_WATCH_H

#include "nnc/Runtime/Metrics.h"

namespace nnc::runtime {

/// A value that every epoch has: as the log calls it, what else it may be
/// called, and which direction is better.
struct ValueName {
  std::string key, shortName;
  Better better = Better::Smaller;
};

/// What the name of an output tells: `accuracy` is better when greater, a loss
/// when smaller.
Better betterByName(const std::string &name);

/// One of an epoch's values.
class Watch {
public:
  /// Finds the value called `name`; of several with that short name the first
  /// one. Throws if there is none, or it is no number.
  Watch(const std::string &option, const std::string &name,
        const std::vector<ValueName> &values);

  const std::string &key() const { return value.key; }
  bool greaterIsBetter() const { return value.better == Better::Greater; }
  /// NaN is better than nothing, and no better than anything else.
  bool isBetter(double candidate, std::optional<double> best) const;

private:
  ValueName value;
};

/// `METRIC:PATIENCE` of --early-stop; throws if the text has another form.
std::pair<std::string, int64_t> parseEarlyStop(const std::string &text);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_WATCH_H

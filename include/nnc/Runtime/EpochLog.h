//===- EpochLog.h - The record of a training run --------------------------===//
//
// One JSON object per epoch, one a line.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_EPOCHLOG_H
#define NNC_RUNTIME_EPOCHLOG_H

#include "nnc/Runtime/Progress.h"
#include <cstdio>
#include <memory>

namespace nnc::runtime {

/// What is known at the end of an epoch.
struct EpochRecord {
  int64_t epoch = 0;  // from 1
  int64_t step = 0;   // calls of the step since the beginning
  double seconds = 0; // since the beginning
  NamedValues values; // means of outputs, then metrics, then the rate
};

/// Writes and flushes a line per record, so that a running training can be
/// watched. Without a path it writes nothing.
class EpochLog {
public:
  explicit EpochLog(const std::string &path);
  void write(const EpochRecord &record);

private:
  std::string path;
  std::unique_ptr<std::FILE, int (*)(std::FILE *)> file;
};

} // namespace nnc::runtime

#endif // NNC_RUNTIME_EPOCHLOG_H

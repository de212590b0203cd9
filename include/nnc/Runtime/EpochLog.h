//===- EpochLog.h - The record of a training run --------------------------===//
//
// One JSON object per epoch, one a line, and more within epochs if wanted.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_EPOCHLOG_H
#define NNC_RUNTIME_EPOCHLOG_H

#include "nnc/Runtime/Metrics.h"
#include "nnc/Runtime/Progress.h"
#include <cstdio>
#include <memory>

namespace nnc::runtime {

/// What is known at the end of an epoch, or at a step within one.
struct EpochRecord {
  int64_t epoch = 0;  // from 1
  int64_t step = 0;   // calls of the steps since the beginning
  double seconds = 0; // since the beginning
  NamedValues values; // means of outputs, then scores, then rates
  std::vector<std::pair<std::string, Table>> tables; // scores that are tables
};

/// The record as one line of JSON, and back. Numbers that JSON has not, NaN
/// and the infinities, are null, which is read as NaN.
std::string toJson(const EpochRecord &record);
EpochRecord recordFromJson(const std::string &text);

/// Writes and flushes a line per record, so that a running training can be
/// watched. Without a path it writes nothing.
class EpochLog {
public:
  /// Keeps so many bytes of what is there: lines that were written before a
  /// checkpoint.
  explicit EpochLog(const std::string &path = "", int64_t keep = 0);
  void write(const EpochRecord &record);
  /// How long the file is.
  int64_t size() const { return bytes; }

private:
  std::string path;
  std::unique_ptr<std::FILE, int (*)(std::FILE *)> file;
  int64_t bytes = 0;
};

} // namespace nnc::runtime

#endif // NNC_RUNTIME_EPOCHLOG_H

//===- EpochLog.cpp - The record of a training run ------------------------===//
//
// One JSON object per epoch, one a line. Numbers that JSON has not, NaN and
// the infinities, are null.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/EpochLog.h"
#include "nnc/Runtime/Diagnostics.h"
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

namespace nnc::runtime {

EpochLog::EpochLog(const std::string &path)
    : path(path), file(nullptr, std::fclose) {
  if (path.empty())
    return;
  file.reset(std::fopen(path.c_str(), "w"));
  if (!file)
    failIn(path, "cannot write: {}", std::strerror(errno));
}

void EpochLog::write(const EpochRecord &record) {
  if (!file)
    return;
  nlohmann::ordered_json line;
  line["epoch"] = record.epoch;
  line["step"] = record.step;
  line["seconds"] = record.seconds;
  for (const auto &[name, value] : record.values)
    line[name] = value;
  std::string text = line.dump() + "\n";
  if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fflush(file.get()) != 0)
    failIn(path, "cannot write: {}", std::strerror(errno));
}

} // namespace nnc::runtime

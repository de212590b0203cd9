//===- EpochLog.cpp - The record of a training run ------------------------===//
//
// One JSON object per epoch, one a line, and more within epochs if wanted.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/EpochLog.h"
#include "nnc/Runtime/Diagnostics.h"
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace nnc::runtime {

std::string toJson(const EpochRecord &record) {
  nlohmann::ordered_json line;
  line["epoch"] = record.epoch;
  line["step"] = record.step;
  line["seconds"] = record.seconds;
  for (const auto &[name, value] : record.values)
    line[name] = value;
  for (const auto &[name, table] : record.tables)
    line[name] = table;
  return line.dump();
}

EpochRecord recordFromJson(const std::string &text) {
  EpochRecord record;
  nlohmann::ordered_json line = nlohmann::ordered_json::parse(text);
  for (const auto &[name, value] : line.items())
    if (name == "epoch")
      record.epoch = value;
    else if (name == "step")
      record.step = value;
    else if (name == "seconds")
      record.seconds = value;
    else if (value.is_array())
      record.tables.emplace_back(name, value.get<Table>());
    else
      record.values.emplace_back(name, value.is_null() ? std::nan("")
                                                       : value.get<double>());
  return record;
}

EpochLog::EpochLog(const std::string &path, int64_t keep)
    : path(path), file(nullptr, std::fclose), bytes(keep) {}

/// Opens the file and cuts it to `bytes`, or to what there is.
static std::FILE *openLog(const std::string &path, int64_t &bytes) {
  int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  struct stat info;
  if (descriptor < 0 || ::fstat(descriptor, &info) != 0)
    failIn(path, "cannot write: {}", std::strerror(errno));
  std::FILE *file = ::fdopen(descriptor, "w");
  // A pipe or a device takes what comes.
  if (!S_ISREG(info.st_mode))
    return file;
  bytes = std::min<int64_t>(bytes, info.st_size);
  if (::ftruncate(descriptor, bytes) != 0 || std::fseek(file, 0, SEEK_END) != 0)
    failIn(path, "cannot write: {}", std::strerror(errno));
  return file;
}

void EpochLog::write(const EpochRecord &record) {
  if (path.empty())
    return;
  // Not before there is a line: a run that fails at once leaves an older log
  // as it is.
  if (!file)
    file.reset(openLog(path, bytes));
  std::string text = toJson(record) + "\n";
  if (std::fwrite(text.data(), 1, text.size(), file.get()) != text.size() ||
      std::fflush(file.get()) != 0)
    failIn(path, "cannot write: {}", std::strerror(errno));
  bytes += text.size();
}

} // namespace nnc::runtime

//===- Source.cpp - Where the arrays of a data set come from --------------===//
//
// Sources of whole arrays, and the table of all kinds of sources.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Data/Source.h"
#include "nnc/Runtime/Data/CsvSource.h"
#include "nnc/Runtime/Data/Gzip.h"
#include "nnc/Runtime/Data/Idx.h"
#include "nnc/Runtime/Data/Npy.h"
#include "nnc/Runtime/Data/Npz.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sys/stat.h>

namespace nnc::runtime {

namespace {
/// An archive whose arrays carry the inputs' names.
class NpzSource : public DataSource {
public:
  explicit NpzSource(const std::string &path) : archive(path) {
    this->path = path;
  }
  std::optional<Array> find(const Port &port) const override {
    if (!archive.has(port.name))
      return std::nullopt;
    return archive.read(port.name);
  }
  std::string contents() const override {
    return "it has " + quotedList(archive.names());
  }

private:
  NpzArchive archive;
};

/// A folder of .npy files named after the inputs.
class FolderSource : public DataSource {
public:
  explicit FolderSource(const std::string &path) { this->path = path; }
  std::optional<Array> find(const Port &port) const override {
    std::string file = where(port.name);
    std::error_code none;
    if (!std::filesystem::exists(file, none))
      return std::nullopt;
    return parseNpy(readFile(file), file);
  }
  std::string contents() const override {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto &item : std::filesystem::directory_iterator(path, none))
      if (item.path().extension() == ".npy")
        names.push_back(item.path().filename().string());
    std::sort(names.begin(), names.end());
    return names.empty() ? "it has no .npy files"
                         : "it has " + quotedList(names);
  }
  std::string wantedFor(const Port &port) const override {
    return fmt::format("wanted a file '{}.npy'", port.name);
  }
  std::string where(const std::string &name) const override {
    return (std::filesystem::path(path) / (name + ".npy")).string();
  }
};

/// A list `x=FILE,t=FILE`.
class ListSource : public DataSource {
public:
  explicit ListSource(const std::string &spec) {
    path = spec;
    size_t at = 0;
    while (at <= spec.size()) {
      size_t end = std::min(spec.find(',', at), spec.size());
      std::string item = spec.substr(at, end - at);
      size_t equals = item.find('=');
      if (equals == std::string::npos || equals == 0)
        failUsage("--data: expected INPUT=FILE, found '{}'", item);
      if (!files.emplace(item.substr(0, equals), item.substr(equals + 1))
               .second)
        failUsage("--data gives '{}' twice", item.substr(0, equals));
      at = end + 1;
    }
  }
  std::optional<Array> find(const Port &port) const override {
    auto file = files.find(port.name);
    if (file == files.end())
      return std::nullopt;
    return readArray(file->second, port.name);
  }
  std::string contents() const override {
    std::vector<std::string> names;
    for (const auto &file : files)
      names.push_back(file.first);
    return "it names " + quotedList(names);
  }
  std::string where(const std::string &name) const override {
    auto file = files.find(name);
    return file == files.end() ? path : file->second;
  }

private:
  std::map<std::string, std::string> files;
};

/// One kind of data: which paths are of it, and how one is opened.
struct SourceKind {
  bool (*matches)(const std::string &path);
  std::unique_ptr<DataSource> (*open)(const std::string &path,
                                      const ColumnMap &columns);
};
} // namespace

static bool isFolder(const std::string &path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool isTable(const std::string &path) {
  return endsWith(uncompressedName(path), ".csv");
}

static const SourceKind sourceKinds[] = {
    {isFolder,
     [](const std::string &path,
        const ColumnMap &) -> std::unique_ptr<DataSource> {
       return std::make_unique<FolderSource>(path);
     }},
    {[](const std::string &path) {
       return path.find('=') != std::string::npos;
     },
     [](const std::string &path,
        const ColumnMap &) -> std::unique_ptr<DataSource> {
       return std::make_unique<ListSource>(path);
     }},
    {[](const std::string &path) { return endsWith(path, ".npz"); },
     [](const std::string &path,
        const ColumnMap &) -> std::unique_ptr<DataSource> {
       return std::make_unique<NpzSource>(path);
     }},
    {isTable,
     [](const std::string &path,
        const ColumnMap &columns) -> std::unique_ptr<DataSource> {
       return std::make_unique<CsvSource>(path, columns);
     }},
};

std::unique_ptr<DataSource> openSource(const std::string &path,
                                       const ColumnMap &columns) {
  for (const SourceKind &kind : sourceKinds)
    if (kind.matches(path)) {
      std::unique_ptr<DataSource> source = kind.open(path, columns);
      if (!columns.empty() && !isTable(path))
        failUsage("--columns is for a .csv, and the data is '{}'", path);
      return source;
    }
  struct stat info;
  if (::stat(path.c_str(), &info) != 0)
    failIn(path, "cannot open: {}", std::strerror(errno));
  failIn(path, "unknown kind of data: expected .npz, .csv, a folder of .npy "
               "files or INPUT=FILE,…");
}

/// Whether the name is one that IDX files go by: `train-images.idx3-ubyte`.
static bool isNamedIdx(const std::string &path) {
  std::string name = std::filesystem::path(path).filename().string();
  return name.find("idx") != std::string::npos || endsWith(name, "-ubyte");
}

Array readArray(const std::string &spec, const std::string &name) {
  std::string plain = uncompressedName(spec);
  if (endsWith(plain, ".npy"))
    return parseNpy(readData(spec), spec);
  if (endsWith(spec, ".npz"))
    return NpzArchive(spec).read(name);
  size_t colon = spec.rfind(".npz:");
  if (colon != std::string::npos)
    return NpzArchive(spec.substr(0, colon + 4)).read(spec.substr(colon + 5));
  std::vector<std::byte> content = readData(spec);
  if (isNamedIdx(plain) || looksLikeIdx(content))
    return parseIdx(content, spec);
  failIn(spec, "unknown kind of array: expected .npy, archive.npz:key or IDX");
}

} // namespace nnc::runtime

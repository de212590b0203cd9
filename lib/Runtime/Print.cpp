//===- Print.cpp - Arrays for people --------------------------------------===//
//
// Prints arrays on stdout, and writes results to a file by its extension.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Print.h"
#include "nnc/Runtime/Data/Csv.h"
#include "nnc/Runtime/Data/Npy.h"
#include "nnc/Runtime/Data/Npz.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <cstdio>

namespace nnc::runtime {

/// Arrays of more elements are printed in short: this many at each end of an
/// axis.
static constexpr int64_t wholeLimit = 200, edge = 3;

static void appendAxis(std::string &text, const Array &array, size_t axis,
                       int64_t &position, bool inShort) {
  if (axis == array.shape.size()) {
    dispatch(array.type, [&](auto zero) {
      using T = decltype(zero);
      T value = array.data<T>()[position];
      if (array.type == ElementType::Bool)
        text += value ? "true" : "false";
      else
        text += fmt::format("{}", value);
    });
    ++position;
    return;
  }
  int64_t extent = array.shape[axis], below = 1;
  for (size_t i = axis + 1; i < array.shape.size(); ++i)
    below *= array.shape[i];
  text += '[';
  for (int64_t i = 0; i < extent; ++i) {
    if (inShort && i == edge && extent > 2 * edge) {
      text += ", …";
      position += (extent - 2 * edge) * below;
      i = extent - edge;
    }
    if (i)
      text += ", ";
    appendAxis(text, array, axis + 1, position, inShort);
  }
  text += ']';
}

std::string toText(const Array &array) {
  std::string text;
  int64_t position = 0;
  appendAxis(text, array, 0, position, array.count() > wholeLimit);
  return text;
}

void printArrays(const std::vector<NamedArray> &arrays) {
  for (const NamedArray &item : arrays) {
    std::string text = fmt::format("{}: {} = {}\n", item.name,
                                   toString(item.array.type, item.array.shape),
                                   toText(item.array));
    std::fwrite(text.data(), 1, text.size(), stdout);
  }
}

void checkOutputPath(const std::string &path,
                     const std::vector<std::pair<std::string, size_t>> &ranks) {
  if (path.empty() || endsWith(path, ".npz"))
    return;
  if (endsWith(path, ".npy")) {
    if (ranks.size() != 1)
      failUsage("-o {}: a .npy holds one array, and there are {}; write a "
                ".npz",
                path, ranks.size());
    return;
  }
  if (!endsWith(path, ".csv"))
    failUsage("-o {}: expected .npz, .npy or .csv", path);
  for (const auto &[name, rank] : ranks) {
    if (rank > 2)
      failUsage("-o {}: output '{}' has {} axes, and a table takes at most 2",
                path, name, rank);
    if ((rank == 0) != (ranks.front().second == 0))
      failUsage("-o {}: of outputs '{}' and '{}' one is a single value, and "
                "the other has rows; write a .npz",
                path, ranks.front().first, name);
  }
}

void writeArrays(const std::string &path,
                 const std::vector<NamedArray> &arrays) {
  std::vector<std::pair<std::string, Array>> pairs;
  for (const NamedArray &item : arrays)
    pairs.emplace_back(item.name, item.array);
  if (endsWith(path, ".npz")) {
    writeFile(path, formatNpz(pairs));
    return;
  }
  if (endsWith(path, ".npy")) {
    writeFile(path, formatNpy(arrays.front().array));
    return;
  }
  int64_t rows = tableRows(arrays.front().array);
  for (const NamedArray &item : arrays)
    if (tableRows(item.array) != rows)
      fail("-o {}: output '{}' has {} rows and '{}' {}", path, item.name,
           tableRows(item.array), arrays.front().name, rows);
  writeFile(path, formatCsv(pairs));
}

} // namespace nnc::runtime

//===- Dataset.cpp - Samples for the inputs of a model --------------------===//
//
// Matches arrays to ports: type, shape of a sample, number of samples.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Data/Dataset.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <cstring>
#include <numeric>

namespace nnc::runtime {

/// The extents that say something: all but those of 1.
static Shape withoutOnes(Shape shape) {
  shape.erase(std::remove(shape.begin(), shape.end(), 1), shape.end());
  return shape;
}

/// Whether an array of this shape feeds the port. Axes of extent 1 in a sample
/// may be there or not: one column fits [N] and [N, 1], and images without
/// channels [N, 1, H, W]; a scalar may have any number of them.
static bool fits(const Shape &shape, const Port &port) {
  if (port.isScalar())
    return withoutOnes(shape).empty();
  if (shape.empty())
    return false;
  return withoutOnes({shape.begin() + 1, shape.end()}) ==
         withoutOnes(port.sampleShape());
}

void Dataset::add(Array values, const Port &port, NonFinite nonFinite,
                  const std::string &where) {
  if (!fits(values.shape, port))
    failIn(where, "array '{}' is {}{}, and input '{}' is {}", port.name,
           longNameOf(values.type), toString(values.shape), port.name,
           port.wanted());
  if (!port.isScalar()) {
    if (sampleRows >= 0 && values.shape[0] != sampleRows)
      failIn(where, "array '{}' has {} samples, and '{}' has {}", port.name,
             values.shape[0], rowsFrom, sampleRows);
    if (sampleRows < 0)
      rowsFrom = port.name;
    sampleRows = values.shape[0];
    values.shape.resize(1);
    for (int64_t extent : port.sampleShape())
      values.shape.push_back(extent);
  } else {
    values.shape.clear();
  }
  values = convert(std::move(values), port.type, where, port.name);
  if (nonFinite == NonFinite::Refuse)
    requireFinite(values, where, port.name);
  size_t rowBytes = port.sampleCount() * sizeOf(port.type);
  data.push_back({port, std::move(values), rowBytes, where});
}

void Dataset::add(const DataSource &source, const Port &port,
                  NonFinite nonFinite) {
  if (find(port))
    return;
  std::optional<Array> values = source.find(port);
  if (!values) {
    std::string hint = source.wantedFor(port);
    failIn(source.path, "there is no data for input '{}' of {}{}; {}",
           port.name, port.wanted(), hint.empty() ? "" : ": " + hint,
           source.contents());
  }
  add(std::move(*values), port, nonFinite, source.where(port.name));
}

const DataColumn *Dataset::find(const Port &port) const {
  for (const DataColumn &column : data)
    if (column.port.name == port.name && column.port.type == port.type &&
        column.port.isScalar() == port.isScalar() &&
        (port.isScalar() || column.port.sampleShape() == port.sampleShape()))
      return &column;
  return nullptr;
}

DataView allRows(const Dataset &data) {
  DataView view{&data, std::vector<int64_t>(data.rows())};
  std::iota(view.rows.begin(), view.rows.end(), 0);
  return view;
}

void gather(const DataColumn &column, std::span<const int64_t> rows,
            std::byte *to) {
  const std::byte *from = column.values.bytes.data();
  if (column.port.isScalar()) {
    std::memcpy(to, from, column.rowBytes);
    return;
  }
  if (!column.rowBytes)
    return;
  for (int64_t row : rows) {
    std::memcpy(to, from + row * column.rowBytes, column.rowBytes);
    to += column.rowBytes;
  }
}

} // namespace nnc::runtime

//===- Batches.cpp - An entry over many samples ---------------------------===//
//
// Runs an entry over rows of a data set, batch by batch.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Batches.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <cstring>

namespace nnc::runtime {

Arguments::Arguments(const nnc_function &function, const Dataset &data) {
  for (const Port &port : inputsOf(function)) {
    const DataColumn *column = data.find(port);
    if (!column)
      fail("there is no data for input '{}' of '{}'", port.name, function.name);
    columns.push_back(column);
    buffers.emplace_back(port.count() * sizeOf(port.type));
    addresses.push_back(buffers.back().data());
  }
  for (const Port &port : outputsOf(function))
    outputs.emplace_back(port.type, port.shape);
  for (Array &output : outputs)
    addresses.push_back(output.bytes.data());
}

void Arguments::select(std::span<const int64_t> rows) {
  bool together = true;
  for (size_t i = 1; i < rows.size(); ++i)
    together &= rows[i] == rows[0] + static_cast<int64_t>(i);
  for (size_t i = 0; i < columns.size(); ++i) {
    const DataColumn &column = *columns[i];
    if (together && !rows.empty() && !column.port.isScalar()) {
      const std::byte *from =
          column.values.bytes.data() + rows[0] * column.rowBytes;
      addresses[i] = const_cast<std::byte *>(from);
      continue;
    }
    gather(column, rows, buffers[i].data());
    addresses[i] = buffers[i].data();
  }
}

const nnc_function &variantFor(const std::vector<const nnc_function *> &all,
                               int64_t rows) {
  const nnc_function *best = all.front();
  for (const nnc_function *function : all) {
    int64_t batch = batchOf(*function).value_or(0);
    int64_t bestBatch = batchOf(*best).value_or(0);
    bool better = batch <= rows ? bestBatch > rows || batch > bestBatch
                                : batch < bestBatch;
    if (better)
      best = function;
  }
  return *best;
}

/// The rows of the batch that begins at `start`, filled up with the last one.
static std::vector<int64_t> paddedRows(const DataView &view, int64_t start,
                                       int64_t batch) {
  int64_t end = std::min(start + batch, view.size());
  std::vector<int64_t> rows(view.rows.begin() + start, view.rows.begin() + end);
  rows.resize(batch, rows.back());
  return rows;
}

std::vector<NamedArray> runOverRows(Instance &instance,
                                    const nnc_function &function,
                                    const DataView &view,
                                    const std::vector<std::string> &wanted) {
  bool perSample = view.data->hasSamples();
  int64_t rows = view.size();
  int64_t batch = perSample ? batchOf(function).value_or(0) : 1;
  if (batch == 0)
    fail("the inputs of '{}' have no common first dimension, so that it "
         "cannot run over samples",
         function.name);
  std::vector<Port> ports = outputsOf(function);
  std::vector<std::pair<size_t, NamedArray>> results;
  for (size_t i = 0; i < ports.size(); ++i) {
    const Port &port = ports[i];
    if (!wanted.empty() &&
        std::find(wanted.begin(), wanted.end(), port.name) == wanted.end())
      continue;
    Shape shape = port.shape;
    bool sampled = perSample && !port.isScalar() && shape[0] == batch;
    if (sampled)
      shape[0] = rows;
    else if (perSample && rows != batch)
      fail("output '{}' of '{}' is {}: without a sample axis it is one value "
           "for a batch of {}, and there are {} samples",
           port.name, function.name, port.toString(), batch, rows);
    results.push_back({i, {port.name, Array(port.type, shape)}});
  }
  Arguments arguments(function, *view.data);
  for (int64_t start = 0; start < rows; start += batch) {
    arguments.select(paddedRows(view, start, batch));
    instance.call(function, arguments.pointers());
    int64_t filled = std::min(batch, rows - start);
    for (auto &[index, result] : results) {
      const Array &output = arguments.output(index);
      size_t rowBytes = output.bytes.size() / batch;
      if (!output.bytes.empty())
        std::memcpy(result.array.bytes.data() + start * rowBytes,
                    output.bytes.data(), filled * rowBytes);
    }
  }
  std::vector<NamedArray> arrays;
  for (auto &[index, result] : results)
    arrays.push_back(std::move(result));
  return arrays;
}

} // namespace nnc::runtime

//===- Batches.cpp - An entry over many samples ---------------------------===//
//
// Runs an entry over rows of a data set, batch by batch.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Batches.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <cstring>
#include <map>

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

/// The one of these for what is left of the rows: the largest batch that they
/// fill, else the smallest.
static const nnc_function &variantFor(const Variants &all, int64_t rows) {
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

namespace {
/// An output over all rows: their values one after the other or, of a scalar,
/// the sum of its values weighted by rows.
struct Gathered {
  size_t index;
  std::string name;
  ElementType type;
  bool sampled;
  Array values;
  double sum = 0;
};

class RowRun {
public:
  RowRun(Instance &instance, const Variants &variants, const DataView &view,
         const std::vector<std::string> &wanted);
  std::vector<NamedArray> run();

private:
  void choose(const std::vector<std::string> &wanted);
  void call(const nnc_function &function, std::span<const int64_t> rows);
  void collect(int64_t start, int64_t filled);
  void weigh(std::span<const int64_t> rows, int64_t filled);

  Instance &instance;
  const Variants &variants;
  const DataView &view;
  bool perSample;
  std::vector<Gathered> outputs;
  std::map<const nnc_function *, Arguments> calls;
  const nnc_function *current = nullptr;
};
} // namespace

RowRun::RowRun(Instance &instance, const Variants &variants,
               const DataView &view, const std::vector<std::string> &wanted)
    : instance(instance), variants(variants), view(view),
      perSample(view.data->hasSamples()) {
  choose(wanted);
}

/// Decides what each wanted output is.
void RowRun::choose(const std::vector<std::string> &wanted) {
  const nnc_function &function = variantFor(variants, view.size());
  int64_t batch = perSample ? batchOf(function).value_or(0) : 1;
  if (batch == 0)
    fail("the inputs of '{}' have no common first dimension, so that it "
         "cannot run over samples",
         function.name);
  std::vector<Port> ports = outputsOf(function);
  for (size_t i = 0; i < ports.size(); ++i) {
    const Port &port = ports[i];
    if (!wanted.empty() &&
        std::find(wanted.begin(), wanted.end(), port.name) == wanted.end())
      continue;
    Shape shape = port.shape;
    bool sampled = perSample && !port.isScalar() && shape[0] == batch;
    if (sampled)
      shape[0] = view.size();
    else if (perSample && view.size() != batch &&
             (!port.isScalar() || !isFloat(port.type)))
      fail("output '{}' of '{}' is {}: without a sample axis it is one value "
           "for a batch of {}, and there are {} samples",
           port.name, function.name, port.toString(), batch, view.size());
    outputs.push_back(
        {i, port.name, port.type, sampled, Array(port.type, shape)});
  }
}

void RowRun::call(const nnc_function &function, std::span<const int64_t> rows) {
  Arguments &arguments =
      calls.try_emplace(&function, function, *view.data).first->second;
  arguments.select(rows);
  instance.call(function, arguments.pointers());
  current = &function;
}

/// Takes over the values of `filled` rows, and of outputs without samples.
void RowRun::collect(int64_t start, int64_t filled) {
  const Arguments &arguments = calls.at(current);
  for (Gathered &output : outputs) {
    const Array &from = arguments.output(output.index);
    if (from.bytes.empty())
      continue;
    if (!output.sampled) {
      output.values.bytes = from.bytes;
      continue;
    }
    size_t rowBytes = from.bytes.size() / from.shape[0];
    std::memcpy(output.values.bytes.data() + start * rowBytes,
                from.bytes.data(), filled * rowBytes);
  }
}

/// Adds the scalars of a batch of which the first `filled` rows count. What a
/// mean over the whole batch says about the rows that fill it up, which are
/// all the last one, is known from a call with nothing else.
void RowRun::weigh(std::span<const int64_t> rows, int64_t filled) {
  auto add = [&](int64_t weight) {
    for (Gathered &output : outputs)
      if (!output.sampled && output.values.shape.empty())
        output.sum += weight * calls.at(current).output(output.index).at(0);
  };
  int64_t batch = rows.size();
  bool any = std::any_of(outputs.begin(), outputs.end(), [](auto &output) {
    return !output.sampled && isFloat(output.type);
  });
  add(filled == batch ? filled : batch);
  if (filled == batch || !any)
    return;
  call(*current, std::vector<int64_t>(batch, rows.back()));
  add(filled - batch);
}

std::vector<NamedArray> RowRun::run() {
  int64_t total = view.size(), start = 0;
  while (start < total) {
    const nnc_function &function = variantFor(variants, total - start);
    int64_t batch = perSample ? *batchOf(function) : 1;
    int64_t filled = std::min(batch, total - start);
    std::vector<int64_t> rows(view.rows.begin() + start,
                              view.rows.begin() + start + filled);
    rows.resize(batch, rows.back());
    call(function, rows);
    collect(start, filled);
    weigh(rows, filled);
    start += filled;
  }
  std::vector<NamedArray> arrays;
  for (Gathered &output : outputs) {
    double mean = output.sum / total;
    if (!output.sampled && output.values.shape.empty()) {
      if (output.type == ElementType::F32)
        *output.values.data<float>() = static_cast<float>(mean);
      else if (output.type == ElementType::F64)
        *output.values.data<double>() = mean;
    }
    arrays.push_back({output.name, std::move(output.values)});
  }
  return arrays;
}

std::vector<NamedArray> runOverRows(Instance &instance,
                                    const Variants &variants,
                                    const DataView &view,
                                    const std::vector<std::string> &outputs) {
  return RowRun(instance, variants, view, outputs).run();
}

} // namespace nnc::runtime

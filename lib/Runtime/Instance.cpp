//===- Instance.cpp - A model in memory -----------------------------------===//
//
// Owns the block of a compiled model, calls its functions, and answers
// questions about its table.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Instance.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Memory.h"
#include <algorithm>
#include <cstdlib>
#include <thread>

namespace nnc::runtime {

Instance::Instance(const nnc_model &model, uint64_t seed, int threads)
    : description(model), block(nullptr, std::free) {
  if (model.abi != NNC_MODEL_ABI)
    fail("the model '{}' was compiled for another version of the runtime",
         model.name);
  if (threads < 0 || threads > model.max_threads)
    failUsage("--threads: expected 1 to {}, found {}", model.max_threads,
              threads);
  size_t align = std::max<size_t>(model.align, sizeof(void *));
  size_t size = std::max<size_t>(model.size, 1);
  block.reset(allocate(size, align));
  check(model.init(block.get(), seed), "init");
  if (threads == 0)
    threads = std::clamp<int>(std::thread::hardware_concurrency(), 1,
                              model.max_threads);
  if (threads == 1)
    return;
  pool = std::make_unique<ThreadPool>(threads);
  check(model.set_parallel(block.get(), ThreadPool::runOn, pool.get(), threads),
        "set_parallel");
}

void Instance::check(int status, const std::string &what) const {
  if (status == NNC_OK)
    return;
  const char *text = description.status ? description.status(status) : nullptr;
  fail("{}: {}", what,
       text ? std::string(text) : fmt::format("status {}", status));
}

void Instance::call(const nnc_function &function,
                    std::span<void *const> arguments) {
  check(function.call(block.get(), arguments.data()), function.name);
}

void Instance::report(float metric) {
  check(description.report(block.get(), metric), "report");
}

Array Instance::read(size_t index) const {
  const nnc_tensor &tensor = description.tensors[index];
  Array values(typeOf(tensor), shapeOf(tensor));
  check(description.read(block.get(), index, values.bytes.data()), tensor.name);
  return values;
}

void Instance::write(size_t index, const Array &values) {
  check(description.write(block.get(), index, values.bytes.data()),
        description.tensors[index].name);
}

std::optional<size_t> Instance::find(const std::string &name) const {
  for (size_t i = 0; i < description.tensor_count; ++i)
    if (name == description.tensors[i].name)
      return i;
  return std::nullopt;
}

ElementType typeOf(const nnc_tensor &tensor) {
  return static_cast<ElementType>(tensor.type);
}

Shape shapeOf(const nnc_tensor &tensor) {
  return {tensor.shape, tensor.shape + tensor.rank};
}

std::vector<Port> inputsOf(const nnc_function &function) {
  std::vector<Port> ports;
  for (int i = 0; i < function.inputs; ++i)
    ports.emplace_back(function.ports[i]);
  return ports;
}

std::vector<Port> outputsOf(const nnc_function &function) {
  std::vector<Port> ports;
  for (int i = 0; i < function.outputs; ++i)
    ports.emplace_back(function.ports[function.inputs + i]);
  return ports;
}

std::optional<int64_t> batchOf(const nnc_function &function) {
  std::optional<int64_t> batch;
  for (const Port &port : inputsOf(function)) {
    if (port.isScalar())
      continue;
    if (batch && *batch != port.shape[0])
      return std::nullopt;
    batch = port.shape[0];
  }
  return batch;
}

std::vector<const nnc_function *>
functionsNamed(const nnc_model &model, int kind, const std::string &name) {
  std::vector<const nnc_function *> exact, declared;
  std::vector<std::string> others;
  for (size_t i = 0; i < model.function_count; ++i) {
    const nnc_function &function = model.functions[i];
    if (function.kind != kind)
      continue;
    if (name == function.base)
      declared.push_back(&function);
    else if (name == function.name)
      exact.push_back(&function);
    if (std::find(others.begin(), others.end(), function.base) == others.end())
      others.push_back(function.base);
  }
  if (!declared.empty())
    return declared;
  if (!exact.empty())
    return exact;
  const char *what = kind == NNC_STEP ? "step" : "entry";
  if (others.empty())
    failUsage("the model has no {}", what);
  failUsage("there is no {} '{}'; the model has {}", what, name,
            quotedList(others));
}

} // namespace nnc::runtime

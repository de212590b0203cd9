//===- SingleCall.cpp - One call with whole arrays ------------------------===//
//
// Binds arrays to every axis of a function's inputs, and calls it.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Inputs.h"
#include "nnc/Runtime/Predict.h"
#include "nnc/Runtime/Print.h"
#include "nnc/Runtime/Progress.h"
#include "nnc/Runtime/Weights/Variables.h"
#include <algorithm>

namespace nnc::runtime {

/// A group of calls lasts this long or longer, so that the clock's own cost
/// does not count.
static constexpr double groupSeconds = 20e-6;

/// The entries or steps of this name.
static std::vector<const nnc_function *> choose(const nnc_model &model,
                                                const std::string &name) {
  for (size_t i = 0; i < model.function_count; ++i) {
    const nnc_function &function = model.functions[i];
    if (name == function.base || name == function.name)
      return functionsNamed(model, function.kind, name);
  }
  std::vector<std::string> names;
  for (size_t i = 0; i < model.function_count; ++i)
    if (std::find(names.begin(), names.end(), model.functions[i].base) ==
        names.end())
      names.push_back(model.functions[i].base);
  failUsage("there is no entry or step '{}'; the model has {}", name,
            names.empty() ? "none" : quotedList(names));
}

/// Whether the shapes are equal, [N] and [N, 1] being so too, and [] and [1].
static bool sameShape(Shape a, Shape b) {
  if (a.empty() || b.empty())
    a.insert(a.begin(), 1), b.insert(b.begin(), 1);
  while (a.size() > 1 && a.back() == 1)
    a.pop_back();
  while (b.size() > 1 && b.back() == 1)
    b.pop_back();
  return a == b;
}

/// Whether every array has the shape of its port.
static bool takes(const nnc_function &function,
                  const std::vector<Array> &arrays) {
  for (int i = 0; i < function.inputs; ++i)
    if (!sameShape(Port(function.ports[i]).shape, arrays[i].shape))
      return false;
  return true;
}

SingleCall::SingleCall(const nnc_model &model, const RunOptions &options)
    : theInstance(model, options.seed, options.threads) {
  std::vector<const nnc_function *> variants = choose(model, options.function);
  const nnc_function &first = *variants.front();
  std::vector<Port> ports = inputsOf(first);
  std::vector<std::pair<std::string, size_t>> ranks;
  for (const Port &port : outputsOf(first))
    ranks.emplace_back(port.name, port.shape.size());
  checkOutputPath(options.output, ranks);
  auto inputs = parseInputs(options.inputs, ports);
  std::vector<Port> missing;
  for (const Port &port : ports)
    if (!inputs.count(port.name))
      missing.push_back(port);
  if (!missing.empty())
    failMissing(missing, first.base);
  for (const Port &port : ports)
    arrays.push_back(readInput(inputs[port.name], port, {}));

  for (const nnc_function *variant : variants)
    if (takes(*variant, arrays))
      chosen = variant;
  for (size_t i = 0; i < ports.size(); ++i) {
    const std::string &where = inputs[ports[i].name];
    // Without a variant that takes all, the first one says what it misses.
    if (!chosen &&
        (!sameShape(ports[i].shape, arrays[i].shape) || i + 1 == ports.size()))
      failIn(where, "the array is {}{}, and input '{}' is {}",
             longNameOf(arrays[i].type), toString(arrays[i].shape),
             ports[i].name, ports[i].toString());
    arrays[i] =
        convert(std::move(arrays[i]), ports[i].type, where, ports[i].name);
  }
  for (const Port &port : outputsOf(*chosen))
    arrays.emplace_back(port.type, port.shape);
  for (Array &array : arrays)
    addresses.push_back(array.bytes.data());
  if (!options.weights.empty())
    loadVariables(theInstance, options.weights);
}

void SingleCall::call() { theInstance.call(*chosen, addresses); }

std::vector<NamedArray> SingleCall::outputs() const {
  std::vector<NamedArray> result;
  for (int i = chosen->inputs; i < chosen->inputs + chosen->outputs; ++i)
    result.push_back({chosen->ports[i].name, arrays[i]});
  return result;
}

std::vector<double> timeCalls(SingleCall &call, double seconds) {
  auto timeGroup = [&](int64_t calls) {
    Stopwatch watch;
    for (int64_t i = 0; i < calls; ++i)
      call.call();
    return watch.seconds();
  };
  // The calls that find the group's size also warm up.
  int64_t calls = 1;
  while (timeGroup(calls) < groupSeconds)
    calls *= 2;
  std::vector<double> times;
  Stopwatch watch;
  do {
    times.push_back(timeGroup(calls) / calls);
  } while (watch.seconds() < seconds);
  return times;
}

} // namespace nnc::runtime

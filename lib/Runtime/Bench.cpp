//===- Bench.cpp - How fast a model's functions are -----------------------===//
//
// Calls each function on made-up inputs: floats are one half, integers zero,
// which no index refuses.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Bench.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Instance.h"
#include "nnc/Runtime/Progress.h"
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>

namespace nnc::runtime {

template <class T>
static void fill(Array &array, T value) {
  for (size_t at = 0; at + sizeof(T) <= array.bytes.size(); at += sizeof(T))
    std::memcpy(array.bytes.data() + at, &value, sizeof(T));
}

/// What a call reads and writes at the least: arguments and variables once,
/// and variables twice where a step updates them.
static double leastBytes(const nnc_model &model, const nnc_function &function,
                         const std::vector<Array> &arguments) {
  double bytes = 0;
  for (const Array &array : arguments)
    bytes += array.bytes.size();
  for (size_t i = 0; i < model.tensor_count; ++i)
    if (function.kind == NNC_STEP)
      bytes += 2.0 * model.tensors[i].bytes;
    else if (model.tensors[i].kind != NNC_SLOT)
      bytes += model.tensors[i].bytes;
  return bytes;
}

static std::string seconds(double value) {
  if (value < 1e-3)
    return fmt::format("{:.3g} µs", value * 1e6);
  if (value < 1)
    return fmt::format("{:.3g} ms", value * 1e3);
  return fmt::format("{:.3g} s", value);
}

static double medianTime(Instance &instance, const nnc_function &function,
                         const std::vector<void *> &addresses, double budget) {
  auto timeGroup = [&](int64_t calls) {
    Stopwatch watch;
    for (int64_t i = 0; i < calls; ++i)
      instance.call(function, addresses);
    return watch.seconds();
  };
  // The calls that find the group's size also warm up.
  int64_t calls = 1;
  while (timeGroup(calls) < 20e-6)
    calls *= 2;
  std::vector<double> times;
  Stopwatch watch;
  do {
    times.push_back(timeGroup(calls) / calls);
  } while (watch.seconds() < budget);
  auto middle = times.begin() + times.size() / 2;
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

void benchFunctions(const nnc_model &model, const BenchOptions &options) {
  int threads = std::max(options.threads, 1);
  MachinePeak peak = measurePeak(threads);
  fmt::print("machine: {:.1f} Gflop/s, {:.1f} GB/s with {} thread{}\n",
             peak.flops / 1e9, peak.bytes / 1e9, threads,
             threads == 1 ? "" : "s");
  for (size_t i = 0; i < model.function_count; ++i) {
    const nnc_function &function = model.functions[i];
    Instance instance(model, options.seed, options.threads);
    std::vector<Array> arguments;
    for (int32_t p = 0; p < function.inputs + function.outputs; ++p) {
      Port port(function.ports[p]);
      arguments.emplace_back(port.type, port.shape);
      if (p < function.inputs && function.ports[p].type == NNC_F32)
        fill(arguments.back(), 0.5f);
      else if (p < function.inputs && function.ports[p].type == NNC_F64)
        fill(arguments.back(), 0.5);
    }
    std::vector<void *> addresses;
    for (Array &array : arguments)
      addresses.push_back(array.bytes.data());
    double time = medianTime(instance, function, addresses, options.seconds);
    double flops = function.flops / time;
    double bytes = leastBytes(model, function, arguments) / time;
    fmt::print("{} {}: {}, {:.3g} Gflop/s ({:.1f} % of peak), {:.3g} GB/s "
               "({:.1f} % of peak)\n",
               function.kind == NNC_STEP ? "step" : "entry", function.name,
               seconds(time), flops / 1e9, 100 * flops / peak.flops,
               bytes / 1e9, 100 * bytes / peak.bytes);
    std::fflush(stdout);
  }
}

} // namespace nnc::runtime

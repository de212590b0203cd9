//===- MachinePeak.cpp - What this machine can do at best -----------------===//
//
// The library is compiled for the baseline processor, so the loop of
// multiply-adds is compiled once for every width of registers and the widest
// that the machine has is run.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Bench.h"
#include "nnc/Runtime/Progress.h"
#include <algorithm>
#include <cstring>
#include <thread>
#include <vector>

namespace nnc::runtime {

namespace {
/// How many multiply-adds are under way at once: as many as the latency of an
/// FMA times the units of any processor, and no more than there are registers.
constexpr int chains = 12;
constexpr int turns = 4096;
} // namespace

/// `turns` dependent multiply-adds in each of `chains` vectors of N floats.
/// Returns the operations that were done.
template <int N>
[[gnu::always_inline]] static inline double multiplyAdd(float *sink) {
  typedef float Vector __attribute__((vector_size(N * 4)));
  Vector sums[chains], factor = {}, term = {};
  factor += 0.999f;
  term += sink[0];
  // Different values, or the compiler would keep one chain for all.
  for (int chain = 0; chain < chains; ++chain)
    sums[chain] = term * float(chain);
  for (int turn = 0; turn < turns; ++turn)
    for (int chain = 0; chain < chains; ++chain)
      sums[chain] = sums[chain] * factor + term;
  Vector sum = {};
  for (const Vector &part : sums)
    sum += part;
  std::memcpy(sink, &sum, sizeof(float));
  sink[0] *= 1e-30f;
  return 2.0 * N * chains * turns;
}

#if defined(__x86_64__)
#pragma GCC push_options
#pragma GCC optimize("O3", "fp-contract=fast")
[[gnu::target("avx512f")]] static double widest(float *sink) {
  return multiplyAdd<16>(sink);
}
[[gnu::target("avx2,fma")]] static double wide(float *sink) {
  return multiplyAdd<8>(sink);
}
#pragma GCC pop_options
#endif

static double narrow(float *sink) { return multiplyAdd<4>(sink); }

static double (*chooseLoop())(float *) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    return widest;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return wide;
#endif
  return narrow;
}

/// The best rate of `work`, which returns how much it did.
template <class Work>
static double bestRate(double seconds, Work work) {
  double best = 0;
  Stopwatch total;
  do {
    Stopwatch watch;
    double done = work();
    best = std::max(best, done / std::max(watch.seconds(), 1e-9));
  } while (total.seconds() < seconds);
  return best;
}

/// Reads four parts of memory side by side, a line of each at a time: one alone is
/// as fast as its prefetcher looks ahead. Unrolled, or the sums would stand in
/// memory themselves and be waited for there.
static double readAll(const std::vector<uint64_t> &memory, float *sink) {
  constexpr size_t parts = 4, words = 8;
  size_t length = memory.size() / parts / words * words;
  uint64_t sums[words] = {};
  for (size_t i = 0; i != length; i += words)
#pragma GCC unroll 4
    for (size_t part = 0; part != parts; ++part)
#pragma GCC unroll 8
      for (size_t word = 0; word != words; ++word)
        sums[word] += memory[part * length + i + word];
  uint64_t sum = 0;
  for (uint64_t part : sums)
    sum += part;
  *sink += float(sum & 1);
  return double(parts * length) * 8;
}

MachinePeak measurePeak(int threads) {
  std::vector<MachinePeak> parts(std::max(threads, 1));
  auto measure = [](MachinePeak &peak) {
    float sink = 1e-3f;
    auto loop = chooseLoop();
    peak.flops = bestRate(0.1, [&] { return loop(&sink); });
    std::vector<uint64_t> memory((64 << 20) / 8, 1);
    peak.bytes = bestRate(0.15, [&] { return readAll(memory, &sink); });
    // What is looked at has to be computed.
    volatile float result = sink;
    (void)result;
  };
  std::vector<std::thread> others;
  for (size_t i = 1; i < parts.size(); ++i)
    others.emplace_back(measure, std::ref(parts[i]));
  measure(parts[0]);
  for (std::thread &other : others)
    other.join();
  MachinePeak all;
  for (const MachinePeak &part : parts) {
    all.flops += part.flops;
    all.bytes += part.bytes;
  }
  return all;
}

} // namespace nnc::runtime

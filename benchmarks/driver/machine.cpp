// What this machine can do: multiply-adds from registers, and a triad from memory.
//
// Argument: the number of threads. Prints one JSON line with the best of several
// rounds, GFLOP/s and GB/s (a triad's three arrays, the written one counted once).

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#if defined(__AVX512F__)
constexpr int vectorBytes = 64, accumulators = 24;
#elif defined(__AVX__)
constexpr int vectorBytes = 32, accumulators = 12;
#else
constexpr int vectorBytes = 16, accumulators = 12;
#endif
using Vector = float __attribute__((vector_size(vectorBytes)));

static void multiplyAdd(long turns) {
  Vector sums[accumulators];
#pragma GCC unroll 24
  for (int i = 0; i < accumulators; ++i)
    sums[i] = Vector{} + float(i);
  Vector factor = Vector{} + 0.999f, addend = Vector{} + 0.001f;
  for (long turn = 0; turn < turns; ++turn) {
#pragma GCC unroll 24
    for (int i = 0; i < accumulators; ++i) {
      sums[i] = sums[i] * factor + addend;
      // Keeps every accumulator in a register, and the loop from being folded.
      asm volatile("" : "+x"(sums[i]));
    }
  }
}

static void triad(float *a, const float *b, const float *c, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i)
    a[i] = b[i] + 3.0f * c[i];
  asm volatile("" : : "r"(a) : "memory");
}

// The best time of some rounds in which every thread does its part.
template <typename Part> static double bestTime(int threads, int rounds, Part part) {
  using Clock = std::chrono::steady_clock;
  double best = 1e30;
  std::barrier start(threads), finish(threads);
  auto work = [&](int thread) {
    for (int round = 0; round < rounds; ++round) {
      start.arrive_and_wait();
      auto begin = Clock::now();
      part(thread);
      finish.arrive_and_wait();
      if (thread == 0)
        best = std::min(best, std::chrono::duration<double>(Clock::now() - begin).count());
    }
  };
  std::vector<std::thread> others;
  for (int thread = 1; thread < threads; ++thread)
    others.emplace_back(work, thread);
  work(0);
  for (std::thread &other : others)
    other.join();
  return best;
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1;
  constexpr long turns = 1000000;
  double compute = bestTime(threads, 12, [&](int) { multiplyAdd(turns); });
  double flops = 2.0 * (vectorBytes / sizeof(float)) * accumulators * turns * threads;

  // Far beyond any cache that one process gets to itself.
  constexpr size_t elements = size_t(1) << 26;
  std::vector<float> a(elements), b(elements, 1.0f), c(elements, 2.0f);
  double memory = bestTime(threads, 8, [&](int thread) {
    triad(a.data(), b.data(), c.data(), elements / threads * thread, elements / threads * (thread + 1));
  });
  std::printf("{\"gflops\": %.1f, \"gbytes\": %.2f, \"vector_bits\": %d}\n", flops / compute / 1e9,
              3.0 * sizeof(float) * elements / memory / 1e9, vectorBytes * 8);
}

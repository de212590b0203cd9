//===- Bench.h - How fast a model's functions are -------------------------===//

#ifndef NNC_RUNTIME_BENCH_H
#define NNC_RUNTIME_BENCH_H

#include "nnc/Runtime/Model.h"
#include "nnc/Runtime/Options.h"

namespace nnc::runtime {

/// What this machine can do at best, measured.
struct MachinePeak {
  double flops = 0; // per second, of float32 multiply-adds
  double bytes = 0; // per second, read from memory that no cache holds
};

/// Measures for about a quarter of a second, on this many threads at once.
MachinePeak measurePeak(int threads);

/// Calls every function for as long as the options say, and prints for each
/// its time, operations and bytes per second, and their shares of the peak.
void benchFunctions(const nnc_model &model, const BenchOptions &options);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_BENCH_H

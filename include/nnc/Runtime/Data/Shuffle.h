//===- Shuffle.h - Orders and parts of a data set -------------------------===//
//
// Counter-based permutations, the same on every machine.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_DATA_SHUFFLE_H
#define NNC_RUNTIME_DATA_SHUFFLE_H

#include "nnc/Runtime/Data/Dataset.h"

namespace nnc::runtime {

/// What a permutation is drawn for; different purposes are independent.
enum class Purpose : uint64_t { Order = 1, Split = 2 };

/// The numbers below `count` in an order that depends on the arguments only.
std::vector<int64_t> permutation(uint64_t seed, Purpose purpose, uint64_t epoch,
                                 int64_t count);

/// The view's rows in the order of an epoch.
DataView shuffled(const DataView &view, uint64_t seed, uint64_t epoch);

/// Takes the fraction of the rows, chosen by the seed, out of `view` and
/// returns them; both parts keep the order of the file. At least one row
/// stays in each; throws if there are too few.
DataView takePart(DataView &view, double fraction, uint64_t seed);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_DATA_SHUFFLE_H

//===- Shuffle.cpp - Orders and parts of a data set -----------------------===//
//
// A Fisher–Yates shuffle whose draws are a hash of (seed, purpose, epoch,
// position): any epoch's order can be made without those before it.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Data/Shuffle.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <cmath>
#include <numeric>

namespace nnc::runtime {

/// A bijection of 64 bits in which every input bit reaches every output bit
/// (the finaliser of SplitMix64).
static uint64_t mix(uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

std::vector<int64_t> permutation(uint64_t seed, Purpose purpose, uint64_t epoch,
                                 int64_t count) {
  std::vector<int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  uint64_t key = mix(mix(mix(seed) ^ static_cast<uint64_t>(purpose)) ^ epoch);
  for (int64_t i = count - 1; i > 0; --i) {
    // The high half of the product is a number up to and including i, even to
    // within 2^-64 of i.
    unsigned __int128 product =
        static_cast<unsigned __int128>(mix(key ^ mix(i))) * (i + 1);
    std::swap(order[i], order[static_cast<int64_t>(product >> 64)]);
  }
  return order;
}

DataView shuffled(const DataView &view, uint64_t seed, uint64_t epoch) {
  std::vector<int64_t> order =
      permutation(seed, Purpose::Order, epoch, view.size());
  for (int64_t &row : order)
    row = view.rows[row];
  return {view.data, std::move(order)};
}

DataView takePart(DataView &view, double fraction, uint64_t seed) {
  int64_t count = view.size();
  if (count < 2)
    fail("--split needs two samples or more, and there is {}", count);
  int64_t taken =
      std::clamp<int64_t>(std::llround(count * fraction), 1, count - 1);
  std::vector<int64_t> order = permutation(seed, Purpose::Split, 0, count);
  std::vector<bool> isTaken(count);
  for (int64_t i = 0; i < taken; ++i)
    isTaken[order[i]] = true;
  DataView part{view.data, {}}, rest{view.data, {}};
  for (int64_t i = 0; i < count; ++i)
    (isTaken[i] ? part : rest).rows.push_back(view.rows[i]);
  view = std::move(rest);
  return part;
}

} // namespace nnc::runtime

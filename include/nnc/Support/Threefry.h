//===- Threefry.h - random bits from a counter ------------------*- C++ -*-===//
//
// Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw: Parallel Random
// Numbers: As Easy as 1, 2, 3; SC 2011), and the uniform numbers made of it.
//
// Plain integer arithmetic in one header, so that the interpreter, the runtime
// and the tests draw the very numbers that emitted code draws.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SUPPORT_THREEFRY_H
#define NNC_SUPPORT_THREEFRY_H

#include <cstdint>

namespace nnc {

/// Two words: a key, a counter or what the one makes of the other.
struct Words {
  uint32_t first, second;
};

/// The block cipher: as random as the counter is distinct, for every key.
inline Words threefry(Words key, Words counter) {
  constexpr unsigned rotations[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  const uint32_t schedule[3] = {key.first, key.second,
                                key.first ^ key.second ^ 0x1BD11BDAu};
  uint32_t x = counter.first + schedule[0], y = counter.second + schedule[1];
  for (unsigned round = 0; round != 20; ++round) {
    unsigned by = rotations[round % 8];
    x += y;
    y = ((y << by) | (y >> (32 - by))) ^ x;
    if (round % 4 == 3) {
      unsigned group = round / 4 + 1;
      x += schedule[group % 3];
      y += schedule[(group + 1) % 3] + group;
    }
  }
  return {x, y};
}

/// The words of element `index`, in row-major order, that the random op with
/// number `stream` draws from the state `{seed, counter}`.
inline Words drawWords(uint64_t seed, uint64_t counter, uint32_t stream,
                       uint32_t index) {
  return threefry(
      {static_cast<uint32_t>(seed) ^ stream, static_cast<uint32_t>(seed >> 32)},
      {index, static_cast<uint32_t>(counter)});
}

/// Uniform in [0, 1): a multiple of 2^-24, exact in either precision.
inline float toUniformF32(Words words) {
  return static_cast<float>(words.first >> 8) * 0x1p-24f;
}

/// Uniform in [0, 1): a multiple of 2^-53.
inline double toUniformF64(Words words) {
  uint64_t bits =
      (static_cast<uint64_t>(words.first) << 32 | words.second) >> 11;
  return static_cast<double>(bits) * 0x1p-53;
}

} // namespace nnc

#endif // NNC_SUPPORT_THREEFRY_H

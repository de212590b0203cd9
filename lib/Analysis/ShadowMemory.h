//===- ShadowMemory.h - which value each byte holds -------------*- C++ -*-===//
//
// A map from ranges of bytes to ranges of values, for the plan checker.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_ANALYSIS_SHADOWMEMORY_H
#define NNC_LIB_ANALYSIS_SHADOWMEMORY_H

#include <cstdint>
#include <map>
#include <utility>

namespace nnc {

/// A range of bytes in one of several unconnected memories.
struct MemoryRange {
  std::pair<int, int64_t> memory;
  int64_t begin;
  int64_t size;

  int64_t end() const { return begin + size; }
  bool overlaps(const MemoryRange &other) const {
    return memory == other.memory && begin < other.end() && other.begin < end();
  }
  bool operator==(const MemoryRange &other) const {
    return memory == other.memory && begin == other.begin && size == other.size;
  }
};

class ShadowMemory {
public:
  /// Puts the bytes of `value`, from `offset` on, into `range`; 0 is poison.
  void write(const MemoryRange &range, int64_t value, int64_t offset = 0);

  /// True if `range` holds the bytes of `value` from `offset` on, in order.
  bool holds(const MemoryRange &range, int64_t value, int64_t offset = 0) const;

private:
  /// Byte `b` of a piece holds byte `b - origin` of the value.
  struct Piece {
    int64_t end;
    int64_t value;
    int64_t origin;
  };
  std::map<std::pair<int, int64_t>, std::map<int64_t, Piece>> memories;
};

} // namespace nnc

#endif // NNC_LIB_ANALYSIS_SHADOWMEMORY_H

//===- ShadowMemory.cpp - which value each byte holds ---------------------===//
//
// Pieces are disjoint and keyed by where they begin; writing cuts those it
// covers in part.
//
//===----------------------------------------------------------------------===//
#include "ShadowMemory.h"
#include <algorithm>
#include <iterator>

using namespace nnc;

void ShadowMemory::write(const MemoryRange &range, int64_t value,
                         int64_t offset) {
  if (range.size == 0)
    return;
  std::map<int64_t, Piece> &pieces = memories[range.memory];
  auto it = pieces.upper_bound(range.begin);
  if (it != pieces.begin() && std::prev(it)->second.end > range.begin)
    --it;
  while (it != pieces.end() && it->first < range.end()) {
    auto [begin, piece] = *it;
    it = pieces.erase(it);
    if (begin < range.begin)
      pieces[begin] = {range.begin, piece.value, piece.origin};
    if (piece.end > range.end())
      it = pieces.insert({range.end(), {piece.end, piece.value, piece.origin}})
               .first;
  }
  pieces[range.begin] = {range.end(), value, range.begin - offset};
}

bool ShadowMemory::holds(const MemoryRange &range, int64_t value,
                         int64_t offset) const {
  if (range.size == 0)
    return true;
  auto memory = memories.find(range.memory);
  if (memory == memories.end())
    return false;
  auto it = memory->second.upper_bound(range.begin);
  if (it == memory->second.begin())
    return false;
  // A value may be in several pieces after copies: all must fit together.
  int64_t next = range.begin;
  for (--it; it != memory->second.end() && next < range.end(); ++it) {
    const auto &[begin, piece] = *it;
    if (begin > next || piece.end <= next || piece.value != value ||
        piece.origin != range.begin - offset)
      return false;
    next = piece.end;
  }
  return next >= range.end();
}

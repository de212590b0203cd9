//===- ArenaAssignment.h - offsets for buffers with lifetimes ---*- C++ -*-===//
//
// Packs buffers into one arena so that no two that live at one time overlap.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_ANALYSIS_ARENAASSIGNMENT_H
#define NNC_ANALYSIS_ARENAASSIGNMENT_H

#include "llvm/ADT/ArrayRef.h"
#include <cstdint>

namespace nnc {

/// A buffer that is live from time `begin` to time `end`, both included.
struct ArenaBuffer {
  int64_t size;
  int64_t begin;
  int64_t end;
  int64_t offset = 0;
};

/// Gives every buffer an aligned offset and returns the arena's size.
int64_t assignArenaOffsets(llvm::MutableArrayRef<ArenaBuffer> buffers);

} // namespace nnc

#endif // NNC_ANALYSIS_ARENAASSIGNMENT_H

//===- ArenaAssignment.cpp - offsets for buffers with lifetimes -----------===//
//
// Largest first, each into the smallest gap that holds it.
//
// Minimal packing is NP-hard; greedy by size with best fit is within a few per
// cent of the largest sum of live sizes on networks, because the few large
// activations decide and the small ones fill what is left between them. Where more
// is taken than lives at any one time, the buffer that lies highest has come too
// late: it goes first, a few times over, and the best order stays.
//
// Source of the idea: Joslin and Clements, "Squeaky Wheel Optimization" (1999).
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/ArenaAssignment.h"
#include "nnc/Analysis/Storage.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <limits>

using namespace nnc;

/// The offset of the smallest gap between `neighbours`, which are sorted by
/// offset, that holds `size` bytes; the end of the last where none does.
static int64_t findGap(llvm::ArrayRef<const ArenaBuffer *> neighbours,
                       int64_t size) {
  int64_t best = -1, bestGap = std::numeric_limits<int64_t>::max();
  int64_t free = 0;
  for (const ArenaBuffer *neighbour : neighbours) {
    int64_t gap = neighbour->offset - free;
    if (gap >= size && gap < bestGap) {
      best = free;
      bestGap = gap;
    }
    free = std::max(free, alignToBuffer(neighbour->offset + neighbour->size));
  }
  return best < 0 ? free : best;
}

/// Gives the buffers offsets, one after the other; returns the arena's size.
static int64_t place(llvm::ArrayRef<ArenaBuffer *> order) {
  // Sorted by offset throughout.
  llvm::SmallVector<const ArenaBuffer *> placed;
  int64_t arena = 0;
  for (ArenaBuffer *buffer : order) {
    llvm::SmallVector<const ArenaBuffer *> neighbours;
    for (const ArenaBuffer *other : placed)
      if (other->begin <= buffer->end && buffer->begin <= other->end)
        neighbours.push_back(other);
    buffer->offset = findGap(neighbours, buffer->size);
    arena = std::max(arena, alignToBuffer(buffer->offset + buffer->size));
    placed.insert(
        llvm::upper_bound(placed, buffer,
                          [](const ArenaBuffer *a, const ArenaBuffer *b) {
                            return a->offset < b->offset;
                          }),
        buffer);
  }
  return arena;
}

int64_t nnc::assignArenaOffsets(llvm::MutableArrayRef<ArenaBuffer> buffers) {
  llvm::SmallVector<ArenaBuffer *> order;
  for (ArenaBuffer &buffer : buffers)
    order.push_back(&buffer);
  llvm::stable_sort(order, [](const ArenaBuffer *a, const ArenaBuffer *b) {
    return a->size > b->size;
  });
  // What lives at one time; that is most where some lifetime begins.
  int64_t least = 0;
  for (const ArenaBuffer &moment : buffers) {
    int64_t alive = 0;
    for (const ArenaBuffer &buffer : buffers)
      if (buffer.begin <= moment.begin && moment.begin <= buffer.end)
        alive += alignToBuffer(buffer.size);
    least = std::max(least, alive);
  }
  constexpr int tries = 16;
  int64_t arena = place(order);
  llvm::SmallVector<ArenaBuffer *> best(order);
  for (int i = 0; i != tries && arena > least; ++i) {
    auto top = llvm::max_element(order, [](const ArenaBuffer *a, const ArenaBuffer *b) {
      return a->offset + a->size < b->offset + b->size;
    });
    std::rotate(order.begin(), top, top + 1);
    int64_t other = place(order);
    if (other < arena) {
      arena = other;
      best = order;
    }
  }
  return place(best);
}

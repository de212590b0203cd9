//===- Memory.cpp - memory for instances and arrays -----------------------===//

#include "nnc/Runtime/Memory.h"
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <new>
#if __has_include(<sys/mman.h>)
#include <sys/mman.h>
#endif

namespace nnc::runtime {

void *allocate(size_t size, size_t align) {
  constexpr size_t hugePage = size_t(2) << 20;
  bool isLarge = size >= 2 * hugePage;
  if (isLarge)
    align = std::max(align, hugePage);
  if (size > SIZE_MAX - align)
    throw std::bad_alloc();
  void *block = std::aligned_alloc(align, (size + align - 1) / align * align);
  if (!block)
    throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
  // Advice only: without it everything works, and more slowly.
  if (isLarge)
    madvise(block, size, MADV_HUGEPAGE);
#endif
  return block;
}

} // namespace nnc::runtime

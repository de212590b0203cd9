//===- Memory.h - memory for instances and arrays -------------------------===//
#ifndef NNC_RUNTIME_MEMORY_H
#define NNC_RUNTIME_MEMORY_H

#include <cstddef>

namespace nnc::runtime {

/// Memory at a multiple of `align`, a power of two, for std::free. Large pieces are
/// on huge pages where the system has them: what walks them touches more small
/// pages than processors keep translations of. Throws std::bad_alloc.
void *allocate(size_t size, size_t align);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_MEMORY_H

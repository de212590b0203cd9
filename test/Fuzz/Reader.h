//===- Reader.h - any bytes are a file or a message -------------*- C++ -*-===//
//
// What the fuzz targets of the runtime's readers share: a reader gives values
// or throws the runtime's error, and nothing else.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_FUZZ_READER_H
#define NNC_TEST_FUZZ_READER_H

#include "nnc/Runtime/Array.h"
#include "nnc/Runtime/Diagnostics.h"
#include "nnc/Runtime/Files.h"
#include <cstdlib>

namespace nnc::runtime {

inline void require(bool holds) {
  if (!holds)
    std::abort();
}

/// An array has the bytes that its type and shape ask for.
inline void check(const Array &array) {
  std::optional<int64_t> count = checkedCount(array.shape, sizeOf(array.type));
  require(count && *count == array.count());
  require(array.bytes.size() == *count * sizeOf(array.type));
}

inline bool same(const Array &a, const Array &b) {
  return a.type == b.type && a.shape == b.shape && a.bytes == b.bytes;
}

/// Calls `read` with the bytes; an error must say something.
template <typename Fn>
int fuzz(const uint8_t *data, size_t size, Fn &&read) {
  try {
    read(Bytes(reinterpret_cast<const std::byte *>(data), size));
  } catch (const Error &error) {
    require(error.status == ExitWrongInput && *error.what());
  }
  return 0;
}

} // namespace nnc::runtime

#endif // NNC_TEST_FUZZ_READER_H

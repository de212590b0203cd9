//===- GuardedBuffer.h - memory that ends at a wall -------------*- C++ -*-===//
//
// Buffers that end where an unreadable page begins, so that no access beyond
// passes unnoticed.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_SUPPORT_GUARDEDBUFFER_H
#define NNC_TEST_UNIT_SUPPORT_GUARDEDBUFFER_H

#include <cstddef>

namespace nnc::test {

/// Memory whose last byte is the last readable one.
class GuardedBuffer {
public:
  explicit GuardedBuffer(size_t bytes);
  GuardedBuffer(const GuardedBuffer &other);
  GuardedBuffer(GuardedBuffer &&other);
  ~GuardedBuffer();

  template <typename T>
  T *as() {
    return reinterpret_cast<T *>(data);
  }
  void *get() { return data; }
  size_t size() const { return bytes; }

private:
  size_t bytes, mapped;
  char *base, *data;
};

} // namespace nnc::test

#endif // NNC_TEST_UNIT_SUPPORT_GUARDEDBUFFER_H

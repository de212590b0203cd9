//===- GuardedBuffer.cpp - memory that ends at a wall ---------------------===//
#include "GuardedBuffer.h"
#include "llvm/Support/ErrorHandling.h"
#include <cstring>
#include <sys/mman.h>
#include <unistd.h>

using namespace nnc::test;

GuardedBuffer::GuardedBuffer(size_t bytes) : bytes(bytes) {
  size_t page = sysconf(_SC_PAGESIZE);
  mapped = (bytes + page - 1) / page * page + 2 * page;
  base = static_cast<char *>(
      mmap(nullptr, mapped, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (base == MAP_FAILED)
    llvm::report_fatal_error("no memory for a test");
  mprotect(base + page, mapped - 2 * page, PROT_READ | PROT_WRITE);
  data = base + mapped - page - bytes;
}

GuardedBuffer::GuardedBuffer(const GuardedBuffer &other) : GuardedBuffer(other.bytes) {
  std::memcpy(data, other.data, bytes);
}

GuardedBuffer::GuardedBuffer(GuardedBuffer &&other)
    : bytes(other.bytes), mapped(other.mapped), base(other.base), data(other.data) {
  other.base = nullptr;
}

GuardedBuffer::~GuardedBuffer() {
  if (base)
    munmap(base, mapped);
}

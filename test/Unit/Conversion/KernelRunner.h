//===- KernelRunner.h - compiles and calls kernels in a test ----*- C++ -*-===//
//
// A kernel's text goes through the pipeline and LLVM and is called on buffers
// that end where an unreadable page begins, so that no access beyond passes
// unnoticed.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_CONVERSION_KERNELRUNNER_H
#define NNC_TEST_UNIT_CONVERSION_KERNELRUNNER_H

#include "../Support/GuardedBuffer.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include <memory>
#include <string>
#include <vector>

namespace nnc::test {

struct Target {
  /// 0: plain scalar loops.
  unsigned bits;
  unsigned registers;
  bool strict = false;
  uint64_t cacheBytes = 512 << 10;
};

/// Machine code of a module of kernels.
class CompiledKernels {
public:
  CompiledKernels(const std::string &text, const Target &target);
  /// Calls a kernel by name.
  void call(const std::string &name, std::vector<GuardedBuffer> &buffers);

private:
  std::unique_ptr<llvm::orc::LLJIT> jit;
};

} // namespace nnc::test

#endif // NNC_TEST_UNIT_CONVERSION_KERNELRUNNER_H

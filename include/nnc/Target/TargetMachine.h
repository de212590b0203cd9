//===- TargetMachine.h - what code is made for ------------------*- C++ -*-===//
//
// Triple, processor and options of code generation, and LLVM's target machine
// for them.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TARGET_TARGETMACHINE_H
#define NNC_TARGET_TARGETMACHINE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>
#include <string>

namespace nnc {

struct CodeOptions {
  /// Empty: this machine's.
  std::string triple;
  /// A processor of the target, `native`, or empty for the target's baseline.
  std::string cpu;
  /// "+a,-b", on top of the processor's.
  std::string features;
  /// 0 to 3.
  unsigned optLevel = 3;
  /// Forbids the contraction of operations that are not marked for it.
  bool strictFloatingPoint = false;
  /// Bytes of a core's second-level cache: this machine's for `native`, else
  /// what most processors have at least.
  uint64_t cacheBytes = 512 << 10;
};

/// This machine's triple.
std::string getHostTriple();

/// The processor that code for `triple` may count on: "x86-64", "generic".
std::string getBaselineCpu(llvm::StringRef triple);

/// Fills in triple, processor and, for `native`, features. The error names an
/// unknown triple, processor or feature.
llvm::Expected<CodeOptions> resolveTarget(CodeOptions options);

/// Whether this machine runs code for resolved options.
bool runsHere(const CodeOptions &options);

/// The target machine of resolved options; code is position independent.
llvm::Expected<std::unique_ptr<llvm::TargetMachine>>
createTargetMachine(const CodeOptions &options);

} // namespace nnc

#endif // NNC_TARGET_TARGETMACHINE_H

//===- Backends.h - which back end makes a kernel's code --------*- C++ -*-===//
#ifndef NNC_DRIVER_BACKENDS_H
#define NNC_DRIVER_BACKENDS_H

#include "nnc/Target/Emit.h"
#include "llvm/ADT/StringMap.h"

namespace nnc::driver {

/// Whether nnc was built with the back end.
bool hasHalide();

struct HalidePlugin {
  halide::CompileFunction *compile = nullptr;
  halide::CandidatesFunction *candidates = nullptr;
};

/// Loads the plugin, once; null after an error, which is printed.
const HalidePlugin *loadHalide(int &status);

/// The kernels of a model that Halide makes, for each processor.
class HalideKernels {
public:
  /// Compiles what is to be Halide's: every kernel, or under `auto` those whose
  /// attribute says so. Sets the attribute of each to what it is in the end; a
  /// remark names those that Halide cannot express. Answers an exit status.
  int compile(mlir::ModuleOp module, llvm::StringRef backend,
              llvm::ArrayRef<CodeOptions> targets);
  /// Leaves declarations of those kernels in the module of a processor, whose
  /// bodies it gives to the model.
  void take(LoweredModel &model, size_t number);

private:
  /// By name, for each processor.
  std::vector<llvm::StringMap<ForeignKernel>> kernels;
};

} // namespace nnc::driver

#endif // NNC_DRIVER_BACKENDS_H

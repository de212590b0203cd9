//===- Backends.h - which back end makes a kernel's code --------*- C++ -*-===//
#ifndef NNC_DRIVER_BACKENDS_H
#define NNC_DRIVER_BACKENDS_H

#include "nnc/Conversion/Tasks.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
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

/// Whether a kernel can have one of the plugin's candidates. Those of
/// autoschedulers are known to when they have been tried.
bool canHaveSchedule(const HalidePlugin &plugin, kernel::FuncOp kernel, const CodeOptions &target,
                     llvm::StringRef schedule);

/// The kernels of a model that Halide makes, for each processor.
class HalideKernels {
public:
  /// Compiles what is to be Halide's: every kernel, or under `auto` those whose
  /// attribute says so. What Halide cannot express is left to MLIR in the first
  /// case, which a remark says and the kernel's attribute, and a mistake in the
  /// second. False after an error, which is reported or, if `status` is set,
  /// printed. Loops of `leastTurns` turns are cut into `tasks` at most.
  bool compile(mlir::ModuleOp module, llvm::StringRef backend, llvm::ArrayRef<CodeOptions> targets,
               int tasks, int &status, int64_t leastTurns = kLeastTurns);
  /// Leaves declarations of those kernels in the module of a processor, whose
  /// bodies it gives to the model.
  void take(LoweredModel &model, size_t number);

private:
  /// By name, for each processor.
  std::vector<llvm::StringMap<ForeignKernel>> kernels;
};

} // namespace nnc::driver

#endif // NNC_DRIVER_BACKENDS_H

//===- Compile.h - an nn module to code -------------------------*- C++ -*-===//
#ifndef NNC_DRIVER_COMPILE_H
#define NNC_DRIVER_COMPILE_H

#include "Model.h"
#include "Tuning.h"
#include "nnc/Target/Emit.h"
#include "nnc/Target/Jit.h"
#include "nnc/Target/VectorRegisters.h"
#include "mlir/Support/Timing.h"
#include <optional>

namespace nnc::driver {

class Report;

/// A stage of compilation that can be written to a file, in this order.
enum class Stage { NN, Grad, Kernel, Linalg, LLVMDialect, LLVM, Assembly, Object };

/// Resolved code options that differ in the processor only; one as a rule.
using Targets = llvm::SmallVector<CodeOptions, 1>;

struct CompileRequest {
  /// One version of the code for each, in the order of `orderVersions`.
  Targets targets;
  std::string prefix = "model";
  /// Of kernels: auto, mlir or halide.
  std::string backend = "auto";
  /// Poison bytes of the arena that hold no value.
  bool poison = false;
  Optimizations optimizations;
  int maxThreads = 16;
  /// Add `main` to the program object.
  bool withMain = false;
  /// Write the lines of the model into the object.
  bool lineInfo = false;
  /// Bytes that an instance may take; 0: any number.
  uint64_t memoryLimit = 0;
  /// Where the time goes; none by default.
  mlir::TimingScope *timing = nullptr;
  /// Called with the module when its kernels are formed.
  std::function<void(mlir::ModuleOp)> onKernels;
  /// What was measured for the kernels, where the back end is `auto`.
  const Tuning *tuning = nullptr;
  /// Gets the facts for the model's page; none by default.
  Report *report = nullptr;
  /// Nothing after this stage is needed.
  Stage last = Stage::Object;
  /// Called with the text of each stage that is reached, but for the object.
  std::function<int(Stage, llvm::StringRef)> onStage;
};

/// What was asked of the code options, for each processor; prints an error, sets
/// `status` and answers nothing if that target is not known.
std::optional<Targets> resolveCode(const CodeArguments &code, bool nativeByDefault, int &status);

/// Compiles `module` in place. Answers nothing after an error, which is printed,
/// or if the last stage lies before the object; `status` tells which.
std::optional<CompiledModel> compile(mlir::ModuleOp module, Model &model,
                                     const CompileRequest &request, int &status);

/// Runs passes; prints what they report at the user's lines.
bool runPasses(mlir::ModuleOp module, Model &model,
               llvm::function_ref<void(mlir::OpPassManager &)> build, int &status,
               mlir::TimingScope *timing = nullptr);

/// Compiles for this machine and loads. Null after an error.
std::unique_ptr<LoadedModel> compileAndLoad(mlir::ModuleOp module, Model &model,
                                            const CodeArguments &code, int &status,
                                            CompileRequest request = {});

} // namespace nnc::driver

#endif // NNC_DRIVER_COMPILE_H

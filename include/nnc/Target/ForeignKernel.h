//===- ForeignKernel.h - kernels whose code comes from elsewhere -*- C++ -*-===//
#ifndef NNC_TARGET_FOREIGNKERNEL_H
#define NNC_TARGET_FOREIGNKERNEL_H

#include "nnc/HalideBackend/Interface.h"
#include "nnc/Target/TargetMachine.h"
#include "llvm/IR/Module.h"
#include <optional>

namespace nnc {

/// A kernel as LLVM bitcode, in the form in which nnc calls kernels: a function
/// named `kernel` of bare pointers, inputs, results, and scratch if it has any; and,
/// if it has tasks, the instance. `kernel.task0(scratch, data, index, worker)` is
/// a task of its first loop, and `kernel.task0.all(scratch, data, instance)` a
/// declaration of all of them.
struct ForeignKernel {
  /// The kernel's name in the model.
  std::string name;
  std::string bitcode;
  int64_t scratchBytes = 0;
  /// Inputs and results that may share a buffer.
  std::vector<std::pair<int, int>> inPlace;
  /// Of each loop that is shared between threads.
  std::vector<int64_t> tasks;
};

/// Gives what Halide made of a kernel that form: its buffer descriptors become
/// constants, its memory slices of the scratch, and turns of its parallel loops
/// tasks. The error says what it needs that an object may not have.
llvm::Expected<ForeignKernel> adoptHalideKernel(const halide::Kernel &kernel,
                                                const halide::Code &code,
                                                const CodeOptions &target);

/// Links the kernels into the module of a model, as the bodies of what is
/// declared there under their names.
llvm::Error linkForeignKernels(llvm::Module &module, llvm::StringRef prefix,
                               llvm::ArrayRef<ForeignKernel> kernels);

/// The target in Halide's words; none if it has no code for it.
std::optional<halide::Target> describeHalideTarget(const CodeOptions &target);

} // namespace nnc

#endif // NNC_TARGET_FOREIGNKERNEL_H

//===- Jit.h - a compiled model in this process -----------------*- C++ -*-===//
//
// Loads the very bytes that would be written to files.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TARGET_JIT_H
#define NNC_TARGET_JIT_H

#include "nnc/Runtime/Model.h"
#include "nnc/Target/Emit.h"
#include <memory>

namespace llvm::orc {
class LLJIT;
} // namespace llvm::orc

namespace nnc {

/// Keeps a model's code in memory for as long as it lives.
class LoadedModel {
public:
  /// Links the model's object and program, which must be for this machine and
  /// without `main`.
  static llvm::Expected<std::unique_ptr<LoadedModel>>
  load(const CompiledModel &model);
  ~LoadedModel();

  const nnc_model *getDescriptor() const { return descriptor; }

private:
  LoadedModel(std::unique_ptr<llvm::orc::LLJIT> jit,
              const nnc_model *descriptor);

  std::unique_ptr<llvm::orc::LLJIT> jit;
  const nnc_model *descriptor;
};

} // namespace nnc

#endif // NNC_TARGET_JIT_H

//===- Jit.cpp - a compiled model in this process -------------------------===//
//
// ORC links the objects; libm and the memory functions come from the process.
//
//===----------------------------------------------------------------------===//
#include "nnc/Target/Jit.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"

using namespace llvm;
using namespace nnc;

LoadedModel::LoadedModel(std::unique_ptr<orc::LLJIT> jit,
                         const nnc_model *descriptor)
    : jit(std::move(jit)), descriptor(descriptor) {}

LoadedModel::~LoadedModel() = default;

Expected<std::unique_ptr<LoadedModel>>
LoadedModel::load(const CompiledModel &model) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  auto jit = orc::LLJITBuilder().create();
  if (!jit)
    return jit.takeError();
  for (StringRef object : {StringRef(model.object), StringRef(model.program)})
    if (Error error = (*jit)->addObjectFile(
            MemoryBuffer::getMemBufferCopy(object, model.interface.prefix)))
      return error;
  auto descriptor = (*jit)->lookup("nnc_descriptor");
  if (!descriptor)
    return descriptor.takeError();
  return std::unique_ptr<LoadedModel>(
      new LoadedModel(std::move(*jit), descriptor->toPtr<const nnc_model *>()));
}

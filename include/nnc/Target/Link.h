//===- Link.h - archives, shared libraries and executables ------*- C++ -*-===//
//
// What is made of a model's object beyond the object itself.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TARGET_LINK_H
#define NNC_TARGET_LINK_H

#include "nnc/Target/Emit.h"

namespace nnc {

/// A static library with the model's object as its only member. The bytes
/// depend on nothing else.
llvm::Expected<std::string> makeArchive(const CompiledModel &model);

/// Links a shared library to `path` with the system's C compiler. It needs what
/// the object needs and nothing else.
llvm::Error linkShared(const CompiledModel &model, llvm::StringRef path);

/// Links an executable to `path` with the system's C compiler. `runtime` is the
/// path of libnnc_runtime.a.
llvm::Error linkExecutable(const CompiledModel &model, llvm::StringRef runtime,
                           llvm::StringRef path);

/// The path of libnnc_runtime.a beside the running compiler: ../lib from its
/// folder.
llvm::Expected<std::string> findRuntimeLibrary(const char *argv0,
                                               void *mainAddress);

} // namespace nnc

#endif // NNC_TARGET_LINK_H

//===- ObjectInfo.h - the models in an object file --------------*- C++ -*-===//
//
// Reads back what nnc put into an object, archive, shared library or
// executable, of any format that LLVM reads.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TARGET_OBJECTINFO_H
#define NNC_TARGET_OBJECTINFO_H

#include "nnc/Analysis/ModelInterface.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"

namespace nnc {

struct ObjectModel {
  std::string prefix;
  /// As LLVM calls it: "elf64-x86-64".
  std::string format;
  /// Of the whole object, archive member or program.
  uint64_t codeBytes = 0, dataBytes = 0;
  /// Entries and steps as exported, without the prefix.
  std::vector<std::string> functions;
  /// Their offsets in an instance are not in an object.
  std::vector<ModelInterface::Tensor> tensors;
};

/// True for files that `readObject` understands, by their first bytes.
bool isObject(llvm::StringRef content);

/// The models in a file; the error says why there is none.
llvm::Expected<std::vector<ObjectModel>> readObject(llvm::MemoryBufferRef file);

} // namespace nnc

#endif // NNC_TARGET_OBJECTINFO_H

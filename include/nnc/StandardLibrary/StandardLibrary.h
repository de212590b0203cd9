//===- StandardLibrary.h - the .nn files in the compiler ------------------===//
//
// The standard library as text, embedded when the compiler is built.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_STANDARDLIBRARY_STANDARDLIBRARY_H
#define NNC_STANDARDLIBRARY_STANDARDLIBRARY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

namespace nnc {

/// One embedded file.
struct LibraryFile {
  /// `losses.nn`.
  llvm::StringRef name;
  llvm::StringRef text;
};

/// All files of the standard library, by name.
llvm::ArrayRef<LibraryFile> getStandardLibrary();

} // namespace nnc

#endif // NNC_STANDARDLIBRARY_STANDARDLIBRARY_H

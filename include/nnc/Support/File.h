//===- File.h - output files that appear whole or not at all ----*- C++ -*-===//
//
// Every file the compiler writes goes through here: a temporary beside the
// target is filled first and then renamed, so that an interrupted or failed run
// leaves the old file, or none, and never a part of one.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SUPPORT_FILE_H
#define NNC_SUPPORT_FILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include <optional>
#include <string>

namespace nnc {

/// A file being made. Without `commit` it vanishes, also when a signal ends
/// the program.
class OutputFile {
public:
  /// Makes an empty temporary in the folder of `path`. The error names `path`.
  static llvm::Expected<OutputFile> create(llvm::StringRef path,
                                           bool executable = false);

  OutputFile(OutputFile &&other);
  OutputFile &operator=(OutputFile &&) = delete;
  ~OutputFile();

  /// Where the contents go until `commit`; another program may write there.
  llvm::StringRef getTemporaryPath() const { return file->TmpName; }

  /// Appends to the temporary.
  llvm::Error write(llvm::StringRef bytes);

  /// Gives the file its name, replacing what was there.
  llvm::Error commit();

private:
  OutputFile(llvm::StringRef path, llvm::sys::fs::TempFile file)
      : path(path), file(std::move(file)) {}

  std::string path;
  std::optional<llvm::sys::fs::TempFile> file;
};

/// Writes `bytes` to `path` whole or not at all. A path that exists and is no
/// regular file (a device, a pipe) is written in place.
llvm::Error writeFile(llvm::StringRef path, llvm::StringRef bytes,
                      bool executable = false);

} // namespace nnc

#endif // NNC_SUPPORT_FILE_H

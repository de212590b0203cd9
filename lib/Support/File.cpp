//===- File.cpp - output files that appear whole or not at all ------------===//
//
// Temporaries beside the target, renamed when complete.
//
// A rename within one folder is atomic, which a rename from /tmp need not be.
// `llvm::sys::fs::TempFile` registers the temporary for removal on signals.
//
//===----------------------------------------------------------------------===//
#include "nnc/Support/File.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/Errc.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace nnc;

/// "PATH: reason".
static Error nameFile(StringRef path, Error error) {
  std::error_code code = errorToErrorCode(std::move(error));
  return createStringError(code, Twine(path) + ": " + code.message());
}

Expected<OutputFile> OutputFile::create(StringRef path, bool executable) {
  if (path.empty())
    return createStringError(errc::invalid_argument,
                             "an output file needs a name");
  if (sys::fs::is_directory(path))
    return nameFile(path,
                    errorCodeToError(make_error_code(errc::is_a_directory)));
  unsigned mode = sys::fs::all_read | sys::fs::all_write;
  if (executable)
    mode |= sys::fs::all_exe;
  Expected<sys::fs::TempFile> file =
      sys::fs::TempFile::create(path + ".%%%%%%%%.tmp", mode);
  if (!file)
    return nameFile(path, file.takeError());
  return OutputFile(path, std::move(*file));
}

OutputFile::OutputFile(OutputFile &&other)
    : path(std::move(other.path)), file(std::move(other.file)) {
  other.file.reset();
}

OutputFile::~OutputFile() {
  if (file)
    consumeError(file->discard());
}

Error OutputFile::write(StringRef bytes) {
  raw_fd_ostream stream(file->FD, /*shouldClose=*/false);
  stream << bytes;
  stream.flush();
  if (std::error_code code = stream.error()) {
    stream.clear_error();
    return nameFile(path, errorCodeToError(code));
  }
  return Error::success();
}

Error OutputFile::commit() {
  Error error = file->keep(path);
  file.reset();
  return error ? nameFile(path, std::move(error)) : Error::success();
}

Error nnc::writeFile(StringRef path, StringRef bytes, bool executable) {
  if (sys::fs::exists(path) && !sys::fs::is_regular_file(path) &&
      !sys::fs::is_directory(path)) {
    std::error_code code;
    raw_fd_ostream stream(path, code, sys::fs::CD_OpenExisting,
                          sys::fs::FA_Write, sys::fs::OF_None);
    if (!code) {
      stream << bytes;
      stream.close();
      code = stream.error();
      stream.clear_error();
    }
    return code ? nameFile(path, errorCodeToError(code)) : Error::success();
  }
  Expected<OutputFile> file = OutputFile::create(path, executable);
  if (!file)
    return file.takeError();
  if (Error error = file->write(bytes))
    return error;
  return file->commit();
}

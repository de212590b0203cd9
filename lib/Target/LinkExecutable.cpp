//===- LinkExecutable.cpp - a program from a model's objects --------------===//
//
// Runs the system's C compiler as linker on the model, its descriptor and the
// runtime library.
//
//===----------------------------------------------------------------------===//
#include "nnc/Support/File.h"
#include "nnc/Target/Emit.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

using namespace llvm;
using namespace nnc;

template <typename... Args>
static Error makeError(const char *format, Args... args) {
  return createStringError(inconvertibleErrorCode(), format, args...);
}

Expected<std::string> nnc::findRuntimeLibrary(const char *argv0,
                                              void *mainAddress) {
  SmallString<256> path(sys::fs::getMainExecutable(argv0, mainAddress));
  sys::path::remove_filename(path);
  sys::path::append(path, "..", "lib", "libnnc_runtime.a");
  sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  if (!sys::fs::exists(path))
    return makeError("the runtime library '%s' is missing", path.c_str());
  return path.str().str();
}

Error nnc::linkExecutable(const CompiledModel &model, StringRef runtime,
                          StringRef path) {
  ErrorOr<std::string> compiler = sys::findProgramByName("cc");
  if (!compiler)
    return makeError("linking an executable needs 'cc', which is not in the "
                     "PATH (on Debian: "
                     "apt install gcc)");

  SmallString<256> folder;
  if (std::error_code code = sys::fs::createUniqueDirectory("nnc-link", folder))
    return makeError("cannot make a temporary folder: %s",
                     code.message().c_str());
  llvm::scope_exit removeFolder([&] { sys::fs::remove_directories(folder); });
  std::string object = (folder + "/model.o").str(),
              program = (folder + "/program.o").str(),
              messages = (folder + "/messages").str();
  if (Error error = writeFile(object, model.object))
    return error;
  if (Error error = writeFile(program, model.program))
    return error;

  Expected<OutputFile> output = OutputFile::create(path, /*executable=*/true);
  if (!output)
    return output.takeError();
  std::string target = output->getTemporaryPath().str(),
              archive = runtime.str();
  // The C++ library and zlib by the names of their files, since libstdc++.so
  // and libz.so come with packages that `cc` does without.
  SmallVector<StringRef> arguments = {
      *compiler,           "-o",           target, program,   object, archive,
      "-l:libstdc++.so.6", "-l:libz.so.1", "-lm",  "-pthread"};
#ifdef NNC_SANITIZE
  // The runtime library calls the sanitizers' own.
  arguments.push_back("-fsanitize=address,undefined");
#endif
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(messages),
                                          StringRef(messages)};
  std::string failure;
  int status =
      sys::ExecuteAndWait(*compiler, arguments, std::nullopt, redirects,
                          /*SecondsToWait=*/0, /*MemoryLimit=*/0, &failure);
  if (status != 0) {
    if (auto text = MemoryBuffer::getFile(messages))
      failure += (*text)->getBuffer().rtrim();
    return makeError("'cc' failed with status %d: %s", status, failure.c_str());
  }
  return output->commit();
}

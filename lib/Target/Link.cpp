//===- Link.cpp - libraries and programs from a model's objects -----------===//
//
// Runs the system's C compiler as linker on the model, and for a program its
// descriptor and the runtime library.
//
//===----------------------------------------------------------------------===//
#include "nnc/Target/Link.h"
#include "nnc/Support/File.h"
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

namespace {

/// A run of the C compiler in a folder that goes away with it.
class Linker {
public:
  ~Linker() {
    if (!folder.empty())
      sys::fs::remove_directories(folder);
  }

  /// Finds the compiler; `what` says in a message what it is needed for.
  Error prepare(StringRef what);
  /// Writes one input.
  Error add(StringRef name, StringRef content);
  /// Links to `path` with `flags` behind the inputs.
  Error link(StringRef path, ArrayRef<StringRef> flags, bool executable);

private:
  std::string compiler;
  SmallString<256> folder;
  std::vector<std::string> inputs;
};

} // namespace

Error Linker::prepare(StringRef what) {
  ErrorOr<std::string> found = sys::findProgramByName("cc");
  if (!found)
    return makeError("linking %s needs 'cc', which is not in the PATH (on "
                     "Debian: apt install gcc)",
                     what.str().c_str());
  compiler = *found;
  if (std::error_code code =
          sys::fs::createUniqueDirectory("nnc-link", folder)) {
    folder.clear();
    return makeError("cannot make a temporary folder: %s",
                     code.message().c_str());
  }
  return Error::success();
}

Error Linker::add(StringRef name, StringRef content) {
  inputs.push_back((folder + "/" + name).str());
  return writeFile(inputs.back(), content);
}

Error Linker::link(StringRef path, ArrayRef<StringRef> flags, bool executable) {
  Expected<OutputFile> output = OutputFile::create(path, executable);
  if (!output)
    return output.takeError();
  std::string target = output->getTemporaryPath().str(),
              messages = (folder + "/messages").str();
  SmallVector<StringRef> arguments = {compiler, "-o", target};
  llvm::append_range(arguments, inputs);
  llvm::append_range(arguments, flags);
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(messages),
                                          StringRef(messages)};
  std::string failure;
  int status =
      sys::ExecuteAndWait(compiler, arguments, std::nullopt, redirects,
                          /*SecondsToWait=*/0, /*MemoryLimit=*/0, &failure);
  if (status != 0) {
    if (auto text = MemoryBuffer::getFile(messages))
      failure += (*text)->getBuffer().rtrim();
    return makeError("'cc' failed with status %d: %s", status, failure.c_str());
  }
  return output->commit();
}

Error nnc::linkShared(const CompiledModel &model, StringRef path) {
  Linker linker;
  if (Error error = linker.prepare("a shared library"))
    return error;
  if (Error error = linker.add("model.o", model.object))
    return error;
  // No start files: nothing runs when it is loaded, so nothing is needed then.
  std::string name =
      ("-Wl,-soname=" + sys::path::filename(path)).str();
  return linker.link(path,
                     {"-shared", "-nostartfiles", "-Wl,-Bsymbolic",
                      "-Wl,--no-undefined", "-Wl,--build-id=none",
                      "-Wl,-z,noexecstack", name, "-Wl,--as-needed", "-lm"},
                     /*executable=*/true);
}

Error nnc::linkExecutable(const CompiledModel &model, StringRef runtime,
                          StringRef path) {
  Linker linker;
  if (Error error = linker.prepare("an executable"))
    return error;
  if (Error error = linker.add("program.o", model.program))
    return error;
  if (Error error = linker.add("model.o", model.object))
    return error;
  // The C++ library and zlib by the names of their files, since libstdc++.so
  // and libz.so come with packages that `cc` does without.
  SmallVector<StringRef> flags = {runtime, "-l:libstdc++.so.6", "-l:libz.so.1",
                                  "-lm", "-pthread"};
#ifdef NNC_SANITIZE
  // The runtime library calls the sanitizers' own.
  flags.push_back("-fsanitize=address,undefined");
#endif
  return linker.link(path, flags, /*executable=*/true);
}

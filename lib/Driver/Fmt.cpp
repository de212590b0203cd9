//===- Fmt.cpp - nnc fmt --------------------------------------------------===//
#include "Commands.h"
#include "Model.h"
#include "nnc/Frontend/Text/Format.h"
#include "nnc/Support/File.h"

using namespace nnc;
using namespace nnc::driver;

/// One file; `-` goes from standard input to standard output.
static int formatFile(llvm::StringRef path, bool check) {
  DiagnosticEngine diagnostics;
  llvm::ErrorOr<unsigned> buffer = diagnostics.addFile(path);
  if (!buffer)
    return fail(1, llvm::Twine(path) + ": " + buffer.getError().message());
  std::optional<std::string> text = formatBuffer(*buffer, diagnostics);
  if (!text) {
    diagnostics.print(llvm::errs());
    return 1;
  }
  bool isClean = *text == diagnostics.getText(*buffer);
  if (check) {
    if (!isClean)
      return fail(1, llvm::Twine(path) + ": not formatted");
    return 0;
  }
  if (path == "-") {
    llvm::outs() << *text;
    return 0;
  }
  if (isClean)
    return 0;
  if (llvm::Error error = writeFile(path, *text))
    return fail(1, llvm::toString(std::move(error)));
  return 0;
}

int nnc::driver::runFmt(const Invocation &invocation) {
  int status = 0;
  for (const std::string &path : invocation.files)
    status = std::max(status, formatFile(path, invocation.check));
  return status;
}

//===- New.cpp - nnc new --------------------------------------------------===//
//
// Writes a starter project into a folder of its own.
//
//===----------------------------------------------------------------------===//
#include "Commands.h"
#include "Model.h"
#include "Texts.h"
#include "nnc/Support/File.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

/// The template with the project's name for the words NAME and NAME_UPPER.
static std::string instantiate(StringRef text, StringRef name) {
  std::string result;
  while (true) {
    auto [before, after] = text.split("NAME");
    result += before;
    if (before.size() == text.size())
      return result;
    bool upper = after.consume_front("_UPPER");
    result += upper ? name.upper() : name.str();
    text = after;
  }
}

int nnc::driver::runNew(const Invocation &invocation) {
  // The folder may be elsewhere; its last part names the model.
  StringRef folder = StringRef(invocation.name).rtrim('/');
  std::string name = llvm::sys::path::filename(folder).str();
  llvm::replace(name, '-', '_');
  if (name.empty() || !(llvm::isAlpha(name[0]) || name[0] == '_') ||
      !llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; }))
    return fail(2, "a project's name is an identifier, found '" + Twine(llvm::sys::path::filename(folder)) + "'");
  if (llvm::sys::fs::exists(folder))
    return fail(1, Twine(folder) + ": there is such a file or folder already");
  if (std::error_code code = llvm::sys::fs::create_directories(folder))
    return fail(1, Twine(folder) + ": " + code.message());
  for (const Text *text = texts; text->name; ++text) {
    StringRef file = text->name;
    if (!file.consume_front("starter/"))
      continue;
    std::string path = (folder + "/" + instantiate(file, name)).str();
    if (llvm::Error error = writeFile(path, instantiate(text->content, name)))
      return fail(1, llvm::toString(std::move(error)));
    llvm::outs() << path << '\n';
  }
  driver::remark("build it with: cmake -S " + Twine(folder) + " -B " + folder + "/build && cmake --build " +
         folder + "/build");
  return 0;
}

//===- ParserFuzzer.cpp - any text has a tree or messages -----------------===//
//
// Parses, prints the messages, and formats what has none: the form must parse
// and be its own form.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Text/Format.h"
#include "nnc/Frontend/Text/Parser.h"
#include <cstdlib>

using namespace nnc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  DiagnosticEngine diags;
  auto form = formatBuffer(diags.addBuffer("fuzz.nn", text), diags);
  std::string printed;
  llvm::raw_string_ostream os(printed);
  diags.print(os);
  if (!form)
    return 0;
  DiagnosticEngine again;
  auto second = formatBuffer(again.addBuffer("form.nn", *form), again);
  if (!second || *second != *form)
    std::abort();
  return 0;
}

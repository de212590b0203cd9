//===- ResolveFuzzer.cpp - any text is a module or messages ----------------===//
//
// The front end up to the verified module, dimensions open and given. Imports
// are not followed: a fuzzer must not read what it happens to name.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Text/TextModel.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include <cstdlib>

using namespace nnc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  if (text.contains("import"))
    return -1;
  // A context keeps every attribute ever made.
  static std::unique_ptr<mlir::MLIRContext> context;
  static unsigned turn = 0;
  if (turn++ % 200 == 0)
    context = std::make_unique<mlir::MLIRContext>(mlir::MLIRContext::Threading::DISABLED);
  DiagnosticEngine diags;
  std::unique_ptr<TextModel> model = TextModel::parse(diags.addBuffer("fuzz.nn", text), diags);
  bool isGood = false;
  if (model) {
    LoadOptions options;
    for (const FunctionSummary &function : model->getFunctions())
      for (const std::string &dim : function.freeDims)
        options.defines.push_back({dim, {"3"}});
    LoadedModule loaded = model->generate(*context, options);
    isGood = bool(loaded.module);
    if (isGood && failed(mlir::verify(*loaded.module)))
      std::abort();
  }
  std::string printed;
  llvm::raw_string_ostream os(printed);
  diags.print(os);
  // No module without a reason.
  if (!isGood && printed.empty())
    std::abort();
  return 0;
}

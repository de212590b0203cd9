//===- Model.h - a model file, whatever its format --------------*- C++ -*-===//
#ifndef NNC_DRIVER_MODEL_H
#define NNC_DRIVER_MODEL_H

#include "nnc/Driver/Options.h"
#include "nnc/Frontend/Text/TextModel.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"
#include <memory>
#include <optional>

namespace nnc::driver {

/// A parsed model file. Modules are generated from it for settings of its
/// constants and free dimensions.
class Model {
public:
  /// Reads `path` (`-`: standard input, text). On an error, prints it, sets
  /// `status` and answers null.
  static std::unique_ptr<Model> open(llvm::StringRef path, mlir::MLIRContext &context, int &status);

  /// The same for text of the language that is in no file; messages call it
  /// `name` and do not count its first `hiddenLines`.
  static std::unique_ptr<Model> parse(llvm::StringRef name, llvm::StringRef text,
                                      unsigned hiddenLines, mlir::MLIRContext &context,
                                      int &status);

  /// The declared entries and steps; those of a .mlir file have no free
  /// dimensions.
  llvm::ArrayRef<FunctionSummary> getFunctions() const { return functions; }
  const FunctionSummary *findFunction(llvm::StringRef name) const;

  /// Generates a verified nn module. On an error, prints it, sets `status` and
  /// answers null. `open` gets the functions that were left out because
  /// dimensions of theirs are open; null makes those errors.
  mlir::OwningOpRef<mlir::ModuleOp> generate(const CodeArguments &options, int &status,
                                             std::vector<OpenFunction> *open = nullptr);
  mlir::OwningOpRef<mlir::ModuleOp> generate(const std::vector<Define> &defines,
                                             const std::vector<std::string> &entries, int &status,
                                             std::vector<OpenFunction> *open = nullptr);

  /// Prints a compiler pass's message where the user's text is; the source line
  /// and notes go with it.
  void report(mlir::Diagnostic &message);
  void printMessages();

private:
  explicit Model(mlir::MLIRContext &context) : context(context) {}
  bool parseText(unsigned buffer, int &status);
  bool parseMLIR(std::unique_ptr<llvm::MemoryBuffer> file, int &status);

  mlir::MLIRContext &context;
  DiagnosticEngine diagnostics;
  std::unique_ptr<TextModel> text;
  mlir::OwningOpRef<mlir::ModuleOp> parsed;
  std::vector<FunctionSummary> functions;
};

/// While it lives, collects what passes report.
class MessageCollector {
public:
  MessageCollector(mlir::MLIRContext *context, Model &model);
  /// Prints the messages; answers whether there was an error.
  bool print();

private:
  Model &model;
  bool sawError = false;
  mlir::ScopedDiagnosticHandler handler;
};

/// Parses `-D` options; on an error, prints it and answers nothing.
std::optional<std::vector<Define>> parseDefines(const std::vector<std::string> &texts);

/// The place in the user's file: of inlined library code, where it was called.
/// Null where there is none.
mlir::FileLineColLoc findUserPlace(mlir::Location loc);

/// Prints `nnc: error: …` and answers the exit status given.
int fail(int status, const llvm::Twine &message);
void remark(const llvm::Twine &message);

} // namespace nnc::driver

#endif // NNC_DRIVER_MODEL_H

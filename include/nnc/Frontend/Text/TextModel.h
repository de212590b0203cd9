//===- TextModel.h - a .nn file, from text to nn module -------------------===//
//
// What the rest of the compiler sees of the text front end.
//
// A model is parsed once; what it declares can then be asked for (the driver
// finds free dimensions there), and modules be generated from it for one or
// several settings of its constants and dimensions.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_FRONTEND_TEXT_TEXTMODEL_H
#define NNC_FRONTEND_TEXT_TEXTMODEL_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "nnc/Frontend/Text/Diagnostics.h"
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace nnc {

/// `-D NAME=VALUE,VALUE`: each value is an expression of the language.
struct Define {
  std::string name;
  std::vector<std::string> values;

  /// Splits `NAME=VALUE,VALUE` (commas inside brackets and quotes do not
  /// separate); nothing if it has not that form.
  static std::optional<Define> parse(llvm::StringRef text);
};

/// An argument of an entry or step, as declared.
struct ArgumentSummary {
  std::string name;
  std::string element;
  /// One text per axis: `28`, `B`, `2 * n`.
  std::vector<std::string> dims;
};

/// An entry or a step, as declared.
struct FunctionSummary {
  std::string name;
  bool isStep = false;
  llvm::SMLoc loc;
  std::vector<ArgumentSummary> arguments;
  /// The dimension names that `-D` must give, in order of appearance.
  std::vector<std::string> freeDims;
};

struct LoadOptions {
  std::vector<Define> defines;
  /// Which entries and steps to generate; empty means all.
  std::vector<std::string> entries;
  /// Report open dimensions as errors instead of leaving the entry out.
  bool requireDims = false;
};

/// An entry or step that was left out because dimensions of it are open.
struct OpenFunction {
  std::string name;
  std::vector<std::string> dims;
};

struct LoadedModule {
  /// Verified; null after an error.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<OpenFunction> open;
  /// Names given by `-D` that are neither a constant nor a free dimension.
  std::vector<std::string> unknownDefines;
  /// Whether one of the errors is of a value that `-D` gives.
  bool hasWrongDefine = false;
  /// Names asked for that no entry or step has.
  std::vector<std::string> unknownEntries;
};

/// The functions that are made in C++, not in the library: the name, and a
/// declaration such as `gather(x, index, axis: int = 0)`; `…` takes any number;
/// and a text with the sentences `Shapes: ….`, `Derivative: ….` and `Ops: ….`.
struct BuiltinSummary {
  std::string name, declaration, text;
};
std::vector<BuiltinSummary> listBuiltins();

namespace sema {
class Program;
}

class TextModel {
public:
  /// Parses a buffer of `diags` and its imports, and checks names. Null after
  /// an error, which `diags` has.
  static std::unique_ptr<TextModel> parse(unsigned bufferID,
                                          DiagnosticEngine &diags);
  ~TextModel();

  llvm::ArrayRef<FunctionSummary> getFunctions() const { return functions; }
  /// The names of constants that `-D` can override.
  llvm::ArrayRef<std::string> getConsts() const { return consts; }

  /// Makes an nn module. Mistakes go to the diagnostics given to `parse`.
  LoadedModule generate(mlir::MLIRContext &context, const LoadOptions &options);

private:
  explicit TextModel(std::unique_ptr<sema::Program> program);

  std::unique_ptr<sema::Program> program;
  std::vector<FunctionSummary> functions;
  std::vector<std::string> consts;
};

/// Reads, parses and generates in one go; `-` is stdin. The module is null
/// after an error.
LoadedModule loadModel(llvm::StringRef path, DiagnosticEngine &diags,
                       mlir::MLIRContext &context, const LoadOptions &options);

/// A `normalize` layer that is applied directly to an input: the front end
/// lists them in the module's attribute `nn.normalizers`.
struct NormalizerSummary {
  std::string mean, deviation, input;
};
std::vector<NormalizerSummary> getNormalizers(mlir::ModuleOp module);

} // namespace nnc

#endif // NNC_FRONTEND_TEXT_TEXTMODEL_H

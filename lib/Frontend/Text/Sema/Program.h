//===- Program.h - all files of one model ---------------------------------===//
//
// Parses the main file, what it imports and the standard library, and makes
// their scopes. Also the checks that need no evaluation: every name is bound,
// every body returns, nothing reaches itself.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_FRONTEND_TEXT_SEMA_PROGRAM_H
#define NNC_LIB_FRONTEND_TEXT_SEMA_PROGRAM_H

#include "Scope.h"
#include "nnc/Frontend/Text/Diagnostics.h"

namespace nnc::sema {

class Program {
public:
  explicit Program(DiagnosticEngine &diags) : diags(diags) {}

  /// Everything from one main buffer; false after an error.
  bool load(unsigned bufferID);

  DiagnosticEngine &diags;
  ast::Context context;
  std::deque<FileScope> files;
  FileScope *main = nullptr;
  FileScope *library = nullptr;

private:
  FileScope *loadFile(unsigned bufferID, llvm::StringRef path, bool isLibrary,
                      FileScope *into);
  void declare(FileScope &scope, const ast::File &file);
  void declareFunction(FileScope &scope, const ast::FunctionDecl *decl);
  void importFile(FileScope &scope, const ast::ImportDecl *decl);
  bool loadLibrary();

  /// Files by absolute path, and the ones being loaded, outermost first.
  llvm::StringMap<FileScope *> loaded;
  std::vector<std::pair<std::string, llvm::SMLoc>> loading;
};

/// Names that exist without declaration: `training`, `inf`, `f32` …
bool isBuiltinValue(llvm::StringRef name);

/// Element types that will exist: `f16`, `bf16`.
bool isReservedType(llvm::StringRef name);

/// The function, layer or model that `name` stands for in a file; falls back to
/// the library and the built-ins.
Callee lookupFunction(llvm::StringRef name, const FileScope &file);
Callee lookupInitializer(llvm::StringRef name, const FileScope &file);
ConstInfo *lookupConst(llvm::StringRef name, const FileScope &file);

/// "; did you mean 'x'?" for a function name, PyTorch's spellings included.
std::string suggestFunction(llvm::StringRef name, const FileScope &file);
/// The same for an argument of a function.
std::string suggestArgument(llvm::StringRef name,
                            llvm::ArrayRef<llvm::StringRef> known);
/// The same for a value; `known` are the names of values here.
std::string suggestValue(llvm::StringRef name,
                         llvm::ArrayRef<llvm::StringRef> known);
/// The message for a function name that means nothing.
std::string unknownFunction(llvm::StringRef name, const FileScope &file);

/// Checks names, returns and recursion in all files but the library.
void checkNames(Program &program);

/// Whether every way through a block ends in `return`.
bool alwaysReturns(const ast::Block &block);

/// Whether the compiler gives this argument: an optimiser's first two and `t`, a
/// schedule's first, an initialiser's first three.
bool isSupplied(const ast::FunctionDecl &decl, size_t index);

/// The names in the argument types of an entry or step that -D must give.
std::vector<std::string> freeDims(const ast::FunctionDecl &decl,
                                  const FileScope &file);

} // namespace nnc::sema

#endif // NNC_LIB_FRONTEND_TEXT_SEMA_PROGRAM_H

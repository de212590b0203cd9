//===- Builtins.h - functions that are made in C++ ------------------------===//
//
// The table of primitives and intrinsics: what the standard library, written in
// the language, is built of.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_FRONTEND_TEXT_SEMA_BUILTINS_H
#define NNC_LIB_FRONTEND_TEXT_SEMA_BUILTINS_H

#include "Datum.h"

namespace nnc::sema {

class GraphGen;

/// The evaluated arguments of one call of a builtin.
struct BuiltinCall {
  GraphGen &gen;
  llvm::StringRef name;
  llvm::SMLoc loc;
  /// One per declared argument; a default's value where none was given.
  std::vector<Datum> args;
  /// Of the variadic argument.
  std::vector<Datum> rest;
};

/// One declared argument.
struct BuiltinParam {
  llvm::StringRef name;
  /// Tensors and untyped values have none.
  std::optional<ast::TypeKind> type;
  bool isRequired = true;
  Datum defaultValue;
};

struct Builtin {
  llvm::StringLiteral name;
  /// `x axis:axes=none keepdims:bool=false parts*`; `*` takes the rest.
  llvm::StringLiteral signature;
  /// For `nnc ops`, as the library's comments: what it is, `Shapes: ….`,
  /// `Derivative: ….` if it is not that of its ops, and `Ops: ….`, the
  /// primitives it is made of.
  llvm::StringLiteral text;
  Datum (*emit)(BuiltinCall &call);
};

/// The parsed signature of a builtin.
struct BuiltinSignature {
  std::vector<BuiltinParam> params;
  /// The name of the variadic argument, or empty; it stands where positional
  /// arguments after the ones before it go.
  llvm::StringRef variadic;
  size_t variadicAt = 0;
};

const Builtin *lookupBuiltin(llvm::StringRef name);
const BuiltinSignature &getSignature(const Builtin &builtin);
/// The names of all builtins.
llvm::ArrayRef<llvm::StringRef> getBuiltinNames();

// The table, in parts by family.
llvm::ArrayRef<Builtin> getElementwiseBuiltins();
llvm::ArrayRef<Builtin> getShapeBuiltins();
llvm::ArrayRef<Builtin> getArrayBuiltins();
llvm::ArrayRef<Builtin> getIntrinsicBuiltins();

} // namespace nnc::sema

#endif // NNC_LIB_FRONTEND_TEXT_SEMA_BUILTINS_H

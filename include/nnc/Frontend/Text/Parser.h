//===- Parser.h - text to syntax tree -------------------------------------===//
//
// The recovering parser of the .nn language. It looks at nothing but the text
// of one buffer: names, imports and shapes are semantic analysis' matter.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_FRONTEND_TEXT_PARSER_H
#define NNC_FRONTEND_TEXT_PARSER_H

#include "nnc/Frontend/Text/AST.h"
#include "nnc/Frontend/Text/Diagnostics.h"

namespace nnc {

/// Parses buffer `bufferID` of `diags`. Mistakes are reported to `diags` and
/// what could be understood comes back, so the result is never null.
ast::File *parseFile(unsigned bufferID, ast::Context &context,
                     DiagnosticEngine &diags);

/// Parses a buffer that holds one expression, such as the value of `-D`. Null
/// after an error.
ast::Expr *parseExpression(unsigned bufferID, ast::Context &context,
                           DiagnosticEngine &diags);

namespace ast {

/// Prints a tree in the language's own form, with every operator in
/// parentheses and every pipe as the call that it is.
void dump(const File &file, llvm::raw_ostream &os);
void dump(const Expr &expr, llvm::raw_ostream &os);

} // namespace ast
} // namespace nnc

#endif // NNC_FRONTEND_TEXT_PARSER_H

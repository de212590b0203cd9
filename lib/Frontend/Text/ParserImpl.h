//===- ParserImpl.h - the state of one parse ------------------------------===//
//
// A recursive descent parser with one token of look-ahead. Its parts are in
// Parser.cpp (tokens, errors, recovery), ParseDecl.cpp, ParseStmt.cpp and
// ParseExpr.cpp.
//
// Line breaks: a token that starts a line ends the statement before it unless
// a bracket is open or it is `|>`. `is` and `peekIs` answer no across such a
// break, so that no rule of the grammar has to think of it; what begins a new
// line by right is let in by `startLine`.
//
// Errors: a parse function that fails has reported why and returns null or
// false. Nothing more is reported until the statement or declaration it belongs
// to has been left through `recover`.
//
// Keywords are words in certain places: a statement is told by its first word
// and what follows it, so that every keyword may also name a value.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_FRONTEND_TEXT_PARSERIMPL_H
#define NNC_LIB_FRONTEND_TEXT_PARSERIMPL_H

#include "Lexer.h"
#include "nnc/Frontend/Text/Parser.h"
#include "llvm/Support/SaveAndRestore.h"
#include <optional>

namespace nnc {

using llvm::dyn_cast;
using llvm::isa;
using llvm::SmallVector;
using llvm::SmallVectorImpl;
using llvm::SMLoc;
using llvm::SMRange;
using llvm::StringRef;
using llvm::Twine;

class Parser {
public:
  Parser(unsigned bufferID, ast::Context &context, DiagnosticEngine &diags);

  ast::File *parseFile();
  ast::Expr *parseWholeExpression();

private:
  /// How deep blocks may be written inside each other, and expressions in them
  /// and each other.
  static constexpr unsigned maxBlocks = 128;
  static constexpr unsigned maxNesting = 256;
  /// After so many errors the rest of the file is skipped.
  static constexpr unsigned maxErrors = 1000;

  //===--------------------------------------------------------------------===//
  // Tokens
  //===--------------------------------------------------------------------===//

  /// Whether `token` begins a line that ends the statement before it.
  bool isBreak(const Token &token) const {
    return token.startsLine && openBrackets == 0 && !token.is(TokenKind::Pipe);
  }
  /// Whether the current token, to go by the layout, belongs no more to what is
  /// being parsed, even where a bracket is open.
  bool isOnNextLine() const {
    return token.startsLine &&
           (openBrackets == 0 || token.column <= stmtColumn);
  }
  bool is(TokenKind kind) const { return !isBreak(token) && token.is(kind); }
  bool isWord(StringRef word) const {
    return !isBreak(token) && token.isWord(word);
  }
  bool peekIs(TokenKind kind) const {
    return !isBreak(ahead) && ahead.is(kind);
  }

  void advance();
  bool consumeIf(TokenKind kind);
  bool consumeWord(StringRef word);
  /// Lets the current token begin a statement, a declaration or a `{`.
  void startLine() { token.startsLine = false; }
  /// The same, only if it is a `kind` that starts a line.
  void joinLine(TokenKind kind);
  /// The range from `begin` to the last consumed token.
  SMRange rangeFrom(SMLoc begin) const { return {begin, previous.getEnd()}; }

  //===--------------------------------------------------------------------===//
  // Errors
  //===--------------------------------------------------------------------===//

  /// What stands at the current token, in the user's terms.
  std::string describeFound() const;
  /// Reports "expected EXPECTED, found …" at the current token. Always null,
  /// to be returned.
  std::nullptr_t unexpected(const Twine &expected, SMLoc noteLoc = SMLoc(),
                            const Twine &note = "");
  bool expect(TokenKind kind, const Twine &expected);
  /// Consumes the bracket that closes the one at `open`; `what` is what they
  /// enclose ("the call").
  bool expectClose(TokenKind kind, SMLoc open, StringRef what);
  bool expectWord(StringRef word, const Twine &expected);
  /// A name; the empty one after an error.
  ast::Identifier parseName(const Twine &expected);
  /// Checks that nothing more stands in the statement.
  bool expectEnd();
  /// Reports a `what` that is one level too deep.
  bool checkNesting(StringRef what, unsigned limit = maxNesting);

  /// Skips to where the next statement can begin.
  void recover();
  /// The same, and stands in for an expression that was to be at `begin`.
  ast::Expr *recoverExpr(SMLoc begin);
  /// Skips to the `{` of the present line; false if there is none.
  bool recoverToBlock();
  void skip(bool stopAtBrace);
  bool atMissingBrace() const;

  //===--------------------------------------------------------------------===//
  // Declarations
  //===--------------------------------------------------------------------===//

  static std::optional<ast::FunctionKind> getFunctionKind(const Token &token);
  /// Whether a declaration and no statement begins here.
  bool atDecl() const;
  ast::Decl *parseDecl();
  ast::Decl *parseConst();
  ast::Decl *parseImport();
  ast::Decl *parseFunction(ast::FunctionKind kind);
  bool parseParameters(SmallVectorImpl<ast::Parameter> &params);
  ast::Type *parseType();
  ast::Type *parseVariableType();
  std::optional<llvm::ArrayRef<ast::Expr *>> parseShape();
  void reportNoDecl();
  void skipToDecl();

  //===--------------------------------------------------------------------===//
  // Statements
  //===--------------------------------------------------------------------===//

  /// Parses `{ … }`; `owner` ("layer 'f'") names it in messages.
  std::optional<ast::Block> parseBlock(StringRef owner);
  /// The same after a head that may have failed.
  std::optional<ast::Block> parseBlockAfter(bool headIsGood, StringRef owner);
  ast::Stmt *parseStmt();
  ast::Stmt *parseBindOrUpdate();
  ast::Stmt *parseVariable();
  ast::Stmt *parseRepeat();
  ast::Stmt *parseIf();
  ast::Stmt *parseScan();
  bool parseScanHead(SmallVectorImpl<ast::ScanInput> &inputs, ast::Expr *&axis,
                     SmallVectorImpl<ast::Identifier> &carried);
  ast::Stmt *parseMinimize();
  ast::Expr *parseOptimizer();
  ast::Expr *parsePath();
  ast::Stmt *parseReturn();
  ast::Stmt *reportNoStmt();
  ast::Stmt *reportLoneExpr();

  //===--------------------------------------------------------------------===//
  // Expressions
  //===--------------------------------------------------------------------===//

  ast::Expr *parseExpr();
  /// An expression that ends its statement: stands in for it after an error.
  ast::Expr *parseLastExpr();
  ast::Expr *parsePipe(ast::Expr *lhs);
  ast::Expr *parseBinary(unsigned minPrecedence);
  ast::Expr *parseNot();
  ast::Expr *parseUnary();
  ast::Expr *parsePower();
  ast::Expr *parsePostfix();
  ast::Expr *parsePrimary();
  ast::Expr *parseNumber();
  ast::Expr *parseList();
  ast::Expr *parseCall(ast::Expr *callee);
  ast::Expr *parseIndex(ast::Expr *base);
  bool parseIndexItem(ast::IndexItem &item);
  ast::Expr *parseMember(ast::Expr *base);

  /// Makes an expression; null if the tree has grown too deep.
  template <typename T, typename... Args>
  ast::Expr *make(Args &&...args) {
    T *expr = context.create<T>(std::forward<Args>(args)...);
    if (expr->depth <= ast::maxExprDepth)
      return expr;
    diags.error(expr->loc, "expression is too long (limit " +
                               Twine(ast::maxExprDepth) +
                               " operators or calls in a row)");
    return nullptr;
  }

  DiagnosticEngine &diags;
  ast::Context &context;
  unsigned bufferID;
  Lexer lexer;

  Token previous, token, ahead;
  /// `(` and `[` that are open.
  unsigned openBrackets = 0;
  unsigned nesting = 0;
  /// Bytes before the first token of the present line and of the line on which
  /// the statement and the declaration being parsed begin.
  unsigned lineColumn = 0, stmtColumn = 0, declColumn = 0;
  /// The declaration being parsed ("layer 'f'") and where it is.
  std::string declName;
  SMLoc declLoc;
  /// A `}` is missing, which has been reported, or too many errors have been
  /// found: all blocks end here.
  bool isUnclosed = false;
};

} // namespace nnc

#endif // NNC_LIB_FRONTEND_TEXT_PARSERIMPL_H

//===- Lexer.h - text to tokens -------------------------------------------===//
//
// Splits .nn text into tokens, on demand. Line breaks are no tokens: each token
// knows whether it is the first of its line, and the parser, which knows where
// brackets are open, decides whether that ends a statement.
//
// The lexer reports nothing. What is no token becomes one of the kinds from
// `BadByte` on, and the parser, which meets it in a place where nothing of the
// kind is expected, says so; what recovery skips stays unmentioned.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_FRONTEND_TEXT_LEXER_H
#define NNC_LIB_FRONTEND_TEXT_LEXER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/SMLoc.h"
#include <string>

namespace nnc {

enum class TokenKind : uint8_t {
  EndOfFile,
  // Words and literals.
  Identifier,
  Int,
  Float,
  String,
  // Punctuation.
  LParen,
  RParen,
  LBracket,
  RBracket,
  LBrace,
  RBrace,
  Comma,
  Colon,
  Semicolon,
  Dot,
  Ellipsis,
  Assign,
  Update,
  Pipe,
  // Operators.
  Plus,
  Minus,
  Star,
  StarStar,
  Slash,
  SlashSlash,
  Percent,
  At,
  EqualEqual,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  // What is no token.
  BadByte,
  BadCharacter,
  BadNumber,
  BadEscape,
  BadQuote,
  UnclosedString,
  ForeignOperator,
};

struct Token {
  TokenKind kind = TokenKind::EndOfFile;
  /// Whether nothing but space precedes it on its line.
  bool startsLine = false;
  /// Bytes between it and the beginning of its line.
  unsigned column = 0;
  llvm::StringRef text;

  llvm::SMLoc getLoc() const {
    return llvm::SMLoc::getFromPointer(text.begin());
  }
  llvm::SMLoc getEnd() const { return llvm::SMLoc::getFromPointer(text.end()); }
  bool is(TokenKind other) const { return kind == other; }
  bool isWord(llvm::StringRef word) const {
    return kind == TokenKind::Identifier && text == word;
  }
  bool isBad() const { return kind >= TokenKind::BadByte; }
};

/// What is wrong with a bad token; empty for a BadByte, of which
/// `findBadByte` has told already.
std::string describeProblem(const Token &token);

/// The first byte of `text` that no source may have (NUL, or not UTF-8), or
/// null.
const char *findBadByte(llvm::StringRef text);

/// Resolves the escapes of a String token, quotes included.
std::string unescape(llvm::StringRef quoted);

class Lexer {
public:
  explicit Lexer(llvm::StringRef text);

  /// The next token; EndOfFile again and again at the end.
  Token next();

private:
  bool skipSpace();
  Token make(TokenKind kind, const char *end);
  Token lexNumber();
  Token lexString(char quote);
  Token lexPunctuation();

  /// The byte `offset` ahead, NUL beyond the end.
  char look(unsigned offset = 0) const {
    return offset < static_cast<size_t>(end - pointer) ? pointer[offset] : '\0';
  }

  const char *pointer;
  const char *end;
  const char *lineBegin;
  bool startsLine = true;
};

} // namespace nnc

#endif // NNC_LIB_FRONTEND_TEXT_LEXER_H

//===- Parser.cpp - tokens, errors and recovery of the parser -------------===//
//
// Recovery trusts the layout: a line that is indented no deeper than the failed
// statement begins the next one, even where a bracket is open, since otherwise
// one forgotten ')' would take the rest of the file with it.
//
//===----------------------------------------------------------------------===//
#include "ParserImpl.h"
#include "llvm/ADT/StringExtras.h"

using namespace nnc;
using namespace nnc::ast;

ast::File *nnc::parseFile(unsigned bufferID, Context &context,
                          DiagnosticEngine &diags) {
  return Parser(bufferID, context, diags).parseFile();
}

ast::Expr *nnc::parseExpression(unsigned bufferID, Context &context,
                                DiagnosticEngine &diags) {
  return Parser(bufferID, context, diags).parseWholeExpression();
}

/// Reports bytes that no source may have. A file with NUL bytes is no text at
/// all: of that nothing is left to parse.
static StringRef checkBytes(StringRef text, DiagnosticEngine &diags) {
  const char *bad = findBadByte(text);
  if (!bad)
    return text;
  SMLoc loc = SMLoc::getFromPointer(bad);
  bool hasNul = text.contains('\0');
  if (*bad == '\0')
    diags.error(loc, "unexpected NUL byte; expected UTF-8 text");
  else
    diags.error(loc, "unexpected byte 0x" +
                         llvm::utohexstr(static_cast<unsigned char>(*bad)) +
                         "; expected UTF-8 text");
  return hasNul ? StringRef(text.begin(), 0) : text;
}

Parser::Parser(unsigned bufferID, Context &context, DiagnosticEngine &diags)
    : diags(diags), context(context), bufferID(bufferID),
      lexer(checkBytes(diags.getText(bufferID), diags)) {
  ahead = lexer.next();
  advance();
  previous = token;
  previous.text = token.text.take_front(0);
}

Expr *Parser::parseWholeExpression() {
  startLine();
  Expr *expr = parseExpr();
  if (!expr || token.is(TokenKind::EndOfFile))
    return expr;
  return unexpected("the end of the expression"), nullptr;
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

void Parser::advance() {
  previous = token;
  token = ahead;
  ahead = lexer.next();
  if (token.startsLine)
    lineColumn = token.column;
}

bool Parser::consumeIf(TokenKind kind) {
  if (!is(kind))
    return false;
  advance();
  return true;
}

bool Parser::consumeWord(StringRef word) {
  if (!isWord(word))
    return false;
  advance();
  return true;
}

void Parser::joinLine(TokenKind kind) {
  if (token.is(kind))
    startLine();
}

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

std::string Parser::describeFound() const {
  if (token.is(TokenKind::EndOfFile))
    return isBreak(token) ? "end of line" : "end of file";
  if (isOnNextLine())
    return "end of line";
  if (token.is(TokenKind::String))
    return "a string";
  if (token.is(TokenKind::Update))
    return "'<-' (to compare with a negative number write '< -')";
  return ("'" + token.text.take_front(40) + "'").str();
}

std::nullptr_t Parser::unexpected(const Twine &expected, SMLoc noteLoc,
                                  const Twine &note) {
  bool atEnd = isOnNextLine() || token.is(TokenKind::EndOfFile);
  if (!atEnd && token.is(TokenKind::UnclosedString)) {
    diags.error(token.getEnd(), describeProblem(token))
        .attachNote(token.getLoc(), "the string begins here");
    return nullptr;
  }
  if (!atEnd && token.isBad()) {
    if (std::string problem = describeProblem(token); !problem.empty())
      diags.error(token.getLoc(), problem);
    return nullptr;
  }
  Diagnostic &diagnostic =
      diags.error(atEnd ? previous.getEnd() : token.getLoc(),
                  "expected " + expected + ", found " + describeFound());
  if (noteLoc.isValid())
    diagnostic.attachNote(noteLoc, note);
  return nullptr;
}

bool Parser::expect(TokenKind kind, const Twine &expected) {
  if (consumeIf(kind))
    return true;
  unexpected(expected);
  return false;
}

bool Parser::expectClose(TokenKind kind, SMLoc open, StringRef what) {
  if (token.is(kind)) {
    // The bracket that closes belongs to the brackets, what follows does not.
    --openBrackets;
    startLine();
    advance();
    return true;
  }
  StringRef bracket = kind == TokenKind::RParen ? "')'" : "']'";
  switch (token.kind) {
  case TokenKind::RParen:
  case TokenKind::RBracket:
  case TokenKind::LBrace:
  case TokenKind::RBrace:
  case TokenKind::Semicolon:
    break;
  default:
    if (isOnNextLine() || token.is(TokenKind::EndOfFile))
      break;
    unexpected("',' or " + bracket + " in " + what);
    return false;
  }
  unexpected(bracket + " to close " + what, open, what + " begins here");
  return false;
}

bool Parser::expectWord(StringRef word, const Twine &expected) {
  if (consumeWord(word))
    return true;
  unexpected(expected);
  return false;
}

Identifier Parser::parseName(const Twine &expected) {
  if (!is(TokenKind::Identifier)) {
    unexpected(expected);
    return {};
  }
  static constexpr StringRef reserved[] = {"and", "false", "none",
                                           "not", "or",    "true"};
  if (llvm::is_contained(reserved, token.text)) {
    diags.error(token.getLoc(), "expected " + expected + "; '" + token.text +
                                    "' is a word of the language");
    return {};
  }
  Identifier name{token.text, token.getLoc()};
  advance();
  return name;
}

bool Parser::expectEnd() {
  if (isBreak(token) || consumeIf(TokenKind::Semicolon) ||
      is(TokenKind::RBrace) || is(TokenKind::EndOfFile) ||
      previous.is(TokenKind::RBrace))
    return true;
  unexpected("the end of the statement");
  return false;
}

bool Parser::checkNesting(StringRef what, unsigned limit) {
  if (nesting < limit)
    return true;
  diags.error(token.getLoc(),
              what + " is nested too deeply (limit " + Twine(limit) + ")");
  return false;
}

//===----------------------------------------------------------------------===//
// Recovery
//===----------------------------------------------------------------------===//

/// Whether a declaration begins the current line, left of or under the one
/// being parsed: then that one's '}' is missing.
bool Parser::atMissingBrace() const {
  return token.column <= declColumn && atDecl();
}

void Parser::skip(bool stopAtBrace) {
  unsigned braces = 0, brackets = std::exchange(openBrackets, 0);
  bool givesUp = diags.getNumErrors() > maxErrors;
  isUnclosed |= givesUp;
  // Lines indented deeper go on with what failed.
  auto endsStmt = [&] {
    bool closes = token.is(TokenKind::RParen) || token.is(TokenKind::RBracket);
    return token.column <= stmtColumn && !token.is(TokenKind::Pipe) &&
           !(closes && brackets != 0);
  };
  for (; !token.is(TokenKind::EndOfFile); advance()) {
    if (givesUp)
      continue;
    if (token.startsLine && (atMissingBrace() || (braces == 0 && endsStmt())))
      return;
    switch (token.kind) {
    case TokenKind::LParen:
    case TokenKind::LBracket:
      ++brackets;
      break;
    case TokenKind::RParen:
    case TokenKind::RBracket:
      brackets -= brackets != 0;
      break;
    case TokenKind::Semicolon:
      if (braces == 0)
        return;
      break;
    case TokenKind::LBrace:
      if (braces == 0 && stopAtBrace)
        return;
      ++braces;
      break;
    case TokenKind::RBrace:
      if (braces == 0)
        return;
      --braces;
      brackets = 0;
      break;
    default:
      break;
    }
  }
}

void Parser::recover() { skip(/*stopAtBrace=*/false); }

Expr *Parser::recoverExpr(SMLoc begin) {
  recover();
  SMLoc end = previous.getEnd();
  if (end.getPointer() < begin.getPointer())
    end = begin;
  return context.create<ErrorExpr>(SMRange(begin, end));
}

bool Parser::recoverToBlock() {
  skip(/*stopAtBrace=*/true);
  joinLine(TokenKind::LBrace);
  return is(TokenKind::LBrace);
}

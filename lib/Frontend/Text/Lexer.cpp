//===- Lexer.cpp - text to tokens -----------------------------------------===//
//
// One pass over the bytes, without tables: the language has few tokens. The
// operators of other languages are tokens too, so that a message can name what
// to write instead.
//
//===----------------------------------------------------------------------===//
#include "Lexer.h"
#include "UTF8.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstring>

using namespace nnc;
using llvm::isDigit;
using llvm::StringRef;

static bool isNameBegin(char c) { return llvm::isAlpha(c) || c == '_'; }
static bool isNamePart(char c) { return llvm::isAlnum(c) || c == '_'; }

const char *nnc::findBadByte(StringRef text) {
  for (const char *next = text.begin(); next < text.end();) {
    unsigned length = getCharacterLength(next, text.end());
    if (length == 0 || *next == '\0')
      return next;
    next += length;
  }
  return nullptr;
}

/// The character that `\c` stands for, or NUL if there is no such escape.
static char getEscaped(char c) {
  switch (c) {
  case 'n':
    return '\n';
  case 't':
    return '\t';
  case 'r':
    return '\r';
  case '"':
  case '\\':
    return c;
  default:
    return '\0';
  }
}

std::string nnc::unescape(StringRef quoted) {
  std::string value;
  StringRef inner = quoted.drop_front().drop_back();
  for (size_t i = 0; i < inner.size(); ++i)
    value += inner[i] == '\\' ? getEscaped(inner[++i]) : inner[i];
  return value;
}

/// A character as a message shows it.
static std::string showCharacter(StringRef character) {
  auto code = static_cast<unsigned char>(character.front());
  if (code < 0x80)
    return llvm::isPrint(code) ? ("'" + character + "'").str()
                               : llvm::formatv("U+{0:X-4}", code).str();
  const auto *bytes = character.bytes_begin();
  llvm::UTF32 point = 0;
  llvm::convertUTF8Sequence(&bytes, character.bytes_end(), &point,
                            llvm::strictConversion);
  return llvm::formatv("'{0}' (U+{1:X-4})", character, point).str();
}

std::string nnc::describeProblem(const Token &token) {
  StringRef text = token.text;
  switch (token.kind) {
  case TokenKind::BadCharacter: {
    std::string message = "unexpected character " + showCharacter(text);
    if (static_cast<unsigned char>(text.front()) >= 0x80)
      message += "; names and operators are ASCII";
    return message;
  }
  case TokenKind::BadNumber:
    return llvm::formatv("'{0}' is not a number", text.take_front(40));
  case TokenKind::BadEscape:
    return "unknown escape in the string; there are \\n, \\t, \\r, \\\" and "
           "\\\\";
  case TokenKind::BadQuote:
    return "strings are written with double quotes";
  case TokenKind::UnclosedString:
    return "expected '\"' to close the string, found end of line";
  case TokenKind::ForeignOperator: {
    StringRef ours = llvm::StringSwitch<StringRef>(text)
                         .Cases({"&&", "&"}, "and")
                         .Cases({"||", "|"}, "or")
                         .Case("!", "not")
                         .Default("");
    if (ours.empty())
      return llvm::formatv("there is no operator '{0}'; write 'a = a {1} …'",
                           text, text.drop_back());
    return llvm::formatv("there is no operator '{0}'; did you mean '{1}'?",
                         text, ours);
  }
  default:
    return "";
  }
}

Lexer::Lexer(StringRef text)
    : pointer(text.begin()), end(text.end()), lineBegin(text.begin()) {
  if (text.starts_with("\xEF\xBB\xBF"))
    pointer = lineBegin = pointer + 3;
}

/// Skips space and comments.
bool Lexer::skipSpace() {
  for (; pointer < end; ++pointer) {
    switch (*pointer) {
    case '\n':
      startsLine = true;
      lineBegin = pointer + 1;
      break;
    case ' ':
    case '\t':
    case '\r':
    case '\f':
    case '\v':
      break;
    case '#':
      if (auto *lineEnd = static_cast<const char *>(
              std::memchr(pointer, '\n', end - pointer)))
        pointer = lineEnd - 1;
      else
        pointer = end - 1;
      break;
    default:
      return true;
    }
  }
  return false;
}

Token Lexer::make(TokenKind kind, const char *tokenEnd) {
  Token token;
  token.kind = kind;
  token.startsLine = startsLine;
  token.column = pointer - lineBegin;
  token.text = StringRef(pointer, tokenEnd - pointer);
  startsLine = false;
  pointer = tokenEnd;
  return token;
}

Token Lexer::next() {
  if (!skipSpace())
    return make(TokenKind::EndOfFile, pointer);
  char c = look();
  if (isNameBegin(c)) {
    const char *tokenEnd = pointer;
    while (tokenEnd < end && isNamePart(*tokenEnd))
      ++tokenEnd;
    return make(TokenKind::Identifier, tokenEnd);
  }
  if (isDigit(c) || (c == '.' && isDigit(look(1))))
    return lexNumber();
  if (c == '"' || c == '\'')
    return lexString(c);
  unsigned length = getCharacterLength(pointer, end);
  if (c == '\0' || length == 0) {
    const char *tokenEnd = pointer + 1;
    while (tokenEnd < end &&
           (*tokenEnd == '\0' || getCharacterLength(tokenEnd, end) == 0))
      ++tokenEnd;
    return make(TokenKind::BadByte, tokenEnd);
  }
  if (length > 1)
    return make(TokenKind::BadCharacter, pointer + length);
  return lexPunctuation();
}

Token Lexer::lexNumber() {
  const char *begin = pointer;
  bool isFloat = false, isBad = false;
  auto lexDigits = [&] {
    for (; isDigit(look()) || look() == '_'; ++pointer)
      isBad |= look() == '_' && !isDigit(look(1));
  };
  auto isExponent = [&](unsigned offset) {
    char c = look(offset), sign = look(offset + 1);
    return (c == 'e' || c == 'E') &&
           (isDigit(sign) ||
            ((sign == '+' || sign == '-') && isDigit(look(offset + 2))));
  };
  lexDigits();
  // `1.T` is a member of 1, which semantic analysis refuses in better words.
  if (look() == '.' && look(1) != '.' &&
      (!isNameBegin(look(1)) || isExponent(1))) {
    isFloat = true;
    ++pointer;
    lexDigits();
  }
  if (isExponent(0)) {
    isFloat = true;
    pointer += 2;
    lexDigits();
  }
  for (; isNamePart(look()); ++pointer)
    isBad = true;
  const char *tokenEnd = std::exchange(pointer, begin);
  return make(isBad     ? TokenKind::BadNumber
              : isFloat ? TokenKind::Float
                        : TokenKind::Int,
              tokenEnd);
}

Token Lexer::lexString(char quote) {
  bool isBad = false;
  const char *next = pointer + 1;
  for (; next < end && *next != quote && *next != '\n'; ++next) {
    if (*next != '\\')
      continue;
    if (next + 1 < end && next[1] != '\n')
      isBad |= getEscaped(*++next) == '\0';
  }
  if (next == end || *next == '\n') {
    if (next[-1] == '\r')
      --next;
    return make(quote == '"' ? TokenKind::UnclosedString : TokenKind::BadQuote,
                next);
  }
  return make(quote != '"' ? TokenKind::BadQuote
              : isBad      ? TokenKind::BadEscape
                           : TokenKind::String,
              next + 1);
}

Token Lexer::lexPunctuation() {
  using enum TokenKind;
  static constexpr struct {
    const char *text;
    TokenKind kind;
  } table[] = {
      // Longer ones first.
      {"...", Ellipsis},
      {"**=", ForeignOperator},
      {"//=", ForeignOperator},
      {"**", StarStar},
      {"//", SlashSlash},
      {"==", EqualEqual},
      {"!=", NotEqual},
      {"<=", LessEqual},
      {">=", GreaterEqual},
      {"<-", Update},
      {"|>", Pipe},
      {"+=", ForeignOperator},
      {"-=", ForeignOperator},
      {"*=", ForeignOperator},
      {"/=", ForeignOperator},
      {"%=", ForeignOperator},
      {"@=", ForeignOperator},
      {"&&", ForeignOperator},
      {"||", ForeignOperator},
      {"!", ForeignOperator},
      {"&", ForeignOperator},
      {"|", ForeignOperator},
      {"(", LParen},
      {")", RParen},
      {"[", LBracket},
      {"]", RBracket},
      {"{", LBrace},
      {"}", RBrace},
      {",", Comma},
      {":", Colon},
      {";", Semicolon},
      {".", Dot},
      {"=", Assign},
      {"+", Plus},
      {"-", Minus},
      {"*", Star},
      {"/", Slash},
      {"%", Percent},
      {"@", At},
      {"<", Less},
      {">", Greater},
  };
  StringRef rest(pointer, end - pointer);
  for (const auto &entry : table)
    if (*entry.text == *pointer && rest.starts_with(entry.text))
      return make(entry.kind, pointer + std::strlen(entry.text));
  return make(BadCharacter, pointer + 1);
}

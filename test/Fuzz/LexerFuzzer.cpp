//===- LexerFuzzer.cpp - any bytes are tokens -----------------------------===//
//
// The lexer ends, its tokens lie in order inside the text, and what it makes of
// a string can be unescaped.
//
//===----------------------------------------------------------------------===//
#include "../../lib/Frontend/Text/Lexer.h"
#include <cstdlib>

using namespace nnc;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  Lexer lexer(text);
  const char *end = text.begin();
  for (;;) {
    Token token = lexer.next();
    if (token.text.begin() < end || token.text.end() > text.end())
      std::abort();
    if (token.is(TokenKind::EndOfFile))
      return 0;
    if (token.text.empty())
      std::abort();
    if (token.is(TokenKind::String))
      unescape(token.text);
    if (token.isBad())
      describeProblem(token);
    end = token.text.end();
  }
}

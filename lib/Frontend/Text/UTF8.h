//===- UTF8.h - characters of source text ---------------------------------===//
//
// What the lexer and the diagnostics agree on as one character.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_FRONTEND_TEXT_UTF8_H
#define NNC_LIB_FRONTEND_TEXT_UTF8_H

#include "llvm/Support/ConvertUTF.h"

namespace nnc {

/// The bytes of the UTF-8 character at `begin`, or 0 if it is malformed.
inline unsigned getCharacterLength(const char *begin, const char *end) {
  if (static_cast<unsigned char>(*begin) < 0x80)
    return 1;
  auto *bytes = reinterpret_cast<const llvm::UTF8 *>(begin);
  auto *last = reinterpret_cast<const llvm::UTF8 *>(end);
  return llvm::isLegalUTF8Sequence(bytes, last)
             ? llvm::getNumBytesForUTF8(*bytes)
             : 0;
}

} // namespace nnc

#endif // NNC_LIB_FRONTEND_TEXT_UTF8_H

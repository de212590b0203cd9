//===- NameHash.h - a number from a variable's name -------------*- C++ -*-===//
//
// What makes the seed of a variable's initial value its own.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_SUPPORT_NAMEHASH_H
#define NNC_SUPPORT_NAMEHASH_H

#include <cstdint>
#include <string_view>

namespace nnc {

/// 64-bit FNV-1a (Fowler, Noll, Vo).
inline uint64_t hashName(std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (unsigned char c : name)
    hash = (hash ^ c) * 0x100000001b3u;
  return hash;
}

} // namespace nnc

#endif // NNC_SUPPORT_NAMEHASH_H

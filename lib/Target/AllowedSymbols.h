//===- AllowedSymbols.h - what an object may need ---------------*- C++ -*-===//
//
// The only functions outside itself that emitted code may call: three of memory
// and a part of libm. Each of libm stands for its float form too.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_TARGET_ALLOWEDSYMBOLS_H
#define NNC_LIB_TARGET_ALLOWEDSYMBOLS_H

#include "llvm/ADT/StringRef.h"

namespace nnc {

inline constexpr llvm::StringLiteral kAllowedMemoryFunctions[] = {
    "memcpy", "memmove", "memset"};

inline constexpr llvm::StringLiteral kAllowedMathFunctions[] = {
    "acos", "acosh", "asin",      "asinh", "atan", "atan2",     "atanh",
    "cbrt", "ceil",  "cos",       "cosh",  "erf",  "erfc",      "exp",
    "exp2", "expm1", "fabs",      "floor", "fma",  "fmax",      "fmin",
    "fmod", "log",   "log10",     "log1p", "log2", "nearbyint", "pow",
    "rint", "round", "roundeven", "sin",   "sinh", "sqrt",      "tan",
    "tanh", "trunc",
    // What LLVM makes of both functions of one number where the system has it.
    "sincos",
};

/// The names that the ARM ABI gives the functions of memory, without the width.
inline constexpr llvm::StringLiteral kArmMemoryFunctions[] = {
    "__aeabi_memclr", "__aeabi_memcpy", "__aeabi_memmove", "__aeabi_memset"};

/// Defined by the linker, or marks that a platform's code carries.
inline constexpr llvm::StringLiteral kLinkerSymbols[] = {
    ".TOC.",           "_GLOBAL_OFFSET_TABLE_", "__indirect_function_table",
    "__linear_memory", "__stack_pointer",       "_fltused"};

} // namespace nnc

#endif // NNC_LIB_TARGET_ALLOWEDSYMBOLS_H

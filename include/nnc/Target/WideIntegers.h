//===- WideIntegers.h - 64-bit integers on 32-bit processors ----*- C++ -*-===//
#ifndef NNC_TARGET_WIDEINTEGERS_H
#define NNC_TARGET_WIDEINTEGERS_H

#include "llvm/IR/Module.h"

namespace nnc {

/// Whether the target divides and converts integers of 64 bits by calls of its
/// compiler's own library, which an object must not need.
bool needsWideIntegers(const llvm::Triple &triple);

/// Writes these operations out in ones of 32 bits; results are the same.
void expandWideIntegers(llvm::Module &module);

} // namespace nnc

#endif // NNC_TARGET_WIDEINTEGERS_H

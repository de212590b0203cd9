//===- Frozen.h - variables whose values are known --------------*- C++ -*-===//
#ifndef NNC_ANALYSIS_FROZEN_H
#define NNC_ANALYSIS_FROZEN_H

#include "llvm/ADT/StringRef.h"

namespace nnc {

/// The attribute of a variable that never changes, which holds its value; and
/// the mark of the constants that such variables become.
constexpr llvm::StringLiteral kFrozenAttrName = "nn.frozen";

} // namespace nnc

#endif // NNC_ANALYSIS_FROZEN_H

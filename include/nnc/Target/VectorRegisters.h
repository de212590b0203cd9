//===- VectorRegisters.h - what a target computes vectors in ----*- C++ -*-===//
#ifndef NNC_TARGET_VECTORREGISTERS_H
#define NNC_TARGET_VECTORREGISTERS_H

#include "llvm/Target/TargetMachine.h"

namespace nnc {

struct VectorRegisters {
  /// Width of one in bits; that of a scalar where the target has none.
  unsigned bits;
  unsigned count;
};

/// The vector registers of a target with its features, from LLVM's description.
VectorRegisters getVectorRegisters(llvm::TargetMachine &machine);

} // namespace nnc

#endif // NNC_TARGET_VECTORREGISTERS_H

//===- Flops.h - arithmetic that a function does ----------------*- C++ -*-===//
#ifndef NNC_ANALYSIS_FLOPS_H
#define NNC_ANALYSIS_FLOPS_H

#include "mlir/IR/Operation.h"
#include <cstdint>

namespace nnc {

/// The floating-point operations of one nn op: a multiplication and an addition
/// per product of a contraction or convolution, one per element of an
/// elementwise op or of a reduction's operand, none for moving elements.
uint64_t countFlops(mlir::Operation *op);

/// The sum over the ops of an entry or step, before its kernels are formed; the
/// ops of a scan count once per turn.
uint64_t countFunctionFlops(mlir::Operation *function);

} // namespace nnc

#endif // NNC_ANALYSIS_FLOPS_H

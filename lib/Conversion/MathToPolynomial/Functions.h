//===- Functions.h - functions from simple arithmetic -----------*- C++ -*-===//
//
// Each works on scalars and vectors, without branches, and needs nothing from
// the target but IEEE arithmetic, so that a strict kernel computes the same
// bits everywhere.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_CONVERSION_MATHTOPOLYNOMIAL_FUNCTIONS_H
#define NNC_CONVERSION_MATHTOPOLYNOMIAL_FUNCTIONS_H

#include "mlir/Dialect/Arith/IR/Arith.h"

namespace nnc {

/// Error below 1.5 units of the last place in f32, 1 in f64; denormals are kept.
mlir::Value buildExp(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
mlir::Value buildLog(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);

/// sin or cos in f32, reduced in f64. Beyond 2^30 neighbouring arguments are
/// many periods apart; there sin is 0 and cos is 1.
mlir::Value buildSinCos(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, bool isCos);

/// tanh in f32. It reaches 1 where f32 can tell no difference, so that the
/// derivative 1 - y^2 ends in 0.
mlir::Value buildTanh(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);

/// x to the power of y in f32, by way of f64.
mlir::Value buildPow(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, mlir::Value y);

} // namespace nnc

#endif // NNC_CONVERSION_MATHTOPOLYNOMIAL_FUNCTIONS_H

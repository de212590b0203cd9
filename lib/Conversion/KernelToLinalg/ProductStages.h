//===- ProductStages.h - what contractions and convolutions share -*- C++ -*-=//
#ifndef NNC_CONVERSION_KERNELTOLINALG_PRODUCTSTAGES_H
#define NNC_CONVERSION_KERNELTOLINALG_PRODUCTSTAGES_H

#include "Evaluator.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace nnc {

/// acc + a * b in the payload type.
mlir::Value multiplyAdd(Stage &stage, mlir::Value acc, mlir::Value a,
                        mlir::Value b);

/// An axis in parts of which each is a number of equal panels: as many as
/// possible of two vectors, then one vector, then what is left.
llvm::SmallVector<Lanes> splitLanes(int64_t size, int64_t width);

/// A part of a buffer along one axis; the buffer itself if that is all.
mlir::Value cutAxis(mlir::OpBuilder &b, mlir::Location loc, mlir::Value buffer,
                    unsigned axis, mlir::OpFoldResult begin, int64_t size);

/// Bytes of a buffer's elements.
int64_t getBytes(mlir::Value buffer);

} // namespace nnc

#endif // NNC_CONVERSION_KERNELTOLINALG_PRODUCTSTAGES_H

//===- TensorBytes.h - interpreter tensors as a model's memory --*- C++ -*-===//
#ifndef NNC_DRIVER_TENSORBYTES_H
#define NNC_DRIVER_TENSORBYTES_H

#include "nnc/Interpreter/Tensor.h"

namespace nnc::driver {

/// Writes a tensor's elements in row-major order, in its element type.
void storeTensor(const Tensor &tensor, void *to);
/// Reads a tensor of `type` from such memory.
Tensor fetchTensor(mlir::RankedTensorType type, const void *from);

} // namespace nnc::driver

#endif // NNC_DRIVER_TENSORBYTES_H

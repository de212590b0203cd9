//===- TensorBytes.cpp - interpreter tensors as a model's memory ----------===//
#include "TensorBytes.h"

using namespace mlir;
using namespace nnc;

/// Copies elements out of or into memory of the tensor's element type.
template <typename Visit>
static void withType(Type element, Visit visit) {
  if (element.isF32())
    return visit(float());
  if (element.isF64())
    return visit(double());
  if (element.isInteger(1) || element.isUnsignedInteger(8))
    return visit(uint8_t());
  if (element.isInteger(8))
    return visit(int8_t());
  if (element.isInteger(16))
    return visit(int16_t());
  if (element.isInteger(32))
    return visit(int32_t());
  return visit(int64_t());
}

void nnc::driver::storeTensor(const Tensor &tensor, void *to) {
  withType(tensor.type.getElementType(), [&](auto type) {
    auto *elements = static_cast<decltype(type) *>(to);
    for (int64_t i = 0; i != tensor.size(); ++i) {
      // No conditional operator: it would make a double of large integers, too.
      if (tensor.isFloat())
        elements[i] = static_cast<decltype(type)>(tensor.floats[i]);
      else
        elements[i] = static_cast<decltype(type)>(tensor.ints[i]);
    }
  });
}

Tensor nnc::driver::fetchTensor(RankedTensorType tensorType, const void *from) {
  Tensor tensor(tensorType);
  withType(tensorType.getElementType(), [&](auto type) {
    auto *elements = static_cast<const decltype(type) *>(from);
    for (int64_t i = 0; i != tensor.size(); ++i) {
      if (tensor.isFloat())
        tensor.floats[i] = elements[i];
      else
        tensor.ints[i] = elements[i];
    }
  });
  return tensor;
}

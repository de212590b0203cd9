//===- Tensor.cpp - a tensor's value in the interpreter -------------------===//
//
// See Tensor.h.
//
//===----------------------------------------------------------------------===//
#include "nnc/Interpreter/Tensor.h"

using namespace mlir;
using namespace nnc;

Tensor::Tensor(RankedTensorType type) : type(type) {
  if (isFloat())
    floats.resize(size());
  else
    ints.resize(size());
}

bool nnc::fitsInterpreter(RankedTensorType type) {
  constexpr int64_t most = int64_t(1) << 28;
  // An empty tensor fits whatever its other sizes are, and theirs are no product to overflow.
  if (llvm::is_contained(type.getShape(), 0))
    return true;
  int64_t count = 1;
  for (int64_t size : type.getShape()) {
    if (size > most / count)
      return false;
    count *= size;
  }
  return true;
}

int64_t nnc::wrapInteger(int64_t value, Type element) {
  unsigned width = element.getIntOrFloatBitWidth();
  if (width == 64)
    return value;
  uint64_t mask = (uint64_t(1) << width) - 1, bits = static_cast<uint64_t>(value) & mask;
  bool isSigned = width > 1 && !element.isUnsignedInteger();
  if (isSigned && (bits >> (width - 1)) != 0)
    bits |= ~mask;
  return static_cast<int64_t>(bits);
}

void Tensor::roundToType() {
  if (!type.getElementType().isF32())
    return;
  for (double &value : floats)
    value = static_cast<float>(value);
}

Tensor Tensor::fromAttribute(DenseElementsAttr attribute) {
  Tensor tensor(cast<RankedTensorType>(attribute.getType()));
  size_t i = 0;
  if (tensor.isFloat()) {
    for (const APFloat &value : attribute.getValues<APFloat>())
      tensor.floats[i++] = value.convertToDouble();
    return tensor;
  }
  for (const APInt &value : attribute.getValues<APInt>())
    tensor.ints[i++] =
        wrapInteger(static_cast<int64_t>(value.getZExtValue()), tensor.type.getElementType());
  return tensor;
}

//===- Tensor.cpp - a tensor's value in the interpreter -------------------===//
//
// See Tensor.h.
//
//===----------------------------------------------------------------------===//
#include "nnc/Interpreter/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include <cstring>

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

/// Reads elements that lie one after the other in the machine's own format.
template <typename Element, typename Out>
static bool readBlob(ArrayRef<char> data, std::vector<Out> &out) {
  if (data.size() != out.size() * sizeof(Element))
    return false;
  for (size_t i = 0; i < out.size(); ++i) {
    Element element;
    std::memcpy(&element, data.data() + i * sizeof(Element), sizeof(Element));
    out[i] = static_cast<Out>(element);
  }
  return true;
}

static bool readBlob(ArrayRef<char> data, Tensor &tensor) {
  Type element = tensor.type.getElementType();
  if (element.isF32())
    return readBlob<float>(data, tensor.floats);
  if (element.isF64())
    return readBlob<double>(data, tensor.floats);
  if (element.isUnsignedInteger(8))
    return readBlob<uint8_t>(data, tensor.ints);
  switch (element.getIntOrFloatBitWidth()) {
  case 8:
    return readBlob<int8_t>(data, tensor.ints);
  case 16:
    return readBlob<int16_t>(data, tensor.ints);
  case 32:
    return readBlob<int32_t>(data, tensor.ints);
  case 64:
    return readBlob<int64_t>(data, tensor.ints);
  default:
    return false;
  }
}

std::optional<Tensor> Tensor::fromAttribute(ElementsAttr attribute) {
  Tensor tensor(cast<RankedTensorType>(attribute.getShapedType()));
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute)) {
    size_t i = 0;
    if (tensor.isFloat()) {
      for (const APFloat &value : dense.getValues<APFloat>())
        tensor.floats[i++] = value.convertToDouble();
    } else {
      for (const APInt &value : dense.getValues<APInt>())
        tensor.ints[i++] = wrapInteger(static_cast<int64_t>(value.getZExtValue()),
                                       tensor.type.getElementType());
    }
    return tensor;
  }
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attribute)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (blob && readBlob(blob->getData(), tensor))
      return tensor;
  }
  return std::nullopt;
}

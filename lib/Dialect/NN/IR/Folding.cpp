//===- Folding.cpp - arithmetic on constant tensors -----------------------===//
//
// See Folding.h.
//
//===----------------------------------------------------------------------===//
#include "Folding.h"

using namespace mlir;

bool nnc::nn::isSplatOf(Attribute attr, int64_t value) {
  auto dense = dyn_cast_if_present<DenseElementsAttr>(attr);
  if (!dense || !dense.isSplat() || dense.getNumElements() == 0)
    return false;
  if (hasFloatElements(dense.getType())) {
    APFloat element = dense.getSplatValue<APFloat>();
    return element.compare(APFloat(element.getSemantics(), value)) ==
           APFloat::cmpEqual;
  }
  return dense.getSplatValue<APInt>() == static_cast<uint64_t>(value);
}

DenseElementsAttr nnc::nn::makeSplat(RankedTensorType type, int64_t value) {
  if (auto element = dyn_cast<FloatType>(type.getElementType()))
    return DenseElementsAttr::get(type,
                                  APFloat(element.getFloatSemantics(), value));
  return DenseElementsAttr::get(type,
                                APInt(type.getElementTypeBitWidth(), value));
}

SmallVector<int64_t> nnc::nn::rowMajorStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t i = shape.size(); i > 1; --i)
    strides[i - 2] = strides[i - 1] * shape[i - 1];
  return strides;
}

/// The elements of `operand` at the positions given.
template <typename Element>
static DenseElementsAttr pickElements(DenseElementsAttr operand,
                                      RankedTensorType type,
                                      ArrayRef<int64_t> positions) {
  SmallVector<Element> values;
  for (int64_t position : positions)
    values.push_back(*(operand.value_begin<Element>() + position));
  return DenseElementsAttr::get(type, values);
}

DenseElementsAttr
nnc::nn::moveElements(DenseElementsAttr operand, RankedTensorType type,
                      function_ref<int64_t(ArrayRef<int64_t>)> source) {
  if (type.getNumElements() == 0)
    return {};
  if (operand.isSplat())
    return operand.resizeSplat(type);
  if (type.getNumElements() > maxFoldedElements)
    return {};
  SmallVector<int64_t> index(type.getRank(), 0), positions;
  for (int64_t n = type.getNumElements(); n > 0; --n) {
    positions.push_back(source(index));
    for (int64_t axis = type.getRank() - 1; axis >= 0; --axis) {
      if (++index[axis] < type.getDimSize(axis))
        break;
      index[axis] = 0;
    }
  }
  if (hasFloatElements(type))
    return pickElements<APFloat>(operand, type, positions);
  return pickElements<APInt>(operand, type, positions);
}

//===- Sampler.cpp - random tensors for tests -----------------------------===//
#include "Sampler.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace nnc;
using namespace nnc::test;

double Sampler::nextUniform() {
  return static_cast<double>(random() >> 11) * 0x1p-53;
}

static std::vector<double> specialFloats(Type element) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::vector<double> values{0, 0x1p-24, 1e-3, 0.5, 1, 1.5, 2, 2.5, 3,
                             20, 88, 89, 1e4, 0x1p31, 1e10, infinity};
  if (element.isF32())
    values.insert(values.end(), {0x1p-149, 0x1p-130, 0x1p-126, 0x1.fffffep127});
  else
    values.insert(values.end(), {0x1p-1074, 0x1p-1022, 709, 0x1p63,
                                 std::numeric_limits<double>::max()});
  size_t count = values.size();
  for (size_t i = 0; i < count; ++i)
    values.push_back(-values[i]);
  values.push_back(std::numeric_limits<double>::quiet_NaN());
  return values;
}

static std::vector<int64_t> specialInts(Type element) {
  unsigned width = element.getIntOrFloatBitWidth();
  if (width == 1)
    return {0, 1};
  if (element.isUnsignedInteger())
    return {0, 1, 2, 3, 7, 100, (1 << (width - 1)) - 1, 1 << (width - 1),
            (1 << width) - 2, (1 << width) - 1};
  int64_t least = std::numeric_limits<int64_t>::min() >> (64 - width);
  return {0, 1, -1, 2, -2, 3, -3, 7, 100, -100, least, least + 1, -(least + 1),
          -(least + 2)};
}

size_t nnc::test::countSpecialValues(Type element) {
  return isa<FloatType>(element) ? specialFloats(element).size()
                                 : specialInts(element).size();
}

/// Element i of argument `position`: all combinations, one after the other.
template <typename T>
static void fillSpecial(std::vector<T> &elements, const std::vector<T> &values,
                        int position) {
  size_t every = 1;
  for (int n = 0; n < position; ++n)
    every *= values.size();
  for (size_t i = 0; i < elements.size(); ++i)
    elements[i] = values[i / every % values.size()];
}

double Sampler::drawNumber(const Range &range) {
  double number = range.low + (range.high - range.low) * nextUniform();
  switch (range.kind) {
  case Range::EitherSign:
    return random() & 1 ? number : -number;
  case Range::Whole:
    return std::floor(number);
  default:
    return number;
  }
}

Tensor Sampler::draw(const Range &range, RankedTensorType type) {
  Tensor tensor(type);
  Type elementType = type.getElementType();
  if (range.kind == Range::Special) {
    if (tensor.isFloat())
      fillSpecial(tensor.floats, specialFloats(elementType), range.low);
    else
      fillSpecial(tensor.ints, specialInts(elementType), range.low);
    return tensor;
  }
  if (range.kind == Range::Distinct) {
    // 0.06 apart, shuffled, each argument shifted by 0.02 against the last.
    for (auto [i, element] : llvm::enumerate(tensor.floats))
      element = 0.06 * i + 0.02 * numDistinct - 0.03 * tensor.floats.size();
    for (size_t i = tensor.floats.size(); i > 1; --i)
      std::swap(tensor.floats[i - 1], tensor.floats[random() % i]);
    ++numDistinct;
    return tensor;
  }
  for (double &element : tensor.floats)
    element = drawNumber(range);
  for (int64_t &element : tensor.ints)
    element = wrapInteger(
        static_cast<int64_t>(std::floor(drawNumber(range))), elementType);
  return tensor;
}

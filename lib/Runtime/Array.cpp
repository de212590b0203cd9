//===- Array.cpp - A tensor of the host -----------------------------------===//
//
// Sizes, spelling and element access of arrays.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Array.h"
#include "nnc/Runtime/Diagnostics.h"
#include <bit>
#include <cmath>

namespace nnc::runtime {

size_t sizeOf(ElementType type) {
  return dispatch(type, [](auto zero) { return sizeof(zero); });
}

const char *nameOf(ElementType type) {
  switch (type) {
  case ElementType::F32:
    return "f32";
  case ElementType::F64:
    return "f64";
  case ElementType::I8:
    return "i8";
  case ElementType::U8:
    return "u8";
  case ElementType::I16:
    return "i16";
  case ElementType::I32:
    return "i32";
  case ElementType::I64:
    return "i64";
  case ElementType::Bool:
    return "bool";
  case ElementType::U16:
    return "u16";
  case ElementType::U32:
    return "u32";
  case ElementType::U64:
    return "u64";
  }
  return "?";
}

const char *longNameOf(ElementType type) {
  switch (type) {
  case ElementType::F32:
    return "float32";
  case ElementType::F64:
    return "float64";
  case ElementType::I8:
    return "int8";
  case ElementType::U8:
    return "uint8";
  case ElementType::I16:
    return "int16";
  case ElementType::I32:
    return "int32";
  case ElementType::I64:
    return "int64";
  case ElementType::Bool:
    return "bool";
  case ElementType::U16:
    return "uint16";
  case ElementType::U32:
    return "uint32";
  case ElementType::U64:
    return "uint64";
  }
  return "?";
}

bool isFloat(ElementType type) {
  return type == ElementType::F32 || type == ElementType::F64;
}

std::optional<int64_t> checkedCount(const Shape &shape, size_t elementSize) {
  // Extents of zero are left out of the product, so that no later product of
  // a part of the shape can overflow either.
  int64_t product = elementSize;
  bool empty = false;
  for (int64_t extent : shape) {
    if (extent < 0)
      return std::nullopt;
    if (extent == 0)
      empty = true;
    else if (__builtin_mul_overflow(product, extent, &product))
      return std::nullopt;
  }
  return empty ? 0 : product / static_cast<int64_t>(elementSize);
}

std::string toString(const Shape &shape) {
  std::string text;
  for (int64_t extent : shape)
    text += fmt::format("{}{}", text.empty() ? "" : ", ",
                        extent < 0 ? "N" : std::to_string(extent));
  return "[" + text + "]";
}

std::string toString(ElementType type, const Shape &shape) {
  return nameOf(type) + toString(shape);
}

Array::Array(ElementType type, Shape extents)
    : type(type), shape(std::move(extents)) {
  size_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  bytes.resize(count * sizeOf(type));
}

double Array::at(int64_t index) const {
  return dispatch(type, [&](auto zero) {
    return static_cast<double>(data<decltype(zero)>()[index]);
  });
}

Shape Array::indexOf(int64_t position) const {
  Shape index(shape.size());
  for (size_t axis = shape.size(); axis-- > 0;) {
    index[axis] = position % shape[axis];
    position /= shape[axis];
  }
  return index;
}

float halfToFloat(uint16_t half) {
  uint32_t sign = (half & 0x8000u) << 16, exponent = (half >> 10) & 31;
  uint32_t mantissa = half & 1023;
  if (exponent == 0) {
    float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  uint32_t bits = exponent == 31 ? 0x7f800000u | mantissa << 13
                                 : (exponent + 112) << 23 | mantissa << 13;
  return std::bit_cast<float>(sign | bits);
}

void checkBools(const Array &array, const std::string &where) {
  if (array.type == ElementType::Bool)
    for (std::byte byte : array.bytes)
      if (static_cast<uint8_t>(byte) > 1)
        failIn(where, "corrupt: a bool is neither 0 nor 1");
}

void requireFinite(const Array &array, const std::string &where,
                   const std::string &name) {
  if (!isFloat(array.type))
    return;
  dispatch(array.type, [&](auto zero) {
    using T = decltype(zero);
    const T *values = array.data<T>();
    for (int64_t i = 0, e = array.count(); i < e; ++i) {
      if (std::isfinite(static_cast<double>(values[i])))
        continue;
      Shape index = array.indexOf(i);
      std::string row =
          index.empty() ? "" : fmt::format(" (row {}, from 0)", index[0]);
      failIn(where, "array '{}' holds {} at {}{}", name, values[i],
             toString(index), row);
    }
  });
}

} // namespace nnc::runtime

//===- Array.h - A tensor of the host -------------------------------------===//
//
// An owned, row-major array with an element type and a shape.
//
// What readers return, writers take, and a model is fed from. The element
// types are those of a model's ports and, beyond them, the unsigned ones that
// files may hold and a model never does.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_ARRAY_H
#define NNC_RUNTIME_ARRAY_H

#include "nnc/Runtime/Memory.h"
#include "nnc/Runtime/Model.h"
#include <cstddef>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace nnc::runtime {

enum class ElementType : int32_t {
  F32 = NNC_F32,
  F64 = NNC_F64,
  I8 = NNC_I8,
  U8 = NNC_U8,
  I16 = NNC_I16,
  I32 = NNC_I32,
  I64 = NNC_I64,
  Bool = NNC_BOOL,
  U16 = 16,
  U32,
  U64
};

using Shape = std::vector<int64_t>;

/// Bytes of one element.
size_t sizeOf(ElementType type);
/// The type as a model spells it: `f32`.
const char *nameOf(ElementType type);
/// The type as data files spell it: `float32`.
const char *longNameOf(ElementType type);
bool isFloat(ElementType type);

/// The number of elements; null if it, or its bytes, does not fit 63 bits or
/// an extent is negative.
std::optional<int64_t> checkedCount(const Shape &shape, size_t elementSize);

/// `[4, 10]`.
std::string toString(const Shape &shape);
/// `f32[4, 10]`.
std::string toString(ElementType type, const Shape &shape);

/// Memory that begins with a line of the cache, so that no vector that a model
/// reads lies in two of them; a larger one of malloc begins 16 bytes after one.
template <class T>
struct LineAllocator {
  using value_type = T;
  static constexpr size_t alignment = 64;

  LineAllocator() = default;
  template <class Other>
  LineAllocator(const LineAllocator<Other> &) {}

  T *allocate(size_t count) {
    return static_cast<T *>(runtime::allocate(count * sizeof(T), alignment));
  }
  void deallocate(T *memory, size_t) { std::free(memory); }
  bool operator==(const LineAllocator &) const = default;
};

struct Array {
  ElementType type = ElementType::F32;
  Shape shape;
  std::vector<std::byte, LineAllocator<std::byte>> bytes;

  Array() = default;
  /// Zeros; the shape's size must have been checked.
  Array(ElementType type, Shape shape);

  int64_t count() const { return bytes.size() / sizeOf(type); }
  template <class T>
  T *data() {
    return reinterpret_cast<T *>(bytes.data());
  }
  template <class T>
  const T *data() const {
    return reinterpret_cast<const T *>(bytes.data());
  }
  /// The element as a double.
  double at(int64_t index) const;
  /// The row-major position's index along every axis.
  Shape indexOf(int64_t position) const;
};

/// Calls `fn` with a zero of the C++ type that stores `type`; bool is stored
/// as uint8_t.
template <class Fn>
decltype(auto) dispatch(ElementType type, Fn &&fn) {
  switch (type) {
  case ElementType::F32:
    return fn(float());
  case ElementType::F64:
    return fn(double());
  case ElementType::I8:
    return fn(int8_t());
  case ElementType::I16:
    return fn(int16_t());
  case ElementType::I32:
    return fn(int32_t());
  case ElementType::I64:
    return fn(int64_t());
  case ElementType::U16:
    return fn(uint16_t());
  case ElementType::U32:
    return fn(uint32_t());
  case ElementType::U64:
    return fn(uint64_t());
  case ElementType::U8:
  case ElementType::Bool:
    break;
  }
  return fn(uint8_t());
}

/// Converts every value of `from` to the type of `to`, which has as many
/// elements. Gives the position of the first value that does not fit.
std::optional<int64_t> convertValues(const Array &from, Array &to);

/// The array in another type. Every value must fit: be in range, and whole
/// where one side is an integer; floats may round. Otherwise throws with the
/// value and its position. A conversion is said in a remark. `where` is the
/// file, `name` what the array is called in it.
Array convert(Array source, ElementType type, const std::string &where,
              const std::string &name);

/// The value of an IEEE half.
float halfToFloat(uint16_t half);

/// Throws if a bool array of a file holds a byte that is neither 0 nor 1.
void checkBools(const Array &array, const std::string &where);

/// Throws if the array holds a NaN or an infinity.
void requireFinite(const Array &array, const std::string &where,
                   const std::string &name);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_ARRAY_H

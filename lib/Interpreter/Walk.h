//===- Walk.h - loops over tensors of any rank ------------------*- C++ -*-===//
//
// Private to the library. An odometer over a shape that keeps one offset per
// tensor: what a rule does to elements then stands alone.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_INTERPRETER_WALK_H
#define NNC_LIB_INTERPRETER_WALK_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <array>
#include <cstdint>

namespace nnc {

using Sizes = llvm::SmallVector<int64_t, 8>;

/// Row-major strides, in elements.
inline Sizes stridesOf(llvm::ArrayRef<int64_t> shape) {
  Sizes strides(shape.size(), 1);
  for (size_t i = shape.size(); i > 1; --i)
    strides[i - 2] = strides[i - 1] * shape[i - 1];
  return strides;
}

/// The number of positions of a shape.
inline int64_t countOf(llvm::ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape)
    count *= size;
  return count;
}

/// Calls back for every position of `shape`, in row-major order, with the
/// position.
template <typename Fn>
void forEachIndex(llvm::ArrayRef<int64_t> shape, Fn &&fn) {
  if (llvm::is_contained(shape, 0))
    return;
  Sizes index(shape.size(), 0);
  while (true) {
    fn(llvm::ArrayRef<int64_t>(index));
    size_t axis = shape.size();
    while (axis > 0 && ++index[axis - 1] == shape[axis - 1])
      index[--axis] = 0;
    if (axis == 0)
      return;
  }
}

/// Calls back for every position of `shape`, in row-major order, with the
/// offset that each set of strides gives it, counted from `at`.
template <size_t N, typename Fn>
void walk(llvm::ArrayRef<int64_t> shape, const std::array<Sizes, N> &strides,
          std::array<int64_t, N> at, Fn &&fn) {
  if (llvm::is_contained(shape, 0))
    return;
  Sizes index(shape.size(), 0);
  while (true) {
    fn(at);
    size_t axis = shape.size();
    for (; axis > 0; --axis) {
      size_t i = axis - 1;
      for (size_t n = 0; n != N; ++n)
        at[n] += strides[n][i];
      if (++index[i] != shape[i])
        break;
      for (size_t n = 0; n != N; ++n)
        at[n] -= strides[n][i] * shape[i];
      index[i] = 0;
    }
    if (axis == 0)
      return;
  }
}

/// Calls back for every line along `axis`, in row-major order of the other
/// axes, with the offset of its first element and the line's number.
template <typename Fn>
void forEachLine(llvm::ArrayRef<int64_t> shape, int64_t axis, Fn &&fn) {
  Sizes starts(shape);
  starts[axis] = 1;
  int64_t line = 0;
  walk<1>(starts, {stridesOf(shape)}, {0},
          [&](const std::array<int64_t, 1> &at) { fn(at[0], line++); });
}

} // namespace nnc

#endif // NNC_LIB_INTERPRETER_WALK_H

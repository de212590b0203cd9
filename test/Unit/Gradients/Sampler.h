//===- Sampler.h - random tensors for tests ---------------------*- C++ -*-===//
//
// Draws the arguments of a test: the same ones in every run.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_GRADIENTS_SAMPLER_H
#define NNC_TEST_UNIT_GRADIENTS_SAMPLER_H

#include "nnc/Interpreter/Tensor.h"
#include <random>

namespace nnc::test {

/// Where the elements of an argument are drawn from.
struct Range {
  enum Kind {
    /// Evenly in [low, high).
    Plain,
    /// Evenly in [low, high), with a random sign.
    EitherSign,
    /// No two elements of all such arguments closer than 0.02: no ties.
    Distinct,
    /// Whole numbers in [0, high); not differentiated by.
    Index,
    /// Truth values; not differentiated by.
    Bool,
    /// Whole numbers in [low, high): sums and products of them are exact.
    Whole,
    /// Zeros, NaN, infinities, denormals, extremes. Argument number `low` of
    /// several has each of them with each of the others' if the tensor has
    /// room.
    Special
  };
  Kind kind;
  double low, high;
};

class Sampler {
public:
  explicit Sampler(uint64_t seed) : random(seed) {}

  /// A tensor with elements in a range.
  Tensor draw(const Range &range, mlir::RankedTensorType type);
  /// Evenly in [0, 1).
  double nextUniform();
  /// A whole number in [0, count).
  uint64_t nextBelow(uint64_t count) { return random() % count; }

private:
  double drawNumber(const Range &range);

  std::mt19937_64 random;
  int numDistinct = 0;
};

/// How many values there are of kind Special for an element type.
size_t countSpecialValues(mlir::Type element);

} // namespace nnc::test

#endif // NNC_TEST_UNIT_GRADIENTS_SAMPLER_H

//===- GradientTable.h - one row per primitive and shape --------*- C++ -*-===//
//
// What the gradient tests run over: op text, argument shapes and the range of
// values in which the op is smooth.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_GRADIENTS_GRADIENTTABLE_H
#define NNC_TEST_UNIT_GRADIENTS_GRADIENTTABLE_H

#include <cstdint>
#include <string>
#include <vector>

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
    Bool
  };
  Kind kind;
  double low, high;
};

struct Argument {
  std::vector<int64_t> shape;
  Range range;
};

/// `text` defines `%y` from `%x0`, `%x1` …; `$0`, `$1` … and `$r` in it stand
/// for the types of arguments and result, `$index` and `$other` for the
/// result's type with i32 elements or the other floating-point ones.
struct Row {
  std::string op;
  std::string text;
  std::vector<Argument> arguments;
  std::vector<int64_t> result;
};

/// All rows.
std::vector<Row> gradientTable();

} // namespace nnc::test

#endif // NNC_TEST_UNIT_GRADIENTS_GRADIENTTABLE_H

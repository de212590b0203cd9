//===- GradientTable.h - one row per primitive and shape --------*- C++ -*-===//
//
// What the gradient tests run over: op text, argument shapes and the range of
// values in which the op is smooth.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_GRADIENTS_GRADIENTTABLE_H
#define NNC_TEST_UNIT_GRADIENTS_GRADIENTTABLE_H

#include "Sampler.h"
#include <cstdint>
#include <string>
#include <vector>

namespace nnc::test {

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

//===- Cases.h - what compiled code is tested on ----------------*- C++ -*-===//
//
// The rows of the table that compares compiled code with the interpreter: one
// entry or step each.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_ORACLE_CASES_H
#define NNC_TEST_UNIT_ORACLE_CASES_H

#include "../Gradients/Sampler.h"
#include <string>
#include <vector>

namespace nnc::test {

struct Case {
  /// The primitive that the case is a row of; empty for several together.
  std::string op;
  /// An entry or step called `@$name`, with variables `@"$name.w"` and the like.
  std::string text;
  /// Where its arguments come from.
  std::vector<Range> ranges;
  /// The calls that are made one after the other.
  int calls = 1;
};

struct Input {
  /// As `2x3xf32`.
  std::string type;
  Range range;
};

/// An entry that returns `returned`, of `types`; its inputs are called `%x0`,
/// `%x1` …
Case makeCase(const std::string &op, const std::vector<Input> &inputs,
              const std::string &body, const std::string &returned,
              const std::vector<std::string> &types);

/// `2x3xf32`.
std::string shaped(const std::vector<int64_t> &shape,
                   const std::string &element);

inline constexpr Range kUnit{Range::Plain, -1, 1};
inline constexpr Range kWhole{Range::Whole, -4, 5};
inline constexpr Range kTruth{Range::Bool, 0, 2};
constexpr Range indexBelow(int64_t size) {
  return {Range::Index, 0, static_cast<double>(size)};
}

/// The gradient table's rows: forward, gradient and, of a third in f32, the
/// gradient of the gradient.
std::vector<Case> gradientCases(const std::string &element);
/// Every primitive over element types, shapes, axes and special values.
std::vector<Case> elementwiseCases();
std::vector<Case> shapeCases();
std::vector<Case> indexCases();
std::vector<Case> reduceCases();
std::vector<Case> productCases();
/// Several primitives that share kernels, and variables.
std::vector<Case> fusedCases();

} // namespace nnc::test

#endif // NNC_TEST_UNIT_ORACLE_CASES_H

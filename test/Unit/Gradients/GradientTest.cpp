//===- GradientTest.cpp - every primitive's derivative --------------------===//
//
// Every row of the table, in both element types: first order against central
// differences, the dot-product test, second order. The interpreter computes in
// float64 for both; an f32 row checks that types fit and that its constants,
// which are f32, are right to their last digit.
//
//===----------------------------------------------------------------------===//
#include "GradientCheck.h"

#include "nnc/Dialect/NN/IR/NN.h"
#include "gtest/gtest.h"
#include <set>

using namespace mlir;
using namespace nnc;
using namespace nnc::test;

namespace {
struct NamedRow {
  Row row;
  std::string element, name;
};

void PrintTo(const NamedRow &row, std::ostream *os) { *os << row.name; }

/// The table's rows for both element types, named `exp_3_f32`.
std::vector<NamedRow> namedRows() {
  std::vector<NamedRow> named;
  for (const char *element : {"f64", "f32"}) {
    llvm::StringMap<int> counts;
    for (const Row &row : gradientTable()) {
      std::string op = row.op.substr(3);
      named.push_back(
          {row, element,
           op + "_" + std::to_string(counts[op]++) + "_" + element});
    }
  }
  return named;
}

double toleranceOf(const NamedRow &row) {
  return row.element == "f64" ? 1e-9 : 5e-7;
}

class GradientTest : public testing::TestWithParam<NamedRow> {
protected:
  std::unique_ptr<MLIRContext> context = makeContext();
};
} // namespace

TEST_P(GradientTest, MatchesDifferences) {
  GradientCheck check(*context, GetParam().row, GetParam().element);
  ASSERT_TRUE(check.isValid());
  GradientErrors errors = check.measure();
  double tolerance = toleranceOf(GetParam());
  EXPECT_LE(errors.first, tolerance);
  EXPECT_LE(errors.dot, 1e-12);
  EXPECT_LE(errors.forward, tolerance);
  EXPECT_LE(errors.second, tolerance);
}

// A derivative that is wrong by one per cent must not pass.
TEST_P(GradientTest, NoticesOnePerCent) {
  GradientCheck check(*context, GetParam().row, GetParam().element);
  ASSERT_TRUE(check.isValid());
  double tolerance = toleranceOf(GetParam());
  unsigned numNoticed = 0;
  for (size_t wrong = 0; wrong < check.numGradients(); ++wrong) {
    // Nothing is wrong with a multiple of 0, as of a maximum's smaller operand.
    if (check.isZero(wrong))
      continue;
    ++numNoticed;
    GradientErrors errors = check.measure(wrong, 1.01);
    EXPECT_GT(errors.first, 10 * tolerance) << "argument " << wrong;
    EXPECT_GT(errors.dot, 1e-8) << "argument " << wrong;
  }
  EXPECT_GT(numNoticed, 0u);
}

INSTANTIATE_TEST_SUITE_P(Table, GradientTest, testing::ValuesIn(namedRows()),
                         [](const testing::TestParamInfo<NamedRow> &info) {
                           return info.param.name;
                         });

// Those with the derivative zero have no row, as none of theirs could be wrong by
// one per cent; test/Dialect/NN/differentiate.mlir has them.
TEST(GradientTable, HasEveryDifferentiablePrimitive) {
  std::set<std::string> rows{"nn.ceil", "nn.floor", "nn.floordiv", "nn.round",
                             "nn.sign"};
  for (const Row &row : gradientTable())
    rows.insert(row.op);
  std::unique_ptr<MLIRContext> context = makeContext();
  int count = 0;
  for (RegisteredOperationName name : context->getRegisteredOperations()) {
    if (name.getDialectNamespace() != "nn" ||
        !name.hasInterface<nn::DifferentiableOpInterface>())
      continue;
    ++count;
    EXPECT_TRUE(rows.count(name.getStringRef().str()))
        << name.getStringRef().str() << " has no row in GradientTable.cpp";
  }
  EXPECT_EQ(static_cast<size_t>(count), rows.size());
}

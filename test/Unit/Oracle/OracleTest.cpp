//===- OracleTest.cpp - compiled code does what the interpreter does ------===//
//
// Every row of the tables, many to a module so that one compilation serves
// hundreds: all at -O2 for this machine, and a part each for the target's
// baseline, with strict arithmetic, for little memory and at -O0. A primitive
// without a row fails.
//
//===----------------------------------------------------------------------===//
#include "Cases.h"
#include "Harness.h"

#include "mlir/Parser/Parser.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "gtest/gtest.h"
#include <set>

using namespace mlir;
using namespace nnc;
using namespace nnc::test;

static const Configuration kBaseline{"baseline", "", 2, false};
static const Configuration kNative{"native", "native", 2, false};
static const Configuration kStrict{"strict", "native", 2, true};
static const Configuration kPlain{"O0", "", 0, false};
static const Configuration kSmall{"small cache, in tasks", "native", 2, false, "mlir", {}, 1 << 10, 3, true, 256};
static const Configuration kTuned{"tuned", "native", 2, false, "auto"};
[[maybe_unused]] static const Configuration kHalide{"Halide", "native", 2, false, "halide", {}, 512 << 10, 3, true};

static std::string nameOf(size_t i) { return "c" + std::to_string(i); }

static std::string textOf(const Case &row, size_t i) {
  std::string text = row.text;
  for (size_t at; (at = text.find("$name")) != std::string::npos;)
    text.replace(at, 5, nameOf(i));
  return text;
}

/// Compiles rows `begin` to `end` and compares.
static void runPart(const std::vector<Case> &cases, size_t begin, size_t end,
                    const Configuration &configuration) {
  constexpr uint64_t seed = 7;
  std::unique_ptr<MLIRContext> context = makeCompilerContext();
  std::string text;
  for (size_t i = begin; i < end; ++i)
    text += textOf(cases[i], i);
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(text, context.get());
  ASSERT_TRUE(module);
  OwningOpRef<ModuleOp> written = differentiate(*module);
  ASSERT_TRUE(written);
  auto compiled = CompiledModule::compile(*module, configuration, seed);
  if (!compiled)
    FAIL() << llvm::toString(compiled.takeError());
  Oracle oracle(*written, seed);
  for (size_t i = begin; i < end; ++i) {
    Sampler sampler(i + 1);
    auto function = written->lookupSymbol<FunctionOpInterface>(nameOf(i));
    for (int call = 0; call < cases[i].calls; ++call) {
      SmallVector<Tensor> inputs;
      for (auto [type, range] :
           llvm::zip_equal(function.getArgumentTypes(), cases[i].ranges))
        inputs.push_back(sampler.draw(range, cast<RankedTensorType>(type)));
      std::string wrong =
          compareCall(*written, **compiled, oracle, nameOf(i), inputs);
      if (!wrong.empty())
        ADD_FAILURE() << configuration.name << "\n"
                      << textOf(cases[i], i) << wrong;
    }
  }
}

static void run(const std::vector<Case> &cases,
                const Configuration &configuration) {
  constexpr size_t kPart = 250;
  for (size_t begin = 0; begin < cases.size(); begin += kPart)
    runPart(cases, begin, std::min(begin + kPart, cases.size()), configuration);
}

namespace {
struct Table {
  const char *name;
  std::vector<Case> (*cases)();
};

void PrintTo(const Table &table, std::ostream *os) { *os << table.name; }

class OracleTest : public testing::TestWithParam<Table> {};
} // namespace

static const Table kTables[] = {
    {"Elementwise", elementwiseCases},
    {"Shape", shapeCases},
    {"Index", indexCases},
    {"Reduce", reduceCases},
    {"Product", productCases},
    {"Fused", fusedCases},
    {"GradientF32", [] { return gradientCases("f32"); }},
    {"GradientF64", [] { return gradientCases("f64"); }},
};

TEST_P(OracleTest, Native) { run(GetParam().cases(), kNative); }

/// Every seventh row, each time from another one on.
static std::vector<Case> part(const std::vector<Case> &cases, size_t begin) {
  std::vector<Case> part;
  for (size_t i = begin; i < cases.size(); i += 7)
    part.push_back(cases[i]);
  return part;
}

TEST_P(OracleTest, Baseline) { run(part(GetParam().cases(), 0), kBaseline); }
TEST_P(OracleTest, Strict) { run(part(GetParam().cases(), 1), kStrict); }
TEST_P(OracleTest, Plain) { run(part(GetParam().cases(), 2), kPlain); }
TEST_P(OracleTest, Small) { run(part(GetParam().cases(), 5), kSmall); }
TEST_P(OracleTest, Tuned) { run(part(GetParam().cases(), 4), kTuned); }

#ifdef NNC_HAS_HALIDE
TEST_P(OracleTest, Halide) { run(part(GetParam().cases(), 3), kHalide); }
#endif

INSTANTIATE_TEST_SUITE_P(Table, OracleTest, testing::ValuesIn(kTables),
                         [](const testing::TestParamInfo<Table> &info) {
                           return info.param.name;
                         });

//===----------------------------------------------------------------------===//
// The registry
//===----------------------------------------------------------------------===//

/// A primitive is pure and computes something; gradients are written out before
/// anything runs, and a scan is control flow around primitives.
static bool isPrimitive(RegisteredOperationName name) {
  return name.getDialectNamespace() == "nn" &&
         name.hasInterface<MemoryEffectOpInterface>() &&
         !name.hasTrait<OpTrait::IsTerminator>() &&
         name.getStringRef() != nn::GradientOp::getOperationName() &&
         name.getStringRef() != nn::ScanOp::getOperationName() &&
         name.getStringRef() != nn::ReadOp::getOperationName() &&
         name.getStringRef() != nn::WriteOp::getOperationName();
}

/// Without a number to differentiate by.
static const std::set<std::string> kWithoutDerivative{
    "nn.and",         "nn.argmax",        "nn.argmin",
    "nn.compare",     "nn.constant",      "nn.iota",
    "nn.not",         "nn.one_hot",       "nn.or",
    "nn.random_bits", "nn.random_normal", "nn.random_uniform",
    "nn.reduce_all",  "nn.reduce_any",    "nn.stop_gradient"};

TEST(Primitives, HaveRulesDerivativesAndRows) {
  std::set<std::string> compared;
  for (const Table &table : kTables)
    for (const Case &row : table.cases())
      compared.insert(row.op);
  std::unique_ptr<MLIRContext> context = makeCompilerContext();
  size_t count = 0;
  for (RegisteredOperationName name : context->getRegisteredOperations()) {
    if (!isPrimitive(name))
      continue;
    ++count;
    std::string op = name.getStringRef().str();
    EXPECT_TRUE(hasInterpreterRule(op)) << op;
    EXPECT_NE(name.hasInterface<nn::DifferentiableOpInterface>(),
              kWithoutDerivative.count(op) == 1)
        << op << " must have a derivative or be listed as having none";
    EXPECT_TRUE(compared.count(op)) << op << " has no row in *Cases.cpp";
  }
  EXPECT_GE(count, 65u);
}

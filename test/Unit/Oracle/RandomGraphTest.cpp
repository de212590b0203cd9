//===- RandomGraphTest.cpp - random graphs, compiled and interpreted ------===//
//
// A fixed number of graphs with every build; NNC_RANDOM_GRAPHS=N[,SEED] runs N
// of them from SEED on. A wrong one is shrunk and printed with its seed.
//
//===----------------------------------------------------------------------===//
#include "RandomGraph.h"

#include "mlir/Parser/Parser.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "gtest/gtest.h"
#include <cstdlib>

using namespace mlir;
using namespace nnc;
using namespace nnc::test;

static const Configuration kConfigurations[] = {
    {"-O3 native", "native", 3, false},
    {"-O3 baseline", "", 3, false},
    {"-O2 strict", "native", 2, true},
    {"-O0", "", 0, false},
#ifdef NNC_HAS_HALIDE
    {"Halide", "native", 3, false, "halide"},
    {"Halide in tasks, poisoned", "native", 3, false, "halide", {}, 512 << 10, 3, true},
#endif
    {"-O3 poisoned", "native", 3, false, "mlir", {}, 512 << 10, 1, true},
    {"-O3 unfused, poisoned", "native", 3, false, "mlir", Optimizations::without(Optimization::Fusion), 512 << 10, 1, true},
    {"-O3 for a small cache, in tasks", "native", 3, false, "mlir", {}, 1 << 10, 3, true, 1 << 10},
};

static constexpr uint64_t kSeed = 3;
static constexpr unsigned kMostOps = 14;

static std::string nameOf(uint64_t seed) { return "g" + std::to_string(seed); }

static SmallVector<Tensor> drawInputs(ModuleOp module, const Case &graph,
                                      uint64_t seed) {
  auto function = module.lookupSymbol<FunctionOpInterface>(nameOf(seed));
  Sampler sampler(seed);
  SmallVector<Tensor> inputs;
  for (auto [type, range] :
       llvm::zip_equal(function.getArgumentTypes(), graph.ranges))
    inputs.push_back(sampler.draw(range, cast<RankedTensorType>(type)));
  return inputs;
}

/// What is wrong with an example alone.
static std::string compareAlone(ModuleOp module, ArrayRef<Tensor> inputs,
                                uint64_t seed, const Configuration &how) {
  OwningOpRef<ModuleOp> written = differentiate(module);
  auto compiled = CompiledModule::compile(module, how, kSeed);
  if (!written || !compiled)
    return "compilation failed: " + llvm::toString(compiled.takeError()) + "\n";
  Oracle oracle(*written, kSeed);
  return compareCall(*written, **compiled, oracle, nameOf(seed), inputs);
}

static void reportShrunk(MLIRContext &context, const Case &graph,
                         const std::string &text, uint64_t seed,
                         const Configuration &how, const std::string &wrong) {
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  SmallVector<Tensor> inputs = drawInputs(*module, graph, seed);
  Example example{std::move(module), inputs};
  auto fails = [&](Example &of) {
    return !compareAlone(*of.module, of.inputs, seed, how).empty();
  };
  if (OwningOpRef<ModuleOp> written = differentiate(*example.module)) {
    Example candidate{std::move(written), example.inputs};
    if (fails(candidate)) {
      example = std::move(candidate);
      shrink(example, nameOf(seed), fails);
    }
  }
  std::string alone = compareAlone(*example.module, example.inputs, seed, how);
  ADD_FAILURE() << "seed " << seed << " at " << how.name << ":\n"
                << wrong
                << (alone.empty() ? "right alone, wrong beside its neighbours\n"
                                  : "shrunk:\n" + alone)
                << print(example);
}

/// The graphs of some seeds in one module.
static void compareGraphs(uint64_t begin, uint64_t end,
                          const Configuration &how) {
  std::unique_ptr<MLIRContext> context = makeCompilerContext();
  std::vector<Case> graphs;
  std::vector<std::string> texts;
  std::string all;
  for (uint64_t seed = begin; seed < end; ++seed) {
    graphs.push_back(makeRandomGraph(seed, kMostOps));
    std::string text = graphs.back().text;
    text.replace(text.find("$name"), 5, nameOf(seed));
    texts.push_back(text);
    all += text;
  }
  OwningOpRef<ModuleOp> module =
      parseSourceString<ModuleOp>(all, context.get());
  ASSERT_TRUE(module) << "seeds from " << begin << "\n" << all;
  OwningOpRef<ModuleOp> written = differentiate(*module);
  ASSERT_TRUE(written);
  auto compiled = CompiledModule::compile(*module, how, kSeed);
  if (!compiled)
    FAIL() << "seeds from " << begin << ": "
           << llvm::toString(compiled.takeError());
  Oracle oracle(*written, kSeed);
  for (uint64_t seed = begin; seed < end; ++seed) {
    SmallVector<Tensor> inputs =
        drawInputs(*written, graphs[seed - begin], seed);
    std::string wrong =
        compareCall(*written, **compiled, oracle, nameOf(seed), inputs);
    if (!wrong.empty())
      reportShrunk(*context, graphs[seed - begin], texts[seed - begin], seed,
                   how, wrong);
  }
}

/// Compares `count` graphs, unless the environment asks for others, so many with
/// a configuration at a time.
static void compareWithEach(ArrayRef<Configuration> configurations, uint64_t count, uint64_t together) {
  uint64_t first = 0;
  if (const char *option = std::getenv("NNC_RANDOM_GRAPHS")) {
    char *rest = nullptr;
    count = std::strtoull(option, &rest, 10);
    if (*rest == ',')
      first = std::strtoull(rest + 1, nullptr, 10);
  }
  size_t next = 0;
  for (uint64_t seed = first; seed < first + count; seed += together)
    compareGraphs(seed, std::min(seed + together, first + count),
                  configurations[next++ % configurations.size()]);
}

TEST(RandomGraph, CompiledIsInterpreted) {
  compareWithEach(kConfigurations, 12 * std::size(kConfigurations), 12);
}

/// Each optimization is left out of some graphs, and alone in others.
TEST(RandomGraph, OptimizationsAreLeftOut) {
  std::vector<Configuration> configurations = leaveOutEach();
  compareWithEach(configurations, 4 * configurations.size(), 4);
}

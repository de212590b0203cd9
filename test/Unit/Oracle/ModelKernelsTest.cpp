//===- ModelKernelsTest.cpp - the kernels that real models have -----------===//
//
// Every kernel of the examples and the benchmark's models, at odd sizes, by each
// back end against the interpreter. Kernels that differ in their sizes only are
// compared once, and long ones are left out, unless NNC_ALL_KERNELS is set. Examples
// are compiled as a whole, too, each without another optimization; if that is set,
// all of them without each.
//
//===----------------------------------------------------------------------===//
#include "Cases.h"
#include "Harness.h"

#include "KernelEntries.h"
#include "Model.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Dialect/Kernel/Transforms/Passes.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Pipelines/Pipelines.h"
#include "gtest/gtest.h"
#include <filesystem>
#include <set>

using namespace mlir;
using namespace nnc;
using namespace nnc::test;

static const Configuration kConfigurations[] = {
    {"MLIR", "native", 3, false},
#ifdef NNC_HAS_HALIDE
    {"Halide in tasks, poisoned", "native", 3, false, "halide", {}, 512 << 10, 3, true},
#endif
};

static std::vector<std::string> listModels(ArrayRef<const char *> folders = {"/examples", "/benchmarks/models"}) {
  std::vector<std::string> paths;
  for (const char *folder : folders)
    for (const auto &file : std::filesystem::recursive_directory_iterator(
             std::string(NNC_SOURCE_DIR) + folder))
      if (file.path().extension() == ".nn")
        paths.push_back(file.path());
  llvm::sort(paths);
  return paths;
}

/// A model, or its steps where there are some, with 3 as its first free size, 5 as
/// the next, …
static OwningOpRef<ModuleOp> generate(const std::string &path, MLIRContext &context, bool stepsOnly = false) {
  int status = 0;
  auto model = driver::Model::open(path, context, status);
  if (!model)
    return nullptr;
  std::vector<Define> defines;
  std::vector<std::string> names;
  for (const FunctionSummary &function : model->getFunctions()) {
    if (stepsOnly && function.isStep)
      names.push_back(function.name);
    for (const std::string &dim : function.freeDims)
      if (llvm::none_of(defines, [&](const Define &d) { return d.name == dim; }))
        defines.push_back({dim, {std::to_string(3 + 2 * defines.size())}});
  }
  return model->generate(defines, names, status);
}

static OwningOpRef<ModuleOp> formKernels(const std::string &path, MLIRContext &context) {
  OwningOpRef<ModuleOp> module = generate(path, context);
  PassManager passes(&context);
  buildGradientPipeline(passes);
  buildKernelPipeline(passes);
  if (!module || failed(passes.run(*module)))
    return nullptr;
  return module;
}

/// What a kernel does, with or without its sizes.
static std::string describe(kernel::FuncOp kernel, bool withSizes) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (Operation &op : kernel.getBody().front())
    op.print(os, OpPrintingFlags().useLocalScope());
  if (withSizes)
    return text;
  std::string names;
  bool wasDigit = false;
  for (char c : text) {
    bool isDigit = llvm::isDigit(c) || (wasDigit && (c == '.' || c == 'e' || c == '-'));
    if (!isDigit)
      names += c;
    wasDigit = isDigit;
  }
  return names;
}

/// An empty `init` and an entry for each kernel that is to be compared.
static OwningOpRef<ModuleOp> isolate(ModuleOp model, std::set<std::string> &seen,
                                     bool all) {
  auto module = parseSourceString<ModuleOp>(
      "nn.entry @init(%seed: tensor<i64>) { nn.return }", model.getContext());
  for (auto kernel : model.getOps<kernel::FuncOp>()) {
    if (kernel->hasAttr(nn::kStrictAttrName) || !seen.insert(describe(kernel, all)).second)
      continue;
    auto copy = cast<kernel::FuncOp>(kernel->clone());
    module->push_back(copy);
    driver::addKernelEntry(*module, copy, {});
    Operation *entry = &module->getBody()->back();
    if (!all && entry->getAttrOfType<IntegerAttr>(kFlopsAttrName).getInt() > 2'000'000) {
      entry->erase();
      copy->erase();
    }
  }
  return module;
}

static SmallVector<Tensor> drawInputs(FunctionOpInterface entry, const test::Range &range, uint64_t seed) {
  Sampler sampler(seed);
  SmallVector<Tensor> inputs;
  for (Type type : entry.getArgumentTypes()) {
    auto tensor = cast<RankedTensorType>(type);
    Type element = tensor.getElementType();
    // Integers may be indices, of at least two elements.
    inputs.push_back(sampler.draw(isa<FloatType>(element) ? range
                                  : element.isInteger(1)  ? kTruth
                                                          : indexBelow(2),
                                  tensor));
  }
  return inputs;
}

static size_t compareKernels(ModuleOp kernels) {
  OwningOpRef<ModuleOp> graph = kernels.clone();
  PassManager passes(kernels.getContext());
  passes.addPass(kernel::createInlineCalls());
  EXPECT_TRUE(succeeded(passes.run(*graph)));
  std::vector<std::unique_ptr<CompiledModule>> compiled;
  for (const Configuration &how : kConfigurations) {
    auto made = CompiledModule::compile(kernels, how, /*seed=*/5);
    if (!made) {
      ADD_FAILURE() << how.name << ": " << llvm::toString(made.takeError());
      return 0;
    }
    compiled.push_back(std::move(*made));
  }
  Oracle oracle(*graph, 5);
  size_t count = 0;
  for (auto entry : graph->getOps<nn::EntryOp>()) {
    ++count;
    StringRef name = entry.getSymName();
    // Of either sign; and positive for roots and logarithms, but so small that no
    // sum of products makes a sigmoid 1.
    for (const test::Range &range : {kUnit, test::Range{test::Range::Plain, 0.01, 0.15}}) {
      SmallVector<Tensor> inputs = drawInputs(entry, range, count);
      for (auto [made, how] : llvm::zip_equal(compiled, kConfigurations)) {
        std::string wrong = compareCall(*graph, *made, oracle, name, inputs);
        if (!wrong.empty()) {
          std::string text;
          llvm::raw_string_ostream(text) << entry;
          ADD_FAILURE() << how.name << ":\n" << text << "\n" << wrong;
        }
      }
    }
  }
  return count;
}

TEST(ModelKernels, CompiledAreInterpreted) {
  bool all = std::getenv("NNC_ALL_KERNELS") != nullptr;
  std::set<std::string> seen;
  size_t count = 0;
  for (const std::string &path : listModels()) {
    SCOPED_TRACE(path);
    std::unique_ptr<MLIRContext> context = makeCompilerContext();
    OwningOpRef<ModuleOp> model = formKernels(path, *context);
    ASSERT_TRUE(model);
    OwningOpRef<ModuleOp> kernels = isolate(*model, seen, all);
    if (kernels->getOps<kernel::FuncOp>().empty())
      continue;
    count += compareKernels(*kernels);
  }
  EXPECT_GE(count, 200u);
}

TEST(ModelKernels, CompileWithoutEachOptimization) {
  bool all = std::getenv("NNC_ALL_KERNELS") != nullptr;
  std::vector<Configuration> configurations = leaveOutEach();
  size_t next = 0;
  for (const std::string &path : listModels({"/examples"})) {
    SCOPED_TRACE(path);
    std::unique_ptr<MLIRContext> context = makeCompilerContext();
    OwningOpRef<ModuleOp> model = generate(path, *context, /*stepsOnly=*/true);
    ASSERT_TRUE(model);
    for (size_t count = all ? configurations.size() : 1; count != 0; --count) {
      Configuration &how = configurations[next++ % configurations.size()];
      how.level = 1;
      auto made = CompiledModule::compile(*model, how, /*seed=*/5);
      if (!made)
        ADD_FAILURE() << how.name << ": " << llvm::toString(made.takeError());
    }
  }
}

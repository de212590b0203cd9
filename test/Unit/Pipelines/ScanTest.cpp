//===- ScanTest.cpp - compiled scans do what interpreted ones do ----------===//
//
// Random programs go through all passes to machine code; their results are
// compared with the interpreter's, in float64. The plan checker runs on each.
//
//===----------------------------------------------------------------------===//
#include "RandomScan.h"
#include "nnc/Analysis/Flops.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/InitAllDialects.h"
#include "nnc/Interpreter/Interpreter.h"
#include "nnc/Pipelines/Pipelines.h"
#include "nnc/Target/Jit.h"
#include "nnc/Target/TargetMachine.h"
#include "nnc/Target/VectorRegisters.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"
#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <random>

using namespace mlir;
using namespace nnc;
using namespace nnc::test;

namespace {

MLIRContext &getContext() {
  static MLIRContext *context = [] {
    DialectRegistry registry;
    mlir::registerAllDialects(registry);
    mlir::registerAllExtensions(registry);
    nnc::registerAllDialects(registry);
    return new MLIRContext(registry, MLIRContext::Threading::DISABLED);
  }();
  return *context;
}

OwningOpRef<ModuleOp> parse(const std::string &text) {
  auto module = parseSourceString<ModuleOp>(text, &getContext());
  EXPECT_TRUE(module) << text;
  return module;
}

LogicalResult run(ModuleOp module, llvm::function_ref<void(OpPassManager &)> build) {
  PassManager pm(&getContext());
  build(pm);
  return pm.run(module);
}

/// All the way to code for this machine, in memory.
std::unique_ptr<LoadedModel> compile(ModuleOp module, unsigned level) {
  CodeOptions target = cantFail(resolveTarget({"", "native", "", level, false}));
  auto machine = cantFail(createTargetMachine(target));
  VectorRegisters registers = getVectorRegisters(*machine);
  KernelCodeOptions code;
  code.vectorBits = registers.bits;
  code.vectorRegisters = registers.count;
  code.level = level;
  bool planned = succeeded(run(module, [&](OpPassManager &pm) {
    buildGradientPipeline(pm);
    buildKernelPipeline(pm);
    buildBufferPipeline(pm, code);
  }));
  EXPECT_TRUE(planned);
  if (!planned)
    return nullptr;
  ModelInterface interface = describeModel(module, "net");
  EXPECT_TRUE(succeeded(run(module, [&](OpPassManager &pm) {
    buildKernelCodePipeline(pm, code);
    buildInterfacePipeline(pm, "net", 16, 64);
  })));
  return cantFail(LoadedModel::load(cantFail(compileModel(LoweredModel{module, target}, interface))));
}

using Arrays = std::vector<std::vector<float>>;

Arrays callCompiled(const nnc_model &model, void *instance, const nnc_function &function,
                    const Arrays &inputs, llvm::ArrayRef<int64_t> sizes) {
  Arrays outputs;
  std::vector<void *> arguments;
  for (const std::vector<float> &input : inputs)
    arguments.push_back(const_cast<float *>(input.data()));
  for (int64_t size : sizes)
    outputs.emplace_back(size, -99.0f);
  for (std::vector<float> &output : outputs)
    arguments.push_back(output.data());
  EXPECT_EQ(function.call(instance, arguments.data()), NNC_OK);
  return outputs;
}

class ScanTest : public testing::TestWithParam<unsigned> {};

/// Compares all entries of `text`, compiled and interpreted.
void compare(const std::string &text, unsigned level) {
  auto reference = parse(text), module = parse(text);
  ASSERT_TRUE(reference && module);
  ASSERT_TRUE(succeeded(run(*reference, [](OpPassManager &pm) { buildGradientPipeline(pm); })));
  auto loaded = compile(*module, level);
  ASSERT_TRUE(loaded) << text;
  const nnc_model &model = *loaded->getDescriptor();
  void *instance = std::aligned_alloc(model.align, alignToBuffer(model.size));
  std::memset(instance, 0xa5, model.size);
  ASSERT_EQ(model.init(instance, 1), NNC_OK);
  Interpreter interpreter(*reference);
  ASSERT_TRUE(succeeded(interpreter.initialize(1)));
  for (size_t i = 0; i < model.function_count; ++i) {
    const nnc_function &function = model.functions[i];
    auto op = cast<FunctionOpInterface>(reference->lookupSymbol(function.name));
    std::mt19937 random(i);
    Arrays inputs;
    SmallVector<Tensor> tensors;
    for (Type type : op.getArgumentTypes()) {
      Tensor &tensor = tensors.emplace_back(cast<RankedTensorType>(type));
      std::vector<float> &input = inputs.emplace_back();
      for (double &element : tensor.floats) {
        input.push_back(int(random() % 2001) / 1000.0f - 1.0f);
        element = input.back();
      }
    }
    SmallVector<int64_t> sizes;
    for (Type type : op.getResultTypes())
      sizes.push_back(cast<RankedTensorType>(type).getNumElements());
    auto expected = interpreter.call(function.name, tensors);
    ASSERT_TRUE(succeeded(expected)) << text;
    // Twice: what the first call leaves in the arena must not matter.
    for (int call = 0; call < 2; ++call) {
      Arrays outputs = callCompiled(model, instance, function, inputs, sizes);
      for (size_t o = 0; o < outputs.size(); ++o)
        for (size_t e = 0; e < outputs[o].size(); ++e)
          ASSERT_NEAR(outputs[o][e], (*expected)[o].floats[e], 2e-4)
              << function.name << " output " << o << " element " << e << " call " << call << "\n"
              << text;
    }
  }
  std::free(instance);
}

TEST_P(ScanTest, Random) {
  std::string text;
  for (unsigned i = 0; i < 12; ++i)
    text += writeRandomScan("e" + std::to_string(i), GetParam() * 1000 + i);
  compare(text, GetParam() % 2 ? 3 : 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ScanTest, testing::Values(1u, 2u, 3u, 5u, 7u, 9u, 24u, 25u));

/// The text of the module in the LLVM dialect that a scan of `turns` becomes.
std::string lower(int64_t turns) {
  std::string n = std::to_string(turns);
  auto module = parse("nn.entry @e(%h0: tensor<4xf32>, %x: tensor<" + n +
                      "x4xf32>, %w: tensor<4x4xf32>) -> tensor<4xf32> {\n  %h = nn.scan " + n +
                      " carry(%a = %h0 : tensor<4xf32>) over(%s = %x : tensor<" + n +
                      "x4xf32>) with(%v = %w : tensor<4x4xf32>) {\n"
                      "    %0 = nn.contract \"i,oi->o\" %a, %v : tensor<4xf32>, tensor<4x4xf32> "
                      "-> tensor<4xf32>\n"
                      "    %1 = nn.add %0, %s : tensor<4xf32>\n"
                      "    %2 = nn.tanh %1 : tensor<4xf32>\n"
                      "    nn.next %2 : tensor<4xf32>\n  }\n  nn.return %h : tensor<4xf32>\n}\n");
  EXPECT_TRUE(succeeded(run(*module, [](OpPassManager &pm) {
    buildGradientPipeline(pm);
    buildKernelPipeline(pm);
    KernelCodeOptions code;
    code.vectorBits = 256;
    buildBufferPipeline(pm, code);
    buildKernelCodePipeline(pm, code);
    buildInterfacePipeline(pm, "net", 16, 64);
  })));
  std::string text;
  llvm::raw_string_ostream os(text);
  module->print(os);
  return text;
}

TEST(ScanSize, IsTheSameForAnyNumberOfTurns) {
  auto count = [](const std::string &text) { return std::count(text.begin(), text.end(), '\n'); };
  EXPECT_EQ(count(lower(10)), count(lower(1000)));
}

TEST(ScanFlops, CountTurns) {
  auto module = parse("nn.entry @e(%x: tensor<10x4xf32>) -> tensor<10x4xf32> {\n"
                      "  %y = nn.scan 10 over(%s = %x : tensor<10x4xf32>) collect(tensor<10x4xf32>) {\n"
                      "    %0 = nn.neg %s : tensor<4xf32>\n"
                      "    nn.next collect %0 collect tensor<4xf32>\n  }\n"
                      "  %z = nn.neg %y : tensor<10x4xf32>\n"
                      "  nn.return %z : tensor<10x4xf32>\n}\n");
  EXPECT_EQ(countFunctionFlops(module->lookupSymbol("e")), 80u);
}

/// The token before, in each turn; the last one is used by none.
TEST(ScanIndices, AreChecked) {
  auto module = parse("nn.entry @e(%first: tensor<i32>, %ids: tensor<3xi32>) -> tensor<3x5xf32> {\n"
                      "  %l, %y = nn.scan 3 carry(%b = %first : tensor<i32>) over(%s = %ids : "
                      "tensor<3xi32>) collect(tensor<3x5xf32>) {\n"
                      "    %0 = nn.one_hot %b : tensor<i32> -> tensor<5xf32>\n"
                      "    nn.next %s collect %0 : tensor<i32> collect tensor<5xf32>\n  }\n"
                      "  nn.return %y : tensor<3x5xf32>\n}\n");
  auto loaded = compile(*module, 3);
  ASSERT_TRUE(loaded);
  const nnc_model &model = *loaded->getDescriptor();
  void *instance = std::aligned_alloc(model.align, alignToBuffer(model.size));
  ASSERT_EQ(model.init(instance, 1), NNC_OK);
  auto call = [&](int32_t first, std::array<int32_t, 3> ids) {
    std::array<float, 15> y;
    void *arguments[] = {&first, ids.data(), y.data()};
    int status = model.functions[0].call(instance, arguments);
    if (status == NNC_OK) {
      EXPECT_EQ(y[first] + y[5 + ids[0]] + y[10 + ids[1]], 3.0f);
    }
    return status;
  };
  EXPECT_EQ(call(4, {0, 3, 99}), NNC_OK);
  EXPECT_EQ(call(5, {0, 3, 1}), -3);
  EXPECT_EQ(call(4, {-1, 3, 1}), -3);
  EXPECT_EQ(call(4, {0, 7, 1}), -3);
  std::free(instance);
}

} // namespace

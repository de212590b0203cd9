//===- ValuesTest.cpp - the library's values against their definitions ----===//
//
// Runs the .nn files in Inputs through front end, differentiation and
// interpreter. Their entries and steps have no inputs and return pairs: `got`
// and `want`, or `got_x` and `want_x`, which must agree. They run in the order
// of the file.
//
//===----------------------------------------------------------------------===//
#include "mlir/Pass/PassManager.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"
#include "nnc/Frontend/Text/TextModel.h"
#include "nnc/Interpreter/Interpreter.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace mlir;

namespace {

class ValuesTest : public testing::TestWithParam<const char *> {};

std::vector<double> valuesOf(const nnc::Tensor &tensor) {
  if (tensor.isFloat())
    return tensor.floats;
  return std::vector<double>(tensor.ints.begin(), tensor.ints.end());
}

std::string show(ArrayRef<double> values) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(values, os);
  return text;
}

void compare(StringRef function, StringRef output, const nnc::Tensor &got,
             const nnc::Tensor &want) {
  EXPECT_EQ(got.shape(), want.shape()) << function.str() << " " << output.str();
  std::vector<double> a = valuesOf(got), b = valuesOf(want);
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    bool same = (std::isnan(a[i]) && std::isnan(b[i])) || a[i] == b[i] ||
                std::abs(a[i] - b[i]) <= 2e-6 + 1e-5 * std::abs(b[i]);
    EXPECT_TRUE(same) << function.str() << " " << output.str() << " element "
                      << i << "\n  got  " << show(a) << "\n  want " << show(b);
    if (!same)
      return;
  }
}

TEST_P(ValuesTest, Agree) {
  MLIRContext context;
  nnc::DiagnosticEngine diags;
  std::string path = std::string(NNC_LIBRARY_CASES "/") + GetParam();
  nnc::LoadedModule loaded = nnc::loadModel(path, diags, context, {});
  diags.print(llvm::errs());
  ASSERT_TRUE(loaded.module);
  PassManager passes(&context);
  passes.addPass(nnc::nn::createDifferentiate());
  ASSERT_TRUE(succeeded(passes.run(*loaded.module)));

  nnc::Interpreter interpreter(*loaded.module);
  ASSERT_TRUE(succeeded(interpreter.initialize(1)));
  for (Operation &op : *loaded.module->getBody()) {
    auto function = dyn_cast<FunctionOpInterface>(op);
    if (!function)
      continue;
    StringRef name = function.getName();
    auto results = interpreter.call(name, {});
    ASSERT_TRUE(succeeded(results)) << name.str();
    llvm::StringMap<nnc::Tensor> outputs;
    for (auto [index, value] : llvm::enumerate(*results)) {
      auto text = function.getResultAttrOfType<StringAttr>(index, "nn.name");
      outputs[text.getValue()] = value;
    }
    unsigned pairs = 0;
    for (auto &entry : outputs) {
      StringRef output = entry.getKey();
      if (!output.consume_front("got"))
        continue;
      auto want = outputs.find(("want" + output).str());
      ASSERT_NE(want, outputs.end()) << name.str() << output.str();
      compare(name, output, entry.getValue(), want->getValue());
      ++pairs;
    }
    EXPECT_NE(pairs, 0u) << name.str() << " compares nothing";
  }
}

INSTANTIATE_TEST_SUITE_P(Library, ValuesTest,
                         testing::Values("activations.nn", "arithmetic.nn",
                                         "layers.nn", "losses.nn",
                                         "training.nn"));

} // namespace

//===- RunHelper.h - run a few lines of nn ----------------------*- C++ -*-===//
//
// Functions are given as text and values as lists of numbers, whatever their
// type, so that a test reads as a table.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_INTERPRETER_RUNHELPER_H
#define NNC_TEST_UNIT_INTERPRETER_RUNHELPER_H

#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Interpreter/Interpreter.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"
#include <cmath>
#include <limits>

namespace nnc {

using Numbers = std::vector<double>;

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInf = std::numeric_limits<double>::infinity();

inline mlir::MLIRContext &getContext() {
  static mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  context.loadDialect<nn::NNDialect>();
  return context;
}

inline Tensor makeTensor(mlir::Type type, const Numbers &values) {
  Tensor tensor(llvm::cast<mlir::RankedTensorType>(type));
  EXPECT_EQ(static_cast<size_t>(tensor.size()), values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (tensor.isFloat())
      tensor.floats[i] = values[i];
    else
      tensor.ints[i] = static_cast<int64_t>(values[i]);
  }
  return tensor;
}

inline Numbers numbersOf(const Tensor &tensor) {
  return tensor.isFloat() ? tensor.floats : Numbers(tensor.ints.begin(), tensor.ints.end());
}

/// A module and an interpreter of it; collects what is reported.
class Program {
public:
  explicit Program(const std::string &text, InterpreterOptions options = {})
      : handler(&getContext(),
                [this](mlir::Diagnostic &diagnostic) { errors += diagnostic.str() + "\n"; }),
        module(mlir::parseSourceString<mlir::ModuleOp>(text, &getContext())) {
    EXPECT_TRUE(module) << errors << text;
    if (module)
      interpreter.emplace(*module, options);
  }

  /// All outputs, or nothing if the call fails.
  std::vector<Numbers> call(llvm::StringRef name, const std::vector<Numbers> &inputs) {
    std::vector<Numbers> outputs;
    if (!module)
      return outputs;
    auto function = module->lookupSymbol<mlir::FunctionOpInterface>(name);
    llvm::SmallVector<Tensor> tensors;
    for (auto [type, values] : llvm::zip_equal(function.getArgumentTypes(), inputs))
      tensors.push_back(makeTensor(type, values));
    auto results = interpreter->call(name, tensors);
    if (llvm::succeeded(results))
      for (const Tensor &result : *results)
        outputs.push_back(numbersOf(result));
    return outputs;
  }

private:
  mlir::ScopedDiagnosticHandler handler;

public:
  std::string errors;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::optional<Interpreter> interpreter;
};

/// Equal, NaN included, to `tolerance` relative.
inline void expectNear(const Numbers &actual, const Numbers &expected, double tolerance = 1e-14) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    if (std::isnan(expected[i]))
      EXPECT_TRUE(std::isnan(actual[i])) << "element " << i << " is " << actual[i];
    else if (std::isinf(expected[i]))
      EXPECT_EQ(actual[i], expected[i]) << "element " << i;
    else
      EXPECT_NEAR(actual[i], expected[i], tolerance * std::fmax(1, std::fabs(expected[i])))
          << "element " << i;
  }
}

/// Runs `%y = OP` with inputs `%a`, `%b`, … of the types given; gives `%y`.
inline Numbers evaluate(const std::string &op, const std::vector<std::string> &types,
                        const std::string &resultType, const std::vector<Numbers> &inputs) {
  std::string arguments;
  for (size_t i = 0; i < types.size(); ++i)
    arguments += (i ? ", %" : "%") + std::string(1, static_cast<char>('a' + i)) + ": tensor<" +
                 types[i] + ">";
  Program program("nn.entry @f(" + arguments + ") -> (tensor<" + resultType + ">) {\n%y = " + op +
                  "\nnn.return %y : tensor<" + resultType + ">\n}");
  std::vector<Numbers> outputs = program.call("f", inputs);
  EXPECT_EQ(program.errors, "");
  EXPECT_EQ(outputs.size(), 1u) << op;
  return outputs.empty() ? Numbers() : outputs.front();
}

} // namespace nnc

#endif // NNC_TEST_UNIT_INTERPRETER_RUNHELPER_H

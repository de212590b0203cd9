//===- Shrink.cpp - what makes a graph wrong ------------------------------===//
//
// Greedy: an output that can go goes; an op whose results can be given instead
// of computed is replaced by inputs that have the values the interpreter found.
//
//===----------------------------------------------------------------------===//
#include "RandomGraph.h"

#include "mlir/IR/IRMapping.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::test;

namespace {
/// Keeps the value of every op.
class Recorder : public InterpreterObserver {
public:
  void afterOp(Operation *op, MutableArrayRef<Tensor> results) override {
    values[op].assign(results.begin(), results.end());
  }
  llvm::DenseMap<Operation *, SmallVector<Tensor>> values;
};
} // namespace

static Example copy(Example &example) {
  return {example.module->clone(), example.inputs};
}

static FunctionOpInterface functionOf(Example &example, StringRef name) {
  return example.module->lookupSymbol<FunctionOpInterface>(name);
}

/// Makes the function's type that of its arguments and of what it returns, and
/// drops what nothing uses.
static void tidy(Example &example, StringRef name) {
  FunctionOpInterface function = functionOf(example, name);
  Block &body = function.getFunctionBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
  for (unsigned i = body.getNumArguments(); i-- > 0;)
    if (body.getArgument(i).use_empty()) {
      body.eraseArgument(i);
      example.inputs.erase(example.inputs.begin() + i);
    }
  function.setFunctionTypeAttr(TypeAttr::get(
      FunctionType::get(function.getContext(), body.getArgumentTypes(),
                        body.getTerminator()->getOperandTypes())));
}

/// Leaves out one output.
static Example withoutOutput(Example &example, StringRef name, unsigned output) {
  Example smaller = copy(example);
  functionOf(smaller, name).getFunctionBody().front().getTerminator()->eraseOperand(
      output);
  tidy(smaller, name);
  return smaller;
}

/// Gives the results of op number `index` as inputs.
static Example withoutOp(Example &example, StringRef name, unsigned index) {
  Example smaller = copy(example);
  Recorder recorder;
  InterpreterOptions options;
  options.roundVariables = true;
  options.observer = &recorder;
  Interpreter interpreter(*smaller.module, options);
  if (failed(interpreter.initialize(0)) ||
      failed(interpreter.call(name, smaller.inputs)))
    return copy(example);
  Block &body = functionOf(smaller, name).getFunctionBody().front();
  Operation *op = &*std::next(body.begin(), index);
  SmallVector<Tensor> values = recorder.values[op];
  if (values.empty() || isa<nn::ConstantOp>(op))
    return copy(example);
  for (auto [result, value] : llvm::zip_equal(op->getResults(), values)) {
    value.roundToType();
    result.replaceAllUsesWith(body.addArgument(result.getType(), op->getLoc()));
    smaller.inputs.push_back(value);
  }
  tidy(smaller, name);
  return smaller;
}

void nnc::test::shrink(Example &example, StringRef name,
                       llvm::function_ref<bool(Example &)> fails) {
  auto bodyOf = [&](Example &of) -> Block & {
    return functionOf(of, name).getFunctionBody().front();
  };
  auto sizeOf = [&](Example &of) {
    return bodyOf(of).getOperations().size() +
           bodyOf(of).getTerminator()->getNumOperands();
  };
  auto attempt = [&](Example smaller) {
    if (sizeOf(smaller) >= sizeOf(example) || !fails(smaller))
      return false;
    example = std::move(smaller);
    return true;
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (unsigned i = bodyOf(example).getTerminator()->getNumOperands(); i-- > 0;)
      if (bodyOf(example).getTerminator()->getNumOperands() > 1)
        changed |= attempt(withoutOutput(example, name, i));
    for (unsigned i = bodyOf(example).getOperations().size() - 1; i-- > 0;)
      // One that goes may take others with it.
      if (i + 1 < bodyOf(example).getOperations().size())
        changed |= attempt(withoutOp(example, name, i));
  }
}

std::string nnc::test::print(const Example &example) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (auto [i, input] : llvm::enumerate(example.inputs)) {
    os << "// input " << i << ":";
    for (double value : input.floats)
      os << " " << llvm::format("%.17g", value);
    for (int64_t value : input.ints)
      os << " " << value;
    os << "\n";
  }
  example.module.get().print(os);
  os << "\n";
  return text;
}

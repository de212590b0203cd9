//===- Eval.cpp - nnc eval ------------------------------------------------===//
//
// Wraps an expression of the language into an entry and has the float64
// interpreter run it.
//
//===----------------------------------------------------------------------===//
#include "Commands.h"
#include "InterpretedModel.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

int nnc::driver::runEval(const Invocation &invocation, MLIRContext &context) {
  // A line of its own, so that messages count lines and columns as the user does.
  std::string text = "entry eval() { return value = (\n" + invocation.expression + "\n) }\n";
  int status = 0;
  auto model = Model::parse("expression", text, /*hiddenLines=*/1, context, status);
  if (!model)
    return status;
  auto module = model->generate({}, {}, status);
  if (!module)
    return status;
  runtime::RunOptions options;
  options.function = "eval";
  options.seed = invocation.run.seed;
  return runInterpreted(*module, *model, options);
}

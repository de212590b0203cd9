//===- Info.cpp - nnc info ------------------------------------------------===//
//
// A model: its functions and tensors. Weights: what is in the file.
//
//===----------------------------------------------------------------------===//
#include "Commands.h"
#include "Summary.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Runtime/Commands.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

int nnc::driver::runInfo(const Invocation &invocation, MLIRContext &context) {
  if (StringRef(invocation.file).ends_with(".safetensors"))
    return runtime::infoWeights(invocation.file, invocation.values);
  int status = 0;
  auto model = Model::open(invocation.file, context, status);
  if (!model)
    return status;
  std::vector<OpenFunction> open;
  CodeArguments code = invocation.code;
  auto module = model->generate(code, status, &open);
  if (!module)
    return status;
  printSummary(*module, open, llvm::outs());
  const char *kinds[] = {"parameter", "state", "slot"};
  for (auto variable : module->getOps<nn::VariableOp>())
    llvm::outs() << kinds[static_cast<unsigned>(variable.getKind())] << ' ' << variable.getSymName()
                 << ": " << typeText(variable.getType()) << '\n';
  return 0;
}

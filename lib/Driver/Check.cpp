//===- Check.cpp - nnc check ----------------------------------------------===//
#include "Commands.h"
#include "Compile.h"
#include "GradientReport.h"
#include "Summary.h"
#include "nnc/Pipelines/Pipelines.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

int nnc::driver::runCheck(const Invocation &invocation, MLIRContext &context) {
  int status = 0;
  auto model = Model::open(invocation.code.model, context, status);
  if (!model)
    return status;
  std::vector<OpenFunction> open;
  auto module = model->generate(invocation.code, status, &open);
  if (!module)
    return status;
  OwningOpRef<ModuleOp> differentiated(cast<ModuleOp>(module.get()->clone()));
  if (!runPasses(*differentiated, *model, [](OpPassManager &pm) { buildGradientPipeline(pm); }, status))
    return status;
  printSummary(*differentiated, open, llvm::outs());
  if (!invocation.gradients)
    return 0;
  return reportGradients(*module, *model, invocation.code, invocation.run.seed);
}

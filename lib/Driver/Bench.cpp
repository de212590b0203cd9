//===- Bench.cpp - nnc bench ----------------------------------------------===//
//
// Compiles for this machine, loads, and measures as an executable's `bench`.
//
//===----------------------------------------------------------------------===//
#include "Commands.h"
#include "Compile.h"
#include "KernelEntries.h"
#include "nnc/Analysis/Invariants.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Runtime/Commands.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

/// Makes an entry of every kernel, which calls it and nothing else, in place of
/// the model's own functions and variables.
static void isolateKernels(ModuleOp module) {
  SmallVector<std::pair<kernel::FuncOp, SmallVector<unsigned>>> kernels;
  for (auto kernel : module.getOps<kernel::FuncOp>())
    kernels.emplace_back(kernel, getInvariantOperands(kernel));
  for (Operation &op : llvm::make_early_inc_range(*module.getBody()))
    if (isa<nn::VariableOp, nn::EntryOp, nn::StepOp>(op))
      op.erase();
  for (const auto &[kernel, invariant] : kernels)
    addKernelEntry(module, kernel, invariant);
  module->removeAttr(kNormalizersAttrName);
}

int nnc::driver::runBench(const Invocation &invocation, MLIRContext &context) {
  int status = 0;
  auto model = Model::open(invocation.code.model, context, status);
  if (!model)
    return status;
  std::vector<OpenFunction> open;
  auto module = model->generate(invocation.code, status, &open);
  if (!module)
    return status;
  for (const OpenFunction &function : open)
    driver::remark("'" + Twine(function.name) + "' is skipped: -D must give " + llvm::join(function.dims, ", "));
  if (module->getOps<FunctionOpInterface>().empty())
    return fail(1, Twine(invocation.code.model) + ": there is no entry or step to measure");
  CompileRequest request;
  if (invocation.benchKernels)
    request.onKernels = isolateKernels;
  auto loaded = compileAndLoad(*module, *model, invocation.code, status, std::move(request));
  return loaded ? runtime::bench(*loaded->getDescriptor(), invocation.bench) : status;
}

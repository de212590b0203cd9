//===- InlineCalls.cpp - kernels back to a graph --------------------------===//
//
// The way back from kernels, for all that reads a model as a graph: the
// interpreter and what describes models.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Dialect/Kernel/Transforms/Passes.h"
#include "mlir/IR/IRMapping.h"

namespace nnc::kernel {
#define GEN_PASS_DEF_INLINECALLS
#include "nnc/Dialect/Kernel/Transforms/Passes.h.inc"
} // namespace nnc::kernel

using namespace mlir;

namespace {

struct InlineCalls : nnc::kernel::impl::InlineCallsBase<InlineCalls> {
  using InlineCallsBase::InlineCallsBase;
  void runOnOperation() override;
};

} // namespace

static void inlineCall(nnc::kernel::CallOp call, nnc::kernel::FuncOp kernel) {
  OpBuilder builder(call);
  Block &body = kernel.getBody().front();
  IRMapping map;
  map.map(body.getArguments(), call.getInputs());
  for (Operation &op : body.without_terminator())
    builder.clone(op, map);
  for (auto [result, value] : llvm::zip_equal(call.getResults(), body.getTerminator()->getOperands()))
    result.replaceAllUsesWith(map.lookup(value));
  call.erase();
}

void InlineCalls::runOnOperation() {
  ModuleOp module = getOperation();
  SmallVector<nnc::kernel::FuncOp> kernels(module.getOps<nnc::kernel::FuncOp>());
  if (kernels.empty())
    return;
  if (Operation *init = module.lookupSymbol(nnc::kInitName))
    init->erase();
  SymbolTable symbols(module);
  module.walk([&](nnc::kernel::CallOp call) {
    if (auto kernel = symbols.lookup<nnc::kernel::FuncOp>(call.getKernel()))
      inlineCall(call, kernel);
  });
  for (nnc::kernel::FuncOp kernel : kernels)
    kernel.erase();
}

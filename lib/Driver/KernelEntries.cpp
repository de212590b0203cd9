//===- KernelEntries.cpp - kernels that can be called alone ---------------===//
//
// What `bench --kernels` and the tuner measure.
//
//===----------------------------------------------------------------------===//
#include "KernelEntries.h"
#include "nnc/Analysis/Flops.h"
#include "nnc/Analysis/Invariants.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Dialect/NN/IR/NN.h"

using namespace mlir;
using namespace nnc;

void nnc::driver::addKernelEntry(ModuleOp module, kernel::FuncOp kernel,
                                 ArrayRef<unsigned> invariant) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  Location loc = kernel.getLoc();
  uint64_t flops = 0;
  kernel.walk([&](Operation *op) {
    if (op != kernel)
      flops += countFlops(op);
  });
  OperationState state(loc, nn::EntryOp::getOperationName());
  state.addAttribute(nn::EntryOp::getSymNameAttrName(state.name),
                     builder.getStringAttr("run_" + kernel.getSymName()));
  state.addAttribute(nn::EntryOp::getFunctionTypeAttrName(state.name), kernel.getFunctionTypeAttr());
  state.addAttribute(kFlopsAttrName, builder.getI64IntegerAttr(flops));
  Block &body = state.addRegion()->emplaceBlock();
  for (Type type : kernel.getArgumentTypes())
    body.addArgument(type, loc);
  auto entry = cast<nn::EntryOp>(builder.create(state));
  for (unsigned operand : invariant)
    entry.setArgAttr(operand, kInvariantAttrName, builder.getUnitAttr());
  OpBuilder inside = OpBuilder::atBlockEnd(&body);
  OperationState call(loc, kernel::CallOp::getOperationName());
  call.addAttribute(kernel::CallOp::getKernelAttrName(call.name), FlatSymbolRefAttr::get(kernel));
  call.addOperands(body.getArguments());
  call.addTypes(kernel.getResultTypes());
  nn::ReturnOp::create(inside, loc, inside.create(call)->getResults());
}

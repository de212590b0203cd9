//===- Kernels.cpp - what is done with kernels as a whole -----------------===//
#include "nnc/Dialect/Kernel/IR/Kernels.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

std::string nnc::kernel::getBodyText(FunctionOpInterface kernel) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << kernel.getFunctionType() << '\n';
  OpPrintingFlags flags;
  flags.useLocalScope();
  for (Operation &op : kernel.getFunctionBody().front()) {
    op.print(os, flags);
    os << '\n';
  }
  return text;
}

void nnc::kernel::rebuildViews(OpBuilder &builder, Value value, IRMapping &map) {
  if (map.contains(value))
    return;
  Operation *op = value.getDefiningOp();
  assert(isPure(op) && "only views and constants are made again");
  for (Value operand : op->getOperands())
    rebuildViews(builder, operand, map);
  builder.clone(*op, map);
}

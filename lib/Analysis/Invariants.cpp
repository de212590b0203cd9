//===- Invariants.cpp - values that stay the same from call to call -------===//
#include "nnc/Analysis/Invariants.h"
#include "nnc/Analysis/Storage.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace nnc;

Invariants::Invariants(FunctionOpInterface function) : function(function) {
  for (auto write : function.getFunctionBody().getOps<nn::WriteOp>())
    written.insert(write.getVariable());
}

bool Invariants::isLasting(Value value) const {
  value = getStorageRoot(value);
  if (auto read = value.getDefiningOp<nn::ReadOp>())
    return !written.contains(read.getVariable());
  if (auto argument = dyn_cast<BlockArgument>(value);
      argument && argument.getOwner()->getParentOp() == function)
    return bool(FunctionOpInterface(function).getArgAttr(argument.getArgNumber(), kInvariantAttrName));
  return value.getDefiningOp<nn::ConstantOp>() != nullptr;
}

bool Invariants::isInvariant(Value value) const {
  if (isLasting(value))
    return true;
  auto argument = dyn_cast<BlockArgument>(getStorageRoot(value));
  auto scan = argument ? dyn_cast<nn::ScanOp>(argument.getOwner()->getParentOp()) : nn::ScanOp();
  return scan && llvm::is_contained(scan.getCaptureArguments(), argument);
}

SmallVector<unsigned> nnc::getInvariantOperands(kernel::FuncOp kernel) {
  llvm::SmallBitVector invariant(kernel.getNumArguments(), true);
  for (auto function : kernel->getParentOfType<ModuleOp>().getOps<FunctionOpInterface>()) {
    if (!nn::isGraphFunction(function))
      continue;
    Invariants invariants(function);
    function.walk([&](kernel::CallOp call) {
      if (call.getKernel() != kernel.getSymName())
        return;
      for (auto [number, operand] : llvm::enumerate(call.getInputs()))
        if (!invariants.isInvariant(operand))
          invariant.reset(number);
    });
  }
  return llvm::to_vector_of<unsigned>(invariant.set_bits());
}

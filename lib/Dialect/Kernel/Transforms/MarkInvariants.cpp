//===- MarkInvariants.cpp - operands that stay the same between calls -----===//
//
// Lowering packs such operands at its leisure: once, not in every call. A kernel
// whose calls differ in them becomes several.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/Invariants.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/Dialect/Kernel/Transforms/Passes.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "llvm/ADT/MapVector.h"

namespace nnc::kernel {
#define GEN_PASS_DEF_MARKINVARIANTS
#include "nnc/Dialect/Kernel/Transforms/Passes.h.inc"
} // namespace nnc::kernel

using namespace mlir;
using namespace nnc;

namespace {

struct MarkInvariants : nnc::kernel::impl::MarkInvariantsBase<MarkInvariants> {
  using MarkInvariantsBase::MarkInvariantsBase;
  void runOnOperation() override;

private:
  /// The operands of a call that are invariant.
  using Operands = SmallVector<unsigned>;
  /// The calls of each kernel, by their invariant operands.
  llvm::MapVector<kernel::FuncOp, std::map<Operands, SmallVector<kernel::CallOp>>> calls;

  void collect(FunctionOpInterface function, SymbolTableCollection &symbols);
  void mark(kernel::FuncOp kernel, const Operands &operands);
};

} // namespace

/// Only products pack their operands.
static bool hasProduct(kernel::FuncOp kernel) {
  return llvm::any_of(kernel.getBody().front(), [](Operation &op) {
    return isa<nn::ContractOp, nn::ConvOp, nn::ConvInputGradOp>(op);
  });
}

void MarkInvariants::collect(FunctionOpInterface function, SymbolTableCollection &symbols) {
  Invariants invariants(function);
  function.walk([&](kernel::CallOp call) {
    auto kernel = dyn_cast_or_null<kernel::FuncOp>(
        symbols.lookupNearestSymbolFrom(call, call.getKernelAttr()));
    if (!kernel || !hasProduct(kernel))
      return;
    Operands operands;
    for (auto [number, operand] : llvm::enumerate(call.getInputs()))
      if (function.getName() != kInitName && invariants.isInvariant(operand))
        operands.push_back(number);
    calls[kernel][operands].push_back(call);
  });
}

void MarkInvariants::mark(kernel::FuncOp kernel, const Operands &operands) {
  Builder builder(&getContext());
  for (unsigned operand : operands)
    kernel.setArgAttr(operand, kInvariantAttrName, builder.getUnitAttr());
  numMarked += operands.size();
}

void MarkInvariants::runOnOperation() {
  SymbolTableCollection symbols;
  for (auto function : getOperation().getOps<FunctionOpInterface>())
    if (nn::isGraphFunction(function))
      collect(function, symbols);
  for (auto &[kernel, kinds] : calls) {
    // Those with fewest come last and keep the kernel itself.
    for (auto &[operands, users] : llvm::reverse(kinds)) {
      kernel::FuncOp copy = kernel;
      if (&operands != &kinds.begin()->first) {
        copy = kernel.clone();
        copy->setAttr(kCopyOfAttrName, kernel.getSymNameAttr());
        symbols.getSymbolTable(getOperation()).insert(copy, std::next(kernel->getIterator()));
      }
      mark(copy, operands);
      for (kernel::CallOp call : users)
        call.setKernel(copy.getSymName());
    }
  }
  calls.clear();
}

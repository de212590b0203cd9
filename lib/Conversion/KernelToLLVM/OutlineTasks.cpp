//===- OutlineTasks.cpp - loops over tasks become functions ---------------===//
//
// See Tasks.h. A task takes the kernel's buffers; the views of them that it uses
// are made again inside.
//
//===----------------------------------------------------------------------===//
#include "nnc/Conversion/Passes.h"
#include "nnc/Conversion/Tasks.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

namespace nnc {
#define GEN_PASS_DEF_OUTLINETASKS
#include "nnc/Conversion/Passes.h.inc"
} // namespace nnc

using namespace mlir;
using namespace nnc;

/// Makes `value`, which views or constants lead to from arguments, inside.
static void rebuild(OpBuilder &builder, Value value, IRMapping &map) {
  if (map.contains(value))
    return;
  Operation *op = value.getDefiningOp();
  assert(isPure(op) && "tasks use buffers, views of them and constants");
  for (Value operand : op->getOperands())
    rebuild(builder, operand, map);
  builder.clone(*op, map);
}

namespace {
struct OutlineTasks : public nnc::impl::OutlineTasksBase<OutlineTasks> {
  void runOnOperation() override {
    for (auto kernel : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      outline(kernel);
  }

private:
  void outline(func::FuncOp kernel) {
    SmallVector<scf::ForOp> loops;
    if (kernel.isExternal())
      return;
    for (auto loop : kernel.getBody().front().getOps<scf::ForOp>())
      if (loop->hasAttr(kTasksAttrName))
        loops.push_back(loop);
    if (loops.empty())
      return;

    Builder b(&getContext());
    Block &body = kernel.getBody().front();
    SmallVector<Type> buffers(body.getArgumentTypes()), own(buffers), all(buffers);
    auto instance = MemRefType::get({1}, b.getI8Type());
    own.append(2, b.getIndexType());
    all.push_back(instance);
    body.addArgument(instance, kernel.getLoc());
    kernel.setType(b.getFunctionType(all, {}));
    kernel->setAttr(kTakesInstanceAttrName, b.getUnitAttr());

    for (auto [number, loop] : llvm::enumerate(loops)) {
      std::string name = (kernel.getSymName() + ".task" + Twine(number)).str();
      OpBuilder builder(kernel);
      auto task = func::FuncOp::create(builder, loop.getLoc(), name, b.getFunctionType(own, {}));
      auto every =
          func::FuncOp::create(builder, loop.getLoc(), name + ".all", b.getFunctionType(all, {}));
      for (func::FuncOp function : {task, every})
        function.setPrivate();
      for (NamedAttribute attr : kernel->getDiscardableAttrs())
        if (attr.getName() != kTakesInstanceAttrName)
          task->setDiscardableAttr(attr.getName(), attr.getValue());
      every->setAttr(kTasksAttrName, loop.getUpperBound().getDefiningOp()->getAttr("value"));

      Block *inside = task.addEntryBlock();
      builder.setInsertionPointToStart(inside);
      IRMapping map;
      for (auto [from, to] : llvm::zip(body.getArguments(), inside->getArguments()))
        if (from != body.getArguments().back())
          map.map(from, to);
      map.map(loop.getInductionVar(), inside->getArguments().drop_back().back());
      SetVector<Value> used;
      getUsedValuesDefinedAbove(loop.getRegion(), used);
      for (Value value : used)
        rebuild(builder, value, map);
      for (Operation &op : loop.getBody()->without_terminator())
        builder.clone(op, map);
      func::ReturnOp::create(builder, loop.getLoc());
      task.walk([&](kernel::WorkerOp worker) {
        worker.getResult().replaceAllUsesWith(inside->getArguments().back());
        worker.erase();
      });

      builder.setInsertionPoint(loop);
      func::CallOp::create(builder, loop.getLoc(), every, ValueRange(body.getArguments()));
      loop.erase();
    }
  }
};
} // namespace

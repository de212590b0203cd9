//===- OutlineTasks.cpp - loops over tasks become functions ---------------===//
//
// See Tasks.h. A task takes the kernel's buffers; the views of them that it uses
// are made again inside. A kernel from another back end has its tasks already, which
// take its scratch and what it hands them.
//
//===----------------------------------------------------------------------===//
#include "nnc/Conversion/Passes.h"
#include "nnc/Conversion/KernelSchedule.h"
#include "nnc/Conversion/Tasks.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/Dialect/Kernel/IR/Kernels.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Transforms/RegionUtils.h"

namespace nnc {
#define GEN_PASS_DEF_OUTLINETASKS
#include "nnc/Conversion/Passes.h.inc"
} // namespace nnc

using namespace mlir;
using namespace nnc;

/// The turns of the loops around it that `value`, which views or constants lead
/// to, depends on.
static void findTurns(Value value, SetVector<Value> &turns) {
  Operation *op = value.getDefiningOp();
  if (!op) {
    if (isa<scf::ForOp>(value.getParentBlock()->getParentOp()))
      turns.insert(value);
    return;
  }
  for (Value operand : op->getOperands())
    findTurns(operand, turns);
}

namespace {
struct OutlineTasks : public nnc::impl::OutlineTasksBase<OutlineTasks> {
  void runOnOperation() override {
    for (auto kernel : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      outline(kernel);
  }

private:
  void declareTasks(func::FuncOp kernel) {
    auto tasks = kernel->getAttrOfType<DenseI64ArrayAttr>(kTasksAttrName);
    if (!tasks)
      return;
    kernel->removeAttr(kTasksAttrName);
    OpBuilder builder(kernel);
    auto pointer = MemRefType::get({1}, builder.getI8Type());
    auto index = builder.getIndexType();
    auto declare = [&](const Twine &name, ArrayRef<Type> arguments) {
      auto function = func::FuncOp::create(builder, kernel.getLoc(), (kernel.getSymName() + name).str(),
                                           builder.getFunctionType(arguments, {}));
      function.setPrivate();
      return function;
    };
    for (auto [number, count] : llvm::enumerate(tasks.asArrayRef())) {
      declare(".task" + Twine(number), {pointer, pointer, index, index})
          ->setAttr(kBackendAttrName, kernel->getAttr(kBackendAttrName));
      declare(".task" + Twine(number) + ".all", {pointer, pointer, pointer})
          ->setAttr(kTasksAttrName, builder.getIndexAttr(count));
    }
    SmallVector<Type> arguments(kernel.getArgumentTypes());
    arguments.push_back(pointer);
    kernel.setType(builder.getFunctionType(arguments, {}));
    kernel->setAttr(kTakesInstanceAttrName, builder.getUnitAttr());
  }

  void outline(func::FuncOp kernel) {
    SmallVector<scf::ForOp> loops;
    if (kernel.isExternal())
      return declareTasks(kernel);
    kernel.walk([&](scf::ForOp loop) {
      if (loop->hasAttr(kTasksAttrName))
        loops.push_back(loop);
    });
    if (loops.empty())
      return;

    Builder b(&getContext());
    Block &body = kernel.getBody().front();
    SmallVector<Type> buffers(body.getArgumentTypes());
    auto instance = MemRefType::get({1}, b.getI8Type());
    body.addArgument(instance, kernel.getLoc());
    kernel.setType(b.getFunctionType(body.getArgumentTypes(), {}));
    kernel->setAttr(kTakesInstanceAttrName, b.getUnitAttr());

    for (auto [number, loop] : llvm::enumerate(loops)) {
      std::string name = (kernel.getSymName() + ".task" + Twine(number)).str();
      SetVector<Value> used, turns;
      getUsedValuesDefinedAbove(loop.getRegion(), used);
      for (Value value : used)
        findTurns(value, turns);
      SmallVector<Type> own(buffers), all(buffers);
      own.append(turns.size() + 2, b.getIndexType());
      all.append(turns.size(), b.getIndexType());
      all.push_back(instance);
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
      SmallVector<Value> passed(body.getArguments().drop_back());
      llvm::append_range(passed, turns);
      map.map(passed, inside->getArguments().drop_back(2));
      map.map(loop.getInductionVar(), inside->getArguments().drop_back().back());
      for (Value value : used)
        kernel::rebuildViews(builder, value, map);
      for (Operation &op : loop.getBody()->without_terminator())
        builder.clone(op, map);
      func::ReturnOp::create(builder, loop.getLoc());
      task.walk([&](kernel::WorkerOp worker) {
        worker.getResult().replaceAllUsesWith(inside->getArguments().back());
        worker.erase();
      });

      builder.setInsertionPoint(loop);
      passed.push_back(body.getArguments().back());
      func::CallOp::create(builder, loop.getLoc(), every, passed);
      loop.erase();
    }
  }
};
} // namespace

//===- LinalgToVector.cpp - linalg on buffers to loops over vectors -------===//
//
// Every linalg.generic with linear addresses becomes loops and vector ops by a
// schedule derived from the target; any other becomes scalar loops.
//
//===----------------------------------------------------------------------===//
#include "NestEmitter.h"
#include "nnc/Conversion/KernelSchedule.h"
#include "nnc/Conversion/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/Debug.h"

#define DEBUG_TYPE "convert-linalg-to-vector"

namespace nnc {
#define GEN_PASS_DEF_CONVERTLINALGTOVECTOR
#include "nnc/Conversion/Passes.h.inc"
} // namespace nnc

using namespace mlir;
using namespace nnc;

static bool isInTask(Operation *op) {
  while ((op = op->getParentOp()))
    if (op->hasAttr(kTasksAttrName))
      return true;
  return false;
}

namespace {
struct ConvertLinalgToVector : public nnc::impl::ConvertLinalgToVectorBase<ConvertLinalgToVector> {
  using ConvertLinalgToVectorBase::ConvertLinalgToVectorBase;

  LogicalResult initialize(MLIRContext *context) override {
    std::string unknown = optimizations.dropAll(disabled);
    if (!unknown.empty())
      return emitError(UnknownLoc::get(context))
             << "disable: '" << unknown << "' is none of " << listOptimizations();
    return success();
  }

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    VectorTarget target{vectorBits, vectorRegisters, static_cast<int64_t>(cacheBytes), tasks,
                        strict || getOperation()->hasAttr("nn.strict")};
    target.optimizations = optimizations;
    if (auto kib = getScheduleNumber(getOperation(), "cache"))
      target.cache = *kib << 10;
    target.rows = getScheduleNumber(getOperation(), "rows").value_or(0);
    target.columns = getScheduleNumber(getOperation(), "columns").value_or(0);
    if (tasks < 2)
      getOperation()->walk([](scf::ForOp loop) { loop->removeAttr(kTasksAttrName); });
    SmallVector<linalg::GenericOp> generics;
    SmallVector<linalg::LinalgOp> all;
    getOperation()->walk([&](linalg::LinalgOp op) { all.push_back(op); });
    for (linalg::LinalgOp op : all) {
      rewriter.setInsertionPoint(op);
      FailureOr<linalg::GenericOp> generic = linalg::generalizeNamedOp(rewriter, op);
      generics.push_back(succeeded(generic) ? *generic : cast<linalg::GenericOp>(op));
    }
    // Backwards, popping: a reduction erases the fill that stands before it.
    while (!generics.empty()) {
      linalg::GenericOp op = generics.pop_back_val();
      if (llvm::is_contained(op.getStaticLoopRanges(), 0)) {
        op.erase();
        continue;
      }
      VectorTarget own = target;
      if (isInTask(op))
        own.tasks = 1;
      std::optional<Nest> nest;
      if (op->hasAttr(kEpilogueAttrName) && !generics.empty()) {
        nest = Nest::describe(generics.back(), op);
        if (nest && takesEpilogue(*nest, Schedule::choose(*nest, own)))
          op = generics.pop_back_val();
        else
          nest.reset();
      }
      if (!nest)
        nest = Nest::describe(op);
      if (!nest) {
        ++numScalar;
        LLVM_DEBUG(llvm::dbgs() << "scalar loops for " << op << "\n");
        rewriter.setInsertionPoint(op);
        if (failed(linalg::linalgOpToLoops(rewriter, op))) {
          op.emitError() << "has no loops";
          return signalPassFailure();
        }
        rewriter.eraseOp(op);
        continue;
      }
      ++numVector;
      NestEmitter emitter(rewriter, *nest, Schedule::choose(*nest, own));
      if (Operation *fill = emitter.takeFill()) {
        assert(!generics.empty() && generics.back() == fill && "the fill stands just before");
        generics.pop_back();
        fill->erase();
      }
      emitter.emit();
    }
  }

private:
  Optimizations optimizations;
};
} // namespace

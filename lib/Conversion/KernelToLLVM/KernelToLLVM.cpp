//===- KernelToLLVM.cpp - loops over vectors to the LLVM dialect ----------===//
//
// One conversion for all dialects that a kernel is made of by now. Buffers
// become bare pointers. What the memory plan promises is written down for
// LLVM: an output that shares its buffer with no input aliases nothing.
//
//===----------------------------------------------------------------------===//
#include "nnc/Conversion/KernelSchedule.h"
#include "nnc/Conversion/Passes.h"
#include "nnc/Conversion/Tasks.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "mlir/Analysis/DataLayoutAnalysis.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVM.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"

namespace nnc {
#define GEN_PASS_DEF_CONVERTKERNELTOLLVM
#include "nnc/Conversion/Passes.h.inc"
} // namespace nnc

using namespace mlir;
using namespace nnc;

/// The arguments that alias no other one: outputs that no input shares its
/// buffer with, and scratch.
static llvm::SmallBitVector findUnaliased(func::FuncOp function) {
  llvm::SmallBitVector unaliased(function.getNumArguments());
  auto pairs = function->getAttrOfType<ArrayAttr>("kernel.inplace");
  auto firstOutput = function->getAttrOfType<IntegerAttr>(kFirstOutputAttrName);
  if (!pairs || !firstOutput)
    return unaliased;
  // Behind the buffers there may be a task's number and worker, or the instance.
  unsigned end = function.getNumArguments();
  while (!isa<MemRefType>(function.getArgumentTypes()[end - 1]))
    --end;
  if (function->hasAttr(kTakesInstanceAttrName))
    --end;
  unaliased.set(firstOutput.getInt(), end);
  for (Attribute pair : pairs)
    unaliased.reset(firstOutput.getInt() + cast<IntegerAttr>(cast<ArrayAttr>(pair)[1]).getInt());
  return unaliased;
}

/// Whether a kernel walks so much data that a call costs nothing beside it. It
/// then stays a function: callers compile faster, and profilers see its name.
static bool isLarge(func::FuncOp function) {
  int64_t elements = 0;
  for (Type type : function.getArgumentTypes())
    if (auto buffer = dyn_cast<MemRefType>(type))
      elements += buffer.getNumElements();
  return elements > 4096;
}

/// Lets LLVM contract products and sums, or forbids it.
static void setContraction(func::FuncOp function, bool allowed) {
  function.walk([&](arith::ArithFastMathInterface op) {
    // Absent on conversions.
    if (!op.getFastMathFlagsAttr())
      return;
    arith::FastMathFlags flags = op.getFastMathFlagsAttr().getValue();
    auto own = arith::FastMathFlags::contract | arith::FastMathFlags::reassoc;
    auto next = allowed ? flags | arith::FastMathFlags::contract : flags & ~own;
    if (next != flags)
      op->setAttr(op.getFastMathAttrName(),
                  arith::FastMathFlagsAttr::get(function.getContext(), next));
  });
}

/// Outside of tasks there is one worker, of number 0.
static void setOnlyWorker(func::FuncOp function) {
  function.walk([](kernel::WorkerOp worker) {
    OpBuilder builder(worker);
    Value zero = arith::ConstantIndexOp::create(builder, worker.getLoc(), 0);
    worker.getResult().replaceAllUsesWith(zero);
    worker.erase();
  });
}

/// Gives arguments without elements the type of an empty vector: some of their
/// own have no strides, and no bare pointer. Nothing reads or writes them.
static void simplifyEmpty(func::FuncOp function) {
  Block &body = function.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
  for (BlockArgument argument : body.getArguments()) {
    auto type = dyn_cast<MemRefType>(argument.getType());
    if (type && type.getNumElements() == 0 && argument.use_empty())
      argument.setType(MemRefType::get({0}, type.getElementType()));
  }
  function.setType(FunctionType::get(function.getContext(), body.getArgumentTypes(),
                                     function.getResultTypes()));
}

namespace {
struct ConvertKernelToLLVM : public nnc::impl::ConvertKernelToLLVMBase<ConvertKernelToLLVM> {
  using ConvertKernelToLLVMBase::ConvertKernelToLLVMBase;

  void runOnOperation() override {
    auto functions = llvm::to_vector(getOperation().getOps<func::FuncOp>());
    for (func::FuncOp function : functions) {
      if (function.isExternal())
        continue;
      setContraction(function, !strict && !function->hasAttr("nn.strict"));
      setOnlyWorker(function);
      simplifyEmpty(function);
      if (failed(convertLoops(function)))
        return signalPassFailure();
    }
    const auto &layouts = getAnalysis<DataLayoutAnalysis>();
    LowerToLLVMOptions options(&getContext(), layouts.getAtOrAbove(getOperation()));
    options.useBarePtrCallConv = true;
    LLVMTypeConverter converter(&getContext(), options, &layouts);
    RewritePatternSet patterns(&getContext());
    addPatterns(converter, patterns);
    FrozenRewritePatternSet frozen(std::move(patterns));
    LLVMConversionTarget target(getContext());
    target.addLegalOp<ModuleOp>();
    for (func::FuncOp function : functions) {
      llvm::SmallBitVector unaliased = findUnaliased(function);
      bool isPrivate = function.isPrivate(), keep = isLarge(function);
      std::string name = function.getSymName().str();
      if (failed(applyPartialConversion(function.getOperation(), target, frozen)))
        return signalPassFailure();
      auto made = getOperation().lookupSymbol<LLVM::LLVMFuncOp>(name);
      if (made.isExternal())
        continue;
      describe(made, unaliased, isPrivate);
      made.setNoInline(keep);
    }
  }

private:
  LogicalResult convertLoops(func::FuncOp function) {
    RewritePatternSet patterns(&getContext());
    populateSCFToControlFlowConversionPatterns(patterns);
    ConversionTarget target(getContext());
    target.addIllegalDialect<scf::SCFDialect>();
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    return applyPartialConversion(function, target, std::move(patterns));
  }

  static void addPatterns(LLVMTypeConverter &converter, RewritePatternSet &patterns) {
    arith::populateArithToLLVMConversionPatterns(converter, patterns);
    cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
    index::populateIndexToLLVMConversionPatterns(converter, patterns);
    populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns);
    populateFuncToLLVMConversionPatterns(converter, patterns);
    populateMathToLLVMConversionPatterns(converter, patterns);
    populateVectorToLLVMConversionPatterns(converter, patterns);
    vector::populateVectorBroadcastLoweringPatterns(patterns);
    vector::populateVectorInsertExtractStridedSliceTransforms(patterns);
    ub::populateUBToLLVMConversionPatterns(converter, patterns);
    populateMathToLibmConversionPatterns(patterns);
  }

  void describe(LLVM::LLVMFuncOp function, const llvm::SmallBitVector &unaliased, bool isPrivate) {
    Builder b(&getContext());
    for (unsigned argument : unaliased.set_bits())
      function.setArgAttr(argument, LLVM::LLVMDialect::getNoAliasAttrName(), b.getUnitAttr());
    function.setNoUnwind(true);
    if (isPrivate) {
      function.setLinkage(LLVM::Linkage::Internal);
      SymbolTable::setSymbolVisibility(function, SymbolTable::Visibility::Public);
    }
    function->removeAttr("kernel.inplace");
    function->removeAttr(kFirstOutputAttrName);
    function->removeAttr(kScheduleAttrName);
    function->removeAttr("nn.strict");
  }
};
} // namespace

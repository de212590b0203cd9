//===- FormKernels.cpp - cluster ops into kernels -------------------------===//
//
// Outlines each cluster (KernelClusters.h) into a `kernel.func`, with the
// floating ops it reads cloned in, and replaces it by a `kernel.call`. Kernels
// with equal text are one.
//
// The body of a scan is a block like that of a function: no kernel crosses its
// boundary. What a turn yields gets a kernel of its own where no other computes
// it, so that every yielded value can be computed where it belongs.
//
//===----------------------------------------------------------------------===//
#include "KernelClusters.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/Dialect/Kernel/IR/Kernels.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"
#include "nnc/Support/Optimizations.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "llvm/ADT/StringMap.h"

namespace nnc::nn {
#define GEN_PASS_DEF_FORMKERNELS
#include "nnc/Dialect/NN/Transforms/Passes.h.inc"
} // namespace nnc::nn

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

namespace {

struct FormKernels : public nnc::nn::impl::FormKernelsBase<FormKernels> {
  using FormKernelsBase::FormKernelsBase;
  LogicalResult initialize(MLIRContext *context) override {
    std::string unknown = optimizations.dropAll(disabled);
    if (!unknown.empty())
      return emitError(UnknownLoc::get(context))
             << "disable: '" << unknown << "' is none of " << listOptimizations();
    return success();
  }
  void runOnOperation() override;

private:
  void formKernels(Block &block);
  void outline(ArrayRef<Operation *> ops, Block &block);
  kernel::FuncOp deduplicate(kernel::FuncOp kernel);

  Optimizations optimizations;
  /// Whether the kernels of the present function must give the same bits on
  /// every target.
  bool strict = false;
  llvm::StringMap<kernel::FuncOp> byText;
  OpBuilder::InsertPoint nextKernel;
  unsigned counter = 0;
};

/// Clones what `value` is made of into the kernel, stopping at kernel inputs.
class BodyBuilder {
public:
  BodyBuilder(OpBuilder &builder, Block &body, IRMapping &map, SetVector<Value> &inputs)
      : builder(builder), body(body), map(map), inputs(inputs) {}

  /// Makes the operands of `op` available inside, then clones it.
  void clone(Operation *op) {
    // Explicit stack: chains of floating ops may be long.
    SmallVector<std::pair<Operation *, bool>> work{{op, false}};
    while (!work.empty()) {
      auto [current, ready] = work.pop_back_val();
      if (current != op && map.contains(current->getResult(0)))
        continue;
      if (ready) {
        for (Value operand : current->getOperands())
          if (!map.contains(operand))
            addInput(operand);
        builder.clone(*current, map)->removeAttr(kRepeatedAttrName);
        continue;
      }
      work.push_back({current, true});
      for (Value operand : current->getOperands()) {
        Operation *def = operand.getDefiningOp();
        if (def && !map.contains(operand) && getKernelRole(def) == KernelRole::Floating)
          work.push_back({def, false});
      }
    }
  }

private:
  void addInput(Value value) {
    inputs.insert(value);
    map.map(value, body.addArgument(value.getType(), value.getLoc()));
  }

  OpBuilder &builder;
  Block &body;
  IRMapping &map;
  SetVector<Value> &inputs;
};

} // namespace

kernel::FuncOp FormKernels::deduplicate(kernel::FuncOp kernel) {
  std::string strict = kernel->hasAttr(kStrictAttrName) ? "strict " : "";
  auto [it, isNew] = byText.try_emplace(strict + kernel::getBodyText(kernel), kernel);
  if (isNew) {
    ++numKernels;
    ++counter;
    return kernel;
  }
  kernel.erase();
  return it->second;
}

void FormKernels::outline(ArrayRef<Operation *> ops, Block &block) {
  llvm::SmallPtrSet<Operation *, 16> members(ops.begin(), ops.end());
  SmallVector<Location> locations;
  SmallVector<Value> results;
  for (Operation *op : ops) {
    locations.push_back(op->getLoc());
    for (Value result : op->getResults()) {
      // Reached by a member through a floating op is not leaving the kernel.
      bool escapes = false;
      SmallVector<Operation *> work(result.getUsers());
      llvm::SmallPtrSet<Operation *, 8> seen;
      while (!work.empty() && !escapes) {
        Operation *user = work.pop_back_val();
        if (!seen.insert(user).second || members.contains(user))
          continue;
        if (getKernelRole(user) == KernelRole::Floating)
          llvm::append_range(work, user->getUsers());
        else
          escapes = true;
      }
      if (escapes)
        results.push_back(result);
    }
  }
  if (results.empty())
    return;
  Location loc = FusedLoc::get(&getContext(), locations);

  OpBuilder builder(&getContext());
  builder.restoreInsertionPoint(nextKernel);
  OperationState state(loc, kernel::FuncOp::getOperationName());
  StringRef what = ops.front()->getName().stripDialect();
  state.addAttribute(kernel::FuncOp::getSymNameAttrName(state.name),
                     builder.getStringAttr("kernel_" + Twine(counter) + "_" + what));
  state.addAttribute(kernel::FuncOp::getFunctionTypeAttrName(state.name),
                     TypeAttr::get(builder.getFunctionType({}, {})));
  state.addRegion()->emplaceBlock();
  auto kernel = cast<kernel::FuncOp>(builder.create(state));
  Block &body = kernel.getBody().front();
  builder.setInsertionPointToStart(&body);

  IRMapping map;
  SetVector<Value> inputs;
  BodyBuilder cloner(builder, body, map, inputs);
  for (Operation *op : ops)
    cloner.clone(op);
  SmallVector<Value> inner = llvm::map_to_vector(results, [&](Value v) { return map.lookup(v); });
  kernel::ReturnOp::create(builder, loc, inner);
  kernel.setFunctionType(
      builder.getFunctionType(body.getArgumentTypes(), ValueRange(inner).getTypes()));
  if (strict)
    kernel->setAttr(kStrictAttrName, builder.getUnitAttr());
  kernel = deduplicate(kernel);

  // Calls stand at the end, in cluster order; formKernels moves the rest there.
  builder.setInsertionPointToEnd(&block);
  auto call = kernel::CallOp::create(builder, loc, ValueRange(results).getTypes(),
                                     kernel.getSymName(), inputs.getArrayRef(),
                                     /*places=*/nullptr, /*scratch=*/nullptr);
  ++numCalls;
  for (auto [result, value] : llvm::zip(results, call.getResults()))
    result.replaceUsesWithIf(value, [&](OpOperand &use) { return !members.contains(use.getOwner()); });
}

/// The value whose bytes `value` will share: reshapes before `nn.next` are views.
static Value getRoot(Value value) {
  while (auto reshape = value.getDefiningOp<ReshapeOp>())
    value = reshape.getOperand();
  return value;
}

/// True if a kernel of the block, or a scan in it, will compute `root`.
static bool isComputed(Value root) {
  auto result = dyn_cast<OpResult>(root);
  if (!result)
    return false;
  if (auto scan = dyn_cast<ScanOp>(result.getOwner()))
    return result.getResultNumber() >= scan.getNumCarries();
  return getKernelRole(result.getOwner()) != KernelRole::Outside;
}

/// Copies what `scan` yields where nothing in its body computes it (arguments,
/// constants, the last carries of a scan) or where it is collected already.
static void copyYielded(ScanOp scan) {
  NextOp next = scan.getNext();
  OpBuilder builder(next);
  llvm::SmallPtrSet<Value, 4> collected;
  for (OpOperand &operand : next->getOpOperands()) {
    Value value = operand.get(), root = getRoot(value);
    bool collects = operand.getOperandNumber() >= scan.getNumCarries();
    if (isComputed(root) && (!collects || collected.insert(root).second))
      continue;
    auto rank = cast<RankedTensorType>(value.getType()).getRank();
    operand.set(BroadcastOp::create(builder, next.getLoc(), value.getType(), value,
                                    llvm::to_vector(llvm::seq<int64_t>(rank))));
  }
}

void FormKernels::formKernels(Block &block) {
  for (ScanOp scan : block.getOps<ScanOp>()) {
    copyYielded(scan);
    formKernels(*scan.getBodyBlock());
  }
  Operation *terminator = block.getTerminator();
  KernelClusters clusters(block, optimizations);
  if (optimizations.has(Optimization::Fusion))
    markRepeated(clusters, strict || strictRounding, optimizations);
  SmallVector<Operation *> old;
  for (Operation &op : block.without_terminator())
    old.push_back(&op);

  for (auto &ops : clusters.take()) {
    llvm::erase_if(ops, [](Operation *op) { return op->hasAttr(kRepeatedAttrName); });
    if (!ops.empty())
      outline(ops, block);
  }
  // Put views and writes back between the calls: everything after what it needs.
  terminator->moveBefore(&block, block.end());
  sortTopologically(&block);
  terminator->moveBefore(&block, block.end());
  for (Operation *op : llvm::reverse(old))
    if (op->use_empty() && !isa<WriteOp>(op))
      op->erase();
}

void FormKernels::runOnOperation() {
  ModuleOp module = getOperation();
  SmallVector<Operation *> functions;
  for (Operation &op : *module.getBody())
    if (isGraphFunction(&op))
      functions.push_back(&op);
  OpBuilder builder(&getContext());
  if (functions.empty())
    return;
  builder.setInsertionPoint(functions.front());
  nextKernel = builder.saveInsertionPoint();
  for (Operation *function : functions) {
    strict = function->hasAttr(kStrictAttrName);
    formKernels(function->getRegion(0).front());
  }
  byText.clear();
}

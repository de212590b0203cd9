//===- PoisonArena.cpp - poison what a memory plan leaves free ------------===//
//
// The plan's checker looks at what the plan says; this makes kernels that do not
// keep to it fail: they read what they have not written, or what is dead.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/Liveness.h"
#include "nnc/Analysis/PlanChecker.h"
#include "nnc/Dialect/Kernel/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace nnc::kernel {
#define GEN_PASS_DEF_POISONARENA
#include "nnc/Dialect/Kernel/Transforms/Passes.h.inc"
} // namespace nnc::kernel

using namespace mlir;
using namespace nnc;

namespace {

struct Piece {
  int64_t begin, size;

  bool overlaps(const Piece &other) const {
    return begin < other.begin + other.size && other.begin < begin + size;
  }
};

struct PoisonArena : nnc::kernel::impl::PoisonArenaBase<PoisonArena> {
  void runOnOperation() override;

private:
  void poison(kernel::CallOp call, const BufferLiveness &liveness, const VariableTable &variables,
              SymbolTableCollection &symbols);
};

} // namespace

/// The places of the arena that `value` may be in.
static SmallVector<Piece> getPlaces(Value value, const VariableTable &variables) {
  FailureOr<Storage> storage = getStorage(value, variables);
  SmallVector<Piece> places;
  if (failed(storage))
    return places;
  int64_t size = getByteSize(cast<ShapedType>(value.getType()));
  if (storage->kind == Storage::Kind::Output)
    places.push_back({storage->spare, size});
  if (storage->kind == Storage::Kind::Arena) {
    places.push_back({storage->index, size});
    if (storage->alternate >= 0)
      places.push_back({storage->alternate, size});
  }
  return places;
}

/// What is in the arena, and in one place of it only.
static bool hasOnePlace(Value value, const VariableTable &variables) {
  FailureOr<Storage> storage = getStorage(value, variables);
  return succeeded(storage) && storage->kind == Storage::Kind::Arena && storage->alternate < 0;
}

static bool overlapsAny(const Piece &range, ValueRange values, const VariableTable &variables) {
  return llvm::any_of(values, [&](Value value) {
    return llvm::any_of(getPlaces(value, variables),
                        [&](const Piece &place) { return range.overlaps(place); });
  });
}

/// What a turn of a scan is handed, in bytes that only the scan knows.
static bool isBoundByScan(Value value) {
  auto argument = dyn_cast<BlockArgument>(getStorageRoot(value));
  return argument && isa<nn::ScanOp>(argument.getOwner()->getParentOp());
}

void PoisonArena::poison(kernel::CallOp call, const BufferLiveness &liveness,
                         const VariableTable &variables, SymbolTableCollection &symbols) {
  SmallVector<Piece> before, after;
  if (auto scratch = call.getScratch()) {
    auto kernel = symbols.lookupNearestSymbolFrom<func::FuncOp>(call, call.getKernelAttr());
    auto type = cast<ShapedType>(kernel.getArgumentTypes().back());
    before.push_back({int64_t(*scratch), getByteSize(type)});
    after = before;
  }
  bool knowsOperands = llvm::none_of(call.getOperands(), isBoundByScan);
  for (Value result : call.getResults()) {
    if (!hasOnePlace(result, variables))
      continue;
    Piece place = getPlaces(result, variables).front();
    if (knowsOperands && !overlapsAny(place, call.getOperands(), variables))
      before.push_back(place);
    if (liveness.getUses(result).empty())
      after.push_back(place);
  }
  SetVector<Value> roots;
  for (Value operand : call.getOperands())
    roots.insert(getStorageRoot(operand));
  // What a scan collects may hold what it carried last as well.
  auto getLastUse = [&](Value root) {
    int64_t last = liveness.getLastUse(root);
    if (auto scan = root.getDefiningOp<nn::ScanOp>())
      for (Value result : scan.getResults())
        last = std::max(last, liveness.getLastUse(result));
    return last;
  };
  for (Value root : roots) {
    if (!hasOnePlace(root, variables) || root.getParentBlock() != call->getBlock() ||
        getLastUse(root) != liveness.getTime(call))
      continue;
    Piece place = getPlaces(root, variables).front();
    if (!overlapsAny(place, call.getResults(), variables))
      after.push_back(place);
  }

  OpBuilder builder(call);
  auto write = [&](ArrayRef<Piece> ranges) {
    for (const Piece &range : ranges)
      if (range.size != 0)
        kernel::PoisonOp::create(builder, call.getLoc(), range.begin, range.size);
  };
  write(before);
  builder.setInsertionPointAfter(call);
  write(after);
}

void PoisonArena::runOnOperation() {
  ModuleOp module = getOperation();
  VariableTable variables(module);
  SymbolTableCollection symbols;
  for (auto function : module.getOps<FunctionOpInterface>()) {
    if (!nn::isGraphFunction(function))
      continue;
    BufferLiveness liveness(function);
    SmallVector<kernel::CallOp> calls;
    function->walk([&](kernel::CallOp call) { calls.push_back(call); });
    for (kernel::CallOp call : calls)
      poison(call, liveness, variables, symbols);
  }
  if (failed(checkPlans(module)))
    signalPassFailure();
}

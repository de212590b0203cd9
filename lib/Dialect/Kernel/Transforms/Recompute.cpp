//===- Recompute.cpp - compute values again rather than keep them ---------===//
//
// While the values alive at the fullest moment take more than the limit, one
// call is repeated: a call whose results wait over that moment. Its copy, with
// copies of the calls that made what it reads and is not there any more, stands
// before the first later use, and all later uses turn to it. The call is the
// one that frees most bytes for its cost.
//
// Kernels are pure and random numbers depend on counters alone, so a copy gives
// the same bits; it is a call of the same kernel, so no code is added.
//
// A choice may lead nowhere: a small value repeated cheaply from a large one can
// no more be had once that is not kept either. Where nothing is left to choose,
// all is begun anew without the choice that stands in the way.
//
// What is alive is counted by lifetimes; whether it fits is asked of the planner
// itself, whose packing may need somewhat more.
//
// Source of the idea: Chen et al., "Training Deep Nets with Sublinear Memory
// Cost" (2016); Kirisame et al., "Dynamic Tensor Rematerialization" (2021) for
// the choice by bytes over cost.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/Liveness.h"
#include "nnc/Analysis/MemoryPlan.h"
#include "nnc/Dialect/Kernel/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/IRMapping.h"

namespace nnc::kernel {
#define GEN_PASS_DEF_RECOMPUTE
#include "nnc/Dialect/Kernel/Transforms/Passes.h.inc"
} // namespace nnc::kernel

using namespace mlir;
using namespace nnc;

namespace {

struct Recompute : nnc::kernel::impl::RecomputeBase<Recompute> {
  using RecomputeBase::RecomputeBase;
  void runOnOperation() override;
};

/// What a kernel costs and needs; equal for all its calls.
struct KernelTraits {
  double cost = 0;
  int64_t scratch = 0;
};

/// Repeats calls of one function until its values fit.
class Recomputation {
public:
  Recomputation(FunctionOpInterface function, const VariableTable &variables,
                SymbolTableCollection &symbols)
      : function(function), body(function.getFunctionBody().front()), variables(variables),
        symbols(symbols) {}

  /// Repeats calls until the plan takes at most `limit` bytes of arena, or
  /// nothing more can be won. Adds the copies to `numCopies`.
  LogicalResult fit(int64_t limit, unsigned &numCopies);

private:
  /// Lifetimes as they are; made anew after every change.
  struct Lifetimes {
    explicit Lifetimes(Recomputation &recomputation);

    int64_t begin(Value root) const { return liveness.getTime(root.getDefiningOp()); }
    bool waitsOver(Value root, int64_t time) const;
    int64_t firstUseAfter(Value root, int64_t time) const;

    BufferLiveness liveness;
    /// By time.
    SmallVector<Operation *> ops;
    SmallVector<int64_t> bytes;
  };

  /// A call to repeat, with what has to be repeated for it.
  struct Candidate {
    /// In order; the last is the call itself.
    SmallVector<kernel::CallOp> calls;
    /// Results of the call that will not wait any more.
    SmallVector<Value> freed;
    int64_t firstUse = 0;
    double score = 0;
  };

  /// Repeats calls, but none of `kept`, for a plan of at most `limit` bytes; answers what the
  /// plan takes.
  FailureOr<int64_t> attempt(int64_t limit);
  Operation *findObstacle(int64_t peak, const Lifetimes &now) const;
  Operation *getOriginal(Operation *op) const {
    auto it = origins.find(op);
    return it == origins.end() ? op : it->second.call;
  }
  void undo();

  std::optional<Candidate> evaluate(kernel::CallOp call, int64_t peak, const Lifetimes &now);
  bool collect(kernel::CallOp call, int64_t peak, Candidate &candidate, int64_t &extended,
               const Lifetimes &now);
  void repeat(const Candidate &candidate, int64_t peak, const Lifetimes &now);
  bool isOverwrittenBefore(nn::ReadOp read, int64_t time, const Lifetimes &now);
  bool isInArena(Value root);
  const KernelTraits &getTraits(kernel::CallOp call);

  FunctionOpInterface function;
  Block &body;
  const VariableTable &variables;
  SymbolTableCollection &symbols;
  llvm::StringMap<KernelTraits> traits;

  /// Calls that are not chosen, since that led nowhere.
  SmallVector<Operation *> kept;
  /// What the last attempt could not do without.
  Operation *obstacle = nullptr;
  /// The copies in order, what each is a copy of and which call was chosen when it was made, and
  /// what used values before.
  SmallVector<Operation *> copied;
  struct Origin {
    Operation *call, *chosen;
  };
  DenseMap<Operation *, Origin> origins;
  SmallVector<std::pair<OpOperand *, Value>> replaced;
};

} // namespace

static int64_t sizeOf(Value value) {
  return alignToBuffer(getByteSize(cast<ShapedType>(value.getType())));
}

const KernelTraits &Recomputation::getTraits(kernel::CallOp call) {
  auto [it, isNew] = traits.try_emplace(call.getKernel());
  if (!isNew)
    return it->second;
  auto kernel = symbols.lookupNearestSymbolFrom<func::FuncOp>(call, call.getKernelAttr());
  // Arithmetic, and each element that is read or written as some of it.
  kernel.walk([&](linalg::GenericOp nest) {
    double trips = 1;
    for (int64_t size : nest.getStaticLoopRanges())
      trips *= size;
    it->second.cost += trips * nest.getBody()->getOperations().size();
  });
  size_t buffers = call.getNumOperands() + call.getNumResults();
  if (kernel.getNumArguments() > buffers)
    it->second.scratch = getByteSize(cast<ShapedType>(kernel.getArgumentTypes().back()));
  return it->second;
}

/// True for what takes room in the arena: no written or returned value, which
/// the planner computes where it belongs.
bool Recomputation::isInArena(Value root) {
  if (!hasOwnPlace(root))
    return false;
  SmallVector<Value> work{root};
  while (!work.empty())
    for (Operation *user : work.pop_back_val().getUsers()) {
      if (isa<nn::WriteOp, nn::ReturnOp>(user))
        return false;
      if (isa<nn::ReshapeOp>(user))
        work.push_back(user->getResult(0));
    }
  return true;
}

//===----------------------------------------------------------------------===//
// Lifetimes
//===----------------------------------------------------------------------===//

Recomputation::Lifetimes::Lifetimes(Recomputation &of) : liveness(of.function) {
  SmallVector<int64_t> change(liveness.getEnd() + 2), own(liveness.getEnd() + 1);
  ops.resize(liveness.getEnd() + 1);
  of.body.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (!isa<kernel::CallOp, nn::ScanOp>(op))
      return;
    int64_t time = liveness.getTime(op);
    ops[time] = op;
    SmallVector<Value> dying;
    if (auto call = dyn_cast<kernel::CallOp>(op)) {
      own[time] += of.getTraits(call).scratch;
      for (Value input : call.getInputs()) {
        Value root = getStorageRoot(input);
        if (of.isInArena(root) && liveness.getLastUse(root) == time)
          dying.push_back(root);
      }
    }
    for (OpResult result : op->getResults()) {
      if (!of.isInArena(result))
        continue;
      change[time] += sizeOf(result);
      change[std::max(time, liveness.getLastUse(result)) + 1] -= sizeOf(result);
      // A result that takes over the buffer of an operand counts once.
      auto call = dyn_cast<kernel::CallOp>(op);
      auto *shared = llvm::find_if(dying, [&](Value root) {
        return sizeOf(root) == sizeOf(result) &&
               llvm::any_of(llvm::enumerate(call.getInputs()), [&](auto input) {
                 return getStorageRoot(input.value()) == root &&
                        mayShareBuffer(of.symbols.lookupNearestSymbolFrom(call, call.getKernelAttr()),
                                       input.index(), result.getResultNumber());
               });
      });
      if (shared == dying.end())
        continue;
      own[time] -= sizeOf(result);
      dying.erase(shared);
    }
  });
  int64_t alive = 0;
  for (auto [difference, extra] : llvm::zip(change, own)) {
    alive += difference;
    bytes.push_back(alive + extra);
  }
}

/// True if `root` is needed after `time`, but neither made nor used then.
bool Recomputation::Lifetimes::waitsOver(Value root, int64_t time) const {
  return begin(root) < time && liveness.getLastUse(root) > time &&
         llvm::none_of(liveness.getUses(root), [&](auto &use) { return use.time == time; });
}

int64_t Recomputation::Lifetimes::firstUseAfter(Value root, int64_t time) const {
  for (const BufferLiveness::Use &use : liveness.getUses(root))
    if (use.time > time)
      return use.time;
  return -1;
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

/// True if the variable may have its new value already at `time`.
bool Recomputation::isOverwrittenBefore(nn::ReadOp read, int64_t time, const Lifetimes &now) {
  for (auto write : body.getOps<nn::WriteOp>()) {
    if (write.getVariable() != read.getVariable())
      continue;
    Operation *maker = getStorageRoot(write.getValue()).getDefiningOp();
    if (maker && now.liveness.getTime(maker) < time)
      return true;
  }
  return false;
}

/// Adds `call` and what it needs, in order; `extended` counts the bytes that
/// have to wait over the peak for it. False where it cannot be repeated.
bool Recomputation::collect(kernel::CallOp call, int64_t peak, Candidate &candidate,
                            int64_t &extended, const Lifetimes &now) {
  constexpr size_t mostCalls = 16;
  for (Value input : call.getInputs()) {
    Value root = getStorageRoot(input);
    if (auto read = root.getDefiningOp<nn::ReadOp>()) {
      // The new value will have to wait in the arena.
      if (isOverwrittenBefore(read, candidate.firstUse, now))
        extended += sizeOf(root);
      continue;
    }
    if (!hasOwnPlace(root)) {
      // The last carry of a scan, which has no place of its own.
      if (root.getDefiningOp<nn::ScanOp>())
        return false;
      continue;
    }
    int64_t last = now.liveness.getLastUse(root);
    if (last > peak && now.begin(root) < peak) {
      // It waits anyway, perhaps now for longer.
      for (int64_t time = last + 1; time <= candidate.firstUse; ++time)
        if (now.bytes[time] + sizeOf(root) >= now.bytes[peak])
          return false;
      continue;
    }
    auto maker = dyn_cast<kernel::CallOp>(root.getDefiningOp());
    if (now.begin(root) > peak || (maker && llvm::is_contained(candidate.calls, maker)))
      continue;
    if (maker && candidate.calls.size() < mostCalls) {
      if (!collect(maker, peak, candidate, extended, now))
        return false;
      continue;
    }
    extended += sizeOf(root);
  }
  if (candidate.calls.size() >= mostCalls)
    return false;
  candidate.calls.push_back(call);
  return true;
}

std::optional<Recomputation::Candidate>
Recomputation::evaluate(kernel::CallOp call, int64_t peak, const Lifetimes &now) {
  Candidate candidate;
  int64_t gain = 0;
  candidate.firstUse = now.liveness.getEnd();
  for (Value result : call.getResults())
    if (isInArena(result) && now.waitsOver(result, peak)) {
      candidate.freed.push_back(result);
      gain += sizeOf(result);
      candidate.firstUse = std::min(candidate.firstUse, now.firstUseAfter(result, peak));
    }
  int64_t extended = 0;
  if (gain == 0 || !collect(call, peak, candidate, extended, now) || gain <= extended)
    return std::nullopt;
  // What the copies need while they run must not make a new peak.
  int64_t transient = 0, scratch = 0;
  double cost = 0;
  for (kernel::CallOp repeated : candidate.calls) {
    const KernelTraits &traits = getTraits(repeated);
    cost += traits.cost;
    scratch = std::max(scratch, traits.scratch);
    for (Value result : repeated.getResults())
      if (!llvm::is_contained(candidate.freed, result))
        transient += sizeOf(result);
  }
  if (now.bytes[candidate.firstUse] + transient + scratch >= now.bytes[peak])
    return std::nullopt;
  candidate.score = (gain - extended) / (cost + 1);
  return candidate;
}

//===----------------------------------------------------------------------===//
// Change
//===----------------------------------------------------------------------===//

void Recomputation::repeat(const Candidate &candidate, int64_t peak, const Lifetimes &now) {
  Operation *user = now.ops[candidate.firstUse];
  OpBuilder builder(body.findAncestorOpInBlock(*user));
  IRMapping copies;
  Operation *chosen = getOriginal(candidate.calls.back());
  auto copy = [&](Operation *op) {
    Operation *clone = builder.clone(*op, copies);
    copied.push_back(clone);
    origins[clone] = {getOriginal(op), chosen};
    return clone;
  };
  // A value seen on the copies: itself where nothing of it was copied.
  auto rebase = [&](auto &self, Value value) -> Value {
    if (copies.contains(value))
      return copies.lookup(value);
    auto view = value.getDefiningOp<nn::ReshapeOp>();
    if (!view || !copies.contains(getStorageRoot(value)))
      return value;
    self(self, view.getOperand());
    return copy(view)->getResult(0);
  };
  for (kernel::CallOp call : candidate.calls) {
    for (Value input : call.getInputs())
      rebase(rebase, input);
    copy(call);
  }
  for (Value freed : candidate.freed)
    for (const BufferLiveness::Use &use : now.liveness.getUses(freed))
      if (use.time > peak) {
        replaced.emplace_back(use.operand, use.operand->get());
        use.operand->set(rebase(rebase, use.operand->get()));
      }
}

void Recomputation::undo() {
  for (auto [operand, value] : llvm::reverse(replaced))
    operand->set(value);
  for (Operation *op : llvm::reverse(copied))
    op->erase();
  replaced.clear();
  copied.clear();
  origins.clear();
}

/// A choice that has made the fullest moment what it is: that of the copy which
/// runs then, or the last of those whose copies made what is alive.
Operation *Recomputation::findObstacle(int64_t peak, const Lifetimes &now) const {
  auto isAlive = [&](Operation *op) {
    return llvm::any_of(op->getResults(), [&](Value result) {
      return now.begin(result) <= peak && now.liveness.getLastUse(result) >= peak;
    });
  };
  if (auto it = origins.find(now.ops[peak]); it != origins.end())
    return it->second.chosen;
  for (Operation *op : llvm::reverse(copied))
    if (isa<kernel::CallOp>(op) && isAlive(op))
      return origins.lookup(op).chosen;
  return nullptr;
}

FailureOr<int64_t> Recomputation::attempt(int64_t limit) {
  // Every step frees bytes; this bounds their number all the same.
  int64_t steps = 8 * llvm::range_size(body);
  obstacle = nullptr;
  for (int64_t target = limit;;) {
    FailureOr<FunctionPlan> plan = planMemory(function, variables, symbols);
    if (failed(plan))
      return failure();
    if (plan->arenaSize <= limit || obstacle || steps <= 0)
      return plan->arenaSize;
    // The packing has gaps: aim lower than the lifetimes alone ask for.
    Lifetimes now(*this);
    int64_t highest = *llvm::max_element(now.bytes);
    target = std::min(target, highest - 1);
    for (; steps > 0; --steps) {
      Lifetimes now(*this);
      int64_t peak = llvm::max_element(now.bytes) - now.bytes.begin();
      if (now.bytes[peak] <= target)
        break;
      std::optional<Candidate> best;
      for (auto call : body.getOps<kernel::CallOp>()) {
        if (now.liveness.getTime(call) >= peak)
          break;
        if (llvm::is_contained(kept, getOriginal(call)))
          continue;
        std::optional<Candidate> candidate = evaluate(call, peak, now);
        if (candidate && (!best || candidate->score > best->score))
          best = std::move(candidate);
      }
      if (!best) {
        obstacle = findObstacle(peak, now);
        steps = 0;
        break;
      }
      repeat(*best, peak, now);
    }
  }
}

LogicalResult Recomputation::fit(int64_t limit, unsigned &numCopies) {
  constexpr size_t mostKept = 16;
  int64_t least = std::numeric_limits<int64_t>::max();
  size_t best = 0;
  for (;;) {
    FailureOr<int64_t> bytes = attempt(limit);
    if (failed(bytes))
      return failure();
    bool ends = *bytes <= limit || !obstacle || kept.size() == mostKept;
    if (*bytes < least) {
      least = *bytes;
      best = kept.size();
    }
    if (ends)
      break;
    kept.push_back(obstacle);
    undo();
  }
  // Where none fits, the one that takes least.
  if (best != kept.size()) {
    undo();
    kept.truncate(best);
    if (failed(attempt(limit)))
      return failure();
  }
  numCopies += llvm::count_if(copied, llvm::IsaPred<kernel::CallOp>);
  return success();
}

void Recompute::runOnOperation() {
  ModuleOp module = getOperation();
  VariableTable variables(module);
  SymbolTableCollection symbols;
  for (auto function : module.getOps<FunctionOpInterface>()) {
    unsigned copies = 0;
    if (nn::isGraphFunction(function) &&
        failed(Recomputation(function, variables, symbols).fit(arenaLimit, copies)))
      return signalPassFailure();
    numCopies += copies;
  }
}

//===- Differentiate.cpp - gradients become ordinary graph ----------------===//
//
// Reverse mode. Each nn.gradient, in order of appearance, is replaced by the
// vector-Jacobian products of the ops between what it is taken by and its loss,
// put where it stood. An earlier gradient is ordinary graph by the time a later
// one goes through it, so any order works. Every walk is a loop over the block:
// neither depth nor length of the graph touches the stack.
//
//===----------------------------------------------------------------------===//
#include "nnc/Dialect/NN/IR/ReverseSweep.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"

#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"

namespace nnc::nn {
#define GEN_PASS_DEF_DIFFERENTIATE
#include "nnc/Dialect/NN/Transforms/Passes.h.inc"
} // namespace nnc::nn

#define DEBUG_TYPE "nn-differentiate"

using namespace mlir;
using namespace nnc::nn;

namespace {

/// What becomes of one nn.gradient.
class GradientSweep {
public:
  explicit GradientSweep(GradientOp gradient)
      : gradient(gradient), wrt(gradient.getWrt()), builder(gradient),
        sweep(builder) {}

  /// Replaces the op. On failure, which has been reported, zeros stand for the
  /// gradients, so that later ones do not stumble over the same fault.
  LogicalResult run();

private:
  void findActive();
  void propagate();
  void reportNoPath();
  llvm::SmallSetVector<Operation *, 8> findCuts();
  void eraseUnused();

  GradientOp gradient;
  /// As it was: a rule may replace an op on the way, and the uses of its
  /// results.
  SmallVector<Value> wrt;
  OpBuilder builder;
  ReverseSweep sweep;
  /// The last op before the new ones.
  Operation *last = nullptr;
};

} // namespace

void GradientSweep::findActive() {
  for (Value value : wrt)
    sweep.activate(value);
  for (Operation &op : *gradient->getBlock()) {
    if (&op == gradient)
      break;
    sweep.spread(op);
  }
}

void GradientSweep::propagate() {
  Value loss = gradient.getLoss();
  if (!sweep.isActive(loss))
    return;
  Location loc = gradient.getLoc();
  sweep.accumulate(loss, NNBuilder(builder, loc).splat(loss, 1), loc);
  for (Operation *op = last; op; op = op->getPrevNode())
    sweep.visit(op);
}

//===----------------------------------------------------------------------===//
// When nothing leads from the loss to what it is differentiated by
//===----------------------------------------------------------------------===//

/// "relu" of "nn.relu".
static StringRef shortName(Operation *op) {
  return op->getName().stripDialect();
}

/// What the user calls a value: a variable, an input, or the op it comes from.
static std::string describe(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    Operation *function = argument.getOwner()->getParentOp();
    unsigned index = argument.getArgNumber();
    if (auto entry = dyn_cast_or_null<EntryOp>(function))
      return ("'" + entry.getInputName(index) + "'").str();
    if (auto step = dyn_cast_or_null<StepOp>(function))
      return ("'" + step.getInputName(index) + "'").str();
    return "argument " + std::to_string(index);
  }
  Operation *op = value.getDefiningOp();
  if (auto read = dyn_cast<ReadOp>(op))
    return ("'" + read.getVariable() + "'").str();
  if (auto name = dyn_cast<NameLoc>(op->getLoc()))
    return ("'" + name.getName().strref() + "'").str();
  return ("the result of '" + shortName(op) + "'").str();
}

/// All names of a few values, or the first ones of many.
static std::string describeAll(ValueRange values) {
  constexpr size_t most = 4;
  llvm::SmallSetVector<Value, 8> distinct(values.begin(), values.end());
  std::string text;
  for (auto [i, value] : llvm::enumerate(distinct)) {
    if (i == most && distinct.size() > most + 1)
      return text + " or any of " + std::to_string(distinct.size() - most) +
             " more";
    if (i > 0)
      text += i + 1 == distinct.size() ? " or " : ", ";
    text += describe(value);
  }
  return text;
}

/// The ops on a way to the loss that take an active value and give none.
llvm::SmallSetVector<Operation *, 8> GradientSweep::findCuts() {
  DenseSet<Operation *> leadsToLoss;
  SmallVector<Operation *> worklist;
  auto visit = [&](Value value) {
    Operation *op = value.getDefiningOp();
    if (op && leadsToLoss.insert(op).second)
      worklist.push_back(op);
  };
  visit(gradient.getLoss());
  while (!worklist.empty())
    for (Value operand : worklist.pop_back_val()->getOperands())
      visit(operand);

  llvm::SmallSetVector<Operation *, 8> cuts;
  for (Operation &op : *gradient->getBlock()) {
    if (&op == gradient)
      break;
    auto isActive = [&](Value value) { return sweep.isActive(value); };
    if (leadsToLoss.contains(&op) && llvm::any_of(op.getOperands(), isActive) &&
        llvm::none_of(op.getResults(), isActive))
      cuts.insert(&op);
  }
  return cuts;
}

void GradientSweep::reportNoPath() {
  InFlightDiagnostic diag = emitError(gradient.getLoc())
                            << "the loss does not depend differentiably on "
                            << describeAll(gradient.getWrt());
  // An op of the library that is used twice in a line is named once.
  DenseSet<std::pair<Attribute, StringRef>> told;
  for (Operation *op : findCuts())
    if (told.insert({LocationAttr(op->getLoc()), shortName(op)}).second)
      diag.attachNote(op->getLoc())
          << "'" << shortName(op) << "' has no gradient";
  if (told.empty())
    diag.attachNote(gradient.getLoss().getLoc()) << "the loss is computed here";
}

//===----------------------------------------------------------------------===//
// GradientSweep
//===----------------------------------------------------------------------===//

/// Erases what the rules have built on the way and left unused.
void GradientSweep::eraseUnused() {
  for (Operation *op = gradient->getPrevNode(); op != last;) {
    Operation *previous = op->getPrevNode();
    if (isOpTriviallyDead(op))
      op->erase();
    op = previous;
  }
}

LogicalResult GradientSweep::run() {
  last = gradient->getPrevNode();
  findActive();
  propagate();
  // Where only ops with a derivative of zero lead to it, the gradient is zero.
  bool found = sweep.isActive(gradient.getLoss());
  if (!found)
    reportNoPath();
  NNBuilder zeros(builder, gradient.getLoc());
  SmallVector<Value> results;
  for (Value value : wrt) {
    Value grad = sweep.lookup(value);
    results.push_back(grad ? grad : zeros.zeros(value));
  }
  gradient->replaceAllUsesWith(results);
  eraseUnused();
  gradient->erase();
  return success(found);
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Makes the first read of each variable the only one: to a gradient, all reads
/// of a variable in a function are one value.
static void mergeReads(Block &block) {
  DenseMap<StringRef, ReadOp> first;
  for (ReadOp read : llvm::make_early_inc_range(block.getOps<ReadOp>())) {
    auto [it, isNew] = first.try_emplace(read.getVariable(), read);
    if (isNew)
      continue;
    read.replaceAllUsesWith(it->second.getResult());
    read.erase();
  }
}

namespace {
struct Differentiate : public nnc::nn::impl::DifferentiateBase<Differentiate> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (Operation &op : *module.getBody())
      if (isGraphFunction(&op))
        mergeReads(op.getRegion(0).front());

    SmallVector<GradientOp> gradients;
    module.walk([&](GradientOp op) { gradients.push_back(op); });
    bool ok = true;
    for (GradientOp op : gradients)
      ok &= succeeded(GradientSweep(op).run());
    if (!ok)
      return signalPassFailure();

    // Loops that others, which keep what gradients need, have replaced.
    module.walk([](ScanOp op) {
      if (isOpTriviallyDead(op))
        op.erase();
    });
    module.walk([](StopGradientOp op) {
      op.replaceAllUsesWith(op.getOperand());
      op.erase();
    });
  }
};
} // namespace

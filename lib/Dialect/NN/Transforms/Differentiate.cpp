//===- Differentiate.cpp - gradients become ordinary graph ----------------===//
//
// Reverse mode. Each nn.gradient, in order of appearance, is replaced by the
// vector-Jacobian products of the ops between what it is taken by and its loss,
// put where it stood. An earlier gradient is ordinary graph by the time a later
// one goes through it, so any order works. Every walk is a loop over the block:
// neither depth nor length of the graph touches the stack.
//
//===----------------------------------------------------------------------===//
#include "nnc/Dialect/NN/IR/Build.h"
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
class ReverseSweep {
public:
  explicit ReverseSweep(GradientOp gradient)
      : gradient(gradient), builder(gradient) {}

  /// Replaces the op. On failure, which has been reported, zeros stand for the
  /// gradients, so that later ones do not stumble over the same fault.
  LogicalResult run();

private:
  void findActive();
  void propagate();
  void accumulate(Value value, Value grad, Location loc);
  void reportNoPath();
  llvm::SmallSetVector<Operation *, 8> findCuts();
  void eraseUnused();

  GradientOp gradient;
  OpBuilder builder;
  /// The last op before the new ones.
  Operation *last = nullptr;
  /// What depends differentiably on a value that the gradient is taken by,
  /// those values included.
  DenseSet<Value> active;
  DenseMap<Value, Value> grads;
  /// Ops that have a gradient, but not by the operands that matter here.
  SmallVector<Operation *> blocked;
};

} // namespace

void ReverseSweep::findActive() {
  active.insert_range(gradient.getWrt());
  auto isActive = [&](Value value) { return active.contains(value); };
  for (Operation &op : *gradient->getBlock()) {
    if (&op == gradient)
      break;
    if (!isa<DifferentiableOpInterface>(op) ||
        llvm::none_of(op.getOperands(), isActive))
      continue;
    for (Value result : op.getResults())
      if (isFloatTensor(result))
        active.insert(result);
  }
}

void ReverseSweep::accumulate(Value value, Value grad, Location loc) {
  Value &sum = grads[value];
  sum = sum ? NNBuilder(builder, loc).add(sum, grad) : grad;
}

void ReverseSweep::propagate() {
  Value loss = gradient.getLoss();
  if (!active.contains(loss))
    return;
  grads[loss] = NNBuilder(builder, gradient.getLoc()).splat(loss, 1);
  for (Operation *op = last; op; op = op->getPrevNode()) {
    auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
    if (!differentiable)
      continue;
    SmallVector<Value> resultGrads = llvm::map_to_vector(
        op->getResults(), [&](Value result) { return grads.lookup(result); });
    if (llvm::none_of(resultGrads, [](Value grad) { return grad != nullptr; }))
      continue;
    SmallVector<bool> needed =
        llvm::map_to_vector(op->getOperands(), [&](Value operand) {
          return active.contains(operand);
        });
    if (!llvm::is_contained(needed, true))
      continue;
    SmallVector<Value> operandGrads =
        differentiable.buildVJP(builder, resultGrads, needed);
    assert(operandGrads.size() == op->getNumOperands() &&
           "one gradient per operand");
    bool any = false;
    for (auto [operand, grad, wanted] :
         llvm::zip_equal(op->getOperands(), operandGrads, needed)) {
      if (!wanted || !grad)
        continue;
      assert(grad.getType() == operand.getType() &&
             "a gradient has its operand's type");
      accumulate(operand, grad, op->getLoc());
      any = true;
    }
    if (!any)
      blocked.push_back(op);
  }
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
llvm::SmallSetVector<Operation *, 8> ReverseSweep::findCuts() {
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

  llvm::SmallSetVector<Operation *, 8> cuts(blocked.begin(), blocked.end());
  for (Operation &op : *gradient->getBlock()) {
    if (&op == gradient)
      break;
    auto isActive = [&](Value value) { return active.contains(value); };
    if (leadsToLoss.contains(&op) && llvm::any_of(op.getOperands(), isActive) &&
        llvm::none_of(op.getResults(), isActive))
      cuts.insert(&op);
  }
  return cuts;
}

void ReverseSweep::reportNoPath() {
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
// ReverseSweep
//===----------------------------------------------------------------------===//

/// Erases what the rules have built on the way and left unused.
void ReverseSweep::eraseUnused() {
  for (Operation *op = gradient->getPrevNode(); op != last;) {
    Operation *previous = op->getPrevNode();
    if (isOpTriviallyDead(op))
      op->erase();
    op = previous;
  }
}

LogicalResult ReverseSweep::run() {
  last = gradient->getPrevNode();
  findActive();
  propagate();
  bool found = llvm::any_of(gradient.getWrt(),
                            [&](Value value) { return grads.count(value); });
  if (!found)
    reportNoPath();
  NNBuilder zeros(builder, gradient.getLoc());
  SmallVector<Value> results;
  for (Value value : gradient.getWrt()) {
    Value grad = grads.lookup(value);
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
      ok &= succeeded(ReverseSweep(op).run());
    if (!ok)
      return signalPassFailure();

    module.walk([](StopGradientOp op) {
      op.replaceAllUsesWith(op.getOperand());
      op.erase();
    });
  }
};
} // namespace

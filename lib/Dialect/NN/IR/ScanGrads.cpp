//===- ScanGrads.cpp - slope of a loop ------------------------------------===//
//
// The gradient of a scan is a scan in the other direction. Its body is reverse
// mode over the forward body: carries become the gradients of carries, slices
// of scanned arrays give slices of their gradients. A value of a forward turn
// that the reverse turn needs is collected by the forward loop, which is
// replaced by one with more collects, unless it is at hand anyway (a slice, a
// capture) or is only moved there (a broadcast, a transpose).
//
// A value that is the same in all turns gets the sum of its turns' gradients.
// Where it is used by a contraction, that sum is one contraction over collected
// arrays after the loop. Where a turn's gradient is collected for that anyway,
// as that of a bias is, it is a reduction. Only what is left is summed turn by
// turn. What the body computes from such values alone is differentiated outside.
//
//===----------------------------------------------------------------------===//
#include "GradRules.h"
#include "nnc/Dialect/NN/IR/ReverseSweep.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace nnc::nn;

/// True for an op that only moves elements: repeated rather than stored.
static bool isCheap(Operation *op) {
  return isa<ConstantOp, IotaOp, BroadcastOp, ReshapeOp, TransposeOp>(op);
}

namespace {

class ScanReversal {
public:
  ScanReversal(ScanOp scan, OpBuilder &builder, ValueRange resultGrads, ArrayRef<bool> needed)
      : scan(scan), builder(builder), resultGrads(resultGrads), needed(needed),
        outside(scan), work(cast<ScanOp>(outside.clone(*scan))), body(*work.getBodyBlock()),
        next(work.getNext()), inside(next), lastForward(next->getPrevNode()),
        sweep(inside) {}

  /// One gradient per operand of the scan; null where none flows.
  SmallVector<Value> run();

private:
  /// A contraction's gradient by an operand that is the same in all turns.
  struct Product {
    ContractOp op;
    bool isLhs;
    Value leaf, grad;
  };

  void findActive();
  void findForward();
  void seed();
  void sweepBody();
  void sumInvariant();
  void findResiduals();
  void buildForward();
  void buildReverse();
  Value arrayFor(Value value);
  Value hoist(Value value);
  Value buildProduct(const Product &product);
  SmallVector<Value> finish();

  bool isInvariant(Value value) const { return invariant.contains(value); }
  bool isForward(Operation *op) const { return forward.contains(op); }

  ScanOp scan;
  OpBuilder &builder;
  ValueRange resultGrads;
  ArrayRef<bool> needed;
  /// Just before the scan.
  OpBuilder outside;
  /// A copy whose body is swept, and cut into two afterwards.
  ScanOp work;
  Block &body;
  NextOp next;
  OpBuilder inside;
  Operation *lastForward;
  ReverseSweep sweep;

  DenseSet<Operation *> forward;
  DenseSet<Value> invariant;
  /// What stands before the scan for values that are the same in all turns.
  IRMapping hoisted;
  SmallVector<Operation *> hoistedOps;

  /// The reverse loop: what it carries and scans, by the body's added
  /// arguments, and what a turn gives.
  SmallVector<unsigned> carries;
  SmallVector<Value> carryArguments, carryInits, carryNexts;
  SmallVector<Value> sliceArguments, slices;
  llvm::SetVector<Value> collects;
  ScanOp reverse;

  SmallVector<Product> products;
  /// Values that are the same in all turns, with what their gradient is in one:
  /// reduced after the loop, or summed in it, from this carry on.
  SmallVector<std::pair<Value, Value>> reduced;
  SmallVector<std::pair<Value, unsigned>> summed;
  /// What the forward loop has to collect, and the arrays that it gives.
  llvm::SetVector<Value> residuals;
  /// The ops of the reverse turn, last first.
  llvm::SetVector<Operation *> live;
  DenseMap<Value, Value> residualArrays;
};

} // namespace

void ScanReversal::findActive() {
  for (auto [argument, flag] : llvm::zip(body.getArguments(), needed))
    if (flag && isFloatTensor(argument))
      sweep.activate(argument);
  bool changed = true;
  while (std::exchange(changed, false)) {
    for (Operation &op : body.without_terminator())
      sweep.spread(op);
    for (auto [argument, value] : llvm::zip(work.getCarryArguments(), next.getCarries()))
      if (sweep.isActive(value) && !sweep.isActive(argument)) {
        sweep.activate(argument);
        changed = true;
      }
  }
}

/// The forward turn is what stands up to its last op: what rules build to follow
/// it comes after, what they build to replace a loop of it stands in between.
void ScanReversal::findForward() {
  for (auto [argument, operand] : llvm::zip(work.getCaptureArguments(), scan.getCaptures())) {
    invariant.insert(argument);
    hoisted.map(argument, operand);
  }
  if (!lastForward)
    return;
  for (Operation &op : llvm::make_range(body.begin(), std::next(lastForward->getIterator()))) {
    forward.insert(&op);
    if (llvm::all_of(op.getOperands(), [&](Value value) { return isInvariant(value); }))
      invariant.insert_range(op.getResults());
  }
}

/// Adds arguments to the body for the gradients of carries and collected values.
void ScanReversal::seed() {
  Location loc = scan.getLoc();
  NNBuilder b(inside, loc), before(builder, loc);
  unsigned numCarries = scan.getNumCarries();
  for (unsigned i = 0; i < numCarries; ++i) {
    if (!sweep.isActive(work.getCarryArguments()[i]))
      continue;
    Value init = resultGrads[i];
    carries.push_back(i);
    carryInits.push_back(init ? init : before.zeros(scan.getInits()[i]));
    carryArguments.push_back(body.addArgument(scan.getInits()[i].getType(), loc));
  }
  for (auto [i, argument] : llvm::zip(carries, carryArguments))
    sweep.accumulate(next.getCarries()[i], argument, loc);
  for (auto [i, value] : llvm::enumerate(next.getCollects())) {
    Value grad = resultGrads[numCarries + i];
    if (!grad || !sweep.isActive(value))
      continue;
    if (std::optional<double> splat = getSplat(grad)) {
      sweep.accumulate(value, b.splat(value, *splat), loc);
      continue;
    }
    slices.push_back(grad);
    sliceArguments.push_back(body.addArgument(value.getType(), loc));
    sweep.accumulate(value, sliceArguments.back(), loc);
  }
}

void ScanReversal::sweepBody() {
  SmallVector<Operation *> order;
  for (Operation &op : body.without_terminator())
    if (isForward(&op))
      order.push_back(&op);
  auto divert = [&](Operation *op, ValueRange grads, MutableArrayRef<bool> wanted) {
    auto contract = dyn_cast<ContractOp>(op);
    if (!contract)
      return;
    for (unsigned i : {0u, 1u})
      if (wanted[i] && isInvariant(op->getOperand(i))) {
        products.push_back({contract, i == 0, op->getOperand(i), grads.front()});
        wanted[i] = false;
      }
  };
  for (Operation *op : llvm::reverse(order))
    if (!llvm::all_of(op->getResults(), [&](Value value) { return isInvariant(value); }))
      sweep.visit(op, divert);
  // Rules may have replaced loops of the body by ones that collect more.
  findForward();
}

/// Decides what the loop gives: gradients of carries and slices, and what the
/// gradients of values that are the same in all turns are made of.
void ScanReversal::sumInvariant() {
  Location loc = scan.getLoc();
  NNBuilder b(inside, loc);
  for (unsigned i : carries) {
    Value argument = work.getCarryArguments()[i];
    Value grad = sweep.lookup(argument);
    carryNexts.push_back(grad ? grad : b.zeros(argument));
  }
  for (auto [argument, operand] : llvm::zip(work.getSliceArguments(), scan.getScanned()))
    if (Value grad = sweep.isActive(argument) ? sweep.lookup(argument) : Value())
      collects.insert(grad);
  for (const Product &product : products)
    collects.insert(product.grad);

  auto sum = [&](Value leaf) {
    if (!sweep.isActive(leaf) || !isFloatTensor(leaf))
      return;
    Value grad = sweep.lookup(leaf);
    if (!grad)
      return;
    if (collects.contains(grad)) {
      reduced.push_back({leaf, grad});
      return;
    }
    summed.push_back({leaf, carryNexts.size()});
    carryInits.push_back(NNBuilder(builder, loc).zeros(leaf));
    carryArguments.push_back(body.addArgument(leaf.getType(), loc));
    carryNexts.push_back(b.add(carryArguments.back(), grad));
  };
  SmallVector<Value> captures(work.getCaptureArguments());
  for (Value argument : captures)
    sum(argument);
  for (Operation &op : body.without_terminator())
    if (isForward(&op))
      for (Value result : op.getResults())
        if (isInvariant(result))
          sum(result);
}

/// Which ops the reverse turn consists of, and what it needs of the forward one.
void ScanReversal::findResiduals() {
  DenseSet<Value> wanted(carryNexts.begin(), carryNexts.end());
  wanted.insert(collects.begin(), collects.end());
  for (Operation &op : llvm::reverse(body.without_terminator())) {
    if (llvm::none_of(op.getResults(), [&](Value value) { return wanted.contains(value); }))
      continue;
    // Of the forward turn's ops, the reverse one repeats the cheap.
    if (isForward(&op) && !isCheap(&op)) {
      for (Value value : op.getResults())
        if (wanted.contains(value) && !isInvariant(value))
          residuals.insert(value);
      continue;
    }
    live.insert(&op);
    wanted.insert(op.operand_begin(), op.operand_end());
  }
  for (Value argument : work.getCarryArguments())
    if (wanted.contains(argument))
      residuals.insert(argument);
  // The other factors of products that are built outside.
  for (Product &product : products) {
    Value other = product.isLhs ? product.op.getRhs() : product.op.getLhs();
    if (!isInvariant(other) && !llvm::is_contained(work.getSliceArguments(), other))
      residuals.insert(other);
  }
}

/// Replaces the scan by one that collects residuals too.
void ScanReversal::buildForward() {
  SmallVector<Value> collected(next.getCollects());
  SmallVector<unsigned> places;
  for (Value value : residuals) {
    auto found = llvm::find(collected, value);
    places.push_back(found - collected.begin());
    if (found == collected.end())
      collected.push_back(value);
  }
  ScanOp made = scan;
  bool isSame = collected.size() == next.getCollects().size() &&
                llvm::all_of(body.getOps<ScanOp>(), [](ScanOp op) { return !op.use_empty(); });
  if (!isSame) {
    DenseSet<Value> wanted(collected.begin(), collected.end());
    wanted.insert(next.getCarries().begin(), next.getCarries().end());
    SmallVector<Operation *> ops;
    for (Operation &op : llvm::reverse(body.without_terminator())) {
      if (!isForward(&op) ||
          llvm::none_of(op.getResults(), [&](Value value) { return wanted.contains(value); }))
        continue;
      wanted.insert(op.operand_begin(), op.operand_end());
      ops.push_back(&op);
    }
    auto fill = [&](OpBuilder &b, Block &block) {
      IRMapping map;
      for (auto [from, to] : llvm::zip(body.getArguments(), block.getArguments()))
        map.map(from, to);
      for (Operation *op : llvm::reverse(ops))
        b.clone(*op, map);
      auto mapped = [&](ValueRange values) {
        return llvm::map_to_vector(values, [&](Value value) { return map.lookup(value); });
      };
      NextOp::create(b, next.getLoc(), mapped(next.getCarries()), mapped(collected));
    };
    made = ScanOp::create(outside, scan.getLoc(), scan.getTurns(), scan.getReverse(),
                          scan.getInits(), scan.getScanned(), scan.getCaptures(), fill);
    scan.replaceAllUsesWith(made.getResults().take_front(scan.getNumResults()));
  }
  for (auto [value, place] : llvm::zip(residuals, places))
    residualArrays[value] = made.getCollected()[place];
}

/// The array of a value that changes with the turn.
Value ScanReversal::arrayFor(Value value) {
  if (Value array = residualArrays.lookup(value))
    return array;
  auto argument = cast<BlockArgument>(value);
  return scan->getOperand(argument.getArgNumber());
}

/// What a value that is the same in all turns is outside.
Value ScanReversal::hoist(Value value) {
  if (Value known = hoisted.lookupOrNull(value))
    return known;
  // Operands come before their users in the body.
  SmallVector<Operation *> worklist{value.getDefiningOp()};
  llvm::SetVector<Operation *> wanted;
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    if (hoisted.contains(op->getResult(0)) || !wanted.insert(op))
      continue;
    for (Value operand : op->getOperands())
      if (Operation *def = operand.getDefiningOp())
        worklist.push_back(def);
  }
  for (Operation &op : body)
    if (wanted.contains(&op))
      hoistedOps.push_back(outside.clone(op, hoisted));
  return hoisted.lookup(value);
}

void ScanReversal::buildReverse() {
  // Scanned: gradients of collected values, then what forward turns have left.
  // Captured: what is the same in all turns.
  SmallVector<Value> scanned = slices, scannedValues = sliceArguments, captures, capturedValues;
  DenseSet<Value> seen;
  auto need = [&](Value value) {
    bool isOwn = llvm::is_contained(carryArguments, value) ||
                 llvm::is_contained(sliceArguments, value) ||
                 (value.getDefiningOp() && live.contains(value.getDefiningOp()));
    if (isOwn || !seen.insert(value).second)
      return;
    if (isInvariant(value)) {
      capturedValues.push_back(value);
      captures.push_back(hoist(value));
    } else {
      scannedValues.push_back(value);
      scanned.push_back(arrayFor(value));
    }
  };
  for (Operation *op : llvm::reverse(live))
    for (Value operand : op->getOperands())
      need(operand);
  for (Value value : carryNexts)
    need(value);
  for (Value value : collects)
    need(value);

  auto fill = [&](OpBuilder &b, Block &block) {
    IRMapping map;
    unsigned at = 0;
    for (ArrayRef<Value> values : {ArrayRef(carryArguments), ArrayRef(scannedValues),
                                   ArrayRef(capturedValues)})
      for (Value value : values)
        map.map(value, block.getArgument(at++));
    for (Operation *op : llvm::reverse(live))
      b.clone(*op, map);
    auto mapped = [&](ValueRange values) {
      return llvm::map_to_vector(values, [&](Value value) { return map.lookup(value); });
    };
    NextOp::create(b, scan.getLoc(), mapped(carryNexts), mapped(collects.getArrayRef()));
  };
  reverse = ScanOp::create(builder, scan.getLoc(), scan.getTurns(), !scan.getReverse(),
                           carryInits, scanned, captures, fill);
}

/// The sum over all turns of a contraction's gradient: the turn is one more
/// letter that is summed over.
Value ScanReversal::buildProduct(const Product &product) {
  ContractOp op = product.op;
  NNBuilder b(builder, op.getLoc());
  std::string own = (product.isLhs ? op.getLhsLetters() : op.getRhsLetters()).str();
  std::string others = (product.isLhs ? op.getRhsLetters() : op.getLhsLetters()).str();
  std::string result = op.getResultLetters().str();
  Value other = product.isLhs ? op.getRhs() : op.getLhs();
  auto place = llvm::find(collects, product.grad) - collects.begin();
  Value grads = reverse.getCollected()[place];
  if (isInvariant(other)) {
    grads = b.reduceSum(grads, {0});
    other = hoist(other);
  } else {
    char turn = 'a';
    while (op.getSpec().contains(turn))
      turn = turn == 'z' ? 'A' : turn + 1;
    result.insert(result.begin(), turn);
    others.insert(others.begin(), turn);
    other = arrayFor(other);
  }
  return contractGrad(b, grads, result, other, others, tensorTypeOf(product.leaf), own);
}

SmallVector<Value> ScanReversal::finish() {
  Location loc = scan.getLoc();
  NNBuilder b(builder, loc);
  SmallVector<Value> grads(scan.getNumOperands());
  for (auto [place, i] : llvm::enumerate(carries))
    if (needed[i])
      grads[i] = reverse.getFinals()[place];
  unsigned firstScanned = scan.getNumCarries();
  auto collectedFor = [&](Value value) {
    return reverse.getCollected()[llvm::find(collects, value) - collects.begin()];
  };
  for (auto [i, argument] : llvm::enumerate(work.getSliceArguments()))
    if (Value grad = needed[firstScanned + i] ? sweep.lookup(argument) : Value())
      grads[firstScanned + i] = collectedFor(grad);

  // Outside, gradients go on through what the body computed from captures.
  ReverseSweep outer(builder);
  for (Value argument : work.getCaptureArguments())
    if (sweep.isActive(argument))
      outer.activate(hoisted.lookup(argument));
  SmallVector<std::pair<Value, Value>> leaves;
  for (const Product &product : products)
    leaves.push_back({product.leaf, buildProduct(product)});
  for (auto [leaf, grad] : reduced)
    leaves.push_back({leaf, b.reduceSum(collectedFor(grad), {0})});
  for (auto [leaf, carry] : summed)
    leaves.push_back({leaf, reverse.getFinals()[carry]});
  for (auto [leaf, grad] : leaves)
    outer.accumulate(hoist(leaf), grad, loc);
  for (Operation *op : hoistedOps)
    outer.spread(*op);
  for (Operation *op : llvm::reverse(hoistedOps))
    outer.visit(op);
  // A value that is captured twice has one gradient.
  DenseSet<Value> given;
  for (auto [i, operand] : llvm::enumerate(scan.getCaptures())) {
    unsigned place = firstScanned + scan.getScanned().size() + i;
    if (needed[place] && given.insert(operand).second)
      grads[place] = outer.lookup(operand);
  }
  return grads;
}

SmallVector<Value> ScanReversal::run() {
  findActive();
  findForward();
  seed();
  sweepBody();
  sumInvariant();
  findResiduals();
  buildForward();
  buildReverse();
  SmallVector<Value> grads = finish();
  work.erase();
  return grads;
}

namespace {
struct ScanSlope : DifferentiableOpInterface::ExternalModel<ScanSlope, ScanOp> {
  SmallVector<Value> buildVJP(Operation *op, OpBuilder &builder, ValueRange resultGrads,
                              ArrayRef<bool> needed) const {
    return ScanReversal(cast<ScanOp>(op), builder, resultGrads, needed).run();
  }
};
} // namespace

void nnc::nn::attachScanSlope(MLIRContext &context) { ScanOp::attachInterface<ScanSlope>(context); }

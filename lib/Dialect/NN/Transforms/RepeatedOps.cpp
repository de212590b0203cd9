//===- RepeatedOps.cpp - cheap values that are computed, not stored -------===//
//
// A value that leaves its kernel is stored, and loaded by each kernel that reads
// it. Where it takes one cheap op on values that are in memory anyway, such as
// the difference from a mean or a gradient's product by a scale, its readers
// compute it themselves, if no more bytes are moved for that. Several ops at once
// are in RepeatedChains.cpp.
//
// What is compared in several kernels must be the same bits in all of them. A
// sum of a repeated product is not: it may be rounded once in one kernel and
// twice in another.
//
//===----------------------------------------------------------------------===//
#include "RepeatedOps.h"
#include "nnc/Analysis/Storage.h"

using namespace mlir;
using namespace nnc::nn;

int64_t nnc::nn::bytesOf(Value value) { return getByteSize(cast<ShapedType>(value.getType())); }

/// What an op reads through ops that live inside it.
static SetVector<Value> getLeaves(Operation *op) {
  SetVector<Value> leaves;
  llvm::SmallPtrSet<Operation *, 8> seen;
  SmallVector<Operation *> work{op};
  while (!work.empty())
    for (Value operand : work.pop_back_val()->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (!def || getKernelRole(def) != KernelRole::Floating)
        leaves.insert(operand);
      else if (seen.insert(def).second)
        work.push_back(def);
    }
  return leaves;
}

/// One cheap op, and no sum of a product that is repeated itself.
static bool isCheap(Operation *op) {
  if (isa<MulOp, NegOp, CompareOp, SelectOp>(op))
    return true;
  SmallVector<Operation *> work{op};
  while (!work.empty())
    for (Value operand : work.pop_back_val()->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (!def || getKernelRole(def) != KernelRole::Floating)
        continue;
      if (isa<MulOp>(def))
        return false;
      work.push_back(def);
    }
  return isa<AddOp, SubOp>(op);
}

std::optional<SmallVector<unsigned>> nnc::nn::findReaders(Value value,
                                                          const KernelClusters &clusters) {
  SmallVector<unsigned> readers;
  SmallVector<Operation *> work{value.getDefiningOp()};
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    for (Operation *user : op->getUsers()) {
      KernelRole role = getKernelRole(user);
      bool floats = role == KernelRole::Floating;
      if (user->getBlock() != op->getBlock() ||
          (!floats && role != KernelRole::Pointwise && role != KernelRole::Reduction) ||
          // More elements than there are would be computed.
          (floats && bytesOf(user->getResult(0)) > bytesOf(op->getResult(0))))
        return std::nullopt;
      if (floats)
        work.push_back(user);
      else if (unsigned reader = *clusters.find(user); !llvm::is_contained(readers, reader))
        readers.push_back(reader);
    }
  }
  return readers;
}

bool nnc::nn::readsBesides(ArrayRef<Operation *> cluster, Value value,
                           ArrayRef<Operation *> besides) {
  llvm::SmallPtrSet<Operation *, 16> seen(besides.begin(), besides.end());
  SmallVector<Operation *> work(cluster);
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    if (!seen.insert(op).second)
      continue;
    for (Value operand : op->getOperands()) {
      if (operand == value)
        return true;
      Operation *def = operand.getDefiningOp();
      if (def && getKernelRole(def) == KernelRole::Floating)
        work.push_back(def);
    }
  }
  return false;
}

bool nnc::nn::isStoredBesides(Value value, unsigned cluster, ArrayRef<Operation *> besides,
                              const KernelClusters &clusters) {
  SmallVector<Operation *> work{value.getDefiningOp()};
  while (!work.empty())
    for (Operation *user : work.pop_back_val()->getUsers()) {
      if (llvm::is_contained(besides, user))
        continue;
      if (getKernelRole(user) == KernelRole::Floating)
        work.push_back(user);
      else if (clusters.find(user) != cluster)
        return true;
    }
  return false;
}

static bool isWorthRepeating(Operation *op, const KernelClusters &clusters,
                             ArrayRef<std::vector<Operation *>> members) {
  constexpr int64_t least = 4096;
  std::optional<unsigned> own = clusters.find(op);
  if (!own || getKernelRole(op) != KernelRole::Pointwise || !isCheap(op))
    return false;
  Value value = op->getResult(0);
  int64_t bytes = bytesOf(value);
  auto readers = findReaders(value, clusters);
  if (bytes < least || !readers || llvm::all_of(*readers, [&](unsigned r) { return r == *own; }))
    return false;
  SetVector<Value> leaves = getLeaves(op);
  // Bytes that are stored, and bytes that are stored or loaded, in exchange.
  int64_t stored = -bytes, moved = -bytes;
  for (Value leaf : leaves) {
    Operation *def = leaf.getDefiningOp();
    // A variable's old value would be in the way of the new one.
    if (def && !clusters.find(def))
      return false;
    if (def && clusters.find(def) == own && !isStoredBesides(leaf, *own, op, clusters)) {
      stored += bytesOf(leaf);
      moved += bytesOf(leaf);
    }
  }
  for (unsigned reader : *readers) {
    if (reader == *own)
      continue;
    if (!clusters.canTakeIn(reader, op))
      return false;
    moved -= bytes;
    for (Value leaf : leaves)
      if (!readsBesides(members[reader], leaf, op))
        moved += bytesOf(leaf);
  }
  return stored < 0 && moved <= 0;
}

/// The value `compare x, c ? c : x` of a comparison that holds for c itself: it
/// answers the comparison as x does. Null if there is none.
static Value findRectified(CompareOp compare) {
  auto isReflexive = [](Predicate p) {
    return p == Predicate::le || p == Predicate::ge || p == Predicate::eq;
  };
  if (!isReflexive(compare.getPredicate()))
    return {};
  for (Operation *user : compare->getUsers())
    if (auto select = dyn_cast<SelectOp>(user))
      if (select.getCondition() == compare && select.getTrueValue() == compare.getRhs() &&
          select.getFalseValue() == compare.getLhs())
        return select;
  return {};
}

/// The reduction that a value repeats along its axes.
template <typename Reduction>
static Reduction getWide(Value value) {
  auto wide = value.getDefiningOp<BroadcastOp>();
  if (!wide)
    return {};
  Value narrow = wide.getOperand();
  if (auto reshape = narrow.getDefiningOp<ReshapeOp>(); reshape && isUnitReshape(reshape))
    narrow = reshape.getOperand();
  return narrow.getDefiningOp<Reduction>();
}

/// Clusters that read what a rectifier left need no mask of what it changed.
static void askRectified(CompareOp compare, const KernelClusters &clusters,
                         ArrayRef<std::vector<Operation *>> members) {
  Value rectified = findRectified(compare);
  std::optional<unsigned> own = clusters.find(compare);
  if (!rectified || !own || clusters.find(rectified.getDefiningOp()) != own)
    return;
  CompareOp again;
  for (OpOperand &use : llvm::make_early_inc_range(compare->getUses())) {
    std::optional<unsigned> reader = clusters.find(use.getOwner());
    if (!reader || reader == own || use.getOwner()->getBlock() != compare->getBlock() ||
        getKernelRole(use.getOwner()) != KernelRole::Pointwise ||
        !readsBesides(members[*reader], rectified, {}))
      continue;
    if (!again) {
      OpBuilder builder(compare->getContext());
      builder.setInsertionPointAfterValue(rectified);
      again = cast<CompareOp>(builder.clone(*compare));
      again->setOperand(0, rectified);
      again->setAttr(kRepeatedAttrName, builder.getUnitAttr());
    }
    use.set(again);
  }
}

/// Softmax's numerator e = exp(x - max) is stored for no one: where its quotient
/// by the sum is stored, that times the sum is as good, but for its rounding.
/// The sum is at least 1.
static void askQuotient(DivOp quotient, const KernelClusters &clusters,
                        ArrayRef<std::vector<Operation *>> members) {
  auto sum = getWide<ReduceSumOp>(quotient.getRhs());
  auto numerator = quotient.getLhs().getDefiningOp<ExpOp>();
  if (!sum || !numerator || sum.getOperand() != numerator.getResult())
    return;
  auto difference = numerator.getOperand().getDefiningOp<SubOp>();
  auto maximum = difference ? getWide<ReduceMaxOp>(difference.getRhs()) : ReduceMaxOp();
  std::optional<unsigned> own = clusters.find(numerator);
  if (!maximum || maximum.getOperand() != difference.getLhs() ||
      maximum.getAxes() != sum.getAxes() || !own || clusters.find(quotient) != own ||
      !findReaders(numerator, clusters) || !isStoredBesides(quotient, *own, {}, clusters))
    return;
  MulOp again;
  for (OpOperand &use : llvm::make_early_inc_range(numerator->getUses())) {
    std::optional<unsigned> reader = clusters.find(use.getOwner());
    if (!reader || reader == own)
      continue;
    if (!again) {
      OpBuilder builder(numerator->getContext());
      builder.setInsertionPointAfter(quotient);
      again = MulOp::create(builder, numerator.getLoc(), quotient, quotient.getRhs());
      again->setAttr(kRepeatedAttrName, builder.getUnitAttr());
    }
    use.set(again);
  }
}

void nnc::nn::markRepeated(const KernelClusters &clusters, bool strict,
                           const Optimizations &optimizations) {
  std::vector<std::vector<Operation *>> members = clusters.getMembers();
  SmallVector<Operation *> ops;
  for (const std::vector<Operation *> &cluster : members)
    llvm::append_range(ops, cluster);
  llvm::sort(ops, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  bool repeats = optimizations.has(Optimization::Repeats);
  for (Operation *op : repeats ? ArrayRef(ops) : ArrayRef<Operation *>())
    if (auto compare = dyn_cast<CompareOp>(op))
      askRectified(compare, clusters, members);
    else if (auto quotient = dyn_cast<DivOp>(op); quotient && !strict)
      askQuotient(quotient, clusters, members);
  if (optimizations.has(Optimization::Chains))
    markChains(clusters, members);
  for (Operation *op : repeats ? ArrayRef(ops) : ArrayRef<Operation *>())
    if (isWorthRepeating(op, clusters, members))
      op->setAttr(kRepeatedAttrName, UnitAttr::get(op->getContext()));
}

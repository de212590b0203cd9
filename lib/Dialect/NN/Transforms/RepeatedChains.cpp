//===- RepeatedChains.cpp - values that follow from a stored one ----------===//
//
// A kernel that stores several values of the same elements, as GELU and its like
// do for their derivatives, stores one that the others follow from instead, and
// their readers compute them again. What that takes is weighed against a store
// and a load of each.
//
//===----------------------------------------------------------------------===//
#include "RepeatedOps.h"

using namespace mlir;
using namespace nnc::nn;

/// Instructions of a vector's op, about.
static int64_t getCost(Operation *op) {
  if (isa<DivOp, SqrtOp, RsqrtOp, FloorDivOp, ModOp>(op))
    return 8;
  if (isa<ExpOp, Expm1Op, LogisticOp>(op))
    return 16;
  if (isa<ErfOp, LogOp, Log1pOp, TanhOp>(op))
    return 24;
  if (isa<CosOp, PowOp, SinOp>(op))
    return 48;
  return 1;
}

/// Instructions in the time that a vector takes to memory, which is fetched
/// before it is overwritten, and back: 192 bytes, where a core moves 6 in a cycle
/// and does more than one instruction.
static constexpr int64_t kCostOfValue = 40;

/// Values that are in a cache when they are read take no time to speak of.
static constexpr int64_t kLeastBytes = 1 << 20;

namespace {

/// Ops of a cluster that compute a value of another one's elements.
struct Chain {
  Value value;
  SmallVector<Operation *> ops;
  SmallVector<unsigned> readers;
};

class ChainFinder {
public:
  ChainFinder(unsigned own, const KernelClusters &clusters,
              ArrayRef<std::vector<Operation *>> members)
      : own(own), clusters(clusters), members(members) {}

  void mark();

private:
  std::optional<Chain> find(Value value, Value base) const;
  bool isEverywhere(Value leaf, const Chain &chain) const;
  int64_t weigh(ArrayRef<Chain> chains, Value base) const;

  unsigned own;
  const KernelClusters &clusters;
  ArrayRef<std::vector<Operation *>> members;
};

} // namespace

/// Whether all readers of a chain's value have a leaf at hand.
bool ChainFinder::isEverywhere(Value leaf, const Chain &chain) const {
  Operation *def = leaf.getDefiningOp();
  // A variable's old value would be in the way of the new one.
  if (def && !clusters.find(def))
    return false;
  if (def && clusters.find(def) == own && !isStoredBesides(leaf, own, chain.ops, clusters))
    return false;
  return bytesOf(leaf) * 16 <= bytesOf(chain.value) ||
         llvm::all_of(chain.readers, [&](unsigned reader) {
           return reader == own || readsBesides(members[reader], leaf, chain.ops);
         });
}

/// The ops from `base` to `value`, if all who read the latter can do them.
std::optional<Chain> ChainFinder::find(Value value, Value base) const {
  auto readers = findReaders(value, clusters);
  if (!readers || llvm::all_of(*readers, [&](unsigned reader) { return reader == own; }))
    return std::nullopt;
  Chain chain{value, {}, *readers};
  SetVector<Value> leaves;
  llvm::SmallPtrSet<Operation *, 8> seen;
  SmallVector<Operation *> work{value.getDefiningOp()};
  bool reaches = false;
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    if (!seen.insert(op).second)
      continue;
    bool floats = getKernelRole(op) == KernelRole::Floating;
    if (!floats) {
      // A sum of a product may be rounded once in one kernel and twice in another.
      bool sums = isa<AddOp, SubOp>(op) && llvm::any_of(op->getOperands(), [&](Value operand) {
                    return operand != base && operand.getDefiningOp<MulOp>();
                  });
      if (sums || bytesOf(op->getResult(0)) != bytesOf(value) || !findReaders(op->getResult(0), clusters))
        return std::nullopt;
      chain.ops.push_back(op);
    }
    for (Value operand : op->getOperands()) {
      Operation *def = operand.getDefiningOp();
      reaches |= operand == base;
      if (operand == base)
        continue;
      bool goesOn = def && (getKernelRole(def) == KernelRole::Floating ||
                            (clusters.find(def) == own && getKernelRole(def) == KernelRole::Pointwise &&
                             !isa<RandomBitsOp, RandomUniformOp, RandomNormalOp>(def)));
      if (goesOn)
        work.push_back(def);
      else
        leaves.insert(operand);
    }
  }
  auto isAtHand = [&](Value leaf) { return isEverywhere(leaf, chain); };
  auto canTakeIn = [&](unsigned reader) { return clusters.canTakeIn(reader, chain.ops); };
  if (!reaches || !llvm::all_of(leaves, isAtHand) || !llvm::all_of(chain.readers, canTakeIn))
    return std::nullopt;
  return chain;
}

/// What is won by storing `base` in place of the chains' values; 0 or less if
/// nothing.
int64_t ChainFinder::weigh(ArrayRef<Chain> chains, Value base) const {
  SetVector<unsigned> readers;
  SmallVector<Operation *> all;
  for (const Chain &chain : chains) {
    readers.insert(chain.readers.begin(), chain.readers.end());
    llvm::append_range(all, chain.ops);
  }
  int64_t cost = 0;
  for (unsigned reader : readers) {
    SetVector<Operation *> ops;
    if (reader != own)
      for (const Chain &chain : chains)
        if (llvm::is_contained(chain.readers, reader))
          ops.insert(chain.ops.begin(), chain.ops.end());
    for (Operation *op : ops)
      cost += getCost(op);
  }
  int64_t saved = chains.size() - !isStoredBesides(base, own, all, clusters);
  if (saved <= 0)
    return 0;
  bool isSmall = bytesOf(base) < kLeastBytes;
  return saved * (isSmall ? 2 : kCostOfValue) - cost + 1;
}

void ChainFinder::mark() {
  constexpr int64_t least = 4096;
  SmallVector<Value> stored;
  for (Operation *op : members[own])
    if (getKernelRole(op) == KernelRole::Pointwise && bytesOf(op->getResult(0)) >= least &&
        isStoredBesides(op->getResult(0), own, {}, clusters))
      stored.push_back(op->getResult(0));
  int64_t best = 0;
  SmallVector<Chain> chosen;
  for (Operation *op : members[own]) {
    Value base = op->getResult(0);
    SmallVector<Chain> chains;
    for (Value value : stored)
      if (value != base && bytesOf(value) == bytesOf(base))
        if (auto chain = find(value, base))
          chains.push_back(std::move(*chain));
    if (int64_t won = weigh(chains, base); won > best) {
      best = won;
      chosen = std::move(chains);
    }
  }
  for (const Chain &chain : chosen)
    for (Operation *op : chain.ops)
      op->setAttr(kRepeatedAttrName, UnitAttr::get(op->getContext()));
}

void nnc::nn::markChains(const KernelClusters &clusters,
                         ArrayRef<std::vector<Operation *>> members) {
  for (unsigned number = 0; number != members.size(); ++number)
    if (!members[number].empty())
      ChainFinder(number, clusters, members).mark();
}

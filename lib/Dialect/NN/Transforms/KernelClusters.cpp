//===- KernelClusters.cpp - which ops make one kernel ---------------------===//
//
// One walk in block order: an op joins a cluster that computes one of its
// operands if the domains agree and no path leaves the cluster and comes back,
// else it begins one. Clusters that an op brings together are merged.
//
//===----------------------------------------------------------------------===//
#include "RepeatedOps.h"
#include "nnc/Analysis/Slices.h"
#include <queue>

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// Whether two shapes are the same but for axes of length 1.
static bool matchBesideUnits(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  auto notOne = [](int64_t size) { return size != 1; };
  return llvm::equal(llvm::make_filter_range(a, notOne),
                     llvm::make_filter_range(b, notOne));
}

bool nnc::nn::isUnitReshape(ReshapeOp op) {
  return matchBesideUnits(shapeOf(op.getOperand()), shapeOf(op.getResult()));
}

/// What an op could be, whatever its users are.
static KernelRole getPreferredRole(Operation *op) {
  if (op->hasAttr(kRepeatedAttrName))
    return KernelRole::Floating;
  if (auto constant = dyn_cast<ConstantOp>(op))
    return isa<SplatElementsAttr>(constant.getValue()) ? KernelRole::Floating
                                                       : KernelRole::Outside;
  if (auto reshape = dyn_cast<ReshapeOp>(op))
    return isUnitReshape(reshape) ? KernelRole::Floating : KernelRole::Outside;
  if (isa<BroadcastOp, TransposeOp, SliceOp, ReverseOp, IotaOp>(op))
    return KernelRole::Floating;
  if (isa<ReadOp, WriteOp, ReturnOp, ScanOp, NextOp>(op))
    return KernelRole::Outside;
  if (op->hasTrait<OpTrait::Elementwise>() || isa<OneHotOp, RandomBitsOp, RandomUniformOp, RandomNormalOp>(op))
    return KernelRole::Pointwise;
  if (isa<ReduceSumOp, ReduceMaxOp, ReduceMinOp, ReduceAnyOp, ReduceAllOp, ArgMaxOp, ArgMinOp>(op))
    return KernelRole::Reduction;
  if (isa<ContractOp, ConvOp, ConvInputGradOp, ConvWeightGradOp>(op))
    return KernelRole::Contraction;
  if (isa<ConcatOp>(op))
    return KernelRole::Joining;
  if (isa<ScatterAddOp, SortOp, CumSumOp>(op))
    return KernelRole::Alone;
  return KernelRole::Root;
}

KernelRole nnc::nn::getKernelRole(Operation *op) {
  KernelRole role = getPreferredRole(op);
  if (role != KernelRole::Floating)
    return role;
  // An op can only live inside users that evaluate their operands element by
  // element; for any other user it has to be computed (or viewed) once.
  bool inlinable = llvm::all_of(op->getUsers(), [](Operation *user) {
    // A reshape floats or stays outside as a view, by its own users.
    KernelRole use = isa<ReshapeOp>(user) ? getKernelRole(user) : getPreferredRole(user);
    return use != KernelRole::Outside && use != KernelRole::Contraction &&
           use != KernelRole::Alone;
  });
  if (inlinable)
    return KernelRole::Floating;
  return isa<ReshapeOp>(op) ? KernelRole::Outside : KernelRole::Root;
}

KernelClusters::KernelClusters(Block &block, const Optimizations &optimizations) {
  bool fuse = optimizations.has(Optimization::Fusion);
  for (Operation &op : block) {
    KernelRole role = getKernelRole(&op);
    if (role == KernelRole::Outside || role == KernelRole::Floating)
      continue;
    if (!fuse)
      role = KernelRole::Alone;
    place(&op, role);
  }
  if (fuse && optimizations.has(Optimization::Slices))
    mergeSlices();
}

/// Clusters whose values `op` reads: through floating ops first, then (after
/// the returned number of entries) through an op that stays outside.
void KernelClusters::gatherOperandClusters(Operation *op, SmallVectorImpl<unsigned> &out) {
  llvm::SmallSetVector<unsigned, 8> direct, behind;
  llvm::SmallPtrSet<Operation *, 16> seen[2];
  SmallVector<std::pair<Operation *, bool>> work;
  auto push = [&](Operation *user, bool outside) {
    for (Value operand : user->getOperands())
      if (Operation *def = operand.getDefiningOp())
        if (seen[outside].insert(def).second)
          work.push_back({def, outside});
  };
  push(op, false);
  while (!work.empty()) {
    auto [def, outside] = work.pop_back_val();
    if (auto it = clusterOf.find(def); it != clusterOf.end())
      (outside ? behind : direct).insert(it->second);
    else
      push(def, outside || getKernelRole(def) == KernelRole::Outside);
  }
  // A cluster behind an outside op cannot be joined, whatever else leads there.
  for (unsigned cluster : behind)
    direct.remove(cluster);
  llvm::append_range(out, direct);
  out.push_back(~0u);
  llvm::append_range(out, behind);
}

static bool isPointwise(Operation *op) { return getKernelRole(op) == KernelRole::Pointwise; }

bool KernelClusters::accepts(const Cluster &cluster, Operation *op, KernelRole role) const {
  if (cluster.alone)
    return false;
  // Parts are computed where they belong; a cluster of stages has other gains.
  if (role == KernelRole::Joining)
    return llvm::all_of(cluster.ops, [](Operation *member) {
             return isPointwise(member) || isa<ConcatOp>(member);
           }) && llvm::any_of(op->getOperands(), [&](Value part) {
             return llvm::is_contained(cluster.ops, part.getDefiningOp());
           });
  ArrayRef<int64_t> shape;
  if (role == KernelRole::Pointwise)
    shape = shapeOf(op->getResult(0));
  else if (role == KernelRole::Reduction && !cluster.contraction)
    shape = shapeOf(op->getOperand(0));
  else
    return false;
  if (shape == cluster.domain)
    return true;
  // What follows a reduction row by row stays with it.
  return !cluster.contraction &&
         llvm::any_of(cluster.ops, [&](Operation *member) {
           return !isa<ConcatOp>(member) && matchBesideUnits(shapeOf(member->getResult(0)), shape);
         });
}

bool KernelClusters::wouldCycle(unsigned cluster, ArrayRef<unsigned> operands) const {
  return llvm::any_of(operands, [&](unsigned other) {
    return other != cluster && clusters[other].needs.test(cluster);
  });
}

void KernelClusters::addNeeds(unsigned cluster, ArrayRef<unsigned> operands) {
  llvm::BitVector &needs = clusters[cluster].needs;
  for (unsigned other : operands) {
    if (other == cluster)
      continue;
    needs.set(other);
    needs |= clusters[other].needs;
  }
  for (Cluster &other : clusters)
    if (!other.dead && other.needs.test(cluster))
      other.needs |= needs;
}

bool KernelClusters::canMerge(unsigned into, unsigned from) const {
  const Cluster &a = clusters[into], &b = clusters[from];
  if (into == from || a.alone || b.alone || b.domain != a.domain ||
      (a.contraction && b.contraction) || a.behind.test(from) || b.behind.test(into))
    return false;
  // A contraction takes in what is computed element by element of its result.
  if ((a.contraction && !llvm::all_of(b.ops, isPointwise)) ||
      (b.contraction && !llvm::all_of(a.ops, isPointwise)))
    return false;
  return !hasPathBetween(into, from);
}

/// Whether a path leads from one cluster to the other through a third.
bool KernelClusters::hasPathBetween(unsigned a, unsigned b) const {
  for (unsigned i = 0, e = clusters.size(); i != e; ++i) {
    if (clusters[i].dead || i == a || i == b)
      continue;
    const llvm::BitVector &needs = clusters[i].needs;
    if ((needs.test(b) && clusters[a].needs.test(i)) ||
        (needs.test(a) && clusters[b].needs.test(i)))
      return true;
  }
  return false;
}

void KernelClusters::merge(unsigned into, unsigned from) {
  Cluster &a = clusters[into], &b = clusters[from];
  for (Operation *op : b.ops)
    clusterOf[op] = into;
  llvm::append_range(a.ops, b.ops);
  llvm::sort(a.ops, [](Operation *x, Operation *y) { return x->isBeforeInBlock(y); });
  a.contraction |= b.contraction;
  a.behind |= b.behind;
  a.needs |= b.needs;
  a.needs.reset(into);
  a.needs.reset(from);
  b.ops.clear();
  b.dead = true;
  for (Cluster &other : clusters)
    if (other.behind.test(from))
      other.behind.set(into);
  for (Cluster &other : clusters)
    if (!other.dead && &other != &a && (other.needs.test(from) || other.needs.test(into))) {
      other.needs.reset(from);
      other.needs.set(into);
      other.needs |= a.needs;
    }
}

void KernelClusters::place(Operation *op, KernelRole role) {
  SmallVector<unsigned> reads;
  gatherOperandClusters(op, reads);
  auto split = llvm::find(reads, ~0u) - reads.begin();
  SmallVector<unsigned> direct(reads.begin(), reads.begin() + split);
  reads.erase(reads.begin() + split);
  SmallVector<unsigned> behind(reads.begin() + split, reads.end());

  unsigned target = ~0u;
  // The latest producer first: it is the likeliest to be still in cache.
  llvm::sort(direct, std::greater<>());
  for (unsigned candidate : direct)
    if (accepts(clusters[candidate], op, role) && !wouldCycle(candidate, reads)) {
      target = candidate;
      break;
    }
  if (target == ~0u) {
    target = clusters.size();
    for (Cluster &other : clusters) {
      other.needs.resize(target + 1);
      other.behind.resize(target + 1);
    }
    Cluster cluster;
    cluster.needs.resize(target + 1);
    cluster.behind.resize(target + 1);
    cluster.domain = role == KernelRole::Reduction ? shapeOf(op->getOperand(0))
                                                   : shapeOf(op->getResult(0));
    cluster.contraction = role == KernelRole::Contraction;
    cluster.alone = role == KernelRole::Alone;
    clusters.push_back(std::move(cluster));
  }
  clusters[target].ops.push_back(op);
  clusterOf[op] = target;
  for (unsigned other : behind)
    clusters[target].behind.set(other);
  addNeeds(target, reads);
  for (unsigned other : direct)
    if (!clusters[other].dead && canMerge(target, other))
      merge(target, other);
}

/// Whether ops, with those that live inside them, fall apart into many slices of
/// which each stays in a cache.
static bool walkSlices(SetVector<Operation *> ops) {
  constexpr int64_t least = 8, mostBytes = 256 << 10;
  for (unsigned i = 0; i != ops.size(); ++i)
    for (Value operand : ops[i]->getOperands())
      if (Operation *def = operand.getDefiningOp();
          def && getKernelRole(def) == KernelRole::Floating)
        ops.insert(def);
  std::optional<Slices> slices = findSlices(ops.getArrayRef());
  return slices && slices->count() >= least && llvm::all_of(ops, [&](Operation *op) {
    return bytesOf(op->getResult(0)) <= mostBytes * slices->count();
  });
}

bool KernelClusters::canTakeIn(unsigned cluster, ArrayRef<Operation *> more) const {
  if (!clusters[cluster].sliced)
    return true;
  SetVector<Operation *> ops;
  ops.insert(clusters[cluster].ops.begin(), clusters[cluster].ops.end());
  ops.insert(more.begin(), more.end());
  return walkSlices(ops);
}

/// Whether two clusters may be one that walks its slices: what is handed over in
/// between is then as large as one of these.
bool KernelClusters::canMergeSlices(unsigned into, unsigned from) const {
  const Cluster &a = clusters[into], &b = clusters[from];
  if (a.alone || b.alone || a.behind.test(from) || b.behind.test(into) ||
      (!a.contraction && !b.contraction) || hasPathBetween(into, from))
    return false;
  SetVector<Operation *> ops;
  ops.insert(a.ops.begin(), a.ops.end());
  ops.insert(b.ops.begin(), b.ops.end());
  return walkSlices(ops);
}

/// Merges producers of large values with their readers where both walk the same
/// slices: attention's products with the softmax between them.
void KernelClusters::mergeSlices() {
  constexpr int64_t least = 1 << 20;
  for (unsigned reader = 0; reader != clusters.size(); ++reader) {
    bool isMerged = false;
    for (unsigned i = 0; i != clusters[reader].ops.size(); ++i) {
      SmallVector<unsigned> reads;
      gatherOperandClusters(clusters[reader].ops[i], reads);
      reads.erase(llvm::find(reads, ~0u), reads.end());
      for (unsigned producer : reads) {
        bool handsMuch = llvm::any_of(clusters[producer].ops, [&](Operation *op) {
          return bytesOf(op->getResult(0)) >= least;
        });
        if (producer == reader || !handsMuch || !canMergeSlices(reader, producer))
          continue;
        merge(reader, producer);
        clusters[reader].sliced = true;
        isMerged = true;
        break;
      }
      if (isMerged)
        break;
    }
    // What it reads now may be merged as well.
    reader -= isMerged;
  }
}

std::optional<unsigned> KernelClusters::find(Operation *op) const {
  auto it = clusterOf.find(op);
  return it == clusterOf.end() ? std::nullopt : std::optional(it->second);
}

std::vector<std::vector<Operation *>> KernelClusters::getMembers() const {
  std::vector<std::vector<Operation *>> members;
  for (const Cluster &cluster : clusters)
    members.push_back(cluster.ops);
  return members;
}

std::vector<std::vector<Operation *>> KernelClusters::take() {
  // Kahn's algorithm, the cluster whose last op stands first going first.
  SmallVector<unsigned> pending(clusters.size());
  auto later = [&](unsigned a, unsigned b) {
    return clusters[b].ops.back()->isBeforeInBlock(clusters[a].ops.back());
  };
  std::priority_queue<unsigned, std::vector<unsigned>, decltype(later)> ready(later);
  for (unsigned i = 0, e = clusters.size(); i != e; ++i) {
    if (clusters[i].dead)
      continue;
    pending[i] = clusters[i].needs.count();
    if (pending[i] == 0)
      ready.push(i);
  }
  std::vector<std::vector<Operation *>> order;
  while (!ready.empty()) {
    unsigned next = ready.top();
    ready.pop();
    for (unsigned i = 0, e = clusters.size(); i != e; ++i)
      if (!clusters[i].dead && clusters[i].needs.test(next) && --pending[i] == 0)
        ready.push(i);
    order.push_back(std::move(clusters[next].ops));
  }
  return order;
}

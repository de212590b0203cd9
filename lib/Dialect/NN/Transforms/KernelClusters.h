//===- KernelClusters.h - which ops make one kernel -------------*- C++ -*-===//
//
// The decision, apart from the rewriting: ops of a function body are put into
// clusters whose contraction leaves the graph acyclic.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_DIALECT_NN_TRANSFORMS_KERNELCLUSTERS_H
#define NNC_DIALECT_NN_TRANSFORMS_KERNELCLUSTERS_H

#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Support/Optimizations.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include <vector>

namespace nnc::nn {

/// How an op takes part in kernels.
enum class KernelRole {
  /// Stays outside: variables, constants with data, views, the terminator.
  Outside,
  /// Only moves or makes elements, cheap to repeat: lives inside its users.
  Floating,
  /// One result element from the operands' elements at one place.
  Pointwise,
  /// A reduction of its operand's domain.
  Reduction,
  /// A contraction or convolution: takes pointwise consumers only.
  Contraction,
  /// Parts side by side: stays with what computes them, or begins a cluster.
  Joining,
  /// Any other op: begins a cluster, which pointwise ops on its result may join.
  Root,
  /// A kernel of its own.
  Alone
};

KernelRole getKernelRole(mlir::Operation *op);

/// On an op that floats although it computes: it is cheaper to repeat than its
/// result to store.
inline constexpr llvm::StringLiteral kRepeatedAttrName = "nn.repeated";

/// True for a reshape that only adds or drops axes of size 1.
bool isUnitReshape(ReshapeOp op);

/// A partition of the non-outside, non-floating ops of a block, closed under
/// "between": no path leaves a cluster and comes back.
class KernelClusters {
public:
  KernelClusters(mlir::Block &block, const Optimizations &optimizations);

  /// The clusters' ops in block order; clusters in an order in which every one
  /// comes after those it depends on.
  std::vector<std::vector<mlir::Operation *>> take();

  /// The cluster of an op.
  std::optional<unsigned> find(mlir::Operation *op) const;
  /// The ops of all clusters, by number.
  std::vector<std::vector<mlir::Operation *>> getMembers() const;
  /// Whether a cluster is what it was with more ops in it: one that walks slices
  /// still can.
  bool canTakeIn(unsigned cluster, llvm::ArrayRef<mlir::Operation *> ops) const;

private:
  struct Cluster {
    std::vector<mlir::Operation *> ops;
    llvm::ArrayRef<int64_t> domain;
    /// Clusters that some op here needs, transitively.
    llvm::BitVector needs;
    /// Clusters that some op here needs through an op that stays outside.
    llvm::BitVector behind;
    bool contraction = false;
    bool alone = false;
    /// Merged of clusters that walk the same slices.
    bool sliced = false;
    bool dead = false;
  };

  void place(mlir::Operation *op, KernelRole role);
  void gatherOperandClusters(mlir::Operation *op, llvm::SmallVectorImpl<unsigned> &out);
  bool accepts(const Cluster &cluster, mlir::Operation *op, KernelRole role) const;
  bool wouldCycle(unsigned cluster, llvm::ArrayRef<unsigned> operands) const;
  bool canMerge(unsigned into, unsigned from) const;
  bool hasPathBetween(unsigned a, unsigned b) const;
  void mergeSlices();
  bool canMergeSlices(unsigned into, unsigned from) const;
  void merge(unsigned into, unsigned from);
  void addNeeds(unsigned cluster, llvm::ArrayRef<unsigned> operands);

  std::vector<Cluster> clusters;
  llvm::DenseMap<mlir::Operation *, unsigned> clusterOf;
};

/// Marks the ops that are repeated in each kernel that reads them; if `strict`,
/// nothing that changes how a result is rounded.
void markRepeated(const KernelClusters &clusters, bool strict, const Optimizations &optimizations);

} // namespace nnc::nn

#endif // NNC_DIALECT_NN_TRANSFORMS_KERNELCLUSTERS_H

//===- SimplifyScans.cpp - smaller loops, or none -------------------------===//
//
// Of a loop, what nothing needs is left out: collected arrays, carries that feed
// only themselves, arrays and captured values that no turn reads. What is given
// twice is given once. A loop of few turns with a small body is unrolled, so
// that its turns can be fused with one another and with what is around.
//
//===----------------------------------------------------------------------===//
#include "nnc/Dialect/NN/IR/Build.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nnc::nn {
#define GEN_PASS_DEF_SIMPLIFYSCANS
#include "nnc/Dialect/NN/Transforms/Passes.h.inc"
} // namespace nnc::nn

using namespace mlir;
using namespace nnc::nn;

namespace {

struct UnrollScan : OpRewritePattern<ScanOp> {
  UnrollScan(MLIRContext *context, int64_t maxTurns, int64_t maxOps)
      : OpRewritePattern(context), maxTurns(maxTurns), maxOps(maxOps) {}
  LogicalResult matchAndRewrite(ScanOp op, PatternRewriter &rewriter) const override;

  int64_t maxTurns, maxOps;
};

/// What of a scan is needed.
struct Needed {
  explicit Needed(ScanOp op);

  /// Ops of the body, last first.
  SmallVector<Operation *> ops;
  SmallVector<unsigned> carries, collects, slices, captures;
  /// What an argument or a collected value that is left out equals.
  IRMapping same;
};

struct PruneScan : OpRewritePattern<ScanOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ScanOp op, PatternRewriter &rewriter) const override;
};

} // namespace

Needed::Needed(ScanOp op) {
  NextOp next = op.getNext();
  DenseMap<Value, Value> first;
  for (auto [value, array] : llvm::zip(next.getCollects(), op.getCollected())) {
    if (array.use_empty())
      continue;
    auto [it, isNew] = first.try_emplace(value, array);
    if (isNew)
      collects.push_back(cast<OpResult>(array).getResultNumber() - op.getNumCarries());
    else
      same.map(array, it->second);
  }

  // A carry that is needed makes what it becomes needed.
  llvm::DenseSet<Value> wanted;
  SmallVector<bool> keeps(op.getNumCarries(), false);
  for (unsigned i : collects)
    wanted.insert(next.getCollects()[i]);
  bool changed = true;
  while (std::exchange(changed, false)) {
    ops.clear();
    for (Operation &inner : llvm::reverse(op.getBodyBlock()->without_terminator())) {
      if (llvm::none_of(inner.getResults(), [&](Value value) { return wanted.contains(value); }))
        continue;
      wanted.insert(inner.operand_begin(), inner.operand_end());
      ops.push_back(&inner);
    }
    for (unsigned i = 0; i < op.getNumCarries(); ++i)
      if (!keeps[i] &&
          (!op.getFinals()[i].use_empty() || wanted.contains(op.getCarryArguments()[i]))) {
        keeps[i] = changed = true;
        wanted.insert(next.getCarries()[i]);
      }
  }
  for (unsigned i = 0; i < op.getNumCarries(); ++i)
    if (keeps[i])
      carries.push_back(i);

  auto choose = [&](OperandRange operands, Block::BlockArgListType arguments,
                    SmallVectorImpl<unsigned> &chosen) {
    DenseMap<Value, Value> given;
    for (auto [i, operand, argument] : llvm::enumerate(operands, arguments)) {
      if (!wanted.contains(argument))
        continue;
      auto [it, isNew] = given.try_emplace(operand, argument);
      if (isNew)
        chosen.push_back(i);
      else
        same.map(argument, it->second);
    }
  };
  choose(op.getScanned(), op.getSliceArguments(), slices);
  choose(op.getCaptures(), op.getCaptureArguments(), captures);
}

LogicalResult PruneScan::matchAndRewrite(ScanOp op, PatternRewriter &rewriter) const {
  Needed needed(op);
  if (needed.carries.size() == op.getNumCarries() &&
      needed.collects.size() == op.getNumCollects() &&
      needed.slices.size() == op.getScanned().size() &&
      needed.captures.size() == op.getCaptures().size())
    return rewriter.notifyMatchFailure(op, "all of it is needed");

  auto pick = [](auto &&range, ArrayRef<unsigned> places) {
    return llvm::map_to_vector(places, [&](unsigned i) { return Value(range[i]); });
  };
  NextOp next = op.getNext();
  auto fill = [&](OpBuilder &builder, Block &block) {
    SmallVector<Value> from = pick(op.getCarryArguments(), needed.carries);
    llvm::append_range(from, pick(op.getSliceArguments(), needed.slices));
    llvm::append_range(from, pick(op.getCaptureArguments(), needed.captures));
    IRMapping map;
    for (auto [old, argument] : llvm::zip_equal(from, block.getArguments()))
      map.map(old, argument);
    for (Value old : op.getBodyBlock()->getArguments())
      if (Value twin = needed.same.lookupOrNull(old))
        map.map(old, map.lookup(twin));
    for (Operation *inner : llvm::reverse(needed.ops))
      builder.clone(*inner, map);
    auto mapped = [&](ArrayRef<Value> values) {
      return llvm::map_to_vector(values, [&](Value value) { return map.lookup(value); });
    };
    NextOp::create(builder, next.getLoc(), mapped(pick(next.getCarries(), needed.carries)),
                   mapped(pick(next.getCollects(), needed.collects)));
  };
  auto made = ScanOp::create(rewriter, op.getLoc(), op.getTurns(), op.getReverse(),
                             pick(op.getInits(), needed.carries),
                             pick(op.getScanned(), needed.slices),
                             pick(op.getCaptures(), needed.captures), fill);
  for (Value array : op.getCollected())
    if (Value twin = needed.same.lookupOrNull(array))
      rewriter.replaceAllUsesWith(array, twin);
  for (auto [place, i] : llvm::enumerate(needed.carries))
    rewriter.replaceAllUsesWith(op.getFinals()[i], made.getFinals()[place]);
  for (auto [place, i] : llvm::enumerate(needed.collects))
    rewriter.replaceAllUsesWith(op.getCollected()[i], made.getCollected()[place]);
  rewriter.eraseOp(op);
  return success();
}

LogicalResult UnrollScan::matchAndRewrite(ScanOp op, PatternRewriter &rewriter) const {
  int64_t turns = op.getTurns();
  int64_t numOps = llvm::range_size(op.getBodyBlock()->without_terminator());
  if (turns != 1 && (turns > maxTurns || turns * numOps > maxOps))
    return rewriter.notifyMatchFailure(op, "is too large to unroll");
  NNBuilder b(rewriter, op.getLoc());
  NextOp next = op.getNext();
  SmallVector<Value> carries(op.getInits());
  // Per collected array its slots, of shape [1, ...].
  SmallVector<SmallVector<Value>> slots(op.getNumCollects(), SmallVector<Value>(turns));
  for (int64_t turn = 0; turn < turns; ++turn) {
    int64_t slot = op.getReverse() ? turns - 1 - turn : turn;
    IRMapping map;
    map.map(op.getCarryArguments(), carries);
    map.map(op.getCaptureArguments(), op.getCaptures());
    for (auto [array, argument] : llvm::zip(op.getScanned(), op.getSliceArguments())) {
      SmallVector<int64_t> limits(tensorTypeOf(array).getShape());
      SmallVector<int64_t> starts(limits.size(), 0), strides(limits.size(), 1);
      starts[0] = slot;
      limits[0] = slot + 1;
      map.map(argument, b.reshape(b.slice(array, starts, limits, strides), tensorTypeOf(argument)));
    }
    for (Operation &inner : op.getBodyBlock()->without_terminator())
      rewriter.clone(inner, map);
    for (auto [carry, value] : llvm::zip(carries, next.getCarries()))
      carry = map.lookup(value);
    for (auto [array, value] : llvm::zip(slots, next.getCollects())) {
      SmallVector<int64_t> shape{1};
      llvm::append_range(shape, tensorTypeOf(value).getShape());
      array[slot] = b.reshape(
          map.lookup(value), RankedTensorType::get(shape, tensorTypeOf(value).getElementType()));
    }
  }
  for (ArrayRef<Value> array : slots)
    carries.push_back(array.size() == 1 ? array.front() : b.make<ConcatOp>(array, 0));
  rewriter.replaceOp(op, carries);
  return success();
}

namespace {
struct SimplifyScans : public nnc::nn::impl::SimplifyScansBase<SimplifyScans> {
  using SimplifyScansBase::SimplifyScansBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<PruneScan>(&getContext());
    patterns.add<UnrollScan>(&getContext(), maxTurns, maxOps);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

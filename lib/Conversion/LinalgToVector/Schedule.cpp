//===- Schedule.cpp - how a nest is walked --------------------------------===//
//
// Derived from the nest and the target's vector registers alone.
//
//===----------------------------------------------------------------------===//
#include "NestEmitter.h"

using namespace mlir;
using namespace nnc;

Operation *nnc::getCombiner(linalg::GenericOp op) {
  if (op.getNumDpsInits() != 1)
    return nullptr;
  Value accumulator = op.getBody()->getArguments().back();
  auto yield = cast<linalg::YieldOp>(op.getBody()->getTerminator());
  Operation *combiner = yield.getValues()[0].getDefiningOp();
  if (!combiner || !accumulator.hasOneUse() || *accumulator.user_begin() != combiner)
    return nullptr;
  return isa<arith::AddFOp, arith::MulFOp, arith::MaximumFOp, arith::MinimumFOp, arith::AddIOp,
             arith::MaxSIOp, arith::MinSIOp, arith::MaxUIOp, arith::MinUIOp, arith::OrIOp,
             arith::AndIOp, arith::MulIOp, arith::XOrIOp>(combiner)
             ? combiner
             : nullptr;
}

/// Elements of the nest's widest type that one vector register holds.
static int64_t naturalWidth(const Nest &nest, const VectorTarget &target) {
  unsigned widest = 8;
  auto consider = [&](Type type) {
    if (auto integer = dyn_cast<IntegerType>(type))
      widest = std::max(widest, integer.getWidth());
    else if (auto floating = dyn_cast<FloatType>(type))
      widest = std::max(widest, floating.getWidth());
  };
  for (const Access &access : nest.outputs)
    consider(access.element);
  for (const Access &access : nest.inputs)
    if (access.buffer)
      consider(access.element);
  linalg::GenericOp(nest.op).getBody()->walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      if (!type.isIndex())
        consider(type);
  });
  return std::max<int64_t>(target.bits / widest, 1);
}

Schedule Schedule::choose(const Nest &nest, const VectorTarget &target) {
  Schedule schedule;
  int64_t natural = naturalWidth(nest, target);
  bool reduction = nest.hasReduction();
  Operation *combiner = reduction ? getCombiner(nest.op) : nullptr;
  bool isOrdered = target.strict && isa_and_nonnull<arith::AddFOp, arith::MulFOp>(combiner);
  bool canReduceLanes = combiner && !isOrdered;

  // Cost of a vector: contiguous accesses one, gathers an access per element;
  // per element computed. A parallel loop is preferred to a reduced one.
  double best = 0;
  for (auto [i, loop] : llvm::enumerate(nest.loops)) {
    if (loop.size == 1 || (loop.reduced && !canReduceLanes))
      continue;
    double lanes = std::min(loop.size, natural), cost = loop.reduced ? 1.5 : 1;
    auto add = [&](const Access &access) {
      int64_t stride = access.strides[i];
      cost += stride == 0 ? 0.5 : stride == 1 ? 1 : 2 * lanes;
    };
    for (const Access &access : nest.inputs)
      if (access.buffer)
        add(access);
    for (const Access &access : nest.outputs)
      add(access);
    if (schedule.lane == none || cost / lanes <= best) {
      best = cost / lanes;
      schedule.lane = i;
      schedule.width = lanes;
    }
  }
  if (schedule.lane == none)
    return schedule;
  int64_t vectors = nest.loops[schedule.lane].size / schedule.width;
  bool lanesReduced = nest.loops[schedule.lane].reduced;
  // A quarter of the registers stays free for operands.
  int64_t accumulators = std::max<int64_t>(target.registers * 3 / 4, 1);

  if (!reduction) {
    schedule.laneTile = std::clamp<int64_t>(vectors, 1, 4);
    return schedule;
  }
  // The row loop: a parallel loop that some vector operand does not depend on.
  for (auto [i, loop] : llvm::enumerate(nest.loops)) {
    if (i == schedule.lane || loop.reduced || loop.size == 1)
      continue;
    bool reuses = llvm::any_of(nest.inputs, [&](const Access &access) {
      return access.buffer && access.strides[schedule.lane] != 0 && access.strides[i] == 0;
    });
    if (reuses && (schedule.row == none || loop.size > nest.loops[schedule.row].size))
      schedule.row = i;
  }
  if (lanesReduced) {
    int64_t rows = schedule.row == none ? 1 : nest.loops[schedule.row].size;
    schedule.rowTile = std::min<int64_t>(rows, 4);
    schedule.laneTile = std::clamp<int64_t>(vectors, 1, 4 / schedule.rowTile);
    return schedule;
  }
  if (schedule.row == none) {
    schedule.laneTile = std::clamp<int64_t>(vectors, 1, 4);
    return schedule;
  }
  schedule.laneTile = std::clamp<int64_t>(vectors, 1, 2);
  int64_t rows = nest.loops[schedule.row].size;
  int64_t most = std::max<int64_t>(accumulators / schedule.laneTile, 1);
  // Tiles of even height: 16 rows are two of 8 rather than 12 and 4.
  int64_t tiles = llvm::divideCeil(rows, most);
  schedule.rowTile = llvm::divideCeil(rows, tiles);
  // A column of 256 lines stays in a cache of the second level even where its
  // lines fall into few sets. Worth it only for several tiles.
  constexpr int64_t block = 256;
  for (auto [i, loop] : llvm::enumerate(nest.loops))
    if (loop.reduced && loop.size > 2 * block && tiles > 1)
      schedule.blocked = i;
  if (schedule.blocked != none) {
    int64_t size = nest.loops[schedule.blocked].size;
    schedule.block = llvm::divideCeil(size, llvm::divideCeil(size, block));
  }
  return schedule;
}

//===- Schedule.cpp - how a nest is walked --------------------------------===//
//
// Derived from the nest and the target's vector registers, unless the kernel has
// a schedule of its own.
//
//===----------------------------------------------------------------------===//
#include "NestEmitter.h"
#include <numeric>

using namespace mlir;
using namespace nnc;

/// Streams that are read side by side, as prefetchers can follow.
static constexpr int64_t kStreams = 8;

static int64_t getBytes(const Access &access) {
  return access.element.getIntOrFloatBitWidth() / 8;
}

Operation *nnc::getCombiner(linalg::GenericOp op) {
  if (op.getNumDpsInits() != 1)
    return nullptr;
  Value accumulator = op.getBody()->getArguments().back();
  auto yield = cast<linalg::YieldOp>(op.getBody()->getTerminator());
  Operation *combiner = yield.getValues()[0].getDefiningOp();
  if (!combiner || !accumulator.hasOneUse() ||
      *accumulator.user_begin() != combiner)
    return nullptr;
  return isa<arith::AddFOp, arith::MulFOp, arith::MaximumFOp, arith::MinimumFOp,
             arith::AddIOp, arith::MaxSIOp, arith::MinSIOp, arith::MaxUIOp,
             arith::MinUIOp, arith::OrIOp, arith::AndIOp, arith::MulIOp,
             arith::XOrIOp>(combiner)
             ? combiner
             : nullptr;
}

/// The outputs that others interleave with along `lane`.
static llvm::SmallBitVector findAllInterleaved(const Nest &nest, unsigned lane) {
  llvm::SmallBitVector found(nest.outputs.size());
  for (auto [i, access] : llvm::enumerate(nest.outputs))
    if (access.strides[lane] > 1)
      for (unsigned other : findInterleaved(nest, i, lane))
        found.set(other);
  return found;
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
  Schedule schedule = chooseTile(nest, target);
  schedule.splitIntoTasks(nest, target.tasks);
  if (target.optimizations.has(Optimization::Blocks))
    schedule.chooseBand(nest, target);
  return schedule;
}

/// Tiles of even height: 16 rows are two of 8 rather than 12 and 4.
static int64_t evenTile(int64_t size, int64_t most) {
  return llvm::divideCeil(size,
                          llvm::divideCeil(size, std::max<int64_t>(most, 1)));
}

Schedule Schedule::chooseTile(const Nest &nest, const VectorTarget &target) {
  Schedule schedule;
  schedule.sortsLanes = target.optimizations.has(Optimization::Strides);
  int64_t natural = naturalWidth(nest, target);
  bool reduction = nest.hasReduction();
  Operation *combiner = reduction ? getCombiner(nest.op) : nullptr;
  bool isOrdered =
      target.strict && isa_and_nonnull<arith::AddFOp, arith::MulFOp>(combiner);
  bool canReduceLanes = combiner && !isOrdered;

  // Cost of a vector: contiguous accesses one, short strides as many as what
  // lies between, gathers an access per element; per element computed. What
  // runs across its tile costs some shuffles more. A parallel loop is preferred
  // to a reduced one, and what is stored once per reduction hardly counts.
  double turns = 1;
  for (const Loop &loop : nest.loops)
    turns *= loop.reduced ? loop.size : 1;
  double best = 0;
  for (auto [i, loop] : llvm::enumerate(nest.loops)) {
    if (loop.size == 1 || (loop.reduced && !canReduceLanes))
      continue;
    for (unsigned row = 0; row <= nest.loops.size(); ++row) {
      bool hasRow = row != nest.loops.size();
      if (hasRow && !target.optimizations.has(Optimization::Transposes))
        continue;
      if (hasRow && (row == i || nest.loops[row].reduced ||
                     nest.loops[row].size < 4 || loop.reduced))
        continue;
      double lanes = std::min(loop.size, natural),
             cost = loop.reduced ? 1.5 : 1;
      bool anyAcross = false;
      auto add = [&](const Access &access, double times, bool mayRunAcross, bool mayShuffle) {
        int64_t stride = std::abs(access.strides[i]);
        bool across =
            hasRow && mayRunAcross && stride > 1 && access.strides[row] == 1;
        anyAcross |= across;
        bool isShort = mayShuffle && schedule.isShortStride(access.strides[i], lanes);
        cost += times * (stride == 0   ? 0.5
                         : stride == 1 ? 1
                         : across      ? 3
                         : isShort     ? stride
                                       : 2 * lanes);
      };
      for (const Access &access : nest.inputs)
        if (access.buffer)
          add(access, 1, !reduction, true);
      llvm::SmallBitVector interleaved = findAllInterleaved(nest, i);
      for (auto [number, access] : llvm::enumerate(nest.outputs))
        add(access, loop.reduced ? 1 : 1 / turns, true, interleaved.test(number));
      if (hasRow && !anyAcross)
        continue;
      // The last vector of the loop may be a part of one.
      double vectors = std::ceil(loop.size / lanes);
      cost *= vectors / loop.size;
      if (schedule.lane == none || cost < best) {
        best = cost;
        schedule.lane = i;
        schedule.width = lanes;
        schedule.row = hasRow ? row : none;
      }
    }
  }
  if (schedule.lane == none)
    return schedule;
  int64_t vectors = nest.loops[schedule.lane].size / schedule.width;
  bool lanesReduced = nest.loops[schedule.lane].reduced;
  // Some registers stay free for operands.
  int64_t accumulators = std::max<int64_t>(target.registers - 4, 1);

  if (!reduction && schedule.row != none) {
    // Whole vectors on either side, unless a single row were left.
    int64_t rows = nest.loops[schedule.row].size;
    schedule.rowTile =
        rows % natural == 1 ? evenTile(rows, natural) : std::min(rows, natural);
    return schedule;
  }
  if (!reduction) {
    schedule.laneTile = std::clamp<int64_t>(vectors, 1, 4);
    return schedule;
  }
  bool blocks = target.optimizations.has(Optimization::Blocks);
  schedule.chooseRows(nest);
  if (lanesReduced) {
    int64_t rows = schedule.row == none ? 1 : nest.loops[schedule.row].size;
    // A sum by itself gains nothing.
    bool isProduct = llvm::count_if(nest.inputs, [](const Access &access) {
                       return bool(access.buffer);
                     }) > 1;
    bool fromMemory =
        isProduct && schedule.prefetchFrom(nest, target, 16 * kLine);
    schedule.rowTile = std::min<int64_t>(rows, fromMemory ? kStreams : 4);
    schedule.laneTile = std::clamp<int64_t>(
        vectors, 1, std::max<int64_t>(4 / schedule.rowTile, 1));
    return schedule;
  }
  if (schedule.row == none) {
    schedule.laneTile = std::clamp<int64_t>(vectors, 1, 4);
    if (blocks)
      schedule.streamSums(nest, target);
    return schedule;
  }
  schedule.laneTile = std::clamp<int64_t>(vectors, 1, target.columns ? target.columns : 2);
  schedule.tileRows(nest, target.rows ? target.rows
                                      : std::max<int64_t>(accumulators / schedule.laneTile, 1));
  if (blocks && !schedule.streamSums(nest, target)) {
    schedule.blockSums(nest, target);
    schedule.fetchPanels(nest, target);
  }
  return schedule;
}

/// The row loop: a parallel loop that some vector operand does not depend on;
/// one along which the result is contiguous, or else the longest.
void Schedule::chooseRows(const Nest &nest) {
  auto reuses = [&](unsigned loop) {
    return loop != lane && !nest.loops[loop].reduced &&
           nest.loops[loop].size != 1 &&
           llvm::any_of(nest.inputs, [&](const Access &access) {
             return access.buffer && access.strides[lane] != 0 &&
                    access.strides[loop] == 0;
           });
  };
  row = none;
  bool isAcross = false;
  for (unsigned i = 0; i != nest.loops.size(); ++i) {
    if (!reuses(i))
      continue;
    bool across = nest.loops[i].size >= 4 && nest.outputs[0].strides[i] == 1;
    if (row == none || across ||
        (!isAcross && nest.loops[i].size > nest.loops[row].size))
      row = i;
    isAcross |= across;
  }
  // A second one for as many rows as there are accumulators for.
  for (unsigned i = 0; i != nest.loops.size() && row != none; ++i)
    if (i != row && reuses(i) && (outerRow == none || i > outerRow))
      outerRow = i;
}

void Schedule::tileRows(const Nest &nest, int64_t most) {
  rowTile = evenTile(nest.loops[row].size, most);
  // Tiles of which a few end with a cache line, where tasks may then be cut.
  if (runsAcross(nest.outputs[0]) && most > 4 && nest.loops[row].size >= 8 * most)
    rowTile = most / 4 * 4;
  if (outerRow != none && rowTile == nest.loops[row].size)
    outerTile = evenTile(nest.loops[outerRow].size, most / rowTile);
}

/// What a tile reads of its lanes' operand is read again by the next tile: past
/// a quarter of the second-level cache, sums are walked in blocks.
void Schedule::blockSums(const Nest &nest, const VectorTarget &target) {
  int64_t cacheBytes = target.cache / 4;
  int64_t bytes = 0;
  unsigned outermost = none;
  for (const Access &access : nest.inputs)
    if (access.buffer && access.strides[lane] != 0)
      bytes = std::max(bytes, laneTile * width * getBytes(access));
  for (auto [i, loop] : llvm::enumerate(nest.loops)) {
    if (loop.reduced) {
      bytes *= loop.size;
      outermost = outermost == none && loop.size > 1 ? i : outermost;
    }
  }
  int64_t tiles = llvm::divideCeil(nest.loops[row].size, rowTile);
  if (outerRow != none)
    tiles *= llvm::divideCeil(nest.loops[outerRow].size, outerTile);
  if (outermost == none || tiles == 1)
    return;
  int64_t size = nest.loops[outermost].size, most = size;
  if (bytes > cacheBytes)
    most = cacheBytes / llvm::divideCeil(bytes, size);
  // Columns of which each turn is on another page: as many as a first-level
  // TLB knows.
  constexpr int64_t page = 4096, pages = 64;
  for (const Access &access : nest.inputs)
    if (access.buffer && access.strides[row] == 1 &&
        access.strides[lane] == 0 &&
        access.strides[outermost] * getBytes(access) >= page)
      most = std::min(most, pages);
  if (most == size)
    return;
  block = evenTile(size, most);
  if (block != size)
    blocked = outermost;
}

/// Bytes of what a nest meets of an operand.
static int64_t getExtent(const Nest &nest, const Access &access) {
  int64_t bytes = getBytes(access);
  for (auto [loop, stride] : llvm::zip(nest.loops, access.strides))
    bytes *= stride == 0 ? 1 : loop.size;
  return bytes;
}

/// The largest operand that vectors are read of as they stand is fetched
/// `bytes` ahead, if it is too large for any cache: prefetchers follow a stream
/// late, and up to the end of a page only.
bool Schedule::prefetchFrom(const Nest &nest, const VectorTarget &target,
                            int64_t bytes) {
  int64_t most = 16 * target.cache;
  for (auto [i, access] : llvm::enumerate(nest.inputs)) {
    if (!access.buffer || access.strides[lane] != 1 ||
        getExtent(nest, access) <= most)
      continue;
    most = getExtent(nest, access);
    streamed = i;
    ahead = bytes / getBytes(access);
  }
  return streamed != none;
}

/// What vectors are read of is read again for each tile of rows. Where the
/// first-level cache does not keep it, a sixty-fourth of the second being half of
/// one, it is fetched there some turns of the sum ahead: processors with two
/// multiply-adds a cycle would wait for it.
void Schedule::fetchPanels(const Nest &nest, const VectorTarget &target) {
  constexpr int64_t turns = 16;
  for (auto [i, access] : llvm::enumerate(nest.inputs)) {
    if (!access.buffer || access.strides[lane] != 1 || access.strides[row] != 0)
      continue;
    int64_t bytes = laneTile * width * getBytes(access), step = 0;
    for (auto [number, loop] : llvm::enumerate(nest.loops)) {
      if (!loop.reduced || loop.size == 1)
        continue;
      bytes *= number == blocked ? block : loop.size;
      step = access.strides[number];
    }
    if (bytes <= target.cache / 64 || step == 0)
      continue;
    streamed = i;
    ahead = turns * step;
    isNear = true;
    return;
  }
}

/// Few rows meet each element of an operand a few times only. Down its columns
/// they would meet a piece of a line and jump to another page: a few turns of
/// the sum are walked side by side along the lanes instead. The results' sums
/// stay in cache meanwhile.
bool Schedule::streamSums(const Nest &nest, const VectorTarget &target) {
  constexpr int64_t page = 4096;
  unsigned sum = none;
  for (auto [i, loop] : llvm::enumerate(nest.loops)) {
    bool isTiled = i == lane || (i == row && rowTile == loop.size);
    if (loop.reduced && sum == none)
      sum = i;
    else if (!isTiled)
      return false;
  }
  for (const Access &access : nest.inputs) {
    if (!access.buffer || access.strides[lane] != 1)
      continue;
    int64_t pitch = access.strides[sum] * getBytes(access);
    if (pitch < 16 * kLine || nest.loops[sum].size <= kStreams ||
        getExtent(nest, access) <= target.cache / 4)
      continue;
    blocked = sum;
    block = kStreams;
    // What memory gives in pages is not cut into less.
    bool fromMemory = prefetchFrom(nest, target, kStreams * pitch);
    piece = (fromMemory ? page : 16 * kLine) / getBytes(access);
    // Prefetches and loads in turn, and not many prefetches first.
    laneTile = fromMemory ? 1 : laneTile;
    return true;
  }
  return false;
}

/// Whether nothing but tiles that are transposed, and no batch of them, is
/// walked.
bool Schedule::isTranspose(const Nest &nest) const {
  return row != none && !nest.hasReduction() && nest.loops.size() == 2;
}

void Schedule::chooseBand(const Nest &nest, const VectorTarget &target) {
  if (isTranspose(nest))
    bandTranspose(nest, target);
  else if (row != none && nest.hasReduction())
    bandRows(nest, target);
}

/// The rows' operand is read again for every tile of lanes: past a quarter of
/// the second-level cache, rows are walked in bands.
void Schedule::bandRows(const Nest &nest, const VectorTarget &target) {
  int64_t cacheBytes = target.cache / 4;
  if (split == row)
    return;
  const Access *operand = nullptr;
  for (const Access &access : nest.inputs)
    if (access.buffer && access.strides[row] != 0 && access.strides[lane] == 0)
      operand = &access;
  if (!operand)
    return;
  int64_t bytes = getBytes(*operand), rows = nest.loops[row].size;
  bool isReadAgain = false;
  for (auto [i, loop] : llvm::enumerate(nest.loops)) {
    if (loop.reduced)
      bytes *= i == blocked ? block : loop.size;
    else if (i < row && i != lane && operand->strides[i] == 0)
      isReadAgain |= loop.size > 1;
  }
  if (!isReadAgain || bytes * rows <= cacheBytes)
    return;
  band = std::max<int64_t>(cacheBytes / (bytes * rowTile), 1) * rowTile;
  if (band < rows)
    banded = row;
}

/// A row of transposed tiles touches a cache line, or a part of two, for every
/// lane, and touches them again for the next. The lanes are walked in bands of
/// as many as a first-level cache holds lines for: a sixteenth of the second.
void Schedule::bandTranspose(const Nest &nest, const VectorTarget &target) {
  int64_t step = width * laneTile;
  band = std::max<int64_t>(target.cache / 16 / (2 * kLine) / step, 1) * step;
  if (split != lane && band < nest.loops[lane].size)
    banded = lane;
}

/// Iterations of a loop that one tile holds.
int64_t Schedule::tileOf(const Nest &nest, unsigned loop) const {
  if (loop == lane)
    return nest.loops[lane].reduced ? 1 : width * laneTile;
  return loop == row ? rowTile : loop == outerRow ? outerTile : 1;
}

/// Tiles of a loop that end where a cache line of the result does: what two
/// tasks write of one line goes to and fro between their cores.
int64_t Schedule::tilesOfLine(const Nest &nest, unsigned loop) const {
  int64_t unit = 1, tile = tileOf(nest, loop);
  for (const Access &access : nest.outputs)
    if (access.strides[loop] == 1) {
      int64_t elements = std::max<int64_t>(kLine / getBytes(access), 1);
      unit = std::lcm(unit, elements / std::gcd(elements, tile));
    }
  return loop == lane ? llvm::alignTo(std::max(unit, piece / tile), unit)
                      : unit;
}

/// The outermost loop with enough tiles for all tasks, else the one with most;
/// of a transpose the longest, so that no task meets short pieces of rows.
/// Where little is computed there are no tasks.
void Schedule::splitIntoTasks(const Nest &nest, int64_t most) {
  if (most < 2 || nest.getTrips() < kLeastTurns)
    return;
  auto consider = [&](unsigned i) {
    const Loop &loop = nest.loops[i];
    int64_t unit = tilesOfLine(nest, i);
    int64_t units = loop.reduced ? 0 : loop.size / (tileOf(nest, i) * unit);
    if (tasks >= most || std::min(units, most) <= tasks)
      return;
    split = i;
    splitUnit = unit;
    tasks = std::min(units, most);
  };
  auto order = llvm::to_vector(llvm::seq<unsigned>(nest.loops.size()));
  if (isTranspose(nest))
    llvm::stable_sort(order, [&](unsigned a, unsigned b) {
      return nest.loops[a].size > nest.loops[b].size;
    });
  llvm::for_each(order, consider);
}

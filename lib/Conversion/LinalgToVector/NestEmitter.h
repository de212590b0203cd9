//===- NestEmitter.h - loops and vectors from a nest ------------*- C++ -*-===//
#ifndef NNC_CONVERSION_LINALGTOVECTOR_NESTEMITTER_H
#define NNC_CONVERSION_LINALGTOVECTOR_NESTEMITTER_H

#include "Nest.h"
#include "nnc/Conversion/Tasks.h"
#include "nnc/Support/Optimizations.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/DenseMap.h"

namespace nnc {

/// Bytes of a cache line.
inline constexpr int64_t kLine = 64;

/// What the schedule is derived from.
struct VectorTarget {
  unsigned bits = 128;
  unsigned registers = 16;
  /// Bytes of the second-level cache.
  int64_t cache = 512 << 10;
  /// Parts that a large nest is cut into, for as many threads at most.
  unsigned tasks = 1;
  /// Sums keep their order.
  bool strict = false;
  /// Rows of a product's tile, and its vectors of columns, at most; 0: as many
  /// as there are registers for.
  int64_t rows = 0, columns = 0;
  Optimizations optimizations = {};
};

/// Whether lanes this far apart are moved as whole vectors and sorted in
/// registers: as many as lie between two lanes, instead of an access for every
/// lane.
inline bool isShortStride(int64_t stride, int64_t width) {
  return width >= 4 && stride >= 2 && stride <= std::max<int64_t>(4, width / 2 + 1);
}

/// How a nest is walked.
struct Schedule {
  static constexpr unsigned none = ~0u;
  /// The loop that vectors run along, and how many of its iterations one holds.
  unsigned lane = none;
  int64_t width = 1;
  /// Vectors of the lane loop that one tile holds.
  int64_t laneTile = 1;
  /// A parallel loop of which a tile holds several iterations, so that what
  /// does not depend on it is loaded once for all.
  unsigned row = none;
  int64_t rowTile = 1;
  /// A second such loop, where the first is shorter than a tile could be.
  unsigned outerRow = none;
  int64_t outerTile = 1;
  /// A long reduced loop that is walked in blocks, outside all others, so that
  /// what one tile reads of it is still in cache for the next.
  unsigned blocked = none;
  int64_t block = 0;
  /// A parallel loop, the rows or the lanes, of which a band of whole tiles is
  /// walked for all turns of the other loops before the next: what these read
  /// or write again is then still in cache.
  unsigned banded = none;
  int64_t band = 0;
  /// A parallel loop that is cut into tasks, which may run at the same time.
  unsigned split = none;
  int64_t tasks = 1;
  /// Lanes in a row that a task has at least.
  int64_t piece = 1;
  /// An input that is fetched, how many elements ahead of its use, and whether
  /// only from the second-level cache: from memory it goes no further than there,
  /// since the first-level cache holds other things until then.
  unsigned streamed = none;
  int64_t ahead = 0;
  bool isNear = false;
  /// Whether lanes that are a short stride apart are sorted in registers.
  bool sortsLanes = true;
  /// Tiles of that loop that stay in one task.
  int64_t splitUnit = 1;

  static Schedule choose(const Nest &nest, const VectorTarget &target);

  /// Whether an access is contiguous along the rows of a tile but not along its
  /// lanes: the tile is then transposed in registers.
  bool runsAcross(const Access &access) const {
    return access.buffer && lane != none && row != none && access.strides[row] == 1 &&
           access.strides[lane] != 0 && std::abs(access.strides[lane]) != 1;
  }

  bool isShortStride(int64_t stride, int64_t width) const {
    return sortsLanes && nnc::isShortStride(stride, width);
  }

private:
  static Schedule chooseTile(const Nest &nest, const VectorTarget &target);
  void chooseRows(const Nest &nest);
  void tileRows(const Nest &nest, int64_t most);
  void blockSums(const Nest &nest, const VectorTarget &target);
  bool prefetchFrom(const Nest &nest, const VectorTarget &target,
                    int64_t bytes);
  bool streamSums(const Nest &nest, const VectorTarget &target);
  void fetchPanels(const Nest &nest, const VectorTarget &target);
  bool isTranspose(const Nest &nest) const;
  void chooseBand(const Nest &nest, const VectorTarget &target);
  void bandRows(const Nest &nest, const VectorTarget &target);
  void bandTranspose(const Nest &nest, const VectorTarget &target);
  void splitIntoTasks(const Nest &nest, int64_t most);
  int64_t tileOf(const Nest &nest, unsigned loop) const;
  int64_t tilesOfLine(const Nest &nest, unsigned loop) const;
};

/// Whether the nest's epilogue can be computed where its sums are complete and
/// still in registers.
bool takesEpilogue(const Nest &nest, const Schedule &schedule);

/// The outputs that fill the gaps between each other's lanes, in the order of
/// their addresses: as many as the lanes of `first`, the lowest of them, are
/// apart along `lane`. Empty if some are missing.
llvm::SmallVector<unsigned, 4> findInterleaved(const Nest &nest, unsigned first, unsigned lane);

/// The operation by which a reduction joins two partial results, if the payload
/// is `acc op value`; null else.
mlir::Operation *getCombiner(mlir::linalg::GenericOp op);

/// Replaces the nest's op by loops over vectors.
class NestEmitter {
public:
  NestEmitter(mlir::OpBuilder &builder, Nest nest, const Schedule &schedule)
      : b(builder), loc(nest.op.getLoc()), nest(std::move(nest)), schedule(schedule) {}
  /// A reduction onto what the op before filled with a constant starts from the
  /// constant: answers that op, which the caller erases. Null if there is none.
  mlir::Operation *takeFill();
  void emit();

private:
  /// A place in the iteration space: the loops' induction variables plus
  /// constants, and how many lanes are computed there.
  struct Point {
    llvm::SmallVector<int64_t> delta;
    int64_t width;
  };
  using Carried = llvm::SmallVector<mlir::Value>;

  void forEachTile(unsigned loop, llvm::function_ref<void()> body);
  void forEachChunk(llvm::function_ref<void()> body);
  void emitTile();
  void forEachBlock(llvm::function_ref<void()> body);
  void forEachBand(llvm::function_ref<void()> body);
  void forEachTask(llvm::function_ref<void()> body);
  void forWholeTiles(unsigned loop, int64_t whole, int64_t tile, llvm::function_ref<void()> body);
  void inLastTask(unsigned loop, llvm::function_ref<void()> body);
  Carried emitReduction(unsigned loop, Carried carried);
  Carried emitLaneReduction(Carried carried);
  Carried emitPoints(llvm::ArrayRef<Point> points, Carried carried);

  llvm::SmallVector<mlir::Value> emitPayload(const Point &point, mlir::ValueRange accumulators);
  llvm::SmallVector<mlir::Value> emitBody(mlir::Block &body, mlir::IRMapping map,
                                          llvm::ArrayRef<unsigned> loopOf, const Point &point);
  void fetch(const Access &access, const Point &point, mlir::Value at, int64_t ahead,
             unsigned locality);
  void prefetchEpilogue();
  void storeEpilogue(llvm::ArrayRef<mlir::Value> sums);
  mlir::Value address(const Access &access, const Point &point);
  mlir::Value load(const Access &access, const Point &point);
  mlir::Value loadStrided(const Access &access, mlir::Value at, int64_t width, int64_t stride);
  void store(mlir::Value value, const Access &access, const Point &point);
  void storeAll(llvm::ArrayRef<mlir::Value> values, const Point &point);
  int64_t lengthOf(unsigned loop) const {
    return loop == schedule.banded ? bandLength : nest.loops[loop].size;
  }
  static int64_t constantOffset(const Access &access, const Point &point);
  llvm::SmallVector<llvm::SmallVector<unsigned>> groupRows() const;
  void loadAcross(const Access &access);
  void storeTile(llvm::ArrayRef<mlir::Value> values, const Access &access);
  llvm::SmallVector<mlir::Value> transpose(llvm::SmallVector<mlir::Value> rows);
  mlir::Value broadcast(mlir::Value value, int64_t width);
  mlir::Value constantIndex(int64_t value);
  mlir::Value indexOf(unsigned loop, const Point &point);
  mlir::Value gatherLoad(mlir::memref::LoadOp op, mlir::ValueRange indices, int64_t width);
  mlir::Value combine(mlir::Value x, mlir::Value y);
  mlir::Value reduceLanes(mlir::Value vector);
  mlir::Value initialAccumulator(const Point &point);
  bool reducesLanes() const {
    return schedule.lane != Schedule::none && nest.loops[schedule.lane].reduced;
  }

  mlir::OpBuilder &b;
  mlir::Location loc;
  Nest nest;
  Schedule schedule;
  mlir::Operation *combiner = nullptr;
  /// The constant that the outputs hold before, if a fill directly precedes.
  mlir::TypedAttr filled;

  llvm::SmallVector<mlir::Value> ivs;
  /// Where the present block begins, and its length.
  mlir::Value blockBegin;
  int64_t blockLength = 0;
  /// The present band, likewise.
  mlir::Value bandBegin;
  int64_t bandLength = 0;
  /// The present task.
  mlir::Value task;
  llvm::SmallVector<Point> points;
  llvm::DenseMap<std::pair<const Access *, int64_t>, llvm::SmallVector<std::pair<int64_t, mlir::Value>, 1>>
      loaded;
};

} // namespace nnc

#endif // NNC_CONVERSION_LINALGTOVECTOR_NESTEMITTER_H

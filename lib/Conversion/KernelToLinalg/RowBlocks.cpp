//===- RowBlocks.cpp - stages that walk their rows together ---------------===//
//
// A softmax or a norm is several stages, each of which walks all rows. Where
// what one stage reads again has left the cache meanwhile, a few rows go
// through all stages before the next few: memory is read and written once, and
// temporaries hold a few rows for each worker.
//
//===----------------------------------------------------------------------===//
#include "ProductStages.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "nnc/Conversion/Tasks.h"

using namespace mlir;
using namespace nnc;

namespace {
/// Stages one after the other that have their leading loops in common: a turn
/// of these meets, of what the others write, only what the same turn wrote.
class RowGroup {
public:
  RowGroup(Evaluator &evaluator) : evaluator(evaluator) {}

  /// Adds a stage, if it fits.
  bool add(linalg::GenericOp stage);
  /// Replaces the stages by blocks of rows, if that saves memory traffic.
  void finish();

private:
  bool chooseBlock();
  void emitBlocks(int64_t begin, int64_t size, int64_t count);
  void emitBlock(ArrayRef<OpFoldResult> begin, int64_t size,
                 OpFoldResult worker);

  Evaluator &evaluator;
  SmallVector<linalg::GenericOp> stages;
  /// Sizes of the loops in common.
  SmallVector<int64_t> rows;
  /// Buffers with these loops as leading axes, and how many stages meet them.
  llvm::SmallMapVector<Value, int64_t, 8> byRow;
  /// What is read without regard to rows, and what is written.
  llvm::SmallPtrSet<Value, 4> whole, written;
  /// Rows of the last loop in common that are a block.
  int64_t block = 0;
  /// For each worker, the rows of a temporary that only these stages use.
  llvm::DenseMap<Value, Value> places;
};
} // namespace

/// How many of a stage's leading loops are the leading axes of all operands,
/// but for those that depend on none of them.
static unsigned countRowLoops(linalg::GenericOp stage) {
  unsigned depth = 0;
  for (utils::IteratorType type : stage.getIteratorTypesArray()) {
    if (type != utils::IteratorType::parallel)
      break;
    ++depth;
  }
  stage.getBody()->walk([&](linalg::IndexOp index) {
    depth = std::min<unsigned>(depth, index.getDim());
  });
  SmallVector<int64_t> ranges = stage.getStaticLoopRanges();
  auto isLeading = [&](AffineMap map, Value buffer, unsigned loops) {
    auto dependsOn = [&](AffineExpr expr) {
      for (unsigned loop = 0; loop != loops; ++loop)
        if (expr.isFunctionOfDim(loop))
          return true;
      return false;
    };
    if (llvm::none_of(map.getResults(), dependsOn))
      return true;
    for (unsigned loop = 0; loop != loops; ++loop)
      if (loop >= map.getNumResults() ||
          map.getResult(loop) != getAffineDimExpr(loop, map.getContext()) ||
          shapeOf(buffer)[loop] != ranges[loop])
        return false;
    return llvm::none_of(map.getResults().drop_front(loops), dependsOn);
  };
  for (OpOperand &operand : stage->getOpOperands())
    while (depth != 0 && !isLeading(stage.getMatchingIndexingMap(&operand),
                                    operand.get(), depth))
      --depth;
  return depth;
}

/// Arguments and temporaries: no two of them overlap where one is written.
static bool isBuffer(Value value) {
  return isa<MemRefType>(value.getType()) &&
         (isa<BlockArgument>(value) || value.getDefiningOp<memref::ViewOp>());
}

/// Whether an operand's leading axes are the loops in common, if there are any.
static bool isByRow(linalg::GenericOp stage, OpOperand &operand) {
  AffineMap map = stage.getMatchingIndexingMap(&operand);
  return map.getNumResults() != 0 &&
         map.getResult(0) == getAffineDimExpr(0, map.getContext());
}

bool RowGroup::add(linalg::GenericOp stage) {
  if (!llvm::all_of(stage->getOperands(), isBuffer) ||
      stage->hasAttr(kEpilogueAttrName))
    return false;
  SmallVector<int64_t> common = stage.getStaticLoopRanges();
  common.truncate(countRowLoops(stage));
  if (!stages.empty()) {
    auto end =
        std::mismatch(common.begin(), common.end(), rows.begin(), rows.end())
            .first;
    common.truncate(end - common.begin());
  }
  llvm::SmallSetVector<Value, 8> cut, uncut;
  for (OpOperand &operand : stage->getOpOperands()) {
    (isByRow(stage, operand) ? cut : uncut).insert(operand.get());
  }
  stage.getBody()->walk(
      [&](memref::LoadOp load) { uncut.insert(load.getMemRef()); });
  auto isWritten = [&](Value value) {
    return written.contains(value) ||
           llvm::is_contained(stage.getDpsInits(), value);
  };
  if (common.empty() || llvm::any_of(uncut, isWritten) ||
      llvm::any_of(stage.getDpsInits(),
                   [&](Value value) { return whole.contains(value); }))
    return false;
  for (Value buffer : cut)
    ++byRow[buffer];
  whole.insert_range(uncut);
  written.insert_range(stage.getDpsInits());
  rows = std::move(common);
  stages.push_back(stage);
  return true;
}

/// As many rows as a first-level cache holds about, or as a second-level cache
/// holds with ease; false if one is too long, or if all of them stay in cache.
bool RowGroup::chooseBlock() {
  int64_t cache = evaluator.target.cacheBytes, all = 0, again = 0;
  for (auto [buffer, meetings] : byRow) {
    all += getBytes(buffer);
    again += (meetings - 1) * getBytes(buffer);
  }
  if (again <= cache / 2)
    return false;
  for (unsigned depth = 1; depth <= rows.size(); ++depth) {
    int64_t ofRow =
        std::max<int64_t>(all / ShapedType::getNumElements(ArrayRef(rows).take_front(depth)), 1);
    if (ofRow > cache / 16 && depth != rows.size())
      continue;
    if (ofRow > cache / 4)
      return false;
    rows.truncate(depth);
    int64_t most = std::clamp<int64_t>(cache / 16 / ofRow, 1, rows.back());
    block = llvm::divideCeil(rows.back(), llvm::divideCeil(rows.back(), most));
    // Sums of four rows are computed at a time.
    if (block > 4)
      block -= block % 4;
  }
  return true;
}

void RowGroup::finish() {
  if (stages.size() < 2 || !chooseBlock())
    return;
  OpBuilder &b = evaluator.buffers.builder;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointAfter(stages.back());
  for (auto &[buffer, meetings] : byRow) {
    auto type = cast<MemRefType>(buffer.getType());
    bool isOwn = llvm::all_of(buffer.getUsers(), [&](Operation *user) {
      return llvm::is_contained(stages, user);
    });
    ArrayRef<int64_t> inRow = type.getShape().drop_front(rows.size());
    // No two workers write to one cache line.
    int64_t line = 64 * 8 / type.getElementTypeBitWidth();
    SmallVector<int64_t> shape{evaluator.target.workers};
    shape.append(rows.size() - 1, 1);
    shape.push_back(std::max(block, line / ShapedType::getNumElements(inRow)));
    llvm::append_range(shape, inRow);
    if (isOwn && !isa<BlockArgument>(buffer) &&
        ShapedType::getNumElements(shape) < type.getNumElements())
      places[buffer] = evaluator.buffers.makeTemporary(
          stages.back().getLoc(),
          RankedTensorType::get(shape, type.getElementType()));
  }
  int64_t blocks = rows.back() / block;
  emitBlocks(0, block, blocks);
  if (rows.back() % block != 0)
    emitBlocks(blocks * block, rows.back() % block, 1);
  for (linalg::GenericOp stage : stages)
    stage.erase();
}

/// `count` blocks of `size` of the last loop in common, the first from `begin`,
/// for all turns of the others; a share of them is a task.
void RowGroup::emitBlocks(int64_t begin, int64_t size, int64_t count) {
  OpBuilder &b = evaluator.buffers.builder;
  Location loc = stages.back().getLoc();
  auto constant = [&](int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value).getResult();
  };
  int64_t turns = ShapedType::getNumElements(ArrayRef(rows).drop_back()) * count;
  evaluator.forEachShare(loc, turns, [&](Value rest, OpFoldResult worker) {
    SmallVector<OpFoldResult> place(rows.size());
    for (unsigned axis = rows.size(); axis-- != 0;) {
      bool isLast = axis + 1 == rows.size();
      int64_t of = isLast ? count : rows[axis];
      Value turn =
          axis == 0
              ? rest
              : arith::RemUIOp::create(b, loc, rest, constant(of)).getResult();
      if (axis != 0)
        rest = arith::DivUIOp::create(b, loc, rest, constant(of));
      if (isLast) {
        turn = arith::MulIOp::create(b, loc, turn, constant(size));
        turn = arith::AddIOp::create(b, loc, turn, constant(begin));
      }
      place[axis] = turn;
    }
    emitBlock(place, size, worker);
  });
}

/// All stages on the rows of a block.
void RowGroup::emitBlock(ArrayRef<OpFoldResult> begin, int64_t size,
                         OpFoldResult worker) {
  OpBuilder &b = evaluator.buffers.builder;
  Location loc = stages.back().getLoc();
  llvm::DenseMap<Value, Value> part;
  for (auto &[buffer, meetings] : byRow) {
    Value from = buffer;
    SmallVector<OpFoldResult> offsets(begin);
    if (Value place = places.lookup(buffer)) {
      from = selectFirst(b, loc, place, worker);
      offsets.assign(begin.size(), b.getIndexAttr(0));
    }
    ArrayRef<int64_t> shape = shapeOf(from);
    SmallVector<OpFoldResult> sizes(rows.size() - 1, b.getIndexAttr(1)),
        strides(shape.size(), b.getIndexAttr(1));
    sizes.push_back(b.getIndexAttr(size));
    for (int64_t extent : shape.drop_front(rows.size())) {
      offsets.push_back(b.getIndexAttr(0));
      sizes.push_back(b.getIndexAttr(extent));
    }
    part[buffer] =
        memref::SubViewOp::create(b, loc, from, offsets, sizes, strides);
  }
  for (linalg::GenericOp stage : stages) {
    auto copy = cast<linalg::GenericOp>(b.clone(*stage));
    for (OpOperand &operand : copy->getOpOperands())
      if (isByRow(copy, operand))
        operand.set(part.lookup(operand.get()));
  }
}

void nnc::walkRowsInBlocks(Evaluator &evaluator, Block &function) {
  std::vector<RowGroup> groups(1, RowGroup(evaluator));
  for (Operation &op : function) {
    auto stage = dyn_cast<linalg::GenericOp>(op);
    if (isPure(&op) || (stage && groups.back().add(stage)))
      continue;
    groups.emplace_back(evaluator);
    if (stage)
      groups.back().add(stage);
  }
  for (RowGroup &group : groups)
    group.finish();
}

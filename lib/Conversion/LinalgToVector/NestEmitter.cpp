//===- NestEmitter.cpp - loops and vectors from a nest --------------------===//
//
// Parallel loops outside, in tiles; within a tile the accumulators stay in
// registers over all reduced loops. Sizes are static, so edges are smaller
// tiles and vectors of exactly the remaining width.
//
//===----------------------------------------------------------------------===//
#include "NestEmitter.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace nnc;

Value NestEmitter::constantIndex(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

/// The blocks of the blocked loop; all of it without one.
void NestEmitter::forEachBlock(function_ref<void()> body) {
  if (schedule.blocked == Schedule::none) {
    body();
    return;
  }
  int64_t size = nest.loops[schedule.blocked].size, whole = size / schedule.block * schedule.block;
  {
    auto loop = scf::ForOp::create(b, loc, constantIndex(0), constantIndex(whole),
                                   constantIndex(schedule.block));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    blockBegin = loop.getInductionVar();
    blockLength = schedule.block;
    body();
  }
  if (whole != size) {
    blockBegin = constantIndex(whole);
    blockLength = size - whole;
    body();
  }
}

void NestEmitter::emitTile() {
  loaded.clear();
  unsigned outputs = nest.outputs.size();
  auto runsAcross = [&](const Access &access) { return schedule.runsAcross(access); };
  if (!nest.hasReduction() &&
      (llvm::any_of(nest.inputs, runsAcross) || llvm::any_of(nest.outputs, runsAcross))) {
    for (const Access &access : nest.inputs)
      if (runsAcross(access))
        loadAcross(access);
    SmallVector<SmallVector<Value>> values(outputs);
    for (const Point &point : points)
      for (auto [all, value] : llvm::zip(values, emitPayload(point, {})))
        all.push_back(value);
    for (auto [all, access] : llvm::zip(values, nest.outputs))
      storeTile(all, access);
    return;
  }
  if (!nest.hasReduction()) {
    for (const Point &point : points) {
      storeAll(emitPayload(point, {}), point);
      // A store may change what an input shares with an output.
      loaded.clear();
    }
    return;
  }
  unsigned perPoint = reducesLanes() ? schedule.laneTile : 1;
  Carried carried;
  if (!filled && !reducesLanes())
    for (const Access &access : nest.outputs)
      if (runsAcross(access))
        loadAcross(access);
  for (const Point &point : points) {
    for (const Access &access : nest.outputs) {
      for (unsigned v = 0; v != perPoint; ++v) {
        if (reducesLanes())
          carried.push_back(initialAccumulator(point));
        else if (filled)
          carried.push_back(broadcast(arith::ConstantOp::create(b, loc, filled), point.width));
        else
          carried.push_back(broadcast(load(access, point), point.width));
      }
    }
  }
  if (nest.epilogue)
    prefetchEpilogue();
  carried = emitReduction(0, std::move(carried));
  if (nest.epilogue)
    return storeEpilogue(carried);
  if (!reducesLanes()) {
    for (auto [o, access] : llvm::enumerate(nest.outputs)) {
      SmallVector<Value> values;
      for (size_t i = 0; i != points.size(); ++i)
        values.push_back(carried[i * outputs + o]);
      storeTile(values, access);
    }
    return;
  }
  for (auto [r, point] : llvm::enumerate(points)) {
    // Tiles join pairwise, then lanes.
    SmallVector<Value> parts(carried.begin() + r * perPoint, carried.begin() + (r + 1) * perPoint);
    while (parts.size() > 1) {
      SmallVector<Value> joined;
      for (size_t i = 0; i + 1 < parts.size(); i += 2)
        joined.push_back(combine(parts[i], parts[i + 1]));
      if (parts.size() % 2)
        joined.push_back(parts.back());
      parts = joined;
    }
    Point scalar = point;
    scalar.width = 1;
    Value before = filled ? Value(arith::ConstantOp::create(b, loc, filled))
                          : load(nest.outputs[0], scalar);
    store(combine(before, reduceLanes(parts[0])), nest.outputs[0], scalar);
  }
}

/// All tasks one after the other: a loop that may be cut out (SplitKernels).
void NestEmitter::forEachTask(function_ref<void()> body) {
  if (schedule.split == Schedule::none)
    return body();
  auto loop = scf::ForOp::create(b, loc, constantIndex(0), constantIndex(schedule.tasks),
                                 constantIndex(1));
  loop->setAttr(kTasksAttrName, b.getUnitAttr());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  task = loop.getInductionVar();
  body();
}

/// Walks the whole tiles of a loop, of which each task has its share.
void NestEmitter::forWholeTiles(unsigned loop, int64_t whole, int64_t tile,
                                function_ref<void()> body) {
  if (whole == 0)
    return;
  Value begin = constantIndex(0), end = constantIndex(whole);
  if (loop == schedule.split) {
    int64_t unit = tile * schedule.splitUnit;
    auto share = [&](Value number) -> Value {
      Value units = arith::MulIOp::create(b, loc, number, constantIndex(whole / unit));
      units = arith::DivUIOp::create(b, loc, units, constantIndex(schedule.tasks));
      return arith::MulIOp::create(b, loc, units, constantIndex(unit));
    };
    begin = share(task);
    end = share(arith::AddIOp::create(b, loc, task, constantIndex(1)));
    // Tiles after the last unit fall to the last task.
    if (whole % unit != 0) {
      Value isLast = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, task,
                                           constantIndex(schedule.tasks - 1));
      end = arith::SelectOp::create(b, loc, isLast, constantIndex(whole), end);
    }
  } else if (loop == schedule.banded) {
    begin = bandBegin;
    end = arith::AddIOp::create(b, loc, begin, end);
  } else if (whole == tile) {
    ivs[loop] = constantIndex(0);
    return body();
  }
  auto forOp = scf::ForOp::create(b, loc, begin, end, constantIndex(tile));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(forOp.getBody());
  ivs[loop] = forOp.getInductionVar();
  body();
}

/// What is left of a loop after its whole tiles falls to the last task.
void NestEmitter::inLastTask(unsigned loop, function_ref<void()> body) {
  ivs[loop] = loop == schedule.banded ? bandBegin : constantIndex(0);
  if (loop != schedule.split)
    return body();
  Value isLast = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, task,
                                       constantIndex(schedule.tasks - 1));
  auto ifOp = scf::IfOp::create(b, loc, isLast, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(ifOp.thenBlock());
  ivs[loop] = constantIndex(0);
  body();
}

/// Chunks of the lane loop: tiles of whole vectors, single vectors, a part.
void NestEmitter::forEachChunk(function_ref<void()> body) {
  if (schedule.lane == Schedule::none || reducesLanes()) {
    body();
    return;
  }
  unsigned lane = schedule.lane;
  int64_t size = lengthOf(lane), width = schedule.width;
  SmallVector<Point> rows = points;
  // Places `vectors` vectors of `laneWidth` lanes at `offset` in every row.
  auto place = [&](int64_t offset, int64_t vectors, int64_t laneWidth) {
    points.clear();
    for (const Point &row : rows)
      for (int64_t v = 0; v != vectors; ++v) {
        Point point = row;
        point.delta[lane] = offset + v * width;
        point.width = laneWidth;
        points.push_back(point);
      }
  };
  int64_t step = width * schedule.laneTile, whole = size / step * step;
  forWholeTiles(lane, whole, step, [&] {
    place(0, schedule.laneTile, width);
    body();
  });
  if (whole != size)
    inLastTask(lane, [&] {
      for (int64_t at = whole; at < size; at += width) {
        place(at, 1, std::min(width, size - at));
        body();
      }
    });
  ivs[lane] = constantIndex(0);
  points = rows;
}

/// The bands of the banded loop; all of it without one.
void NestEmitter::forEachBand(function_ref<void()> body) {
  if (schedule.banded == Schedule::none)
    return body();
  int64_t size = nest.loops[schedule.banded].size,
          whole = size / schedule.band * schedule.band;
  {
    auto loop =
        scf::ForOp::create(b, loc, constantIndex(0), constantIndex(whole),
                           constantIndex(schedule.band));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    bandBegin = loop.getInductionVar();
    bandLength = schedule.band;
    body();
  }
  if (whole != size) {
    bandBegin = constantIndex(whole);
    bandLength = size - whole;
    body();
  }
}

/// The parallel loops from `loop` inwards, then the lane loop.
void NestEmitter::forEachTile(unsigned loop, function_ref<void()> body) {
  while (loop != nest.loops.size() && (nest.loops[loop].reduced || loop == schedule.lane))
    ++loop;
  if (loop == nest.loops.size()) {
    forEachChunk(body);
    return;
  }
  int64_t size = lengthOf(loop);
  int64_t tile = loop == schedule.row        ? schedule.rowTile
                 : loop == schedule.outerRow ? schedule.outerTile
                                             : 1;
  SmallVector<Point> outer = points;
  auto place = [&](int64_t offset, int64_t count) {
    points.clear();
    for (const Point &point : outer)
      for (int64_t i = 0; i != count; ++i) {
        points.push_back(point);
        points.back().delta[loop] = offset + i;
      }
  };
  int64_t whole = size / tile * tile;
  forWholeTiles(loop, whole, tile, [&] {
    place(0, tile);
    forEachTile(loop + 1, body);
  });
  if (whole != size)
    inLastTask(loop, [&] {
      place(whole, size - whole);
      forEachTile(loop + 1, body);
    });
  ivs[loop] = constantIndex(0);
  points = outer;
}

/// The constant that a generic writes everywhere, if it does nothing else.
static TypedAttr getFill(linalg::GenericOp op) {
  if (op.getNumDpsInits() != 1 || op.getNumReductionLoops() != 0)
    return {};
  Value value = op.getBody()->getTerminator()->getOperand(0);
  if (auto argument = dyn_cast<BlockArgument>(value))
    if (argument.getOwner() == op.getBody() && argument.getArgNumber() < op.getNumDpsInputs())
      value = op.getDpsInputs()[argument.getArgNumber()];
  TypedAttr constant;
  if (!matchPattern(value, m_Constant(&constant)) || isa<ShapedType>(constant.getType()))
    return {};
  // All of the buffer: as many turns as it has elements.
  auto type = cast<MemRefType>(op.getDpsInits()[0].getType());
  int64_t turns = 1;
  for (int64_t size : op.getStaticLoopRanges())
    turns *= size;
  bool isWhole = turns == type.getNumElements() && op.getIndexingMapsArray().back().isPermutation();
  return isWhole ? constant : TypedAttr();
}

/// The buffer behind other shapes of the same elements.
static Value skipReshapes(Value buffer) {
  while (Operation *def = buffer.getDefiningOp()) {
    if (!isa<memref::ExpandShapeOp, memref::CollapseShapeOp>(def))
      break;
    buffer = def->getOperand(0);
  }
  return buffer;
}

Operation *NestEmitter::takeFill() {
  Operation *op = nest.op->getPrevNode();
  while (op && isPure(op))
    op = op->getPrevNode();
  auto previous = dyn_cast_or_null<linalg::GenericOp>(op);
  // Blocks after the first begin with what the one before has stored.
  if (schedule.blocked != Schedule::none)
    return nullptr;
  if (!previous || !nest.hasReduction() || nest.outputs.size() != 1 || nest.getTrips() == 0)
    return nullptr;
  Value buffer = skipReshapes(nest.outputs[0].buffer);
  auto uses = [&](Value input) { return skipReshapes(input) == buffer; };
  if (!uses(previous.getDpsInits()[0]) || llvm::any_of(nest.op.getDpsInputs(), uses))
    return nullptr;
  filled = getFill(previous);
  return filled ? previous.getOperation() : nullptr;
}

void NestEmitter::emit() {
  if (nest.getTrips() == 0) {
    nest.op.erase();
    return;
  }
  // What the epilogue uses is defined before it.
  b.setInsertionPoint(nest.epilogue ? nest.epilogue : nest.op);
  combiner = getCombiner(nest.op);
  for (auto *list : {&nest.inputs, &nest.outputs, &nest.epilogueInputs, &nest.epilogueOutputs})
    for (Access &access : *list)
      if (access.buffer)
        access.flat = flatten(b, loc, access.buffer);
  ivs.assign(nest.loops.size(), constantIndex(0));
  points = {Point{SmallVector<int64_t>(nest.loops.size(), 0), 1}};
  forEachTask([&] {
    forEachBlock(
        [&] { forEachBand([&] { forEachTile(0, [&] { emitTile(); }); }); });
  });
  if (nest.epilogue)
    nest.epilogue.erase();
  nest.op.erase();
}

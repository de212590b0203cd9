//===- NestEmitter.cpp - loops and vectors from a nest --------------------===//
//
// Parallel loops outside, in tiles; within a tile the accumulators stay in
// registers over all reduced loops. Sizes are static, so edges are smaller
// tiles and vectors of exactly the remaining width.
//
//===----------------------------------------------------------------------===//
#include "NestEmitter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace nnc;

Value NestEmitter::constantIndex(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value NestEmitter::address(const Access &access, const Point &point) {
  int64_t constant = access.offset;
  Value sum;
  for (auto [i, stride] : llvm::enumerate(access.strides)) {
    if (stride == 0)
      continue;
    constant += stride * point.delta[i];
    if (matchPattern(ivs[i], m_Zero()))
      continue;
    Value term = stride == 1 ? ivs[i]
                             : Value(arith::MulIOp::create(b, loc, ivs[i], constantIndex(stride)));
    sum = sum ? Value(arith::AddIOp::create(b, loc, sum, term)) : term;
  }
  if (!sum)
    return constantIndex(constant);
  return constant == 0 ? sum : arith::AddIOp::create(b, loc, sum, constantIndex(constant));
}

Value NestEmitter::broadcast(Value value, int64_t width) {
  if (width == 1 || isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(b, loc, VectorType::get(width, value.getType()), value);
}

/// lane * stride for every lane.
static Value laneOffsets(OpBuilder &b, Location loc, int64_t width, int64_t stride) {
  SmallVector<int64_t> offsets;
  for (int64_t i = 0; i != width; ++i)
    offsets.push_back(i * stride);
  auto type = VectorType::get(width, b.getIndexType());
  return arith::ConstantOp::create(b, loc, DenseElementsAttr::get(type, [&] {
                                     SmallVector<Attribute> attrs;
                                     for (int64_t offset : offsets)
                                       attrs.push_back(b.getIndexAttr(offset));
                                     return attrs;
                                   }()));
}

static Value allLanes(OpBuilder &b, Location loc, int64_t width) {
  auto type = VectorType::get(width, b.getI1Type());
  return arith::ConstantOp::create(b, loc, DenseElementsAttr::get(type, true));
}

static Value zeroVector(OpBuilder &b, Location loc, int64_t width, Type element) {
  auto type = VectorType::get(width, element);
  return arith::ConstantOp::create(b, loc, type, b.getZeroAttr(type));
}

/// The part of an address in a tile that does not depend on where the tile is.
int64_t NestEmitter::constantOffset(const Access &access, const Point &point) {
  int64_t constant = 0;
  for (auto [stride, delta] : llvm::zip(access.strides, point.delta))
    constant += stride * delta;
  return constant;
}

Value NestEmitter::load(const Access &access, const Point &point) {
  int64_t stride = schedule.lane == Schedule::none ? 0 : access.strides[schedule.lane];
  auto &known = loaded[{&access, constantOffset(access, point)}];
  int64_t width = stride == 0 ? 1 : point.width;
  for (auto [knownWidth, value] : known)
    if (knownWidth == width)
      return value;
  Value at = address(access, point), value;
  if (width == 1) {
    value = memref::LoadOp::create(b, loc, access.flat, at);
  } else if (auto type = VectorType::get(width, access.element); stride == 1) {
    value = vector::LoadOp::create(b, loc, type, access.flat, at);
  } else if (stride == -1) {
    Value first = arith::SubIOp::create(b, loc, at, constantIndex(width - 1));
    value = vector::LoadOp::create(b, loc, type, access.flat, first);
    SmallVector<int64_t> reversed;
    for (int64_t i = width - 1; i >= 0; --i)
      reversed.push_back(i);
    value = vector::ShuffleOp::create(b, loc, value, value, reversed);
  } else {
    value = vector::GatherOp::create(b, loc, type, access.flat, at,
                                     laneOffsets(b, loc, width, stride), allLanes(b, loc, width),
                                     zeroVector(b, loc, width, access.element));
  }
  known.push_back({width, value});
  return value;
}

void NestEmitter::store(Value value, const Access &access, const Point &point) {
  Value at = address(access, point);
  int64_t stride = schedule.lane == Schedule::none ? 0 : access.strides[schedule.lane];
  if (point.width == 1 || stride == 0) {
    memref::StoreOp::create(b, loc, value, access.flat, at);
    return;
  }
  value = broadcast(value, point.width);
  if (stride == 1)
    vector::StoreOp::create(b, loc, value, access.flat, at);
  else
    vector::ScatterOp::create(b, loc, /*result=*/Type(), access.flat, at,
                              laneOffsets(b, loc, point.width, stride),
                              allLanes(b, loc, point.width), value);
}

//===----------------------------------------------------------------------===//
// Payload
//===----------------------------------------------------------------------===//

Value NestEmitter::indexOf(unsigned loop, const Point &point) {
  Value index = ivs[loop];
  if (point.delta[loop] != 0)
    index = arith::AddIOp::create(b, loc, index, constantIndex(point.delta[loop]));
  if (loop != schedule.lane || point.width == 1)
    return index;
  return arith::AddIOp::create(b, loc, broadcast(index, point.width),
                               laneOffsets(b, loc, point.width, 1));
}

/// A load at indices that differ from lane to lane.
Value NestEmitter::gatherLoad(memref::LoadOp op, ValueRange indices, int64_t width) {
  auto type = cast<MemRefType>(op.getMemRefType());
  SmallVector<int64_t> strides;
  int64_t offset;
  [[maybe_unused]] LogicalResult known = type.getStridesAndOffset(strides, offset);
  assert(succeeded(known) && "kernels' buffers have static strides");
  Value sum = broadcast(constantIndex(0), width);
  for (auto [index, stride] : llvm::zip(indices, strides)) {
    Value term = broadcast(index, width);
    if (stride != 1)
      term = arith::MulIOp::create(b, loc, term, broadcast(constantIndex(stride), width));
    sum = arith::AddIOp::create(b, loc, sum, term);
  }
  return vector::GatherOp::create(b, loc, VectorType::get(width, type.getElementType()),
                                  flatten(b, loc, op.getMemRef()), constantIndex(offset), sum,
                                  allLanes(b, loc, width),
                                  zeroVector(b, loc, width, type.getElementType()));
}

/// The payload at one point: what is the same for all lanes stays scalar.
SmallVector<Value> NestEmitter::emitPayload(const Point &point, ValueRange accumulators) {
  IRMapping map;
  linalg::GenericOp op = nest.op;
  Block &body = *op.getBody();
  for (auto [arg, access] : llvm::zip(body.getArguments(), nest.inputs))
    if (access.buffer)
      map.map(arg, load(access, point));
  auto outputs = body.getArguments().take_back(op.getNumDpsInits());
  for (auto [i, arg] : llvm::enumerate(outputs))
    if (!arg.use_empty())
      map.map(arg, accumulators.empty() ? load(nest.outputs[i], point) : accumulators[i]);

  for (Operation &inner : body.without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      map.map(index.getResult(), indexOf(nest.loopOf[index.getDim()], point));
      continue;
    }
    SmallVector<Value> operands;
    bool isVector = false;
    for (Value operand : inner.getOperands()) {
      operands.push_back(map.lookupOrDefault(operand));
      isVector |= isa<VectorType>(operands.back().getType());
    }
    if (!isVector) {
      b.clone(inner, map);
      continue;
    }
    if (auto loadOp = dyn_cast<memref::LoadOp>(inner)) {
      map.map(loadOp.getResult(),
              gatherLoad(loadOp, ValueRange(operands).drop_front(), point.width));
      continue;
    }
    for (Value &operand : operands)
      operand = broadcast(operand, point.width);
    SmallVector<Type> types;
    for (Type type : inner.getResultTypes())
      types.push_back(VectorType::get(point.width, type));
    OperationState state(loc, inner.getName().getStringRef(), operands, types, inner.getAttrs());
    Operation *made = b.create(state);
    map.map(inner.getResults(), made->getResults());
  }
  SmallVector<Value> results;
  for (Value value : body.getTerminator()->getOperands())
    results.push_back(map.lookupOrDefault(value));
  return results;
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

/// What leaves the other operand of the combiner as it is.
static TypedAttr neutral(Builder &b, Operation *combiner, Type type) {
  if (auto floating = dyn_cast<FloatType>(type)) {
    double value = isa<arith::MulFOp>(combiner)       ? 1
                   : isa<arith::MaximumFOp>(combiner) ? -INFINITY
                   : isa<arith::MinimumFOp>(combiner) ? INFINITY
                                                      : -0.0;
    return FloatAttr::get(floating, value);
  }
  unsigned width = type.getIntOrFloatBitWidth();
  APInt value(width, 0);
  if (isa<arith::MaxSIOp>(combiner))
    value = APInt::getSignedMinValue(width);
  else if (isa<arith::MinSIOp>(combiner))
    value = APInt::getSignedMaxValue(width);
  else if (isa<arith::MinUIOp, arith::AndIOp>(combiner))
    value = APInt::getMaxValue(width);
  else if (isa<arith::MulIOp>(combiner))
    value = APInt(width, 1);
  return IntegerAttr::get(type, value);
}

Value NestEmitter::combine(Value x, Value y) {
  OperationState state(loc, combiner->getName().getStringRef(), {x, y}, {x.getType()},
                       combiner->getAttrs());
  return b.create(state)->getResult(0);
}

/// Joins halves until one element is left: a fixed tree.
Value NestEmitter::reduceLanes(Value vector) {
  Value rest;
  while (auto type = dyn_cast<VectorType>(vector.getType())) {
    int64_t width = type.getDimSize(0), half = width / 2;
    auto part = [&](int64_t begin, int64_t size) -> Value {
      if (size == 1)
        return vector::ExtractOp::create(b, loc, vector, begin);
      return vector::ExtractStridedSliceOp::create(b, loc, vector, ArrayRef<int64_t>{begin},
                                                   ArrayRef<int64_t>{size}, ArrayRef<int64_t>{1});
    };
    if (width == 1) {
      vector = part(0, 1);
      break;
    }
    if (width % 2) {
      Value last = part(width - 1, 1);
      rest = rest ? combine(rest, last) : last;
    }
    vector = combine(part(0, half), part(half, half));
  }
  return rest ? combine(vector, rest) : vector;
}

Value NestEmitter::initialAccumulator(const Point &point) {
  if (reducesLanes()) {
    TypedAttr attr = neutral(b, combiner, nest.outputs[0].element);
    return broadcast(arith::ConstantOp::create(b, loc, attr), schedule.width);
  }
  return Value();
}

NestEmitter::Carried NestEmitter::emitPoints(ArrayRef<Point> at, Carried carried) {
  unsigned outputs = nest.outputs.size();
  loaded.clear();
  for (auto [i, point] : llvm::enumerate(at)) {
    MutableArrayRef<Value> own(carried.begin() + i * outputs, outputs);
    SmallVector<Value> next = emitPayload(point, own);
    for (auto [value, result] : llvm::zip(own, next))
      value = broadcast(result, isa<VectorType>(value.getType()) ? point.width : 1);
  }
  loaded.clear();
  return carried;
}

/// The lane loop of a reduction along lanes: whole vectors in a loop, then a
/// part of one, which joins the first elements of the accumulator.
NestEmitter::Carried NestEmitter::emitLaneReduction(Carried carried) {
  int64_t size = nest.loops[schedule.lane].size;
  int64_t step = schedule.width * schedule.laneTile, whole = size / step * step;
  unsigned tile = schedule.laneTile, lane = schedule.lane;
  // carried: for every row, laneTile accumulators.
  auto turn = [&](Carried values) {
    SmallVector<Point> at;
    for (const Point &row : points)
      for (unsigned v = 0; v != tile; ++v) {
        Point point = row;
        point.delta[lane] += v * schedule.width;
        point.width = schedule.width;
        at.push_back(point);
      }
    return emitPoints(at, std::move(values));
  };
  if (whole > step) {
    auto loop = scf::ForOp::create(b, loc, constantIndex(0), constantIndex(whole),
                                   constantIndex(step), carried);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    ivs[lane] = loop.getInductionVar();
    Carried next = turn(Carried(loop.getRegionIterArgs()));
    scf::YieldOp::create(b, loc, next);
    carried = Carried(loop.getResults());
  } else if (whole == step) {
    ivs[lane] = constantIndex(0);
    carried = turn(std::move(carried));
  }
  // What is left, vector by vector, into the first accumulator of each row.
  for (int64_t at = whole; at < size; at += schedule.width) {
    int64_t width = std::min(schedule.width, size - at);
    ivs[lane] = constantIndex(0);
    loaded.clear();
    for (auto [r, row] : llvm::enumerate(points)) {
      Point point = row;
      point.delta[lane] += at;
      point.width = width;
      Value &whole = carried[r * tile];
      Value part = whole;
      bool partial = width != schedule.width;
      if (partial && width == 1)
        part = vector::ExtractOp::create(b, loc, whole, int64_t(0));
      else if (partial)
        part = vector::ExtractStridedSliceOp::create(b, loc, whole, ArrayRef<int64_t>{0},
                                                     ArrayRef<int64_t>{width}, ArrayRef<int64_t>{1});
      part = broadcast(emitPayload(point, part)[0], width);
      if (partial && width == 1)
        part = vector::InsertOp::create(b, loc, part, whole, int64_t(0));
      else if (partial)
        part = vector::InsertStridedSliceOp::create(b, loc, part, whole, ArrayRef<int64_t>{0},
                                                    ArrayRef<int64_t>{1});
      whole = part;
    }
  }
  ivs[lane] = constantIndex(0);
  loaded.clear();
  return carried;
}

static Attribute getNoUnrolling(MLIRContext *context) {
  LLVM::LoopUnrollAttr unroll = LLVM::LoopUnrollAttr::get(
      context, /*disable=*/BoolAttr::get(context, true), /*count=*/{},
      /*runtimeDisable=*/{}, /*full=*/{}, /*followupUnrolled=*/{},
      /*followupRemainder=*/{}, /*followupAll=*/{});
  return LLVM::LoopAnnotationAttr::get(
      context, /*disableNonforced=*/{}, /*vectorize=*/{}, /*interleave=*/{},
      unroll, /*unrollAndJam=*/{}, /*licm=*/{}, /*distribute=*/{},
      /*pipeline=*/{}, /*peeled=*/{}, /*unswitch=*/{}, /*mustProgress=*/{},
      /*isVectorized=*/{}, /*startLoc=*/{}, /*endLoc=*/{},
      /*parallelAccesses=*/{});
}

/// The reduced loops from `loop` inwards.
NestEmitter::Carried NestEmitter::emitReduction(unsigned loop, Carried carried) {
  while (loop != nest.loops.size() && (!nest.loops[loop].reduced || loop == schedule.lane))
    ++loop;
  if (loop == nest.loops.size())
    return reducesLanes() ? emitLaneReduction(std::move(carried))
                          : emitPoints(points, std::move(carried));
  if (nest.loops[loop].size == 1)
    return emitReduction(loop + 1, std::move(carried));
  Value begin = constantIndex(0), end = constantIndex(nest.loops[loop].size);
  if (loop == schedule.blocked) {
    begin = blockBegin;
    end = arith::AddIOp::create(b, loc, begin, constantIndex(blockLength));
  }
  auto forOp = scf::ForOp::create(b, loc, begin, end, constantIndex(1), carried);
  // A large tile needs all registers for one turn: windows that overlap would
  // be kept in registers over the turns of an unrolled loop, and sums in memory.
  if (points.size() * nest.outputs.size() >= 8)
    forOp->setAttr("loop_annotation", getNoUnrolling(b.getContext()));
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(forOp.getBody());
    Value outer = ivs[loop];
    ivs[loop] = forOp.getInductionVar();
    Carried next = emitReduction(loop + 1, Carried(forOp.getRegionIterArgs()));
    scf::YieldOp::create(b, loc, next);
    ivs[loop] = outer;
  }
  return Carried(forOp.getResults());
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

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
      SmallVector<Value> values = emitPayload(point, {});
      for (auto [value, access] : llvm::zip(values, nest.outputs))
        store(value, access, point);
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
  carried = emitReduction(0, std::move(carried));
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
    auto share = [&](Value number) -> Value {
      Value tiles = arith::MulIOp::create(b, loc, number, constantIndex(whole / tile));
      tiles = arith::DivUIOp::create(b, loc, tiles, constantIndex(schedule.tasks));
      return arith::MulIOp::create(b, loc, tiles, constantIndex(tile));
    };
    begin = share(task);
    end = share(arith::AddIOp::create(b, loc, task, constantIndex(1)));
  } else if (loop == schedule.row && schedule.rowBlock != 0) {
    begin = rowsBegin;
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
  ivs[loop] = loop == schedule.row && schedule.rowBlock != 0 ? rowsBegin : constantIndex(0);
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
  int64_t size = nest.loops[lane].size, width = schedule.width;
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

/// The blocks of rows; all of them without one.
void NestEmitter::forEachRowBlock(function_ref<void()> body) {
  if (schedule.rowBlock == 0)
    return body();
  int64_t size = nest.loops[schedule.row].size, whole = size / schedule.rowBlock * schedule.rowBlock;
  {
    auto loop = scf::ForOp::create(b, loc, constantIndex(0), constantIndex(whole),
                                   constantIndex(schedule.rowBlock));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    rowsBegin = loop.getInductionVar();
    rowsLength = schedule.rowBlock;
    body();
  }
  if (whole != size) {
    rowsBegin = constantIndex(whole);
    rowsLength = size - whole;
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
  bool isBlocked = loop == schedule.row && schedule.rowBlock != 0;
  int64_t size = isBlocked ? rowsLength : nest.loops[loop].size;
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
  b.setInsertionPoint(nest.op);
  combiner = getCombiner(nest.op);
  for (Access &access : nest.inputs)
    if (access.buffer)
      access.flat = flatten(b, loc, access.buffer);
  for (Access &access : nest.outputs)
    access.flat = flatten(b, loc, access.buffer);
  ivs.assign(nest.loops.size(), constantIndex(0));
  points = {Point{SmallVector<int64_t>(nest.loops.size(), 0), 1}};
  forEachTask([&] { forEachBlock([&] { forEachRowBlock([&] { forEachTile(0, [&] { emitTile(); }); }); }); });
  nest.op.erase();
}

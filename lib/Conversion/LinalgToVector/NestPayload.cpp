//===- NestPayload.cpp - a nest's elements as vectors ---------------------===//
//
// Loads, stores and the payload at one point of a nest: what is the same for
// all lanes stays scalar.
//
//===----------------------------------------------------------------------===//
#include "NestEmitter.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <numeric>

using namespace mlir;
using namespace nnc;

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

/// Every `stride`-th element from `at` on: whole vectors from memory, of which
/// the last ends at the last lane, and a shuffle for each but the first.
Value NestEmitter::loadStrided(const Access &access, Value at, int64_t width,
                               int64_t stride) {
  auto type = VectorType::get(width, access.element);
  int64_t extent = (width - 1) * stride + 1;
  Value result;
  for (int64_t begin = 0, lane = 0; lane != width; begin += width) {
    begin = std::min(begin, extent - width);
    Value from = begin == 0 ? at
                            : arith::AddIOp::create(b, loc, at, constantIndex(begin));
    Value part = vector::LoadOp::create(b, loc, type, access.flat, from);
    SmallVector<int64_t> mask(width, vector::ShuffleOp::kPoisonIndex);
    std::iota(mask.begin(), mask.begin() + lane, 0);
    for (; lane != width && lane * stride < begin + width; ++lane)
      mask[lane] = (result ? width : 0) + lane * stride - begin;
    result = vector::ShuffleOp::create(b, loc, result ? result : part, part, mask);
  }
  return result;
}

/// Fetches the cache line that begins some elements behind a point, which is `at`.
void NestEmitter::fetch(const Access &access, const Point &point, Value at, int64_t ahead,
                        unsigned locality) {
  int64_t perLine = std::max<int64_t>(kLine * 8 / access.element.getIntOrFloatBitWidth(), 1);
  if (point.delta[schedule.lane] % perLine != 0)
    return;
  if (ahead != 0)
    at = arith::AddIOp::create(b, loc, at, constantIndex(ahead));
  memref::PrefetchOp::create(b, loc, access.flat, at, /*isWrite=*/false, locality,
                             /*isDataCache=*/true);
}

Value NestEmitter::load(const Access &access, const Point &point) {
  int64_t stride = schedule.lane == Schedule::none ? 0 : access.strides[schedule.lane];
  auto &known = loaded[{&access, constantOffset(access, point)}];
  int64_t width = stride == 0 ? 1 : point.width;
  for (auto [knownWidth, value] : known)
    if (knownWidth == width)
      return value;
  Value at = address(access, point), value;
  if (schedule.streamed != Schedule::none && &access == &nest.inputs[schedule.streamed])
    fetch(access, point, at, schedule.ahead, schedule.isNear ? 3 : 2);
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
  } else if (schedule.isShortStride(stride, width)) {
    value = loadStrided(access, at, width, stride);
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

SmallVector<unsigned, 4> nnc::findInterleaved(const Nest &nest, unsigned first, unsigned lane) {
  const Access &lowest = nest.outputs[first];
  int64_t stride = lowest.strides[lane];
  SmallVector<unsigned, 4> found{first};
  for (int64_t gap = 1; gap < stride; ++gap)
    for (auto [i, other] : llvm::enumerate(nest.outputs))
      if (other.root == lowest.root && other.rootOffset == lowest.rootOffset + gap &&
          other.strides == lowest.strides && other.element == lowest.element)
        found.push_back(i);
  return found.size() == static_cast<size_t>(stride) ? found : SmallVector<unsigned, 4>();
}

/// The elements of all vectors in turn, as vectors.
static SmallVector<Value> interleaveLanes(OpBuilder &b, Location loc, ArrayRef<Value> vectors) {
  int64_t count = vectors.size(), width = cast<VectorType>(vectors[0].getType()).getDimSize(0);
  SmallVector<Value> results;
  for (int64_t part = 0; part != count; ++part) {
    Value joined = vectors[0];
    for (int64_t next = 1; next != count; ++next) {
      SmallVector<int64_t> mask;
      for (int64_t lane = 0; lane != width; ++lane) {
        int64_t at = part * width + lane, from = at % count, element = at / count;
        // What the first shuffle has not put in place yet stays undefined.
        mask.push_back(from == next               ? width + element
                       : from > next              ? vector::ShuffleOp::kPoisonIndex
                       : next == 1                ? element
                                                  : lane);
      }
      joined = vector::ShuffleOp::create(b, loc, joined, vectors[next], mask);
    }
    results.push_back(joined);
  }
  return results;
}

/// Stores what a point gives for all outputs: what fills each other's gaps as
/// whole vectors.
void NestEmitter::storeAll(ArrayRef<Value> values, const Point &point) {
  llvm::SmallBitVector done(values.size());
  for (unsigned first = 0; first != values.size() && schedule.lane != Schedule::none; ++first) {
    const Access &access = nest.outputs[first];
    if (!schedule.isShortStride(access.strides[schedule.lane], point.width))
      continue;
    SmallVector<unsigned, 4> group = findInterleaved(nest, first, schedule.lane);
    if (group.empty())
      continue;
    SmallVector<Value> vectors;
    for (unsigned i : group) {
      vectors.push_back(broadcast(values[i], point.width));
      done.set(i);
    }
    for (auto [part, vector] : llvm::enumerate(interleaveLanes(b, loc, vectors))) {
      Value at = address(access, point), begin = constantIndex(part * point.width);
      at = part == 0 ? at : arith::AddIOp::create(b, loc, at, begin).getResult();
      vector::StoreOp::create(b, loc, vector, access.flat, at);
    }
  }
  for (auto [i, value] : llvm::enumerate(values))
    if (!done.test(i))
      store(value, nest.outputs[i], point);
}

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
                                  flatten(b, loc, op.getMemRef()),
                                  constantIndex(ShapedType::isDynamic(offset) ? 0 : offset), sum,
                                  allLanes(b, loc, width),
                                  zeroVector(b, loc, width, type.getElementType()));
}

/// The payload at one point.
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
  return emitBody(body, map, nest.loopOf, point);
}

bool nnc::takesEpilogue(const Nest &nest, const Schedule &schedule) {
  // Sums in blocks are complete after the last only; lanes that are summed
  // leave no vectors; sums of one term are stored as they come.
  return nest.hasReduction() && schedule.blocked == Schedule::none && schedule.lane != Schedule::none &&
         !nest.loops[schedule.lane].reduced && nest.outputs.size() == 1 && !nest.sums.empty();
}

/// Fetches what the epilogue reads at this tile while its sums are computed: a
/// tile's rows are pieces too short for prefetchers to follow.
void NestEmitter::prefetchEpilogue() {
  constexpr int64_t enoughTerms = 32;
  int64_t terms = 1;
  for (const Loop &loop : nest.loops)
    terms *= loop.reduced ? loop.size : 1;
  if (terms < enoughTerms)
    return;
  for (auto [i, access] : llvm::enumerate(nest.epilogueInputs)) {
    // What is the same for all rows is there after the first tile.
    if (!access.buffer || llvm::is_contained(nest.sums, i) ||
        access.strides[schedule.lane] != 1 || schedule.row == Schedule::none ||
        access.strides[schedule.row] == 0)
      continue;
    for (const Point &point : points)
      fetch(access, point, address(access, point), /*ahead=*/0, /*locality=*/3);
  }
}

/// Stores what the epilogue makes of a tile's sums.
void NestEmitter::storeEpilogue(ArrayRef<Value> sums) {
  linalg::GenericOp op = nest.epilogue;
  Block &body = *op.getBody();
  if (cast<BoolAttr>(op->getAttr(kEpilogueAttrName)).getValue())
    storeTile(sums, nest.outputs[0]);
  loaded.clear();
  auto isSum = [&](size_t input) { return llvm::is_contained(nest.sums, input); };
  for (auto [i, access] : llvm::enumerate(nest.epilogueInputs))
    if (!isSum(i) && schedule.runsAcross(access))
      loadAcross(access);
  SmallVector<SmallVector<Value>> values(nest.epilogueOutputs.size());
  for (auto [point, sum] : llvm::zip_equal(points, sums)) {
    IRMapping map;
    for (auto [i, access] : llvm::enumerate(nest.epilogueInputs))
      if (access.buffer)
        map.map(body.getArgument(i), isSum(i) ? sum : load(access, point));
    auto results = emitBody(body, map, nest.epilogueLoopOf, point);
    for (auto [all, value] : llvm::zip_equal(values, results))
      all.push_back(value);
  }
  for (auto [all, access] : llvm::zip_equal(values, nest.epilogueOutputs))
    storeTile(all, access);
}

/// A body at one point: what is the same for all lanes stays scalar.
SmallVector<Value> NestEmitter::emitBody(Block &body, IRMapping map, ArrayRef<unsigned> loopOf,
                                         const Point &point) {
  for (Operation &inner : body.without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      map.map(index.getResult(), indexOf(loopOf[index.getDim()], point));
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

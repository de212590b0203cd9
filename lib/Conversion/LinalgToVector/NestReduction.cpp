//===- NestReduction.cpp - the reduced loops of a nest --------------------===//
//
// Accumulators are carried by the reduced loops, outermost first. Where lanes
// themselves are reduced, vectors join at the end, by a fixed tree.
//
//===----------------------------------------------------------------------===//
#include "NestEmitter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace nnc;

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
    // Prefetches and loads in turn, and not many prefetches first.
    if (schedule.streamed != Schedule::none)
      loop->setAttr("loop_annotation", getNoUnrolling(b.getContext()));
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

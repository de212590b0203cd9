//===- IndexStages.cpp - scatter, running sums, sorting, joining ----------===//
//
// Ops whose elements depend on one another in order: loops that are written
// out, since a nest of independent elements cannot say them.
//
//===----------------------------------------------------------------------===//
#include "ProductStages.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

/// Loops over `sizes`, calling back with their indices.
static void buildLoops(OpBuilder &b, Location loc, ArrayRef<int64_t> sizes,
                       function_ref<void(ValueRange)> body) {
  OpBuilder::InsertionGuard guard(b);
  SmallVector<Value> indices;
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  for (int64_t size : sizes) {
    Value limit = arith::ConstantIndexOp::create(b, loc, size);
    auto loop = scf::ForOp::create(b, loc, zero, limit, one);
    indices.push_back(loop.getInductionVar());
    b.setInsertionPointToStart(loop.getBody());
  }
  body(indices);
}

static Value addElements(OpBuilder &b, Location loc, Value x, Value y) {
  if (isa<FloatType>(x.getType()))
    return arith::AddFOp::create(b, loc, x, y);
  return arith::AddIOp::create(b, loc, x, y);
}

/// Copies a value's elements into another buffer.
static void copyInto(Evaluator &evaluator, Location loc, Value value, Value buffer) {
  auto type = typeOf(value);
  Stage stage(evaluator.buffers, loc, type.getShape(), {}, evaluator.contract);
  Indices at = stage.dims(0, type.getRank());
  SmallVector<AffineExpr> map;
  for (const Index &index : at)
    map.push_back(index.affine);
  Value element = evaluator.evaluate(stage, value, at);
  stage.addOutput(buffer, type.getElementType(), map);
  stage.finish(element);
}

/// The part of a joined array's buffer that an operand becomes.
static Value cutPart(Evaluator &evaluator, OpOperand &operand) {
  auto op = cast<ConcatOp>(operand.getOwner());
  OpBuilder &b = evaluator.buffers.builder;
  int64_t axis = op.getAxis(), begin = 0;
  for (Value before : op.getOperands().take_front(operand.getOperandNumber()))
    begin += typeOf(before).getDimSize(axis);
  return cutAxis(b, op.getLoc(), evaluator.bufferOf.lookup(op.getResult()), axis,
                 b.getIndexAttr(begin), typeOf(operand.get()).getDimSize(axis));
}

void Evaluator::placeInside(OpOperand &operand) {
  bufferOf[operand.get()] = cutPart(*this, operand);
  inside.insert(&operand);
}

void Evaluator::emitConcat(ConcatOp op) {
  for (OpOperand &operand : op->getOpOperands())
    if (typeOf(operand.get()).getNumElements() != 0 && !inside.contains(&operand))
      copyInto(*this, op.getLoc(), operand.get(), cutPart(*this, operand));
}

void Evaluator::emitScatterAdd(ScatterAddOp op) {
  OpBuilder &b = buffers.builder;
  Location loc = op.getLoc();
  Value buffer = bufferOf.lookup(op.getResult());
  copyInto(*this, loc, op.getOperand(), buffer);
  Value index = getBuffer(op.getIndex()), updates = getBuffer(op.getUpdates());
  int64_t axis = op.getAxis(), rank = typeOf(op.getIndex()).getRank();
  int64_t size = typeOf(op.getOperand()).getDimSize(axis);
  if (size == 0)
    return;
  // The index loops outermost: updates add up in their order.
  auto shape = typeOf(op.getUpdates()).getShape();
  SmallVector<int64_t> sizes(shape.slice(axis, rank));
  llvm::append_range(sizes, shape.take_front(axis));
  llvm::append_range(sizes, shape.drop_front(axis + rank));
  buildLoops(b, loc, sizes, [&](ValueRange loops) {
    ValueRange which = loops.take_front(rank), before = loops.slice(rank, axis),
               after = loops.drop_front(rank + axis);
    Value slot = memref::LoadOp::create(b, loc, index, which);
    slot = arith::IndexCastOp::create(b, loc, b.getIndexType(), slot);
    slot = arith::MaxSIOp::create(b, loc, slot, arith::ConstantIndexOp::create(b, loc, 0));
    slot = arith::MinSIOp::create(b, loc, slot, arith::ConstantIndexOp::create(b, loc, size - 1));
    SmallVector<Value> from(before), to(before);
    llvm::append_range(from, which);
    llvm::append_range(from, after);
    to.push_back(slot);
    llvm::append_range(to, after);
    Value sum = addElements(b, loc, memref::LoadOp::create(b, loc, buffer, to),
                            memref::LoadOp::create(b, loc, updates, from));
    memref::StoreOp::create(b, loc, sum, buffer, to);
  });
}

void Evaluator::emitCumSum(CumSumOp op) {
  OpBuilder &b = buffers.builder;
  Location loc = op.getLoc();
  Value buffer = bufferOf.lookup(op.getResult());
  copyInto(*this, loc, op.getOperand(), buffer);
  auto shape = typeOf(op.getResult()).getShape();
  int64_t axis = op.getAxis(), size = shape[axis];
  if (size < 2)
    return;
  // The axis outermost, so that the inner loops are independent.
  SmallVector<int64_t> sizes{size - 1};
  for (auto [i, extent] : llvm::enumerate(shape))
    if (static_cast<int64_t>(i) != axis)
      sizes.push_back(extent);
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  Value last = arith::ConstantIndexOp::create(b, loc, size - 1);
  buildLoops(b, loc, sizes, [&](ValueRange loops) {
    Value previous = loops.front(), next = arith::AddIOp::create(b, loc, previous, one);
    if (op.getReverse()) {
      previous = arith::SubIOp::create(b, loc, last, loops.front());
      next = arith::SubIOp::create(b, loc, previous, one);
    }
    SmallVector<Value> from(loops.drop_front()), to(loops.drop_front());
    from.insert(from.begin() + axis, previous);
    to.insert(to.begin() + axis, next);
    Value sum = addElements(b, loc, memref::LoadOp::create(b, loc, buffer, to),
                            memref::LoadOp::create(b, loc, buffer, from));
    memref::StoreOp::create(b, loc, sum, buffer, to);
  });
}

/// x goes before y: smaller (or larger, descending); NaN last either way.
static Value goesBefore(OpBuilder &b, Location loc, Value x, Value y, bool descending,
                        bool isUnsigned) {
  if (!isa<FloatType>(x.getType())) {
    using P = arith::CmpIPredicate;
    P predicate = descending ? (isUnsigned ? P::ugt : P::sgt) : (isUnsigned ? P::ult : P::slt);
    return arith::CmpIOp::create(b, loc, predicate, x, y);
  }
  using P = arith::CmpFPredicate;
  Value less = arith::CmpFOp::create(b, loc, descending ? P::OGT : P::OLT, x, y);
  Value xNumber = arith::CmpFOp::create(b, loc, P::ORD, x, x);
  Value yNaN = arith::CmpFOp::create(b, loc, P::UNO, y, y);
  Value numberFirst = arith::AndIOp::create(b, loc, xNumber, yNaN);
  return arith::OrIOp::create(b, loc, less, numberFirst);
}

/// Each element's place is the number of elements that go before it: those that
/// compare before, and equal ones that stand before. Quadratic in the axis, but
/// without data-dependent branches.
void Evaluator::emitSort(SortOp op) {
  OpBuilder &b = buffers.builder;
  Location loc = op.getLoc();
  Value source = getBuffer(op.getOperand());
  auto type = typeOf(op.getOperand());
  int64_t axis = op.getAxis(), size = type.getDimSize(axis);
  bool isUnsigned = type.getElementType().isUnsignedInteger();
  Value values = bufferOf.lookup(op.getValues()), places = bufferOf.lookup(op.getIndices());
  if (!values)
    values = buffers.makeTemporary(loc, type);
  if (!places)
    places = buffers.makeTemporary(loc, typeOf(op.getIndices()));
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value one = arith::ConstantIndexOp::create(b, loc, 1);
  Value limit = arith::ConstantIndexOp::create(b, loc, size);
  buildLoops(b, loc, type.getShape(), [&](ValueRange loops) {
    Value self = loops[axis];
    Value x = memref::LoadOp::create(b, loc, source, loops);
    auto count = scf::ForOp::create(
        b, loc, zero, limit, one, zero,
        [&](OpBuilder &b, Location loc, Value other, ValueRange carried) {
          SmallVector<Value> at(loops);
          at[axis] = other;
          Value y = memref::LoadOp::create(b, loc, source, at);
          Value before = goesBefore(b, loc, y, x, op.getDescending(), isUnsigned);
          Value after = goesBefore(b, loc, x, y, op.getDescending(), isUnsigned);
          Value yes = arith::ConstantOp::create(b, loc, b.getBoolAttr(true));
          Value tie = arith::XOrIOp::create(b, loc, arith::OrIOp::create(b, loc, before, after), yes);
          Value earlier = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, other, self);
          Value counts = arith::OrIOp::create(b, loc, before, arith::AndIOp::create(b, loc, tie, earlier));
          Value next = arith::AddIOp::create(b, loc, carried[0], one);
          scf::YieldOp::create(b, loc, Value(arith::SelectOp::create(b, loc, counts, next, carried[0])));
        });
    SmallVector<Value> to(loops);
    to[axis] = count.getResult(0);
    memref::StoreOp::create(b, loc, x, values, to);
    Value old = arith::IndexCastOp::create(b, loc, b.getI32Type(), self);
    memref::StoreOp::create(b, loc, old, places, to);
  });
}

//===- ReduceStages.cpp - reductions as nests -----------------------------===//
//
// A reduction fills its buffer with the neutral element and accumulates on it;
// its operand is evaluated in the same nest.
//
//===----------------------------------------------------------------------===//
#include "Evaluator.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

/// The neutral element as an attribute of the payload type.
static TypedAttr neutralElement(Operation *op, Type type) {
  if (auto floating = dyn_cast<FloatType>(type)) {
    double value = isa<ReduceMaxOp>(op) ? -INFINITY : isa<ReduceMinOp>(op) ? INFINITY : 0;
    return FloatAttr::get(floating, value);
  }
  unsigned width = type.getIntOrFloatBitWidth();
  Type element = typeOf(op->getOperand(0)).getElementType();
  bool isUnsigned = element.isUnsignedInteger();
  APInt value(width, 0);
  if (isa<ReduceMaxOp>(op) && !isUnsigned)
    value = APInt::getSignedMinValue(width);
  else if (isa<ReduceMinOp>(op))
    value = isUnsigned ? APInt::getMaxValue(width) : APInt::getSignedMaxValue(width);
  else if (isa<ReduceAllOp>(op))
    value = APInt(width, 1);
  return IntegerAttr::get(type, value);
}

static void fillWith(Evaluator &evaluator, Location loc, Value buffer, TypedAttr value) {
  auto type = cast<MemRefType>(buffer.getType());
  Stage stage(evaluator.buffers, loc, type.getShape(), {}, evaluator.contract);
  Value constant = arith::ConstantOp::create(stage.body, loc, value);
  SmallVector<AffineExpr> map;
  for (const Index &index : stage.dims(0, type.getRank()))
    map.push_back(index.affine);
  stage.addOutput(buffer, value.getType(), map);
  stage.finish(constant);
}

/// The output's map: the loops that are kept.
static SmallVector<AffineExpr> keptLoops(Stage &stage, unsigned rank, ArrayRef<int64_t> axes) {
  SmallVector<AffineExpr> map;
  for (unsigned axis = 0; axis != rank; ++axis)
    if (!llvm::is_contained(axes, axis))
      map.push_back(stage.dim(axis));
  return map;
}

void Evaluator::emitReduction(Operation *op) {
  Value operand = op->getOperand(0), result = op->getResult(0);
  ArrayRef<int64_t> axes = op->getAttrOfType<DenseI64ArrayAttr>("axes").asArrayRef();
  auto type = typeOf(operand);
  Value buffer = bufferOf.lookup(result);
  Type payload = getPayloadType(type.getElementType());
  fillWith(*this, op->getLoc(), buffer, neutralElement(op, payload));
  if (type.getNumElements() == 0)
    return;

  Stage stage(buffers, op->getLoc(), type.getShape(), axes, contract);
  OpBuilder &b = stage.body;
  Location loc = stage.loc;
  Value x = evaluate(stage, operand, stage.dims(0, type.getRank()));
  Value acc = stage.addOutput(buffer, type.getElementType(), keptLoops(stage, type.getRank(), axes));
  bool isFloat = isa<FloatType>(payload), isUnsigned = type.getElementType().isUnsignedInteger();
  Value next;
  if (isa<ReduceSumOp>(op))
    next = isFloat ? arith::AddFOp::create(b, loc, acc, x).getResult()
                   : arith::AddIOp::create(b, loc, acc, x).getResult();
  else if (isa<ReduceMaxOp>(op))
    next = isFloat      ? arith::MaximumFOp::create(b, loc, acc, x).getResult()
           : isUnsigned ? arith::MaxUIOp::create(b, loc, acc, x).getResult()
                        : arith::MaxSIOp::create(b, loc, acc, x).getResult();
  else if (isa<ReduceMinOp>(op))
    next = isFloat      ? arith::MinimumFOp::create(b, loc, acc, x).getResult()
           : isUnsigned ? arith::MinUIOp::create(b, loc, acc, x).getResult()
                        : arith::MinSIOp::create(b, loc, acc, x).getResult();
  else if (isa<ReduceAnyOp>(op))
    next = arith::OrIOp::create(b, loc, acc, x);
  else
    next = arith::AndIOp::create(b, loc, acc, x);
  stage.finish(next);
}

/// Carries the best value and its index; the first of equals stays, and a NaN
/// beats everything but an earlier NaN.
void Evaluator::emitArgReduction(Operation *op) {
  Value operand = op->getOperand(0), result = op->getResult(0);
  int64_t axis = op->getAttrOfType<IntegerAttr>("axis").getInt();
  bool wantsMax = isa<ArgMaxOp>(op);
  auto type = typeOf(operand);
  Type payload = getPayloadType(type.getElementType());
  Value indexBuffer = bufferOf.lookup(result);
  auto bestType = RankedTensorType::get(typeOf(result).getShape(), type.getElementType());
  Value bestBuffer = buffers.makeTemporary(op->getLoc(), bestType);

  // Start from element 0, not from a neutral value: all may be infinite.
  {
    Stage stage(buffers, op->getLoc(), bestType.getShape(), {}, contract);
    Indices at = stage.dims(0, bestType.getRank());
    SmallVector<AffineExpr> map;
    for (const Index &index : at)
      map.push_back(index.affine);
    at.insert(at.begin() + axis, Index(stage.constant(0)));
    Value first = evaluate(stage, operand, at);
    Value zero = buildConstant(stage, stage.body.getI32Type(), 0);
    stage.addOutput(bestBuffer, type.getElementType(), map);
    stage.addOutput(indexBuffer, stage.body.getI32Type(), map);
    stage.finish({first, zero});
  }
  Stage stage(buffers, op->getLoc(), type.getShape(), axis, contract);
  OpBuilder &b = stage.body;
  Location loc = stage.loc;
  Value x = evaluate(stage, operand, stage.dims(0, type.getRank()));
  auto map = keptLoops(stage, type.getRank(), axis);
  Value best = stage.addOutput(bestBuffer, type.getElementType(), map);
  Value bestIndex = stage.addOutput(indexBuffer, b.getI32Type(), map);
  Value place = arith::IndexCastOp::create(b, loc, b.getI32Type(), stage.materialize(stage.dim(axis)));
  Value better;
  if (isa<FloatType>(payload)) {
    auto predicate = wantsMax ? arith::CmpFPredicate::UGT : arith::CmpFPredicate::ULT;
    better = arith::CmpFOp::create(b, loc, predicate, x, best);
    Value leads = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::ORD, best, best);
    better = arith::AndIOp::create(b, loc, better, leads);
  } else {
    using P = arith::CmpIPredicate;
    bool isUnsigned = type.getElementType().isUnsignedInteger();
    P predicate = wantsMax ? (isUnsigned ? P::ugt : P::sgt) : (isUnsigned ? P::ult : P::slt);
    better = arith::CmpIOp::create(b, loc, predicate, x, best);
  }
  Value newBest = arith::SelectOp::create(b, loc, better, x, best);
  Value newIndex = arith::SelectOp::create(b, loc, better, place, bestIndex);
  stage.finish({newBest, newIndex});
}

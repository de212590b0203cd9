//===- RandomPayload.cpp - counter-based random numbers -------------------===//
//
// Threefry-2x32 and the transforms of NNRandomOps.td, always without
// contraction: the numbers are the same on every target.
//
//===----------------------------------------------------------------------===//
#include "Stage.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "nnc/Support/InverseNormal.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

namespace {

struct Bits {
  OpBuilder &b;
  Location loc;

  Value i32(uint32_t value) {
    return arith::ConstantOp::create(b, loc, b.getI32IntegerAttr(static_cast<int32_t>(value)));
  }
  Value i64(int64_t value) { return arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(value)); }
  Value f64(double value) { return arith::ConstantOp::create(b, loc, b.getF64FloatAttr(value)); }
  Value add(Value x, Value y) { return arith::AddIOp::create(b, loc, x, y); }
  Value exclusiveOr(Value x, Value y) { return arith::XOrIOp::create(b, loc, x, y); }
  Value low(Value x) { return arith::TruncIOp::create(b, loc, b.getI32Type(), x); }
  Value high(Value x) { return low(arith::ShRUIOp::create(b, loc, x, i64(32))); }
  Value rotate(Value x, unsigned by) {
    return arith::OrIOp::create(b, loc, arith::ShLIOp::create(b, loc, x, i32(by)),
                                arith::ShRUIOp::create(b, loc, x, i32(32 - by)));
  }
  Value mulF(Value x, Value y) { return arith::MulFOp::create(b, loc, x, y); }
  Value addF(Value x, Value y) { return arith::AddFOp::create(b, loc, x, y); }
  Value subF(Value x, Value y) { return arith::SubFOp::create(b, loc, x, y); }
  Value divF(Value x, Value y) { return arith::DivFOp::create(b, loc, x, y); }

  std::pair<Value, Value> threefry(Value key0, Value key1, Value counter0, Value counter1);
  /// Horner's rule, lowest coefficient first.
  Value polynomial(Value x, ArrayRef<double> coefficients) {
    Value sum = f64(coefficients.back());
    for (double c : llvm::reverse(coefficients.drop_back()))
      sum = addF(mulF(sum, x), f64(c));
    return sum;
  }
  template <typename Coefficients>
  Value inverseNormal(Value p);
};

} // namespace

/// Threefry-2x32, 20 rounds (Salmon et al., SC 2011).
std::pair<Value, Value> Bits::threefry(Value key0, Value key1, Value counter0, Value counter1) {
  static const unsigned rotations[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  Value key[3] = {key0, key1, exclusiveOr(exclusiveOr(key0, key1), i32(0x1BD11BDA))};
  Value x = add(counter0, key[0]), y = add(counter1, key[1]);
  for (unsigned round = 0; round != 20; ++round) {
    x = add(x, y);
    y = exclusiveOr(rotate(y, rotations[round % 8]), x);
    if (round % 4 == 3) {
      unsigned group = round / 4 + 1;
      x = add(x, key[group % 3]);
      y = add(add(y, key[(group + 1) % 3]), i32(group));
    }
  }
  return {x, y};
}

/// What nnc/Support/InverseNormal.h evaluates, with its coefficients: all three
/// pieces and a choice.
template <typename Coefficients>
Value Bits::inverseNormal(Value p) {
  Value q = subF(p, f64(0.5));
  Value isLow = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, q, f64(0));
  Value tail = arith::SelectOp::create(b, loc, isLow, p, subF(f64(1), p));
  Value logTail = math::LogOp::create(b, loc, tail);
  Value r = math::SqrtOp::create(b, loc, subF(f64(0), logTail));
  Value split = f64(5);
  using C = Coefficients;
  Value s = subF(f64(.180625), mulF(q, q));
  Value centre = mulF(q, divF(polynomial(s, C::a), polynomial(s, C::b)));
  Value t = subF(r, f64(1.6));
  Value near = divF(polynomial(t, C::c), polynomial(t, C::d));
  Value u = subF(r, split);
  Value far = divF(polynomial(u, C::e), polynomial(u, C::f));
  Value isNear = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLE, r, split);
  Value outer = arith::SelectOp::create(b, loc, isNear, near, far);
  outer = arith::SelectOp::create(b, loc, isLow, subF(f64(0), outer), outer);
  Value size = math::AbsFOp::create(b, loc, q);
  Value isCentre = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLE, size, f64(.425));
  return arith::SelectOp::create(b, loc, isCentre, centre, outer);
}

Value nnc::buildRandom(Stage &stage, Operation *op, Value seed, Value counter, Value index) {
  Bits bits{stage.body, stage.loc};
  OpBuilder &b = stage.body;
  auto stream = static_cast<uint32_t>(op->getAttrOfType<IntegerAttr>("stream").getInt());
  Value key = bits.exclusiveOr(bits.low(seed), bits.i32(stream));
  auto [first, second] = bits.threefry(key, bits.high(seed), index, bits.low(counter));
  if (isa<RandomBitsOp>(op))
    return first;
  Type type = cast<RankedTensorType>(op->getResult(0).getType()).getElementType();
  auto shift = [&](Value x, Value by) { return arith::ShRUIOp::create(b, stage.loc, x, by); };
  if (isa<RandomUniformOp>(op)) {
    if (type.isF32()) {
      Value top = arith::SIToFPOp::create(b, stage.loc, type, shift(first, bits.i32(8)));
      return bits.mulF(top, arith::ConstantOp::create(b, stage.loc, b.getF32FloatAttr(0x1p-24f)));
    }
    Value wide = arith::ExtUIOp::create(b, stage.loc, b.getI64Type(), first);
    Value rest = arith::ExtUIOp::create(b, stage.loc, b.getI64Type(), second);
    wide = arith::ShLIOp::create(b, stage.loc, wide, bits.i64(32));
    wide = shift(arith::OrIOp::create(b, stage.loc, wide, rest), bits.i64(11));
    Value top = arith::SIToFPOp::create(b, stage.loc, type, wide);
    return bits.mulF(top, bits.f64(0x1p-53));
  }
  Value wide = arith::ExtUIOp::create(b, stage.loc, b.getI64Type(), first);
  Value p = arith::SIToFPOp::create(b, stage.loc, b.getF64Type(), wide);
  p = bits.mulF(bits.addF(p, bits.f64(0.5)), bits.f64(0x1p-32));
  Value z = type.isF64() ? bits.inverseNormal<detail::PPND16>(p)
                         : bits.inverseNormal<detail::PPND7>(p);
  return type.isF64() ? z : arith::TruncFOp::create(b, stage.loc, type, z);
}

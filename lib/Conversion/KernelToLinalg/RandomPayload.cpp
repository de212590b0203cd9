//===- RandomPayload.cpp - counter-based random numbers -------------------===//
//
// Threefry-2x32 and the transforms of NNRandomOps.td, always without
// contraction: the numbers are the same on every target.
//
//===----------------------------------------------------------------------===//
#include "Stage.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

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
  /// Horner's rule, highest coefficient first.
  Value polynomial(Value x, ArrayRef<double> coefficients) {
    Value sum = f64(coefficients.front());
    for (double c : coefficients.drop_front())
      sum = addF(mulF(sum, x), f64(c));
    return sum;
  }
  Value inverseNormal(Value p, bool doublePrecision);
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

/// The inverse of the standard normal distribution: Wichura, Algorithm AS 241
/// (1988), PPND16 for f64 and PPND7 for f32; all three pieces and a choice.
Value Bits::inverseNormal(Value p, bool doublePrecision) {
  using List = ArrayRef<double>;
  Value q = subF(p, f64(0.5));
  Value isLow = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OLT, q, f64(0));
  Value tail = arith::SelectOp::create(b, loc, isLow, p, subF(f64(1), p));
  Value logTail = math::LogOp::create(b, loc, tail);
  Value r = math::SqrtOp::create(b, loc, subF(f64(0), logTail));
  Value centre, near, far, split = f64(5);
  if (doublePrecision) {
    static const double a[] = {2509.0809287301226727,  33430.575583588128105, 67265.770927008700853,
                               45921.953931549871457,  13731.693765509461125, 1971.5909503065514427,
                               133.14166789178437745,  3.387132872796366608};
    static const double d[] = {5226.495278852854561, 28729.085735721942674, 39307.89580009271061,
                               21213.794301586595867, 5394.1960214247511077, 687.1870074920579083,
                               42.313330701600911252, 1.0};
    static const double e[] = {7.7454501427834140764e-4, .0227238449892691845833,
                               .24178072517745061177,    1.27045825245236838258,
                               3.64784832476320460504,   5.7694972214606914055,
                               4.6303378461565452959,    1.42343711074968357734};
    static const double f[] = {1.05075007164441684324e-9, 5.475938084995344946e-4,
                               .0151986665636164571966,   .14810397642748007459,
                               .68976733498510000455,     1.6763848301838038494,
                               2.05319162663775882187,    1.0};
    static const double g[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5,
                               .0012426609473880784386,   .026532189526576123093,
                               .29656057182850489123,     1.7848265399172913358,
                               5.4637849111641143699,     6.6579046435011037772};
    static const double h[] = {2.04426310338993978564e-15, 1.4215117583164458887e-7,
                               1.8463183175100546818e-5,   7.868691311456132591e-4,
                               .0148753612908506148525,    .13692988092273580531,
                               .59983220655588793769,      1.0};
    Value s = subF(f64(.180625), mulF(q, q));
    centre = mulF(q, divF(polynomial(s, List(a)), polynomial(s, List(d))));
    Value t = subF(r, f64(1.6));
    near = divF(polynomial(t, List(e)), polynomial(t, List(f)));
    Value u = subF(r, split);
    far = divF(polynomial(u, List(g)), polynomial(u, List(h)));
  } else {
    static const double a[] = {59.109374720, 159.29113202, 50.434271938, 3.3871327179};
    static const double d[] = {67.187563600, 78.757757664, 17.895169469, 1.0};
    static const double e[] = {.17023821103, 1.3067284816, 2.7568153900, 1.4234372777};
    static const double f[] = {.12021132975, .73700164250, 1.0};
    static const double g[] = {.017337203997, .42868294337, 3.0812263860, 6.6579051150};
    static const double h[] = {.012258202635, .24197894225, 1.0};
    Value s = subF(f64(.180625), mulF(q, q));
    centre = mulF(q, divF(polynomial(s, List(a)), polynomial(s, List(d))));
    Value t = subF(r, f64(1.6));
    near = divF(polynomial(t, List(e)), polynomial(t, List(f)));
    Value u = subF(r, split);
    far = divF(polynomial(u, List(g)), polynomial(u, List(h)));
  }
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
  Value z = bits.inverseNormal(p, type.isF64());
  return type.isF64() ? z : arith::TruncFOp::create(b, stage.loc, type, z);
}

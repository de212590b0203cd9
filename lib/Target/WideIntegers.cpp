//===- WideIntegers.cpp - 64-bit integers on 32-bit processors ------------===//
//
// Division, and conversion from and to floats. Vectors are taken apart first:
// no 32-bit processor has these operations on them.
//
//===----------------------------------------------------------------------===//
#include "nnc/Target/WideIntegers.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Transforms/Utils/IntegerDivision.h"

using namespace llvm;
using namespace nnc;

bool nnc::needsWideIntegers(const Triple &triple) {
  return triple.isArch32Bit() && !triple.isWasm();
}

/// Whether the operation takes or gives 64-bit integers in a way that is to be
/// written out.
static bool isWide(const Instruction &op) {
  auto isLong = [](Type *type) {
    return type->getScalarType()->isIntegerTy(64);
  };
  switch (op.getOpcode()) {
  case Instruction::UDiv:
  case Instruction::SDiv:
  case Instruction::URem:
  case Instruction::SRem:
  case Instruction::FPToSI:
  case Instruction::FPToUI:
    return isLong(op.getType());
  case Instruction::SIToFP:
  case Instruction::UIToFP:
    return isLong(op.getOperand(0)->getType());
  default:
    return false;
  }
}

/// Replaces an operation on vectors by one for each lane; adds these to
/// `lanes`.
static void splitLanes(Instruction *op, SmallVectorImpl<Instruction *> &lanes) {
  auto *type = cast<FixedVectorType>(op->getType());
  IRBuilder<> builder(op);
  Value *result = PoisonValue::get(type);
  for (unsigned lane = 0; lane != type->getNumElements(); ++lane) {
    Instruction *one = op->clone();
    for (Use &operand : one->operands())
      operand.set(builder.CreateExtractElement(operand, lane));
    one->mutateType(type->getElementType());
    builder.Insert(one);
    lanes.push_back(one);
    result = builder.CreateInsertElement(result, one, lane);
  }
  op->replaceAllUsesWith(result);
  op->eraseFromParent();
}

/// An unsigned integer to a float, rounded once. A double is exact in each half
/// of 32 bits, and the sum rounds. A float takes the leading 31 bits, of which
/// the last one says whether any below it was set, and rounds these.
static Value *toFloat(IRBuilder<> &builder, Value *value, Type *type) {
  Type *i32 = builder.getInt32Ty();
  auto low = [&](Value *wide) { return builder.CreateTrunc(wide, i32); };
  if (type->isDoubleTy()) {
    Value *high =
        builder.CreateUIToFP(low(builder.CreateLShr(value, 32)), type);
    return builder.CreateFAdd(
        builder.CreateFMul(high, ConstantFP::get(type, 4294967296.0)),
        builder.CreateUIToFP(low(value), type));
  }
  assert(type->isFloatTy() && "no other floats are in a model");
  Value *zeros =
      builder.CreateBinaryIntrinsic(Intrinsic::ctlz, value, builder.getFalse());
  Value *below = builder.CreateBinaryIntrinsic(Intrinsic::usub_sat,
                                               builder.getInt64(33), zeros);
  Value *kept = builder.CreateLShr(value, below);
  Value *lost = builder.CreateICmpNE(builder.CreateShl(kept, below), value);
  Value *leading = builder.CreateOr(low(kept), builder.CreateZExt(lost, i32));
  // 2 to the number of bits below.
  Value *scale = builder.CreateShl(
      builder.CreateAdd(low(below), builder.getInt32(127)), 23);
  return builder.CreateFMul(builder.CreateUIToFP(leading, type),
                            builder.CreateBitCast(scale, type));
}

/// A float that is not negative to an unsigned integer, towards zero: each half
/// of 32 bits is exact.
static Value *toInteger(IRBuilder<> &builder, Value *value) {
  Type *type = value->getType(), *i32 = builder.getInt32Ty();
  Value *high = builder.CreateFPToUI(
      builder.CreateFMul(value, ConstantFP::get(type, 0x1p-32)), i32);
  Value *rest = builder.CreateFSub(
      value, builder.CreateFMul(builder.CreateUIToFP(high, type),
                                ConstantFP::get(type, 4294967296.0)));
  Value *low = builder.CreateFPToUI(rest, i32);
  return builder.CreateOr(
      builder.CreateShl(builder.CreateZExt(high, builder.getInt64Ty()), 32),
      builder.CreateZExt(low, builder.getInt64Ty()));
}

static void expandConversion(Instruction *op) {
  IRBuilder<> builder(op);
  Value *value = op->getOperand(0), *result;
  switch (op->getOpcode()) {
  case Instruction::UIToFP:
    result = toFloat(builder, value, op->getType());
    break;
  case Instruction::SIToFP: {
    Value *isNegative = builder.CreateICmpSLT(value, builder.getInt64(0));
    Value *size =
        builder.CreateSelect(isNegative, builder.CreateNeg(value), value);
    Value *positive = toFloat(builder, size, op->getType());
    result = builder.CreateSelect(isNegative, builder.CreateFNeg(positive),
                                  positive);
    break;
  }
  case Instruction::FPToUI:
    result = toInteger(builder, value);
    break;
  default: {
    Value *isNegative =
        builder.CreateFCmpOLT(value, ConstantFP::get(value->getType(), 0));
    Value *size =
        builder.CreateSelect(isNegative, builder.CreateFNeg(value), value);
    Value *positive = toInteger(builder, size);
    result =
        builder.CreateSelect(isNegative, builder.CreateNeg(positive), positive);
  }
  }
  op->replaceAllUsesWith(result);
  op->eraseFromParent();
}

void nnc::expandWideIntegers(Module &module) {
  SmallVector<Instruction *> wide, scalars;
  for (Function &function : module)
    for (Instruction &op : instructions(function))
      if (isWide(op))
        wide.push_back(&op);
  for (Instruction *op : wide)
    if (op->getType()->isVectorTy())
      splitLanes(op, scalars);
    else
      scalars.push_back(op);
  for (Instruction *op : scalars)
    switch (op->getOpcode()) {
    case Instruction::UDiv:
    case Instruction::SDiv:
      expandDivision(cast<BinaryOperator>(op));
      break;
    case Instruction::URem:
    case Instruction::SRem:
      expandRemainder(cast<BinaryOperator>(op));
      break;
    default:
      expandConversion(op);
    }
}

//===- ElementwiseFolds.cpp - what elementwise ops equal ------------------===//
//
// An op that returns a null fold result stays as it is.
//
//===----------------------------------------------------------------------===//
#include "nnc/Dialect/NN/IR/NN.h"

using namespace mlir;
using namespace nnc::nn;

#define NNC_KEEP(OP) \
  OpFoldResult OP::fold(FoldAdaptor) { return {}; }
NNC_KEEP(AbsOp)
NNC_KEEP(AddOp)
NNC_KEEP(AndOp)
NNC_KEEP(CeilOp)
NNC_KEEP(CompareOp)
NNC_KEEP(ConvertOp)
NNC_KEEP(CosOp)
NNC_KEEP(DivOp)
NNC_KEEP(ErfOp)
NNC_KEEP(ExpOp)
NNC_KEEP(Expm1Op)
NNC_KEEP(FloorDivOp)
NNC_KEEP(FloorOp)
NNC_KEEP(Log1pOp)
NNC_KEEP(LogOp)
NNC_KEEP(LogisticOp)
NNC_KEEP(MaxOp)
NNC_KEEP(MinOp)
NNC_KEEP(ModOp)
NNC_KEEP(MulOp)
NNC_KEEP(NegOp)
NNC_KEEP(NotOp)
NNC_KEEP(OrOp)
NNC_KEEP(PowOp)
NNC_KEEP(RoundOp)
NNC_KEEP(RsqrtOp)
NNC_KEEP(SelectOp)
NNC_KEEP(SignOp)
NNC_KEEP(SinOp)
NNC_KEEP(SqrtOp)
NNC_KEEP(SubOp)
NNC_KEEP(TanhOp)

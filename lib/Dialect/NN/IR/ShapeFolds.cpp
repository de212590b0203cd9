//===- ShapeFolds.cpp - what shape ops equal ------------------------------===//
//
// An op that returns a null fold result stays as it is.
//
//===----------------------------------------------------------------------===//
#include "nnc/Dialect/NN/IR/NN.h"

using namespace mlir;
using namespace nnc::nn;

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }
#define NNC_KEEP(OP) \
  OpFoldResult OP::fold(FoldAdaptor) { return {}; }
NNC_KEEP(BroadcastOp)
NNC_KEEP(ConcatOp)
NNC_KEEP(PadOp)
NNC_KEEP(ReshapeOp)
NNC_KEEP(ReverseOp)
NNC_KEEP(SliceOp)
NNC_KEEP(TransposeOp)

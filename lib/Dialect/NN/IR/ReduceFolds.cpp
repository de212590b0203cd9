//===- ReduceFolds.cpp - what reductions equal ----------------------------===//
//
// A reduction over no axes is its operand.
//
//===----------------------------------------------------------------------===//
#include "nnc/Dialect/NN/IR/NN.h"

using namespace mlir;
using namespace nnc::nn;

/// Covers rank 0 too, which has no axes to reduce.
template <typename ReduceOp>
static OpFoldResult foldNoAxes(ReduceOp op) {
  if (op.getAxes().empty())
    return op.getOperand();
  return {};
}

OpFoldResult ReduceAllOp::fold(FoldAdaptor) { return foldNoAxes(*this); }
OpFoldResult ReduceAnyOp::fold(FoldAdaptor) { return foldNoAxes(*this); }
OpFoldResult ReduceMaxOp::fold(FoldAdaptor) { return foldNoAxes(*this); }
OpFoldResult ReduceMinOp::fold(FoldAdaptor) { return foldNoAxes(*this); }
OpFoldResult ReduceSumOp::fold(FoldAdaptor) { return foldNoAxes(*this); }

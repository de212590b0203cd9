//===- ReduceFolds.cpp - what reductions equal ----------------------------===//
//
// A reduction over no axes is its operand; over axes of size 1, a reshape.
//
//===----------------------------------------------------------------------===//
#include "OpChecks.h"

using namespace mlir;
using namespace nnc::nn;

/// Covers rank 0 too, which has no axes to reduce.
template <typename ReduceOp>
static OpFoldResult foldNoAxes(ReduceOp op) {
  if (op.getAxes().empty())
    return op.getOperand();
  return {};
}

template <typename ReduceOp>
static LogicalResult reshapeUnitAxes(ReduceOp op, PatternRewriter &rewriter) {
  RankedTensorType operand = tensorType(op.getOperand());
  if (!llvm::all_of(op.getAxes(), [&](int64_t axis) {
        return operand.getDimSize(axis) == 1;
      }))
    return rewriter.notifyMatchFailure(op, "reduces more than one element");
  rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getOperand());
  return success();
}

LogicalResult ReduceAllOp::canonicalize(ReduceAllOp op,
                                        PatternRewriter &rewriter) {
  return reshapeUnitAxes(op, rewriter);
}
LogicalResult ReduceAnyOp::canonicalize(ReduceAnyOp op,
                                        PatternRewriter &rewriter) {
  return reshapeUnitAxes(op, rewriter);
}
LogicalResult ReduceMaxOp::canonicalize(ReduceMaxOp op,
                                        PatternRewriter &rewriter) {
  return reshapeUnitAxes(op, rewriter);
}
LogicalResult ReduceMinOp::canonicalize(ReduceMinOp op,
                                        PatternRewriter &rewriter) {
  return reshapeUnitAxes(op, rewriter);
}
LogicalResult ReduceSumOp::canonicalize(ReduceSumOp op,
                                        PatternRewriter &rewriter) {
  return reshapeUnitAxes(op, rewriter);
}

OpFoldResult ReduceAllOp::fold(FoldAdaptor) { return foldNoAxes(*this); }
OpFoldResult ReduceAnyOp::fold(FoldAdaptor) { return foldNoAxes(*this); }
OpFoldResult ReduceMaxOp::fold(FoldAdaptor) { return foldNoAxes(*this); }
OpFoldResult ReduceMinOp::fold(FoldAdaptor) { return foldNoAxes(*this); }
OpFoldResult ReduceSumOp::fold(FoldAdaptor) { return foldNoAxes(*this); }

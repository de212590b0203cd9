//===- MathToPolynomial.cpp - functions without a library -----------------===//
//
// exp, log, sin, cos, tanh and powers by Functions.h; erf and its like in single
// precision by upstream's approximations. What neither covers, double
// precision above all, is left to libm.
//
//===----------------------------------------------------------------------===//
#include "Functions.h"
#include "nnc/Conversion/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace nnc {
#define GEN_PASS_DEF_CONVERTMATHTOPOLYNOMIAL
#include "nnc/Conversion/Passes.h.inc"
} // namespace nnc

using namespace mlir;
using namespace nnc;

/// Replaces an op of a type that the function covers; without a double form,
/// only f32.
template <typename Op, typename Build>
static void addFunction(RewritePatternSet &patterns, bool hasDouble, Build build) {
  struct Pattern : OpRewritePattern<Op> {
    Pattern(MLIRContext *context, bool hasDouble, Build build)
        : OpRewritePattern<Op>(context, /*benefit=*/2), hasDouble(hasDouble), build(build) {}
    LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
      Type element = getElementTypeOrSelf(op.getType());
      if (!element.isF32() && !(hasDouble && element.isF64()))
        return rewriter.notifyMatchFailure(op, "left to the library in this precision");
      rewriter.replaceOp(op, build(rewriter, op.getLoc(), op->getOperands()));
      return success();
    }
    bool hasDouble;
    Build build;
  };
  patterns.add<Pattern>(patterns.getContext(), hasDouble, build);
}

static void addFunctions(RewritePatternSet &patterns) {
  addFunction<math::ExpOp>(patterns, true, [](OpBuilder &b, Location loc, ValueRange v) {
    return buildExp(b, loc, v[0]);
  });
  addFunction<math::LogOp>(patterns, true, [](OpBuilder &b, Location loc, ValueRange v) {
    return buildLog(b, loc, v[0]);
  });
  addFunction<math::SinOp>(patterns, false, [](OpBuilder &b, Location loc, ValueRange v) {
    return buildSinCos(b, loc, v[0], /*isCos=*/false);
  });
  addFunction<math::CosOp>(patterns, false, [](OpBuilder &b, Location loc, ValueRange v) {
    return buildSinCos(b, loc, v[0], /*isCos=*/true);
  });
  addFunction<math::TanhOp>(patterns, false, [](OpBuilder &b, Location loc, ValueRange v) {
    return buildTanh(b, loc, v[0]);
  });
  addFunction<math::PowFOp>(patterns, false, [](OpBuilder &b, Location loc, ValueRange v) {
    return buildPow(b, loc, v[0], v[1]);
  });
  // One instruction where the target has it and contraction is allowed, never
  // a call.
  addFunction<math::FmaOp>(patterns, true, [](OpBuilder &b, Location loc, ValueRange v) -> Value {
    Value product = arith::MulFOp::create(b, loc, v[0], v[1]);
    return arith::AddFOp::create(b, loc, product, v[2]);
  });
}

namespace {
struct ConvertMathToPolynomial
    : public nnc::impl::ConvertMathToPolynomialBase<ConvertMathToPolynomial> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    MathPolynomialApproximationOptions options;
    populateMathPolynomialApproximationPatterns(patterns, options);
    addFunctions(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

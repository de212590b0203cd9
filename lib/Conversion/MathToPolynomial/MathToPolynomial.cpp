//===- MathToPolynomial.cpp - f32 functions without a library -------------===//
//
// exp, log, tanh and their like in single precision become polynomials on
// vectors, by upstream's approximations (1 to 5 ULP). What they do not cover,
// double precision above all, is left to libm.
//
//===----------------------------------------------------------------------===//
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

namespace {
struct ConvertMathToPolynomial
    : public nnc::impl::ConvertMathToPolynomialBase<ConvertMathToPolynomial> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    MathPolynomialApproximationOptions options;
    populateMathPolynomialApproximationPatterns(patterns, options);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

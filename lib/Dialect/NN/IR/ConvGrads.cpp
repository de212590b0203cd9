//===- ConvGrads.cpp - slopes of convolutions -----------------------------===//
//
// Convolution and its two gradients are one form in input, weight and output,
// linear in each: the gradient of any of the three ops is another of them.
//
//===----------------------------------------------------------------------===//
#include "GradRules.h"

using namespace mlir;
using namespace nnc::nn;

/// Another op of the trio with the same geometry.
template <typename To, typename From>
static Value relate(NNBuilder &b, From op, Type type, Value first,
                    Value second) {
  return b.make<To>(type, first, second, op.getStrides(), op.getLow(),
                    op.getHigh(), op.getDilations(), op.getGroups());
}

SmallVector<Value> ConvOp::buildVJP(OpBuilder &builder, ValueRange resultGrads,
                                    ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [&](NNBuilder &b, Value g) {
        return relate<ConvInputGradOp>(b, *this, getInput().getType(), g,
                                       getWeight());
      },
      [&](NNBuilder &b, Value g) {
        return relate<ConvWeightGradOp>(b, *this, getWeight().getType(),
                                        getInput(), g);
      });
}

SmallVector<Value> ConvInputGradOp::buildVJP(OpBuilder &builder,
                                             ValueRange resultGrads,
                                             ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [&](NNBuilder &b, Value g) {
        return relate<ConvOp>(b, *this, getOutputGrad().getType(), g,
                              getWeight());
      },
      [&](NNBuilder &b, Value g) {
        return relate<ConvWeightGradOp>(b, *this, getWeight().getType(), g,
                                        getOutputGrad());
      });
}

SmallVector<Value> ConvWeightGradOp::buildVJP(OpBuilder &builder,
                                              ValueRange resultGrads,
                                              ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [&](NNBuilder &b, Value g) {
        return relate<ConvInputGradOp>(b, *this, getInput().getType(),
                                       getOutputGrad(), g);
      },
      [&](NNBuilder &b, Value g) {
        return relate<ConvOp>(b, *this, getOutputGrad().getType(), getInput(),
                              g);
      });
}

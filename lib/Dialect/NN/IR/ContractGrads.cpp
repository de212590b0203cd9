//===- ContractGrads.cpp - slopes of contractions -------------------------===//
//
// A contraction is linear in each operand: its gradient is the contraction of
// the result's gradient with the other operand, the letters moved.
//
//===----------------------------------------------------------------------===//
#include "GradRules.h"

using namespace mlir;
using namespace nnc::nn;

/// The same for a result's gradient whose elements all are `factor`: sums of
/// the other operand, repeated.
static Value repeatSum(NNBuilder &b, double factor, Value other,
                       StringRef others, RankedTensorType type, StringRef own) {
  SmallVector<int64_t> summed, axes;
  std::string left;
  for (auto [axis, letter] : llvm::enumerate(others)) {
    if (own.contains(letter))
      left += letter;
    else
      summed.push_back(axis);
  }
  SmallVector<int64_t> permutation;
  for (auto [axis, letter] : llvm::enumerate(own)) {
    size_t from = left.find(letter);
    if (from == std::string::npos)
      continue;
    permutation.push_back(from);
    axes.push_back(axis);
  }
  Value sum = b.transpose(b.reduceSum(other, summed), permutation);
  return b.broadcast(b.scale(sum, factor), axes, type);
}

Value nnc::nn::contractGrad(NNBuilder &b, Value grad, StringRef outer,
                            Value other, StringRef others,
                            RankedTensorType type, StringRef own) {
  if (std::optional<double> factor = getSplat(grad))
    return repeatSum(b, *factor, other, others, type, own);
  std::string letters;
  SmallVector<int64_t> axes;
  for (auto [axis, letter] : llvm::enumerate(own)) {
    if (!outer.contains(letter) && !others.contains(letter))
      continue;
    letters += letter;
    axes.push_back(axis);
  }
  // The operand that brings the first letter comes first, as in rows times
  // columns.
  if (!letters.empty() && !outer.contains(letters.front())) {
    std::swap(grad, other);
    std::swap(outer, others);
  }
  std::string spec = (outer + "," + others + "->" + letters).str();
  return b.broadcast(b.make<ContractOp>(spec, grad, other), axes, type);
}

SmallVector<Value> ContractOp::buildVJP(OpBuilder &builder,
                                        ValueRange resultGrads,
                                        ArrayRef<bool> needed) {
  return applyGradRules(
      *this, builder, resultGrads, needed,
      [&](NNBuilder &b, Value g) {
        return contractGrad(b, g, getResultLetters(), getRhs(), getRhsLetters(),
                            tensorTypeOf(getLhs()), getLhsLetters());
      },
      [&](NNBuilder &b, Value g) {
        return contractGrad(b, g, getResultLetters(), getLhs(), getLhsLetters(),
                            tensorTypeOf(getRhs()), getRhsLetters());
      });
}

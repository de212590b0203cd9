//===- ContractRules.cpp - sums of products -------------------------------===//
//
// One loop per letter: those of the result outside, those that are summed
// inside.
//
//===----------------------------------------------------------------------===//
#include "Rules.h"
#include "Walk.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

namespace {
/// Loops over letters, with the step that each takes in lhs, rhs and result.
struct Loops {
  Sizes sizes;
  std::array<Sizes, 3> strides;
};
} // namespace

/// The step of `letter` in a tensor whose axes have `letters`: 0 if none has it.
static int64_t stepOf(char letter, StringRef letters, ArrayRef<int64_t> shape) {
  size_t axis = letters.find(letter);
  return axis == StringRef::npos ? 0 : stridesOf(shape)[axis];
}

static void contract(ContractOp op, Operands in, Results out) {
  StringRef lhs = op.getLhsLetters(), rhs = op.getRhsLetters(), result = op.getResultLetters();
  Loops outer, inner;
  auto addLoop = [&](char letter) {
    size_t axis = lhs.find(letter);
    bool inLhs = axis != StringRef::npos;
    Loops &loops = result.contains(letter) ? outer : inner;
    loops.sizes.push_back(inLhs ? in[0]->shape()[axis] : in[1]->shape()[rhs.find(letter)]);
    loops.strides[0].push_back(stepOf(letter, lhs, in[0]->shape()));
    loops.strides[1].push_back(stepOf(letter, rhs, in[1]->shape()));
    loops.strides[2].push_back(stepOf(letter, result, out[0].shape()));
  };
  for (char letter : result)
    addLoop(letter);
  for (char letter : lhs)
    if (!result.contains(letter))
      addLoop(letter);
  for (char letter : rhs)
    if (!result.contains(letter) && !lhs.contains(letter))
      addLoop(letter);

  // The innermost loop is written out: it is where the time goes.
  int64_t count = 1, lhsStep = 0, rhsStep = 0;
  if (!inner.sizes.empty()) {
    count = inner.sizes.pop_back_val();
    lhsStep = inner.strides[0].pop_back_val();
    rhsStep = inner.strides[1].pop_back_val();
    inner.strides[2].pop_back();
  }
  auto run = [&](auto *x, auto *y, auto *z) {
    walk<3>(outer.sizes, outer.strides, {0, 0, 0}, [&](const std::array<int64_t, 3> &place) {
      auto sum = std::decay_t<decltype(*z)>(0);
      walk<3>(inner.sizes, inner.strides, place, [&](const std::array<int64_t, 3> &at) {
        auto *a = x + at[0];
        auto *b = y + at[1];
        for (int64_t i = 0; i < count; ++i, a += lhsStep, b += rhsStep)
          sum += *a * *b;
      });
      z[place[2]] = sum;
    });
  };
  if (in[0]->isFloat()) {
    run(in[0]->floats.data(), in[1]->floats.data(), out[0].floats.data());
    return;
  }
  // Modulo 2^64, which is right modulo every smaller width.
  run(reinterpret_cast<const uint64_t *>(in[0]->ints.data()),
      reinterpret_cast<const uint64_t *>(in[1]->ints.data()),
      reinterpret_cast<uint64_t *>(out[0].ints.data()));
  for (int64_t &value : out[0].ints)
    value = wrapInteger(value, out[0].type.getElementType());
}

void nnc::addContractRules(RuleTable &table) { table.add<ContractOp>(contract); }

//===- RandomRules.cpp - numbers from a counter ---------------------------===//
//
// The very bits of emitted code: the numbers depend on the state, the stream
// and the element's place, and on nothing else.
//
//===----------------------------------------------------------------------===//
#include "Rules.h"
#include "nnc/Support/InverseNormal.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

/// Calls back with the words of each element of the result.
template <typename RandomOp, typename Fn>
static void draw(RandomOp op, Operands in, Results out, Fn &&fn) {
  auto seed = static_cast<uint64_t>(in[0]->ints[0]), counter = static_cast<uint64_t>(in[0]->ints[1]);
  auto stream = static_cast<uint32_t>(op.getStream());
  for (int64_t i = 0; i < out[0].size(); ++i)
    fn(i, drawWords(seed, counter, stream, static_cast<uint32_t>(i)));
}

static void randomBits(RandomBitsOp op, Operands in, Results out) {
  draw(op, in, out,
       [&](int64_t i, Words words) { out[0].ints[i] = static_cast<int32_t>(words.first); });
}

static void randomUniform(RandomUniformOp op, Operands in, Results out) {
  bool isShort = out[0].type.getElementType().isF32();
  draw(op, in, out, [&](int64_t i, Words words) {
    out[0].floats[i] = isShort ? toUniformF32(words) : toUniformF64(words);
  });
}

static void randomNormal(RandomNormalOp op, Operands in, Results out) {
  bool isShort = out[0].type.getElementType().isF32();
  draw(op, in, out, [&](int64_t i, Words words) {
    out[0].floats[i] = isShort ? toNormalF32(words) : toNormalF64(words);
  });
}

void nnc::addRandomRules(RuleTable &table) {
  table.add<RandomBitsOp>(randomBits);
  table.add<RandomUniformOp>(randomUniform);
  table.add<RandomNormalOp>(randomNormal);
}

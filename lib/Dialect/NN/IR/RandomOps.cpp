//===- RandomOps.cpp - legal random ops -----------------------------------===//
//
// The stream is folded into 32 bits of the key and the element's index is 32
// bits of the counter: what does not fit would repeat numbers.
//
//===----------------------------------------------------------------------===//
#include "OpChecks.h"

using namespace mlir;
using namespace nnc::nn;

template <typename RandomOp>
static LogicalResult verifyRandom(RandomOp op) {
  constexpr int64_t words = int64_t(1) << 32;
  int64_t stream = op.getStream();
  if (stream < 0 || stream >= words)
    return op.emitOpError() << "stream is " << stream
                            << " but must be between 0 and " << words - 1;
  int64_t elements = tensorType(op.getResult()).getNumElements();
  if (elements > words)
    return op.emitOpError()
           << "draws " << elements << " elements but a stream has " << words;
  return success();
}

LogicalResult RandomBitsOp::verify() { return verifyRandom(*this); }
LogicalResult RandomNormalOp::verify() { return verifyRandom(*this); }
LogicalResult RandomUniformOp::verify() { return verifyRandom(*this); }

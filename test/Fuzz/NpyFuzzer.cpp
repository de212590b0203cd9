//===- NpyFuzzer.cpp - any bytes are an array or a message ---------------===//
//
// What is read is written and read again as the same.
//
//===----------------------------------------------------------------------===//
#include "Reader.h"
#include "nnc/Runtime/Data/Npy.h"

using namespace nnc::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return fuzz(data, size, [](Bytes content) {
    Array array = parseNpy(content, "fuzz.npy");
    check(array);
    require(same(parseNpy(formatNpy(array), "again.npy"), array));
  });
}

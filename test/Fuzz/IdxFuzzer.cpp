//===- IdxFuzzer.cpp - any bytes are an IDX array or a message -----------===//
//
// As the files of MNIST are, it may be compressed.
//
//===----------------------------------------------------------------------===//
#include "Reader.h"
#include "nnc/Runtime/Data/Gzip.h"
#include "nnc/Runtime/Data/Idx.h"

using namespace nnc::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return fuzz(data, size, [&](Bytes content) {
    std::vector<std::byte> bytes(content.begin(), content.end());
    if (size > 2 && data[0] == 0x1f && data[1] == 0x8b)
      bytes = gunzip(content, "fuzz.idx.gz");
    check(parseIdx(bytes, "fuzz.idx"));
  });
}

//===- SafetensorsFuzzer.cpp - any bytes are tensors or a message --------===//
//
// What is read is written and read again as the same.
//
//===----------------------------------------------------------------------===//
#include "Reader.h"
#include "nnc/Runtime/Weights/Safetensors.h"

using namespace nnc::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return fuzz(data, size, [](Bytes content) {
    Safetensors file = parseSafetensors(content, "fuzz.safetensors");
    Safetensors again = parseSafetensors(formatSafetensors(file), "again.safetensors");
    require(again.metadata == file.metadata && again.tensors.size() == file.tensors.size());
    for (const NamedArray &tensor : file.tensors) {
      check(tensor.array);
      const Array *found = again.find(tensor.name);
      require(found && same(*found, tensor.array));
    }
  });
}

//===- NpzFuzzer.cpp - any bytes are an archive or a message -------------===//
//
// Each array stands by itself: one may be broken and the next be read.
//
//===----------------------------------------------------------------------===//
#include "Reader.h"
#include "nnc/Runtime/Data/Npz.h"

using namespace nnc::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::vector<std::pair<std::string, Array>> arrays;
  int status = fuzz(data, size, [&](Bytes content) {
    NpzArchive archive({content.begin(), content.end()}, "fuzz.npz");
    for (const std::string &name : archive.names()) {
      require(archive.has(name));
      fuzz(data, size, [&](Bytes) {
        arrays.emplace_back(name, archive.read(name));
        check(arrays.back().second);
      });
    }
  });
  NpzArchive again(formatNpz(arrays), "again.npz");
  require(again.names().size() == arrays.size());
  for (const auto &[name, array] : arrays)
    require(same(again.read(name), array));
  return status;
}

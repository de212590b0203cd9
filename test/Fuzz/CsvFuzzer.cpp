//===- CsvFuzzer.cpp - any text is a table or a message ------------------===//
//
// Reads each column as every type; compressed text is unpacked.
//
//===----------------------------------------------------------------------===//
#include "Reader.h"
#include "nnc/Runtime/Data/Csv.h"
#include "nnc/Runtime/Data/Gzip.h"

using namespace nnc::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  return fuzz(data, size, [&](Bytes content) {
    std::vector<std::byte> text(content.begin(), content.end());
    if (size > 2 && data[0] == 0x1f && data[1] == 0x8b)
      text = gunzip(content, "fuzz.csv.gz");
    CsvTable table(std::move(text), "fuzz.csv");
    require(!table.header().empty() && table.rows() >= 0);
    for (size_t column = 0; column < std::min<size_t>(table.header().size(), 8); ++column)
      for (ElementType type : {ElementType::F32, ElementType::F64, ElementType::I32, ElementType::I64,
                               ElementType::U8, ElementType::Bool})
        fuzz(data, size, [&](Bytes) { check(table.read({column}, type)); });
  });
}

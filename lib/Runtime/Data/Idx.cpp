//===- Idx.cpp - The files of MNIST ---------------------------------------===//
//
// Reads IDX: a type, a shape, and big-endian values.
//
// The header says the size exactly, so that a file that is cut short or holds
// more is refused rather than read as far as it goes.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Data/Idx.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <bit>

namespace nnc::runtime {

static constexpr std::pair<uint8_t, ElementType> typeTable[] = {
    {0x08, ElementType::U8},  {0x09, ElementType::I8},
    {0x0b, ElementType::I16}, {0x0c, ElementType::I32},
    {0x0d, ElementType::F32}, {0x0e, ElementType::F64}};

static std::optional<ElementType> typeOfCode(std::byte code) {
  for (auto [known, type] : typeTable)
    if (static_cast<uint8_t>(code) == known)
      return type;
  return std::nullopt;
}

bool looksLikeIdx(Bytes content) {
  return content.size() >= 4 && content[0] == std::byte(0) &&
         content[1] == std::byte(0) && typeOfCode(content[2]) &&
         content[3] <= std::byte(NNC_MAX_RANK);
}

Array parseIdx(Bytes content, const std::string &where) {
  if (!looksLikeIdx(content))
    failIn(where, "is no IDX file or is cut short");
  ElementType type = *typeOfCode(content[2]);
  size_t rank = static_cast<size_t>(content[3]), header = 4 + 4 * rank;
  if (content.size() < header)
    failIn(where,
           "is cut short: the header of an IDX file of {} axes has {} "
           "bytes, and the file has {}",
           rank, header, content.size());
  Shape shape;
  for (size_t axis = 0; axis < rank; ++axis) {
    uint32_t extent = 0;
    for (size_t i = 0; i < 4; ++i)
      extent = extent << 8 | static_cast<uint32_t>(content[4 + 4 * axis + i]);
    shape.push_back(extent);
  }
  Bytes values = content.subspan(header);
  std::optional<int64_t> count = checkedCount(shape, sizeOf(type));
  if (!count || static_cast<size_t>(*count) != values.size() / sizeOf(type) ||
      values.size() % sizeOf(type))
    failIn(where, "{}: the header says {}{}, and {} bytes of values follow",
           !count || static_cast<size_t>(*count) > values.size() / sizeOf(type)
               ? "is cut short"
               : "is longer than it should be",
           longNameOf(type), toString(shape), values.size());
  Array array(type, shape);
  std::copy(values.begin(), values.end(), array.bytes.begin());
  if (std::endian::native == std::endian::little)
    for (size_t at = 0; at < array.bytes.size(); at += sizeOf(type))
      std::reverse(array.bytes.begin() + at,
                   array.bytes.begin() + at + sizeOf(type));
  return array;
}

} // namespace nnc::runtime

//===- Safetensors.cpp - Named tensors in a file --------------------------===//
//
// Reads and writes the safetensors format: the length of a JSON header, the
// header, then the tensors' bytes without gaps.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Weights/Safetensors.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>
#include <set>

namespace nnc::runtime {

using Json = nlohmann::ordered_json;

/// The format's own limit on its header.
static constexpr uint64_t maxHeader = 100'000'000;

static constexpr std::pair<const char *, ElementType> typeTable[] = {
    {"F32", ElementType::F32}, {"F64", ElementType::F64},
    {"I8", ElementType::I8},   {"U8", ElementType::U8},
    {"I16", ElementType::I16}, {"I32", ElementType::I32},
    {"I64", ElementType::I64}, {"BOOL", ElementType::Bool},
    {"U16", ElementType::U16}, {"U32", ElementType::U32},
    {"U64", ElementType::U64}};

const Array *Safetensors::find(const std::string &name) const {
  for (const NamedArray &tensor : tensors)
    if (tensor.name == name)
      return &tensor.array;
  return nullptr;
}

namespace {
/// One tensor of the header.
struct Entry {
  std::string name, dtype;
  Shape shape;
  uint64_t begin, end;
};
} // namespace

/// A non-negative integer of 63 bits; throws if the value is none.
static int64_t integerOf(const Json &value, const std::string &where,
                         const std::string &name) {
  if (!value.is_number_unsigned() ||
      value.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX))
    failIn(where, "corrupt safetensors header: tensor '{}'", name);
  return static_cast<int64_t>(value.get<uint64_t>());
}

static Entry entryOf(const std::string &name, const Json &value,
                     const std::string &where) {
  auto dtype = value.find("dtype"), shape = value.find("shape"),
       offsets = value.find("data_offsets");
  if (!value.is_object() || dtype == value.end() || !dtype->is_string() ||
      shape == value.end() || !shape->is_array() || offsets == value.end() ||
      !offsets->is_array() || offsets->size() != 2)
    failIn(where, "corrupt safetensors header: tensor '{}'", name);
  Entry entry{name, dtype->get<std::string>(), {}, 0, 0};
  for (const Json &extent : *shape)
    entry.shape.push_back(integerOf(extent, where, name));
  entry.begin = integerOf((*offsets)[0], where, name);
  entry.end = integerOf((*offsets)[1], where, name);
  return entry;
}

/// Parses the header, refusing a key that stands twice in one object.
static Json parseHeader(std::string_view text, const std::string &where) {
  std::vector<std::set<std::string>> keys;
  std::string twice;
  bool tooDeep = false;
  auto check = [&](int depth, Json::parse_event_t event, Json &value) {
    if (event == Json::parse_event_t::object_start)
      keys.emplace_back();
    else if (event == Json::parse_event_t::object_end && !keys.empty())
      keys.pop_back();
    else if (event == Json::parse_event_t::key && !keys.empty() &&
             !keys.back().insert(value.get<std::string>()).second)
      twice = value.get<std::string>();
    // A header is three deep; a pile of brackets takes no memory.
    tooDeep |= depth > 4;
    return depth <= 4;
  };
  Json header = Json::parse(text, check, /*allow_exceptions=*/false);
  if (!twice.empty())
    failIn(where, "corrupt safetensors header: '{}' stands twice", twice);
  if (tooDeep || !header.is_object())
    failIn(where, "corrupt safetensors header");
  return header;
}

static Array arrayOf(const Entry &entry, Bytes data, const std::string &where) {
  bool half = entry.dtype == "F16", brain = entry.dtype == "BF16";
  std::optional<ElementType> type;
  if (half || brain)
    type = ElementType::U16;
  for (auto [name, known] : typeTable)
    if (entry.dtype == name)
      type = known;
  if (!type)
    failIn(where, "tensor '{}': elements of type '{}' are not supported",
           entry.name, entry.dtype);
  std::optional<int64_t> count = checkedCount(entry.shape, sizeOf(*type));
  if (!count ||
      static_cast<uint64_t>(*count) * sizeOf(*type) != entry.end - entry.begin)
    failIn(where, "tensor '{}' is {}{} and has {} bytes", entry.name,
           entry.dtype, toString(entry.shape), entry.end - entry.begin);
  Array array(*type, entry.shape);
  if (!array.bytes.empty())
    std::memcpy(array.bytes.data(), data.data() + entry.begin,
                array.bytes.size());
  checkBools(array, where);
  if (!half && !brain)
    return array;
  Array widened(ElementType::F32, entry.shape);
  std::transform(array.data<uint16_t>(), array.data<uint16_t>() + *count,
                 widened.data<float>(), [&](uint16_t bits) {
                   return half ? halfToFloat(bits)
                               : std::bit_cast<float>(uint32_t(bits) << 16);
                 });
  return widened;
}

Safetensors parseSafetensors(Bytes content, const std::string &where) {
  if (content.size() < 8)
    failIn(where, "is no safetensors file or is cut short");
  uint64_t length = loadLittle<uint64_t>(content.data());
  if (length > content.size() - 8 || length > maxHeader)
    failIn(where, "is no safetensors file or is cut short");
  std::string_view text(reinterpret_cast<const char *>(content.data()) + 8,
                        length);
  Json header = parseHeader(text, where);
  Safetensors file;
  std::vector<Entry> entries;
  for (const auto &[name, value] : header.items()) {
    if (name != "__metadata__") {
      entries.push_back(entryOf(name, value, where));
      continue;
    }
    if (!value.is_object())
      failIn(where, "corrupt safetensors header: __metadata__");
    for (const auto &[key, text] : value.items()) {
      if (!text.is_string())
        failIn(where, "corrupt safetensors header: __metadata__");
      file.metadata[key] = text.get<std::string>();
    }
  }
  std::stable_sort(
      entries.begin(), entries.end(), [](const Entry &a, const Entry &b) {
        return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
      });
  Bytes data = content.subspan(8 + length);
  uint64_t covered = 0;
  for (const Entry &entry : entries) {
    if (entry.begin > entry.end || entry.end > data.size())
      failIn(where,
             "tensor '{}' lies at bytes {} to {}, and the file holds {}: is "
             "it cut short?",
             entry.name, entry.begin, entry.end, data.size());
    if (entry.begin != covered)
      failIn(where, "tensor '{}' {} the one before it", entry.name,
             entry.begin < covered ? "overlaps" : "leaves a gap after");
    covered = entry.end;
    file.tensors.push_back({entry.name, arrayOf(entry, data, where)});
  }
  if (covered != data.size())
    failIn(where, "{} bytes follow the last tensor", data.size() - covered);
  return file;
}

std::vector<std::byte> formatSafetensors(const Safetensors &file) {
  // Wide elements first, so that each tensor is aligned to its elements.
  std::vector<const NamedArray *> order;
  for (const NamedArray &tensor : file.tensors)
    order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(),
                   [](const NamedArray *a, const NamedArray *b) {
                     return sizeOf(a->array.type) > sizeOf(b->array.type);
                   });
  Json header = Json::object();
  if (!file.metadata.empty())
    header["__metadata__"] = file.metadata;
  uint64_t offset = 0;
  for (const NamedArray *tensor : order) {
    const char *dtype = nullptr;
    for (auto [name, type] : typeTable)
      if (tensor->array.type == type)
        dtype = name;
    uint64_t end = offset + tensor->array.bytes.size();
    header[tensor->name] = {{"dtype", dtype},
                            {"shape", tensor->array.shape},
                            {"data_offsets", {offset, end}}};
    offset = end;
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  std::vector<std::byte> content;
  content.reserve(8 + text.size() + offset);
  appendLittle<uint64_t>(content, text.size());
  append(content, text);
  for (const NamedArray *tensor : order)
    append(content, Bytes(tensor->array.bytes));
  return content;
}

} // namespace nnc::runtime

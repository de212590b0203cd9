//===- Npy.cpp - NumPy's .npy files ---------------------------------------===//
//
// Reads .npy versions 1 to 3 in either byte and axis order; writes version 1.
//
// The header is the text of a Python dictionary. Only the three keys that
// every .npy file has are understood; everything is checked against the
// number of bytes that are there before memory is taken for it.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Data/Npy.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <bit>
#include <cctype>
#include <cstring>

namespace nnc::runtime {

static_assert(std::endian::native == std::endian::little,
              "the data readers copy little-endian numbers");

static constexpr std::string_view npyMagic = "\x93NUMPY";

namespace {
/// What the header says.
struct NpyHeader {
  std::string descr;
  bool fortran = false;
  Shape shape;
};

/// A parser of the header's dictionary.
class HeaderParser {
public:
  HeaderParser(std::string_view text, const std::string &where)
      : text(text), where(where) {}

  NpyHeader parse() {
    NpyHeader header;
    bool seenDescr = false, seenOrder = false, seenShape = false;
    expect('{');
    while (!accept('}')) {
      std::string key = string();
      expect(':');
      if (key == "descr") {
        if (peek() == '[')
          failIn(where, "structured arrays are not supported");
        header.descr = string();
        seenDescr = true;
      } else if (key == "fortran_order") {
        header.fortran = boolean();
        seenOrder = true;
      } else if (key == "shape") {
        header.shape = tuple();
        seenShape = true;
      } else {
        failIn(where, "corrupt .npy header: unknown key '{}'", key);
      }
      if (!accept(',') && peek() != '}')
        corrupt();
    }
    if (peek() != '\0' || !seenDescr || !seenOrder || !seenShape)
      corrupt();
    return header;
  }

private:
  [[noreturn]] void corrupt() { failIn(where, "corrupt .npy header"); }

  char peek() {
    while (at < text.size() &&
           std::isspace(static_cast<unsigned char>(text[at])))
      ++at;
    return at < text.size() ? text[at] : '\0';
  }
  bool accept(char c) {
    if (peek() != c)
      return false;
    ++at;
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      corrupt();
  }
  std::string string() {
    char quote = peek();
    if (quote != '\'' && quote != '"')
      corrupt();
    size_t end = text.find(quote, ++at);
    if (end == std::string_view::npos)
      corrupt();
    std::string value(text.substr(at, end - at));
    at = end + 1;
    return value;
  }
  bool boolean() {
    peek();
    for (bool value : {true, false}) {
      std::string_view word = value ? "True" : "False";
      if (text.substr(at, word.size()) == word) {
        at += word.size();
        return value;
      }
    }
    corrupt();
  }
  Shape tuple() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      if (!std::isdigit(static_cast<unsigned char>(peek())))
        corrupt();
      int64_t extent = 0;
      while (at < text.size() &&
             std::isdigit(static_cast<unsigned char>(text[at])))
        if (__builtin_mul_overflow(extent, 10, &extent) ||
            __builtin_add_overflow(extent, text[at++] - '0', &extent))
          corrupt();
      accept('L');
      shape.push_back(extent);
      if (!accept(',') && peek() != ')')
        corrupt();
    }
    return shape;
  }

  std::string_view text;
  const std::string &where;
  size_t at = 0;
};
} // namespace

/// The element type that `descr` names without its byte order; null for half.
static std::optional<ElementType> elementType(std::string_view descr,
                                              const std::string &where) {
  static constexpr std::pair<std::string_view, ElementType> table[] = {
      {"f4", ElementType::F32}, {"f8", ElementType::F64},
      {"i1", ElementType::I8},  {"i2", ElementType::I16},
      {"i4", ElementType::I32}, {"i8", ElementType::I64},
      {"u1", ElementType::U8},  {"u2", ElementType::U16},
      {"u4", ElementType::U32}, {"u8", ElementType::U64},
      {"b1", ElementType::Bool}};
  std::string_view kind = descr.empty() ? descr : descr.substr(1);
  for (auto [name, type] : table)
    if (kind == name)
      return type;
  if (kind == "f2")
    return std::nullopt;
  failIn(where, "elements of type '{}' are not supported", descr);
}

/// Turns column-major elements into row-major ones.
static void toRowMajor(Array &array) {
  Array result(array.type, array.shape);
  size_t size = sizeOf(array.type), rank = array.shape.size();
  Shape index(rank), stride(rank);
  int64_t step = 1;
  for (size_t axis = 0; axis < rank; ++axis) {
    stride[axis] = step;
    step *= array.shape[axis];
  }
  int64_t from = 0;
  for (int64_t to = 0, e = array.count(); to < e; ++to) {
    std::memcpy(result.bytes.data() + to * size,
                array.bytes.data() + from * size, size);
    for (size_t axis = rank; axis-- > 0;) {
      from += stride[axis];
      if (++index[axis] < array.shape[axis])
        break;
      from -= stride[axis] * array.shape[axis];
      index[axis] = 0;
    }
  }
  array = std::move(result);
}

Array parseNpy(Bytes content, const std::string &where) {
  if (content.size() < 10 ||
      std::memcmp(content.data(), npyMagic.data(), npyMagic.size()) != 0)
    failIn(where, "is no .npy file or is cut short");
  int major = static_cast<int>(content[6]);
  if (major < 1 || major > 3)
    failIn(where, ".npy version {} is not supported", major);
  size_t start = major == 1 ? 10 : 12;
  if (content.size() < start)
    failIn(where, "is cut short in the header");
  size_t length = major == 1 ? loadLittle<uint16_t>(content.data() + 8)
                             : loadLittle<uint32_t>(content.data() + 8);
  if (length > content.size() - start)
    failIn(where, "is cut short in the header");
  std::string_view text(reinterpret_cast<const char *>(content.data()) + start,
                        length);
  NpyHeader header = HeaderParser(text, where).parse();
  std::optional<ElementType> type = elementType(header.descr, where);
  char order = header.descr[0];
  if (std::string_view("<>|=").find(order) == std::string_view::npos)
    failIn(where, "elements of type '{}' are not supported", header.descr);

  size_t size = type ? sizeOf(*type) : 2;
  std::optional<int64_t> count = checkedCount(header.shape, size);
  Bytes values = content.subspan(start + length);
  if (!count || header.shape.size() > NNC_MAX_RANK)
    failIn(where, "shape {} is too large", toString(header.shape));
  if (values.size() != static_cast<size_t>(*count) * size)
    failIn(where, "shape {} of '{}' needs {} bytes, the file holds {}",
           toString(header.shape), header.descr, *count * size, values.size());

  Array array(type.value_or(ElementType::U16), header.shape);
  if (!values.empty())
    std::memcpy(array.bytes.data(), values.data(), values.size());
  if (order == '>' && size > 1)
    for (size_t i = 0; i < array.bytes.size(); i += size)
      std::reverse(array.bytes.begin() + i, array.bytes.begin() + i + size);
  if (header.fortran && *count)
    toRowMajor(array);
  checkBools(array, where);
  if (type)
    return array;
  Array widened(ElementType::F32, array.shape);
  std::transform(array.data<uint16_t>(), array.data<uint16_t>() + *count,
                 widened.data<float>(), halfToFloat);
  return widened;
}

std::vector<std::byte> formatNpy(const Array &array) {
  std::string descr;
  switch (array.type) {
  case ElementType::Bool:
    descr = "|b1";
    break;
  default:
    descr = fmt::format("{}{}{}", sizeOf(array.type) == 1 ? '|' : '<',
                        nameOf(array.type)[0], sizeOf(array.type));
  }
  std::string shape = fmt::format("{}", fmt::join(array.shape, ", "));
  if (array.shape.size() == 1)
    shape += ',';
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}",
                  descr, shape);
  // NumPy aligns the data to 64 bytes and ends the header with a newline.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::vector<std::byte> content;
  append(content, npyMagic);
  append(content, std::string_view("\x01\x00", 2));
  appendLittle<uint16_t>(content, header.size());
  append(content, header);
  append(content, Bytes(array.bytes));
  return content;
}

} // namespace nnc::runtime

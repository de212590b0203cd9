//===- Csv.cpp - Tables in comma-separated text ---------------------------===//
//
// Reads RFC 4180 text: quoted cells may hold commas, line ends and doubled
// quotes. A byte order mark is skipped, as are blank lines.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Data/Csv.h"
#include "nnc/Runtime/Data/Gzip.h"
#include "nnc/Runtime/Diagnostics.h"
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <set>
#include <utility>

namespace nnc::runtime {

CsvTable::CsvTable(const std::string &path) : CsvTable(readData(path), path) {}

CsvTable::CsvTable(std::vector<std::byte> bytes, std::string path)
    : file(std::move(path)), content(std::move(bytes)),
      text(reinterpret_cast<const char *>(content.data()), content.size()) {
  parse();
}

std::string CsvTable::place(size_t position) const {
  size_t line = 1, column = 1;
  for (char c : text.substr(0, position))
    if (c == '\n') {
      ++line;
      column = 1;
    } else if ((c & 0xc0) != 0x80) { // a character's first byte
      ++column;
    }
  if (text.substr(0, 3) == "\xef\xbb\xbf" && line == 1 && column > 1)
    --column;
  return fmt::format("{}:{}:{}", file, line, column);
}

size_t CsvTable::parseQuoted(size_t at, Cell &cell) const {
  size_t open = at;
  cell = {at + 1, at + 1, false};
  for (;;) {
    at = text.find('"', at + 1);
    if (at == std::string_view::npos)
      failIn(place(open), "this quote is never closed");
    if (at + 1 < text.size() && text[at + 1] == '"') {
      cell.escaped = true;
      ++at;
      continue;
    }
    cell.end = at++;
    if (at < text.size() &&
        std::string_view(",\r\n").find(text[at]) == std::string_view::npos)
      failIn(place(at), "expected ',' after a quoted cell");
    return at;
  }
}

void CsvTable::parse() {
  size_t at = text.substr(0, 3) == "\xef\xbb\xbf" ? 3 : 0;
  while (at < text.size()) {
    if (text[at] == '\n' ||
        (text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n')) {
      at += text[at] == '\r' ? 2 : 1;
      continue;
    }
    size_t first = cells.size();
    bool more = true;
    while (more) {
      Cell cell;
      if (at < text.size() && text[at] == '"') {
        at = parseQuoted(at, cell);
      } else {
        size_t end = std::min(text.find_first_of(",\n", at), text.size());
        cell = {at, end, false};
        at = end;
        if (end > cell.begin && text[end - 1] == '\r' &&
            (end == text.size() || text[end] == '\n'))
          --cell.end;
      }
      cells.push_back(cell);
      if (!names.empty() && cells.size() - first > names.size())
        failIn(place(cell.begin),
               "this row has more cells than the header's {}", names.size());
      more = at < text.size() && text[at] == ',';
      if (more)
        ++at;
    }
    size_t rowEnd = at;
    if (at < text.size() && text[at] == '\r')
      ++at;
    if (at < text.size() && text[at] == '\n')
      ++at;
    if (names.empty()) {
      std::set<std::string> seen;
      for (const Cell &cell : cells) {
        names.push_back(textOf(cell));
        if (!names.back().empty() && !seen.insert(names.back()).second)
          failIn(place(cell.begin), "two columns are called '{}'",
                 names.back());
      }
    } else if (cells.size() - first != names.size()) {
      failIn(place(rowEnd), "this row has {} cells, the header {}",
             cells.size() - first, names.size());
    }
  }
  if (names.empty())
    failIn(file, "is empty: expected a header row");
}

std::string CsvTable::textOf(const Cell &cell) const {
  std::string value(text.substr(cell.begin, cell.end - cell.begin));
  if (cell.escaped)
    for (size_t at = 0; (at = value.find("\"\"", at)) != std::string::npos;)
      value.erase(at++, 1);
  size_t begin = value.find_first_not_of(" \t");
  if (begin == std::string::npos)
    return "";
  return value.substr(begin, value.find_last_not_of(" \t") + 1 - begin);
}

std::optional<size_t> CsvTable::column(std::string_view name) const {
  auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    return std::nullopt;
  return found - names.begin();
}

/// Reads the whole text as a number; false if it is none.
template <class T>
static bool parseWhole(std::string_view text, T &value) {
  if (!text.empty() && text[0] == '+')
    text.remove_prefix(1);
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

void CsvTable::parseNumber(const Cell &cell, size_t column, ElementType type,
                           std::byte *to) const {
  std::string value = textOf(cell);
  if (value.empty())
    failIn(place(cell.begin), "column '{}' has an empty cell", names[column]);
  dispatch(type, [&](auto zero) {
    using T = decltype(zero);
    T result{};
    bool good = false;
    double number = 0;
    bool isNumber = parseWhole(value, number);
    if constexpr (std::is_floating_point_v<T>) {
      if (isNumber && std::isfinite(number)) {
        result = static_cast<T>(number);
        good = std::isfinite(result);
      }
    } else {
      good = parseWhole(value, result);
      // `3.0` and `1e3` are whole numbers too.
      if (!good && isNumber && number == std::trunc(number) &&
          std::abs(number) < 0x1p53) {
        int64_t whole = static_cast<int64_t>(number);
        result = static_cast<T>(whole);
        good = std::in_range<T>(whole);
      }
      if (type == ElementType::Bool)
        good = good && result <= T(1);
    }
    if (!good && (!isNumber || !std::isfinite(number)))
      failIn(place(cell.begin), "column '{}': '{}' is no {}number",
             names[column], value, isNumber ? "finite " : "");
    if (!good)
      failIn(place(cell.begin), "column '{}': {} is no {}", names[column],
             value, longNameOf(type));
    std::memcpy(to, &result, sizeof(T));
  });
}

Array CsvTable::read(const std::vector<size_t> &columns,
                     ElementType type) const {
  Array result(type, {rows(), static_cast<int64_t>(columns.size())});
  std::byte *to = result.bytes.data();
  for (int64_t row = 1; row <= rows(); ++row)
    for (size_t column : columns) {
      parseNumber(cells[row * names.size() + column], column, type, to);
      to += sizeOf(type);
    }
  return result;
}

/// A name as a cell: quoted when it has to be.
static std::string quoted(const std::string &name) {
  if (name.find_first_of(",\"\r\n") == std::string::npos)
    return name;
  std::string text = "\"";
  for (char c : name)
    text += c == '"' ? "\"\"" : std::string(1, c);
  return text + '"';
}

int64_t tableRows(const Array &array) {
  return array.shape.empty() ? 1 : array.shape[0];
}

std::string
formatCsv(const std::vector<std::pair<std::string, Array>> &arrays) {
  std::string text;
  int64_t rows = 0;
  for (const auto &[name, array] : arrays) {
    rows = tableRows(array);
    int64_t width = array.shape.size() > 1 ? array.shape[1] : 1;
    for (int64_t i = 0; i < width; ++i)
      text += quoted(width == 1 ? name : fmt::format("{}{}", name, i)) + ',';
  }
  if (!text.empty())
    text.back() = '\n';
  for (int64_t row = 0; row < rows; ++row) {
    for (const auto &[name, array] : arrays) {
      int64_t width = array.shape.size() > 1 ? array.shape[1] : 1;
      for (int64_t i = 0; i < width; ++i)
        dispatch(array.type, [&](auto zero) {
          using T = decltype(zero);
          text += fmt::format("{},", array.data<T>()[row * width + i]);
        });
    }
    if (!text.empty())
      text.back() = '\n';
  }
  return text;
}

} // namespace nnc::runtime

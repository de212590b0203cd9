//===- CsvSource.cpp - A table's columns as inputs ------------------------===//
//
// Matches the columns of a CSV table to the inputs of a model, by --columns or
// by name.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Data/CsvSource.h"
#include "nnc/Runtime/Diagnostics.h"

namespace nnc::runtime {

/// The parts of a text between separators; one empty part for an empty text.
static std::vector<std::string> splitText(const std::string &text,
                                          char separator) {
  std::vector<std::string> parts(1);
  for (char c : text)
    if (c == separator)
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

ColumnMap parseColumns(const std::string &text) {
  ColumnMap map;
  if (text.empty())
    return map;
  for (const std::string &part : splitText(text, ',')) {
    size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == part.size())
      failUsage("--columns: expected INPUT=COLUMN or INPUT=FIRST:LAST, "
                "found '{}'",
                part);
    std::string input = part.substr(0, equals);
    if (!map.emplace(input, splitText(part.substr(equals + 1), '+')).second)
      failUsage("--columns maps '{}' twice", input);
  }
  return map;
}

CsvSource::CsvSource(const std::string &path, ColumnMap columns)
    : table(path), map(std::move(columns)) {
  this->path = path;
}

size_t CsvSource::columnNamed(const std::string &name, const Port &port) const {
  if (std::optional<size_t> column = table.column(name))
    return *column;
  failIn(path, "there is no column '{}', which --columns names for '{}'; {}",
         name, port.name, contents());
}

std::vector<size_t>
CsvSource::mapped(const Port &port,
                  const std::vector<std::string> &items) const {
  std::vector<size_t> columns;
  for (const std::string &item : items) {
    size_t colon = item.find(':');
    if (colon == std::string::npos || table.column(item)) {
      columns.push_back(columnNamed(item, port));
      continue;
    }
    size_t first = columnNamed(item.substr(0, colon), port);
    size_t last = columnNamed(item.substr(colon + 1), port);
    if (first > last)
      failIn(path, "the columns '{}' stand in the other order in the header",
             item);
    for (size_t column = first; column <= last; ++column)
      columns.push_back(column);
  }
  if (static_cast<int64_t>(columns.size()) != port.sampleCount())
    failIn(path, "--columns gives input '{}' {} column{}, and {} takes {}",
           port.name, columns.size(), columns.size() == 1 ? "" : "s",
           port.wanted(), port.sampleCount());
  return columns;
}

std::optional<Array> CsvSource::find(const Port &port) const {
  if (port.isScalar())
    return std::nullopt;
  std::vector<size_t> columns;
  int64_t wanted = port.sampleCount();
  if (auto items = map.find(port.name); items != map.end()) {
    columns = mapped(port, items->second);
  } else if (std::optional<size_t> column = table.column(port.name);
             column && wanted == 1) {
    columns.push_back(*column);
  } else {
    for (const char *separator : {"", "_"}) {
      columns.clear();
      for (int64_t i = 0; i < wanted; ++i)
        if (std::optional<size_t> column =
                table.column(fmt::format("{}{}{}", port.name, separator, i)))
          columns.push_back(*column);
        else
          break;
      if (static_cast<int64_t>(columns.size()) == wanted)
        break;
    }
    if (static_cast<int64_t>(columns.size()) != wanted)
      return std::nullopt;
  }
  Array values = table.read(columns, port.type);
  values.shape = port.shape;
  values.shape[0] = table.rows();
  return values;
}

std::string CsvSource::contents() const {
  std::vector<std::string> names = table.header();
  bool more = names.size() > 24;
  if (more)
    names.resize(24);
  return fmt::format("the header has {}{}", fmt::join(names, ", "),
                     more ? ", …" : "");
}

std::string CsvSource::wantedFor(const Port &port) const {
  if (port.isScalar())
    return "a table has no values for an input without a sample axis";
  int64_t wanted = port.sampleCount();
  if (wanted == 1)
    return fmt::format("wanted a column '{0}', or --columns {0}=COLUMN",
                       port.name);
  return fmt::format("wanted {1} columns '{0}0' to '{0}{2}', or "
                     "--columns {0}=FIRST:LAST",
                     port.name, wanted, wanted - 1);
}

} // namespace nnc::runtime

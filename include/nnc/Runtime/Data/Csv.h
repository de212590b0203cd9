//===- Csv.h - Tables in comma-separated text -----------------------------===//
//
// Reads a table with a header row, and writes one.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_DATA_CSV_H
#define NNC_RUNTIME_DATA_CSV_H

#include "nnc/Runtime/Array.h"
#include "nnc/Runtime/Files.h"
#include <string_view>
#include <utility>

namespace nnc::runtime {

/// A table whose cells stay text until a column is asked for as numbers, so
/// that columns of text which nobody asks for do no harm.
class CsvTable {
public:
  explicit CsvTable(const std::string &path);
  CsvTable(std::vector<std::byte> content, std::string path);

  const std::string &path() const { return file; }
  const std::vector<std::string> &header() const { return names; }
  int64_t rows() const { return cells.size() / names.size() - 1; }
  /// The column's number, if there is one of that name.
  std::optional<size_t> column(std::string_view name) const;

  /// The columns side by side, as `rows` rows of the type. A cell that is no
  /// finite number of the type is an error at its line and column.
  Array read(const std::vector<size_t> &columns, ElementType type) const;

private:
  struct Cell {
    size_t begin, end; // without the quotes
    bool escaped;      // holds doubled quotes
  };
  void parse();
  size_t parseQuoted(size_t at, Cell &cell) const;
  void parseNumber(const Cell &cell, size_t column, ElementType type,
                   std::byte *to) const;
  std::string textOf(const Cell &cell) const;
  /// `path:line:column` of a position in the text.
  std::string place(size_t position) const;

  std::string file;
  std::vector<std::byte> content;
  std::string_view text;
  std::vector<std::string> names;
  std::vector<Cell> cells; // row by row, the header first
};

/// The rows that an array has in a table: its first extent, 1 for a scalar.
int64_t tableRows(const Array &array);

/// The text of a table. All arrays have as many rows, and a rank of at most 2;
/// the columns of one of rank 2 are called name0, name1, ….
std::string formatCsv(const std::vector<std::pair<std::string, Array>> &arrays);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_DATA_CSV_H

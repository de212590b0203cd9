//===- CsvSource.h - A table's columns as inputs --------------------------===//
//
// Matches the columns of a CSV table to the inputs of a model.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_DATA_CSVSOURCE_H
#define NNC_RUNTIME_DATA_CSVSOURCE_H

#include "nnc/Runtime/Data/Csv.h"
#include "nnc/Runtime/Data/Source.h"

namespace nnc::runtime {

/// An input of K elements a sample is fed by the columns that --columns names
/// for it, or else by a column of its own name (K = 1), or by x0, x1, … or
/// x_0, x_1, … for an input x.
class CsvSource : public DataSource {
public:
  CsvSource(const std::string &path, ColumnMap columns);

  std::optional<Array> find(const Port &port) const override;
  std::string contents() const override;
  std::string wantedFor(const Port &port) const override;

private:
  std::vector<size_t> mapped(const Port &port,
                             const std::vector<std::string> &items) const;
  size_t columnNamed(const std::string &name, const Port &port) const;

  CsvTable table;
  ColumnMap map;
};

} // namespace nnc::runtime

#endif // NNC_RUNTIME_DATA_CSVSOURCE_H

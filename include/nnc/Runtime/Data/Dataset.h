//===- Dataset.h - Samples for the inputs of a model ----------------------===//
//
// Arrays matched to ports, converted, checked, and cut into batches.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_DATA_DATASET_H
#define NNC_RUNTIME_DATA_DATASET_H

#include "nnc/Runtime/Data/Source.h"
#include <span>

namespace nnc::runtime {

/// Whether a NaN or an infinity in the data is an error.
enum class NonFinite { Refuse, Allow };

/// The data of one input for all samples, or one value for all of them if the
/// port is a scalar.
struct DataColumn {
  Port port;
  Array values;
  size_t rowBytes = 0;
  /// What stands before messages about it.
  std::string where;
};

class Dataset {
public:
  /// Adds what the source has for a port. Throws if it has none, if the type
  /// or shape does not fit, or if the number of samples is another than that
  /// of the columns before.
  void add(const DataSource &source, const Port &port, NonFinite nonFinite);
  /// Adds an array under the port's name.
  void add(Array values, const Port &port, NonFinite nonFinite,
           const std::string &where);

  /// The column that feeds a port of this name, type and sample shape.
  const DataColumn *find(const Port &port) const;
  const std::vector<DataColumn> &columns() const { return data; }
  /// The number of samples.
  int64_t rows() const { return sampleRows < 0 ? 1 : sampleRows; }
  /// Whether any column has a sample axis.
  bool hasSamples() const { return sampleRows >= 0; }

private:
  std::vector<DataColumn> data;
  int64_t sampleRows = -1;
  std::string rowsFrom; // the column that said how many
};

/// Some rows of a data set, in an order.
struct DataView {
  const Dataset *data = nullptr;
  std::vector<int64_t> rows;

  int64_t size() const { return rows.size(); }
};

/// All rows in the file's order.
DataView allRows(const Dataset &data);

/// Copies the column's values at the rows to `to`, one after the other.
void gather(const DataColumn &column, std::span<const int64_t> rows,
            std::byte *to);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_DATA_DATASET_H

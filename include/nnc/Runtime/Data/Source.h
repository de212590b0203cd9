//===- Source.h - Where the arrays of a data set come from ----------------===//
//
// One interface over the kinds of data that --data takes.
//
// A kind is one class and one row of the table in Source.cpp.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_DATA_SOURCE_H
#define NNC_RUNTIME_DATA_SOURCE_H

#include "nnc/Runtime/Data/Port.h"
#include <map>
#include <memory>

namespace nnc::runtime {

/// What --columns says: for an input, the header's names and ranges `a:b`
/// that feed it, in order.
using ColumnMap = std::map<std::string, std::vector<std::string>>;

/// Parses `x=age:s6,t=target`; throws if the text has another form.
ColumnMap parseColumns(const std::string &text);

class DataSource {
public:
  virtual ~DataSource() = default;

  /// The data for an input or output of this name: the array as it is in the
  /// file. A table gives an array of the port's type and sample shape. Null
  /// if there is none.
  virtual std::optional<Array> find(const Port &port) const = 0;
  /// What there is, for an error.
  virtual std::string contents() const = 0;
  /// Where to look for a port, for an error: empty if under its own name.
  virtual std::string wantedFor(const Port &) const { return ""; }
  /// What stands before messages about the array of this name.
  virtual std::string where(const std::string &) const { return path; }

  std::string path;
};

/// Whether the path is that of a .csv, compressed or not.
bool isTable(const std::string &path);

/// Opens what --data names: an .npz, a .csv, a folder of .npy files, or a
/// list `x=FILE,t=FILE`. Throws if that is none of these.
std::unique_ptr<DataSource> openSource(const std::string &path,
                                       const ColumnMap &columns);

/// Reads an array given on the command line: `FILE.npy`, `FILE.npz:key`,
/// `FILE.npz` for the key `name`, or an IDX file; all but archives also with
/// `.gz` behind their names.
Array readArray(const std::string &spec, const std::string &name);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_DATA_SOURCE_H

//===- Batches.h - An entry over many samples -----------------------------===//
//
// Runs an entry over rows of a data set, batch by batch.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_BATCHES_H
#define NNC_RUNTIME_BATCHES_H

#include "nnc/Runtime/Data/Dataset.h"
#include "nnc/Runtime/Instance.h"
#include "nnc/Runtime/Weights/Safetensors.h"

namespace nnc::runtime {

/// The arguments of one function: pointers to its inputs in the data where
/// they lie together, else to a copy; and a buffer for every output.
class Arguments {
public:
  /// Throws if the data has no column for an input.
  Arguments(const nnc_function &function, const Dataset &data);

  /// Points the inputs at these rows, as many as the function's batch.
  void select(std::span<const int64_t> rows);
  std::span<void *const> pointers() const { return addresses; }
  const Array &output(size_t index) const { return outputs[index]; }

private:
  std::vector<const DataColumn *> columns;
  std::vector<std::vector<std::byte>> buffers;
  std::vector<Array> outputs;
  std::vector<void *> addresses;
};

/// Functions compiled from one declaration for several sizes.
using Variants = std::vector<const nnc_function *>;

/// Runs an entry over all rows, in the largest batches that there are. The
/// last batch is filled up with copies of the last row, whose outputs are cut
/// off. A floating scalar is averaged by rows; the copies count nothing in it,
/// as long as it is a mean over the rows of a batch. Gives the outputs of
/// these names, or all if there are none. Throws if another output without a
/// sample axis would stand for more than one call.
std::vector<NamedArray> runOverRows(Instance &instance,
                                    const Variants &variants,
                                    const DataView &view,
                                    const std::vector<std::string> &outputs);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_BATCHES_H

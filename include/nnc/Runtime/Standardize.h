//===- Standardize.h - Preprocessing compiled in --------------------------===//
//
// Fills a model's `normalize` layers from data.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_STANDARDIZE_H
#define NNC_RUNTIME_STANDARDIZE_H

#include "nnc/Runtime/Data/Dataset.h"
#include "nnc/Runtime/Instance.h"

namespace nnc::runtime {

/// Mean and population deviation of every feature.
struct Moments {
  std::vector<double> mean, deviation;
};

/// The moments of a column over the rows. A sample is a whole number of turns
/// through `features` values. The deviation of a constant feature is 1.
Moments momentsOf(const DataColumn &column, std::span<const int64_t> rows,
                  int64_t features);

/// Writes the moments of the view's rows into the model's `normalize` layers.
/// Throws if there is no such layer on an input that the view has.
void standardize(Instance &instance, const DataView &view);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_STANDARDIZE_H

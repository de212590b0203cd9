//===- Plot.h - Curves of a training run ----------------------------------===//
//
// Draws what an epoch's values came to, as SVG or PNG.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_PLOT_H
#define NNC_RUNTIME_PLOT_H

#include "nnc/Runtime/EpochLog.h"

namespace nnc::runtime {

/// Throws if the path ends in neither .svg nor .png. An empty one is none.
void checkPlotPath(const std::string &path);

/// Draws one panel for every value, over the epochs.
void writePlot(const std::string &path, const std::string &title,
               const std::vector<EpochRecord> &history);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_PLOT_H

//===- Candidates.h - ways to make a kernel that are worth timing -*- C++ -*-===//
#ifndef NNC_DRIVER_CANDIDATES_H
#define NNC_DRIVER_CANDIDATES_H

#include "Backends.h"
#include "Tuning.h"

namespace nnc::driver {

/// What a model of costs leaves of both back ends' schedules for a kernel,
/// without MLIR's default. No plugin: MLIR's alone.
std::vector<Candidate> listCandidates(kernel::FuncOp kernel, const CodeOptions &target,
                                      const HalidePlugin *plugin);

} // namespace nnc::driver

#endif // NNC_DRIVER_CANDIDATES_H

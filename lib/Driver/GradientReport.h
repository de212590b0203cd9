//===- GradientReport.h - nnc check --gradients -----------------*- C++ -*-===//
#ifndef NNC_DRIVER_GRADIENTREPORT_H
#define NNC_DRIVER_GRADIENTREPORT_H

#include "Model.h"

namespace nnc::driver {

/// Compares every gradient of every step, interpreted and compiled, with
/// central differences; a line each. Answers the exit status: 1 if one is off.
int reportGradients(mlir::ModuleOp module, Model &model, const CodeArguments &code, uint64_t seed);

} // namespace nnc::driver

#endif // NNC_DRIVER_GRADIENTREPORT_H

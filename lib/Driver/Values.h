//===- Values.h - the values of a model's variables -------------*- C++ -*-===//
#ifndef NNC_DRIVER_VALUES_H
#define NNC_DRIVER_VALUES_H

#include "Model.h"

namespace nnc::driver {

/// `build --weights` and `--freeze`: variables that the file `weights` has
/// begin with its values. To freeze drops the steps, and marks what no entry
/// writes as constant; what is in no file has the values that `seed` gives.
/// Answers false after an error.
bool giveValues(mlir::ModuleOp module, Model &model, const BuildOptions &build,
                int &status);

/// Prints the values that variables begin with; answers the exit status.
int printInitialValues(mlir::ModuleOp module, Model &model, int &status);

} // namespace nnc::driver

#endif // NNC_DRIVER_VALUES_H

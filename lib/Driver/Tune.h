//===- Tune.h - build --tune ------------------------------------*- C++ -*-===//
#ifndef NNC_DRIVER_TUNE_H
#define NNC_DRIVER_TUNE_H

#include "Compile.h"
#include "Tuning.h"

namespace nnc::driver {

/// Measures candidates for the kernels of a module for at most `seconds`, and
/// keeps in the file at `path` what was fastest, after each kernel. Answers an
/// exit status.
int tune(mlir::ModuleOp module, Model &model, const CompileRequest &request, double seconds,
         const std::string &path, Tuning &tuning);

} // namespace nnc::driver

#endif // NNC_DRIVER_TUNE_H

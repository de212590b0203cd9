//===- InterpretedModel.h - the interpreter as a compiled model -*- C++ -*-===//
#ifndef NNC_DRIVER_INTERPRETEDMODEL_H
#define NNC_DRIVER_INTERPRETEDMODEL_H

#include "Model.h"
#include "nnc/Runtime/Options.h"

namespace nnc::driver {

/// `nnc run --interpret`: everything that `run` does, with the float64
/// interpreter in place of compiled code. Answers the exit status.
int runInterpreted(mlir::ModuleOp module, Model &model, const runtime::RunOptions &options);

} // namespace nnc::driver

#endif // NNC_DRIVER_INTERPRETEDMODEL_H

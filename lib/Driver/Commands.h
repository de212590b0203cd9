//===- Commands.h - one function per sub-command ----------------*- C++ -*-===//
#ifndef NNC_DRIVER_COMMANDS_H
#define NNC_DRIVER_COMMANDS_H

#include "nnc/Driver/Options.h"
#include "mlir/IR/MLIRContext.h"

namespace nnc::driver {

int runBench(const Invocation &invocation, mlir::MLIRContext &context);
int runBuild(const Invocation &invocation, mlir::MLIRContext &context);
int runCheck(const Invocation &invocation, mlir::MLIRContext &context);
int runEval(const Invocation &invocation, mlir::MLIRContext &context);
int runFmt(const Invocation &invocation);
int runInfo(const Invocation &invocation, mlir::MLIRContext &context);
int runNew(const Invocation &invocation);
int runOps(const Invocation &invocation);
/// predict and evaluate.
int runPredict(const Invocation &invocation, runtime::PredictOptions options,
               mlir::MLIRContext &context);
int runRun(const Invocation &invocation, mlir::MLIRContext &context);
int runTrain(const Invocation &invocation, mlir::MLIRContext &context);

} // namespace nnc::driver

#endif // NNC_DRIVER_COMMANDS_H

//===- Driver.cpp - argv to files -----------------------------------------===//
#include "nnc/Driver/Driver.h"
#include "Commands.h"
#include "Model.h"
#include "nnc/Driver/Version.h"
#include "nnc/InitAllDialects.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/DialectRegistry.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/WithColor.h"
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <unistd.h>

using namespace mlir;
using namespace nnc::driver;

static int runCommand(int argc, char **argv) {
  llvm::setBugReportMsg("nnc: internal error: please report it with the model and the command line\n");
  Invocation invocation;
  int status = 0;
  if (!parseCommandLine(argc, argv, versionText(), invocation, status))
    return status;

  // These need no compiler.
  if (invocation.command == Command::New)
    return runNew(invocation);
  if (invocation.command == Command::Ops)
    return runOps(invocation);

  DialectRegistry registry;
  nnc::registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  // Messages show the user's line.
  context.printOpOnDiagnostic(false);
  switch (invocation.command) {
  case Command::Build:
    return runBuild(invocation, context);
  case Command::Run:
    return runRun(invocation, context);
  case Command::Train:
    return runTrain(invocation, context);
  case Command::Predict:
    return runPredict(invocation, invocation.predict, context);
  case Command::Evaluate:
    return runPredict(invocation, invocation.evaluate, context);
  case Command::Check:
    return runCheck(invocation, context);
  case Command::Fmt:
    return runFmt(invocation);
  case Command::Info:
    return runInfo(invocation, context);
  case Command::Eval:
    return runEval(invocation, context);
  case Command::Bench:
    return runBench(invocation, context);
  case Command::New:
  case Command::Ops:
  case Command::None:
    break;
  }
  return fail(3, "internal error: a command without an implementation");
}

/// LLVM itself knows terminals, but not NO_COLOR.
static bool mayColour(const llvm::raw_ostream &os) {
  const char *noColour = std::getenv("NO_COLOR");
  return os.has_colors() && !(noColour && *noColour);
}

int nnc::driver::run(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  // What LLVM says of a crash has been printed then.
  llvm::sys::AddSignalHandler([](void *) { _exit(3); }, nullptr);
  llvm::WithColor::setAutoDetectFunction(mayColour);
  int status = runCommand(argc, argv);
  // Results that did not get through, to a full disk say, are no success.
  llvm::outs().flush();
  bool isWritten = !llvm::outs().has_error() && std::cout.flush() && std::fflush(stdout) == 0 && !std::ferror(stdout);
  llvm::outs().clear_error();
  return isWritten || status != 0 ? status : fail(1, "cannot write the results to stdout");
}

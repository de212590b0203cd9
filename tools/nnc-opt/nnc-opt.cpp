//===- nnc-opt.cpp - run passes on IR -------------------------------------===//
//
// mlir-opt with the project's dialects and passes, beside all of upstream's.
//
//===----------------------------------------------------------------------===//
#include "nnc/InitAllDialects.h"
#include "nnc/InitAllPasses.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  nnc::registerAllDialects(registry);
  mlir::registerAllPasses();
  nnc::registerAllPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "nnc graph optimiser driver\n", registry));
}

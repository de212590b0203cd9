//===- Version.cpp - what --version says ----------------------------------===//
#include "nnc/Driver/Version.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/TargetParser/Host.h"

std::string nnc::driver::versionText() {
  return "nnc " NNC_VERSION "\nLLVM " LLVM_VERSION_STRING "\ndefault target: " +
         llvm::sys::getDefaultTargetTriple() + "\nback ends: mlir"
#ifdef NNC_HAS_HALIDE
         ", halide " NNC_HALIDE_VERSION
#endif
      ;
}

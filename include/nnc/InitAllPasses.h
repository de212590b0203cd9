//===- InitAllPasses.h - every pass of the project --------------*- C++ -*-===//
//
// One list, so that a pass can be run alone from nnc-opt.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_INITALLPASSES_H
#define NNC_INITALLPASSES_H

#include "nnc/Conversion/KernelToLLVM.h"
#include "nnc/Conversion/Passes.h"
#include "nnc/Dialect/Kernel/Transforms/Passes.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"

namespace nnc {

/// Registers the project's passes and pipelines; upstream's are registered apart.
inline void registerAllPasses() {
  kernel::registerKernelPasses();
  nn::registerNNPasses();
  registerConversionPasses();
  registerKernelToLLVMPipeline();
}

} // namespace nnc

#endif // NNC_INITALLPASSES_H

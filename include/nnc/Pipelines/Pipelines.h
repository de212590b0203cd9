//===- Pipelines.h - which passes, in which order ---------------*- C++ -*-===//
//
// The only place that orders passes. Each function takes a module from one
// stage to the next, and each stage is one that `--emit=` can stop at.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_PIPELINES_PIPELINES_H
#define NNC_PIPELINES_PIPELINES_H

#include "nnc/Support/Optimizations.h"
#include "mlir/Pass/PassManager.h"

namespace nnc {

/// How kernels become code.
struct KernelCodeOptions {
  /// Width of the target's vector registers, and how many there are.
  unsigned vectorBits = 128;
  unsigned vectorRegisters = 16;
  /// Bytes of the second-level cache.
  uint64_t cacheBytes = 512 << 10;
  /// No contraction of products and sums.
  bool strict = false;
  /// 0: plain loops.
  unsigned level = 3;
  /// Tasks that a large nest is cut into at most; 1 for serial kernels.
  unsigned tasks = 1;
  /// What is done to save time and memory.
  Optimizations optimizations;
  /// Bytes that kernels copy images in at a time, to take little memory; 0: what is
  /// fast.
  uint64_t copyBytes = 0;
  /// Whether bytes of the arena that hold no value are poisoned.
  bool poison = false;
};

/// nn with gradients asked for → nn with gradients written out, simplified.
void buildGradientPipeline(mlir::OpPassManager &pm, const Optimizations &optimizations = {});
/// nn → calls of kernels of nn ops.
void buildKernelPipeline(mlir::OpPassManager &pm, bool strict = false,
                         const Optimizations &optimizations = {});
/// Kernels of nn ops → kernels of linalg on buffers, with a memory plan.
/// Operands are packed for the target's vector registers and cache.
void buildBufferPipeline(mlir::OpPassManager &pm, const KernelCodeOptions &options = {});
/// A plan that takes too much → one that repeats calls to take at most
/// `arenaLimit` bytes of arena, where that can be done.
void buildRecomputePipeline(mlir::OpPassManager &pm, int64_t arenaLimit);
/// Kernels of linalg → functions in the LLVM dialect.
void buildKernelCodePipeline(mlir::OpPassManager &pm, const KernelCodeOptions &options);

/// Entries and steps → C functions named PREFIX_name, for a target whose size_t
/// has `sizeBits` bits.
void buildInterfacePipeline(mlir::OpPassManager &pm, llvm::StringRef prefix, int maxThreads,
                            unsigned sizeBits);

/// Registers the pipelines for nnc-opt.
void registerPipelines();

} // namespace nnc

#endif // NNC_PIPELINES_PIPELINES_H

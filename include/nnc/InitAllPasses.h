//===- InitAllPasses.h - every pass of the project --------------*- C++ -*-===//
//
// One list, so that a pass can be run alone from nnc-opt.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_INITALLPASSES_H
#define NNC_INITALLPASSES_H

namespace nnc {

/// Registers the project's passes and pipelines; upstream's are registered apart.
inline void registerAllPasses() {}

} // namespace nnc

#endif // NNC_INITALLPASSES_H

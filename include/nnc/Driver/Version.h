//===- Version.h - what --version says --------------------------*- C++ -*-===//
#ifndef NNC_DRIVER_VERSION_H
#define NNC_DRIVER_VERSION_H

#include <string>

namespace nnc::driver {

/// The versions of nnc and LLVM, the default target and the back ends.
std::string versionText();

} // namespace nnc::driver

#endif // NNC_DRIVER_VERSION_H

//===- Apart.h - compiling in a process of its own --------------*- C++ -*-===//
#ifndef NNC_LIB_HALIDEBACKEND_APART_H
#define NNC_LIB_HALIDEBACKEND_APART_H

#include "nnc/HalideBackend/Interface.h"
#include <functional>

namespace nnc::halide {

/// Runs `compile` in a child process and takes its code over; what ends the
/// child is an error like any other.
void compileApart(const std::function<void(Code &)> &compile, Code &code);

} // namespace nnc::halide

#endif // NNC_LIB_HALIDEBACKEND_APART_H

//===- Texts.h - files that are in the compiler -----------------*- C++ -*-===//
#ifndef NNC_DRIVER_TEXTS_H
#define NNC_DRIVER_TEXTS_H

namespace nnc::driver {

struct Text {
  const char *name;
  const char *content;
};

/// `ops.md`, the reference of the dialect's ops as mlir-tblgen writes it, and
/// the files of the starter project as `starter/NAME`; ends with a null name.
extern const Text texts[];

} // namespace nnc::driver

#endif // NNC_DRIVER_TEXTS_H

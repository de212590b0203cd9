//===- Windows.h - what payloads and stages of windows share ----*- C++ -*-===//
#ifndef NNC_CONVERSION_KERNELTOLINALG_WINDOWS_H
#define NNC_CONVERSION_KERNELTOLINALG_WINDOWS_H

#include "Evaluator.h"

namespace nnc {

/// The geometry that all window ops share.
struct Window {
  explicit Window(mlir::Operation *op);
  /// Calls back for every position in the window, in row-major order.
  void forEach(llvm::function_ref<void(llvm::ArrayRef<int64_t>)> callback) const;

  llvm::ArrayRef<int64_t> size, strides, low;
};

/// Walks the window of `key` around `indices` and keeps what `pick` gives at
/// the place of the first largest element.
mlir::Value pickLargest(Evaluator &evaluator, Stage &stage, const Window &window,
                        mlir::Value key, llvm::ArrayRef<Index> indices,
                        llvm::function_ref<mlir::Value(llvm::ArrayRef<Index>)> pick);

/// The elements of a buffer that stand at `at` in windows of `size`, which tile
/// its last axes; `windows` is how many there are along each axis.
mlir::Value cutWindows(mlir::OpBuilder &b, mlir::Location loc, mlir::Value buffer,
                       llvm::ArrayRef<int64_t> windows, llvm::ArrayRef<int64_t> size,
                       llvm::ArrayRef<int64_t> at);

} // namespace nnc

#endif // NNC_CONVERSION_KERNELTOLINALG_WINDOWS_H

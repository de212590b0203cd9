//===- Print.h - Arrays for people ----------------------------------------===//
//
// Prints arrays on stdout, and writes results to a file by its extension.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_PRINT_H
#define NNC_RUNTIME_PRINT_H

#include "nnc/Runtime/Weights/Safetensors.h"

namespace nnc::runtime {

/// `[[1, 2], [3, 4]]`; long axes are cut in the middle.
std::string toText(const Array &array);

/// Prints each array as `name: f32[2, 2] = [[1, 2], [3, 4]]`, a scalar as
/// `name: f32[] = 1`.
void printArrays(const std::vector<NamedArray> &arrays);

/// Throws, before any work is done, if the extension is none that results
/// can be written as, or not for these numbers of axes (of outputs by name).
void checkOutputPath(const std::string &path,
                     const std::vector<std::pair<std::string, size_t>> &ranks);

/// Writes the arrays as .npz, .npy (one array) or .csv (a row per sample).
void writeArrays(const std::string &path,
                 const std::vector<NamedArray> &arrays);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_PRINT_H

//===- Npy.h - NumPy's .npy files -----------------------------------------===//
//
// Reads .npy versions 1 to 3 in either byte and axis order; writes version 1.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_DATA_NPY_H
#define NNC_RUNTIME_DATA_NPY_H

#include "nnc/Runtime/Array.h"
#include "nnc/Runtime/Files.h"

namespace nnc::runtime {

/// The array in the bytes of a .npy file. `where` names it in errors.
Array parseNpy(Bytes content, const std::string &where);

/// The bytes of a .npy file.
std::vector<std::byte> formatNpy(const Array &array);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_DATA_NPY_H

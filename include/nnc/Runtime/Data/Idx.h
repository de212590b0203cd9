//===- Idx.h - The files of MNIST -----------------------------------------===//
//
// Reads IDX: a type, a shape, and big-endian values.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_DATA_IDX_H
#define NNC_RUNTIME_DATA_IDX_H

#include "nnc/Runtime/Array.h"
#include "nnc/Runtime/Files.h"

namespace nnc::runtime {

/// Whether the content begins as an IDX file does: two zeros, the code of a
/// type, and a rank.
bool looksLikeIdx(Bytes content);

/// The array in the bytes of an IDX file. `where` names it in errors.
Array parseIdx(Bytes content, const std::string &where);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_DATA_IDX_H

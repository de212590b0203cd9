//===- Safetensors.h - Named tensors in a file ----------------------------===//
//
// Reads and writes the safetensors format.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_WEIGHTS_SAFETENSORS_H
#define NNC_RUNTIME_WEIGHTS_SAFETENSORS_H

#include "nnc/Runtime/Array.h"
#include "nnc/Runtime/Files.h"
#include <map>

namespace nnc::runtime {

/// A tensor and its name.
struct NamedArray {
  std::string name;
  Array array;
};

/// What a safetensors file holds.
struct Safetensors {
  std::vector<NamedArray> tensors;
  std::map<std::string, std::string> metadata;

  const Array *find(const std::string &name) const;
};

/// Parses the bytes of a file; tensors come in the order of their data. Half
/// and bfloat16 values are widened to f32. Throws if anything is out of the
/// file's bounds, overlaps, leaves a gap, or has a size that its shape has
/// not.
Safetensors parseSafetensors(Bytes content, const std::string &where);

/// The bytes of a file, the same for the same tensors in the same order.
std::vector<std::byte> formatSafetensors(const Safetensors &file);

} // namespace nnc::runtime

#endif // NNC_RUNTIME_WEIGHTS_SAFETENSORS_H

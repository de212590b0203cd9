//===- Port.h - An argument that data is wanted for -----------------------===//
//
// The C++ form of nnc_port.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_DATA_PORT_H
#define NNC_RUNTIME_DATA_PORT_H

#include "nnc/Runtime/Array.h"

namespace nnc::runtime {

/// An input or output of an entry or step. In a port of rank 1 or more the
/// first axis is the sample; its extent there is the batch, or −1 if open.
struct Port {
  std::string name;
  ElementType type = ElementType::F32;
  Shape shape;

  Port() = default;
  explicit Port(const nnc_port &port)
      : name(port.name), type(static_cast<ElementType>(port.type)),
        shape(port.shape, port.shape + port.rank) {}

  bool isScalar() const { return shape.empty(); }
  /// The shape of one sample.
  Shape sampleShape() const { return {shape.begin() + 1, shape.end()}; }
  /// Elements of one sample, or of a scalar.
  int64_t sampleCount() const {
    int64_t count = 1;
    for (size_t axis = 1; axis < shape.size(); ++axis)
      count *= shape[axis];
    return count;
  }
  int64_t count() const { return isScalar() ? 1 : shape[0] * sampleCount(); }
  /// `f32[N, 10]`: the type with the sample axis open.
  std::string wanted() const;
  /// `f32[4, 10]`.
  std::string toString() const { return runtime::toString(type, shape); }
};

} // namespace nnc::runtime

#endif // NNC_RUNTIME_DATA_PORT_H

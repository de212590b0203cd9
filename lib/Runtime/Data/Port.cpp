//===- Port.cpp - An argument that data is wanted for ---------------------===//
//
// Spells what a port takes.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Data/Port.h"

namespace nnc::runtime {

std::string Port::wanted() const {
  if (isScalar())
    return std::string(nameOf(type)) + "[]";
  std::string text = std::string(nameOf(type)) + "[N";
  for (int64_t extent : sampleShape())
    text += ", " + std::to_string(extent);
  return text + "]";
}

} // namespace nnc::runtime

//===- Types.cpp - tensor types in the user's words -----------------------===//
//
// Names of element types, both ways, and the printed form of tensor types.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Builder/Types.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace nnc {

std::string describeElement(Type element) {
  if (element.isF32())
    return "f32";
  if (element.isF64())
    return "f64";
  auto integer = dyn_cast<IntegerType>(element);
  if (!integer)
    return "?";
  if (integer.getWidth() == 1)
    return "bool";
  return (integer.isUnsigned() ? "u" : "i") +
         std::to_string(integer.getWidth());
}

std::string describeShape(ArrayRef<int64_t> shape) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "[";
  llvm::interleaveComma(shape, os);
  os << "]";
  return text;
}

std::string describeType(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return "?";
  return describeElement(tensor.getElementType()) +
         describeShape(tensor.getShape());
}

Type parseElement(StringRef name, MLIRContext *context) {
  auto integer = [&](unsigned width) {
    return IntegerType::get(context, width);
  };
  return llvm::StringSwitch<Type>(name)
      .Case("f32", Float32Type::get(context))
      .Case("f64", Float64Type::get(context))
      .Case("i8", integer(8))
      .Case("u8", IntegerType::get(context, 8, IntegerType::Unsigned))
      .Case("i16", integer(16))
      .Case("i32", integer(32))
      .Case("i64", integer(64))
      .Case("bool", integer(1))
      .Default(Type());
}

} // namespace nnc

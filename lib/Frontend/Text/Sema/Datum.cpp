//===- Datum.cpp - values in the user's words -----------------------------===//
//
// How values are shown in messages.
//
//===----------------------------------------------------------------------===//
#include "Datum.h"
#include "nnc/Frontend/Builder/Types.h"
#include "llvm/Support/Format.h"

using namespace mlir;

namespace nnc::sema {

std::optional<SmallVector<int64_t>> Datum::getInts() const {
  if (!isList() && !isTuple())
    return std::nullopt;
  SmallVector<int64_t> values;
  for (const Datum &element : getElements()) {
    if (!element.isInt())
      return std::nullopt;
    values.push_back(element.getInt());
  }
  return values;
}

static std::string describeNumber(double value) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << llvm::format("%g", value);
  return text;
}

std::string Datum::describe() const {
  switch (kind) {
  case Kind::Poison:
    return "?";
  case Kind::None:
    return "none";
  case Kind::Int:
    return std::to_string(integer);
  case Kind::Float:
    return describeNumber(number);
  case Kind::Bool:
    return integer ? "true" : "false";
  case Kind::String:
    return "\"" + text + "\"";
  case Kind::List:
  case Kind::Tuple: {
    std::string list = "[";
    for (const Datum &element : *elements) {
      if (list.size() > 60) {
        list += ", …";
        break;
      }
      if (list.size() > 1)
        list += ", ";
      list += element.describe();
    }
    return list + "]";
  }
  case Kind::Element:
    return describeElement(element);
  case Kind::Function:
    return function->name;
  case Kind::Path:
    return text;
  case Kind::Tensor:
    return describeType(tensor);
  }
  llvm_unreachable("unknown kind");
}

std::string Datum::describeKind() const {
  switch (kind) {
  case Kind::Int:
    return "the int " + describe();
  case Kind::Float:
    return "the float " + describe();
  case Kind::String:
    return "the string " + describe();
  case Kind::List:
    return "the list " + describe();
  case Kind::Element:
    return "the element type " + describe();
  case Kind::Function:
    return "the function '" + describe() + "'";
  case Kind::Path:
    return "the model '" + describe() + "'";
  case Kind::Tuple:
    return std::to_string(elements->size()) + " values";
  default:
    return describe();
  }
}

} // namespace nnc::sema

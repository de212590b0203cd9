//===- Storage.cpp - which memory a value of a graph function is in -------===//
//
// Sizes of tensors, numbers of variables, and the reading of planned places.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/Storage.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace nnc;

int64_t nnc::getElementByteSize(Type element) {
  return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

int64_t nnc::getByteSize(ShapedType type) {
  return type.getNumElements() * getElementByteSize(type.getElementType());
}

int64_t nnc::alignToBuffer(int64_t size) {
  return llvm::alignTo(size, kBufferAlignment);
}

VariableTable::VariableTable(ModuleOp module) {
  for (nn::VariableOp variable : module.getOps<nn::VariableOp>()) {
    numbers[variable.getSymName()] = variables.size();
    variables.push_back(variable);
  }
}

int64_t VariableTable::lookup(StringRef name) const {
  auto it = numbers.find(name);
  return it == numbers.end() ? -1 : it->second;
}

Value nnc::getStorageRoot(Value value) {
  while (auto reshape = value.getDefiningOp<nn::ReshapeOp>())
    value = reshape.getOperand();
  return value;
}

bool nnc::hasOwnPlace(Value value) {
  auto result = dyn_cast<OpResult>(value);
  if (!result)
    return false;
  if (auto scan = dyn_cast<nn::ScanOp>(result.getOwner()))
    return result.getResultNumber() >= scan.getNumCarries();
  return isa<kernel::CallOp>(result.getOwner());
}

/// The place that the plan gave to `value`, or null.
static kernel::PlaceAttr getPlace(Value value) {
  if (!hasOwnPlace(value))
    return {};
  auto result = cast<OpResult>(value);
  size_t number = result.getResultNumber();
  ArrayAttr places;
  if (auto scan = dyn_cast<nn::ScanOp>(result.getOwner())) {
    number -= scan.getNumCarries();
    places = scan->getAttrOfType<ArrayAttr>(kPlacesAttrName);
  } else {
    places = cast<kernel::CallOp>(result.getOwner()).getPlacesAttr();
  }
  if (!places || number >= places.size())
    return {};
  return dyn_cast<kernel::PlaceAttr>(places[number]);
}

FailureOr<Storage> nnc::getStorage(Value value,
                                   const VariableTable &variables) {
  using Kind = Storage::Kind;
  value = getStorageRoot(value);
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    if (!nn::isGraphFunction(argument.getOwner()->getParentOp()))
      return failure();
    return Storage{Kind::Input, argument.getArgNumber()};
  }
  if (auto read = value.getDefiningOp<nn::ReadOp>())
    return Storage{Kind::Variable, variables.lookup(read.getVariable())};
  if (value.getDefiningOp<nn::ConstantOp>())
    return Storage{Kind::Constant};
  kernel::PlaceAttr place = getPlace(value);
  if (!place)
    return failure();
  switch (place.getKind()) {
  case kernel::PlaceKind::scratch:
    return Storage{Kind::Arena, place.getIndex(), -1, place.getAlternate()};
  case kernel::PlaceKind::variable:
    return Storage{Kind::Variable, place.getIndex()};
  case kernel::PlaceKind::output:
    return Storage{Kind::Output, place.getIndex(), place.getSpare()};
  case kernel::PlaceKind::slot:
    return Storage{Kind::Slot, place.getIndex()};
  }
  llvm_unreachable("unknown place");
}

bool nnc::mayShareBuffer(Operation *callee, int64_t input, int64_t output) {
  auto pairs = callee->getAttrOfType<ArrayAttr>(kInplaceAttrName);
  if (!pairs)
    return false;
  return llvm::any_of(pairs, [&](Attribute attribute) {
    auto pair = dyn_cast<ArrayAttr>(attribute);
    if (!pair || pair.size() != 2)
      return false;
    auto first = dyn_cast<IntegerAttr>(pair[0]),
         second = dyn_cast<IntegerAttr>(pair[1]);
    return first && second && first.getInt() == input &&
           second.getInt() == output;
  });
}

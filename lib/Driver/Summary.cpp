//===- Summary.cpp - a model in a few lines -------------------------------===//
#include "Summary.h"
#include "nnc/Analysis/Flops.h"
#include "nnc/Dialect/NN/IR/NN.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

std::string nnc::driver::typeText(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  Type element = type.getElementType();
  std::string text;
  llvm::raw_string_ostream os(text);
  if (element.isInteger(1))
    os << "bool";
  else if (element.isUnsignedInteger())
    os << 'u' << element.getIntOrFloatBitWidth();
  else
    os << element;
  os << '[';
  llvm::interleaveComma(type.getShape(), os);
  os << ']';
  return text;
}

uint64_t nnc::driver::byteSize(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  return type.getNumElements() * ((type.getElementTypeBitWidth() + 7) / 8);
}

void nnc::driver::printSummary(ModuleOp module, ArrayRef<OpenFunction> open, raw_ostream &os) {
  for (auto function : module.getOps<FunctionOpInterface>()) {
    bool isStep = isa<nn::StepOp>(function);
    os << (isStep ? "step  " : "entry ") << function.getName() << '(';
    auto nameOf = [&](Attribute attr) -> StringRef {
      auto name = dyn_cast_or_null<StringAttr>(attr);
      return name ? name.getValue() : "_";
    };
    llvm::interleaveComma(llvm::seq(function.getNumArguments()), os, [&](unsigned i) {
      os << nameOf(function.getArgAttr(i, "nn.name")) << ": " << typeText(function.getArgumentTypes()[i]);
    });
    os << ") -> ";
    llvm::interleaveComma(llvm::seq(function.getNumResults()), os, [&](unsigned i) {
      os << nameOf(function.getResultAttr(i, "nn.name")) << ": " << typeText(function.getResultTypes()[i]);
    });
    os << "  " << countFunctionFlops(function) << " flops\n";
  }
  for (const OpenFunction &function : open) {
    os << "note: " << function.name << " is skipped: -D must give ";
    llvm::interleaveComma(function.dims, os);
    os << '\n';
  }
  uint64_t counts[3] = {}, bytes[3] = {};
  for (auto variable : module.getOps<nn::VariableOp>()) {
    auto kind = static_cast<unsigned>(variable.getKind());
    counts[kind] += variable.getTensorType().getNumElements();
    bytes[kind] += byteSize(variable.getTensorType());
  }
  const char *names[3] = {"parameters", "state", "optimiser slots"};
  for (unsigned kind = 0; kind != 3; ++kind)
    if (kind == 0 || counts[kind] != 0)
      os << names[kind] << ": " << counts[kind] << " (" << bytes[kind] << " bytes)\n";
}

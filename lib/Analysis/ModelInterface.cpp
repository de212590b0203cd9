//===- ModelInterface.cpp - what a compiled model looks like outside ------===//
//
// Collects functions and tensors and lays out the instance.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Analysis/Invariants.h"

using namespace mlir;
using namespace nnc;

ElementCode nnc::getElementCode(Type element) {
  if (element.isF32())
    return ElementCode::F32;
  if (element.isF64())
    return ElementCode::F64;
  bool isUnsigned = element.isUnsignedInteger();
  switch (cast<IntegerType>(element).getWidth()) {
  case 1:
    return ElementCode::Bool;
  case 8:
    return isUnsigned ? ElementCode::U8 : ElementCode::I8;
  case 16:
    return ElementCode::I16;
  case 32:
    return ElementCode::I32;
  case 64:
    return ElementCode::I64;
  }
  llvm_unreachable("no element type of the nn dialect");
}

uint64_t ModelInterface::getMagic() const {
  uint64_t hash = 0xcbf29ce484222325;
  auto addByte = [&](uint8_t byte) { hash = (hash ^ byte) * 0x100000001b3; };
  auto addNumber = [&](uint64_t number) {
    for (int i = 0; i < 8; ++i)
      addByte(number >> (8 * i));
  };
  auto addString = [&](StringRef string) {
    addNumber(string.size());
    for (char c : string)
      addByte(c);
  };
  addString(prefix);
  addNumber(size);
  for (const Tensor &tensor : tensors) {
    addString(tensor.name);
    addNumber(uint64_t(tensor.type));
    addNumber(tensor.offset);
    addNumber(tensor.bytes);
  }
  return hash;
}

template <typename FunctionOp>
static ModelInterface::Function describeFunction(FunctionOp op, bool isStep) {
  ModelInterface::Function function;
  function.name = op.getSymName();
  function.base = op.getDeclaredName();
  function.isStep = isStep;
  auto describe = [](Type type, StringRef name) {
    auto tensor = cast<RankedTensorType>(type);
    return ModelInterface::Port{name.str(),
                                getElementCode(tensor.getElementType()),
                                tensor.getShape().vec()};
  };
  for (auto [i, type] : llvm::enumerate(op.getArgumentTypes()))
    function.inputs.push_back(describe(type, op.getInputName(i)));
  for (auto [i, type] : llvm::enumerate(op.getResultTypes()))
    function.outputs.push_back(describe(type, op.getOutputName(i)));
  auto flops = op->template getAttrOfType<IntegerAttr>(kFlopsAttrName);
  function.flops = flops ? flops.getValue().getZExtValue() : 0;
  return function;
}

/// `prepared` has the sizes of the variables after the tensors.
static void layOutInstance(ModelInterface &model, ArrayRef<int64_t> prepared) {
  int64_t offset = ControlBlock::Size;
  auto place = [&](bool parameters) {
    for (ModelInterface::Tensor &tensor : model.tensors) {
      if ((tensor.kind == int32_t(nn::VariableKind::parameter)) != parameters)
        continue;
      tensor.offset = offset;
      offset = alignToBuffer(offset + tensor.bytes);
      (parameters ? model.parametersSize : model.stateSize) += tensor.bytes;
    }
  };
  place(/*parameters=*/true);
  place(/*parameters=*/false);
  int64_t end = offset;
  for (int64_t bytes : prepared) {
    model.preparedOffsets.push_back(offset);
    offset = alignToBuffer(offset + bytes);
  }
  model.arenaOffset = offset;
  model.size = offset + model.arenaSize;
  model.scratchSize = model.size - end;
}

ModelInterface nnc::describeModel(ModuleOp module, StringRef prefix,
                                  int32_t maxThreads) {
  ModelInterface model;
  SmallVector<int64_t> prepared;
  model.prefix = prefix;
  model.maxThreads = maxThreads;
  for (Operation &op : *module.getBody()) {
    if (auto entry = dyn_cast<nn::EntryOp>(op)) {
      if (entry.getSymName() != kInitName && !entry->hasAttr(kPreparationAttrName))
        model.functions.push_back(describeFunction(entry, /*isStep=*/false));
    } else if (auto step = dyn_cast<nn::StepOp>(op)) {
      model.functions.push_back(describeFunction(step, /*isStep=*/true));
    } else if (auto variable = dyn_cast<nn::VariableOp>(op)) {
      RankedTensorType type = variable.getTensorType();
      if (variable.getKind() == nn::VariableKind::prepared) {
        prepared.push_back(getByteSize(type));
        continue;
      }
      model.tensors.push_back(
          {variable.getSymName().str(), getElementCode(type.getElementType()),
           int32_t(variable.getKind()), type.getShape().vec(),
           uint64_t(getByteSize(type)), 0});
    }
  }
  model.hasWeights = module->hasAttr(kHasWeightsAttrName);
  if (auto normalizers = module->getAttrOfType<ArrayAttr>(kNormalizersAttrName))
    for (auto normalizer : normalizers.getAsRange<DictionaryAttr>())
      model.normalizers.push_back(
          {normalizer.getAs<StringAttr>("mean").str(),
           normalizer.getAs<StringAttr>("deviation").str(),
           normalizer.getAs<StringAttr>("input").str()});
  if (auto arena = module->getAttrOfType<IntegerAttr>(kArenaSizeAttrName))
    model.arenaSize = arena.getInt();
  layOutInstance(model, prepared);
  return model;
}

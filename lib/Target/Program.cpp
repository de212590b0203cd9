//===- Program.cpp - the object that describes a model --------------------===//
//
// Builds the constant `nnc_model` of nnc/Runtime/Model.h beside one thunk per
// function, which spreads an array of pointers over the arguments, and `main`.
//
// It is an object of its own because it holds pointers, which a model's object
// must not.
//
//===----------------------------------------------------------------------===//
#include "nnc/Runtime/Model.h"
#include "nnc/Target/Emit.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;
using namespace nnc;

namespace {

class ProgramBuilder {
public:
  ProgramBuilder(const ModelInterface &model, TargetMachine &machine)
      : model(model), module("program", context), builder(context),
        pointer(PointerType::getUnqual(context)), i32(builder.getInt32Ty()),
        i64(builder.getInt64Ty()) {
    module.setTargetTriple(machine.getTargetTriple());
    module.setDataLayout(machine.createDataLayout());
    module.setPICLevel(PICLevel::BigPIC);
    module.setSourceFileName(model.prefix);
    size = module.getDataLayout().getIntPtrType(context);
  }

  Module &build(bool withMain);

private:
  Constant *makeString(StringRef text);
  Constant *makeShape(ArrayRef<int64_t> shape);
  /// A constant array of rows, or null where there is none.
  Constant *makeArray(ArrayRef<Constant *> rows);
  Constant *makeStruct(ArrayRef<Constant *> fields) {
    return ConstantStruct::getAnon(context, fields);
  }
  Constant *number(int32_t value) { return ConstantInt::get(i32, value); }
  Constant *wide(uint64_t value) { return ConstantInt::get(i64, value); }
  Function *declare(StringRef name, Type *result, ArrayRef<Type *> arguments);
  Constant *makeFunction(const ModelInterface::Function &function);
  Function *makeThunk(const ModelInterface::Function &function);
  GlobalVariable *makeDescriptor();
  void makeMain(GlobalVariable *descriptor);

  const ModelInterface &model;
  LLVMContext context;
  Module module;
  IRBuilder<> builder;
  PointerType *pointer;
  Type *i32, *i64, *size;
};

} // namespace

Constant *ProgramBuilder::makeString(StringRef text) {
  Constant *bytes = ConstantDataArray::getString(context, text);
  return new GlobalVariable(module, bytes->getType(), true,
                            GlobalValue::PrivateLinkage, bytes, "name");
}

Constant *ProgramBuilder::makeShape(ArrayRef<int64_t> shape) {
  SmallVector<uint64_t> sizes(shape.begin(), shape.end());
  sizes.resize(NNC_MAX_RANK, 0);
  return ConstantDataArray::get(context, sizes);
}

Constant *ProgramBuilder::makeArray(ArrayRef<Constant *> rows) {
  if (rows.empty())
    return ConstantPointerNull::get(pointer);
  auto *type = ArrayType::get(rows.front()->getType(), rows.size());
  return new GlobalVariable(module, type, true, GlobalValue::PrivateLinkage,
                            ConstantArray::get(type, rows), "table");
}

Function *ProgramBuilder::declare(StringRef name, Type *result,
                                  ArrayRef<Type *> arguments) {
  return Function::Create(FunctionType::get(result, arguments, false),
                          GlobalValue::ExternalLinkage,
                          model.prefix + "_" + name, module);
}

Function *ProgramBuilder::makeThunk(const ModelInterface::Function &function) {
  size_t count = function.inputs.size() + function.outputs.size();
  Function *target =
      declare(function.name, i32, SmallVector<Type *>(count + 1, pointer));
  Function *thunk = Function::Create(
      FunctionType::get(i32, {pointer, pointer}, false),
      GlobalValue::InternalLinkage, "call_" + function.name, module);
  thunk->setDoesNotThrow();
  builder.SetInsertPoint(BasicBlock::Create(context, "", thunk));
  SmallVector<Value *> arguments = {thunk->getArg(0)};
  for (size_t i = 0; i < count; ++i)
    arguments.push_back(builder.CreateLoad(
        pointer,
        builder.CreateConstInBoundsGEP1_64(pointer, thunk->getArg(1), i)));
  builder.CreateRet(builder.CreateCall(target, arguments));
  return thunk;
}

Constant *
ProgramBuilder::makeFunction(const ModelInterface::Function &function) {
  SmallVector<Constant *> ports;
  for (const auto *side : {&function.inputs, &function.outputs})
    for (const ModelInterface::Port &port : *side)
      ports.push_back(
          makeStruct({makeString(port.name), number(int32_t(port.type)),
                      number(port.shape.size()), makeShape(port.shape)}));
  return makeStruct({makeString(function.name), makeString(function.base),
                     number(function.isStep ? NNC_STEP : NNC_ENTRY),
                     number(function.inputs.size()),
                     number(function.outputs.size()), makeArray(ports),
                     makeThunk(function), wide(function.flops)});
}

GlobalVariable *ProgramBuilder::makeDescriptor() {
  SmallVector<Constant *> tensors, functions, normalizers;
  for (const ModelInterface::Tensor &tensor : model.tensors)
    tensors.push_back(
        makeStruct({makeString(tensor.name), number(int32_t(tensor.type)),
                    number(tensor.kind), number(tensor.shape.size()),
                    makeShape(tensor.shape), wide(tensor.bytes)}));
  for (const ModelInterface::Function &function : model.functions)
    functions.push_back(makeFunction(function));
  for (const ModelInterface::Normalizer &normalizer : model.normalizers)
    normalizers.push_back(makeStruct({makeString(normalizer.mean),
                                      makeString(normalizer.deviation),
                                      makeString(normalizer.input)}));
  auto count = [&](auto &list) { return ConstantInt::get(size, list.size()); };
  Constant *value = makeStruct({
      number(NNC_MODEL_ABI),
      makeString(model.prefix),
      wide(model.size),
      wide(kBufferAlignment),
      wide(model.parametersSize),
      wide(model.stateSize),
      wide(model.scratchSize),
      number(model.maxThreads),
      number(model.hasWeights),
      count(tensors),
      makeArray(tensors),
      count(functions),
      makeArray(functions),
      count(normalizers),
      makeArray(normalizers),
      declare("init", i32, {pointer, i64}),
      declare("read", i32, {pointer, size, pointer}),
      declare("write", i32, {pointer, size, pointer}),
      declare("set_parallel", i32, {pointer, pointer, pointer, i32}),
      declare("report", i32, {pointer, builder.getFloatTy()}),
      declare("status", pointer, {i32}),
  });
  return new GlobalVariable(module, value->getType(), true,
                            GlobalValue::ExternalLinkage, value,
                            "nnc_descriptor");
}

void ProgramBuilder::makeMain(GlobalVariable *descriptor) {
  auto *run = Function::Create(
      FunctionType::get(i32, {i32, pointer, pointer}, false),
      GlobalValue::ExternalLinkage, "nnc_program_main", module);
  auto *main = Function::Create(FunctionType::get(i32, {i32, pointer}, false),
                                GlobalValue::ExternalLinkage, "main", module);
  builder.SetInsertPoint(BasicBlock::Create(context, "", main));
  builder.CreateRet(
      builder.CreateCall(run, {main->getArg(0), main->getArg(1), descriptor}));
}

Module &ProgramBuilder::build(bool withMain) {
  GlobalVariable *descriptor = makeDescriptor();
  if (withMain)
    makeMain(descriptor);
  return module;
}

Expected<std::string> nnc::emitProgram(const ModelInterface &interface,
                                       TargetMachine &machine, bool withMain) {
  ProgramBuilder program(interface, machine);
  return emitCode(program.build(withMain), machine,
                  CodeGenFileType::ObjectFile);
}

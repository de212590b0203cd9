//===- ParallelTasks.cpp - tasks through the host's parallel_for ----------===//
//
// Defines what kernels call to run all tasks of a nest (Tasks.h). What they get goes
// through an array on the stack, which outlives the host's loop.
//
//===----------------------------------------------------------------------===//
#include "GraphToLLVM.h"
#include "nnc/Conversion/Tasks.h"

using namespace mlir;
using namespace nnc;

/// NAME.run(data, index, worker): one task on the buffers in `data`.
static LLVM::LLVMFuncOp emitTrampoline(ModuleOp module, LLVM::LLVMFuncOp task, StringRef name) {
  MLIRContext *context = module.getContext();
  auto pointer = LLVM::LLVMPointerType::get(context);
  auto i32 = IntegerType::get(context, 32);
  Emitter emitter(module, task.getLoc(), name, {pointer, i32, i32},
                  LLVM::LLVMVoidType::get(context));
  ImplicitLocOpBuilder &builder = emitter.getBuilder();
  SmallVector<Value> arguments;
  for (unsigned i = 0; i + 2 != task.getNumArguments(); ++i)
    arguments.push_back(emitter.load(task.getArgumentTypes()[i],
                                     emitter.address(emitter.getArgument(0), 8 * i), 8));
  Type wide = task.getArgumentTypes().back();
  for (Value number : {emitter.getArgument(1), emitter.getArgument(2)})
    arguments.push_back(wide == i32 ? number : LLVM::SExtOp::create(builder, wide, number));
  LLVM::CallOp::create(builder, task, arguments);
  emitter.finish();
  return module.lookupSymbol<LLVM::LLVMFuncOp>(name);
}

void nnc::emitTaskLoops(ModuleOp module) {
  MLIRContext *context = module.getContext();
  auto pointer = LLVM::LLVMPointerType::get(context);
  auto i32 = IntegerType::get(context, 32);
  for (auto declaration : llvm::to_vector(module.getOps<LLVM::LLVMFuncOp>())) {
    auto tasks = declaration->getAttrOfType<IntegerAttr>(kTasksAttrName);
    if (!tasks || !declaration.isExternal())
      continue;
    std::string name = declaration.getSymName().str();
    std::string one = StringRef(name).drop_back(StringRef(".all").size()).str();
    auto task = module.lookupSymbol<LLVM::LLVMFuncOp>(one);
    Location loc = declaration.getLoc();
    SmallVector<Type> types(declaration.getArgumentTypes());
    unsigned passed = types.size() - 1;
    declaration.erase();
    auto trampoline = emitTrampoline(module, task, one + ".run");

    Emitter emitter(module, loc, name, types, LLVM::LLVMVoidType::get(context));
    ImplicitLocOpBuilder &builder = emitter.getBuilder();
    Value instance = emitter.getArgument(passed);
    Value data = LLVM::AllocaOp::create(builder, pointer, pointer, emitter.i64(passed),
                                        /*alignment=*/8);
    Value run = emitter.load(pointer, emitter.address(instance, ControlBlock::ParallelFor), 8);
    Value isSerial = emitter.isNull(run);
    emitter.ifThen(isSerial, [&] {
      emitter.loop(tasks.getInt(), {}, [&](Value index, ValueRange) -> SmallVector<Value> {
        SmallVector<Value> arguments;
        for (unsigned i = 0; i != passed; ++i)
          arguments.push_back(emitter.getArgument(i));
        Type narrow = task.getArgumentTypes().back();
        for (Value number : {index, emitter.i64(0)})
          arguments.push_back(narrow == number.getType()
                                  ? number
                                  : LLVM::TruncOp::create(builder, narrow, number).getResult());
        LLVM::CallOp::create(builder, task, arguments);
        return {};
      });
    });
    Value isParallel = LLVM::XOrOp::create(builder, isSerial,
                                           emitter.integer(builder.getI1Type(), 1));
    emitter.ifThen(isParallel, [&] {
      for (unsigned i = 0; i != passed; ++i)
        emitter.store(emitter.getArgument(i), emitter.address(data, 8 * i), 8);
      Value context = emitter.load(pointer, emitter.address(instance, ControlBlock::Context), 8);
      Value body = LLVM::AddressOfOp::create(builder, trampoline);
      auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()),
                                              {pointer, i32, pointer, pointer});
      LLVM::CallOp::create(builder, type,
                           ValueRange{run, context, emitter.i32(tasks.getInt()), body, data});
    });
    emitter.finish();
  }
}

//===- ServiceFunctions.cpp - the functions that every model has ----------===//
//
// read and write copy one tensor; report stores in variables and set_parallel
// in the control block; status names a code. None of them needs a table of
// pointers, which would need writing when the object is loaded.
//
//===----------------------------------------------------------------------===//
#include "GraphToLLVM.h"
#include "nnc/Dialect/NN/IR/VariableNames.h"

using namespace mlir;
using namespace nnc;
using Predicate = LLVM::ICmpPredicate;

std::string nnc::getExportedName(const ModelInterface &model,
                                 StringRef function) {
  return (model.prefix + "_" + function).str();
}

/// A private constant; returns its address.
static Value makeTable(Emitter &emitter, ModuleOp module, StringRef name,
                       Type type, Attribute value) {
  ImplicitLocOpBuilder &builder = emitter.getBuilder();
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(module.getBody());
    LLVM::GlobalOp::create(builder, type, /*isConstant=*/true,
                           LLVM::Linkage::Internal, name, value,
                           /*alignment=*/16);
  }
  return LLVM::AddressOfOp::create(builder, emitter.getPointerType(), name);
}

/// Copies a tensor out of an instance or into it.
static void emitTransfer(ModuleOp module, const ModelInterface &model,
                         unsigned sizeBits, bool isRead) {
  MLIRContext *context = module.getContext();
  auto pointer = LLVM::LLVMPointerType::get(context);
  auto i64 = IntegerType::get(context, 64);
  Emitter emitter(module, module.getLoc(),
                  getExportedName(model, isRead ? "read" : "write"),
                  {pointer, IntegerType::get(context, sizeBits), pointer});
  ImplicitLocOpBuilder &builder = emitter.getBuilder();
  Value instance = emitter.getArgument(0), index = emitter.getArgument(1),
        values = emitter.getArgument(2);
  emitter.checkInstance(instance, model, /*initialised=*/true);
  if (sizeBits < 64)
    index = LLVM::ZExtOp::create(builder, i64, index);
  emitter.returnIf(
      emitter.compare(Predicate::uge, index, emitter.i64(model.tensors.size())),
      Status::IndexOutOfRange);
  emitter.returnIf(emitter.isNull(values), Status::BadInstance);
  if (model.tensors.empty())
    return emitter.finish(Status::Success);

  // Pairs of offset and size.
  SmallVector<int64_t> entries;
  for (const ModelInterface::Tensor &tensor : model.tensors) {
    entries.push_back(tensor.offset);
    entries.push_back(tensor.bytes);
  }
  std::string name = model.prefix + ".tensor_places";
  auto type = LLVM::LLVMArrayType::get(i64, entries.size());
  Value table =
      isRead ? makeTable(emitter, module, name, type,
                         builder.getI64TensorAttr(entries))
             : LLVM::AddressOfOp::create(builder, pointer, name).getResult();
  Value entry = emitter.address(
      table, LLVM::ShlOp::create(builder, index, emitter.i64(4)));
  Value inside = emitter.address(instance, emitter.load(i64, entry, 8));
  Value bytes = emitter.load(i64, emitter.address(entry, 8), 8);
  emitter.copy(isRead ? values : inside, isRead ? inside : values, bytes);
  // What was prepared of the old values is no longer valid.
  if (!isRead && !model.preparedOffsets.empty())
    emitter.store(emitter.i64(0), emitter.address(instance, ControlBlock::Prepared), 8);
  emitter.finish(Status::Success);
}

/// A model without a schedule that asks for reports takes them and does
/// nothing.
static void emitReport(ModuleOp module, const ModelInterface &model) {
  MLIRContext *context = module.getContext();
  auto i64 = IntegerType::get(context, 64);
  Emitter emitter(
      module, module.getLoc(), getExportedName(model, "report"),
      {LLVM::LLVMPointerType::get(context), Float32Type::get(context)});
  Value instance = emitter.getArgument(0);
  emitter.checkInstance(instance, model, /*initialised=*/true);
  for (const ModelInterface::Tensor &tensor : model.tensors) {
    if (tensor.name == nn::kReportedMetricName)
      emitter.store(emitter.getArgument(1),
                    emitter.address(instance, tensor.offset), 4);
    if (tensor.name != nn::kReportCountName)
      continue;
    Value place = emitter.address(instance, tensor.offset);
    Value count = LLVM::AddOp::create(
        emitter.getBuilder(), emitter.load(i64, place, 8), emitter.i64(1));
    emitter.store(count, place, 8);
  }
  emitter.finish(Status::Success);
}

/// A null loop is serial and may come with any number of threads that is not
/// too large; another must have one thread at least.
static void emitSetParallel(ModuleOp module, const ModelInterface &model) {
  MLIRContext *context = module.getContext();
  auto pointer = LLVM::LLVMPointerType::get(context);
  Emitter emitter(module, module.getLoc(),
                  getExportedName(model, "set_parallel"),
                  {pointer, pointer, pointer, IntegerType::get(context, 32)});
  ImplicitLocOpBuilder &builder = emitter.getBuilder();
  Value instance = emitter.getArgument(0), run = emitter.getArgument(1),
        threads = emitter.getArgument(3);
  emitter.checkInstance(instance, model, /*initialised=*/true);
  Value serial = emitter.isNull(run);
  Value least =
      LLVM::SelectOp::create(builder, serial, emitter.i32(0), emitter.i32(1));
  Value tooFew = emitter.compare(Predicate::slt, threads, least);
  Value tooMany =
      emitter.compare(Predicate::sgt, threads, emitter.i32(model.maxThreads));
  emitter.returnIf(LLVM::OrOp::create(builder, tooFew, tooMany),
                   Status::TooManyThreads);
  emitter.store(run, emitter.address(instance, ControlBlock::ParallelFor), 8);
  emitter.store(emitter.getArgument(2),
                emitter.address(instance, ControlBlock::Context), 8);
  Value workers =
      LLVM::SelectOp::create(builder, serial, emitter.i32(1), threads);
  emitter.store(workers, emitter.address(instance, ControlBlock::Threads), 4);
  emitter.finish(Status::Success);
}

/// The strings are of one length in one array, found by arithmetic.
static void emitStatus(ModuleOp module, const ModelInterface &model) {
  MLIRContext *context = module.getContext();
  auto i32 = IntegerType::get(context, 32);
  constexpr int64_t kStride = 64;
  const StringRef messages[] = {
      "success",
      "the instance is null or misaligned, or an input is null",
      "the instance is not initialised",
      "an index is out of range",
      "the number of threads is out of range",
      "unknown status",
  };
  std::string text;
  for (StringRef message : messages) {
    text += message;
    text.append(kStride - message.size(), '\0');
  }

  Emitter emitter(module, module.getLoc(), getExportedName(model, "status"),
                  {i32}, LLVM::LLVMPointerType::get(context));
  ImplicitLocOpBuilder &builder = emitter.getBuilder();
  Value table =
      makeTable(emitter, module, model.prefix + ".status_names",
                LLVM::LLVMArrayType::get(builder.getI8Type(), text.size()),
                builder.getStringAttr(text));
  Value unknown = emitter.i32(std::size(messages) - 1);
  Value number =
      LLVM::SubOp::create(builder, emitter.i32(0), emitter.getArgument(0));
  Value known = emitter.compare(Predicate::ult, number, unknown);
  Value chosen = LLVM::SelectOp::create(builder, known, number, unknown);
  Value wide = LLVM::ZExtOp::create(builder, builder.getI64Type(), chosen);
  Value bytes = LLVM::MulOp::create(builder, wide, emitter.i64(kStride));
  emitter.finish(emitter.address(table, bytes));
}

void nnc::emitServiceFunctions(ModuleOp module, const ModelInterface &model,
                               unsigned sizeBits) {
  emitTransfer(module, model, sizeBits, /*isRead=*/true);
  emitTransfer(module, model, sizeBits, /*isRead=*/false);
  emitReport(module, model);
  emitSetParallel(module, model);
  emitStatus(module, model);
}

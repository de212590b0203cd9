//===- Emitter.cpp - writes one LLVM function -----------------------------===//
//
// Blocks are appended in the order in which the code is written.
//
//===----------------------------------------------------------------------===//
#include "Emitter.h"

using namespace mlir;
using namespace nnc;

Emitter::Emitter(ModuleOp module, Location loc, StringRef name,
                 ArrayRef<Type> arguments, Type result)
    : builder(loc, OpBuilder::atBlockEnd(module.getBody())) {
  bool returnsInt = !result;
  if (returnsInt)
    result = builder.getI32Type();
  function = LLVM::LLVMFuncOp::create(
      builder, name, LLVM::LLVMFunctionType::get(result, arguments));
  function.setNoUnwind(true);
  // Some ABIs want a C int extended to a register.
  auto extended = builder.getUnitAttr();
  if (returnsInt)
    function.setResultAttr(0, LLVM::LLVMDialect::getSExtAttrName(), extended);
  for (auto [i, type] : llvm::enumerate(arguments))
    if (type.isInteger(32))
      function.setArgAttr(i, LLVM::LLVMDialect::getSExtAttrName(), extended);
  builder.setInsertionPointToStart(function.addEntryBlock(builder));
}

Value Emitter::integer(Type type, int64_t value) {
  return LLVM::ConstantOp::create(builder, type,
                                  builder.getIntegerAttr(type, value));
}

Value Emitter::null() {
  return LLVM::ZeroOp::create(builder, getPointerType());
}

Value Emitter::address(Value base, int64_t bytes) {
  if (bytes == 0)
    return base;
  return address(base, i64(bytes));
}

Value Emitter::address(Value base, Value bytes) {
  return LLVM::GEPOp::create(builder, getPointerType(), builder.getI8Type(),
                             base, ValueRange{bytes},
                             LLVM::GEPNoWrapFlags::inbounds);
}

Value Emitter::load(Type type, Value address, unsigned alignment) {
  return LLVM::LoadOp::create(builder, type, address, alignment);
}

void Emitter::store(Value value, Value address, unsigned alignment) {
  LLVM::StoreOp::create(builder, value, address, alignment);
}

Value Emitter::compare(LLVM::ICmpPredicate predicate, Value a, Value b) {
  return LLVM::ICmpOp::create(builder, predicate, a, b);
}

Value Emitter::isNull(Value pointer) {
  return compare(LLVM::ICmpPredicate::eq, pointer, null());
}

Block *Emitter::addBlock() {
  Block *block = new Block();
  function.getBody().push_back(block);
  return block;
}

void Emitter::returnIf(Value condition, Status status) {
  Block *leave = addBlock(), *stay = addBlock();
  LLVM::CondBrOp::create(builder, condition, leave, stay);
  builder.setInsertionPointToStart(leave);
  finish(status);
  builder.setInsertionPointToStart(stay);
}

void Emitter::ifThen(Value condition, function_ref<void()> body) {
  Block *then = addBlock();
  Block *from = builder.getInsertionBlock();
  builder.setInsertionPointToStart(then);
  body();
  Block *after = addBlock();
  LLVM::BrOp::create(builder, after);
  builder.setInsertionPointToEnd(from);
  LLVM::CondBrOp::create(builder, condition, then, after);
  builder.setInsertionPointToStart(after);
}

SmallVector<Value>
Emitter::loop(int64_t count, ValueRange inits,
              function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  Block *head = addBlock();
  Value index = head->addArgument(builder.getI64Type(), builder.getLoc());
  SmallVector<Value> entering{i64(0)};
  for (Value init : inits) {
    head->addArgument(init.getType(), builder.getLoc());
    entering.push_back(init);
  }
  LLVM::BrOp::create(builder, entering, head);

  builder.setInsertionPointToStart(head);
  Value inside = compare(LLVM::ICmpPredicate::slt, index, i64(count));
  SmallVector<Value> carried(head->getArguments().drop_front());
  Block *turn = addBlock();
  builder.setInsertionPointToStart(turn);
  SmallVector<Value> next = body(index, carried);
  next.insert(next.begin(), LLVM::AddOp::create(builder, index, i64(1)));
  LLVM::BrOp::create(builder, next, head);

  Block *after = addBlock();
  builder.setInsertionPointToEnd(head);
  LLVM::CondBrOp::create(builder, inside, turn, after);
  builder.setInsertionPointToStart(after);
  return carried;
}

void Emitter::copy(Value target, Value source, Value bytes) {
  LLVM::MemcpyOp::create(builder, target, source, bytes, /*isVolatile=*/false);
}

void Emitter::checkInstance(Value instance, const ModelInterface &model,
                            bool initialised) {
  Value bits =
      LLVM::PtrToIntOp::create(builder, builder.getI64Type(), instance);
  Value low = LLVM::AndOp::create(builder, bits, i64(kBufferAlignment - 1));
  Value misaligned = compare(LLVM::ICmpPredicate::ne, low, i64(0));
  returnIf(LLVM::OrOp::create(builder, isNull(instance), misaligned),
           Status::BadInstance);
  if (!initialised)
    return;
  Value foreign = LLVM::XOrOp::create(builder, isInitialised(instance, model),
                                      integer(builder.getI1Type(), 1));
  returnIf(foreign, Status::NotInitialised);
}

Value Emitter::isInitialised(Value instance, const ModelInterface &model) {
  Value magic =
      load(builder.getI64Type(), address(instance, ControlBlock::Magic), 8);
  return compare(LLVM::ICmpPredicate::eq, magic, i64(model.getMagic()));
}

void Emitter::finish(Value result) { LLVM::ReturnOp::create(builder, result); }

//===- GraphFunction.cpp - one entry or step as a C function --------------===//
//
// Checks first, so that a refused call has written nothing; then the kernels in
// order; then the copies in the order that the memory plan assumes.
//
// A scan is a loop that hands on the addresses of its carries, not their bytes.
//
//===----------------------------------------------------------------------===//
#include "GraphToLLVM.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "nnc/Analysis/Frozen.h"
#include "nnc/Analysis/IndexBounds.h"
#include "nnc/Analysis/Invariants.h"
#include "nnc/Conversion/Tasks.h"
#include <functional>

using namespace mlir;
using namespace nnc;
using Predicate = LLVM::ICmpPredicate;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// The same data in one axis, of integers and floats that LLVM has.
static Attribute flattenElements(ElementsAttr value) {
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!dense)
    return {};
  Type element = dense.getElementType();
  if (element.isInteger(1))
    dense = dense.mapValues(IntegerType::get(element.getContext(), 8),
                            [](const APInt &bit) { return bit.zext(8); });
  else if (element.isUnsignedInteger())
    dense = dense.bitcast(
        IntegerType::get(element.getContext(), element.getIntOrFloatBitWidth()));
  return dense.reshape(
      RankedTensorType::get({dense.getNumElements()}, dense.getElementType()));
}

FailureOr<FlatSymbolRefAttr> ConstantPool::get(nn::ConstantOp op) {
  FlatSymbolRefAttr &symbol = symbols[op.getValue()];
  if (symbol)
    return symbol;
  Attribute flat = flattenElements(op.getValue());
  if (!flat)
    return op.emitOpError("has data in a form that cannot be emitted");
  auto type = cast<ShapedType>(cast<ElementsAttr>(flat).getType());
  auto builder = OpBuilder::atBlockBegin(module.getBody());
  std::string name = (prefix + ".constant" + Twine(symbols.size() - 1)).str();
  auto global = LLVM::GlobalOp::create(
      builder, op.getLoc(),
      LLVM::LLVMArrayType::get(type.getElementType(), type.getNumElements()),
      /*isConstant=*/true, LLVM::Linkage::Internal, name, flat,
      kBufferAlignment);
  // LLVM computes with constants that it knows, and rounds where the code that
  // loads them contracts: frozen values are none that it knows.
  global.setExternallyInitialized(op->hasAttr(kFrozenAttrName));
  return symbol = FlatSymbolRefAttr::get(op.getContext(), name);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

/// The number of a function that prepares.
static int64_t getPreparationNumber(Operation *function) {
  return function->getAttrOfType<IntegerAttr>(kPreparationAttrName).getInt();
}

namespace {

class GraphFunctionEmitter {
public:
  GraphFunctionEmitter(ModuleOp module, FunctionOpInterface function,
                       const ModelInterface &model,
                       const VariableTable &variables, ConstantPool &constants)
      : function(function), body(function.getFunctionBody().front()),
        model(model), variables(variables), constants(constants),
        isInit(function.getName() == kInitName),
        emitter(module, function.getLoc(),
                getExportedName(model, function.getName()),
                getSignature(function)),
        builder(emitter.getBuilder()), instance(emitter.getArgument(0)) {}

  LogicalResult emit();

private:
  /// The instance, then inputs and outputs by pointer; `init` takes its seed by
  /// value.
  static SmallVector<Type> getSignature(FunctionOpInterface function) {
    auto pointer = LLVM::LLVMPointerType::get(function->getContext());
    if (function.getName() == kInitName)
      return {pointer, IntegerType::get(function->getContext(), 64)};
    return SmallVector<Type>(
        1 + function.getNumArguments() + function.getNumResults(), pointer);
  }

  void checkIndices();
  Value getPreparedBits() { return emitter.address(instance, ControlBlock::Prepared); }
  void emitPreparation();
  void emitInvalidation();
  FailureOr<Value> getPointer(Value value);
  FailureOr<Value> choosePointer(Value value);
  LogicalResult emitBlock(Block &block);
  LogicalResult emitCall(kernel::CallOp call);
  LogicalResult emitScan(nn::ScanOp scan);
  LogicalResult emitCopy(Value target, Value value);
  LogicalResult emitReturn();
  LogicalResult emitWrites();

  Value getOutput(int64_t index) {
    return emitter.getArgument(1 + inputs.size() + index);
  }
  Value getVariable(int64_t index) {
    return emitter.address(instance, model.getVariableOffset(index));
  }
  Value getArena(int64_t offset) {
    return emitter.address(instance, model.arenaOffset + offset);
  }

  FunctionOpInterface function;
  Block &body;
  const ModelInterface &model;
  const VariableTable &variables;
  ConstantPool &constants;
  bool isInit;
  Emitter emitter;
  ImplicitLocOpBuilder &builder;
  Value instance;
  SmallVector<Value> inputs;
  /// A scan while its body is emitted.
  struct Frame {
    /// Where this turn's slots of the collected arrays are.
    SmallVector<Value> slots;
    /// Whether the turn is odd.
    Value odd;
  };
  SmallVector<Frame *> frames;
  /// Where values are whose address is not emitted at each use: computed by
  /// turns, chosen at run time, or bound by a scan.
  DenseMap<Value, Value> pointers;
};

} // namespace

LogicalResult GraphFunctionEmitter::emit() {
  if (function->hasAttr(kPreparationAttrName))
    emitter.setInternal();
  if (isInit) {
    Value seed = LLVM::AllocaOp::create(builder, emitter.getPointerType(),
                                        builder.getI64Type(), emitter.i64(1),
                                        /*alignment=*/8);
    emitter.store(emitter.getArgument(1), seed, 8);
    inputs.push_back(seed);
    emitter.checkInstance(instance, model, /*initialised=*/false);
    emitSerialStart(emitter, model, instance);
  } else {
    emitter.checkInstance(instance, model, /*initialised=*/true);
    for (unsigned i = 0; i < function.getNumArguments(); ++i) {
      inputs.push_back(emitter.getArgument(1 + i));
      emitter.returnIf(emitter.isNull(inputs.back()), Status::BadInstance);
    }
  }
  checkIndices();
  emitPreparation();
  if (failed(emitBlock(body)))
    return failure();
  if (failed(emitReturn()) || failed(emitWrites()))
    return failure();
  emitInvalidation();
  if (isInit)
    emitInitialisation(emitter, model, instance);
  emitter.finish(Status::Success);
  return success();
}

/// One pass over the elements without leaving early, which vectorises.
void GraphFunctionEmitter::checkIndices() {
  for (auto [number, argument] : llvm::enumerate(body.getArguments())) {
    auto bounds =
        function.getArgAttrOfType<ArrayAttr>(number, kIndexBoundsAttrName);
    if (!bounds)
      continue;
    Type element = cast<ShapedType>(argument.getType()).getElementType();
    int64_t width = getElementByteSize(element);
    Type stored = builder.getIntegerType(width * 8);
    Value base = inputs[number];
    for (auto attribute : bounds.getAsRange<DictionaryAttr>()) {
      IndexBound bound = IndexBound::fromAttribute(attribute);
      std::function<Value(size_t, Value, Value)> visit =
          [&](size_t axis, Value offset, Value bad) -> Value {
        if (axis < bound.sizes.size())
          return emitter.loop(
              bound.sizes[axis], bad,
              [&](Value index, ValueRange carried) -> SmallVector<Value> {
                Value step = LLVM::MulOp::create(
                    builder, index, emitter.i64(bound.strides[axis] * width));
                return {visit(axis + 1,
                              LLVM::AddOp::create(builder, offset, step),
                              carried.front())};
              }).front();
        Value index =
            emitter.load(stored, emitter.address(base, offset), width);
        if (width < 8 && element.isUnsignedInteger())
          index = LLVM::ZExtOp::create(builder, builder.getI64Type(), index);
        else if (width < 8)
          index = LLVM::SExtOp::create(builder, builder.getI64Type(), index);
        Value outside =
            emitter.compare(Predicate::uge, index, emitter.i64(bound.bound));
        if (bound.ignored)
          outside = LLVM::AndOp::create(
              builder, outside,
              emitter.compare(Predicate::ne, index,
                              emitter.i64(*bound.ignored)));
        return LLVM::OrOp::create(builder, bad, outside);
      };
      Value bad = visit(0, emitter.i64(bound.offset * width),
                        emitter.integer(builder.getI1Type(), 0));
      emitter.returnIf(bad, Status::IndexOutOfRange);
    }
  }
}

/// The address of `value` at its definition or, if it is where it always is,
/// anywhere.
FailureOr<Value> GraphFunctionEmitter::getPointer(Value value) {
  value = getStorageRoot(value);
  if (Value pointer = pointers.lookup(value))
    return pointer;
  return choosePointer(value);
}

FailureOr<Value> GraphFunctionEmitter::choosePointer(Value value) {
  FailureOr<Storage> storage = getStorage(value, variables);
  if (failed(storage))
    return function.emitError(
        "has a value without a place: run kernel-plan-memory first");
  switch (storage->kind) {
  case Storage::Kind::Input:
    return inputs[storage->index];
  case Storage::Kind::Variable:
    return getVariable(storage->index);
  case Storage::Kind::Constant: {
    auto symbol = constants.get(value.getDefiningOp<nn::ConstantOp>());
    if (failed(symbol))
      return failure();
    return LLVM::AddressOfOp::create(builder, emitter.getPointerType(),
                                     symbol->getAttr())
        .getResult();
  }
  case Storage::Kind::Arena: {
    Value even = getArena(storage->index);
    if (storage->alternate < 0 || frames.empty())
      return even;
    Value odd = getArena(storage->alternate);
    return pointers[value] =
               LLVM::SelectOp::create(builder, frames.back()->odd, odd, even);
  }
  case Storage::Kind::Output: {
    Value output = getOutput(storage->index);
    Value absent = emitter.isNull(output);
    Value spare = getArena(storage->spare);
    return pointers[value] =
               LLVM::SelectOp::create(builder, absent, spare, output);
  }
  case Storage::Kind::Slot:
    if (frames.empty() ||
        storage->index >= int64_t(frames.back()->slots.size()))
      return function.emitError("has a value in a slot that does not exist");
    return frames.back()->slots[storage->index];
  }
  llvm_unreachable("unknown storage");
}

LogicalResult GraphFunctionEmitter::emitBlock(Block &block) {
  for (Operation &op : block) {
    if (auto call = dyn_cast<kernel::CallOp>(op)) {
      if (failed(emitCall(call)))
        return failure();
    } else if (auto scan = dyn_cast<nn::ScanOp>(op)) {
      if (failed(emitScan(scan)))
        return failure();
    } else if (auto poison = dyn_cast<kernel::PoisonOp>(op)) {
      LLVM::MemsetOp::create(builder, getArena(poison.getOffset()),
                             emitter.integer(builder.getI8Type(), -1),
                             emitter.i64(poison.getBytes()), /*isVolatile=*/false);
    }
  }
  return success();
}

LogicalResult GraphFunctionEmitter::emitScan(nn::ScanOp scan) {
  builder.setLoc(scan.getLoc());
  auto getPointers = [&](ValueRange values) -> FailureOr<SmallVector<Value>> {
    SmallVector<Value> result;
    for (Value value : values) {
      FailureOr<Value> pointer = getPointer(value);
      if (failed(pointer))
        return failure();
      result.push_back(*pointer);
    }
    return result;
  };
  auto inits = getPointers(scan.getInits());
  auto scanned = getPointers(scan.getScanned());
  auto captures = getPointers(scan.getCaptures());
  auto arrays = getPointers(scan.getCollected());
  if (failed(inits) || failed(scanned) || failed(captures) || failed(arrays))
    return failure();

  auto getSlot = [&](Value base, Value array, Value slot) {
    int64_t size = getByteSize(cast<ShapedType>(array.getType())) / scan.getTurns();
    return emitter.address(
        base, LLVM::MulOp::create(builder, slot, emitter.i64(size)));
  };
  LogicalResult result = success();
  auto emitTurn = [&](Value turn, ValueRange carries) -> SmallVector<Value> {
    Value slot = turn;
    if (scan.getReverse())
      slot = LLVM::SubOp::create(builder, emitter.i64(scan.getTurns() - 1), turn);
    Frame frame;
    for (auto [base, array] : llvm::zip(*arrays, scan.getCollected()))
      frame.slots.push_back(getSlot(base, array, slot));
    frame.odd = LLVM::TruncOp::create(builder, builder.getI1Type(), turn);
    SmallVector<Value> arguments(carries);
    for (auto [base, array] : llvm::zip(*scanned, scan.getScanned()))
      arguments.push_back(getSlot(base, array, slot));
    llvm::append_range(arguments, *captures);
    Block *block = scan.getBodyBlock();
    for (auto [argument, pointer] : llvm::zip(block->getArguments(), arguments))
      pointers[argument] = pointer;
    frames.push_back(&frame);
    result = emitBlock(*block);
    FailureOr<SmallVector<Value>> next = getPointers(scan.getNext().getCarries());
    frames.pop_back();
    if (failed(next))
      result = failure();
    return failed(result) ? SmallVector<Value>(carries) : *next;
  };
  SmallVector<Value> finals = emitter.loop(scan.getTurns(), *inits, emitTurn);
  for (auto [value, pointer] : llvm::zip(scan.getFinals(), finals))
    pointers[value] = pointer;
  for (auto [value, pointer] : llvm::zip(scan.getCollected(), *arrays))
    pointers[value] = pointer;
  return result;
}

LogicalResult GraphFunctionEmitter::emitCall(kernel::CallOp call) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<LLVM::LLVMFuncOp>(
      call, call.getKernelAttr());
  if (!kernel)
    return call.emitOpError()
           << "calls '" << call.getKernel() << "', which is not lowered";
  builder.setLoc(call.getLoc());
  SmallVector<Value> arguments;
  for (Value value :
       llvm::concat<Value>(call.getOperands(), call.getResults())) {
    FailureOr<Value> pointer = getPointer(value);
    if (failed(pointer))
      return failure();
    arguments.push_back(*pointer);
  }
  if (auto scratch = call.getScratch())
    arguments.push_back(getArena(*scratch));
  if (kernel->hasAttr(kTakesInstanceAttrName))
    arguments.push_back(instance);
  if (kernel.getNumArguments() != arguments.size())
    return call.emitOpError()
           << "passes " << arguments.size() << " buffers to '"
           << call.getKernel() << "', which takes " << kernel.getNumArguments();
  LLVM::CallOp::create(builder, kernel, arguments);
  return success();
}

//===----------------------------------------------------------------------===//
// What is prepared
//===----------------------------------------------------------------------===//

/// Calls the function that prepares for this one, if its results are not valid.
void GraphFunctionEmitter::emitPreparation() {
  auto name = function->getAttrOfType<FlatSymbolRefAttr>(kPreparedByAttrName);
  if (!name)
    return;
  auto preparation = SymbolTable::lookupNearestSymbolFrom<FunctionOpInterface>(function, name);
  int64_t bit = int64_t(1) << getPreparationNumber(preparation);
  Value valid = LLVM::AndOp::create(builder, emitter.load(builder.getI64Type(), getPreparedBits(), 8),
                                    emitter.i64(bit));
  Value isInvalid = emitter.compare(Predicate::eq, valid, emitter.i64(0));
  SmallVector<Value> arguments{instance};
  llvm::append_range(arguments, inputs);
  emitter.ifThen(isInvalid, [&] {
    LLVM::CallOp::create(builder, TypeRange(builder.getI32Type()),
                         getExportedName(model, name.getValue()), arguments);
  });
}

/// Says that what this function has prepared is valid, or that what was prepared
/// of variables that it has written no longer is.
void GraphFunctionEmitter::emitInvalidation() {
  Type i64 = builder.getI64Type();
  if (function->hasAttr(kPreparationAttrName)) {
    int64_t bit = int64_t(1) << getPreparationNumber(function);
    Value bits = LLVM::OrOp::create(builder, emitter.load(i64, getPreparedBits(), 8),
                                    emitter.i64(bit));
    emitter.store(bits, getPreparedBits(), 8);
    return;
  }
  Invariants invariants(function);
  int64_t stale = 0;
  for (auto other : function->getParentOfType<ModuleOp>().getOps<FunctionOpInterface>())
    if (other->hasAttr(kPreparationAttrName))
      for (auto read : other.getFunctionBody().getOps<nn::ReadOp>())
        if (!invariants.isLasting(read))
          stale |= int64_t(1) << getPreparationNumber(other);
  if (stale == 0)
    return;
  Value bits = LLVM::AndOp::create(builder, emitter.load(i64, getPreparedBits(), 8),
                                   emitter.i64(~stale));
  emitter.store(bits, getPreparedBits(), 8);
}

//===----------------------------------------------------------------------===//
// Copies at the end
//===----------------------------------------------------------------------===//

/// Copies the bytes of `value`. A constant with one value is written out, so
/// that zeros take no space in the object.
LogicalResult GraphFunctionEmitter::emitCopy(Value target, Value value) {
  auto type = cast<ShapedType>(value.getType());
  int64_t bytes = getByteSize(type);
  if (auto constant = getStorageRoot(value).getDefiningOp<nn::ConstantOp>()) {
    auto splat = dyn_cast<SplatElementsAttr>(constant.getValue());
    auto element = splat ? splat.getSplatValue<Attribute>() : Attribute();
    std::optional<APInt> bits;
    if (auto number = dyn_cast_or_null<IntegerAttr>(element))
      bits = number.getValue();
    else if (auto number = dyn_cast_or_null<FloatAttr>(element))
      bits = number.getValue().bitcastToAPInt();
    if (bits) {
      int64_t width = getElementByteSize(type.getElementType());
      *bits = bits->zextOrTrunc(width * 8);
      if (bits->isSplat(8)) {
        Value byte =
            emitter.integer(builder.getI8Type(), bits->trunc(8).getSExtValue());
        LLVM::MemsetOp::create(builder, target, byte, emitter.i64(bytes),
                               /*isVolatile=*/false);
        return success();
      }
      Value word = emitter.integer(builder.getIntegerType(width * 8),
                                   bits->getSExtValue());
      emitter.loop(
          type.getNumElements(), word, [&](Value index, ValueRange carried) {
            Value offset =
                LLVM::MulOp::create(builder, index, emitter.i64(width));
            emitter.store(carried.front(), emitter.address(target, offset),
                          width);
            return SmallVector<Value>(carried);
          });
      return success();
    }
  }
  FailureOr<Value> source = getPointer(value);
  if (failed(source))
    return failure();
  emitter.copy(target, *source, emitter.i64(bytes));
  return success();
}

LogicalResult GraphFunctionEmitter::emitReturn() {
  for (OpOperand &operand : body.getTerminator()->getOpOperands()) {
    int64_t index = operand.getOperandNumber();
    FailureOr<Storage> storage = getStorage(operand.get(), variables);
    if (succeeded(storage) && storage->kind == Storage::Kind::Output &&
        storage->index == index)
      continue;
    LogicalResult result = success();
    Value given =
        emitter.compare(Predicate::ne, getOutput(index), emitter.null());
    emitter.ifThen(given,
                   [&] { result = emitCopy(getOutput(index), operand.get()); });
    if (failed(result))
      return failure();
  }
  return success();
}

LogicalResult GraphFunctionEmitter::emitWrites() {
  auto getStage = [](nn::WriteOp write) {
    return write->getAttrOfType<IntegerAttr>(kStageAttrName);
  };
  for (auto write : body.getOps<nn::WriteOp>())
    if (IntegerAttr stage = getStage(write);
        stage && failed(emitCopy(getArena(stage.getInt()), write.getValue())))
      return failure();
  for (auto write : body.getOps<nn::WriteOp>()) {
    int64_t variable = variables.lookup(write.getVariable());
    if (IntegerAttr stage = getStage(write)) {
      emitter.copy(getVariable(variable), getArena(stage.getInt()),
                   emitter.i64(model.tensors[variable].bytes));
      continue;
    }
    FailureOr<Storage> storage = getStorage(write.getValue(), variables);
    bool inPlace = succeeded(storage) &&
                   storage->kind == Storage::Kind::Variable &&
                   storage->index == variable;
    if (!inPlace && failed(emitCopy(getVariable(variable), write.getValue())))
      return failure();
  }
  return success();
}

LogicalResult nnc::emitGraphFunction(ModuleOp module,
                                     FunctionOpInterface function,
                                     const ModelInterface &model,
                                     const VariableTable &variables,
                                     ConstantPool &constants) {
  return GraphFunctionEmitter(module, function, model, variables, constants)
      .emit();
}

//===----------------------------------------------------------------------===//
// Initialisation
//===----------------------------------------------------------------------===//

void nnc::emitSerialStart(Emitter &emitter, const ModelInterface &model,
                          Value instance) {
  Value fresh = LLVM::XOrOp::create(
      emitter.getBuilder(), emitter.isInitialised(instance, model),
      emitter.integer(emitter.getBuilder().getI1Type(), 1));
  emitter.ifThen(fresh, [&] {
    emitter.store(emitter.null(),
                  emitter.address(instance, ControlBlock::ParallelFor), 8);
    emitter.store(emitter.null(),
                  emitter.address(instance, ControlBlock::Context), 8);
    emitter.store(emitter.i32(1),
                  emitter.address(instance, ControlBlock::Threads), 4);
  });
}

void nnc::emitInitialisation(Emitter &emitter, const ModelInterface &model,
                             Value instance) {
  emitter.store(emitter.i64(0), emitter.address(instance, ControlBlock::Prepared), 8);
  emitter.store(emitter.i64(model.getMagic()),
                emitter.address(instance, ControlBlock::Magic), 8);
}

void nnc::emitEmptyInit(ModuleOp module, const ModelInterface &model) {
  MLIRContext *context = module.getContext();
  Emitter emitter(
      module, module.getLoc(), getExportedName(model, kInitName),
      {LLVM::LLVMPointerType::get(context), IntegerType::get(context, 64)});
  emitter.checkInstance(emitter.getArgument(0), model, /*initialised=*/false);
  emitSerialStart(emitter, model, emitter.getArgument(0));
  emitInitialisation(emitter, model, emitter.getArgument(0));
  emitter.finish(Status::Success);
}

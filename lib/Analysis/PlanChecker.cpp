//===- PlanChecker.cpp - proof that a memory plan is sound ----------------===//
//
// Executes the planned calls, scans and copies on shadow memory, twice: with
// every output given and with every output null, which uses all spare buffers.
//
// Of a scan with many turns the first and the last ones are executed. A place
// depends on the turn by its slot and by whether the turn is odd, so the turns
// between do what these do, in slots of their own: those are filled at once,
// and must be whole at the end.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/PlanChecker.h"
#include "ShadowMemory.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace nnc;

namespace {

class PlanSimulation {
public:
  PlanSimulation(FunctionOpInterface function, int64_t arenaSize,
                 const VariableTable &variables, SymbolTableCollection &symbols,
                 bool outputsGiven)
      : body(function.getFunctionBody().front()), arenaSize(arenaSize),
        variables(variables), symbols(symbols), outputsGiven(outputsGiven) {}

  LogicalResult run();

private:
  enum Memory { Input, Arena, Variable, Output };

  /// What a value is at one moment: the bytes of `token` from `offset` on, in
  /// `range`, which constants lack: nothing can overwrite them.
  struct Content {
    std::optional<MemoryRange> range;
    int64_t token = 0;
    int64_t offset = 0;
  };

  /// A scan while one of its turns runs.
  struct Frame {
    nn::ScanOp scan;
    /// The arrays that it collects.
    SmallVector<MemoryRange> arrays;
    int64_t turn = 0;

    /// The bytes that a turn scans or collects in `array`.
    MemoryRange getSlot(const MemoryRange &array, int64_t turn) const {
      nn::ScanOp op = scan;
      int64_t turns = op.getTurns(), size = array.size / turns;
      int64_t slot = op.getReverse() ? turns - 1 - turn : turn;
      return {array.memory, array.begin + slot * size, size};
    }
    MemoryRange getSlot(const MemoryRange &array) const {
      return getSlot(array, turn);
    }
  };

  LogicalResult runBlock(Block &block);
  LogicalResult runCall(kernel::CallOp call);
  LogicalResult runScan(nn::ScanOp scan);
  LogicalResult runTurn(Frame &frame, SmallVector<Content> &carries,
                        SmallVectorImpl<Content> &collected);
  LogicalResult skipTurns(Frame &frame, int64_t next,
                          SmallVector<Content> &carries,
                          SmallVectorImpl<Content> &collected);
  LogicalResult runReturn(nn::ReturnOp op);
  LogicalResult runWrites();

  /// Where the plan puts a result in this turn.
  FailureOr<MemoryRange> locateResult(Operation *op, Value result);
  FailureOr<Content> getContent(Operation *user, Value value);
  LogicalResult requireValue(Operation *user, Value value);
  LogicalResult requireBounds(Operation *user, const MemoryRange &range);
  bool holds(const Content &content) const {
    return !content.range ||
           memory.holds(*content.range, content.token, content.offset);
  }
  /// Puts a new value into `range`.
  Content writeNew(const MemoryRange &range) {
    memory.write(range, ++lastToken);
    return {range, lastToken};
  }

  MemoryRange getVariableRange(int64_t variable) {
    nn::VariableOp op = variables.getVariables()[variable];
    return {{Variable, variable}, 0, getByteSize(op.getTensorType())};
  }

  Block &body;
  int64_t arenaSize;
  const VariableTable &variables;
  SymbolTableCollection &symbols;
  bool outputsGiven;
  ShadowMemory memory;
  int64_t lastToken = 0;
  /// The present contents of values that are no views.
  DenseMap<Value, Content> contents;
  /// The values of variables from before the call.
  SmallVector<Content> oldValues;
  SmallVector<Frame *> frames;
};

} // namespace

LogicalResult PlanSimulation::run() {
  for (BlockArgument argument : body.getArguments())
    contents[argument] =
        writeNew({{Input, argument.getArgNumber()},
                  0,
                  getByteSize(cast<ShapedType>(argument.getType()))});
  for (size_t i = 0; i < variables.getVariables().size(); ++i)
    oldValues.push_back(writeNew(getVariableRange(i)));

  if (failed(runBlock(body)) ||
      failed(runReturn(cast<nn::ReturnOp>(body.getTerminator()))))
    return failure();
  return runWrites();
}

LogicalResult PlanSimulation::runBlock(Block &block) {
  for (Operation &op : block) {
    if (auto call = dyn_cast<kernel::CallOp>(op)) {
      if (failed(runCall(call)))
        return failure();
    } else if (auto scan = dyn_cast<nn::ScanOp>(op)) {
      if (failed(runScan(scan)))
        return failure();
    } else if (auto poison = dyn_cast<kernel::PoisonOp>(op)) {
      MemoryRange range{{Arena, 0}, int64_t(poison.getOffset()), int64_t(poison.getBytes())};
      if (failed(requireBounds(poison, range)))
        return failure();
      memory.write(range, 0);
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Where values are
//===----------------------------------------------------------------------===//

LogicalResult PlanSimulation::requireBounds(Operation *user,
                                            const MemoryRange &range) {
  int64_t limit = arenaSize;
  if (range.memory.first == Variable) {
    if (range.memory.second < 0 ||
        range.memory.second >= int64_t(variables.getVariables().size()))
      return user->emitOpError("memory plan names variable ")
             << range.memory.second << ", which does not exist";
    limit = getVariableRange(range.memory.second).size;
  } else if (range.memory.first == Output) {
    auto outputs = body.getTerminator()->getOperandTypes();
    if (range.memory.second < 0 ||
        range.memory.second >= int64_t(outputs.size()))
      return user->emitOpError("memory plan names output ")
             << range.memory.second << ", which does not exist";
    limit = getByteSize(cast<ShapedType>(outputs[range.memory.second]));
  }
  if (range.begin < 0 || range.end() > limit ||
      range.begin % kBufferAlignment != 0)
    return user->emitOpError("memory plan uses bytes ")
           << range.begin << " to " << range.end() << " of a memory of "
           << limit;
  return success();
}

FailureOr<MemoryRange> PlanSimulation::locateResult(Operation *op,
                                                    Value result) {
  FailureOr<Storage> storage = getStorage(result, variables);
  if (failed(storage))
    return op->emitOpError("memory plan has no place for a value");
  int64_t size = getByteSize(cast<ShapedType>(result.getType()));
  MemoryRange range{{Arena, 0}, storage->index, size};
  switch (storage->kind) {
  case Storage::Kind::Input:
  case Storage::Kind::Constant:
    llvm_unreachable("no place of a result");
  case Storage::Kind::Variable:
    range = {{Variable, storage->index}, 0, size};
    break;
  case Storage::Kind::Arena:
    if (storage->alternate >= 0 && !frames.empty() && frames.back()->turn % 2)
      range.begin = storage->alternate;
    break;
  case Storage::Kind::Output:
    range = outputsGiven ? MemoryRange{{Output, storage->index}, 0, size}
                         : MemoryRange{{Arena, 0}, storage->spare, size};
    break;
  case Storage::Kind::Slot: {
    if (frames.empty() || storage->index < 0 ||
        storage->index >= int64_t(frames.back()->arrays.size()))
      return op->emitOpError("memory plan names the slot of array ")
             << storage->index << ", which does not exist";
    MemoryRange slot =
        frames.back()->getSlot(frames.back()->arrays[storage->index]);
    if (slot.size != size)
      return op->emitOpError("memory plan puts ")
             << size << " bytes into a slot of " << slot.size;
    return slot;
  }
  }
  if (failed(requireBounds(op, range)))
    return failure();
  return range;
}

FailureOr<PlanSimulation::Content> PlanSimulation::getContent(Operation *user,
                                                              Value value) {
  value = getStorageRoot(value);
  if (auto read = value.getDefiningOp<nn::ReadOp>())
    return oldValues[variables.lookup(read.getVariable())];
  if (value.getDefiningOp<nn::ConstantOp>())
    return Content{};
  auto it = contents.find(value);
  if (it == contents.end())
    return user->emitOpError("memory plan has no place for a value");
  return it->second;
}

LogicalResult PlanSimulation::requireValue(Operation *user, Value value) {
  FailureOr<Content> content = getContent(user, value);
  if (failed(content))
    return failure();
  if (!holds(*content))
    return user->emitOpError(
        "memory plan overwrites a value that is used here");
  return success();
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

LogicalResult PlanSimulation::runCall(kernel::CallOp call) {
  auto kernel = dyn_cast_or_null<func::FuncOp>(
      symbols.lookupNearestSymbolFrom(call, call.getKernelAttr()));
  if (!kernel)
    return call.emitOpError("memory plan has no kernel on memrefs");

  struct Written {
    MemoryRange range;
    OpResult result;
  };
  SmallVector<Written> written;
  for (OpResult result : call->getResults()) {
    FailureOr<MemoryRange> range = locateResult(call, result);
    if (failed(range))
      return failure();
    written.push_back({*range, result});
  }

  SmallVector<Type> buffers(call.getOperandTypes());
  llvm::append_range(buffers, call.getResultTypes());
  ArrayRef<Type> arguments = kernel.getArgumentTypes();
  if (arguments.size() == buffers.size() + 1) {
    if (!call.getScratch())
      return call.emitOpError("memory plan has no scratch for this kernel");
    MemoryRange scratch{{Arena, 0},
                        int64_t(*call.getScratch()),
                        getByteSize(cast<ShapedType>(arguments.back()))};
    if (failed(requireBounds(call, scratch)))
      return failure();
    written.push_back({scratch, OpResult()});
  } else if (arguments.size() != buffers.size()) {
    return call.emitOpError("has another number of buffers than its kernel");
  }
  for (auto [argument, buffer] : llvm::zip(arguments, buffers))
    if (getByteSize(cast<ShapedType>(argument)) !=
        getByteSize(cast<ShapedType>(buffer)))
      return call.emitOpError("passes ")
             << buffer << " where its kernel takes " << argument;

  for (size_t i = 0; i < written.size(); ++i)
    for (size_t j = 0; j < i; ++j)
      if (written[i].range.overlaps(written[j].range))
        return call.emitOpError("memory plan lets two results overlap");
  for (OpOperand &operand : call->getOpOperands()) {
    if (failed(requireValue(call, operand.get())))
      return failure();
    std::optional<MemoryRange> range =
        getContent(call, operand.get())->range;
    for (const Written &target : written)
      if (range && range->overlaps(target.range) &&
          (!target.result || !(*range == target.range) ||
           !mayShareBuffer(kernel, operand.getOperandNumber(),
                           target.result.getResultNumber())))
        return call.emitOpError("memory plan lets operand ")
               << operand.getOperandNumber()
               << " overlap what the kernel writes";
  }
  for (const Written &target : written) {
    Content content = writeNew(target.range);
    if (target.result)
      contents[target.result] = content;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Scans
//===----------------------------------------------------------------------===//

/// Of more turns than these together, those between are not executed.
static constexpr int64_t kFirstTurns = 3, kLastTurns = 2;

LogicalResult PlanSimulation::runScan(nn::ScanOp scan) {
  Frame frame;
  frame.scan = scan;
  for (OpResult result : scan.getCollected()) {
    FailureOr<MemoryRange> range = locateResult(scan, result);
    if (failed(range))
      return failure();
    if (llvm::any_of(frame.arrays, [&](const MemoryRange &other) {
          return other.overlaps(*range);
        }))
      return scan.emitOpError("memory plan lets two results overlap");
    frame.arrays.push_back(*range);
  }
  SmallVector<Content> carries;
  for (Value init : scan.getInits()) {
    if (failed(requireValue(scan, init)))
      return failure();
    carries.push_back(*getContent(scan, init));
  }

  SmallVector<Content> collected;
  frames.push_back(&frame);
  int64_t turns = scan.getTurns();
  for (int64_t turn = 0; turn < turns; ++turn) {
    if (turn == kFirstTurns && turns > kFirstTurns + kLastTurns) {
      turn = turns - kLastTurns;
      if (failed(skipTurns(frame, turn, carries, collected)))
        return failure();
    }
    frame.turn = turn;
    if (failed(runTurn(frame, carries, collected)))
      return failure();
  }
  // A turn may have overwritten what another has left.
  for (const Content &slot : collected)
    if (!holds(slot))
      return scan.emitOpError("memory plan spoils a collected value");
  for (Value array : scan.getScanned())
    if (failed(requireValue(scan, array)))
      return failure();

  SmallVector<Content> arrays;
  for (const MemoryRange &array : frame.arrays)
    arrays.push_back(writeNew(array));
  for (Content &carry : carries)
    for (const Content &array : arrays) {
      MemoryRange slot = frame.getSlot(*array.range);
      if (carry.range && *carry.range == slot)
        carry = {slot, array.token, slot.begin - array.range->begin};
    }
  frames.pop_back();
  for (auto [result, content] :
       llvm::zip(scan->getResults(), llvm::concat<Content>(carries, arrays)))
    contents[result] = content;
  return success();
}

/// Executes the body once: `carries` become those of the next turn.
LogicalResult PlanSimulation::runTurn(Frame &frame,
                                      SmallVector<Content> &carries,
                                      SmallVectorImpl<Content> &collected) {
  nn::ScanOp scan = frame.scan;
  Block &block = scan.getBody().front();
  SmallVector<Content> arguments = carries;
  for (Value array : scan.getScanned()) {
    FailureOr<Content> content = getContent(scan, array);
    if (failed(content))
      return failure();
    if (content->range) {
      MemoryRange slot = frame.getSlot(*content->range);
      content->offset += slot.begin - content->range->begin;
      content->range = slot;
    }
    arguments.push_back(*content);
  }
  for (Value capture : scan.getCaptures()) {
    FailureOr<Content> content = getContent(scan, capture);
    if (failed(content))
      return failure();
    arguments.push_back(*content);
  }
  for (auto [argument, content] : llvm::zip(block.getArguments(), arguments))
    contents[argument] = content;
  if (failed(runBlock(block)))
    return failure();

  size_t numCarries = carries.size();
  carries.clear();
  for (OpOperand &operand : block.getTerminator()->getOpOperands()) {
    if (failed(requireValue(scan, operand.get())))
      return failure();
    Content content = *getContent(scan, operand.get());
    size_t number = operand.getOperandNumber();
    if (number < numCarries) {
      carries.push_back(content);
      continue;
    }
    MemoryRange slot = frame.getSlot(frame.arrays[number - numCarries]);
    if (!content.range || !(*content.range == slot))
      return scan.emitOpError("memory plan leaves collected value ")
             << number << " outside its slot";
    collected.push_back(content);
  }
  return success();
}

/// Leaves what the turn before `next` leaves, and fills the slots up to there.
LogicalResult PlanSimulation::skipTurns(Frame &frame, int64_t next,
                                        SmallVector<Content> &carries,
                                        SmallVectorImpl<Content> &collected) {
  SmallVector<Content> filled;
  for (const MemoryRange &array : frame.arrays) {
    MemoryRange slots = frame.getSlot(array, kFirstTurns);
    MemoryRange last = frame.getSlot(array, next - 1);
    slots.begin = std::min(slots.begin, last.begin);
    slots.size *= next - kFirstTurns;
    filled.push_back(writeNew(slots));
  }
  llvm::append_range(collected, filled);
  frame.turn = next - 1;
  Operation *yield = frame.scan.getNext();
  DenseMap<Value, Content> yielded;
  for (auto [number, carry] : llvm::enumerate(carries)) {
    Value value = getStorageRoot(yield->getOperand(number));
    if (!hasOwnPlace(value))
      return frame.scan.emitOpError("yields value ")
             << number << ", which no kernel of its body computes";
    auto [it, isNew] = yielded.try_emplace(value);
    if (isNew) {
      FailureOr<MemoryRange> range = locateResult(frame.scan, value);
      if (failed(range))
        return failure();
      // In a slot it is a part of what has filled the slots already.
      Storage storage = *getStorage(value, variables);
      if (storage.kind == Storage::Kind::Slot) {
        const Content &slots = filled[storage.index];
        it->second = {*range, slots.token, range->begin - slots.range->begin};
      } else {
        it->second = writeNew(*range);
      }
    }
    carry = it->second;
  }
  return success();
}

//===----------------------------------------------------------------------===//
// The end
//===----------------------------------------------------------------------===//

LogicalResult PlanSimulation::runReturn(nn::ReturnOp op) {
  SmallVector<Content> outputs;
  for (OpOperand &operand : op->getOpOperands()) {
    if (!outputsGiven)
      break;
    Value value = operand.get();
    MemoryRange output{{Output, operand.getOperandNumber()},
                       0,
                       getByteSize(cast<ShapedType>(value.getType()))};
    if (failed(requireValue(op, value)))
      return failure();
    Content content = *getContent(op, value);
    if (content.range)
      memory.write(output, content.token, content.offset);
    else
      content = writeNew(output);
    outputs.push_back({output, content.token, content.offset});
  }
  // A later copy may have changed an output that a value was computed in.
  for (auto [i, output] : llvm::enumerate(outputs))
    if (!holds(output))
      return op.emitOpError("memory plan spoils output ") << i;
  return success();
}

LogicalResult PlanSimulation::runWrites() {
  auto getStage = [](nn::WriteOp write) {
    return write->getAttrOfType<IntegerAttr>(kStageAttrName);
  };
  // A copy has the bytes of what it copies; each of a constant is a new value.
  auto copy = [&](const MemoryRange &target, const Content &source) -> Content {
    if (!source.range)
      return writeNew(target);
    memory.write(target, source.token, source.offset);
    return {target, source.token, source.offset};
  };
  DenseMap<Operation *, Content> staged;
  for (auto write : body.getOps<nn::WriteOp>()) {
    IntegerAttr stage = getStage(write);
    if (!stage)
      continue;
    MemoryRange range{
        {Arena, 0},
        stage.getInt(),
        getByteSize(cast<ShapedType>(write.getValue().getType()))};
    if (failed(requireBounds(write, range)) ||
        failed(requireValue(write, write.getValue())))
      return failure();
    staged[write] = copy(range, *getContent(write, write.getValue()));
  }
  SmallVector<Content> newValues = oldValues;
  for (auto write : body.getOps<nn::WriteOp>()) {
    Content source;
    if (getStage(write)) {
      source = staged[write];
      if (!holds(source))
        return write.emitOpError(
            "memory plan overwrites a value that waits here");
    } else {
      if (failed(requireValue(write, write.getValue())))
        return failure();
      source = *getContent(write, write.getValue());
    }
    int64_t variable = variables.lookup(write.getVariable());
    newValues[variable] = copy(getVariableRange(variable), source);
  }
  for (auto [i, content] : llvm::enumerate(newValues))
    if (!holds(content))
      return body.getTerminator()->emitOpError("memory plan spoils variable '")
             << nn::VariableOp(variables.getVariables()[i]).getSymName() << "'";
  return success();
}

LogicalResult nnc::checkPlan(FunctionOpInterface function, int64_t arenaSize,
                             const VariableTable &variables,
                             SymbolTableCollection &symbols) {
  for (bool outputsGiven : {true, false})
    if (failed(PlanSimulation(function, arenaSize, variables, symbols,
                              outputsGiven)
                   .run()))
      return failure();
  return success();
}

LogicalResult nnc::checkPlans(ModuleOp module) {
  auto arenaSize = module->getAttrOfType<IntegerAttr>(kArenaSizeAttrName);
  if (!arenaSize)
    return module.emitError("module has no memory plan");
  VariableTable variables(module);
  SymbolTableCollection symbols;
  for (auto function : module.getOps<FunctionOpInterface>())
    if (nn::isGraphFunction(function) &&
        failed(checkPlan(function, arenaSize.getInt(), variables, symbols)))
      return failure();
  return success();
}

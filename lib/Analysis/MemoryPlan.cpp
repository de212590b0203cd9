//===- MemoryPlan.cpp - a place for every value of a graph function -------===//
//
// Places results directly in variables and outputs where that is sound, shares
// buffers between a kernel's dying inputs and its outputs where the kernel
// allows it, and packs the rest into the arena.
//
// A variable may take its new value early only if nothing needs the old one any
// more. That one question covers an old value read after an update, two
// variables swapped, and `w = w @ x`.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/MemoryPlan.h"
#include "nnc/Analysis/ArenaAssignment.h"
#include "nnc/Analysis/Liveness.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace nnc;

namespace {

class MemoryPlanner {
public:
  MemoryPlanner(FunctionOpInterface function, const VariableTable &variables,
                SymbolTableCollection &symbols)
      : function(function), body(function.getFunctionBody().front()),
        variables(variables), symbols(symbols), liveness(function) {}

  FailureOr<FunctionPlan> plan();

private:
  /// Where a result lives. `buffer` is its arena buffer, or its spare one;
  /// `alternate` is the one for odd turns.
  struct Home {
    kernel::PlaceKind kind = kernel::PlaceKind::scratch;
    int64_t index = 0;
    int64_t buffer = -1;
    int64_t alternate = -1;
  };

  LogicalResult collect(Block &block);
  LogicalResult collectCall(kernel::CallOp call);
  LogicalResult placeInSlots(nn::ScanOp scan);
  bool canUpdateInPlace(OpResult value);
  int64_t getLastUse(OpResult value);
  void placeInVariables();
  bool canComputeInVariable(OpResult value, int64_t variable);
  void placeInOutputs();
  void makeBuffers();
  bool shareInputBuffer(OpResult result);
  void stageWrites();
  int64_t addBuffer(int64_t size, int64_t begin, int64_t end);

  Operation *getKernel(kernel::CallOp call) {
    return symbols.lookupNearestSymbolFrom(call, call.getKernelAttr());
  }

  FunctionOpInterface function;
  Block &body;
  const VariableTable &variables;
  SymbolTableCollection &symbols;
  BufferLiveness liveness;

  /// Calls and scans, those in bodies too, in order of time.
  SmallVector<Operation *> users;
  SmallVector<nn::WriteOp> writes;
  /// Values of each variable from before the call.
  DenseMap<int64_t, SmallVector<Value>> reads;
  DenseMap<Value, Home> homes;
  /// What is handed to the next turn: the arguments that become it.
  DenseMap<Value, SmallVector<BlockArgument>> carries;
  SmallVector<ArenaBuffer> buffers;
  /// The value that lives in a buffer at the end of it.
  SmallVector<Value> holders;
  DenseMap<Operation *, int64_t> ownBuffers;
};

} // namespace

FailureOr<FunctionPlan> MemoryPlanner::plan() {
  if (failed(collect(body)))
    return failure();
  placeInVariables();
  placeInOutputs();
  makeBuffers();
  stageWrites();

  FunctionPlan plan;
  plan.arenaSize = assignArenaOffsets(buffers);
  auto getOffset = [&](int64_t buffer) {
    return buffer < 0 ? -1 : buffers[buffer].offset;
  };
  for (Operation *op : users) {
    SmallVector<kernel::PlaceAttr> places;
    for (OpResult result : op->getResults()) {
      if (!hasOwnPlace(result))
        continue;
      const Home &home = homes[result];
      bool inArena = home.kind == kernel::PlaceKind::scratch;
      places.push_back(kernel::PlaceAttr::get(
          function->getContext(), home.kind,
          inArena ? getOffset(home.buffer) : home.index,
          inArena ? -1 : getOffset(home.buffer), getOffset(home.alternate)));
    }
    if (auto scan = dyn_cast<nn::ScanOp>(op)) {
      plan.scans[scan] = places;
      continue;
    }
    FunctionPlan::Call &planned = plan.calls[cast<kernel::CallOp>(op)];
    planned.places = places;
    if (auto it = ownBuffers.find(op); it != ownBuffers.end())
      planned.scratch = buffers[it->second].offset;
  }
  for (nn::WriteOp write : writes)
    if (auto it = ownBuffers.find(write); it != ownBuffers.end())
      plan.stages[write] = buffers[it->second].offset;
  return plan;
}

LogicalResult MemoryPlanner::collect(Block &block) {
  for (Operation &op : block) {
    if (auto read = dyn_cast<nn::ReadOp>(op)) {
      reads[variables.lookup(read.getVariable())].push_back(read.getResult());
    } else if (auto write = dyn_cast<nn::WriteOp>(op)) {
      writes.push_back(write);
    } else if (auto call = dyn_cast<kernel::CallOp>(op)) {
      users.push_back(call);
      if (failed(collectCall(call)))
        return failure();
    } else if (auto scan = dyn_cast<nn::ScanOp>(op)) {
      users.push_back(scan);
      if (failed(collect(scan.getBody().front())) || failed(placeInSlots(scan)))
        return failure();
    } else if (!isa<nn::ConstantOp, nn::ReshapeOp>(op) &&
               !op.hasTrait<OpTrait::IsTerminator>()) {
      return op.emitOpError("stands outside a kernel");
    }
  }
  return success();
}

LogicalResult MemoryPlanner::collectCall(kernel::CallOp call) {
  auto kernel = dyn_cast_or_null<func::FuncOp>(getKernel(call));
  if (!kernel)
    return call.emitOpError() << "calls '" << call.getKernel()
                              << "', which is no function on memrefs";
  size_t buffers = call.getNumOperands() + call.getNumResults();
  if (kernel.getNumArguments() != buffers &&
      kernel.getNumArguments() != buffers + 1)
    return call.emitOpError()
           << "has " << buffers << " operands and results, but '"
           << call.getKernel() << "' takes " << kernel.getNumArguments()
           << " buffers";
  return success();
}

//===----------------------------------------------------------------------===//
// Scans
//===----------------------------------------------------------------------===//

/// What a turn yields is computed in the body: collected values in their slots.
LogicalResult MemoryPlanner::placeInSlots(nn::ScanOp scan) {
  Block &body = scan.getBody().front();
  size_t numCarries = scan.getNumCarries();
  for (OpOperand &operand : body.getTerminator()->getOpOperands()) {
    size_t number = operand.getOperandNumber();
    Value value = getStorageRoot(operand.get());
    if (!hasOwnPlace(value))
      return scan.emitOpError() << "yields value " << number
                                << ", which no kernel of its body computes";
    if (number < numCarries) {
      carries[value].push_back(body.getArgument(number));
      continue;
    }
    if (homes.contains(value))
      return scan.emitOpError() << "collects value " << number << " twice";
    homes[value] = {kernel::PlaceKind::slot, int64_t(number - numCarries)};
  }
  return success();
}

/// True if the value from the turn before is not needed once `value` is written.
bool MemoryPlanner::canUpdateInPlace(OpResult value) {
  Operation *op = value.getOwner();
  auto isOver = [&](const BufferLiveness::Use &use) {
    if (use.time < liveness.getTime(op))
      return true;
    return use.operand->getOwner() == op && isa<kernel::CallOp>(op) &&
           mayShareBuffer(getKernel(cast<kernel::CallOp>(op)),
                          use.operand->getOperandNumber(),
                          value.getResultNumber());
  };
  return llvm::all_of(carries[value], [&](BlockArgument old) {
    return llvm::all_of(liveness.getUses(old), isOver);
  });
}

/// The last use of the bytes of `value`, counting what shares them: the last
/// carry of a scan is where it was yielded or collected.
int64_t MemoryPlanner::getLastUse(OpResult value) {
  Home home = homes[value];
  int64_t last = -1;
  for (const BufferLiveness::Use &use : liveness.getUses(value)) {
    // Its own output needs no copy.
    if (home.kind == kernel::PlaceKind::output &&
        isa<nn::ReturnOp>(use.operand->getOwner()) &&
        use.operand->getOperandNumber() == home.index)
      continue;
    last = std::max(last, use.time);
  }
  if (auto it = carries.find(value); it != carries.end())
    for (BlockArgument argument : it->second) {
      Operation *scan = argument.getOwner()->getParentOp();
      last = std::max({last, liveness.getEndTime(scan),
                       liveness.getLastUse(
                           scan->getResult(argument.getArgNumber()))});
    }
  if (auto scan = dyn_cast<nn::ScanOp>(value.getOwner())) {
    last = std::max(last, liveness.getEndTime(scan));
    Value yielded =
        scan.getNext()->getOperand(value.getResultNumber());
    auto it = carries.find(getStorageRoot(yielded));
    if (it != carries.end())
      for (BlockArgument argument : it->second)
        last = std::max(last, liveness.getLastUse(
                                  scan->getResult(argument.getArgNumber())));
  }
  return last;
}

//===----------------------------------------------------------------------===//
// Variables and outputs
//===----------------------------------------------------------------------===//

void MemoryPlanner::placeInVariables() {
  for (nn::WriteOp write : writes) {
    Value value = getStorageRoot(write.getValue());
    if (!hasOwnPlace(value) || homes.contains(value))
      continue;
    int64_t variable = variables.lookup(write.getVariable());
    if (canComputeInVariable(cast<OpResult>(value), variable))
      homes[value] = {kernel::PlaceKind::variable, variable};
  }
}

/// True if no use of the variable's old value is left when `value` is computed,
/// other than by an input that may share the result's buffer.
bool MemoryPlanner::canComputeInVariable(OpResult value, int64_t variable) {
  auto call = dyn_cast<kernel::CallOp>(value.getOwner());
  int64_t time = liveness.getTime(value.getOwner());
  for (Value old : reads.lookup(variable))
    for (const BufferLiveness::Use &use : liveness.getUses(old)) {
      if (use.time < time)
        continue;
      if (use.time > time ||
          !mayShareBuffer(getKernel(call), use.operand->getOperandNumber(),
                          value.getResultNumber()))
        return false;
    }
  return true;
}

/// A returned value is computed in the caller's memory, which overlaps no other
/// buffer. Where the caller passes null it needs an arena buffer all the same,
/// but no copy and no branch around the kernel.
void MemoryPlanner::placeInOutputs() {
  Operation *terminator = body.getTerminator();
  for (OpOperand &operand : terminator->getOpOperands()) {
    Value value = getStorageRoot(operand.get());
    if (hasOwnPlace(value) && !homes.contains(value))
      homes[value] = {kernel::PlaceKind::output, operand.getOperandNumber()};
  }
}

//===----------------------------------------------------------------------===//
// The arena
//===----------------------------------------------------------------------===//

int64_t MemoryPlanner::addBuffer(int64_t size, int64_t begin, int64_t end) {
  buffers.push_back({size, begin, std::max(begin, end)});
  holders.push_back(Value());
  return buffers.size() - 1;
}

void MemoryPlanner::makeBuffers() {
  for (Operation *op : users) {
    int64_t time = liveness.getTime(op);
    for (OpResult result : op->getResults()) {
      if (!hasOwnPlace(result))
        continue;
      auto kind = homes[result].kind;
      bool carried = carries.contains(result);
      if (kind == kernel::PlaceKind::variable ||
          kind == kernel::PlaceKind::slot ||
          (!carried && shareInputBuffer(result)))
        continue;
      // From turn to turn a carry lives throughout the scan.
      int64_t begin = carried ? liveness.getTime(op->getParentOp()) : time;
      int64_t size = getByteSize(cast<ShapedType>(result.getType()));
      int64_t buffer = addBuffer(size, begin, getLastUse(result));
      holders[buffer] = result;
      homes[result].buffer = buffer;
      if (carried && !canUpdateInPlace(result))
        homes[result].alternate = addBuffer(size, begin, getLastUse(result));
    }
    auto call = dyn_cast<kernel::CallOp>(op);
    if (!call)
      continue;
    auto kernel = cast<func::FuncOp>(getKernel(call));
    if (kernel.getNumArguments() > call.getNumOperands() + call.getNumResults())
      ownBuffers[call] = addBuffer(
          getByteSize(cast<ShapedType>(kernel.getArgumentTypes().back())), time,
          time);
  }
}

/// Lets `result` take over the buffer of an input that dies in the call.
bool MemoryPlanner::shareInputBuffer(OpResult result) {
  if (homes[result].kind != kernel::PlaceKind::scratch)
    return false;
  auto call = dyn_cast<kernel::CallOp>(result.getOwner());
  if (!call)
    return false;
  Operation *kernel = getKernel(call);
  int64_t time = liveness.getTime(call);
  auto sharesHere = [&](const BufferLiveness::Use &use) {
    return use.time < time ||
           (use.operand->getOwner() == call &&
            mayShareBuffer(kernel, use.operand->getOperandNumber(),
                           result.getResultNumber()));
  };
  for (Value operand : call.getInputs()) {
    Value root = getStorageRoot(operand);
    auto it = homes.find(root);
    if (it == homes.end() || it->second.kind != kernel::PlaceKind::scratch)
      continue;
    int64_t buffer = it->second.buffer;
    if (holders[buffer] != root || buffers[buffer].end > time ||
        buffers[buffer].size !=
            getByteSize(cast<ShapedType>(result.getType())) ||
        !llvm::all_of(liveness.getUses(root), sharesHere))
      continue;
    homes[result].buffer = buffer;
    holders[buffer] = result;
    buffers[buffer].end = std::max(time, getLastUse(result));
    return true;
  }
  return false;
}

/// A variable's old value that goes to another variable waits in the arena if
/// its own variable is written too: the two may be swapped.
void MemoryPlanner::stageWrites() {
  llvm::SmallDenseSet<StringRef> written;
  for (nn::WriteOp write : writes)
    written.insert(write.getVariable());
  for (nn::WriteOp write : writes) {
    auto read = getStorageRoot(write.getValue()).getDefiningOp<nn::ReadOp>();
    if (!read || read.getVariable() == write.getVariable() ||
        !written.contains(read.getVariable()))
      continue;
    ownBuffers[write] =
        addBuffer(getByteSize(cast<ShapedType>(write.getValue().getType())),
                  liveness.getEnd(), liveness.getEnd());
  }
}

FailureOr<FunctionPlan> nnc::planMemory(FunctionOpInterface function,
                                        const VariableTable &variables,
                                        SymbolTableCollection &symbols) {
  return MemoryPlanner(function, variables, symbols).plan();
}

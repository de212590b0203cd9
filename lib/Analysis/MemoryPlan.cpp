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
  /// Where a result lives. `buffer` is its arena buffer, or its spare one.
  struct Home {
    kernel::PlaceKind kind = kernel::PlaceKind::scratch;
    int64_t index = 0;
    int64_t buffer = -1;
  };

  LogicalResult collect();
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

  SmallVector<nn::WriteOp> writes;
  /// Values of each variable from before the call.
  DenseMap<int64_t, SmallVector<Value>> reads;
  DenseMap<Value, Home> homes;
  SmallVector<ArenaBuffer> buffers;
  /// The value that lives in a buffer at the end of it.
  SmallVector<Value> holders;
  DenseMap<Operation *, int64_t> ownBuffers;
};

} // namespace

FailureOr<FunctionPlan> MemoryPlanner::plan() {
  if (failed(collect()))
    return failure();
  placeInVariables();
  placeInOutputs();
  makeBuffers();
  stageWrites();

  FunctionPlan plan;
  plan.arenaSize = assignArenaOffsets(buffers);
  MLIRContext *context = function->getContext();
  for (auto call : body.getOps<kernel::CallOp>()) {
    FunctionPlan::Call &planned = plan.calls[call];
    for (Value result : call.getResults()) {
      const Home &home = homes[result];
      int64_t offset = home.buffer < 0 ? -1 : buffers[home.buffer].offset;
      bool inArena = home.kind == kernel::PlaceKind::scratch;
      planned.places.push_back(kernel::PlaceAttr::get(
          context, home.kind, inArena ? offset : home.index,
          inArena ? -1 : offset));
    }
    if (auto it = ownBuffers.find(call); it != ownBuffers.end())
      planned.scratch = buffers[it->second].offset;
  }
  for (nn::WriteOp write : writes)
    if (auto it = ownBuffers.find(write); it != ownBuffers.end())
      plan.stages[write] = buffers[it->second].offset;
  return plan;
}

LogicalResult MemoryPlanner::collect() {
  for (Operation &op : body) {
    if (auto read = dyn_cast<nn::ReadOp>(op)) {
      reads[variables.lookup(read.getVariable())].push_back(read.getResult());
    } else if (auto write = dyn_cast<nn::WriteOp>(op)) {
      writes.push_back(write);
    } else if (auto call = dyn_cast<kernel::CallOp>(op)) {
      auto kernel = dyn_cast_or_null<func::FuncOp>(getKernel(call));
      if (!kernel)
        return op.emitOpError() << "calls '" << call.getKernel()
                                << "', which is no function on memrefs";
      size_t buffers = call.getNumOperands() + call.getNumResults();
      if (kernel.getNumArguments() != buffers &&
          kernel.getNumArguments() != buffers + 1)
        return op.emitOpError()
               << "has " << buffers << " operands and results, but '"
               << call.getKernel() << "' takes " << kernel.getNumArguments()
               << " buffers";
    } else if (!isa<nn::ConstantOp, nn::ReshapeOp, nn::ReturnOp>(op)) {
      return op.emitOpError("stands outside a kernel");
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Variables and outputs
//===----------------------------------------------------------------------===//

void MemoryPlanner::placeInVariables() {
  for (nn::WriteOp write : writes) {
    auto value = dyn_cast<OpResult>(getStorageRoot(write.getValue()));
    if (!value || !isa<kernel::CallOp>(value.getOwner()) ||
        homes.contains(value))
      continue;
    int64_t variable = variables.lookup(write.getVariable());
    if (canComputeInVariable(value, variable))
      homes[value] = {kernel::PlaceKind::variable, variable};
  }
}

/// True if no use of the variable's old value is left when `value` is computed,
/// other than by an input that may share the result's buffer.
bool MemoryPlanner::canComputeInVariable(OpResult value, int64_t variable) {
  auto call = cast<kernel::CallOp>(value.getOwner());
  int64_t time = liveness.getTime(call);
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
    auto value = dyn_cast<OpResult>(getStorageRoot(operand.get()));
    if (value && isa<kernel::CallOp>(value.getOwner()) &&
        !homes.contains(value))
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
  for (auto call : body.getOps<kernel::CallOp>()) {
    int64_t time = liveness.getTime(call);
    for (OpResult result : call->getResults()) {
      Home &home = homes[result];
      if (home.kind == kernel::PlaceKind::variable || shareInputBuffer(result))
        continue;
      int64_t last = -1;
      for (const BufferLiveness::Use &use : liveness.getUses(result)) {
        // Its own output needs no copy.
        if (home.kind == kernel::PlaceKind::output &&
            isa<nn::ReturnOp>(use.operand->getOwner()) &&
            use.operand->getOperandNumber() == home.index)
          continue;
        last = std::max(last, use.time);
      }
      home.buffer = addBuffer(getByteSize(cast<ShapedType>(result.getType())),
                              time, last);
      holders[home.buffer] = result;
    }
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
  auto call = cast<kernel::CallOp>(result.getOwner());
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
    if (holders[buffer] != root ||
        buffers[buffer].size !=
            getByteSize(cast<ShapedType>(result.getType())) ||
        !llvm::all_of(liveness.getUses(root), sharesHere))
      continue;
    homes[result].buffer = buffer;
    holders[buffer] = result;
    buffers[buffer].end = std::max(time, liveness.getLastUse(result));
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

//===- PlanChecker.cpp - proof that a memory plan is sound ----------------===//
//
// Executes the planned calls and copies on shadow memory, twice: with every
// output given and with every output null, which uses all spare buffers.
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

  LogicalResult runCall(kernel::CallOp call);
  LogicalResult runReturn(nn::ReturnOp op);
  LogicalResult runWrites();

  /// The memory of `value`; none for constants, which nothing can overwrite.
  FailureOr<std::optional<MemoryRange>> locate(Operation *user, Value value);
  LogicalResult requireValue(Operation *user, Value value);
  LogicalResult requireBounds(Operation *user, const MemoryRange &range);

  /// What stands for a value in shadow memory: reads of one variable are the
  /// same value.
  const void *getToken(Value value) {
    value = getStorageRoot(value);
    if (auto read = value.getDefiningOp<nn::ReadOp>())
      return getOldToken(variables.lookup(read.getVariable()));
    return value.getAsOpaquePointer();
  }
  const void *getOldToken(int64_t variable) {
    nn::VariableOp op = variables.getVariables()[variable];
    return op.getOperation();
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
};

} // namespace

LogicalResult PlanSimulation::run() {
  for (BlockArgument argument : body.getArguments())
    memory.write({{Input, argument.getArgNumber()},
                  0,
                  getByteSize(cast<ShapedType>(argument.getType()))},
                 getToken(argument));
  for (size_t i = 0; i < variables.getVariables().size(); ++i)
    memory.write(getVariableRange(i), getOldToken(i));

  for (auto call : body.getOps<kernel::CallOp>())
    if (failed(runCall(call)))
      return failure();
  if (failed(runReturn(cast<nn::ReturnOp>(body.getTerminator()))))
    return failure();
  return runWrites();
}

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

FailureOr<std::optional<MemoryRange>> PlanSimulation::locate(Operation *user,
                                                             Value value) {
  FailureOr<Storage> storage = getStorage(value, variables);
  if (failed(storage))
    return user->emitOpError("memory plan has no place for a value");
  int64_t size = getByteSize(cast<ShapedType>(value.getType()));
  switch (storage->kind) {
  case Storage::Kind::Constant:
    return std::optional<MemoryRange>();
  case Storage::Kind::Input:
    return std::optional(MemoryRange{{Input, storage->index}, 0, size});
  case Storage::Kind::Variable:
    return std::optional(MemoryRange{{Variable, storage->index}, 0, size});
  case Storage::Kind::Arena:
    return std::optional(MemoryRange{{Arena, 0}, storage->index, size});
  case Storage::Kind::Output:
    if (outputsGiven)
      return std::optional(MemoryRange{{Output, storage->index}, 0, size});
    return std::optional(MemoryRange{{Arena, 0}, storage->spare, size});
  }
  llvm_unreachable("unknown storage");
}

LogicalResult PlanSimulation::requireValue(Operation *user, Value value) {
  auto range = locate(user, value);
  if (failed(range))
    return failure();
  if (*range && !memory.holds(**range, getToken(value)))
    return user->emitOpError(
        "memory plan overwrites a value that is used here");
  return success();
}

LogicalResult PlanSimulation::runCall(kernel::CallOp call) {
  auto kernel = dyn_cast_or_null<func::FuncOp>(
      symbols.lookupNearestSymbolFrom(call, call.getKernelAttr()));
  if (!kernel)
    return call.emitOpError("memory plan has no kernel on memrefs");

  struct Written {
    MemoryRange range;
    const void *token;
    int64_t result;
  };
  SmallVector<Written> written;
  for (OpResult result : call->getResults()) {
    auto range = locate(call, result);
    if (failed(range) || failed(requireBounds(call, **range)))
      return failure();
    written.push_back({**range, getToken(result), result.getResultNumber()});
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
    written.push_back({scratch, nullptr, -1});
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
    auto range = *locate(call, operand.get());
    for (const Written &target : written)
      if (range && range->overlaps(target.range) &&
          (target.result < 0 || !(*range == target.range) ||
           !mayShareBuffer(kernel, operand.getOperandNumber(), target.result)))
        return call.emitOpError("memory plan lets operand ")
               << operand.getOperandNumber()
               << " overlap what the kernel writes";
  }
  for (const Written &target : written)
    memory.write(target.range, target.token);
  return success();
}

LogicalResult PlanSimulation::runReturn(nn::ReturnOp op) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!outputsGiven)
      break;
    Value value = operand.get();
    MemoryRange output{{Output, operand.getOperandNumber()},
                       0,
                       getByteSize(cast<ShapedType>(value.getType()))};
    if (failed(requireValue(op, value)))
      return failure();
    memory.write(output, getToken(value));
  }
  // A later copy may have changed an output that a value was computed in.
  for (OpOperand &operand : op->getOpOperands())
    if (outputsGiven &&
        !memory.holds({{Output, operand.getOperandNumber()},
                       0,
                       getByteSize(cast<ShapedType>(operand.get().getType()))},
                      getToken(operand.get())))
      return op.emitOpError("memory plan spoils output ")
             << operand.getOperandNumber();
  return success();
}

LogicalResult PlanSimulation::runWrites() {
  DenseMap<int64_t, nn::WriteOp> writes;
  for (auto write : body.getOps<nn::WriteOp>()) {
    writes[variables.lookup(write.getVariable())] = write;
    auto stage = write->getAttrOfType<IntegerAttr>(kStageAttrName);
    if (!stage)
      continue;
    MemoryRange range{
        {Arena, 0},
        stage.getInt(),
        getByteSize(cast<ShapedType>(write.getValue().getType()))};
    if (failed(requireBounds(write, range)) ||
        failed(requireValue(write, write.getValue())))
      return failure();
    memory.write(range, getToken(write.getValue()));
  }
  for (auto write : body.getOps<nn::WriteOp>()) {
    const void *token = getToken(write.getValue());
    if (auto stage = write->getAttrOfType<IntegerAttr>(kStageAttrName)) {
      MemoryRange range{
          {Arena, 0},
          stage.getInt(),
          getByteSize(cast<ShapedType>(write.getValue().getType()))};
      if (!memory.holds(range, token))
        return write.emitOpError(
            "memory plan overwrites a value that waits here");
    } else if (failed(requireValue(write, write.getValue()))) {
      return failure();
    }
    memory.write(getVariableRange(variables.lookup(write.getVariable())),
                 token);
  }
  for (size_t i = 0; i < variables.getVariables().size(); ++i) {
    nn::WriteOp write = writes.lookup(i);
    const void *expected = write ? getToken(write.getValue()) : getOldToken(i);
    if (!memory.holds(getVariableRange(i), expected))
      return body.getTerminator()->emitOpError("memory plan spoils variable '")
             << nn::VariableOp(variables.getVariables()[i]).getSymName() << "'";
  }
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

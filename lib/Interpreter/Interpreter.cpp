//===- Interpreter.cpp - runs nn modules in float64 -----------------------===//
//
// Ops one after the other, each by its rule; values die with their last use.
// A function's writes are kept until it is done, so that reads give the values
// from before the call wherever they stand, and a call that fails changes
// nothing.
//
//===----------------------------------------------------------------------===//
#include "nnc/Interpreter/Interpreter.h"
#include "Rules.h"
#include "nnc/Support/NameHash.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

const RuleTable &nnc::getRules() {
  static const RuleTable table = [] {
    RuleTable rules;
    addContractRules(rules);
    addConvRules(rules);
    addElementwiseRules(rules);
    addIndexRules(rules);
    addRandomRules(rules);
    addReduceRules(rules);
    addShapeRules(rules);
    addWindowRules(rules);
    return rules;
  }();
  return table;
}

bool nnc::hasInterpreterRule(StringRef opName) { return getRules().find(opName) != nullptr; }

namespace {

using TensorRef = std::shared_ptr<const Tensor>;

/// The values of one run of a block.
class Frame {
public:
  explicit Frame(InterpreterObserver *observer) : observer(observer) {}

  void bind(Value value, TensorRef tensor) { values[value] = {std::move(tensor), countUses(value)}; }

  TensorRef get(Value value) const { return values.at(value).tensor; }

  /// Runs a primitive or a loop. Its operands are gone if it was their last
  /// user.
  LogicalResult run(Operation *op);

private:
  struct Entry {
    TensorRef tensor;
    size_t usesLeft;
  };

  LogicalResult runScan(ScanOp scan, SmallVectorImpl<Tensor> &results);

  static size_t countUses(Value value) {
    return std::distance(value.use_begin(), value.use_end());
  }
  void release(Value value) {
    auto it = values.find(value);
    if (--it->second.usesLeft == 0)
      values.erase(it);
  }

  InterpreterObserver *observer;
  DenseMap<Value, Entry> values;
};

} // namespace

LogicalResult Frame::run(Operation *op) {
  auto scan = dyn_cast<ScanOp>(op);
  const RuleTable::Rule *rule = getRules().find(op->getName().getStringRef());
  if (!rule && !scan)
    return op->emitError() << "'" << op->getName() << "' cannot be interpreted"
                           << (isa<GradientOp>(op) ? ": run nn-differentiate first" : "");
  SmallVector<const Tensor *> operands;
  for (Value operand : op->getOperands())
    operands.push_back(values.at(operand).tensor.get());
  SmallVector<Tensor, 2> changed;
  if (observer) {
    for (const Tensor *&operand : operands)
      changed.push_back(*operand);
    observer->beforeOp(op, changed);
    for (auto [operand, copy] : llvm::zip_equal(operands, changed))
      operand = &copy;
  }
  SmallVector<Tensor, 2> results;
  for (Value result : op->getResults()) {
    auto type = cast<RankedTensorType>(result.getType());
    if (!fitsInterpreter(type))
      return op->emitError() << type << " is too large for the interpreter";
    results.emplace_back(type);
  }
  if (failed(scan ? runScan(scan, results) : (*rule)(op, operands, results)))
    return failure();
  if (observer)
    observer->afterOp(op, results);
  for (auto [value, tensor] : llvm::zip_equal(op->getResults(), results))
    if (!value.use_empty())
      bind(value, std::make_shared<const Tensor>(std::move(tensor)));
  for (Value operand : op->getOperands())
    release(operand);
  return success();
}

/// Copies all of `from` to the place of `to` that begins `at` elements in, or
/// the other way round.
static void copySlot(const Tensor &from, int64_t fromAt, Tensor &to, int64_t toAt, int64_t count) {
  if (from.isFloat())
    std::copy_n(from.floats.begin() + fromAt, count, to.floats.begin() + toAt);
  else
    std::copy_n(from.ints.begin() + fromAt, count, to.ints.begin() + toAt);
}

LogicalResult Frame::runScan(ScanOp scan, SmallVectorImpl<Tensor> &results) {
  SmallVector<TensorRef> carries, captures;
  for (Value init : scan.getInits())
    carries.push_back(get(init));
  for (Value capture : scan.getCaptures())
    captures.push_back(get(capture));
  NextOp next = scan.getNext();
  int64_t turns = scan.getTurns();
  for (int64_t turn = 0; turn < turns; ++turn) {
    int64_t slot = scan.getReverse() ? turns - 1 - turn : turn;
    Frame frame(observer);
    for (auto [argument, tensor] : llvm::zip_equal(scan.getCarryArguments(), carries))
      frame.bind(argument, tensor);
    for (auto [argument, tensor] : llvm::zip_equal(scan.getCaptureArguments(), captures))
      frame.bind(argument, tensor);
    for (auto [argument, array] : llvm::zip_equal(scan.getSliceArguments(), scan.getScanned())) {
      Tensor slice(cast<RankedTensorType>(argument.getType()));
      int64_t count = slice.type.getNumElements();
      copySlot(*get(array), slot * count, slice, 0, count);
      frame.bind(argument, std::make_shared<const Tensor>(std::move(slice)));
    }
    for (Operation &op : scan.getBodyBlock()->without_terminator())
      if (failed(frame.run(&op)))
        return failure();
    for (auto [carry, value] : llvm::zip_equal(carries, next.getCarries()))
      carry = frame.get(value);
    for (auto [i, value] : llvm::enumerate(next.getCollects())) {
      TensorRef tensor = frame.get(value);
      int64_t count = tensor->type.getNumElements();
      copySlot(*tensor, 0, results[scan.getNumCarries() + i], slot * count, count);
    }
  }
  for (auto [i, carry] : llvm::enumerate(carries))
    results[i] = *carry;
  return success();
}

//===----------------------------------------------------------------------===//
// Interpreter
//===----------------------------------------------------------------------===//

Interpreter::Interpreter(ModuleOp module, Options options) : module(module), options(options) {
  for (VariableOp variable : module.getOps<VariableOp>())
    types[variable.getSymName()] = variable.getTensorType();
}

LogicalResult Interpreter::initialize(uint64_t seed) {
  for (VariableOp variable : module.getOps<VariableOp>()) {
    Block &init = variable.getInit().front();
    Tensor state(cast<RankedTensorType>(init.getArgument(0).getType()));
    state.ints[0] = static_cast<int64_t>(seed + hashName(variable.getSymName()));
    Frame frame(options.observer);
    frame.bind(init.getArgument(0), std::make_shared<const Tensor>(std::move(state)));
    for (Operation &op : init.without_terminator())
      if (failed(frame.run(&op)))
        return failure();
    Tensor value = *frame.get(cast<YieldOp>(init.getTerminator()).getValue());
    if (options.roundVariables)
      value.roundToType();
    variables[variable.getSymName()] = std::make_shared<const Tensor>(std::move(value));
  }
  return success();
}

FailureOr<SmallVector<Tensor>> Interpreter::call(StringRef name, ArrayRef<Tensor> inputs) {
  auto function = module.lookupSymbol<FunctionOpInterface>(name);
  if (!function || !isGraphFunction(function))
    return module.emitError() << "no entry or step is named '" << name << "'";
  ArrayRef<Type> expected = function.getArgumentTypes();
  if (inputs.size() != expected.size())
    return function.emitError() << "'" << name << "' has " << expected.size()
                                << " inputs but is called with " << inputs.size();

  Frame frame(options.observer);
  for (auto [i, input] : llvm::enumerate(inputs)) {
    if (input.type != expected[i])
      return function.emitError() << "input " << i << " of '" << name << "' is " << expected[i]
                                  << " but is given " << input.type;
    Tensor value = input;
    if (options.roundVariables)
      value.roundToType();
    frame.bind(function.getArgument(i), std::make_shared<const Tensor>(std::move(value)));
  }

  llvm::StringMap<TensorRef> written;
  auto store = [&](Value value) -> TensorRef {
    if (!options.roundVariables)
      return frame.get(value);
    Tensor rounded = *frame.get(value);
    rounded.roundToType();
    return std::make_shared<const Tensor>(std::move(rounded));
  };
  Block &body = function.getFunctionBody().front();
  for (Operation &op : body.without_terminator()) {
    if (auto read = dyn_cast<ReadOp>(op)) {
      auto it = variables.find(read.getVariable());
      if (it == variables.end())
        return read.emitError() << "'" << read.getVariable() << "' has no value yet";
      frame.bind(read.getResult(), it->second);
    } else if (auto write = dyn_cast<WriteOp>(op)) {
      written[write.getVariable()] = store(write.getValue());
    } else if (failed(frame.run(&op))) {
      return failure();
    }
  }

  SmallVector<Tensor> outputs;
  for (Value value : body.getTerminator()->getOperands())
    outputs.push_back(*store(value));
  for (auto &entry : written)
    variables[entry.getKey()] = entry.getValue();
  return outputs;
}

const Tensor *Interpreter::readVariable(StringRef name) const {
  auto it = variables.find(name);
  return it == variables.end() ? nullptr : it->second.get();
}

LogicalResult Interpreter::writeVariable(StringRef name, Tensor value) {
  auto it = types.find(name);
  if (it == types.end() || it->second != value.type)
    return failure();
  if (options.roundVariables)
    value.roundToType();
  variables[name] = std::make_shared<const Tensor>(std::move(value));
  return success();
}

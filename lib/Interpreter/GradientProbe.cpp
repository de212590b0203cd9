//===- GradientProbe.cpp - a step's losses and gradients alone ------------===//
//
// Every function of a probe is the step with other outputs: a clone, whose
// writes are gone, whose outputs are replaced, and which is then swept of what
// nobody uses.
//
//===----------------------------------------------------------------------===//
#include "nnc/Interpreter/GradientProbe.h"
#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

/// Erases what nobody uses, last ops first.
static void eraseUnused(Block &body) {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
}

/// Erases the variables that no function uses, so that a probe costs what its
/// step does and not what the file does.
static void eraseUnusedVariables(ModuleOp module) {
  llvm::StringSet<> used;
  module.walk([&](ReadOp read) { used.insert(read.getVariable()); });
  for (VariableOp variable : llvm::make_early_inc_range(module.getOps<VariableOp>()))
    if (!used.contains(variable.getSymName()))
      variable.erase();
}

/// Makes `values` the outputs of a step under a new name; it writes nothing.
static void setOutputs(StepOp step, StringRef name, ValueRange values,
                       ArrayRef<std::string> outputNames) {
  Builder builder(step.getContext());
  Block &body = step.getBody().front();
  for (WriteOp write : llvm::make_early_inc_range(body.getOps<WriteOp>()))
    write.erase();
  body.getTerminator()->setOperands(values);
  step.setSymName(name);
  step.removeBaseNameAttr();
  step.setFunctionType(builder.getFunctionType(body.getArgumentTypes(), values.getTypes()));
  SmallVector<Attribute> attributes;
  for (const std::string &output : outputNames)
    attributes.push_back(builder.getDictionaryAttr(
        builder.getNamedAttr("nn.name", builder.getStringAttr(output))));
  step.setResAttrsAttr(builder.getArrayAttr(attributes));
  eraseUnused(body);
}

/// The ops of a kind, in the order of the step.
template <typename OpTy>
static SmallVector<OpTy> collect(StepOp step) {
  return llvm::to_vector(step.getBody().front().getOps<OpTy>());
}

/// Adds `cuts`, whose outputs are what the step's stop_gradients hold back.
static void addCuts(ModuleOp module, StepOp step) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto cuts = cast<StepOp>(builder.clone(*step));
  SmallVector<Value> values;
  SmallVector<std::string> names;
  for (StopGradientOp op : collect<StopGradientOp>(cuts)) {
    names.push_back("cut_" + std::to_string(values.size()));
    values.push_back(op.getOperand());
  }
  setOutputs(cuts, GradientProbe::kCutsName, values, names);
}

/// Adds a function of the step's inputs and of the outputs of `cuts` that
/// computes the loss of gradient number `index`.
static void addLoss(ModuleOp module, StepOp step, size_t index, StringRef name) {
  OpBuilder builder = OpBuilder::atBlockEnd(module.getBody());
  auto loss = cast<StepOp>(builder.clone(*step));
  Block &body = loss.getBody().front();
  Value value = collect<GradientOp>(loss)[index].getLoss();
  SmallVector<Attribute> inputNames;
  for (unsigned i = 0; i < loss.getNumArguments(); ++i)
    inputNames.push_back(builder.getDictionaryAttr(
        builder.getNamedAttr("nn.name", builder.getStringAttr(loss.getInputName(i)))));
  for (StopGradientOp op : collect<StopGradientOp>(loss)) {
    Value held = body.addArgument(op.getType(), op.getLoc());
    if (value == op.getResult())
      value = held;
    op.replaceAllUsesWith(held);
    // An input of the step may have any name, so these are made up from one.
    inputNames.push_back(builder.getDictionaryAttr({}));
    op.erase();
  }
  loss.setArgAttrsAttr(builder.getArrayAttr(inputNames));
  setOutputs(loss, name, value, {"loss"});
}

GradientProbe nnc::buildGradientProbe(ModuleOp module, StepOp step) {
  GradientProbe probe;
  probe.module = module.clone();
  StepOp clone;
  for (Operation &op : llvm::make_early_inc_range(*probe.module->getBody())) {
    if (!isGraphFunction(&op))
      continue;
    if (auto candidate = dyn_cast<StepOp>(op); candidate && candidate.getSymName() == step.getSymName())
      clone = candidate;
    else
      op.erase();
  }

  SmallVector<Value> outputs;
  SmallVector<std::string> names;
  for (auto [i, gradient] : llvm::enumerate(collect<GradientOp>(clone))) {
    std::string number = std::to_string(i);
    ProbedLoss loss{"loss_" + number, static_cast<unsigned>(outputs.size()), gradient.getLoc(), {}};
    outputs.push_back(gradient.getLoss());
    names.push_back(loss.function);
    for (auto [value, grad] : llvm::zip_equal(gradient.getWrt(), gradient.getGrads())) {
      auto output = static_cast<unsigned>(outputs.size());
      if (auto read = value.getDefiningOp<ReadOp>()) {
        Operation *variable = SymbolTable::lookupSymbolIn(*probe.module, read.getVariable());
        loss.values.push_back({read.getVariable().str(), std::nullopt, output, variable->getLoc()});
      } else if (auto argument = dyn_cast<BlockArgument>(value)) {
        unsigned input = argument.getArgNumber();
        loss.values.push_back({clone.getInputName(input).str(), input, output, clone.getLoc()});
      } else {
        continue;
      }
      outputs.push_back(grad);
      names.push_back("gradient_" + number + "_" + std::to_string(loss.values.size() - 1));
    }
    probe.losses.push_back(std::move(loss));
  }

  probe.oracle = probe.module->clone();
  auto original = probe.oracle->lookupSymbol<StepOp>(step.getSymName());
  addCuts(*probe.oracle, original);
  for (auto [i, loss] : llvm::enumerate(probe.losses))
    addLoss(*probe.oracle, original, i, loss.function);
  original.erase();

  setOutputs(clone, GradientProbe::kFunctionName, outputs, names);
  probe.oracle->push_back(clone->clone());
  eraseUnusedVariables(*probe.module);
  eraseUnusedVariables(*probe.oracle);
  return probe;
}

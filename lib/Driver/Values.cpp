//===- Values.cpp - the values of a model's variables ---------------------===//
//
// The values come from an instance in this process: of the model without its
// functions, which is `init` alone. So a file of weights means here what it
// means everywhere, and fresh values have the bits that the object gives.
//
//===----------------------------------------------------------------------===//
#include "Values.h"
#include "Compile.h"
#include "nnc/Analysis/Frozen.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Runtime/Commands.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

/// Loads the variables of a module, without its functions.
static std::unique_ptr<LoadedModel> loadVariables(ModuleOp module, Model &model, int &status) {
  OwningOpRef<ModuleOp> variables(cast<ModuleOp>(module->clone()));
  for (auto function : llvm::make_early_inc_range(variables->getOps<FunctionOpInterface>()))
    function->erase();
  (*variables)->removeAttr(kNormalizersAttrName);
  return compileAndLoad(*variables, model, CodeArguments(), status);
}

/// An attribute of a tensor's bytes.
static ElementsAttr makeElements(RankedTensorType type, ArrayRef<char> bytes) {
  if (type.getElementType().isInteger(1))
    return DenseElementsAttr::get(
        type, ArrayRef(reinterpret_cast<const bool *>(bytes.data()), bytes.size()));
  return DenseElementsAttr::getFromRawBuffer(type, bytes);
}

/// Drops the steps; answers false, with a message, if nothing is left.
static bool dropSteps(ModuleOp module, int &status) {
  for (auto step : llvm::make_early_inc_range(module.getOps<nn::StepOp>())) {
    driver::remark("step '" + Twine(step.getSymName()) + "' is dropped: --freeze makes its variables constants");
    step->erase();
  }
  if (!module.getOps<nn::EntryOp>().empty())
    return true;
  status = fail(1, "--freeze drops the steps, and there is no entry");
  return false;
}

bool nnc::driver::giveValues(ModuleOp module, Model &model, const BuildOptions &build,
                             int &status) {
  auto loaded = loadVariables(module, model, status);
  if (!loaded)
    return false;
  std::vector<runtime::InitialValue> values;
  status = runtime::initialValues(*loaded->getDescriptor(), build.seed, build.weights, values);
  if (status != 0 || (build.freeze && !dropSteps(module, status)))
    return false;

  llvm::StringSet<> read, written;
  module.walk([&](Operation *op) {
    if (auto get = dyn_cast<nn::ReadOp>(op))
      read.insert(get.getVariable());
    else if (auto set = dyn_cast<nn::WriteOp>(op))
      written.insert(set.getVariable());
  });
  if (!build.weights.empty())
    module->setAttr(kHasWeightsAttrName, UnitAttr::get(module.getContext()));
  // What train --standardize would fill is a constant or has its values.
  if (build.freeze)
    module->removeAttr(kNormalizersAttrName);
  OpBuilder builder(module.getContext());
  SmallVector<nn::VariableOp> variables(module.getOps<nn::VariableOp>());
  for (auto [variable, value] : llvm::zip_equal(variables, values)) {
    ElementsAttr elements = makeElements(variable.getTensorType(), value.bytes);
    bool isWritten = written.contains(variable.getSymName());
    if (build.freeze && !isWritten) {
      if (read.contains(variable.getSymName()))
        variable->setAttr(kFrozenAttrName, elements);
      else
        variable->erase();
    } else if (value.given) {
      Block &init = variable.getInit().front();
      while (!init.empty())
        init.back().erase();
      builder.setInsertionPointToStart(&init);
      Value constant = nn::ConstantOp::create(builder, variable.getLoc(), elements);
      nn::YieldOp::create(builder, variable.getLoc(), constant);
    }
  }
  return true;
}

int nnc::driver::printInitialValues(ModuleOp module, Model &model, int &status) {
  auto loaded = loadVariables(module, model, status);
  return loaded ? runtime::printInitialValues(*loaded->getDescriptor(), 0) : status;
}

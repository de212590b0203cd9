//===- KernelModel.cpp - models that are given as kernels -----------------===//
//
// What `--emit=kernel` writes is read back, with changes of its user: another
// back end for a kernel, say. The pipelines up to there are left out then, so
// what they guarantee is checked here.
//
//===----------------------------------------------------------------------===//
#include "KernelModel.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Conversion/KernelToHalide/KernelToHalide.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace nnc;

bool nnc::driver::hasKernels(ModuleOp module) {
  return !module.getOps<kernel::FuncOp>().empty();
}

static LogicalResult verifyAttributes(kernel::FuncOp kernel) {
  Attribute backend = kernel->getAttr(kBackendAttrName), schedule = kernel->getAttr(kScheduleAttrName);
  auto name = dyn_cast_or_null<StringAttr>(backend);
  if (backend && (!name || (name.getValue() != "mlir" && name.getValue() != "halide")))
    return kernel.emitError() << kBackendAttrName << " is \"mlir\" or \"halide\", not " << backend;
  if (schedule && !isa<StringAttr>(schedule))
    return kernel.emitError() << kScheduleAttrName << " is a string, not " << schedule;
  if (schedule && !backend)
    return kernel.emitError() << kScheduleAttrName << " is for one back end, and no " << kBackendAttrName << " names it";
  return success();
}

static LogicalResult verifyBody(kernel::FuncOp kernel) {
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    auto constant = dyn_cast<nn::ConstantOp>(op);
    if (constant && !isa<SplatElementsAttr>(constant.getValue()))
      return op.emitError() << "a constant with different elements stands outside of kernels";
    if (!isa<nn::NNDialect>(op.getDialect()) || isa<nn::ScanOp, nn::GradientOp>(op))
      return op.emitError() << "'" << op.getName() << "' has no place in a kernel";
  }
  Operation *end = kernel.getBody().front().getTerminator();
  llvm::SmallDenseSet<Value> returned;
  for (Value value : end->getOperands())
    if (isa<BlockArgument>(value) || !returned.insert(value).second)
      return end->emitError() << "a kernel returns what it computes, each value once";
  if (returned.empty())
    return end->emitError() << "a kernel returns something";
  return success();
}

static LogicalResult verifyFunction(Operation *function) {
  WalkResult result = function->walk([&](Operation *op) {
    if (op == function || isa<kernel::CallOp, nn::ReadOp, nn::WriteOp, nn::ReturnOp, nn::ScanOp, nn::NextOp,
                              nn::ConstantOp, nn::ReshapeOp>(op))
      return WalkResult::advance();
    op->emitError() << "'" << op->getName() << "' stands outside of kernels in a model that has kernels";
    return WalkResult::interrupt();
  });
  return failure(result.wasInterrupted());
}

static LogicalResult verifyInit(ModuleOp module) {
  auto init = module.lookupSymbol<nn::EntryOp>(kInitName);
  if (!init)
    return module.emitError() << "a model that has kernels has an entry '" << kInitName << "'";
  auto seed = RankedTensorType::get({}, IntegerType::get(module.getContext(), 64));
  if (init.getArgumentTypes() != TypeRange(seed) || !init.getResultTypes().empty())
    return init.emitError() << "'" << kInitName << "' takes a " << seed << " and returns nothing";
  llvm::StringSet<> written;
  for (auto write : init.getBody().front().getOps<nn::WriteOp>())
    written.insert(write.getVariable());
  for (auto variable : module.getOps<nn::VariableOp>())
    if (!written.contains(variable.getSymName()))
      return variable.emitError() << "'" << kInitName << "' does not write '" << variable.getSymName() << "'";
  return success();
}

LogicalResult nnc::driver::verifyKernels(ModuleOp module) {
  for (auto kernel : module.getOps<kernel::FuncOp>())
    if (failed(verifyAttributes(kernel)) || failed(verifyBody(kernel)))
      return failure();
  for (Operation &op : *module.getBody())
    if (nn::isGraphFunction(&op) && failed(verifyFunction(&op)))
      return failure();
  return verifyInit(module);
}

void nnc::driver::dropUnusedKernels(ModuleOp module) {
  llvm::StringSet<> called;
  module.walk([&](kernel::CallOp call) { called.insert(call.getKernel()); });
  for (auto kernel : llvm::make_early_inc_range(module.getOps<kernel::FuncOp>()))
    if (!called.contains(kernel.getSymName()))
      kernel.erase();
}

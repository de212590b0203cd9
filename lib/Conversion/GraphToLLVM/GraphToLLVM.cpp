//===- GraphToLLVM.cpp - entries and steps to C functions -----------------===//
//
// Replaces the graph part of a planned module by LLVM functions with the C
// signatures of the generated header. Kernels must be LLVM functions already;
// they become internal.
//
//===----------------------------------------------------------------------===//
#include "GraphToLLVM.h"
#include "nnc/Conversion/Passes.h"

namespace nnc {
#define GEN_PASS_DEF_CONVERTGRAPHTOLLVM
#include "nnc/Conversion/Passes.h.inc"
} // namespace nnc

using namespace mlir;
using namespace nnc;

namespace {

struct ConvertGraphToLLVM
    : nnc::impl::ConvertGraphToLLVMBase<ConvertGraphToLLVM> {
  using ConvertGraphToLLVMBase::ConvertGraphToLLVMBase;

  void runOnOperation() override;

private:
  void hideKernels();
};

} // namespace

/// True for what the generated header declares for every model.
static bool isServiceName(StringRef name) {
  return llvm::is_contained({"parallel_for", "read", "report", "set_parallel",
                             "status", "tensor", "tensors", "write"},
                            name);
}

/// Makes functions with a body internal and names them after the model, so that
/// a kernel can be called anything.
void ConvertGraphToLLVM::hideKernels() {
  ModuleOp module = getOperation();
  llvm::StringMap<StringAttr> names;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    // Of a kernel from another back end only the name is here.
    if (function.isExternal() && !function->hasAttr("kernel.backend"))
      continue;
    auto name =
        StringAttr::get(&getContext(), prefix + "." + function.getSymName());
    names[function.getSymName()] = name;
    function.setSymNameAttr(name);
    function.setSymVisibilityAttr({});
    if (function.isExternal())
      continue;
    function.setLinkage(LLVM::Linkage::Internal);
    function.setDsoLocal(true);
    function.setNoUnwind(true);
  }
  module.walk([&](Operation *op) {
    if (auto address = dyn_cast<LLVM::AddressOfOp>(op)) {
      if (StringAttr name = names.lookup(address.getGlobalName()))
        address.setGlobalName(name);
    } else if (auto call = dyn_cast<kernel::CallOp>(op)) {
      if (StringAttr name = names.lookup(call.getKernel()))
        call.setKernel(name);
    } else if (auto call = dyn_cast<LLVM::CallOp>(op);
               call && call.getCallee()) {
      if (StringAttr name = names.lookup(*call.getCallee()))
        call.setCallee(name);
    }
  });
}

void ConvertGraphToLLVM::runOnOperation() {
  ModuleOp module = getOperation();
  if (!module->hasAttr(kArenaSizeAttrName)) {
    module.emitError("module has no memory plan");
    return signalPassFailure();
  }
  VariableTable variables(module);
  ModelInterface model = describeModel(module, prefix, maxThreads);
  emitTaskLoops(module);
  hideKernels();

  SmallVector<FunctionOpInterface> functions;
  for (auto function : module.getOps<FunctionOpInterface>())
    if (nn::isGraphFunction(function))
      functions.push_back(function);
  for (FunctionOpInterface function : functions)
    if (isServiceName(function.getName())) {
      function.emitError("has the name of something that every model has");
      return signalPassFailure();
    }
  bool hasInit = llvm::any_of(functions, [](FunctionOpInterface function) {
    return function.getName() == kInitName;
  });
  for (nn::VariableOp variable : variables.getVariables())
    if (!hasInit && variable.getKind() != nn::VariableKind::prepared) {
      variable.emitError("is never initialised: run nn-build-init first");
      return signalPassFailure();
    }

  ConstantPool constants(module, prefix);
  if (!hasInit)
    emitEmptyInit(module, model);
  for (FunctionOpInterface function : functions)
    if (failed(
            emitGraphFunction(module, function, model, variables, constants)))
      return signalPassFailure();
  emitServiceFunctions(module, model, sizeBits);

  for (FunctionOpInterface function : functions)
    function->erase();
  for (nn::VariableOp variable :
       llvm::make_early_inc_range(module.getOps<nn::VariableOp>()))
    variable.erase();
  module->removeAttr(kArenaSizeAttrName);
  module->removeAttr(kNormalizersAttrName);
  module->removeAttr(kHasWeightsAttrName);
}

//===- Emit.cpp - from a lowered module to the bytes of files -------------===//
//
// Translation to LLVM IR, LLVM's own optimisation, and code.
//
// Nothing that differs between two runs gets in: no path, no time, and symbols
// in the order of the module.
//
//===----------------------------------------------------------------------===//
#include "nnc/Target/Emit.h"
#include "TensorTable.h"
#include "nnc/Target/Versions.h"
#include "nnc/Target/WideIntegers.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"

using namespace llvm;
using namespace nnc;

static void optimize(Module &module, TargetMachine &machine,
                     unsigned optLevel) {
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = optLevel >= 2;
  tuning.SLPVectorization = optLevel >= 2;
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  const OptimizationLevel levels[] = {
      OptimizationLevel::O0, OptimizationLevel::O1, OptimizationLevel::O2,
      OptimizationLevel::O3};
  OptimizationLevel level = levels[std::min(optLevel, 3u)];
  ModulePassManager passes = level == OptimizationLevel::O0
                                 ? builder.buildO0DefaultPipeline(level)
                                 : builder.buildPerModuleDefaultPipeline(level);
  passes.run(module, modules);
}

Expected<std::unique_ptr<Module>>
nnc::emitLLVM(ArrayRef<LoweredModel> versions, const ModelInterface &interface,
              LLVMContext &context) {
  SmallVector<std::unique_ptr<Module>> modules;
  SmallVector<CodeOptions> targets;
  for (const auto &[module, target, foreign] : versions) {
    auto machine = createTargetMachine(target);
    if (!machine)
      return machine.takeError();
    mlir::registerBuiltinDialectTranslation(*module->getContext());
    mlir::registerLLVMDialectTranslation(*module->getContext());
    std::unique_ptr<Module> made =
        mlir::translateModuleToLLVMIR(module, context, interface.prefix);
    if (!made)
      return createStringError(inconvertibleErrorCode(),
                               "translation to LLVM IR failed");
    made->setSourceFileName(interface.prefix);
    made->setTargetTriple((*machine)->getTargetTriple());
    made->setDataLayout((*machine)->createDataLayout());
    made->setPICLevel(PICLevel::BigPIC);
    if (Error error = linkForeignKernels(*made, interface.prefix, foreign))
      return error;
    addTensorTable(*made, interface);
    if (versions.size() > 1)
      nameVersion(*made, **machine, interface, modules.size());
    optimize(*made, **machine, target.optLevel);
    if (needsWideIntegers((*machine)->getTargetTriple()))
      expandWideIntegers(*made);
    modules.push_back(std::move(made));
    targets.push_back(target);
  }
  if (modules.size() == 1)
    return std::move(modules.front());
  return joinVersions(modules, targets, interface);
}

std::string nnc::printLLVM(const Module &module) {
  std::string text;
  raw_string_ostream stream(text);
  module.print(stream, nullptr);
  return text;
}

Expected<std::string> nnc::emitCode(Module &module, TargetMachine &machine,
                                    CodeGenFileType type) {
  SmallVector<char, 0> bytes;
  raw_svector_ostream stream(bytes);
  legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr, type))
    return createStringError(inconvertibleErrorCode(),
                             "target '%s' cannot emit such a file",
                             machine.getTargetTriple().str().c_str());
  passes.run(module);
  return std::string(bytes.begin(), bytes.end());
}

Expected<CompiledModel> nnc::compileModel(ArrayRef<LoweredModel> versions,
                                          const ModelInterface &interface,
                                          bool withMain) {
  const CodeOptions &target = versions.front().target;
  CompiledModel model{interface, target, {}, emitHeader(interface), {}};
  auto machine = createTargetMachine(target);
  if (!machine)
    return machine.takeError();
  LLVMContext context;
  auto lowered = emitLLVM(versions, interface, context);
  if (!lowered)
    return lowered.takeError();
  auto object = emitCode(**lowered, **machine, CodeGenFileType::ObjectFile);
  if (!object)
    return object.takeError();
  model.object = std::move(*object);
  if (Error error = verifyObject(model.object))
    return error;
  auto program = emitProgram(interface, **machine, withMain);
  if (!program)
    return program.takeError();
  model.program = std::move(*program);
  return model;
}

//===- Compile.cpp - an nn module to code ---------------------------------===//
//
// Takes a module through the pipelines, stopping for the stages that were asked
// for. What passes report is printed like the front end's own messages.
//
//===----------------------------------------------------------------------===//
#include "Compile.h"
#include "Report.h"
#include "nnc/Analysis/Flops.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/Pipelines/Pipelines.h"
#include "nnc/Target/LineInfo.h"
#include "mlir/Pass/PassManager.h"

#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

std::optional<CodeOptions> nnc::driver::resolveCode(const CodeArguments &code, bool nativeByDefault,
                                                      int &status) {
  if (code.backend == "halide") {
    status = fail(1, "the Halide back end is not built in; --backend=mlir is");
    return std::nullopt;
  }
  if (StringRef(code.cpu).contains(',')) {
    status = fail(2, "several processors in one object are not supported; give --cpu one of '" +
                         Twine(code.cpu) + "'");
    return std::nullopt;
  }
  CodeOptions options;
  options.triple = code.target;
  options.cpu = code.cpu.empty() && nativeByDefault ? "native" : code.cpu;
  options.features = code.features;
  options.optLevel = code.level;
  options.strictFloatingPoint = code.strict;
  llvm::Expected<CodeOptions> resolved = resolveTarget(options);
  if (!resolved) {
    status = fail(2, llvm::toString(resolved.takeError()));
    return std::nullopt;
  }
  return *resolved;
}

bool nnc::driver::runPasses(ModuleOp module, Model &model,
                            llvm::function_ref<void(OpPassManager &)> build, int &status,
                            TimingScope *timing) {
  PassManager pm(module.getContext());
  if (timing)
    pm.enableTiming(*timing);
  build(pm);
  MessageCollector messages(module.getContext(), model);
  LogicalResult result = pm.run(module);
  bool reported = messages.print();
  if (succeeded(result))
    return true;
  status = reported ? 1 : fail(3, "internal error: a pass failed without a message");
  return false;
}

/// What schedules are derived from: the target's vector registers and cache.
static KernelCodeOptions describeVectors(llvm::TargetMachine &machine, const CodeOptions &target) {
  KernelCodeOptions options;
  options.strict = target.strictFloatingPoint;
  options.level = target.optLevel;
  VectorRegisters registers = getVectorRegisters(machine);
  options.vectorBits = registers.bits;
  options.vectorRegisters = registers.count;
  options.cacheBytes = target.cacheBytes;
  return options;
}

static std::string print(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os);
  os << '\n';
  return text;
}

/// Says what an instance needs beyond the limit, and for what.
static int reportMemory(ModuleOp module, const ModelInterface &interface, uint64_t limit) {
  std::vector<std::pair<uint64_t, std::string>> tensors;
  for (const ModelInterface::Tensor &tensor : interface.tensors)
    tensors.emplace_back(tensor.bytes, tensor.name);
  // What kernels compute has no name but a place in the source.
  module.walk([&](kernel::CallOp call) {
    for (Value result : call.getResults())
      if (auto type = dyn_cast<ShapedType>(result.getType())) {
        auto function = call->getParentOfType<FunctionOpInterface>();
        std::string name = "a value in " + function.getName().str();
        if (FileLineColLoc place = findUserPlace(call.getLoc()))
          name += " (" + place.getFilename().str() + ":" + std::to_string(place.getLine()) + ")";
        tensors.emplace_back(getByteSize(type), name);
      }
  });
  llvm::stable_sort(tensors, [](const auto &a, const auto &b) { return a.first > b.first; });
  std::string list;
  for (const auto &[bytes, name] : ArrayRef(tensors).take_front(5))
    list += "\n  " + std::to_string(bytes) + " bytes: " + name;
  return fail(1, "an instance needs " + Twine(interface.size) + " bytes (parameters " +
                     Twine(interface.parametersSize) + ", state " + Twine(interface.stateSize) +
                     ", scratch " + Twine(interface.scratchSize) +
                     "), even with values computed again, and --memory-limit is " + Twine(limit) + "; the largest tensors are" + list);
}

std::unique_ptr<LoadedModel> nnc::driver::compileAndLoad(ModuleOp module, Model &model,
                                                         const CodeArguments &code, int &status,
                                                         CompileRequest request) {
  auto target = resolveCode(code, /*nativeByDefault=*/true, status);
  if (!target)
    return nullptr;
  request.target = *target;
  auto compiled = compile(module, model, request, status);
  if (!compiled)
    return nullptr;
  auto loaded = LoadedModel::load(*compiled);
  if (!loaded) {
    status = fail(3, "internal error: " + llvm::toString(loaded.takeError()));
    return nullptr;
  }
  return std::move(*loaded);
}

std::optional<CompiledModel> nnc::driver::compile(ModuleOp module, Model &model,
                                                  const CompileRequest &request, int &status) {
  status = 0;
  // Writes a stage; answers whether to go on.
  auto reach = [&](Stage stage, llvm::function_ref<std::string()> text) {
    if (request.onStage)
      status = request.onStage(stage, text());
    return status == 0 && stage < request.last;
  };
  auto moduleText = [&] { return print(module); };
  auto passes = [&](llvm::function_ref<void(OpPassManager &)> build) {
    return runPasses(module, model, build, status, request.timing);
  };
  TimingScope none;
  TimingScope &timing = request.timing ? *request.timing : none;
  auto broken = [&](llvm::Error error) -> std::nullopt_t {
    status = fail(3, "internal error: " + llvm::toString(std::move(error)));
    return std::nullopt;
  };

  if (!reach(Stage::NN, moduleText))
    return std::nullopt;
  if (!passes(buildGradientPipeline) || !reach(Stage::Grad, moduleText))
    return std::nullopt;
  Builder builder(module.getContext());
  for (auto function : module.getOps<FunctionOpInterface>())
    function->setAttr(kFlopsAttrName, builder.getI64IntegerAttr(countFunctionFlops(function)));
  if (!passes(buildKernelPipeline))
    return std::nullopt;
  if (request.report)
    request.report->addKernels(module);
  if (request.onKernels)
    request.onKernels(module);
  if (!reach(Stage::Kernel, moduleText))
    return std::nullopt;
  llvm::Expected<std::unique_ptr<llvm::TargetMachine>> machine = createTargetMachine(request.target);
  if (!machine)
    return broken(machine.takeError());
  KernelCodeOptions code = describeVectors(**machine, request.target);
  code.tasks = request.maxThreads;
  if (!passes([&](OpPassManager &pm) { buildBufferPipeline(pm, code.vectorBits); }))
    return std::nullopt;
  ModelInterface interface = describeModel(module, request.prefix, request.maxThreads);
  int64_t fixed = interface.size - interface.scratchSize, limit = request.memoryLimit;
  if (limit > fixed && static_cast<int64_t>(interface.size) > limit) {
    if (!passes([&](OpPassManager &pm) { buildRecomputePipeline(pm, limit - fixed); }))
      return std::nullopt;
    interface = describeModel(module, request.prefix, request.maxThreads);
  }
  if (!reach(Stage::Linalg, moduleText))
    return std::nullopt;
  if (request.report)
    request.report->addPlan(module, interface);
  if (request.memoryLimit != 0 && interface.size > request.memoryLimit) {
    status = reportMemory(module, interface, request.memoryLimit);
    return std::nullopt;
  }
  unsigned pointerBits = (*machine)->createDataLayout().getPointerSizeInBits();
  bool lowered = passes([&](OpPassManager &pm) {
    buildKernelCodePipeline(pm, code);
    buildInterfacePipeline(pm, request.prefix, request.maxThreads, pointerBits);
  });
  if (!lowered || !reach(Stage::LLVMDialect, moduleText))
    return std::nullopt;
  if (request.lineInfo)
    addLineInfo(module);

  if (request.onStage || request.last < Stage::Object) {
    TimingScope scope = timing.nest("LLVM, for the stages");
    llvm::LLVMContext context;
    auto ir = emitLLVM(module, interface, **machine, request.target.optLevel, context);
    if (!ir)
      return broken(ir.takeError());
    if (!reach(Stage::LLVM, [&] { return printLLVM(**ir); }))
      return std::nullopt;
    auto assembly = emitCode(**ir, **machine, llvm::CodeGenFileType::AssemblyFile);
    if (!assembly)
      return broken(assembly.takeError());
    if (!reach(Stage::Assembly, [&] { return *assembly; }))
      return std::nullopt;
  }
  TimingScope scope = timing.nest("LLVM, for the object");
  llvm::Expected<CompiledModel> compiled =
      compileModel(module, interface, request.target, request.withMain);
  if (!compiled)
    return broken(compiled.takeError());
  return std::move(*compiled);
}

//===- Compile.cpp - an nn module to code ---------------------------------===//
//
// Takes a module through the pipelines, stopping for the stages that were asked
// for. What passes report is printed like the front end's own messages.
//
//===----------------------------------------------------------------------===//
#include "Compile.h"
#include "Backends.h"
#include "KernelModel.h"
#include "Report.h"
#include "nnc/Analysis/Flops.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/Pipelines/Pipelines.h"
#include "nnc/Target/LineInfo.h"
#include "nnc/Target/Versions.h"
#include "mlir/Pass/PassManager.h"

#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

std::optional<Targets> nnc::driver::resolveCode(const CodeArguments &code, bool nativeByDefault,
                                                  int &status) {
  if (code.backend == "halide" && !hasHalide()) {
    status = fail(2, "--backend: Halide is not built in; run utils/halide and build nnc again");
    return std::nullopt;
  }
  auto refuse = [&](llvm::Error error) -> std::nullopt_t {
    status = fail(2, llvm::toString(std::move(error)));
    return std::nullopt;
  };
  SmallVector<StringRef> cpus;
  StringRef(code.cpu).split(cpus, ',');
  Targets targets;
  for (StringRef cpu : cpus) {
    CodeOptions options;
    options.triple = code.target;
    options.cpu = code.cpu.empty() && nativeByDefault ? "native" : cpu.str();
    options.features = code.features;
    options.optLevel = code.level;
    options.strictFloatingPoint = code.strict;
    if (cpus.size() > 1 && cpu.empty()) {
      status = fail(2, "--cpu: a name is missing in '" + Twine(code.cpu) + "'");
      return std::nullopt;
    }
    if (cpus.size() > 1 && cpu == "native") {
      status = fail(2, "--cpu: 'native' is not one of several: it says nothing of other machines");
      return std::nullopt;
    }
    llvm::Expected<CodeOptions> resolved = resolveTarget(options);
    if (!resolved)
      return refuse(resolved.takeError());
    targets.push_back(*resolved);
  }
  if (targets.size() > 1)
    if (llvm::Error error = orderVersions(targets))
      return refuse(std::move(error));
  return targets;
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
  request.targets = *target;
  request.backend = code.backend;
  request.poison = code.poison;
  request.optimizations = code.optimizations;
  Tuning tuning(target->front());
  if (code.backend == "auto" && target->size() == 1 && !code.model.empty() && !tuning.read(Tuning::getPath(code.model))) {
    status = 1;
    return nullptr;
  }
  request.tuning = &tuning;
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
  // What the target cannot do was asked for; all else is a fault of ours.
  auto broken = [&](llvm::Error error) -> std::nullopt_t {
    llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase &info) {
      status = info.convertToErrorCode() == std::errc::not_supported
                   ? fail(2, info.message())
                   : fail(3, "internal error: " + info.message());
    });
    return std::nullopt;
  };

  // A model may be given as kernels, which have these stages behind them.
  bool isGraph = !hasKernels(module);
  if (isGraph && !reach(Stage::NN, moduleText))
    return std::nullopt;
  if (isGraph && (!passes([&](OpPassManager &pm) { buildGradientPipeline(pm, request.optimizations); }) || !reach(Stage::Grad, moduleText)))
    return std::nullopt;
  Builder builder(module.getContext());
  for (auto function : module.getOps<FunctionOpInterface>())
    if (isGraph || (nn::isGraphFunction(function) && function.getName() != kInitName && !function->hasAttr(kFlopsAttrName)))
      function->setAttr(kFlopsAttrName, builder.getI64IntegerAttr(countFunctionFlops(function)));
  bool strict = request.targets.front().strictFloatingPoint;
  if (isGraph && !passes([&](OpPassManager &pm) { buildKernelPipeline(pm, strict, request.optimizations); }))
    return std::nullopt;
  if (request.onKernels)
    request.onKernels(module);
  if (request.tuning && request.backend == "auto")
    request.tuning->apply(module);
  HalideKernels halide;
  {
    TimingScope scope = timing.nest("Halide");
    MessageCollector messages(module.getContext(), model);
    if (!halide.compile(module, request.backend, request.targets, request.maxThreads, status)) {
      if (messages.print())
        status = 1;
      return std::nullopt;
    }
  }
  if (request.report)
    request.report->addKernels(module);
  if (!reach(Stage::Kernel, moduleText))
    return std::nullopt;

  // From here on each processor has a module and a memory plan of its own.
  SmallVector<OwningOpRef<ModuleOp>> copies;
  SmallVector<LoweredModel> versions{{module, request.targets.front()}};
  for (const CodeOptions &target : ArrayRef(request.targets).drop_front()) {
    copies.push_back(module.clone());
    versions.push_back({*copies.back(), target});
  }
  for (auto [number, version] : llvm::enumerate(versions))
    halide.take(version, number);
  auto eachPasses = [&](llvm::function_ref<void(OpPassManager &, size_t)> build) {
    for (size_t i = 0; i != versions.size(); ++i)
      if (!runPasses(versions[i].module, model, [&](OpPassManager &pm) { build(pm, i); }, status,
                     request.timing))
        return false;
    return true;
  };
  // Several modules in one file stand as MLIR's tools split them.
  auto eachText = [&] {
    std::string text;
    for (const LoweredModel &version : versions)
      text += (text.empty() ? "" : "// -----\n\n") + print(version.module);
    return text;
  };
  SmallVector<KernelCodeOptions> codes;
  unsigned pointerBits = 0;
  for (const LoweredModel &version : versions) {
    auto machine = createTargetMachine(version.target);
    if (!machine)
      return broken(machine.takeError());
    codes.push_back(describeVectors(**machine, version.target));
    codes.back().tasks = request.maxThreads;
    codes.back().poison = request.poison;
    codes.back().optimizations = request.optimizations;
    pointerBits = (*machine)->createDataLayout().getPointerSizeInBits();
  }
  // An instance has room for the scratch of any version.
  ModelInterface interface;
  int64_t limit = request.memoryLimit;
  // Bytes of an instance without the arena.
  SmallVector<int64_t> fixedSizes;
  for (auto [version, code] : llvm::zip(versions, codes)) {
    auto run = [&](llvm::function_ref<void(OpPassManager &)> build) {
      return runPasses(version.module, model, build, status, request.timing);
    };
    auto describe = [&] { return describeModel(version.module, request.prefix, request.maxThreads); };
    auto buildBuffers = [&](OpPassManager &pm) { buildBufferPipeline(pm, code); };
    OwningOpRef<ModuleOp> kernels;
    if (limit > 0)
      kernels = version.module.clone();
    if (!run(buildBuffers))
      return std::nullopt;
    ModelInterface described = describe();
    auto isTooLarge = [&] { return limit > 0 && static_cast<int64_t>(described.size) > limit; };
    auto buildAgain = [&] {
      OwningOpRef<ModuleOp> again = kernels->clone();
      version.module.getBodyRegion().takeBody(again->getBodyRegion());
      if (!run(buildBuffers))
        return false;
      described = describe();
      return true;
    };
    // First goes what is kept in a second form only to save time, then room for
    // many images where a few are enough.
    if (isTooLarge() && !described.preparedOffsets.empty()) {
      code.optimizations.drop(Optimization::Invariants);
      if (!buildAgain())
        return std::nullopt;
    }
    if (isTooLarge()) {
      code.copyBytes = code.cacheBytes / 2;
      if (!buildAgain())
        return std::nullopt;
    }
    int64_t fixed = fixedSizes.emplace_back(described.size - described.arenaSize);
    if (limit > fixed && isTooLarge()) {
      if (!run([&](OpPassManager &pm) { buildRecomputePipeline(pm, limit - fixed); }))
        return std::nullopt;
      described = describe();
    }
    if (described.size >= interface.size)
      interface = std::move(described);
  }
  for (auto [version, fixed] : llvm::zip(versions, fixedSizes))
    version.module->setAttr(kArenaSizeAttrName, builder.getI64IntegerAttr(interface.size - fixed));
  if (!reach(Stage::Linalg, eachText))
    return std::nullopt;
  if (request.report)
    request.report->addPlan(module, interface);
  if (request.memoryLimit != 0 && interface.size > request.memoryLimit) {
    status = reportMemory(module, interface, request.memoryLimit);
    return std::nullopt;
  }
  bool lowered = eachPasses([&](OpPassManager &pm, size_t i) {
    buildKernelCodePipeline(pm, codes[i]);
    buildInterfacePipeline(pm, request.prefix, request.maxThreads, pointerBits);
  });
  if (!lowered || !reach(Stage::LLVMDialect, eachText))
    return std::nullopt;
  if (request.lineInfo)
    for (const LoweredModel &version : versions)
      addLineInfo(version.module);

  if (request.onStage || request.last < Stage::Object) {
    TimingScope scope = timing.nest("LLVM, for the stages");
    llvm::LLVMContext context;
    auto machine = createTargetMachine(versions.front().target);
    if (!machine)
      return broken(machine.takeError());
    auto ir = emitLLVM(versions, interface, context);
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
  llvm::Expected<CompiledModel> compiled = compileModel(versions, interface, request.withMain);
  if (!compiled)
    return broken(compiled.takeError());
  return std::move(*compiled);
}

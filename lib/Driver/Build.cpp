//===- Build.cpp - nnc build ----------------------------------------------===//
//
// Writes what --emit asks for next to PREFIX, each file whole or not at all.
//
//===----------------------------------------------------------------------===//
#include "Commands.h"
#include "Compile.h"
#include "KernelModel.h"
#include "Report.h"
#include "Tune.h"
#include "Values.h"
#include "nnc/Support/File.h"
#include "nnc/Target/Link.h"
#include "nnc/Target/TargetMachine.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Triple.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

/// The last part of a path, made a C identifier.
static std::string identifierOf(StringRef path) {
  std::string name = llvm::sys::path::filename(path).str();
  for (char &c : name)
    if (!llvm::isAlnum(c) && c != '_')
      c = '_';
  if (name.empty() || llvm::isDigit(name[0]))
    name.insert(name.begin(), '_');
  return name;
}

static bool isIdentifier(StringRef name) {
  return !name.empty() && !llvm::isDigit(name[0]) &&
         llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

namespace {
struct StageFile {
  const char *kind;
  const char *ending;
  Stage stage;
};
} // namespace

static constexpr StageFile stageFiles[] = {
    {"nn", ".nn.mlir", Stage::NN},
    {"grad", ".grad.mlir", Stage::Grad},
    {"kernel", ".kernel.mlir", Stage::Kernel},
    {"linalg", ".linalg.mlir", Stage::Linalg},
    {"llvm-mlir", ".llvm.mlir", Stage::LLVMDialect},
    {"llvm", ".ll", Stage::LLVM},
    {"asm", ".s", Stage::Assembly},
};

/// One line per function, then the sizes of an instance.
static void printReport(const ModelInterface &interface, bool printMemory) {
  for (const auto &function : interface.functions)
    llvm::outs() << function.name << ": parameters " << interface.parametersSize << " B, state "
                 << interface.stateSize << " B, scratch " << interface.scratchSize << " B, "
                 << function.flops << " flops\n";
  if (!printMemory)
    return;
  for (const auto &tensor : interface.tensors)
    llvm::outs() << llvm::formatv("{0,10}  {1,10}  {2}\n", tensor.offset, tensor.bytes, tensor.name);
  uint64_t prepared = interface.scratchSize - interface.arenaSize;
  if (prepared != 0)
    llvm::outs() << llvm::formatv("{0,10}  {1,10}  prepared weights\n",
                                  interface.arenaOffset - prepared, prepared);
  llvm::outs() << llvm::formatv("{0,10}  {1,10}  {2}\n", interface.arenaOffset, interface.arenaSize,
                                prepared != 0 ? "other scratch" : "scratch");
  llvm::outs() << "an instance takes " << interface.size << " bytes\n";
}

int nnc::driver::runBuild(const Invocation &invocation, MLIRContext &context) {
  const BuildOptions &build = invocation.build;
  std::vector<std::string> kinds = build.emit;
  if (kinds.empty())
    kinds = {"obj", "header"};
  auto wants = [&](StringRef kind) { return llvm::is_contained(kinds, kind); };
  bool needsHeader = wants("obj") || wants("header") || wants("lib") || wants("shared");
  bool executable = wants("exe"), shared = wants("shared");

  if (StringRef(build.prefixPath).empty() || llvm::sys::path::is_separator(build.prefixPath.back()))
    return fail(2, "-o wants the beginning of a file's name, found '" + Twine(build.prefixPath) + "'");

  CompileRequest request;
  request.prefix = build.symbolPrefix.empty() ? identifierOf(build.prefixPath) : build.symbolPrefix;
  if (!isIdentifier(request.prefix))
    return fail(2, "--prefix wants a C identifier, found '" + Twine(request.prefix) + "'");
  // It is a type, too.
  if (isReservedInC(request.prefix) || request.prefix == "main")
    request.prefix += '_';
  request.maxThreads = build.maxThreads;
  request.withMain = executable;
  request.lineInfo = build.debug;
  request.memoryLimit = build.memoryLimit;
  DefaultTimingManager timer;
  timer.setEnabled(build.timePasses);
  timer.setOutput(createOutputStrategy(DefaultTimingManager::OutputFormat::Text, llvm::errs()));
  timer.setDisplayMode(DefaultTimingManager::DisplayMode::Tree);
  TimingScope timing = timer.getRootScope();
  if (build.timePasses)
    request.timing = &timing;

  int status = 0;
  auto isForeign = [](StringRef triple) {
    return llvm::Triple(triple).getArch() != llvm::Triple(getHostTriple()).getArch();
  };
  // What may go to other machines decides, where an executable is not alone.
  const std::string &triple = invocation.code.target;
  bool native = executable && !wants("obj") && !wants("lib") && !shared &&
                (triple.empty() || !isForeign(triple));
  auto targets = resolveCode(invocation.code, /*nativeByDefault=*/native, status);
  if (!targets)
    return status;
  const CodeOptions *target = &targets->front();
  if ((executable || shared) && isForeign(target->triple))
    return fail(2, Twine(executable ? "an executable" : "a shared library") +
                       " can be linked for this machine only; build obj or lib for " +
                       target->triple);
  if (build.tune != 0 && invocation.code.backend != "auto")
    return fail(2, "--tune chooses back ends, and --backend=" + Twine(invocation.code.backend) + " does so already");
  if (build.tune != 0 && targets->size() > 1)
    return fail(2, "--tune measures on this machine, and --cpu names several");
  if (build.tune != 0 && !runsHere(*target))
    return fail(2, "--tune measures on this machine, which does not run code for " + Twine(target->cpu) + " (" + target->triple + ")");
  request.targets = *targets;
  request.backend = invocation.code.backend;
  request.poison = invocation.code.poison;
  request.optimizations = invocation.code.optimizations;

  auto model = Model::open(invocation.code.model, context, status);
  if (!model)
    return status;
  TimingScope front = timing.nest("graph");
  OwningOpRef<ModuleOp> module = model->generate(invocation.code, status);
  if (!module)
    return status;
  if (module->getOps<FunctionOpInterface>().empty())
    return fail(1, Twine(invocation.code.model) + ": there is no entry or step to build");

  if (hasKernels(*module)) {
    if (build.freeze || !build.weights.empty())
      return fail(2, Twine(build.freeze ? "--freeze" : "--weights") + " wants a model; " + invocation.code.model + " has its kernels, with values of their own");
    for (StringRef kind : {"nn", "grad"})
      if (wants(kind))
        return fail(2, "--emit=" + Twine(kind) + ": " + invocation.code.model + " begins at the stage 'kernel'");
  } else if ((build.freeze || !build.weights.empty()) && !giveValues(*module, *model, build, status)) {
    return status;
  }
  front.stop();

  Report report;
  if (wants("report"))
    request.report = &report;
  request.last = Stage::NN;
  for (const StageFile &file : stageFiles)
    if (wants(file.kind))
      request.last = std::max(request.last, file.stage);
  bool needsObject =
      executable || shared || wants("report") || wants("lib") || wants("obj") || wants("header");
  if (needsObject)
    request.last = Stage::Object;
  auto write = [](const Twine &path, StringRef content) {
    if (llvm::Error error = writeFile(path.str(), content))
      return fail(1, llvm::toString(std::move(error)));
    return 0;
  };
  bool writesStages = llvm::any_of(stageFiles, [&](const StageFile &f) { return wants(f.kind); });
  if (writesStages)
    request.onStage = [&](Stage stage, StringRef text) {
      for (const StageFile &file : stageFiles)
        if (file.stage == stage && wants(file.kind))
          return write(Twine(build.prefixPath) + file.ending, text);
      return 0;
    };
  if (needsObject && invocation.code.cpu.empty() && !native)
    driver::remark("code is for " + Twine(target->cpu) + ", the baseline of " + target->triple +
           "; --cpu chooses another processor");

  Tuning tuning(*target);
  std::string tuningPath = Tuning::getPath(invocation.code.model);
  if (request.backend == "auto" && targets->size() == 1 && !tuning.read(tuningPath))
    return 1;
  if (build.tune != 0) {
    OwningOpRef<ModuleOp> copy((*module).clone());
    if (status = tune(*copy, *model, request, build.tune, tuningPath, tuning); status != 0)
      return status;
  }
  request.tuning = &tuning;
  auto compiled = compile(*module, *model, request, status);
  if (!compiled)
    return status;
  if (wants("obj"))
    status = write(Twine(build.prefixPath) + ".o", compiled->object);
  if (status == 0 && wants("lib")) {
    auto archive = makeArchive(*compiled);
    if (!archive)
      return fail(3, "internal error: " + llvm::toString(archive.takeError()));
    status = write(Twine(build.prefixPath) + ".a", *archive);
  }
  if (status == 0 && shared)
    if (llvm::Error error = linkShared(*compiled, build.prefixPath + ".so"))
      status = fail(1, llvm::toString(std::move(error)));
  if (status == 0 && needsHeader)
    status = write(Twine(build.prefixPath) + ".h", compiled->header);
  if (status == 0 && executable) {
    auto runtime = findRuntimeLibrary(nullptr, reinterpret_cast<void *>(&runBuild));
    if (!runtime)
      return fail(3, llvm::toString(runtime.takeError()));
    if (llvm::Error error = linkExecutable(*compiled, *runtime, build.prefixPath))
      status = fail(1, llvm::toString(std::move(error)));
  }
  std::string processors = llvm::join(
      llvm::map_range(*targets, [](const CodeOptions &each) { return each.cpu; }), ", ");
  if (status == 0 && wants("report"))
    status = write(Twine(build.prefixPath) + ".html",
                   report.write(compiled->interface, processors + " (" + target->triple + ")",
                                compiled->object.size()));
  if (status == 0)
    printReport(compiled->interface, build.printMemory);
  return status;
}

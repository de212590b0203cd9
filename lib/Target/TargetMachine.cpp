//===- TargetMachine.cpp - what code is made for --------------------------===//
//
// Names are checked here, because LLVM itself only warns on stderr about a
// processor or feature that it does not know.
//
//===----------------------------------------------------------------------===//
#include "nnc/Target/TargetMachine.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include <unistd.h>
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace llvm;
using nnc::CodeOptions;

static void initializeTargets() {
  static const bool done = [] {
    InitializeAllTargetInfos();
    InitializeAllTargets();
    InitializeAllTargetMCs();
    InitializeAllAsmPrinters();
    InitializeAllAsmParsers();
    return true;
  }();
  (void)done;
}

std::string nnc::getHostTriple() { return sys::getProcessTriple(); }

std::string nnc::getBaselineCpu(StringRef triple) {
  Triple parsed(triple);
  if (parsed.getArch() == Triple::x86_64)
    return "x86-64";
  if (parsed.getArch() == Triple::x86)
    return "pentium4";
  if (parsed.isRISCV())
    return parsed.isArch64Bit() ? "generic-rv64" : "generic-rv32";
  return "generic";
}

template <typename... Args>
static Error makeError(const char *format, Args... args) {
  return createStringError(inconvertibleErrorCode(), format, args...);
}

static Expected<const Target *> findTarget(const Triple &triple) {
  initializeTargets();
  std::string error;
  const Target *target = TargetRegistry::lookupTarget(triple, error);
  if (!target || !target->hasTargetMachine())
    return makeError("unknown target '%s'", triple.str().c_str());
  return target;
}

/// The processor of this machine, with the features that are really there.
static Error resolveNative(CodeOptions &options) {
  if (Triple(options.triple).getArch() !=
      Triple(nnc::getHostTriple()).getArch())
    return makeError("cpu 'native' is not one of target '%s'",
                     options.triple.c_str());
  options.cpu = sys::getHostCPUName();
#ifdef _SC_LEVEL2_CACHE_SIZE
  if (long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE); bytes > 0)
    options.cacheBytes = bytes;
#endif
  SmallVector<std::string> features;
  for (const auto &feature : sys::getHostCPUFeatures())
    features.push_back((feature.second ? "+" : "-") + feature.first().str());
  // The map's order is not stable.
  llvm::sort(features);
  if (!options.features.empty())
    features.push_back(options.features);
  options.features = join(features, ",");
  return Error::success();
}

Expected<CodeOptions> nnc::resolveTarget(CodeOptions options) {
  if (options.triple.empty())
    options.triple = getHostTriple();
  options.triple = Triple::normalize(options.triple);
  Triple triple(options.triple);
  Expected<const Target *> target = findTarget(triple);
  if (!target)
    return target.takeError();
  if (triple.isGPU() || triple.isBPF())
    return makeError("target '%s' has no C functions that a host could call",
                     options.triple.c_str());
  std::string userFeatures = options.features;
  if (options.cpu == "native") {
    if (Error error = resolveNative(options))
      return error;
  } else if (options.cpu.empty()) {
    options.cpu = getBaselineCpu(options.triple);
    // What every hosted system of 64-bit RISC-V counts on.
    if (triple.isRISCV64())
      options.features = options.features.empty()
                             ? "+m,+a,+f,+d,+c"
                             : "+m,+a,+f,+d,+c," + options.features;
  }

  // An unknown name must not reach a subtarget, which would print a warning.
  std::unique_ptr<MCSubtargetInfo> baseline((*target)->createMCSubtargetInfo(
      triple, getBaselineCpu(options.triple), ""));
  if (!baseline->isCPUStringValid(options.cpu))
    return makeError("target '%s' has no cpu '%s'", options.triple.c_str(),
                     options.cpu.c_str());
  SmallVector<StringRef> names;
  StringRef(userFeatures).split(names, ',', -1, /*KeepEmpty=*/false);
  for (StringRef name : names) {
    if (!SubtargetFeatures::hasFlag(name))
      return makeError("feature '%s' must begin with + or -",
                       name.str().c_str());
    StringRef bare = name.drop_front();
    if (llvm::none_of(
            baseline->getAllProcessorFeatures(),
            [&](const SubtargetFeatureKV &known) { return known.Key == bare; }))
      return makeError("target '%s' has no feature '%s'",
                       options.triple.c_str(), bare.str().c_str());
  }
  return options;
}

Expected<std::unique_ptr<TargetMachine>>
nnc::createTargetMachine(const CodeOptions &options) {
  Triple triple(options.triple);
  Expected<const Target *> target = findTarget(triple);
  if (!target)
    return target.takeError();
  llvm::TargetOptions codegen;
  // Contraction follows the flags of each operation and nothing else.
  codegen.AllowFPOpFusion =
      options.strictFloatingPoint ? FPOpFusion::Strict : FPOpFusion::Standard;
  codegen.FunctionSections = true;
  CodeGenOptLevel levels[] = {CodeGenOptLevel::None, CodeGenOptLevel::Less,
                              CodeGenOptLevel::Default,
                              CodeGenOptLevel::Aggressive};
  // WebAssembly calls code position independent that a dynamic linker places.
  Reloc::Model relocation = triple.isWasm() ? Reloc::Static : Reloc::PIC_;
  std::unique_ptr<TargetMachine> machine((*target)->createTargetMachine(
      triple, options.cpu, options.features, codegen, relocation, std::nullopt,
      levels[std::min(options.optLevel, 3u)]));
  if (!machine)
    return makeError("target '%s' cannot emit code", options.triple.c_str());
  return machine;
}

bool nnc::runsHere(const CodeOptions &options) {
  Triple triple(options.triple), host(getHostTriple());
  if (triple.getArch() != host.getArch() || triple.getOS() != host.getOS())
    return false;
  SmallVector<StringRef> wanted;
  StringRef(options.features).split(wanted, ',', -1, /*KeepEmpty=*/false);
  erase_if(wanted, [](StringRef &feature) { return !feature.consume_front("+"); });
  if (options.cpu != getBaselineCpu(options.triple) && options.cpu != sys::getHostCPUName()) {
    if (triple.getArch() != Triple::x86_64 || X86::parseArchX86(options.cpu) == X86::CK_None)
      return false;
    X86::getFeaturesForCPU(options.cpu, wanted);
  }
  // What the map does not name, no machine lacks.
  StringMap<bool> present = sys::getHostCPUFeatures();
  return all_of(wanted, [&](StringRef feature) {
    auto known = present.find(feature);
    return known == present.end() || known->second;
  });
}

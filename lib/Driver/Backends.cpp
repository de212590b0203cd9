//===- Backends.cpp - which back end makes a kernel's code ----------------===//
//
// Halide is a plugin, which is loaded when the first kernel wants it and stays:
// it cannot be unloaded.
//
//===----------------------------------------------------------------------===//
#include "Backends.h"
#include "Model.h"
#include "nnc/Conversion/KernelToHalide/KernelToHalide.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <dlfcn.h>

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

bool nnc::driver::hasHalide() {
#ifdef NNC_HAS_HALIDE
  return true;
#else
  return false;
#endif
}

/// Whether one of Halide's autoschedulers makes the schedule. These do not keep
/// to what nnc needs of them, and may not find any.
static bool isAutomatic(StringRef schedule) { return schedule.contains("auto="); }

const HalidePlugin *nnc::driver::loadHalide(int &status) {
  static HalidePlugin plugin;
  if (plugin.compile)
    return &plugin;
  if (!hasHalide()) {
    status = fail(2, "Halide is not built in; run utils/halide and build nnc again");
    return nullptr;
  }
  SmallString<256> path(llvm::sys::fs::getMainExecutable(nullptr, reinterpret_cast<void *>(&hasHalide)));
  llvm::sys::path::remove_filename(path);
  llvm::sys::path::append(path, "..", "lib", "nnc-halide.so");
  llvm::sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  auto find = [&](const char *name) { return library ? dlsym(library, name) : nullptr; };
  auto *compile = reinterpret_cast<halide::CompileFunction *>(find(halide::kCompileName));
  plugin.candidates = reinterpret_cast<halide::CandidatesFunction *>(find(halide::kCandidatesName));
  if (!compile || !plugin.candidates) {
    status = fail(2, "the Halide back end cannot be loaded: " + Twine(dlerror()));
    return nullptr;
  }
  plugin.compile = compile;
  return &plugin;
}

bool nnc::driver::canHaveSchedule(const HalidePlugin &plugin, kernel::FuncOp kernel,
                                  const CodeOptions &target, StringRef schedule) {
  if (!isAutomatic(schedule))
    return true;
  auto halideTarget = describeHalideTarget(target);
  halide::Kernel described = describeKernel(kernel);
  halide::Code code;
  plugin.compile(described, *halideTarget, schedule.str(), code);
  if (!code.error.empty() || !code.declined.empty())
    return false;
  auto adopted = adoptHalideKernel(described, code, target);
  if (!adopted)
    llvm::consumeError(adopted.takeError());
  return bool(adopted);
}

bool HalideKernels::compile(ModuleOp module, StringRef backend, ArrayRef<CodeOptions> targets,
                            int tasks, int &status, int64_t leastTurns) {
  bool mayLeave = backend == "halide";
  auto name = [&](StringRef text) { return StringAttr::get(module.getContext(), text); };
  auto refuse = [&](kernel::FuncOp kernel, const Twine &why) {
    kernel.emitError() << "kernel '" << kernel.getSymName() << "' " << why;
    return false;
  };
  auto broken = [&](kernel::FuncOp kernel, const Twine &what) {
    status = fail(3, "internal error: Halide, in kernel '" + kernel.getSymName() + "': " + what);
    return false;
  };
  const HalidePlugin *plugin = nullptr;
  kernels.resize(targets.size());
  for (auto kernel : module.getOps<kernel::FuncOp>()) {
    auto chosen = kernel->getAttrOfType<StringAttr>(kBackendAttrName);
    if (backend != "auto" && (!chosen || chosen.getValue() != backend)) {
      // What it says of the other's schedule is nothing to this one.
      kernel->removeAttr(kScheduleAttrName);
      chosen = name(backend);
      kernel->setAttr(kBackendAttrName, chosen);
    }
    auto schedule = kernel->getAttrOfType<StringAttr>(kScheduleAttrName);
    if (!chosen || chosen.getValue() != "halide") {
      if (std::string wrong = schedule ? findScheduleMistake(schedule.getValue()) : ""; !wrong.empty())
        return refuse(kernel, "has no such schedule: " + wrong);
      continue;
    }
    if (!hasHalide())
      return refuse(kernel, "is to be Halide's, which is not built in; run utils/halide and build nnc again");
    if (!plugin && !(plugin = loadHalide(status)))
      return false;
    std::string left;
    halide::Kernel described;
    if (kernel->hasAttr(nn::kStrictAttrName))
      left = "it gives the same bits on every target";
    else
      described = describeKernel(kernel);
    for (auto [number, target] : llvm::enumerate(targets)) {
      std::optional<halide::Target> halideTarget = describeHalideTarget(target);
      if (left.empty() && !halideTarget)
        left = "Halide has no code for " + target.triple;
      if (!left.empty())
        break;
      // Without optimisation kernels are serial.
      halideTarget->tasks = target.optLevel == 0 ? 1 : tasks;
      halideTarget->leastTurns = leastTurns;
      halide::Code code;
      plugin->compile(described, *halideTarget, schedule ? schedule.str() : "", code);
      if (!code.badSchedule.empty())
        return refuse(kernel, "has no such schedule: " + code.badSchedule);
      bool mayFail = schedule && isAutomatic(schedule.getValue());
      if (!code.error.empty() && mayFail)
        return refuse(kernel, "cannot have the schedule '" + schedule.getValue() + "': " + StringRef(code.error).rtrim());
      if (!code.error.empty())
        return broken(kernel, StringRef(code.error).rtrim());
      if (!code.declined.empty()) {
        left = "Halide has no " + code.declined;
        break;
      }
      auto adopted = adoptHalideKernel(described, code, target);
      if (!adopted && mayFail)
        return refuse(kernel, "cannot have the schedule '" + schedule.getValue() + "': it " + llvm::toString(adopted.takeError()));
      if (!adopted)
        return broken(kernel, llvm::toString(adopted.takeError()));
      adopted->name = kernel.getSymName().str();
      kernels[number][kernel.getSymName()] = std::move(*adopted);
    }
    if (left.empty())
      continue;
    if (!mayLeave)
      return refuse(kernel, "cannot be Halide's: " + left);
    remark("kernel '" + kernel.getSymName() + "' is left to MLIR: " + left);
    kernel->setAttr(kBackendAttrName, name("mlir"));
    kernel->removeAttr(kScheduleAttrName);
    for (auto &version : kernels)
      version.erase(kernel.getSymName());
  }
  return true;
}

void HalideKernels::take(LoweredModel &model, size_t number) {
  for (auto kernel : llvm::make_early_inc_range(model.module.getOps<kernel::FuncOp>())) {
    auto known = kernels[number].find(kernel.getSymName());
    if (known == kernels[number].end())
      continue;
    declareKernel(kernel, known->second.scratchBytes, known->second.inPlace, known->second.tasks);
    model.foreign.push_back(std::move(known->second));
  }
}

//===- Tune.cpp - build --tune --------------------------------------------===//
//
// Kernel after kernel, those with most of the time first: each candidate is
// compiled alone and called in turns with the best so far, so that a machine
// that slows down slows both. What has too little of the time to matter is not
// tried.
//
//===----------------------------------------------------------------------===//
#include "Tune.h"
#include "Candidates.h"
#include "KernelEntries.h"
#include "nnc/Analysis/Invariants.h"
#include "nnc/Conversion/KernelSchedule.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Runtime/Interrupt.h"
#include "nnc/Runtime/Progress.h"
#include "nnc/Support/File.h"
#include <cstdlib>
#include <cstring>
#include <ctime>

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

namespace {

/// One kernel as a loaded model, with memory to call it on.
class LoadedKernel {
public:
  explicit LoadedKernel(std::unique_ptr<LoadedModel> loaded) : loaded(std::move(loaded)) {
    const nnc_model &model = *this->loaded->getDescriptor();
    instance = allocate(model.size);
    model.init(instance.get(), 0);
    const nnc_function &function = model.functions[0];
    for (int32_t i = 0; i != function.inputs + function.outputs; ++i) {
      const nnc_port &port = function.ports[i];
      uint64_t count = 1;
      for (int32_t axis = 0; axis != port.rank; ++axis)
        count *= port.shape[axis];
      buffers.push_back(allocate(count * 8));
      // Halves for numbers, zeros for indices.
      if (port.type == NNC_F32)
        std::fill_n(reinterpret_cast<float *>(buffers.back().get()), count, 0.5f);
      else if (port.type == NNC_F64)
        std::fill_n(reinterpret_cast<double *>(buffers.back().get()), count, 0.5);
      arguments.push_back(buffers.back().get());
    }
  }

  /// Seconds of a call, over a group of them, without what others take of the
  /// processor meanwhile: all of it runs on this thread.
  double time(int64_t calls) const {
    const nnc_function &function = loaded->getDescriptor()->functions[0];
    auto now = [] {
      timespec time;
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
      return time.tv_sec + time.tv_nsec * 1e-9;
    };
    double start = now();
    for (int64_t i = 0; i != calls; ++i)
      function.call(instance.get(), arguments.data());
    return (now() - start) / calls;
  }

  /// Calls that take long enough to be measured; warms up, too.
  int64_t chooseCalls() const {
    int64_t calls = 1;
    while (time(calls) * calls < 100e-6)
      calls *= 2;
    return calls;
  }

private:
  using Block = std::unique_ptr<char, decltype(&std::free)>;
  static Block allocate(uint64_t bytes) {
    bytes = llvm::alignTo(bytes + 1, 64);
    Block block(static_cast<char *>(std::aligned_alloc(64, bytes)), std::free);
    std::memset(block.get(), 0, bytes);
    return block;
  }

  std::unique_ptr<LoadedModel> loaded;
  Block instance{nullptr, std::free};
  std::vector<Block> buffers;
  std::vector<void *> arguments;
};

/// A kernel of the model, and how much of its time it takes.
struct Work {
  kernel::FuncOp kernel;
  std::unique_ptr<LoadedKernel> best;
  double seconds = 0, share = 0;
  Candidate chosen;
  /// Chosen by an earlier run.
  bool isKnown = false;
};

class Tuner {
public:
  Tuner(Model &model, const CompileRequest &request, double budget)
      : model(model), request(request), budget(budget) {}

  int run(ModuleOp kernels, const std::string &path, Tuning &tuning);

private:
  std::unique_ptr<LoadedKernel> load(kernel::FuncOp kernel, const Candidate &candidate);
  bool measure(Work &work, const HalidePlugin *plugin);
  bool mayGoOn() const { return watch.seconds() < budget && interrupt.received() == 0; }

  Model &model;
  const CompileRequest &request;
  double budget;
  runtime::Stopwatch watch;
  runtime::InterruptGuard interrupt;
  int status = 0;
};

} // namespace

std::unique_ptr<LoadedKernel> Tuner::load(kernel::FuncOp kernel, const Candidate &candidate) {
  OwningOpRef<ModuleOp> alone = ModuleOp::create(kernel.getLoc());
  CompileRequest one;
  one.targets = request.targets;
  one.maxThreads = request.maxThreads;
  one.onKernels = [&](ModuleOp module) {
    auto copy = cast<kernel::FuncOp>(kernel->clone());
    module.push_back(copy);
    addKernelEntry(module, copy, getInvariantOperands(kernel));
    setCandidate(copy, candidate);
  };
  auto compiled = compile(*alone, model, one, status);
  if (!compiled)
    return nullptr;
  auto loaded = LoadedModel::load(*compiled);
  if (!loaded) {
    status = fail(3, "internal error: " + llvm::toString(loaded.takeError()));
    return nullptr;
  }
  return std::make_unique<LoadedKernel>(std::move(*loaded));
}

/// Tries every candidate against the best so far; answers whether there was time.
bool Tuner::measure(Work &work, const HalidePlugin *plugin) {
  for (const Candidate &candidate : listCandidates(work.kernel, request.targets.front(), plugin)) {
    if (!mayGoOn())
      return false;
    if (candidate.backend == "halide" &&
        !canHaveSchedule(*plugin, work.kernel, request.targets.front(), candidate.schedule))
      continue;
    auto loaded = load(work.kernel, candidate);
    if (!loaded)
      return false;
    int64_t ownCalls = loaded->chooseCalls(), bestCalls = work.best->chooseCalls();
    std::vector<double> own, best;
    runtime::Stopwatch each;
    do {
      own.push_back(loaded->time(ownCalls));
      best.push_back(work.best->time(bestCalls));
      // Far behind: no repetition changes that.
      if (own.size() == 3 && *llvm::min_element(own) > 1.5 * *llvm::max_element(best))
        break;
    } while (own.size() < 5 || (each.seconds() < 0.1 && own.size() < 51));
    // The lower quartile: what else runs on the machine only adds.
    auto quartile = [](std::vector<double> &times) {
      auto quarter = times.begin() + times.size() / 4;
      std::nth_element(times.begin(), quarter, times.end());
      return *quarter;
    };
    double ownTime = quartile(own), bestTime = quartile(best);
    // Ahead by more than noise.
    if (ownTime < 0.97 * bestTime) {
      work.best = std::move(loaded);
      work.chosen = candidate;
      work.seconds *= ownTime / bestTime;
    }
  }
  return true;
}

int Tuner::run(ModuleOp kernels, const std::string &path, Tuning &tuning) {
  const HalidePlugin *plugin = hasHalide() ? loadHalide(status) : nullptr;
  if (status != 0)
    return status;

  // What each takes as it is, and how often it is called.
  llvm::StringMap<int64_t> calls;
  kernels.walk([&](kernel::CallOp call) {
    int64_t count = 1;
    for (auto scan = call->getParentOfType<nn::ScanOp>(); scan; scan = scan->getParentOfType<nn::ScanOp>())
      count *= scan.getTurns();
    calls[call.getKernel()] += count;
  });
  std::vector<Work> all;
  double total = 0;
  for (auto kernel : kernels.getOps<kernel::FuncOp>()) {
    // Where the model says how a kernel is made there is nothing to choose.
    if (!calls.contains(kernel.getSymName()) || kernel->hasAttr(nn::kStrictAttrName) || kernel->hasAttr(kBackendAttrName))
      continue;
    if (!mayGoOn())
      break;
    Work work{kernel, nullptr, 0, 0, {}};
    if (auto known = tuning.kernels.find(getKernelKey(kernel)); known != tuning.kernels.end()) {
      work.isKnown = true;
      work.chosen = known->second.best;
    }
    work.best = load(kernel, work.chosen);
    if (!work.best)
      return status;
    int64_t count = work.best->chooseCalls();
    work.seconds = work.best->time(count);
    for (int turn = 0; turn != 4; ++turn)
      work.seconds = std::min(work.seconds, work.best->time(count));
    work.share = work.seconds * calls[kernel.getSymName()];
    total += work.share;
    all.push_back(std::move(work));
  }
  llvm::stable_sort(all, [](const Work &a, const Work &b) { return a.share > b.share; });

  double saved = 0;
  unsigned number = 0;
  for (Work &work : all) {
    ++number;
    // The rest together has too little.
    if (work.share < 0.002 * total || !mayGoOn())
      break;
    if (work.isKnown)
      continue;
    double before = work.seconds;
    bool isComplete = measure(work, plugin);
    if (status != 0)
      return status;
    // Of a part of the candidates, the default is no choice.
    if (!isComplete && work.chosen == Candidate())
      break;
    saved += work.share * (1 - work.seconds / before);
    tuning.kernels[getKernelKey(work.kernel)] = {work.chosen, work.seconds, before, work.kernel.getSymName().str()};
    work.best.reset();
    llvm::errs() << llvm::formatv("tuned {0}/{1} {2}: {3:F2} us, {4}{5}{6}; {7:F1} % gained so far\n", number,
                                  all.size(), work.kernel.getSymName(), work.seconds * 1e6,
                                  work.chosen.backend, work.chosen.schedule.empty() ? "" : " ",
                                  work.chosen.schedule, total > 0 ? 100 * saved / total : 0);
    if (llvm::Error error = writeFile(path, tuning.write()))
      return fail(1, llvm::toString(std::move(error)));
  }
  if (tuning.kernels.empty())
    driver::remark("tuning ended before any kernel was done");
  else if (interrupt.received() != 0)
    driver::remark("tuning was interrupted; " + Twine(path) + " has what was found until then");
  return 0;
}

int nnc::driver::tune(ModuleOp module, Model &model, const CompileRequest &request, double seconds,
                      const std::string &path, Tuning &tuning) {
  int status = 0;
  OwningOpRef<ModuleOp> kernels;
  CompileRequest forming;
  forming.targets = request.targets;
  forming.onKernels = [&](ModuleOp formed) { kernels = formed.clone(); };
  forming.last = Stage::Kernel;
  (void)compile(module, model, forming, status);
  if (status != 0)
    return status;
  return Tuner(model, request, seconds).run(*kernels, path, tuning);
}

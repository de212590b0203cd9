//===- GradientReport.cpp - nnc check --gradients -------------------------===//
//
// Compiles each step's probe for this machine, so that what is checked is the
// code that would run, and prints what the comparison found.
//
//===----------------------------------------------------------------------===//
#include "GradientReport.h"
#include "Compile.h"
#include "TensorBytes.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Interpreter/GradientCheck.h"
#include "nnc/Target/Jit.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

namespace {

/// The compiled probe and one instance of it.
class ProbeRunner {
public:
  static std::unique_ptr<ProbeRunner> create(const GradientProbe &probe, Model &model,
                                             const CodeArguments &code, int &status);
  FailureOr<SmallVector<Tensor>> call(const ProbePoint &point);

private:
  std::unique_ptr<LoadedModel> loaded;
  std::unique_ptr<void, decltype(&std::free)> instance{nullptr, &std::free};
  const nnc_function *function = nullptr;
  SmallVector<RankedTensorType> results;
};

} // namespace

std::unique_ptr<ProbeRunner> ProbeRunner::create(const GradientProbe &probe, Model &model,
                                                 const CodeArguments &code, int &status) {
  auto target = resolveCode(code, /*nativeByDefault=*/true, status);
  if (!target)
    return nullptr;
  auto runner = std::make_unique<ProbeRunner>();
  OwningOpRef<ModuleOp> module(cast<ModuleOp>(probe.module.get()->clone()));
  auto graph = cast<FunctionOpInterface>(module->lookupSymbol(GradientProbe::kFunctionName));
  for (Type type : graph.getResultTypes())
    runner->results.push_back(cast<RankedTensorType>(type));
  CompileRequest request;
  request.targets = *target;
  request.backend = code.backend;
  request.poison = code.poison;
  request.optimizations = code.optimizations;
  auto compiled = compile(*module, model, request, status);
  if (!compiled)
    return nullptr;
  auto loaded = LoadedModel::load(*compiled);
  if (!loaded) {
    status = fail(3, "internal error: " + llvm::toString(loaded.takeError()));
    return nullptr;
  }
  runner->loaded = std::move(*loaded);
  const nnc_model &descriptor = *runner->loaded->getDescriptor();
  for (size_t i = 0; i != descriptor.function_count; ++i)
    if (descriptor.functions[i].name == GradientProbe::kFunctionName)
      runner->function = &descriptor.functions[i];
  runner->instance.reset(
      std::aligned_alloc(descriptor.align, llvm::alignTo(descriptor.size, descriptor.align)));
  if (!runner->function || !runner->instance || descriptor.init(runner->instance.get(), 0) != 0) {
    status = fail(3, "internal error: the compiled gradients cannot be called");
    return nullptr;
  }
  return runner;
}

FailureOr<SmallVector<Tensor>> ProbeRunner::call(const ProbePoint &point) {
  const nnc_model &descriptor = *loaded->getDescriptor();
  std::vector<std::vector<char>> buffers;
  auto allocate = [&](RankedTensorType type) -> void * {
    return buffers.emplace_back(type.getNumElements() * 8).data();
  };
  for (const auto &[name, value] : point.variables)
    for (size_t i = 0; i != descriptor.tensor_count; ++i)
      if (descriptor.tensors[i].name == name) {
        void *bytes = allocate(value.type);
        storeTensor(value, bytes);
        if (descriptor.write(instance.get(), i, bytes) != 0)
          return failure();
      }
  SmallVector<void *> arguments;
  for (const Tensor &input : point.inputs) {
    arguments.push_back(allocate(input.type));
    storeTensor(input, arguments.back());
  }
  for (RankedTensorType type : results)
    arguments.push_back(allocate(type));
  if (function->call(instance.get(), arguments.data()) != 0)
    return failure();
  SmallVector<Tensor> outputs;
  for (auto [i, type] : llvm::enumerate(results))
    outputs.push_back(fetchTensor(type, arguments[point.inputs.size() + i]));
  return outputs;
}

int nnc::driver::reportGradients(ModuleOp module, Model &model, const CodeArguments &code,
                                 uint64_t seed) {
  int worst = 0;
  for (auto step : module.getOps<nn::StepOp>()) {
    GradientProbe probe = buildGradientProbe(module, step);
    if (probe.losses.empty())
      continue;
    int status = 0;
    auto runner = ProbeRunner::create(probe, model, code, status);
    if (!runner)
      return status;
    GradientCheckOptions options;
    options.seed = seed;
    options.compiled = [&](const ProbePoint &point) { return runner->call(point); };
    MessageCollector messages(module.getContext(), model);
    auto rows = checkGradients(probe, options);
    if (failed(rows)) {
      messages.print();
      return 1;
    }
    for (const GradientRow &row : *rows) {
      llvm::outs() << step.getSymName() << ' ' << row.name << ": "
                   << (row.passed ? "ok" : "WRONG") << ", interpreted error "
                   << llvm::format("%.1e", row.interpretedError);
      if (row.compiledError)
        llvm::outs() << ", compiled error " << llvm::format("%.1e", *row.compiledError);
      llvm::outs() << ", " << row.compared << " compared";
      if (row.kinks != 0)
        llvm::outs() << ", " << row.kinks << " redrawn at kinks";
      llvm::outs() << '\n';
      if (!row.passed) {
        mlir::emitError(row.gradientLoc)
            << "the gradient by '" << row.name << "' is wrong: " << row.message;
        worst = 1;
      }
    }
    messages.print();
  }
  return worst;
}

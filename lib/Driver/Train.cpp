//===- Train.cpp - nnc train, predict, evaluate and run --------------------===//
//
// Compile for this machine, load, and hand over to the runtime library, which
// an emitted executable uses in the same way. Free first dimensions get the
// sizes that the data asks for.
//
//===----------------------------------------------------------------------===//
#include "Commands.h"
#include "Compile.h"
#include "InterpretedModel.h"
#include "KernelModel.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Runtime/Commands.h"
#include <chrono>

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

/// Names that -D leaves open in a function.
static std::vector<std::string> openDims(const FunctionSummary &function,
                                         ArrayRef<Define> defines) {
  std::vector<std::string> open;
  for (const std::string &dim : function.freeDims)
    if (llvm::none_of(defines, [&](const Define &define) { return define.name == dim; }))
      open.push_back(dim);
  return open;
}

namespace {
/// Functions' inputs as ports; an open first dimension is -1.
struct Ports {
  Ports() = default;
  explicit Ports(const FunctionSummary &function) { add(function); }
  void add(const FunctionSummary &function) {
    for (const ArgumentSummary &argument : function.arguments) {
      nnc_port port = {};
      port.name = argument.name.c_str();
      port.type = typeCode(argument.element);
      port.rank = argument.dims.size();
      for (auto [axis, dim] : llvm::enumerate(argument.dims)) {
        int64_t size;
        port.shape[axis] = StringRef(dim).getAsInteger(10, size) ? -1 : size;
      }
      ports.push_back(port);
    }
  }
  static int32_t typeCode(StringRef element) {
    return llvm::StringSwitch<int32_t>(element)
        .Case("f64", NNC_F64)
        .Case("i8", NNC_I8)
        .Case("u8", NNC_U8)
        .Case("i16", NNC_I16)
        .Case("i32", NNC_I32)
        .Case("i64", NNC_I64)
        .Case("bool", NNC_BOOL)
        .Default(NNC_F32);
  }
  std::vector<nnc_port> ports;
};
} // namespace

/// The dimension that --batch gives: the open first one of the inputs. Answers
/// false after an error.
static bool findBatchDim(const FunctionSummary &function, ArrayRef<Define> defines,
                         std::string &dim, int &status) {
  std::vector<std::string> open = openDims(function, defines);
  for (const ArgumentSummary &argument : function.arguments)
    if (!argument.dims.empty() && llvm::is_contained(open, argument.dims[0])) {
      dim = argument.dims[0];
      break;
    }
  for (const std::string &name : open)
    if (name != dim) {
      status = fail(2, "'" + Twine(function.name) + "' has the free dimension '" + name +
                           "': give it with -D " + name + "=SIZE");
      return false;
    }
  return true;
}

/// The first dimension of the inputs, where it is the function's only open one.
static std::string onlyBatchDim(const FunctionSummary &function, ArrayRef<Define> defines) {
  std::vector<std::string> open = openDims(function, defines);
  for (const ArgumentSummary &argument : function.arguments)
    if (open.size() == 1 && !argument.dims.empty() && argument.dims[0] == open[0])
      return open[0];
  return "";
}

/// Gives the free first dimensions of the steps the batch and, for what is left
/// of the samples, the rest; those of entries the batch. Answers false after an
/// error.
static bool planDims(const Invocation &invocation, Model &model, std::vector<Define> &defines,
                     int &status) {
  std::vector<std::string> names, dims;
  if ((status = runtime::stepNames(invocation.train, names)))
    return false;
  Ports ports;
  for (const std::string &name : names) {
    const FunctionSummary *step = model.findFunction(name);
    if (!step || !step->isStep) {
      status = fail(2, "there is no step '" + Twine(name) + "' in " + invocation.code.model);
      return false;
    }
    std::string dim;
    if (!findBatchDim(*step, defines, dim, status))
      return false;
    if (!dim.empty() && !llvm::is_contained(dims, dim))
      dims.push_back(dim);
    ports.add(*step);
  }
  std::vector<std::string> entryDims;
  for (const FunctionSummary &function : model.getFunctions())
    if (std::string dim = onlyBatchDim(function, defines);
        !function.isStep && !dim.empty() && !llvm::is_contained(dims, dim) &&
        !llvm::is_contained(entryDims, dim))
      entryDims.push_back(dim);
  if (dims.empty() && entryDims.empty())
    return true;
  runtime::BatchPlan plan;
  status = runtime::planTraining(invocation.train, ports.ports.data(), ports.ports.size(), plan);
  if (status)
    return false;
  for (const std::string &dim : dims) {
    Define define{dim, {std::to_string(plan.batch)}};
    if (plan.rest != 0 && plan.rest != plan.batch)
      define.values.push_back(std::to_string(plan.rest));
    defines.push_back(define);
  }
  for (const std::string &dim : entryDims)
    defines.push_back({dim, {std::to_string(plan.batch)}});
  return true;
}

int nnc::driver::runTrain(const Invocation &invocation, MLIRContext &context) {
  int status = 0;
  auto model = Model::open(invocation.code.model, context, status);
  if (!model)
    return status;
  auto defines = parseDefines(invocation.code.defines);
  if (!defines)
    return 2;
  if (!planDims(invocation, *model, *defines, status))
    return status;
  std::vector<OpenFunction> open;
  auto module = model->generate(*defines, invocation.code.entries, status, &open);
  if (!module)
    return status;
  for (const OpenFunction &function : open)
    driver::remark("'" + Twine(function.name) + "' is left out: its dimension " + function.dims.front() +
           " is open");
  auto loaded = compileAndLoad(*module, *model, invocation.code, status);
  if (!loaded)
    return status;
  return runtime::train(*loaded->getDescriptor(), invocation.train);
}

int nnc::driver::runPredict(const Invocation &invocation, runtime::PredictOptions options,
                            MLIRContext &context) {
  int status = 0;
  auto model = Model::open(invocation.code.model, context, status);
  if (!model)
    return status;
  auto defines = parseDefines(invocation.code.defines);
  if (!defines)
    return 2;
  std::vector<std::string> entries;
  for (const FunctionSummary &function : model->getFunctions())
    if (!function.isStep)
      entries.push_back(function.name);
  if (options.entry.empty())
    options.entry = entries.size() == 1 ? entries.front() : options.command;
  const FunctionSummary *entry = model->findFunction(options.entry);
  if (!entry || entry->isStep)
    return fail(2, "there is no entry '" + Twine(options.entry) + "' in " + invocation.code.model);
  std::string batchDim;
  if (!findBatchDim(*entry, *defines, batchDim, status))
    return status;
  if (!batchDim.empty()) {
    Ports ports(*entry);
    int64_t samples = 1;
    if (int failed = runtime::countSamples(options, ports.ports.data(), ports.ports.size(), samples))
      return failed;
    defines->push_back({batchDim, {std::to_string(std::min<int64_t>(samples, 64))}});
  }
  std::vector<OpenFunction> open;
  auto module = model->generate(*defines, {options.entry}, status, &open);
  if (!module)
    return status;
  auto loaded = compileAndLoad(*module, *model, invocation.code, status);
  if (!loaded)
    return status;
  return runtime::predict(*loaded->getDescriptor(), options);
}

/// A function with the variables of all functions, so that they outlive its
/// call: another step's optimiser slots, say.
static OwningOpRef<ModuleOp> generateWithAllVariables(Model &model, CodeArguments code,
                                                      StringRef name, int &status) {
  std::vector<OpenFunction> open;
  auto module = model.generate(code, status, &open);
  if (!module)
    return module;
  if (llvm::any_of(open, [&](const OpenFunction &function) { return function.name == name; })) {
    code.entries = {name.str()};
    return model.generate(code, status);
  }
  for (auto function : llvm::make_early_inc_range(module->getOps<FunctionOpInterface>())) {
    auto entry = dyn_cast<nn::EntryOp>(*function);
    auto step = dyn_cast<nn::StepOp>(*function);
    // A model that is given as kernels has them beside, and an `init`.
    if ((!entry && !step) || function.getName() == kInitName)
      continue;
    if ((entry ? entry.getDeclaredName() : step.getDeclaredName()) != name)
      function->erase();
  }
  dropUnusedKernels(*module);
  return module;
}

int nnc::driver::runRun(const Invocation &invocation, MLIRContext &context) {
  auto start = std::chrono::steady_clock::now();
  int status = 0;
  auto model = Model::open(invocation.code.model, context, status);
  if (!model)
    return status;
  runtime::RunOptions options = invocation.run;
  // A variant is asked for by its own name: predict_64 of predict.
  StringRef name = options.function;
  if (!model->findFunction(name))
    name = name.substr(0, name.rfind('_'));
  if (!model->findFunction(name))
    return fail(2, "there is no entry or step '" + Twine(options.function) + "' in " + invocation.code.model);
  CodeArguments code = invocation.code;
  if (code.entries.empty())
    code.entries = {name.str()};
  auto module = !options.saveWeights.empty() && invocation.code.entries.empty()
                    ? generateWithAllVariables(*model, invocation.code, name, status)
                    : model->generate(code, status);
  if (!module)
    return status;
  if (invocation.interpret)
    return runInterpreted(*module, *model, options);
  auto loaded = compileAndLoad(*module, *model, code, status);
  if (!loaded)
    return status;
  options.compileSeconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return runtime::run(*loaded->getDescriptor(), options);
}

//===- InterpretedModel.cpp - the interpreter as a compiled model ---------===//
//
// Describes a module as the runtime library expects a compiled one, with calls
// that go to the interpreter. The runtime's C interface carries no context of
// ours, so there is one such model at a time.
//
//===----------------------------------------------------------------------===//
#include "InterpretedModel.h"
#include "Compile.h"
#include "TensorBytes.h"
#include "nnc/Analysis/Flops.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Dialect/NN/IR/VariableNames.h"
#include "nnc/Interpreter/Interpreter.h"
#include "nnc/Pipelines/Pipelines.h"
#include "nnc/Runtime/Commands.h"
#include "Summary.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

namespace {

struct InterpretedModel {
  InterpretedModel(ModuleOp module, Model &model, FunctionOpInterface function);

  Model &model;
  ModuleOp module;
  FunctionOpInterface function;
  Interpreter interpreter;
  std::vector<RankedTensorType> variableTypes;
  std::vector<nnc_tensor> tensors;
  std::vector<nnc_port> ports;
  nnc_function described = {};
  nnc_model descriptor = {};
};

} // namespace

static InterpretedModel *current = nullptr;

/// Runs `body` and prints what the interpreter reports; a failure is the status
/// of an index that is out of range, the one mistake a call can make.
static int guarded(llvm::function_ref<LogicalResult()> body) {
  MessageCollector messages(current->module.getContext(), current->model);
  LogicalResult result = body();
  messages.print();
  return succeeded(result) ? NNC_OK : NNC_INDEX_OUT_OF_RANGE;
}

static int init(void *, uint64_t seed) {
  return guarded([&] { return current->interpreter.initialize(seed); });
}

static int read(const void *, size_t index, void *values) {
  storeTensor(*current->interpreter.readVariable(current->tensors[index].name), values);
  return NNC_OK;
}

static int write(void *, size_t index, const void *values) {
  Tensor value = fetchTensor(current->variableTypes[index], values);
  return guarded([&] {
    return current->interpreter.writeVariable(current->tensors[index].name, std::move(value));
  });
}

static int setParallel(void *, nnc_parallel_for *, void *, int) { return NNC_OK; }

static int report(void *, float metric) {
  Interpreter &interpreter = current->interpreter;
  const Tensor *last = interpreter.readVariable(nn::kReportedMetricName);
  const Tensor *count = interpreter.readVariable(nn::kReportCountName);
  if (!last || !count)
    return NNC_OK;
  Tensor value = *last, next = *count;
  value.floats[0] = metric;
  ++next.ints[0];
  return guarded([&]() -> LogicalResult {
    return success(succeeded(interpreter.writeVariable(nn::kReportedMetricName, std::move(value))) &&
                   succeeded(interpreter.writeVariable(nn::kReportCountName, std::move(next))));
  });
}

static const char *statusText(int code) {
  return code == NNC_OK ? "done" : "the interpreter could not run the function";
}

static int call(void *, void *const *arguments) {
  FunctionOpInterface function = current->function;
  SmallVector<Tensor> inputs;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    inputs.push_back(fetchTensor(cast<RankedTensorType>(type), arguments[i]));
  return guarded([&]() -> LogicalResult {
    auto outputs = current->interpreter.call(function.getName(), inputs);
    if (failed(outputs))
      return failure();
    for (auto [i, output] : llvm::enumerate(*outputs))
      if (void *to = arguments[inputs.size() + i])
        storeTensor(output, to);
    return success();
  });
}

static nnc_port describePort(StringAttr name, Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  nnc_port port = {};
  port.name = name ? name.data() : "_";
  port.type = static_cast<int32_t>(getElementCode(type.getElementType()));
  port.rank = type.getRank();
  llvm::copy(type.getShape(), port.shape);
  return port;
}

InterpretedModel::InterpretedModel(ModuleOp module, Model &model, FunctionOpInterface function)
    : model(model), module(module), function(function),
      interpreter(module, InterpreterOptions{/*roundVariables=*/true}) {
  for (auto variable : module.getOps<nn::VariableOp>()) {
    RankedTensorType type = variable.getTensorType();
    nnc_port port = describePort(variable.getSymNameAttr(), type);
    nnc_tensor tensor = {};
    tensor.name = port.name;
    tensor.type = port.type;
    tensor.kind = static_cast<int32_t>(variable.getKind());
    tensor.rank = port.rank;
    std::copy(std::begin(port.shape), std::end(port.shape), tensor.shape);
    tensor.bytes = byteSize(type);
    tensors.push_back(tensor);
    variableTypes.push_back(type);
  }
  auto nameOf = [](Attribute attr) { return dyn_cast_or_null<StringAttr>(attr); };
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    ports.push_back(describePort(nameOf(function.getArgAttr(i, "nn.name")), type));
  for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
    ports.push_back(describePort(nameOf(function.getResultAttr(i, "nn.name")), type));
  auto base = function->getAttrOfType<StringAttr>("base_name");
  described.name = function.getNameAttr().data();
  described.base = base ? base.data() : described.name;
  described.kind = isa<nn::StepOp>(function) ? NNC_STEP : NNC_ENTRY;
  described.inputs = function.getNumArguments();
  described.outputs = function.getNumResults();
  described.ports = ports.data();
  described.call = call;
  described.flops = countFunctionFlops(function);
  descriptor.abi = NNC_MODEL_ABI;
  descriptor.name = "model";
  descriptor.size = descriptor.align = 64;
  descriptor.max_threads = 1;
  descriptor.tensor_count = tensors.size();
  descriptor.tensors = tensors.data();
  descriptor.function_count = 1;
  descriptor.functions = &described;
  descriptor.init = init;
  descriptor.read = read;
  descriptor.write = write;
  descriptor.set_parallel = setParallel;
  descriptor.report = report;
  descriptor.status = statusText;
}

int nnc::driver::runInterpreted(ModuleOp module, Model &model, const runtime::RunOptions &options) {
  int status = 0;
  if (!runPasses(module, model, [](OpPassManager &pm) { buildGradientPipeline(pm); }, status))
    return status;
  FunctionOpInterface function;
  std::string variants;
  for (auto candidate : module.getOps<FunctionOpInterface>()) {
    if (candidate.getName() == options.function)
      function = candidate;
    auto base = candidate->getAttrOfType<StringAttr>("base_name");
    if (base && base == options.function)
      variants += (variants.empty() ? "" : ", ") + candidate.getName().str();
  }
  if (!function && variants.empty())
    return fail(2, "there is no entry or step '" + Twine(options.function) + "'");
  if (!function)
    return fail(2, "'" + Twine(options.function) + "' is several functions, and --interpret runs one of them: " + variants);
  InterpretedModel interpreted(module, model, function);
  current = &interpreted;
  status = runtime::run(interpreted.descriptor, options);
  current = nullptr;
  return status;
}

//===- Harness.cpp - compiled code against the interpreter ----------------===//
#include "Harness.h"

#include "Candidates.h"
#include "KernelModel.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Pass/PassManager.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"
#include "nnc/InitAllDialects.h"
#include "nnc/Pipelines/Pipelines.h"
#include "nnc/Target/VectorRegisters.h"
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace nnc;
using namespace nnc::test;

std::unique_ptr<MLIRContext> nnc::test::makeCompilerContext() {
  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  nnc::registerAllDialects(registry);
  auto context = std::make_unique<MLIRContext>(
      registry, MLIRContext::Threading::DISABLED);
  context->loadDialect<nn::NNDialect>();
  return context;
}

OwningOpRef<ModuleOp> nnc::test::differentiate(ModuleOp module) {
  OwningOpRef<ModuleOp> copy = module.clone();
  PassManager passes(module.getContext());
  passes.addPass(nn::createDifferentiate());
  if (failed(passes.run(*copy)))
    return nullptr;
  return copy;
}

//===----------------------------------------------------------------------===//
// Tensors in memory
//===----------------------------------------------------------------------===//

/// Calls back with a zero of the C type of an element.
template <typename Fn>
static void withStorage(Type element, Fn &&fn) {
  if (element.isF32())
    return fn(float());
  if (element.isF64())
    return fn(double());
  switch (element.getIntOrFloatBitWidth()) {
  case 64:
    return fn(int64_t());
  case 32:
    return fn(int32_t());
  case 16:
    return fn(int16_t());
  default:
    return fn(int8_t());
  }
}

static size_t countBytes(RankedTensorType type) {
  size_t bytes = 0;
  withStorage(type.getElementType(), [&](auto zero) {
    bytes = type.getNumElements() * sizeof zero;
  });
  return bytes;
}

static void store(const Tensor &tensor, void *to) {
  withStorage(tensor.type.getElementType(), [&](auto zero) {
    using T = decltype(zero);
    T *elements = static_cast<T *>(to);
    for (double value : tensor.floats)
      *elements++ = static_cast<T>(value);
    for (int64_t value : tensor.ints)
      *elements++ = static_cast<T>(value);
  });
}

static void load(const void *from, Tensor &tensor) {
  Type element = tensor.type.getElementType();
  withStorage(element, [&](auto zero) {
    using T = decltype(zero);
    const T *elements = static_cast<const T *>(from);
    for (double &value : tensor.floats)
      value = *elements++;
    // A boolean is all of its byte, so that a 2 is seen.
    for (int64_t &value : tensor.ints)
      value = element.isInteger(1)
                  ? static_cast<int64_t>(*elements++)
                  : wrapInteger(static_cast<int64_t>(*elements++), element);
  });
}

//===----------------------------------------------------------------------===//
// Compiled code
//===----------------------------------------------------------------------===//

/// Chooses one of the tuner's candidates for each kernel that has some.
static void drawCandidates(ModuleOp module, const CodeOptions &target, uint64_t seed, StringRef backend) {
  int status = 0;
  const driver::HalidePlugin *plugin = driver::hasHalide() ? driver::loadHalide(status) : nullptr;
  if (status != 0 || (backend == "halide" && !plugin))
    llvm::report_fatal_error("Halide is not there");
  Sampler sampler(seed);
  for (auto kernel : module.getOps<kernel::FuncOp>()) {
    if (kernel->hasAttr(nn::kStrictAttrName))
      continue;
    std::vector<driver::Candidate> candidates = driver::listCandidates(kernel, target, plugin);
    // Halide's autoschedulers take their time, so seldom one of them.
    bool isAutomatic = sampler.nextBelow(12) == 0;
    llvm::erase_if(candidates, [&](const driver::Candidate &candidate) {
      return (backend != "auto" && candidate.backend != backend) ||
             StringRef(candidate.schedule).starts_with("auto=") != isAutomatic;
    });
    if (candidates.empty())
      continue;
    const driver::Candidate &candidate = candidates[sampler.nextBelow(candidates.size())];
    if (candidate.backend == "mlir" || driver::canHaveSchedule(*plugin, kernel, target, candidate.schedule))
      driver::setCandidate(kernel, candidate);
  }
}

std::vector<Configuration> nnc::test::leaveOutEach() {
  std::vector<Configuration> all;
  for (const OptimizationInfo &each : kOptimizations) {
    Configuration how{"", "native", 3, false};
    how.cacheBytes = 4 << 10;
    how.tasks = 3;
    how.poison = true;
    how.name = "-O3 without " + std::string(each.name);
    how.optimizations = Optimizations::without(each.what);
    all.push_back(how);
    how.name = "-O3 with nothing but " + std::string(each.name);
    how.optimizations = Optimizations::only(each.what);
    all.push_back(how);
  }
  return all;
}

/// A host's loop: the last task comes first.
static void runBackwards(void *, int tasks, void (*task)(void *, int, int), void *data) {
  while (tasks-- != 0)
    task(data, tasks, 0);
}

llvm::Expected<std::unique_ptr<CompiledModule>>
CompiledModule::compile(ModuleOp original, const Configuration &configuration,
                        uint64_t seed) {
  CodeOptions options;
  options.cpu = configuration.cpu;
  options.optLevel = configuration.level;
  options.strictFloatingPoint = configuration.strict;
  auto target = resolveTarget(options);
  if (!target)
    return target.takeError();
  auto machine = createTargetMachine(*target);
  if (!machine)
    return machine.takeError();
  VectorRegisters registers = getVectorRegisters(**machine);
  KernelCodeOptions code;
  code.vectorBits = registers.bits;
  code.vectorRegisters = registers.count;
  code.strict = configuration.strict;
  code.level = configuration.level;
  code.cacheBytes = configuration.cacheBytes;
  code.tasks = configuration.tasks;
  code.poison = configuration.poison;
  code.optimizations = configuration.optimizations;
  code.copyBytes = configuration.copyBytes;

  OwningOpRef<ModuleOp> module = original.clone();
  PassManager plan(module->getContext()), lower(module->getContext());
  PassManager form(module->getContext());
  buildGradientPipeline(form, configuration.optimizations);
  buildKernelPipeline(form, configuration.strict, configuration.optimizations);
  if (!driver::hasKernels(*module) && failed(form.run(*module)))
    return llvm::createStringError("the kernels could not be formed");
  LoweredModel version{*module, *target};
  driver::HalideKernels halide;
  int status = 0;
  if (StringRef(configuration.backend) != "mlir")
    drawCandidates(*module, *target, seed, configuration.backend);
  if (!halide.compile(*module, configuration.backend, *target, configuration.tasks, status, /*leastTurns=*/1))
    return llvm::createStringError("Halide failed");
  halide.take(version, 0);
  buildBufferPipeline(plan, code);
  buildKernelCodePipeline(lower, code);
  buildInterfacePipeline(lower, "net", 16, 64);
  if (failed(plan.run(*module)))
    return llvm::createStringError("the module could not be planned");
  ModelInterface interface = describeModel(*module, "net");
  if (failed(lower.run(*module)))
    return llvm::createStringError("the module could not be lowered");
  auto object = compileModel(version, interface);
  if (!object)
    return object.takeError();
  auto loaded = LoadedModel::load(*object);
  if (!loaded)
    return loaded.takeError();

  std::unique_ptr<CompiledModule> result(new CompiledModule);
  result->loaded = std::move(*loaded);
  result->model = result->loaded->getDescriptor();
  // Whole multiples of the alignment, so that the block can end at the wall.
  size_t align = result->model->align;
  result->block.emplace((result->model->size + align - 1) / align * align);
  std::memset(result->block->get(), 0xa5, result->block->size());
  if (int status = result->model->init(result->block->get(), seed))
    return llvm::createStringError("init returned " + std::to_string(status));
  if (int status = result->model->set_parallel(result->block->get(), runBackwards, nullptr, 2))
    return llvm::createStringError("set_parallel returned " + std::to_string(status));
  return result;
}

int CompiledModule::call(StringRef name, ArrayRef<Tensor> inputs,
                         MutableArrayRef<Tensor> results) {
  ArrayRef functions(model->functions, model->function_count);
  const nnc_function *function = llvm::find_if(
      functions, [&](const nnc_function &f) { return name == f.name; });
  if (function == functions.end())
    llvm::report_fatal_error("no such function");
  std::vector<GuardedBuffer> buffers;
  for (const Tensor &input : inputs) {
    buffers.emplace_back(countBytes(input.type));
    store(input, buffers.back().get());
  }
  for (const Tensor &result : results) {
    buffers.emplace_back(countBytes(result.type));
    std::memset(buffers.back().get(), 0xa5, buffers.back().size());
  }
  std::vector<void *> arguments;
  for (GuardedBuffer &buffer : buffers)
    arguments.push_back(buffer.get());
  int status = function->call(block->get(), arguments.data());
  for (auto [i, result] : llvm::enumerate(results))
    load(arguments[inputs.size() + i], result);
  return status;
}

void CompiledModule::readVariable(StringRef name, Tensor &value) {
  ArrayRef tensors(model->tensors, model->tensor_count);
  size_t index = llvm::find_if(tensors, [&](const nnc_tensor &t) {
                   return name == t.name;
                 }) - tensors.begin();
  GuardedBuffer buffer(countBytes(value.type));
  if (model->read(block->get(), index, buffer.get()) != NNC_OK)
    llvm::report_fatal_error("a variable cannot be read");
  load(buffer.get(), value);
}

//===----------------------------------------------------------------------===//
// The oracle
//===----------------------------------------------------------------------===//

/// Sums of products: every term may be rounded.
static bool isSum(Operation *op) {
  return isa<nn::ContractOp, nn::ConvOp, nn::ConvInputGradOp,
             nn::ConvWeightGradOp, nn::ReduceSumOp, nn::CumSumOp,
             nn::WindowSumOp, nn::WindowScatterOp, nn::ScatterAddOp>(op);
}

/// Ops that give one of their operands, or a whole number.
static bool isExact(Operation *op) {
  return isa<nn::AbsOp, nn::CeilOp, nn::FloorOp, nn::NegOp, nn::RoundOp,
             nn::SignOp, nn::MaxOp, nn::MinOp, nn::SelectOp, nn::StopGradientOp,
             nn::ReduceMaxOp, nn::ReduceMinOp, nn::ConstantOp, nn::IotaOp,
             nn::ReshapeOp, nn::BroadcastOp, nn::TransposeOp, nn::SliceOp,
             nn::PadOp, nn::ConcatOp, nn::ReverseOp, nn::GatherOp,
             nn::OneHotOp, nn::SortOp, nn::WindowMaxOp, nn::WindowPickOp,
             nn::RandomUniformOp, nn::RandomNormalOp>(op);
}

/// Whole multiples of 1/16 below 1000: sums of products of many are exact in
/// single precision.
static bool isSmallDyadic(double value) {
  return std::abs(value) < 1000 && value * 16 == std::floor(value * 16);
}

/// Shakes what compiled code may round.
class Oracle::Shaker : public InterpreterObserver {
public:
  explicit Shaker(uint64_t seed) : random(seed) {}

  void beforeOp(Operation *op, MutableArrayRef<Tensor> operands) override {
    if (!isSum(op) || !operands.front().isFloat())
      return;
    size_t terms = 1;
    bool exact = true;
    for (const Tensor &operand : operands) {
      terms = std::max(terms, operand.floats.size());
      exact &= llvm::all_of(operand.floats, isSmallDyadic);
    }
    if (exact)
      return;
    double units = kUnits * std::sqrt(std::min<size_t>(terms, 1024));
    common = 2 * random.nextUniform() - 1;
    for (Tensor &operand : operands)
      for (double &value : operand.floats)
        shake(value, operand.type.getElementType(), units);
  }

  void afterOp(Operation *op, MutableArrayRef<Tensor> results) override {
    if (isExact(op))
      return;
    bool isSimple = isSum(op) || isa<nn::AddOp, nn::SubOp, nn::MulOp, nn::DivOp,
                                     nn::ConvertOp, nn::SqrtOp>(op);
    common = 2 * random.nextUniform() - 1;
    for (Tensor &result : results) {
      Type element = result.type.getElementType();
      for (double &value : result.floats)
        // What is exact in the type cannot have been rounded.
        if (!isSimple || !isSmallDyadic(value))
          shake(value, element, kUnits);
    }
  }

private:
  static constexpr double kUnits = 6;

  void shake(double &value, Type element, double units) {
    double move = (2 * random.nextUniform() - 1 + common) * units;
    bool single = element.isF32();
    value += move * (std::abs(value) * (single ? 0x1p-24 : 0x1p-53));
    // Below the normal numbers the last place is absolute.
    if (value != 0 && std::abs(value) < (single ? 0x1p-120 : 0x1p-1018))
      value += std::round(move) * (single ? 0x1p-149 : 0x1p-1074);
  }

  Sampler random;
  /// What all elements of a value are moved by: a polynomial is off in one
  /// direction for equal arguments, and a sum of its values as many times.
  double common = 0;
};

Oracle::~Oracle() = default;

Oracle::Oracle(ModuleOp module, uint64_t seed) {
  constexpr unsigned numShaken = 4;
  for (unsigned i = 0; i <= numShaken; ++i) {
    // What is shaken is not rounded when it is returned: a small move must not
    // vanish.
    InterpreterOptions options;
    options.roundVariables = i == 0;
    if (i > 0) {
      shakers.push_back(std::make_unique<Shaker>(i));
      options.observer = shakers.back().get();
    }
    interpreters.emplace_back(module, options);
    if (failed(interpreters.back().initialize(seed)))
      llvm::report_fatal_error("the interpreter cannot initialise");
  }
}

Expectation Oracle::combine(ArrayRef<const Tensor *> values) {
  constexpr double kFactor = 4;
  Expectation expected;
  expected.value = *values.front();
  size_t count = expected.value.size();
  if (!expected.value.isFloat()) {
    expected.open.resize(count);
    for (const Tensor *shaken : values.drop_front())
      for (size_t i = 0; i < count; ++i)
        if (shaken->ints[i] != expected.value.ints[i])
          expected.open[i] = true;
    return expected;
  }
  expected.tolerances.resize(count);
  double unit = expected.value.type.getElementType().isF32() ? 0x1p-24 : 0x1p-53;
  for (const Tensor *shaken : values.drop_front())
    for (size_t i = 0; i < count; ++i) {
      double a = expected.value.floats[i], b = shaken->floats[i];
      if (a == b || (std::isnan(a) && std::isnan(b)))
        continue;
      double away = kFactor * (std::abs(a - b) + std::abs(a) * unit);
      expected.tolerances[i] = std::max(
          expected.tolerances[i],
          std::isfinite(away) ? away
                              : std::numeric_limits<double>::infinity());
    }
  return expected;
}

FailureOr<SmallVector<Expectation>> Oracle::call(StringRef function,
                                                 ArrayRef<Tensor> given) {
  SmallVector<Tensor> inputs(given);
  for (Tensor &input : inputs)
    input.roundToType();
  SmallVector<SmallVector<Tensor>> runs;
  for (Interpreter &interpreter : interpreters) {
    FailureOr<SmallVector<Tensor>> outputs =
        interpreter.call(function, inputs);
    if (failed(outputs))
      return failure();
    runs.push_back(std::move(*outputs));
  }
  SmallVector<Expectation> expected;
  for (size_t i = 0; i < runs.front().size(); ++i) {
    SmallVector<const Tensor *> values;
    for (auto &run : runs)
      values.push_back(&run[i]);
    expected.push_back(combine(values));
  }
  return expected;
}

Expectation Oracle::readVariable(StringRef name) const {
  SmallVector<const Tensor *> values;
  for (const Interpreter &interpreter : interpreters)
    values.push_back(interpreter.readVariable(name));
  return combine(values);
}

//===----------------------------------------------------------------------===//
// Comparison
//===----------------------------------------------------------------------===//

static bool isClose(double actual, double expected, double tolerance) {
  if (std::isinf(tolerance) || actual == expected)
    return true;
  if (std::isnan(expected))
    return std::isnan(actual);
  return std::abs(actual - expected) <= tolerance;
}

std::string nnc::test::describeMismatch(const Tensor &actual,
                                        const Expectation &expected) {
  constexpr size_t kShown = 3;
  size_t wrong = 0;
  std::string text;
  llvm::raw_string_ostream os(text);
  for (size_t i = 0; i < actual.ints.size(); ++i)
    if (!expected.open[i] && actual.ints[i] != expected.value.ints[i] &&
        ++wrong <= kShown)
      os << "  element " << i << " is " << actual.ints[i] << ", expected "
         << expected.value.ints[i] << "\n";
  for (size_t i = 0; i < actual.floats.size(); ++i) {
    double found = actual.floats[i], wanted = expected.value.floats[i];
    if (!isClose(found, wanted, expected.tolerances[i]) && ++wrong <= kShown)
      os << "  element " << i << " is " << llvm::format("%.17g", found)
         << ", expected " << llvm::format("%.17g", wanted) << " within "
         << llvm::format("%.2g", expected.tolerances[i]) << "\n";
  }
  if (wrong > kShown)
    os << "  and " << wrong - kShown << " more of " << actual.size() << "\n";
  return text;
}

std::string nnc::test::compareCall(ModuleOp module, CompiledModule &compiled,
                                   Oracle &oracle, StringRef function,
                                   ArrayRef<Tensor> inputs) {
  auto op = module.lookupSymbol<FunctionOpInterface>(function);
  SmallVector<Tensor> results;
  for (Type type : op.getResultTypes())
    results.emplace_back(cast<RankedTensorType>(type));
  FailureOr<SmallVector<Expectation>> expected = oracle.call(function, inputs);
  if (failed(expected))
    return "  the interpreter failed\n";
  if (int status = compiled.call(function, inputs, results))
    return "  status " + std::to_string(status) + "\n";
  std::string text;
  for (auto [i, result] : llvm::enumerate(results))
    if (std::string wrong = describeMismatch(result, (*expected)[i]);
        !wrong.empty())
      text += "output " + std::to_string(i) + ":\n" + wrong;
  for (nn::WriteOp write : op.getFunctionBody().getOps<nn::WriteOp>()) {
    Tensor value(cast<RankedTensorType>(write.getValue().getType()));
    compiled.readVariable(write.getVariable(), value);
    if (std::string wrong =
            describeMismatch(value, oracle.readVariable(write.getVariable()));
        !wrong.empty())
      text += "variable " + write.getVariable().str() + ":\n" + wrong;
  }
  return text;
}

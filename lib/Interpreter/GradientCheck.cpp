//===- GradientCheck.cpp - gradients against differences ------------------===//
//
// See GradientCheck.h. A direction moves all elements of a tensor at once and
// so tests all of its gradient; elements tell one place from another.
//
//===----------------------------------------------------------------------===//
#include "nnc/Interpreter/GradientCheck.h"
#include "ProbePoint.h"
#include "Slope.h"
#include "Walk.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

namespace {

/// A point, and what was computed there.
class Check {
public:
  Check(const GradientProbe &probe, const GradientCheckOptions &options, ModuleOp oracle)
      : probe(probe), options(options), oracle(oracle), interpreter(oracle), draws(options.seed) {}

  /// Chooses the point and computes all gradients there.
  LogicalResult prepare();
  GradientRow compare(const ProbedLoss &loss, const ProbedValue &value);

private:
  LogicalResult callCompiled();
  bool isFinite() const;
  unsigned chooseElementCount() const;

  const Tensor &getBase(const ProbedValue &value) const {
    return value.input ? inputs[*value.input] : *interpreter.readVariable(value.name);
  }
  /// The loss with `value` replaced.
  double evaluate(const ProbedLoss &loss, const ProbedValue &value, Tensor moved);
  /// The largest element of all gradients of a loss.
  double getScale(const ProbedLoss &loss) const;

  const GradientProbe &probe;
  const GradientCheckOptions &options;
  ModuleOp oracle;
  Interpreter interpreter;
  Draws draws;
  /// Those of the step, and those of the loss functions besides.
  SmallVector<Tensor> inputs, cuts;
  SmallVector<Tensor> outputs, compiled;
  bool usable = false;
  unsigned elementCount = 0;
};

/// One direction: the elements that move, and how fast.
struct Direction {
  std::string name;
  SmallVector<std::pair<int64_t, double>> steps;

  double along(const Tensor &gradient) const {
    double sum = 0;
    for (auto [index, step] : steps)
      sum += gradient.floats[index] * step;
    return sum;
  }
  Tensor move(Tensor tensor, double by) const {
    for (auto [index, step] : steps)
      tensor.floats[index] += by * step;
    return tensor;
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// The point
//===----------------------------------------------------------------------===//

bool Check::isFinite() const {
  return llvm::all_of(outputs, [](const Tensor &tensor) {
    return llvm::all_of(tensor.floats, [](double value) { return std::isfinite(value); });
  });
}

/// Products and elements that the loss functions compute, about as long as each
/// takes.
static double estimateWork(ModuleOp oracle) {
  double work = 0;
  oracle.walk([&](Operation *op) {
    if (op->getNumResults() == 0 || !isGraphFunction(op->getParentOp()))
      return;
    auto elements = [](Value value) {
      return static_cast<double>(cast<RankedTensorType>(value.getType()).getNumElements());
    };
    double results = elements(op->getResult(0));
    if (auto contract = dyn_cast<ContractOp>(op)) {
      for (auto [letter, size] :
           llvm::zip(contract.getLhsLetters(), contract.getLhs().getType().getShape()))
        if (!contract.getResultLetters().contains(letter))
          results *= static_cast<double>(size);
    } else if (auto conv = dyn_cast<ConvOp>(op)) {
      results *= elements(conv.getWeight()) /
                 static_cast<double>(std::max<int64_t>(1, conv.getWeight().getType().getDimSize(0)));
    } else if (op->getNumOperands() > 0) {
      results = 4 * std::max(results, elements(op->getOperand(0)));
    }
    work += results;
  });
  return work;
}

/// So many that the whole check takes seconds and not hours.
unsigned Check::chooseElementCount() const {
  double tensors = 0;
  for (const ProbedLoss &loss : probe.losses)
    tensors += static_cast<double>(loss.values.size());
  constexpr double budget = 1e10;
  double affordable = budget / (4 * std::max(1.0, tensors) * std::max(1.0, estimateWork(oracle)));
  return static_cast<unsigned>(std::clamp(affordable, 2.0, std::max(2.0, double(options.elements))));
}

LogicalResult Check::prepare() {
  auto function = oracle.lookupSymbol<StepOp>(GradientProbe::kFunctionName);
  SmallVector<std::optional<int64_t>> bounds =
      findIndexBounds((*probe.module).lookupSymbol<StepOp>(GradientProbe::kFunctionName));
  for (Type type : function.getArgumentTypes())
    if (!fitsInterpreter(cast<RankedTensorType>(type)))
      return function.emitError() << type << " is too large for the interpreter";
  elementCount = chooseElementCount();

  // A loss may be defined for some inputs only: first any, then positive ones;
  // and for some parameters, so these stay nearer and nearer to their start.
  constexpr unsigned attempts = 8;
  for (unsigned attempt = 0; attempt != attempts && !usable; ++attempt) {
    if (failed(interpreter.initialize(options.seed)))
      return failure();
    jitterParameters(oracle, interpreter, std::ldexp(0.1, -static_cast<int>(attempt)), draws);
    inputs = drawInputs(function, bounds, /*tame=*/attempt >= attempts / 2, draws);
    FailureOr<SmallVector<Tensor>> results =
        interpreter.call(GradientProbe::kFunctionName, inputs);
    if (failed(results))
      return failure();
    outputs = std::move(*results);
    usable = isFinite();
  }
  if (!usable)
    return success();
  FailureOr<SmallVector<Tensor>> held = interpreter.call(GradientProbe::kCutsName, inputs);
  if (failed(held))
    return failure();
  cuts = std::move(*held);
  return options.compiled ? callCompiled() : success();
}

LogicalResult Check::callCompiled() {
  SmallVector<std::pair<std::string, Tensor>> variables;
  for (VariableOp variable : oracle.getOps<VariableOp>())
    variables.emplace_back(variable.getSymName().str(),
                           *interpreter.readVariable(variable.getSymName()));
  FailureOr<SmallVector<Tensor>> results = options.compiled({inputs, variables});
  if (failed(results))
    return failure();
  auto function = oracle.lookupSymbol<StepOp>(GradientProbe::kFunctionName);
  ArrayRef<Type> expected = function.getResultTypes();
  auto typesOf = llvm::map_range(*results, [](const Tensor &tensor) -> Type { return tensor.type; });
  if (!llvm::equal(typesOf, expected))
    return function.emitError() << "compiled code gives other outputs than its probe has";
  compiled = std::move(*results);
  return success();
}

double Check::evaluate(const ProbedLoss &loss, const ProbedValue &value, Tensor moved) {
  SmallVector<Tensor> arguments = inputs;
  llvm::append_range(arguments, cuts);
  FailureOr<SmallVector<Tensor>> result;
  if (value.input) {
    arguments[*value.input] = std::move(moved);
    result = interpreter.call(loss.function, arguments);
  } else {
    Tensor base = *interpreter.readVariable(value.name);
    (void)interpreter.writeVariable(value.name, std::move(moved));
    result = interpreter.call(loss.function, arguments);
    (void)interpreter.writeVariable(value.name, std::move(base));
  }
  return succeeded(result) ? result->front().floats.front() : NAN;
}

//===----------------------------------------------------------------------===//
// The comparison
//===----------------------------------------------------------------------===//

static double largestOf(const Tensor &tensor) {
  double largest = 0;
  for (double value : tensor.floats)
    largest = std::max(largest, std::fabs(value));
  return largest;
}

double Check::getScale(const ProbedLoss &loss) const {
  double scale = 0;
  for (const ProbedValue &value : loss.values)
    scale = std::max(scale, largestOf(outputs[value.output]));
  return scale;
}

/// All elements at random speeds.
static Direction drawDirection(int64_t size, unsigned number, Draws &draws) {
  Direction direction{"random direction " + std::to_string(number), {}};
  for (int64_t i = 0; i < size; ++i)
    direction.steps.emplace_back(i, draws.normal());
  return direction;
}

/// One element, written as its place: "element [2, 3]".
static Direction pickElement(const Tensor &tensor, int64_t index) {
  std::string place;
  Sizes strides = stridesOf(tensor.shape());
  for (auto [stride, size] : llvm::zip(strides, tensor.shape()))
    place += (place.empty() ? "" : ", ") + std::to_string(index / stride % size);
  return {"element [" + place + "]", {{index, 1.0}}};
}

/// Different numbers below `size`, in random order, at most `count`.
static SmallVector<int64_t> drawDistinct(int64_t size, int64_t count, Draws &draws) {
  SmallVector<int64_t> numbers;
  DenseSet<int64_t> seen;
  if (size <= 4 * count) {
    numbers = llvm::to_vector(llvm::seq<int64_t>(0, size));
    for (int64_t i = size; i > 1; --i)
      std::swap(numbers[i - 1], numbers[draws.below(i)]);
    numbers.truncate(std::min(size, count));
    return numbers;
  }
  while (static_cast<int64_t>(numbers.size()) < count)
    if (int64_t number = draws.below(size); seen.insert(number).second)
      numbers.push_back(number);
  return numbers;
}

GradientRow Check::compare(const ProbedLoss &loss, const ProbedValue &value) {
  GradientRow row{value.name, value.loc, loss.loc};
  if (!usable) {
    row.interpretedError = INFINITY;
    row.message = "the loss or a gradient is not finite at any random point";
    return row;
  }
  const Tensor base = getBase(value);
  const Tensor &gradient = outputs[value.output];
  const Tensor *native = compiled.empty() ? nullptr : &compiled[value.output];
  bool isShort = base.type.getElementType().isF32();
  double nativeTolerance = isShort ? options.compiledToleranceF32 : options.compiledToleranceF64;
  if (native)
    row.compiledError = 0;

  auto complain = [&](StringRef whose, double given, const Direction &direction, double expected) {
    if (row.message.empty())
      row.message = llvm::formatv("{0} gradient is {1:e6} but differences give {2:e6} for {3}",
                                  whose, given, expected, direction.name)
                        .str();
  };
  double unit = std::max(rootMeanSquare(base), 1e-2), largest = largestOf(gradient);
  double rootOfSize = std::sqrt(static_cast<double>(base.size()));
  double centre = evaluate(loss, value, base);
  // Compiled f32 gradients carry the rounding of the largest among them, and of long sums
  // that come to nothing, as for a bias before a batch norm.
  double nativeFloor = 1e-3 * getScale(loss);
  // Compares once; false if a kink is too near. `size` is that of the gradient's elements;
  // the slope along a direction, and its rounding, is `spread` times as large.
  auto tryDirection = [&](const Direction &direction, double size, double spread, bool isLast) {
    size *= spread;
    SlopeComparison found = compareSlope(
        [&](double by) { return evaluate(loss, value, direction.move(base, by)); },
        centre, direction.along(gradient), unit, 1e-3 * size, options.tolerance);
    bool isJudged = std::isfinite(found.error);
    if (found.verdict == SlopeComparison::Unclear && !(isLast && isJudged)) {
      ++row.kinks;
      return false;
    }
    ++row.compared;
    row.interpretedError = std::max(row.interpretedError, found.error);
    if (found.verdict != SlopeComparison::Agrees)
      complain("interpreted", direction.along(gradient), direction, found.slope);
    if (native) {
      double error = std::fabs(direction.along(*native) - found.slope);
      error = error == 0 ? 0 : error / std::max(size, nativeFloor * spread);
      if (!(error <= nativeTolerance))
        complain("compiled", direction.along(*native), direction, found.slope);
      // A NaN is the worst error of all.
      row.compiledError = error <= *row.compiledError ? *row.compiledError : error;
    }
    return true;
  };

  constexpr unsigned attempts = 4;
  for (unsigned number = 1; base.size() > 0 && number <= options.directions; ++number)
    for (unsigned attempt = 1; attempt <= attempts; ++attempt)
      if (tryDirection(drawDirection(base.size(), number, draws), rootMeanSquare(gradient),
                       rootOfSize, attempt == attempts))
        break;
  // Some to spare take the places of those with a kink nearby.
  SmallVector<int64_t> elements = drawDistinct(base.size(), 2 * elementCount, draws);
  unsigned taken = 0;
  for (auto [i, index] : llvm::enumerate(elements)) {
    if (taken == elementCount)
      break;
    taken += tryDirection(pickElement(base, index), largest, /*spread=*/1,
                          /*isLast=*/elements.size() - i <= elementCount - taken);
  }

  if (native) {
    // All other elements, against the interpreter.
    for (int64_t i = 0; i < base.size(); ++i) {
      double error = std::fabs(native->floats[i] - gradient.floats[i]);
      error = error == 0 ? 0 : error / std::max(largest, nativeFloor);
      if (!(error <= nativeTolerance) && row.message.empty())
        row.message = llvm::formatv("compiled gradient is {0:e6} but interpreted {1:e6} for {2}",
                                    native->floats[i], gradient.floats[i],
                                    pickElement(base, i).name)
                          .str();
      row.compiledError = error <= *row.compiledError ? *row.compiledError : error;
    }
  }
  if (row.compared == 0 && base.size() > 0 && row.message.empty())
    row.message = "the loss is not differentiable at any random point";
  row.passed = row.message.empty();
  return row;
}

FailureOr<SmallVector<GradientRow>> nnc::checkGradients(const GradientProbe &probe,
                                                        const GradientCheckOptions &options) {
  SmallVector<GradientRow> rows;
  if (llvm::all_of(probe.losses, [](const ProbedLoss &loss) { return loss.values.empty(); }))
    return rows;
  OwningOpRef<ModuleOp> oracle = (*probe.oracle).clone();
  if (options.differentiate) {
    if (failed(options.differentiate(*oracle)))
      return failure();
  } else {
    PassManager manager(oracle->getContext());
    manager.addPass(createDifferentiate());
    if (failed(manager.run(*oracle)))
      return failure();
  }
  Check check(probe, options, *oracle);
  if (failed(check.prepare()))
    return failure();
  for (const ProbedLoss &loss : probe.losses)
    for (const ProbedValue &value : loss.values)
      rows.push_back(check.compare(loss, value));
  return rows;
}

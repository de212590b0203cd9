//===- GradientCheck.cpp - gradients against differences ------------------===//
//
// Differences are of fourth order: with steps of 1e-3 in float64 their error is
// about 1e-12, so a wrong digit in a derivative cannot hide behind it.
//
//===----------------------------------------------------------------------===//
#include "GradientCheck.h"

#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Dialect/NN/Transforms/Passes.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace nnc;
using namespace nnc::test;

std::unique_ptr<MLIRContext> nnc::test::makeContext() {
  auto context =
      std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED);
  context->loadDialect<nn::NNDialect>();
  return context;
}

OwningOpRef<ModuleOp>
nnc::test::parseAndDifferentiate(MLIRContext &context,
                                 const std::string &text) {
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return nullptr;
  PassManager passes(&context);
  passes.addPass(nn::createDifferentiate());
  if (failed(passes.run(*module)))
    return nullptr;
  return module;
}

//===----------------------------------------------------------------------===//
// The module of a row
//===----------------------------------------------------------------------===//

static bool isFloatArgument(const Argument &argument) {
  return argument.range.kind != test::Range::Index &&
         argument.range.kind != test::Range::Bool;
}

SmallVector<unsigned> nnc::test::differentiableArguments(const Row &row) {
  SmallVector<unsigned> wrt;
  for (auto [i, argument] : llvm::enumerate(row.arguments)) {
    // What the text cuts off is an argument without gradient.
    bool cut = row.text.find("stop_gradient %x" + std::to_string(i)) !=
               std::string::npos;
    if (isFloatArgument(argument) && !cut)
      wrt.push_back(i);
  }
  return wrt;
}

static std::string typeText(const std::vector<int64_t> &shape,
                            const std::string &element) {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + element + ">";
}

static std::string argumentType(const Argument &argument,
                                const std::string &element) {
  if (argument.range.kind == test::Range::Index)
    return typeText(argument.shape, "i32");
  if (argument.range.kind == test::Range::Bool)
    return typeText(argument.shape, "i1");
  return typeText(argument.shape, element);
}

static void replaceAll(std::string &text, const std::string &from,
                       const std::string &to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;
       at += to.size())
    text.replace(at, from.size(), to);
}

/// `%result = <a, b>`, both of one type.
static std::string innerProduct(const std::string &result, const std::string &a,
                                const std::string &b,
                                const std::vector<int64_t> &shape,
                                const std::string &element) {
  std::string type = typeText(shape, element), axes;
  for (size_t i = 0; i < shape.size(); ++i)
    axes += (i ? ", " : "") + std::to_string(i);
  return "  %" + result + "_p = nn.mul %" + a + ", %" + b + " : " + type +
         "\n  %" + result + " = nn.reduce_sum %" + result + "_p [" + axes +
         "] : " + type + " -> tensor<" + element + ">\n";
}

std::string nnc::test::rowModule(const Row &row, const std::string &element) {
  SmallVector<unsigned> wrt = differentiableArguments(row);
  std::string scalar = "tensor<" + element + ">",
              result = typeText(row.result, element);
  std::string body = row.text;
  for (size_t i = 0; i < row.arguments.size(); ++i)
    replaceAll(body, "$" + std::to_string(i),
               argumentType(row.arguments[i], element));
  replaceAll(body, "$r", result);
  replaceAll(body, "$other",
             typeText(row.result, element == "f64" ? "f32" : "f64"));
  replaceAll(body, "$index", typeText(row.result, "i32"));
  body = "  " + body + "\n  %half = nn.constant dense<0.5> : " + result +
         "\n  %yh = nn.mul %y, %half : " + result +
         "\n  %yy = nn.mul %y, %yh : " + result +
         "\n  %z = nn.add %y, %yy : " + result + "\n";

  std::string arguments, directions, wrtNames, wrtTypes;
  for (size_t i = 0; i < row.arguments.size(); ++i)
    arguments += "%x" + std::to_string(i) + ": " +
                 argumentType(row.arguments[i], element) + ", ";
  for (unsigned i : wrt) {
    std::string type = argumentType(row.arguments[i], element),
                comma = i == wrt[0] ? "" : ", ";
    directions += ", %u" + std::to_string(i) + ": " + type;
    wrtNames += comma + "%x" + std::to_string(i);
    wrtTypes += comma + type;
  }
  std::string gradient = innerProduct("l", "v", "z", row.result, element) +
                         "  %g:" + std::to_string(wrt.size()) +
                         " = nn.gradient %l by " + wrtNames + " : " + scalar +
                         " by " + wrtTypes + " -> " + wrtTypes + "\n";
  std::string grads, sum, total;
  for (size_t n = 0; n < wrt.size(); ++n) {
    std::string i = std::to_string(wrt[n]), name = "s" + i;
    grads += (n ? ", %g#" : "%g#") + std::to_string(n);
    sum += innerProduct(name, "g#" + std::to_string(n), "u" + i,
                        row.arguments[wrt[n]].shape, element);
    if (n > 0)
      sum += "  %t" + i + " = nn.add %" + total + ", %" + name + " : " +
             scalar + "\n";
    total = n > 0 ? "t" + i : name;
  }
  std::string withV = arguments + "%v: " + result;
  std::string inputs = arguments.substr(0, arguments.size() - 2);
  return "nn.entry @forward(" + inputs + ") -> (" + result + ") {\n" + body +
         "  nn.return %z : " + result + "\n}\n" + "nn.entry @first(" + withV +
         ") -> (" + wrtTypes + ") {\n" + body + gradient + "  nn.return " +
         grads + " : " + wrtTypes + "\n}\n" + "nn.entry @second(" + withV +
         directions + ") -> (" + wrtTypes + ", " + result + ") {\n" + body +
         gradient + sum + "  %h:" + std::to_string(wrt.size() + 1) +
         " = nn.gradient %" + total + " by " + wrtNames + ", %v : " + scalar +
         " by " + wrtTypes + ", " + result + " -> " + wrtTypes + ", " + result +
         "\n  nn.return " +
         [&] {
           std::string values;
           for (size_t n = 0; n <= wrt.size(); ++n)
             values += (n ? ", %h#" : "%h#") + std::to_string(n);
           return values;
         }() +
         " : " + wrtTypes + ", " + result + "\n}\n";
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Tensor GradientCheck::drawDirection(RankedTensorType type) {
  return sampler.draw({test::Range::Plain, -1, 1}, type);
}

GradientCheck::Tensors GradientCheck::drawDirections() {
  return llvm::map_to_vector(
      wrt, [&](unsigned i) { return drawDirection(x[i].type); });
}

GradientCheck::Tensors GradientCheck::moved(const Tensors &directions,
                                            double step) const {
  Tensors result = x;
  for (auto [i, direction] : llvm::zip_equal(wrt, directions))
    for (auto [element, slope] :
         llvm::zip_equal(result[i].floats, direction.floats))
      element += step * slope;
  return result;
}

GradientCheck::GradientCheck(MLIRContext &context, const Row &row,
                             const std::string &element) {
  wrt = differentiableArguments(row);
  std::string text = rowModule(row, element);
  module = parseAndDifferentiate(context, text);
  if (!module) {
    llvm::errs() << text;
    return;
  }
  interpreter.emplace(*module);
  auto first = cast<nn::EntryOp>(module->lookupSymbol("first"));
  for (auto [type, argument] :
       llvm::zip(first.getArgumentTypes(), row.arguments))
    x.push_back(sampler.draw(argument.range, cast<RankedTensorType>(type)));
  v = drawDirection(cast<RankedTensorType>(first.getArgumentTypes().back()));
}

GradientCheck::Tensors GradientCheck::call(StringRef function,
                                           ArrayRef<Tensor> inputs,
                                           ArrayRef<Tensor> more) {
  Tensors all(inputs);
  llvm::append_range(all, more);
  FailureOr<SmallVector<Tensor>> results = interpreter->call(function, all);
  if (failed(results))
    llvm::report_fatal_error("the interpreter failed");
  return std::move(*results);
}

//===----------------------------------------------------------------------===//
// Measures
//===----------------------------------------------------------------------===//

namespace {
/// A sum, and the sum of the absolute values, which says how exact it can be.
struct Sum {
  double value = 0, size = 0;
  void add(const Tensor &a, const Tensor &b) {
    for (auto [p, q] : llvm::zip_equal(a.floats, b.floats)) {
      value += p * q;
      size += std::abs(p * q);
    }
  }
};
} // namespace

static double relative(double a, double b, double size) {
  double difference = std::abs(a - b);
  if (difference == 0)
    return 0;
  // A NaN or an infinity is as wrong as can be.
  double error = difference / size;
  return std::isfinite(error) ? error : std::numeric_limits<double>::infinity();
}

/// The derivative at 0 of `function` of a step.
template <typename Function>
static double difference(Function function) {
  constexpr double h = 1e-3;
  double near = function(h) - function(-h),
         far = function(2 * h) - function(-2 * h);
  return (8 * near - far) / (12 * h);
}

bool GradientCheck::isZero(size_t gradient) {
  return llvm::all_of(call("first", x, v)[gradient].floats,
                      [](double element) { return element == 0; });
}

GradientErrors GradientCheck::measure(size_t wrong, double scale) {
  constexpr int numDirections = 3;
  GradientErrors errors;
  auto gradient = [&](ArrayRef<Tensor> at) {
    Tensors grads = call("first", at, v);
    if (scale != 1)
      for (double &element : grads[wrong].floats)
        element *= scale;
    return grads;
  };
  auto productWith = [&](const Tensors &directions, ArrayRef<Tensor> grads) {
    Sum sum;
    for (auto [direction, grad] : llvm::zip(directions, grads))
      sum.add(direction, grad);
    return sum;
  };
  Tensors grads = gradient(x);
  for (int n = 0; n < numDirections; ++n) {
    Tensors u = drawDirections(), w = drawDirections();

    Sum along = productWith(u, grads);
    double lossSize = 0;
    double differences = difference([&](double step) {
      Sum loss;
      loss.add(v, call("forward", moved(u, step)).front());
      lossSize = std::max(lossSize, loss.size);
      return loss.value;
    });
    // Rounding of the loss itself counts a little, whatever the slope.
    double size = along.size + 1e-3 * lossSize;
    errors.first =
        std::max(errors.first, relative(along.value, differences, size));

    Tensors more{v};
    llvm::append_range(more, u);
    Tensors seconds = call("second", x, more);
    Tensor &forward = seconds.back();
    Sum transposed;
    transposed.add(v, forward);
    errors.dot =
        std::max(errors.dot, relative(transposed.value, along.value, size));

    Tensors low = call("forward", moved(u, -1e-3)),
            high = call("forward", moved(u, 1e-3));
    Tensors lower = call("forward", moved(u, -2e-3)),
            higher = call("forward", moved(u, 2e-3));
    for (size_t i = 0; i < forward.floats.size(); ++i) {
      double near = high[0].floats[i] - low[0].floats[i];
      double far = higher[0].floats[i] - lower[0].floats[i];
      double expected = (8 * near - far) / 12e-3;
      double sizeHere = std::abs(expected) + std::abs(high[0].floats[i]) + 1e-3;
      errors.forward = std::max(
          errors.forward, relative(forward.floats[i], expected, sizeHere));
    }

    seconds.pop_back();
    Sum curve = productWith(w, seconds);
    double gradientSize = 0;
    double slopeOfSlope = difference([&](double step) {
      Sum sum = productWith(u, gradient(moved(w, step)));
      gradientSize = std::max(gradientSize, sum.size);
      return sum.value;
    });
    errors.second =
        std::max(errors.second, relative(curve.value, slopeOfSlope,
                                         curve.size + 1e-3 * gradientSize));
  }
  return errors;
}

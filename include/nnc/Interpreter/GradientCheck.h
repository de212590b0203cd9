//===- GradientCheck.h - gradients against differences ----------*- C++ -*-===//
//
// The engine of `nnc check --gradients`: the gradients of every loss of a step,
// interpreted in float64 and, where they can be had, compiled, are compared
// with central differences of the loss in float64.
//
// Parameters are moved a little from their initial values, inputs are random,
// and random ops draw the same numbers all the time. Everything follows from
// the seed.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_INTERPRETER_GRADIENTCHECK_H
#define NNC_INTERPRETER_GRADIENTCHECK_H

#include "nnc/Interpreter/GradientProbe.h"
#include "nnc/Interpreter/Tensor.h"
#include <functional>
#include <string>

namespace nnc {

/// A call of the compiled probe.
struct ProbePoint {
  llvm::ArrayRef<Tensor> inputs;
  /// All variables of the module, with the values that they must have.
  llvm::ArrayRef<std::pair<std::string, Tensor>> variables;
};

/// Calls the compiled form of `GradientProbe::module`; gives all its outputs.
using CompiledProbe =
    std::function<llvm::FailureOr<llvm::SmallVector<Tensor>>(const ProbePoint &)>;

struct GradientCheckOptions {
  uint64_t seed = 0;
  /// Random directions per tensor.
  unsigned directions = 3;
  /// Elements per tensor, at most; large models are checked at fewer, but never
  /// at fewer than two.
  unsigned elements = 16;
  /// The largest relative error of an interpreted gradient.
  double tolerance = 1e-6;
  /// The largest relative error of a compiled gradient in f32 and in f64.
  double compiledToleranceF32 = 2e-3, compiledToleranceF64 = 1e-6;
  /// Null: gradients are compared as the interpreter computes them only.
  CompiledProbe compiled;
  /// What writes the gradients of the oracle out; null: `nn-differentiate`.
  std::function<llvm::LogicalResult(mlir::ModuleOp)> differentiate;
};

/// One loss differentiated by one tensor.
struct GradientRow {
  std::string name;
  /// Where the tensor is declared, and where its gradient is asked for.
  mlir::Location loc, gradientLoc;
  /// The worst errors found, relative to the size of what is compared.
  double interpretedError = 0;
  std::optional<double> compiledError = std::nullopt;
  /// How many directions and elements were compared, and how many of those that
  /// were drawn had a kink nearby and were drawn anew.
  unsigned compared = 0, kinks = 0;
  bool passed = false;
  /// What is wrong, if it did not pass.
  std::string message = {};
};

/// Compares all gradients of a probe; one row per loss and tensor, in the order
/// of the module. Fails, with a report, where the probe cannot be run at all.
llvm::FailureOr<llvm::SmallVector<GradientRow>>
checkGradients(const GradientProbe &probe, const GradientCheckOptions &options = {});

} // namespace nnc

#endif // NNC_INTERPRETER_GRADIENTCHECK_H

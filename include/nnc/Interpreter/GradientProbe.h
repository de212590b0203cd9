//===- GradientProbe.h - a step's losses and gradients alone ----*- C++ -*-===//
//
// To compare a derivative with differences, a loss must be a function that can
// be called at any point. The probe of a step is made of such functions, cut
// out of the module before its gradients are written out.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_INTERPRETER_GRADIENTPROBE_H
#define NNC_INTERPRETER_GRADIENTPROBE_H

#include "nnc/Dialect/NN/IR/NN.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace nnc {

/// A variable or an input of the step that a loss is differentiated by.
struct ProbedValue {
  /// The variable's full name, or the input's.
  std::string name;
  /// The number of the input; none for a variable.
  std::optional<unsigned> input;
  /// Which output of the probe is the gradient.
  unsigned output;
  /// Where the variable or the step is declared.
  mlir::Location loc;
};

/// The scalar of one `nn.gradient`.
struct ProbedLoss {
  /// The function of the oracle that computes it.
  std::string function;
  /// Which output of the probe it is.
  unsigned output;
  /// Where the gradient is asked for.
  mlir::Location loc;
  /// What it is differentiated by. Intermediate values are left out: no call
  /// can change them.
  llvm::SmallVector<ProbedValue> values;
};

struct GradientProbe {
  /// The name of the function that computes losses and gradients.
  static constexpr llvm::StringLiteral kFunctionName = "probe";
  /// The name of the function of the oracle that computes what the step's
  /// `nn.stop_gradient` hold back.
  static constexpr llvm::StringLiteral kCutsName = "cuts";

  /// Variables and the function `probe` with the step's inputs; its outputs are
  /// the losses and gradients. Not differentiated: the gradient ops are there.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// For the interpreter: besides `probe`, `cuts` with the step's inputs, and a
  /// function per loss, whose inputs are the step's and then the outputs of
  /// `cuts`. What is cut off from gradients is held still that way, as the
  /// derivative does. Not differentiated: a loss may hold gradients.
  mlir::OwningOpRef<mlir::ModuleOp> oracle;

  llvm::SmallVector<ProbedLoss> losses;
};

/// Makes the probe of a step in a module whose gradients are not written out.
/// A step without gradients has a probe without losses.
GradientProbe buildGradientProbe(mlir::ModuleOp module, nn::StepOp step);

} // namespace nnc

#endif // NNC_INTERPRETER_GRADIENTPROBE_H

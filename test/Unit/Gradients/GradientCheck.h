//===- GradientCheck.h - gradients against differences ----------*- C++ -*-===//
//
// Runs a row in the interpreter: forward, gradient, and gradient of the
// gradient, and measures how far they are from what they must be.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_GRADIENTS_GRADIENTCHECK_H
#define NNC_TEST_UNIT_GRADIENTS_GRADIENTCHECK_H

#include "GradientTable.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "nnc/Interpreter/Interpreter.h"

namespace nnc::test {

/// A context with the nn dialect.
std::unique_ptr<mlir::MLIRContext> makeContext();

/// Parses a module and runs `nn-differentiate`; null, after a report, if either
/// fails.
mlir::OwningOpRef<mlir::ModuleOp>
parseAndDifferentiate(mlir::MLIRContext &context, const std::string &text);

/// The arguments of a row that its op is differentiated by.
llvm::SmallVector<unsigned> differentiableArguments(const Row &row);

/// A row's entries for one element type: `forward` takes the row's arguments;
/// `first` a direction v of the result too, `second` a direction of every
/// argument that is differentiated by as well.
std::string rowModule(const Row &row, const std::string &elementType);

/// Relative errors, each against the size of the sums it is made of.
struct GradientErrors {
  /// The gradient along random directions, against central differences.
  double first = 0;
  /// <v, Ju> against <J'v, u>.
  double dot = 0;
  /// Every element of Ju, against central differences.
  double forward = 0;
  /// The gradient's gradient along random directions, against central
  /// differences of the gradient.
  double second = 0;
};

/// One row for one element type. With F the row's op followed by y + y^2/2,
/// which lets second order through linear ops too: L = <v, F(x)>, the gradient
/// is J'v, and Ju is the derivative of <u, J'v> by v.
class GradientCheck {
public:
  /// Parses and differentiates the row's module, and draws x and v.
  GradientCheck(mlir::MLIRContext &context, const Row &row,
                const std::string &elementType);

  /// False if the module could not be built.
  bool isValid() const { return static_cast<bool>(module); }

  /// How many arguments are differentiated by.
  size_t numGradients() const { return wrt.size(); }

  /// True if all elements of a gradient are 0.
  bool isZero(size_t gradient);

  /// Measures; the gradients by argument number `wrong` (of those
  /// differentiated by) are multiplied by `scale` on the way, to show that it
  /// is noticed.
  GradientErrors measure(size_t wrong = 0, double scale = 1);

private:
  using Tensors = llvm::SmallVector<Tensor>;

  Tensor drawDirection(mlir::RankedTensorType type);
  /// One random direction per argument that is differentiated by.
  Tensors drawDirections();
  /// x moved by `step` times `directions`.
  Tensors moved(const Tensors &directions, double step) const;
  /// Calls a function of the module with `inputs`, then `more`.
  Tensors call(llvm::StringRef function, llvm::ArrayRef<Tensor> inputs,
               llvm::ArrayRef<Tensor> more = {});

  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::optional<Interpreter> interpreter;
  Sampler sampler{20240229};
  Tensors x;
  Tensor v;
  /// The arguments that are differentiated by.
  llvm::SmallVector<unsigned> wrt;
};

} // namespace nnc::test

#endif // NNC_TEST_UNIT_GRADIENTS_GRADIENTCHECK_H

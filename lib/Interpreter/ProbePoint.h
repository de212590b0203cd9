//===- ProbePoint.h - where gradients are checked ---------------*- C++ -*-===//
//
// Private to the library. Random numbers for checks, and inputs of a probe that
// are legal: an input that is used as an index stays within its bound.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_INTERPRETER_PROBEPOINT_H
#define NNC_LIB_INTERPRETER_PROBEPOINT_H

#include "nnc/Dialect/NN/IR/NN.h"
#include "nnc/Interpreter/Interpreter.h"
#include "nnc/Support/InverseNormal.h"

namespace nnc {

/// Numbers that follow from a seed, one after the other.
class Draws {
public:
  explicit Draws(uint64_t seed) : seed(seed) {}

  double normal() { return toNormalF64(next()); }
  double uniform() { return toUniformF64(next()); }
  /// An integer of at least 0 and less than `bound`, which is positive.
  int64_t below(int64_t bound) {
    return std::min(bound - 1, static_cast<int64_t>(uniform() * static_cast<double>(bound)));
  }

private:
  Words next() {
    uint64_t number = count++;
    return drawWords(seed, number >> 32, /*stream=*/0, static_cast<uint32_t>(number));
  }
  uint64_t seed, count = 0;
};

/// For each input of a function, what its elements must stay below to be used
/// as indices; none where they are not.
llvm::SmallVector<std::optional<int64_t>> findIndexBounds(nn::StepOp function);

/// Random inputs: floating-point ones normal, or between 0.1 and 0.9 if `tame`;
/// indices within their bounds; other integers small.
llvm::SmallVector<Tensor> drawInputs(nn::StepOp function,
                                     llvm::ArrayRef<std::optional<int64_t>> bounds, bool tame,
                                     Draws &draws);

/// Moves all parameters a little away from their initial values, where ties and
/// zeros are common and derivatives therefore not defined: by `share` of their
/// size.
void jitterParameters(mlir::ModuleOp module, Interpreter &interpreter, double share, Draws &draws);

/// The root of the mean square of all elements.
double rootMeanSquare(const Tensor &tensor);

} // namespace nnc

#endif // NNC_LIB_INTERPRETER_PROBEPOINT_H

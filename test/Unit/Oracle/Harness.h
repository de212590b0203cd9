//===- Harness.h - compiled code against the interpreter --------*- C++ -*-===//
//
// Compiles a module of the nn dialect through the real pipelines to object
// code, loads it, and compares what its functions compute with the float64
// interpreter.
//
// How far the two may be apart is measured, not guessed: the interpreter runs
// again several times with every rounding that compiled code may do shaken, a
// few units in the last place at a time. An element may be off by a small
// multiple of what the shaking does to it. Where nothing rounds (moving,
// choosing, integers, sums of small whole numbers) nothing is shaken, and the
// two must be equal.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_ORACLE_HARNESS_H
#define NNC_TEST_UNIT_ORACLE_HARNESS_H

#include "../Gradients/Sampler.h"
#include "../Support/GuardedBuffer.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "nnc/Interpreter/Interpreter.h"
#include "nnc/Support/Optimizations.h"
#include "nnc/Target/Jit.h"
#include <memory>
#include <optional>

namespace nnc::test {

/// A context with every dialect that a model passes through.
std::unique_ptr<mlir::MLIRContext> makeCompilerContext();

/// How to compile.
struct Configuration {
  std::string name;
  /// As `--cpu`; empty: the target's baseline.
  const char *cpu;
  unsigned level;
  bool strict;
  /// As `--backend`. Halide makes what it can, each kernel by one or another of
  /// its schedules; under `auto` each is made by one of the tuner's candidates.
  const char *backend = "mlir";
  Optimizations optimizations = {};
  /// Of the second-level cache that the code is made for.
  uint64_t cacheBytes = 512 << 10;
  /// Tasks that a large nest is cut into, and any nest of Halide's; the last runs
  /// first.
  unsigned tasks = 1;
  /// Whether bytes of the arena that hold no value are poisoned.
  bool poison = false;
  /// Bytes that kernels copy images in at a time; 0: what is fast.
  uint64_t copyBytes = 0;
};

/// A configuration with each optimization left out, and with each one alone, of
/// code that is cut for a small cache, in tasks and with poison.
std::vector<Configuration> leaveOutEach();

/// A loaded model with an instance.
class CompiledModule {
public:
  /// Compiles a copy of the module, whose kernels may be formed, and initialises
  /// an instance.
  static llvm::Expected<std::unique_ptr<CompiledModule>>
  compile(mlir::ModuleOp module, const Configuration &configuration,
          uint64_t seed);

  /// Calls an entry or step; `results` have their types and are filled. Returns
  /// its status.
  int call(llvm::StringRef function, llvm::ArrayRef<Tensor> inputs,
           llvm::MutableArrayRef<Tensor> results);
  /// Reads a variable into a tensor of its type.
  void readVariable(llvm::StringRef name, Tensor &value);

private:
  CompiledModule() = default;

  std::unique_ptr<LoadedModel> loaded;
  const nnc_model *model = nullptr;
  std::optional<GuardedBuffer> block;
};

/// A value and how far a right result may be from it, element by element.
struct Expectation {
  Tensor value;
  /// Of floating-point elements; an infinite one may be anything.
  std::vector<double> tolerances;
  /// True where an integer may be anything: it depends on a rounding.
  std::vector<bool> open;
};

/// The interpreter with its shaken copies.
class Oracle {
public:
  /// The module, with gradients written out, must outlive the oracle.
  Oracle(mlir::ModuleOp module, uint64_t seed);
  ~Oracle();

  llvm::FailureOr<llvm::SmallVector<Expectation>>
  call(llvm::StringRef function, llvm::ArrayRef<Tensor> inputs);
  Expectation readVariable(llvm::StringRef name) const;

private:
  class Shaker;
  static Expectation combine(llvm::ArrayRef<const Tensor *> values);

  std::vector<std::unique_ptr<Shaker>> shakers;
  /// The first is not shaken.
  std::vector<Interpreter> interpreters;
};

/// What is wrong with a result; empty if nothing is.
std::string describeMismatch(const Tensor &actual, const Expectation &expected);

/// Calls a function of both and compares its results and all variables
/// afterwards; what is wrong, or empty.
std::string compareCall(mlir::ModuleOp module, CompiledModule &compiled,
                        Oracle &oracle, llvm::StringRef function,
                        llvm::ArrayRef<Tensor> inputs);

/// A copy of a module with its gradients written out.
mlir::OwningOpRef<mlir::ModuleOp> differentiate(mlir::ModuleOp module);

} // namespace nnc::test

#endif // NNC_TEST_UNIT_ORACLE_HARNESS_H

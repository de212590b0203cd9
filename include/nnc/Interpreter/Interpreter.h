//===- Interpreter.h - runs nn modules in float64 ---------------*- C++ -*-===//
//
// The project's oracle: slow and obvious, one function per primitive, written
// from the ops' descriptions and independent of the code generator. It runs
// modules of the nn dialect whose gradients are written out.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_INTERPRETER_INTERPRETER_H
#define NNC_INTERPRETER_INTERPRETER_H

#include "nnc/Interpreter/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringMap.h"
#include <memory>

namespace nnc {

/// Sees, and may change, what primitives compute with.
class InterpreterObserver {
public:
  virtual ~InterpreterObserver() = default;
  virtual void beforeOp(mlir::Operation *op, llvm::MutableArrayRef<Tensor> operands) {}
  virtual void afterOp(mlir::Operation *op, llvm::MutableArrayRef<Tensor> results) {}
};

struct InterpreterOptions {
  /// Round f32 variables, inputs and outputs to f32 where they are stored, as
  /// emitted code does; everything between stays in double.
  bool roundVariables = false;
  /// Must outlive the interpreter; null for none.
  InterpreterObserver *observer = nullptr;
};

/// True if the interpreter can run the op with this name, such as "nn.add".
bool hasInterpreterRule(llvm::StringRef opName);

/// A module with the values of its variables.
class Interpreter {
public:
  using Options = InterpreterOptions;

  /// The module must outlive the interpreter and stay as it is.
  explicit Interpreter(mlir::ModuleOp module, Options options = {});

  /// Gives every variable its initial value. What fails is reported where it
  /// stands in the module.
  llvm::LogicalResult initialize(uint64_t seed);

  /// Runs an entry or step. Variables that it writes have their new values
  /// afterwards, and their old ones if it fails.
  llvm::FailureOr<llvm::SmallVector<Tensor>> call(llvm::StringRef function,
                                                  llvm::ArrayRef<Tensor> inputs);

  /// The value of a variable; null if it has none yet or does not exist.
  const Tensor *readVariable(llvm::StringRef name) const;

  /// Gives a variable a value; fails, without a report, if it does not exist or
  /// is of another type.
  llvm::LogicalResult writeVariable(llvm::StringRef name, Tensor value);

private:
  mlir::ModuleOp module;
  Options options;
  /// The types of all variables, by name.
  llvm::StringMap<mlir::RankedTensorType> types;
  llvm::StringMap<std::shared_ptr<const Tensor>> variables;
};

} // namespace nnc

#endif // NNC_INTERPRETER_INTERPRETER_H

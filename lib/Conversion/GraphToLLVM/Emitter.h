//===- Emitter.h - writes one LLVM function ---------------------*- C++ -*-===//
//
// The few shapes of code that interface functions are made of: early returns,
// branches, counted loops, copies, and addresses in an instance.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_CONVERSION_GRAPHTOLLVM_EMITTER_H
#define NNC_LIB_CONVERSION_GRAPHTOLLVM_EMITTER_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "nnc/Analysis/ModelInterface.h"

namespace nnc {

/// The statuses that the functions of a model return.
enum class Status : int32_t {
  Success = 0,
  BadInstance = -1,
  NotInitialised = -2,
  IndexOutOfRange = -3,
  TooManyThreads = -4
};

class Emitter {
public:
  /// Begins a function of external linkage at the end of `module`. `result` is
  /// a status unless given.
  Emitter(mlir::ModuleOp module, mlir::Location loc, llvm::StringRef name,
          llvm::ArrayRef<mlir::Type> arguments, mlir::Type result = {});

  /// Hides the function from other objects.
  void setInternal() {
    function.setLinkage(mlir::LLVM::Linkage::Internal);
    function.setDsoLocal(true);
  }

  mlir::ImplicitLocOpBuilder &getBuilder() { return builder; }
  mlir::Value getArgument(unsigned index) {
    return function.getArgument(index);
  }

  mlir::Type getPointerType() {
    return mlir::LLVM::LLVMPointerType::get(builder.getContext());
  }

  /// An integer constant.
  mlir::Value integer(mlir::Type type, int64_t value);
  mlir::Value i64(int64_t value) {
    return integer(builder.getI64Type(), value);
  }
  mlir::Value i32(int64_t value) {
    return integer(builder.getI32Type(), value);
  }
  mlir::Value null();

  /// `base` plus a number of bytes.
  mlir::Value address(mlir::Value base, int64_t bytes);
  mlir::Value address(mlir::Value base, mlir::Value bytes);
  mlir::Value load(mlir::Type type, mlir::Value address, unsigned alignment);
  void store(mlir::Value value, mlir::Value address, unsigned alignment);

  mlir::Value compare(mlir::LLVM::ICmpPredicate predicate, mlir::Value a,
                      mlir::Value b);
  mlir::Value isNull(mlir::Value pointer);

  /// Leaves the function with `status` if `condition` holds.
  void returnIf(mlir::Value condition, Status status);
  /// Runs `body` if `condition` holds.
  void ifThen(mlir::Value condition, llvm::function_ref<void()> body);
  /// Runs `body` for 0 … count − 1, handing on values; gives the last ones.
  llvm::SmallVector<mlir::Value>
  loop(int64_t count, mlir::ValueRange inits,
       llvm::function_ref<llvm::SmallVector<mlir::Value>(
           mlir::Value index, mlir::ValueRange carried)>
           body);

  void copy(mlir::Value target, mlir::Value source, mlir::Value bytes);

  /// Returns early for an instance that is null or misaligned and, if asked,
  /// for one that is not initialised.
  void checkInstance(mlir::Value instance, const ModelInterface &model,
                     bool initialised);
  mlir::Value isInitialised(mlir::Value instance, const ModelInterface &model);

  /// Ends the function.
  void finish(mlir::Value result);
  /// Ends a function that returns nothing.
  void finish() { mlir::LLVM::ReturnOp::create(builder, mlir::ValueRange{}); }
  void finish(Status status) { finish(i32(int32_t(status))); }

private:
  /// A new block that code goes into after the current one.
  mlir::Block *addBlock();

  mlir::ImplicitLocOpBuilder builder;
  mlir::LLVM::LLVMFuncOp function;
};

} // namespace nnc

#endif // NNC_LIB_CONVERSION_GRAPHTOLLVM_EMITTER_H

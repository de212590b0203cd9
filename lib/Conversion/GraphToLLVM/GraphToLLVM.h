//===- GraphToLLVM.h - pieces of the conversion -----------------*- C++ -*-===//
//
// What the files of this folder share.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_CONVERSION_GRAPHTOLLVM_GRAPHTOLLVM_H
#define NNC_LIB_CONVERSION_GRAPHTOLLVM_GRAPHTOLLVM_H

#include "Emitter.h"
#include "llvm/ADT/MapVector.h"

namespace nnc {

/// The read-only data of a module: one global per distinct constant.
class ConstantPool {
public:
  ConstantPool(mlir::ModuleOp module, llvm::StringRef prefix)
      : module(module), prefix(prefix) {}

  /// The symbol of `value`'s bytes in row-major order.
  llvm::FailureOr<mlir::FlatSymbolRefAttr> get(nn::ConstantOp op);

private:
  mlir::ModuleOp module;
  llvm::StringRef prefix;
  llvm::DenseMap<mlir::Attribute, mlir::FlatSymbolRefAttr> symbols;
};

/// Emits one entry or step as a C function. `init` also marks the instance.
llvm::LogicalResult emitGraphFunction(mlir::ModuleOp module,
                                      mlir::FunctionOpInterface function,
                                      const ModelInterface &model,
                                      const VariableTable &variables,
                                      ConstantPool &constants);

/// Emits `init` of a model that has no variables.
void emitEmptyInit(mlir::ModuleOp module, const ModelInterface &model);

/// Emits read, write, report, set_parallel and status. `sizeBits` is the width
/// of a size_t.
void emitServiceFunctions(mlir::ModuleOp module, const ModelInterface &model,
                          unsigned sizeBits);

/// Defines what kernels call to run the tasks of a nest.
void emitTaskLoops(mlir::ModuleOp module);

/// Makes an instance serial, unless it was initialised before: init keeps the
/// host's parallel loop.
void emitSerialStart(Emitter &emitter, const ModelInterface &model,
                     mlir::Value instance);

/// Sets the rest of the control block of an instance.
void emitInitialisation(Emitter &emitter, const ModelInterface &model,
                        mlir::Value instance);

/// The symbol of an exported function.
std::string getExportedName(const ModelInterface &model,
                            llvm::StringRef function);

} // namespace nnc

#endif // NNC_LIB_CONVERSION_GRAPHTOLLVM_GRAPHTOLLVM_H

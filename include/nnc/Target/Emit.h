//===- Emit.h - from a lowered module to the bytes of files -----*- C++ -*-===//
//
// The last stage: LLVM IR, assembly, object, header and program of a model.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TARGET_EMIT_H
#define NNC_TARGET_EMIT_H

#include "mlir/IR/BuiltinOps.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Target/ForeignKernel.h"
#include "nnc/Target/TargetMachine.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

namespace nnc {

/// A model in the form in which it is written, linked or loaded.
struct CompiledModel {
  ModelInterface interface;
  CodeOptions target;
  /// PREFIX.o
  std::string object;
  /// PREFIX.h
  std::string header;
  /// An object that describes the first one in the form of
  /// nnc/Runtime/Model.h, for executables and for loading.
  std::string program;
};

/// A model lowered for one processor.
struct LoweredModel {
  mlir::ModuleOp module;
  /// Resolved.
  CodeOptions target;
  /// Bodies of kernels that are only declared in the module.
  std::vector<ForeignKernel> foreign = {};
};

/// Translates what `convert-graph-to-llvm` made into LLVM IR, adds the table of
/// tensors, and optimises it. Several versions, in the order of
/// `orderVersions`, become one module that chooses between them.
llvm::Expected<std::unique_ptr<llvm::Module>>
emitLLVM(llvm::ArrayRef<LoweredModel> versions, const ModelInterface &interface,
         llvm::LLVMContext &context);

/// LLVM IR as text.
std::string printLLVM(const llvm::Module &module);

/// Assembly or an object. Changes the module; emit one form from one module.
llvm::Expected<std::string> emitCode(llvm::Module &module,
                                     llvm::TargetMachine &machine,
                                     llvm::CodeGenFileType type);

/// Refuses an object that needs symbols outside AllowedSymbols.h or that has
/// anything to write when it is loaded.
llvm::Error verifyObject(llvm::StringRef object);

/// Words that can name neither a parameter nor a type in C or C++: keywords,
/// the types the header uses, and what compilers predefine without being asked.
bool isReservedInC(llvm::StringRef name);

/// The C header of a model.
std::string emitHeader(const ModelInterface &interface);

/// The object with a descriptor (symbol `nnc_descriptor`) of a model and, for
/// executables, `main`.
llvm::Expected<std::string> emitProgram(const ModelInterface &interface,
                                        llvm::TargetMachine &machine,
                                        bool withMain);

/// All of the above.
llvm::Expected<CompiledModel> compileModel(llvm::ArrayRef<LoweredModel> versions,
                                           const ModelInterface &interface,
                                           bool withMain = false);

} // namespace nnc

#endif // NNC_TARGET_EMIT_H

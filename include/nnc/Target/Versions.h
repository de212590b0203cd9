//===- Versions.h - code for several processors in one object ---*- C++ -*-===//
//
// A model compiled once for each of several x86 processors. `init` asks the
// machine by cpuid which of them it is and keeps the number in the instance;
// every other function goes by it.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TARGET_VERSIONS_H
#define NNC_TARGET_VERSIONS_H

#include "nnc/Target/Emit.h"

namespace nnc {

/// Puts processors in the order in which they are asked for: the one with the
/// fewest features first, which the machine is taken to have. The error names
/// a processor that stands there twice or that cannot be told at run time.
llvm::Error orderVersions(llvm::SmallVectorImpl<CodeOptions> &targets);

/// Marks the code of a module as that of the processor number `index`, under
/// names that do not meet those of the others.
void nameVersion(llvm::Module &module, llvm::TargetMachine &machine,
                 const ModelInterface &interface, unsigned index);

/// Joins the named modules of all processors, in order, and adds the functions
/// that choose between them.
llvm::Expected<std::unique_ptr<llvm::Module>>
joinVersions(llvm::MutableArrayRef<std::unique_ptr<llvm::Module>> modules,
             llvm::ArrayRef<CodeOptions> targets,
             const ModelInterface &interface);

} // namespace nnc

#endif // NNC_TARGET_VERSIONS_H

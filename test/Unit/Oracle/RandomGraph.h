//===- RandomGraph.h - valid graphs drawn at random -------------*- C++ -*-===//
//
// Graphs over the primitives, of valid shapes by construction, and the
// reduction of one that is compiled wrongly to what makes it wrong.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_TEST_UNIT_ORACLE_RANDOMGRAPH_H
#define NNC_TEST_UNIT_ORACLE_RANDOMGRAPH_H

#include "Cases.h"
#include "Harness.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace nnc::test {

/// A graph of up to `most` primitives with a loss and its gradients, as an
/// entry `@$name`. The same seed gives the same graph.
Case makeRandomGraph(uint64_t seed, unsigned most);

/// A module with one function, and what it is called with.
struct Example {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  llvm::SmallVector<Tensor> inputs;
};

/// Removes outputs, and replaces ops by inputs with the values they had, as
/// long as `fails` holds. The module must have its gradients written out.
void shrink(Example &example, llvm::StringRef function,
            llvm::function_ref<bool(Example &)> fails);

/// The module's text with its inputs in comments.
std::string print(const Example &example);

} // namespace nnc::test

#endif // NNC_TEST_UNIT_ORACLE_RANDOMGRAPH_H

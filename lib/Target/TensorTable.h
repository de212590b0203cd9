//===- TensorTable.h - the table of a model's tensors -----------*- C++ -*-===//
//
// The constant PREFIX_tensors that the header declares.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_LIB_TARGET_TENSORTABLE_H
#define NNC_LIB_TARGET_TENSORTABLE_H

#include "nnc/Analysis/ModelInterface.h"
#include "llvm/IR/Module.h"

namespace nnc {

/// The bytes of a name in the table, its final zero included.
int64_t getNameCapacity(const ModelInterface &interface);

/// Adds the table. Names are arrays, not pointers, so nothing needs relocation.
void addTensorTable(llvm::Module &module, const ModelInterface &interface);

} // namespace nnc

#endif // NNC_LIB_TARGET_TENSORTABLE_H

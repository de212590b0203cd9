//===- Liveness.cpp - when the values of a graph function are needed ------===//
//
// One walk over the body: a time for every op, and the uses of every root.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/Liveness.h"

using namespace mlir;
using namespace nnc;

BufferLiveness::BufferLiveness(FunctionOpInterface function) {
  Block &body = function.getFunctionBody().front();
  end = body.getOperations().size();
  int64_t time = 0;
  for (Operation &op : body)
    times[&op] = isa<nn::WriteOp, nn::ReturnOp>(op) ? end : time++;
  for (Operation &op : body) {
    if (isa<nn::ReshapeOp>(op))
      continue;
    for (OpOperand &operand : op.getOpOperands())
      uses[getStorageRoot(operand.get())].push_back({times[&op], &operand});
  }
  for (auto &[root, list] : uses)
    llvm::stable_sort(
        list, [](const Use &a, const Use &b) { return a.time < b.time; });
}

int64_t BufferLiveness::getTime(Operation *op) const {
  return times.lookup(op);
}

ArrayRef<BufferLiveness::Use> BufferLiveness::getUses(Value root) const {
  auto it = uses.find(root);
  return it == uses.end() ? ArrayRef<Use>() : ArrayRef<Use>(it->second);
}

int64_t BufferLiveness::getLastUse(Value root) const {
  ArrayRef<Use> list = getUses(root);
  return list.empty() ? -1 : list.back().time;
}

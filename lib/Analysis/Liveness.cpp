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
  number(body);
  collectUses(body);
  for (auto &[root, list] : uses)
    llvm::stable_sort(
        list, [](const Use &a, const Use &b) { return a.time < b.time; });
}

/// Counts in `end`, which is the end when the whole function is numbered.
void BufferLiveness::number(Block &block) {
  for (Operation &op : block) {
    if (isa<nn::WriteOp, nn::ReturnOp>(op))
      continue;
    times[&op] = end++;
    if (auto scan = dyn_cast<nn::ScanOp>(op)) {
      number(scan.getBody().front());
      endTimes[&op] = end++;
    }
  }
}

void BufferLiveness::collectUses(Block &block) {
  for (Operation &op : block) {
    if (auto scan = dyn_cast<nn::ScanOp>(op))
      collectUses(scan.getBody().front());
    if (isa<nn::ReshapeOp>(op))
      continue;
    for (OpOperand &operand : op.getOpOperands())
      uses[getStorageRoot(operand.get())].push_back(
          {getEndTime(&op), &operand});
  }
}

int64_t BufferLiveness::getTime(Operation *op) const {
  auto it = times.find(op);
  return it == times.end() ? end : it->second;
}

int64_t BufferLiveness::getEndTime(Operation *op) const {
  auto it = endTimes.find(op);
  return it == endTimes.end() ? getTime(op) : it->second;
}

ArrayRef<BufferLiveness::Use> BufferLiveness::getUses(Value root) const {
  auto it = uses.find(root);
  return it == uses.end() ? ArrayRef<Use>() : ArrayRef<Use>(it->second);
}

int64_t BufferLiveness::getLastUse(Value root) const {
  ArrayRef<Use> list = getUses(root);
  return list.empty() ? -1 : list.back().time;
}

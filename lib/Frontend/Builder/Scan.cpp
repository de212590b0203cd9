//===- Scan.cpp - loops that take what they need from outside -------------===//
//
// A body is built apart, with values from outside as they are. When it is done,
// those become captures, and it moves into its `nn.scan`.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Builder/GraphBuilder.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace nnc {

Block *GraphBuilder::beginScan(ArrayRef<Value> inits, ArrayRef<Value> arrays) {
  Loop loop;
  loop.region = std::make_unique<Region>();
  loop.before = ops.saveInsertionPoint();
  loop.inits.assign(inits.begin(), inits.end());
  loop.arrays.assign(arrays.begin(), arrays.end());
  Block *body = ops.createBlock(loop.region.get());
  for (Value init : inits)
    body->addArgument(init.getType(), loc);
  for (Value array : arrays) {
    RankedTensorType type = tensorTypeOf(array);
    body->addArgument(RankedTensorType::get(type.getShape().drop_front(),
                                            type.getElementType()),
                      loc);
  }
  loops.push_back(std::move(loop));
  return body;
}

void GraphBuilder::abandonScan() {
  ops.restoreInsertionPoint(loops.back().before);
  loops.pop_back();
}

SmallVector<Value> GraphBuilder::endScan(ArrayRef<Value> carries,
                                         ArrayRef<Value> collects) {
  Loop loop = loops.pop_back_val();
  ops.restoreInsertionPoint(loop.before);
  int64_t turns = tensorTypeOf(loop.arrays.front()).getDimSize(0);
  for (Value value : collects) {
    SmallVector<int64_t> shape{turns};
    llvm::append_range(shape, tensorTypeOf(value).getShape());
    RankedTensorType type = getType(tensorTypeOf(value).getElementType(), shape);
    if (!type || !admit(type))
      return {};
  }
  SmallVector<Value> scanned = loop.arrays;
  if (loop.randomStates)
    scanned.push_back(loop.randomStates);

  // Values from outside: constants are repeated, others are captured.
  Block &body = loop.region->front();
  OpBuilder inside(getContext());
  inside.setInsertionPointToEnd(&body);
  nn::NextOp::create(inside, loc, carries, collects);
  inside.setInsertionPointToStart(&body);
  llvm::SetVector<Value> captures;
  DenseMap<Value, Value> constants;
  for (Operation &op : body)
    for (OpOperand &operand : op.getOpOperands()) {
      Value value = operand.get();
      if (value.getParentBlock() == &body)
        continue;
      auto constant = value.getDefiningOp<nn::ConstantOp>();
      if (!constant) {
        captures.insert(value);
        continue;
      }
      Value &copy = constants[value];
      if (!copy)
        copy = inside.clone(*constant)->getResult(0);
      operand.set(copy);
    }
  auto fill = [&](OpBuilder &, Block &block) {
    for (auto [value, argument] :
         llvm::zip(captures, block.getArguments().take_back(captures.size())))
      replaceAllUsesInRegionWith(value, argument, *loop.region);
    for (auto [old, argument] :
         llvm::zip(body.getArguments(), block.getArguments()))
      old.replaceAllUsesWith(argument);
    block.getOperations().splice(block.end(), body.getOperations());
  };
  auto scan = nn::ScanOp::create(ops, loc, turns, /*reverse=*/false, loop.inits,
                                 scanned, captures.getArrayRef(), fill);
  return SmallVector<Value>(scan.getResults());
}

} // namespace nnc

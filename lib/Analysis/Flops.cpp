//===- Flops.cpp - arithmetic that a function does ------------------------===//
#include "nnc/Analysis/Flops.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/Dialect/NN/IR/NN.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

static uint64_t elements(Value value) {
  return cast<RankedTensorType>(value.getType()).getNumElements();
}

/// Every output element of a convolution sums over the weight of its channel.
static uint64_t convolutionFlops(Value output, Value weight) {
  int64_t channels = cast<RankedTensorType>(weight.getType()).getDimSize(0);
  return channels == 0 ? 0 : 2 * elements(output) * (elements(weight) / channels);
}

static uint64_t windowSize(Operation *op) {
  uint64_t product = 1;
  for (int64_t size : op->getAttrOfType<DenseI64ArrayAttr>("size").asArrayRef())
    product *= size;
  return product;
}

uint64_t nnc::countFlops(Operation *op) {
  if (auto contract = dyn_cast<ContractOp>(op)) {
    uint64_t products = elements(contract.getLhs());
    auto shape = cast<RankedTensorType>(contract.getRhs().getType()).getShape();
    for (auto [letter, size] : llvm::zip(contract.getRhsLetters(), shape))
      if (!contract.getLhsLetters().contains(letter))
        products *= size;
    return 2 * products;
  }
  if (auto conv = dyn_cast<ConvOp>(op))
    return convolutionFlops(conv.getResult(), conv.getWeight());
  if (auto grad = dyn_cast<ConvInputGradOp>(op))
    return convolutionFlops(grad.getOutputGrad(), grad.getWeight());
  if (auto grad = dyn_cast<ConvWeightGradOp>(op))
    return convolutionFlops(grad.getOutputGrad(), grad.getResult());
  if (isa<WindowMaxOp, WindowSumOp, WindowPickOp>(op))
    return elements(op->getResult(0)) * windowSize(op);
  if (isa<WindowScatterOp>(op))
    return elements(op->getOperand(1)) * windowSize(op);
  if (isa<ReduceSumOp, ReduceMaxOp, ReduceMinOp, CumSumOp>(op))
    return elements(op->getOperand(0));
  if (auto scatter = dyn_cast<ScatterAddOp>(op))
    return elements(scatter.getUpdates());
  if (!op->hasTrait<OpTrait::Elementwise>() || isa<SelectOp, ConvertOp, StopGradientOp>(op))
    return 0;
  Type element = cast<RankedTensorType>(op->getOperand(0).getType()).getElementType();
  return isa<FloatType>(element) ? elements(op->getResult(0)) : 0;
}

static uint64_t countBlockFlops(Block &block) {
  uint64_t total = 0;
  for (Operation &op : block) {
    if (auto scan = dyn_cast<ScanOp>(op))
      total += scan.getTurns() * countBlockFlops(*scan.getBodyBlock());
    else if (auto call = dyn_cast<kernel::CallOp>(op))
      total += countFunctionFlops(SymbolTable::lookupNearestSymbolFrom(call, call.getKernelAttr()));
    else
      total += countFlops(&op);
  }
  return total;
}

uint64_t nnc::countFunctionFlops(Operation *function) {
  return countBlockFlops(function->getRegion(0).front());
}

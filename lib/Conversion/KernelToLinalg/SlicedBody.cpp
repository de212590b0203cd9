//===- SlicedBody.cpp - kernels that walk their slices --------------------===//
//
// A kernel whose ops fall apart into slices (nnc/Analysis/Slices.h) is emitted for
// one slice, in a loop over all: what the ops hand each other is as large as a
// slice and stays in a cache. A share of the slices is a task.
//
//===----------------------------------------------------------------------===//
#include "ProductStages.h"
#include "SlicedBody.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

/// The axes of `value` that a slice has, of some axes.
static SmallVector<int64_t> keepAxes(const Slices &slices, Value value, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> kept;
  for (int64_t axis : axes)
    if (!slices.isStacked(value, axis))
      kept.push_back(slices.getAxisOfSlice(value, axis));
  return kept;
}

static std::string keepLetters(const Slices &slices, Value value, StringRef letters) {
  std::string kept;
  for (auto [axis, letter] : llvm::enumerate(letters))
    if (!slices.isStacked(value, axis))
      kept.push_back(letter);
  return kept;
}

/// The op on slices of its operands.
static Value cloneOfSlice(OpBuilder &b, Operation *op, const Slices &slices, IRMapping &map) {
  Value result = op->getResult(0);
  RankedTensorType type = slices.getSliceType(result);
  Operation *copy = b.clone(*op, map);
  copy->getResult(0).setType(type);
  if (auto constant = dyn_cast<ConstantOp>(copy)) {
    auto value = cast<SplatElementsAttr>(constant.getValue());
    constant.setValueAttr(value.resizeSplat(type));
  } else if (auto iota = dyn_cast<IotaOp>(op)) {
    cast<IotaOp>(copy).setAxis(slices.getAxisOfSlice(result, iota.getAxis()));
  } else if (auto broadcast = dyn_cast<BroadcastOp>(op)) {
    // An axis of slices of the result may be none of the operand's, or the same.
    SmallVector<int64_t> axes;
    for (auto [from, to] : llvm::enumerate(broadcast.getAxes()))
      if (!slices.isStacked(broadcast.getOperand(), from))
        axes.push_back(slices.getAxisOfSlice(result, to));
    cast<BroadcastOp>(copy).setAxes(axes);
  } else if (auto transpose = dyn_cast<TransposeOp>(op)) {
    SmallVector<int64_t> permutation;
    for (auto [to, from] : llvm::enumerate(transpose.getPermutation()))
      if (!slices.isStacked(result, to))
        permutation.push_back(slices.getAxisOfSlice(transpose.getOperand(), from));
    cast<TransposeOp>(copy).setPermutation(permutation);
  } else if (auto contract = dyn_cast<ContractOp>(op)) {
    cast<ContractOp>(copy).setSpec(
        keepLetters(slices, contract.getLhs(), contract.getLhsLetters()) + "," +
        keepLetters(slices, contract.getRhs(), contract.getRhsLetters()) + "->" +
        keepLetters(slices, result, contract.getResultLetters()));
  } else if (auto axes = op->getAttrOfType<DenseI64ArrayAttr>("axes")) {
    copy->setAttr("axes", b.getDenseI64ArrayAttr(
                              keepAxes(slices, op->getOperand(0), axes.asArrayRef())));
  }
  return copy->getResult(0);
}

std::optional<Slices> nnc::findKernelSlices(Block &body) {
  SmallVector<Operation *> ops;
  unsigned products = 0;
  bool reduces = false;
  for (Operation &op : body.without_terminator()) {
    ops.push_back(&op);
    products += isa<ContractOp>(op);
    reduces |= isa<ReduceSumOp, ReduceMaxOp, ReduceMinOp>(op);
  }
  // One product with what is computed element by element of it is a nest.
  if (products == 0 || (products == 1 && !reduces))
    return std::nullopt;
  std::optional<Slices> slices = findSlices(ops);
  if (slices && !llvm::all_of(body.getTerminator()->getOperands(), [&](Value value) {
        return value.getDefiningOp() && !llvm::is_contained(slices->axes.lookup(value), -1);
      }))
    return std::nullopt;
  return slices;
}

void nnc::emitSlices(Evaluator &evaluator, kernel::FuncOp kernel, const Slices &slices,
                     function_ref<void(Block &)> emitBody) {
  OpBuilder &b = evaluator.buffers.builder;
  Location loc = kernel.getLoc();
  Block &body = kernel.getBody().front();
  OwningOpRef<kernel::FuncOp> slice(cast<kernel::FuncOp>(kernel->cloneWithoutRegions()));
  Block &sliced = slice->getBody().emplaceBlock();
  IRMapping map;
  for (BlockArgument argument : body.getArguments())
    map.map(argument, sliced.addArgument(slices.getSliceType(argument), loc));
  OpBuilder copies = OpBuilder::atBlockEnd(&sliced);
  for (Operation &op : body.without_terminator())
    map.map(op.getResult(0), cloneOfSlice(copies, &op, slices, map));
  copies.clone(*body.getTerminator(), map);

  evaluator.forEachShare(loc, slices.count(), [&](Value turn, OpFoldResult worker) {
    SmallVector<OpFoldResult> place(slices.extents.size());
    for (unsigned stack = slices.extents.size(); stack-- != 0;) {
      Value extent = arith::ConstantIndexOp::create(b, loc, slices.extents[stack]);
      place[stack] = stack == 0 ? turn : arith::RemUIOp::create(b, loc, turn, extent).getResult();
      turn = arith::DivUIOp::create(b, loc, turn, extent);
    }
    auto cut = [&](Value value) {
      evaluator.bufferOf[map.lookup(value)] = selectAt(
          b, loc, evaluator.bufferOf.lookup(value), slices.axes.lookup(value), place);
    };
    llvm::for_each(body.getArguments(), cut);
    llvm::for_each(body.getTerminator()->getOperands(), cut);
    evaluator.buffers.beginPlaces(evaluator.target.workers, worker);
    emitBody(sliced);
    evaluator.buffers.endPlaces();
  });
}

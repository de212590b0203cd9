//===- WindowStages.cpp - gradients of windows that do not overlap --------===//
//
// Where windows tile their operand, as those of most pooling layers do, each of
// its elements belongs to one window. The gradient is then one nest over the
// windows, which finds the largest element of each and writes all elements of
// it: no choice is stored, and no element asks which windows cover it.
//
//===----------------------------------------------------------------------===//
#include "Windows.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

/// Whether each element of the result belongs to exactly one window.
static bool tilesOperand(WindowScatterOp op) {
  ArrayRef<int64_t> shape = typeOf(op.getResult()).getShape(),
                    windows = typeOf(op.getValue()).getShape();
  unsigned lead = shape.size() - op.getSize().size();
  for (auto [axis, size] : llvm::enumerate(op.getSize()))
    if (size != op.getStrides()[axis] || op.getLow()[axis] != 0 ||
        windows[lead + axis] * size != shape[lead + axis])
      return false;
  return true;
}

WindowScatterOp Evaluator::findTiledScatter(ArrayRef<Operation *> ops) const {
  WindowScatterOp found;
  if (!target.optimizations.has(Optimization::Windows))
    return found;
  // Ops, and whether they are read at other places than the nest's own.
  using Reader = llvm::PointerIntPair<Operation *, 1, bool>;
  SmallVector<Reader> work;
  llvm::SmallDenseSet<Reader> seen;
  for (Operation *op : ops)
    work.push_back(Reader(op, false));
  while (!work.empty()) {
    Operation *op = work.back().getPointer();
    bool moved = work.back().getInt();
    if (!seen.insert(work.pop_back_val()).second)
      continue;
    if (auto scatter = dyn_cast<WindowScatterOp>(op)) {
      if (moved || (found && found != scatter) || !tilesOperand(scatter))
        return {};
      found = scatter;
      // What it reads itself is not read element by element.
      moved = true;
    }
    moved |= !op->hasTrait<OpTrait::Elementwise>();
    for (Value operand : op->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (def && (!bufferOf.contains(operand) || llvm::is_contained(ops, def)))
        work.push_back(Reader(def, moved));
    }
  }
  return found;
}

Value nnc::cutWindows(OpBuilder &b, Location loc, Value buffer, ArrayRef<int64_t> windows,
                      ArrayRef<int64_t> size, ArrayRef<int64_t> at) {
  unsigned lead = windows.size() - size.size();
  SmallVector<OpFoldResult> offsets(lead, b.getIndexAttr(0)), sizes,
      strides(lead, b.getIndexAttr(1));
  for (int64_t extent : windows)
    sizes.push_back(b.getIndexAttr(extent));
  for (auto [offset, step] : llvm::zip_equal(at, size)) {
    offsets.push_back(b.getIndexAttr(offset));
    strides.push_back(b.getIndexAttr(step));
  }
  return memref::SubViewOp::create(b, loc, buffer, offsets, sizes, strides);
}

void Evaluator::emitTiledScatter(WindowScatterOp scatter, ArrayRef<Operation *> ops) {
  Location loc = scatter.getLoc();
  Window window(scatter.getOperation());
  ArrayRef<int64_t> windows = typeOf(scatter.getValue()).getShape();
  unsigned lead = windows.size() - window.size.size();
  Stage stage(buffers, loc, windows, {}, contract);
  OpBuilder &b = stage.body;
  Indices indices = stage.dims(0, windows.size());
  int64_t next = 0;
  Value choice = pickLargest(*this, stage, window, scatter.getKey(), indices, [&](ArrayRef<Index>) {
    return buildConstant(stage, b.getI32Type(), next++);
  });
  Value value = evaluate(stage, scatter.getValue(), indices);
  Value zero = buildConstant(stage, value.getType(), 0);

  SmallVector<Value> results;
  SmallVector<std::pair<Value, Value>> outputs;
  next = 0;
  window.forEach([&](ArrayRef<int64_t> at) {
    Indices place(indices.begin(), indices.begin() + lead);
    for (auto [axis, offset] : llvm::enumerate(at))
      place.push_back(stage.add(stage.mul(indices[lead + axis], window.strides[axis]), offset));
    Value mine = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, choice,
                                       buildConstant(stage, b.getI32Type(), next++));
    Value element = arith::SelectOp::create(b, loc, mine, value, zero);
    // The values of other elements of the window are of no use to this one.
    stage.memo.clear();
    stage.inNest.clear();
    stage.inNest[scatter.getResult()] = element;
    for (Operation *op : ops) {
      Value result = op->getResult(0);
      Value computed = op == scatter ? element : compute(stage, op, place);
      stage.inNest[result] = computed;
      results.push_back(computed);
      Value part = cutWindows(buffers.builder, loc, bufferOf.lookup(result), windows,
                              window.size, at);
      outputs.push_back({part, result});
    }
  });
  SmallVector<AffineExpr> map;
  for (const Index &index : indices)
    map.push_back(index.affine);
  for (auto [part, result] : outputs)
    stage.addOutput(part, typeOf(result).getElementType(), map);
  stage.finish(results);
}

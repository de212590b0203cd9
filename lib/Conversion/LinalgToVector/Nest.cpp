//===- Nest.cpp - a linalg.generic as loops over flat memory --------------===//
#include "Nest.h"

using namespace mlir;
using namespace nnc;

int64_t Nest::getTrips() const {
  int64_t trips = 1;
  for (const Loop &loop : loops)
    trips *= loop.size;
  return trips;
}

/// Adds `factor * expr` to a linear function; fails if expr is not linear.
static bool accumulate(AffineExpr expr, int64_t factor, MutableArrayRef<int64_t> strides,
                       int64_t &offset) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    offset += factor * constant.getValue();
    return true;
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    strides[dim.getPosition()] += factor;
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (expr.getKind() == AffineExprKind::Add)
    return accumulate(binary.getLHS(), factor, strides, offset) &&
           accumulate(binary.getRHS(), factor, strides, offset);
  auto by = dyn_cast<AffineConstantExpr>(binary.getRHS());
  return expr.getKind() == AffineExprKind::Mul && by &&
         accumulate(binary.getLHS(), factor * by.getValue(), strides, offset);
}

/// Follows views to where they begin at a distance that is not known.
static void findRoot(Access &access) {
  access.root = access.buffer;
  while (Operation *view = access.root.getDefiningOp()) {
    if (auto cut = dyn_cast<memref::SubViewOp>(view)) {
      SmallVector<int64_t> strides;
      int64_t begin, distance = 0;
      if (failed(cut.getSourceType().getStridesAndOffset(strides, begin)))
        return;
      for (auto [offset, stride] : llvm::zip(cut.getStaticOffsets(), strides)) {
        if (ShapedType::isDynamic(offset) || ShapedType::isDynamic(stride))
          return;
        distance += offset * stride;
      }
      access.rootOffset += distance;
    } else if (!isa<memref::ExpandShapeOp, memref::CollapseShapeOp>(view)) {
      return;
    }
    access.root = view->getOperand(0);
  }
}

static std::optional<Access> describeAccess(Value buffer, AffineMap map) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)) ||
      llvm::any_of(strides, ShapedType::isDynamic))
    return std::nullopt;
  Access access;
  access.buffer = buffer;
  access.element = type.getElementType();
  access.offset = ShapedType::isDynamic(offset) ? 0 : offset;
  access.strides.assign(map.getNumDims(), 0);
  findRoot(access);
  int64_t before = access.offset;
  for (auto [expr, stride] : llvm::zip(map.getResults(), strides))
    if (!accumulate(expr, stride, access.strides, access.offset))
      return std::nullopt;
  access.rootOffset += access.offset - before;
  return access;
}

/// Describes the operands of `op`, all of whose loops are `loops` of the nest.
static bool describeOperands(linalg::GenericOp op, ArrayRef<unsigned> loops, unsigned count,
                             SmallVector<Access> &inputs, SmallVector<Access> &outputs) {
  auto add = [&](OpOperand &operand, SmallVector<Access> &into) {
    auto access = describeAccess(operand.get(), op.getMatchingIndexingMap(&operand));
    if (!access)
      return false;
    SmallVector<int64_t> strides(count, 0);
    for (auto [loop, stride] : llvm::zip_equal(loops, access->strides))
      strides[loop] = stride;
    access->strides = strides;
    into.push_back(std::move(*access));
    return true;
  };
  for (OpOperand *input : op.getDpsInputOperands()) {
    // A scalar operand is the same everywhere.
    if (!isa<MemRefType>(input->get().getType()))
      op.getMatchingBlockArgument(input).replaceAllUsesWith(input->get());
    if (op.getMatchingBlockArgument(input).use_empty())
      inputs.emplace_back();
    else if (!add(*input, inputs))
      return false;
  }
  return llvm::all_of(op.getDpsInitsMutable(),
                      [&](OpOperand &output) { return add(output, outputs); });
}

std::optional<Nest> Nest::describe(linalg::GenericOp op, linalg::GenericOp epilogue) {
  Nest nest;
  nest.op = op;
  nest.epilogue = epilogue;
  SmallVector<unsigned> all, parallel;
  for (auto [size, kind] : llvm::zip(op.getStaticLoopRanges(), op.getIteratorTypesArray())) {
    bool reduced = kind == utils::IteratorType::reduction;
    if (!reduced)
      parallel.push_back(nest.loops.size());
    all.push_back(nest.loops.size());
    nest.loops.push_back({size, reduced});
  }
  if (!describeOperands(op, all, all.size(), nest.inputs, nest.outputs))
    return std::nullopt;
  nest.loopOf = all;
  if (epilogue) {
    if (!describeOperands(epilogue, parallel, all.size(), nest.epilogueInputs,
                          nest.epilogueOutputs))
      return std::nullopt;
    nest.epilogueLoopOf = parallel;
  }
  nest.mergeLoops();
  const Access &result = nest.outputs[0];
  for (auto [i, access] : llvm::enumerate(nest.epilogueInputs))
    if (access.buffer && access.root == result.root && access.rootOffset == result.rootOffset &&
        access.strides == result.strides)
      nest.sums.push_back(i);
  return nest;
}

void Nest::mergeLoops() {
  llvm::SmallBitVector indexed(loops.size());
  op.getBody()->walk([&](linalg::IndexOp index) { indexed.set(index.getDim()); });
  if (epilogue)
    epilogue.getBody()->walk(
        [&](linalg::IndexOp index) { indexed.set(epilogueLoopOf[index.getDim()]); });
  SmallVector<Access *> accesses;
  for (SmallVector<Access> *list : {&inputs, &outputs, &epilogueInputs, &epilogueOutputs})
    for (Access &access : *list)
      if (access.buffer)
        accesses.push_back(&access);

  // Unit loops vanish, but for those whose index the payload asks for.
  SmallVector<unsigned> kept, mergedInto(loops.size(), ~0u);
  for (unsigned i = 0; i != loops.size(); ++i)
    if (loops[i].size != 1 || indexed.test(i))
      kept.push_back(i);

  SmallVector<Loop> merged;
  SmallVector<SmallVector<int64_t>> strides(accesses.size());
  bool lastIndexed = false;
  for (unsigned loop : kept) {
    bool joins = !merged.empty() && !indexed.test(loop) && !lastIndexed &&
                 merged.back().reduced == loops[loop].reduced;
    for (auto [i, access] : llvm::enumerate(accesses))
      joins = joins && strides[i].back() == access->strides[loop] * loops[loop].size;
    if (joins)
      merged.back().size *= loops[loop].size;
    else
      merged.push_back(loops[loop]);
    for (auto [i, access] : llvm::enumerate(accesses)) {
      if (joins)
        strides[i].back() = access->strides[loop];
      else
        strides[i].push_back(access->strides[loop]);
    }
    mergedInto[loop] = merged.size() - 1;
    lastIndexed = indexed.test(loop);
  }
  loops = std::move(merged);
  for (SmallVector<unsigned> *list : {&loopOf, &epilogueLoopOf})
    for (unsigned &loop : *list)
      loop = mergedInto[loop];
  for (auto [i, access] : llvm::enumerate(accesses))
    access->strides = strides[i];
}

Value nnc::flatten(OpBuilder &builder, Location loc, Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<int64_t> strides;
  int64_t offset;
  [[maybe_unused]] LogicalResult known = type.getStridesAndOffset(strides, offset);
  assert(succeeded(known) && "described before");
  bool isMoved = ShapedType::isDynamic(offset);
  // One past the last element, counted from the start.
  int64_t extent = isMoved ? 1 : offset + 1;
  for (auto [size, stride] : llvm::zip(type.getShape(), strides))
    extent += (size - 1) * stride;
  if (isMoved) {
    auto layout = StridedLayoutAttr::get(type.getContext(), ShapedType::kDynamic, 1);
    auto flat = MemRefType::get({extent}, type.getElementType(), layout);
    auto parts = memref::ExtractStridedMetadataOp::create(builder, loc, buffer);
    OpFoldResult size = builder.getIndexAttr(extent), stride = builder.getIndexAttr(1);
    return memref::ReinterpretCastOp::create(builder, loc, flat, parts.getBaseBuffer(),
                                             OpFoldResult(parts.getOffset()), size, stride);
  }
  auto flat = MemRefType::get({extent}, type.getElementType());
  if (type == flat)
    return buffer;
  return memref::ReinterpretCastOp::create(builder, loc, flat, buffer, /*offset=*/0,
                                           ArrayRef<int64_t>{extent}, ArrayRef<int64_t>{1});
}

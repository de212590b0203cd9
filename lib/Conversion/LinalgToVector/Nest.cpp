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

std::optional<Nest> Nest::describe(linalg::GenericOp op) {
  Nest nest;
  nest.op = op;
  SmallVector<int64_t> sizes = op.getStaticLoopRanges();
  for (auto [size, kind] : llvm::zip(sizes, op.getIteratorTypesArray()))
    nest.loops.push_back({size, kind == utils::IteratorType::reduction});
  for (OpOperand *input : op.getDpsInputOperands()) {
    // A scalar operand is the same everywhere.
    if (!isa<MemRefType>(input->get().getType()))
      op.getMatchingBlockArgument(input).replaceAllUsesWith(input->get());
    if (op.getMatchingBlockArgument(input).use_empty()) {
      nest.inputs.emplace_back();
      continue;
    }
    auto access = describeAccess(input->get(), op.getMatchingIndexingMap(input));
    if (!access)
      return std::nullopt;
    nest.inputs.push_back(std::move(*access));
  }
  for (OpOperand &output : op.getDpsInitsMutable()) {
    auto access = describeAccess(output.get(), op.getMatchingIndexingMap(&output));
    if (!access)
      return std::nullopt;
    nest.outputs.push_back(std::move(*access));
  }
  nest.mergeLoops();
  return nest;
}

void Nest::mergeLoops() {
  llvm::SmallBitVector indexed(loops.size());
  op.getBody()->walk([&](linalg::IndexOp index) { indexed.set(index.getDim()); });
  SmallVector<Access *> accesses;
  for (Access &access : inputs)
    if (access.buffer)
      accesses.push_back(&access);
  for (Access &access : outputs)
    accesses.push_back(&access);

  // Unit loops vanish, but for those whose index the payload asks for.
  SmallVector<unsigned> kept;
  loopOf.assign(loops.size(), ~0u);
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
    loopOf[loop] = merged.size() - 1;
    lastIndexed = indexed.test(loop);
  }
  loops = std::move(merged);
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

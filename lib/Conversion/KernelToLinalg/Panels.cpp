//===- Panels.cpp - packed operands, parts of buffers, shares of threads --===//
//
// What lies in panels of a few vectors is read from one end to the other. Large
// operands are packed all at once, or each panel just before its use.
//
//===----------------------------------------------------------------------===//
#include "ProductStages.h"
#include "nnc/Analysis/Storage.h"
#include "nnc/Conversion/Tasks.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace nnc;

int64_t Evaluator::vectorWidth(Type element) const {
  return std::max<int64_t>(target.vectorBits / element.getIntOrFloatBitWidth(), 1);
}

SmallVector<Lanes> Evaluator::splitLanes(int64_t size, Type element) const {
  int64_t width = vectorWidth(element), panel = target.panelVectors * width;
  SmallVector<Lanes> parts;
  for (int64_t begin = 0; begin != size;) {
    int64_t left = size - begin;
    Lanes part{begin, 1, left};
    if (left >= panel)
      part = {begin, left / panel, panel};
    else if (left > width)
      part.width = width;
    parts.push_back(part);
    begin += part.count * part.width;
  }
  return parts;
}

/// The shape of a source in panels.
static RankedTensorType getPackedType(const PanelSource &source, Lanes lanes) {
  ArrayRef<int64_t> shape = shapeOf(source.buffer);
  SmallVector<int64_t> packed;
  for (unsigned axis : source.outer)
    packed.push_back(shape[axis]);
  packed.push_back(lanes.count);
  for (unsigned axis : source.inner)
    packed.push_back(shape[axis]);
  packed.push_back(lanes.width);
  return RankedTensorType::get(packed, source.element);
}

/// Panels that are packed together at most, where a row of the source goes from
/// one to the next.
static constexpr int64_t kPanelsTogether = 8;

/// Whether lanes are next to each other in the source.
static bool isContiguous(const PanelSource &source) {
  return source.lane + 1 == shapeOf(source.buffer).size();
}

void Evaluator::packInto(Location loc, const PanelSource &source, Lanes lanes,
                         Value packed) {
  ArrayRef<int64_t> shape = getPackedType(source, lanes).getShape();
  // A few panels whose lanes are next to each other are filled side by side.
  unsigned panelAxis = source.outer.size();
  auto axes = llvm::to_vector(llvm::seq<unsigned>(shape.size()));
  if (isContiguous(source) && lanes.count <= kPanelsTogether)
    std::rotate(axes.begin() + panelAxis, axes.begin() + panelAxis + 1,
                axes.end() - 1);
  SmallVector<int64_t> sizes;
  for (unsigned axis : axes)
    sizes.push_back(shape[axis]);
  Stage stage(buffers, loc, sizes, {}, contract);
  SmallVector<AffineExpr> map(shape.size());
  for (auto [loop, axis] : llvm::enumerate(axes))
    map[axis] = stage.dim(loop);
  Indices from(shapeOf(source.buffer).size(), stage.constant(0));
  unsigned next = 0;
  for (unsigned axis : source.outer)
    from[axis] = map[next++];
  AffineExpr panel = map[next++];
  for (unsigned axis : source.inner)
    from[axis] = map[next++];
  from[source.lane] = panel * lanes.width + map[next] + lanes.begin;
  Value value = stage.read(source.buffer, source.element, from);
  stage.addOutput(packed, source.element, map);
  stage.finish(value);
}

Value Evaluator::packPanels(Location loc, const PanelSource &source,
                            Lanes lanes) {
  Value packed = buffers.makeTemporary(loc, getPackedType(source, lanes));
  packInto(loc, source, lanes, packed);
  return packed;
}

int64_t nnc::getBytes(Value buffer) { return getByteSize(cast<ShapedType>(buffer.getType())); }

int64_t nnc::findDivisor(int64_t count, int64_t most) {
  int64_t divisor = std::clamp<int64_t>(most, 1, count);
  while (count % divisor != 0)
    --divisor;
  return divisor;
}

Value nnc::cutAxis(OpBuilder &b, Location loc, Value buffer, unsigned axis,
                   OpFoldResult begin, int64_t size) {
  ArrayRef<int64_t> shape = shapeOf(buffer);
  if (shape[axis] == size)
    return buffer;
  SmallVector<OpFoldResult> offsets(shape.size(), b.getIndexAttr(0)), sizes,
      strides(shape.size(), b.getIndexAttr(1));
  for (int64_t extent : shape)
    sizes.push_back(b.getIndexAttr(extent));
  offsets[axis] = begin;
  sizes[axis] = b.getIndexAttr(size);
  return memref::SubViewOp::create(b, loc, buffer, offsets, sizes, strides);
}

Value nnc::selectAt(OpBuilder &b, Location loc, Value buffer, ArrayRef<int64_t> axes,
                    ArrayRef<OpFoldResult> numbers) {
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<OpFoldResult> offsets(type.getRank(), b.getIndexAttr(0)), sizes,
      strides(type.getRank(), b.getIndexAttr(1));
  SmallVector<int64_t> shape;
  for (auto [axis, extent] : llvm::enumerate(type.getShape())) {
    sizes.push_back(b.getIndexAttr(extent));
    if (!llvm::is_contained(axes, static_cast<int64_t>(axis)))
      shape.push_back(extent);
  }
  for (auto [axis, number] : llvm::zip(axes, numbers))
    if (axis >= 0) {
      offsets[axis] = number;
      sizes[axis] = b.getIndexAttr(1);
    }
  auto part = memref::SubViewOp::inferRankReducedResultType(shape, type, offsets, sizes, strides);
  return memref::SubViewOp::create(b, loc, part, buffer, offsets, sizes, strides);
}

Value nnc::selectFirst(OpBuilder &b, Location loc, Value buffers, OpFoldResult number) {
  return selectAt(b, loc, buffers, ArrayRef<int64_t>{0}, number);
}

Value nnc::getWorker(OpBuilder &b, Location loc) {
  return kernel::WorkerOp::create(b, loc, b.getIndexType());
}

/// A loop from 0 to `end`.
static scf::ForOp makeLoop(OpBuilder &b, Location loc, int64_t end, int64_t step) {
  auto constant = [&](int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value).getResult();
  };
  return scf::ForOp::create(b, loc, constant(0), constant(end), constant(step));
}

void Evaluator::forEachTask(Location loc, int64_t count, function_ref<void(Value)> body) {
  if (count == 1)
    return body(Value());
  OpBuilder &b = buffers.builder;
  scf::ForOp loop = makeLoop(b, loc, count, 1);
  if (!isInTask)
    loop->setAttr(kTasksAttrName, b.getUnitAttr());
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  llvm::SaveAndRestore inside(isInTask, true);
  body(loop.getInductionVar());
}

void Evaluator::forEachShare(Location loc, int64_t turns,
                             function_ref<void(Value, OpFoldResult)> body) {
  OpBuilder &b = buffers.builder;
  int64_t tasks = std::min<int64_t>(target.workers, turns);
  auto constant = [&](int64_t value) {
    return arith::ConstantIndexOp::create(b, loc, value).getResult();
  };
  forEachTask(loc, tasks, [&](Value task) {
    Value from = constant(0), to = constant(turns);
    OpFoldResult worker = b.getIndexAttr(0);
    if (task) {
      auto share = [&](Value number) -> Value {
        Value scaled = arith::MulIOp::create(b, loc, number, constant(turns));
        return arith::DivUIOp::create(b, loc, scaled, constant(tasks));
      };
      from = share(task);
      to = share(arith::AddIOp::create(b, loc, task, constant(1)));
      worker = getWorker(b, loc);
    }
    auto loop = scf::ForOp::create(b, loc, from, to, constant(1));
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(loop.getBody());
    llvm::SaveAndRestore inside(isInTask, true);
    body(loop.getInductionVar(), worker);
  });
}

void Evaluator::forEachTurn(Location loc, int64_t count, int64_t step,
                            function_ref<void(OpFoldResult)> body) {
  OpBuilder &b = buffers.builder;
  if (count == 1)
    return body(b.getIndexAttr(0));
  scf::ForOp loop = makeLoop(b, loc, count * step, step);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

static int64_t getPanelBytes(const PanelSource &source, Lanes part) {
  return getPackedType(source, {0, 1, part.width}).getNumElements() *
         source.element.getIntOrFloatBitWidth() / 8;
}

/// Panels that do not stay in the second-level cache together, while what they
/// meet does, are packed one by one, each just before its use: what is packed
/// is then read from the cache, and no more of it is ever written to memory. As
/// each panel is a task of its own, there have to be some. What is invariant is
/// packed once for all calls instead.
static bool packsOneByOne(const PackTarget &target, const PanelSource &source, Lanes part,
                          int64_t otherBytes) {
  int64_t panelBytes = getPanelBytes(source, part);
  return !Evaluator::isInvariant(source.buffer) && part.count >= 8 &&
         part.count * panelBytes > target.cacheBytes / 4 && otherBytes <= target.cacheBytes / 2;
}

/// Panels of a task. From a row of the source a panel takes a piece, of which
/// memory and prefetchers give longer ones faster: several, if the cache holds
/// them and as many tasks are left as there have to be.
static int64_t countTogether(const PackTarget &target,
                             const PanelSource &source, Lanes part) {
  if (!isContiguous(source))
    return 1;
  int64_t most = std::min({target.cacheBytes / 4 / getPanelBytes(source, part),
                           part.count / 16, kPanelsTogether});
  return findDivisor(part.count, most);
}

bool Evaluator::packsBeforehand(const PanelSource &source, int64_t otherBytes) const {
  int64_t size = shapeOf(source.buffer)[source.lane];
  return llvm::none_of(splitLanes(size, source.element), [&](Lanes part) {
    return packsOneByOne(target, source, part, otherBytes);
  });
}

void Evaluator::forEachPack(Location loc, const PanelSource &source, Value into,
                            unsigned axis, int64_t otherBytes,
                            function_ref<void(Value, Value, Lanes)> body) {
  OpBuilder &b = buffers.builder;
  int64_t size = shapeOf(source.buffer)[source.lane];
  for (Lanes part : splitLanes(size, source.element)) {
    if (!packsOneByOne(target, source, part, otherBytes)) {
      Value output = cutAxis(b, loc, into, axis, b.getIndexAttr(part.begin),
                             part.count * part.width);
      body(packPanels(loc, source, part), output, part);
      continue;
    }
    Lanes panels{0, countTogether(target, source, part), part.width};
    int64_t lanes = panels.count * panels.width;
    RankedTensorType type = getPackedType(source, panels);
    SmallVector<int64_t> shape{target.workers};
    llvm::append_range(shape, type.getShape());
    Value places = buffers.makeTemporary(loc, type.clone(shape));
    forEachTask(loc, part.count / panels.count, [&](Value number) {
      auto constant = [&](int64_t value) {
        return arith::ConstantIndexOp::create(b, loc, value).getResult();
      };
      Value begin = arith::MulIOp::create(b, loc, number, constant(lanes));
      if (part.begin != 0)
        begin = arith::AddIOp::create(b, loc, begin, constant(part.begin));
      PanelSource own = source;
      own.buffer = cutAxis(b, loc, source.buffer, source.lane, begin, lanes);
      Value packed = selectFirst(b, loc, places, getWorker(b, loc));
      packInto(loc, own, panels, packed);
      body(packed, cutAxis(b, loc, into, axis, begin, lanes), panels);
    });
  }
}

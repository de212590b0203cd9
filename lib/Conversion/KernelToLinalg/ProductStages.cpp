//===- ProductStages.cpp - contractions -----------------------------------===//
//
// A sum of products becomes one nest, `acc + a * b`, whose vectors run along
// the result's last axis. The operand that has this axis is packed into panels
// of a few vectors, so that the inner loop reads it from one end to the other
// whatever its axes' order was; where few rows share it, that would cost as
// much as the product, and it is read as it stands.
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
using namespace nnc::nn;

static RankedTensorType typeOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static ArrayRef<int64_t> shapeOf(Value buffer) {
  return cast<MemRefType>(buffer.getType()).getShape();
}

Value nnc::multiplyAdd(Stage &stage, Value acc, Value a, Value b) {
  OpBuilder &builder = stage.body;
  if (!isa<FloatType>(acc.getType())) {
    Value product = arith::MulIOp::create(builder, stage.loc, a, b);
    return arith::AddIOp::create(builder, stage.loc, acc, product);
  }
  Value product = arith::MulFOp::create(builder, stage.loc, a, b, stage.flags);
  return arith::AddFOp::create(builder, stage.loc, acc, product, stage.flags);
}

//===----------------------------------------------------------------------===//
// Panels
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// Contraction
//===----------------------------------------------------------------------===//

namespace {
/// An operand with the letters of its buffer's axes.
struct Factor {
  Value buffer;
  std::string letters;

  bool has(char letter) const { return StringRef(letters).contains(letter); }
};

/// One contraction on buffers.
struct Contraction {
  Evaluator &evaluator;
  Location loc;
  Type element;
  Factor lhs, rhs;
  std::string result;
  llvm::SmallMapVector<char, int64_t, 8> sizes;

  bool isReduced(char letter) const {
    return !StringRef(result).contains(letter);
  }
  void emit(Value into);
  char findTurnedLane(const Factor &wide, const Factor &other) const;
  void emitPanels(Factor &wide, Factor &other, char lane, Value into);
  void emitPlain(Value into);
  void moveLast(Factor &factor, char letter);
  AffineExpr linearIndex(Stage &stage, StringRef loops,
                         StringRef letters) const;
  bool walksBadly(const Factor &factor) const;
  Value packRows(const Factor &factor, StringRef rows, StringRef reduced);
};
} // namespace

/// Whether tiles of a factor's rows are read from memory at the same place of a
/// cache, and so drive each other out: rows a multiple of a page apart, or
/// columns of a factor that no cache close by holds.
bool Contraction::walksBadly(const Factor &factor) const {
  constexpr int64_t page = 4096, cached = 256 << 10;
  int64_t bytes = element.getIntOrFloatBitWidth() / 8, row = 1, all = 1;
  if (factor.letters.empty() || llvm::any_of(sizes, [&](auto &entry) {
        return isReduced(entry.first) && !factor.has(entry.first);
      }))
    return false;
  for (char letter : llvm::reverse(factor.letters)) {
    if (all == row && isReduced(letter))
      row *= sizes.lookup(letter);
    all *= sizes.lookup(letter);
  }
  if (!isReduced(factor.letters.back()))
    return all * bytes > cached;
  return all != row && row * bytes % page == 0;
}

/// Copies a factor to [rows…, reduced] with rows an odd number of cache lines
/// apart, so that no two of a tile fall on the same place of a cache. The
/// reduced axes are one.
Value Contraction::packRows(const Factor &factor, StringRef rows,
                            StringRef reduced) {
  int64_t line = 64 * 8 / element.getIntOrFloatBitWidth(), terms = 1;
  SmallVector<int64_t> shape, extents;
  for (char letter : rows)
    shape.push_back(sizes[letter]);
  extents = shape;
  for (char letter : reduced) {
    extents.push_back(sizes[letter]);
    terms *= sizes[letter];
  }
  shape.push_back((llvm::divideCeil(terms, line) | 1) * line);
  Value packed = evaluator.buffers.makeTemporary(
      loc, RankedTensorType::get(shape, element));
  OpBuilder &b = evaluator.buffers.builder;
  packed = cutAxis(b, loc, packed, rows.size(), b.getIndexAttr(0), terms);
  Stage stage(evaluator.buffers, loc, extents, {}, evaluator.contract);
  std::string loops = (rows + reduced).str();
  Indices from;
  for (char letter : factor.letters)
    from.push_back(stage.dim(loops.find(letter)));
  SmallVector<AffineExpr> map;
  for (unsigned i = 0; i != rows.size(); ++i)
    map.push_back(stage.dim(i));
  map.push_back(linearIndex(stage, loops, reduced));
  Value value = stage.read(factor.buffer, element, from);
  stage.addOutput(packed, element, map);
  stage.finish(value);
  return packed;
}

/// The place of some letters' loops in one axis made of them.
AffineExpr Contraction::linearIndex(Stage &stage, StringRef loops,
                                    StringRef letters) const {
  AffineExpr index = stage.constant(0);
  for (char letter : letters)
    index = index * sizes.lookup(letter) + stage.dim(loops.find(letter));
  return index;
}

/// Copies a factor so that `letter` is its last axis.
void Contraction::moveLast(Factor &factor, char letter) {
  size_t from = factor.letters.find(letter);
  if (from == std::string::npos || from + 1 == factor.letters.size())
    return;
  SmallVector<unsigned> others;
  std::string letters;
  for (size_t axis = 0; axis != factor.letters.size(); ++axis) {
    if (axis == from)
      continue;
    others.push_back(axis);
    letters.push_back(factor.letters[axis]);
  }
  Value packed = evaluator.packPanels(
      loc, {factor.buffer, element, {}, static_cast<unsigned>(from), others},
      {0, 1, sizes[letter]});
  // The one panel is the whole: its axis of length 1 goes.
  SmallVector<ReassociationIndices> groups{{0, 1}};
  for (size_t axis = 2; axis <= others.size() + 1; ++axis)
    groups.push_back({static_cast<int64_t>(axis)});
  packed = memref::CollapseShapeOp::create(evaluator.buffers.builder, loc,
                                           packed, groups);
  factor = {packed, letters + letter};
}

/// Rows that share each element of the factor.
static int64_t countRows(const Contraction &product, const Factor &factor) {
  int64_t rows = 1;
  for (char letter : product.result)
    if (!factor.has(letter))
      rows *= product.sizes.lookup(letter);
  return rows;
}

void Contraction::emit(Value into) {
  if (result.empty()) {
    if (!lhs.letters.empty())
      moveLast(rhs, lhs.letters.back());
    return emitPlain(into);
  }
  char lane = result.back();
  Factor &wide = rhs.has(lane) ? rhs : lhs, &other = &wide == &rhs ? lhs : rhs;
  int64_t rows = countRows(*this, wide);
  bool reduces =
      llvm::any_of(sizes, [&](auto &entry) { return isReduced(entry.first); });
  // With few rows, vectors run along a reduced axis that is last in both.
  bool dots =
      reduces && rows < 4 && !lhs.letters.empty() && !rhs.letters.empty() &&
      lhs.letters.back() == rhs.letters.back() && isReduced(lhs.letters.back());
  bool panels = evaluator.target.optimizations.has(Optimization::Panels);
  if (panels && !dots && reduces && !other.has(lane) && rows >= 8) {
    if (char turned = findTurnedLane(wide, other))
      return emitPanels(other, wide, turned, into);
    return emitPanels(wide, other, lane, into);
  }
  if (!dots) {
    moveLast(wide, lane);
    moveLast(other, lane);
  }
  emitPlain(into);
}

/// Vectors run along rows of `other`, which is packed instead of `wide`, and tiles
/// of results are transposed in registers, where one of two things costs a good
/// part of the product. Reading `other` by columns, if its rows lie next to each
/// other and it is the larger one. Or, with few rows, packing all of a large `wide`
/// whose rows are contiguous sums. The letter of these rows, or 0.
char Contraction::findTurnedLane(const Factor &wide, const Factor &other) const {
  int64_t ofWide = getBytes(wide.buffer), ofOther = getBytes(other.buffer);
  auto fillsPanels = [&](char letter) {
    return !isReduced(letter) && other.has(letter) && !wide.has(letter) &&
           sizes.lookup(letter) % (2 * evaluator.vectorWidth(element)) == 0;
  };
  if (walksBadly(other) && ofOther >= 2 * ofWide && fillsPanels(other.letters.back()))
    return other.letters.back();
  if (Evaluator::isInvariant(wide.buffer) || !isReduced(wide.letters.back()) ||
      ofWide < 2 * ofOther || ofOther > evaluator.target.cacheBytes / 2)
    return 0;
  for (char letter : StringRef(result).drop_back())
    if (fillsPanels(letter))
      return letter;
  return 0;
}

/// Packs `wide` in panels of `lane`, which are read by all rows of the other.
void Contraction::emitPanels(Factor &wide, Factor &other, char lane, Value into) {
  // Axes of the packed operand outside the panel, and those it walks.
  SmallVector<unsigned> outer, inner;
  std::string shared, rest, reduced;
  for (auto [axis, letter] : llvm::enumerate(wide.letters)) {
    if (isReduced(letter))
      inner.push_back(axis), reduced.push_back(letter);
    else if (letter != lane)
      outer.push_back(axis);
  }
  for (char letter : other.letters)
    if (isReduced(letter) && !wide.has(letter))
      reduced.push_back(letter);
  for (char letter : result)
    if (letter != lane)
      (wide.has(letter) ? shared : rest).push_back(letter);
  // Copied for several panels only.
  std::string rows;
  for (char letter : other.letters)
    if (!isReduced(letter))
      rows.push_back(letter);
  bool manyPanels = sizes[lane] >= 8 * evaluator.vectorWidth(element);
  Value packedRows = manyPanels && walksBadly(other)
                         ? packRows(other, rows, reduced)
                         : Value();
  // shared…, panel, rest…, lane in panel, reduced…
  std::string loops = shared + '\0' + rest + lane + reduced;
  unsigned panelLoop = shared.size();
  unsigned laneAxis = wide.letters.find(lane);
  PanelSource source{wide.buffer, element, outer, laneAxis, inner};
  bool takesEpilogue = evaluator.packsBeforehand(source, getBytes(other.buffer));
  auto emitPart = [&](Value packed, Value output, Lanes part) {
    evaluator.fill(loc, output, 0);
    SmallVector<int64_t> extents, reducedLoops;
    for (auto [i, letter] : llvm::enumerate(loops)) {
      extents.push_back(i == panelLoop   ? part.count
                        : letter == lane ? part.width
                                         : sizes[letter]);
      if (i >= loops.size() - reduced.size())
        reducedLoops.push_back(i);
    }
    Stage stage(evaluator.buffers, loc, extents, reducedLoops,
                evaluator.contract);
    auto dim = [&](char letter) { return stage.dim(loops.find(letter)); };
    Indices a, p;
    for (char letter : packedRows ? rows : other.letters)
      a.push_back(dim(letter));
    if (packedRows)
      a.push_back(linearIndex(stage, loops, reduced));
    for (unsigned axis : outer)
      p.push_back(dim(wide.letters[axis]));
    p.push_back(stage.dim(panelLoop));
    for (unsigned axis : inner)
      p.push_back(dim(wide.letters[axis]));
    p.push_back(dim(lane));
    SmallVector<AffineExpr> map;
    size_t lanePlace = result.find(lane);
    for (char letter : result)
      map.push_back(dim(letter));
    map[lanePlace] = stage.dim(panelLoop) * part.width + dim(lane);
    Value x = stage.read(packedRows ? packedRows : other.buffer, element, a),
          w = stage.read(packed, element, p);
    Value acc = stage.addOutput(output, element, map);
    stage.finish(multiplyAdd(stage, acc, x, w));
    map[lanePlace] = map[lanePlace] + part.begin;
    if (takesEpilogue)
      evaluator.emitEpilogue(
          loc, ArrayRef(extents).drop_back(reducedLoops.size()), map);
  };
  evaluator.forEachPack(loc, source, into, result.find(lane),
                        getBytes(other.buffer), emitPart);
}

void Contraction::emitPlain(Value into) {
  std::string loops = result;
  for (auto &[letter, size] : sizes)
    if (isReduced(letter))
      loops.push_back(letter);
  evaluator.fill(loc, into, 0);
  SmallVector<int64_t> extents, reduced;
  for (auto [i, letter] : llvm::enumerate(loops)) {
    extents.push_back(sizes[letter]);
    if (i >= result.size())
      reduced.push_back(i);
  }
  Stage stage(evaluator.buffers, loc, extents, reduced, evaluator.contract);
  auto indicesOf = [&](StringRef letters) {
    Indices indices;
    for (char letter : letters)
      indices.push_back(stage.dim(loops.find(letter)));
    return indices;
  };
  Value a = stage.read(lhs.buffer, element, indicesOf(lhs.letters));
  Value b = stage.read(rhs.buffer, element, indicesOf(rhs.letters));
  SmallVector<AffineExpr> map;
  for (size_t i = 0; i != result.size(); ++i)
    map.push_back(stage.dim(i));
  // Without a reduced loop an output is written, not accumulated on.
  Value acc = stage.addOutput(into, element, map);
  if (reduced.empty()) {
    bool isFloat = isa<FloatType>(a.getType());
    Value product =
        isFloat ? arith::MulFOp::create(stage.body, loc, a, b).getResult()
                : arith::MulIOp::create(stage.body, loc, a, b).getResult();
    stage.finish(product);
    return;
  }
  stage.finish(multiplyAdd(stage, acc, a, b));
  evaluator.emitEpilogue(loc, ArrayRef(extents).take_front(result.size()), map);
}

void Evaluator::emitContract(ContractOp op) {
  Contraction product{*this,
                      op.getLoc(),
                      typeOf(op.getResult()).getElementType(),
                      {getBuffer(op.getLhs()), op.getLhsLetters().str()},
                      {getBuffer(op.getRhs()), op.getRhsLetters().str()},
                      op.getResultLetters().str(),
                      {}};
  for (const Factor *factor : {&product.lhs, &product.rhs})
    for (auto [letter, size] :
         llvm::zip(factor->letters, shapeOf(factor->buffer)))
      product.sizes[letter] = size;
  Value into = bufferOf.lookup(op.getResult());
  if (llvm::any_of(product.sizes,
                   [](auto &entry) { return entry.second == 0; }))
    return fill(op.getLoc(), into, 0);
  product.emit(into);
}

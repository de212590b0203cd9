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

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

Value nnc::multiplyAdd(Stage &stage, Value acc, Value a, Value b) {
  OpBuilder &builder = stage.body;
  if (!isa<FloatType>(acc.getType())) {
    Value product = arith::MulIOp::create(builder, stage.loc, a, b);
    return arith::AddIOp::create(builder, stage.loc, acc, product);
  }
  Value product = arith::MulFOp::create(builder, stage.loc, a, b, stage.flags);
  return arith::AddFOp::create(builder, stage.loc, acc, product, stage.flags);
}

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

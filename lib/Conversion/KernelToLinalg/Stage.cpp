//===- Stage.cpp - one linalg.generic under construction ------------------===//
//
// See Stage.h. The payload block is built detached and handed to the generic at
// the end, when all its operands are known.
//
//===----------------------------------------------------------------------===//
#include "Stage.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace nnc;

Type nnc::getPayloadType(Type element) {
  auto integer = dyn_cast<IntegerType>(element);
  return integer && !integer.isSignless()
             ? IntegerType::get(element.getContext(), integer.getWidth())
             : element;
}

Type nnc::getStorageType(Type element) {
  return element.isInteger(1) ? IntegerType::get(element.getContext(), 8)
                              : getPayloadType(element);
}

MemRefType nnc::getBufferType(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  return MemRefType::get(type.getShape(), getStorageType(type.getElementType()));
}

//===----------------------------------------------------------------------===//
// Stage
//===----------------------------------------------------------------------===//

Stage::Stage(Buffers &buffers, Location loc, ArrayRef<int64_t> sizes,
             ArrayRef<int64_t> reduced, bool contract)
    : body(buffers.builder.getContext()), loc(loc),
      flags(contract ? arith::FastMathFlags::contract : arith::FastMathFlags::none),
      buffers(buffers), sizes(sizes),
      iterators(sizes.size(), utils::IteratorType::parallel), block(new Block) {
  for (int64_t loop : reduced)
    iterators[loop] = utils::IteratorType::reduction;
  body.setInsertionPointToEnd(block);
}

Stage::~Stage() { delete block; }

Indices Stage::dims(unsigned first, unsigned count) {
  Indices indices;
  for (unsigned i = 0; i != count; ++i)
    indices.push_back(dim(first + i));
  return indices;
}

Value Stage::fromStorage(Value value, Type element) {
  if (!element.isInteger(1))
    return value;
  Value zero = arith::ConstantIntOp::create(body, loc, value.getType(), 0);
  return arith::CmpIOp::create(body, loc, arith::CmpIPredicate::ne, value, zero);
}

Value Stage::toStorage(Value value, Type storage) {
  if (value.getType() == storage)
    return value;
  return arith::ExtUIOp::create(body, loc, storage, value);
}

Value Stage::read(Value buffer, Type element, ArrayRef<Index> indices) {
  if (llvm::any_of(indices, [](const Index &i) { return bool(i.dynamic); })) {
    SmallVector<Value> at;
    for (const Index &index : indices)
      at.push_back(materialize(index));
    return fromStorage(memref::LoadOp::create(body, loc, buffer, at), element);
  }
  SmallVector<AffineExpr> exprs;
  for (const Index &index : indices)
    exprs.push_back(index.affine);
  AffineMap map = AffineMap::get(sizes.size(), 0, exprs, body.getContext());
  for (auto [input, inputMap, value] : llvm::zip(inputs, inputMaps, inputValues))
    if (input == buffer && inputMap == map)
      return value;
  BlockArgument arg =
      block->insertArgument(inputs.size(), cast<MemRefType>(buffer.getType()).getElementType(), loc);
  inputs.push_back(buffer);
  inputMaps.push_back(map);
  inputValues.push_back(fromStorage(arg, element));
  return inputValues.back();
}

Value Stage::addOutput(Value buffer, Type element, ArrayRef<AffineExpr> map) {
  outputs.push_back(buffer);
  outputMaps.push_back(AffineMap::get(sizes.size(), 0, map, body.getContext()));
  Value arg = block->addArgument(cast<MemRefType>(buffer.getType()).getElementType(), loc);
  bool reads = llvm::is_contained(iterators, utils::IteratorType::reduction);
  return reads ? fromStorage(arg, element) : arg;
}

/// linalg finds loop bounds from operands whose map has the bare loop; a
/// reduced loop that only occurs inside sums gets an operand for its bound.
void Stage::coverReducedLoops() {
  SmallVector<int64_t> missing;
  for (unsigned loop = 0; loop != sizes.size(); ++loop) {
    AffineExpr expr = dim(loop);
    auto has = [&](AffineMap map) { return llvm::is_contained(map.getResults(), expr); };
    if (!llvm::any_of(inputMaps, has) && !llvm::any_of(outputMaps, has))
      missing.push_back(loop);
  }
  if (missing.empty())
    return;
  SmallVector<int64_t> shape;
  SmallVector<AffineExpr> exprs;
  for (int64_t loop : missing) {
    shape.push_back(sizes[loop]);
    exprs.push_back(dim(loop));
  }
  Type byte = buffers.builder.getI8Type();
  inputs.push_back(buffers.makeTemporary(loc, RankedTensorType::get(shape, byte)));
  inputMaps.push_back(AffineMap::get(sizes.size(), 0, exprs, body.getContext()));
  block->insertArgument(inputs.size() - 1, byte, loc);
}

/// linalg takes a loop's bound from every operand that it alone indexes; one of
/// which the nest reads a leading part only is cut to that part.
Value Stage::cutToLoops(Value buffer, AffineMap map) {
  OpBuilder &b = buffers.builder;
  auto type = cast<MemRefType>(buffer.getType());
  SmallVector<OpFoldResult> extents;
  bool cut = false;
  for (auto [expr, extent] : llvm::zip(map.getResults(), type.getShape())) {
    auto loop = dyn_cast<AffineDimExpr>(expr);
    int64_t size = loop ? sizes[loop.getPosition()] : extent;
    cut |= size != extent;
    extents.push_back(b.getIndexAttr(size));
  }
  if (!cut)
    return buffer;
  SmallVector<OpFoldResult> zeros(extents.size(), b.getIndexAttr(0)),
      ones(extents.size(), b.getIndexAttr(1));
  return memref::SubViewOp::create(b, loc, buffer, zeros, extents, ones);
}

linalg::GenericOp Stage::finish(ValueRange values) {
  SmallVector<Value> stored;
  for (auto [value, output] : llvm::zip(values, outputs))
    stored.push_back(toStorage(value, cast<MemRefType>(output.getType()).getElementType()));
  linalg::YieldOp::create(body, loc, stored);
  coverReducedLoops();
  for (auto [input, map] : llvm::zip(inputs, inputMaps))
    input = cutToLoops(input, map);
  SmallVector<AffineMap> maps(inputMaps);
  llvm::append_range(maps, outputMaps);
  auto generic = linalg::GenericOp::create(buffers.builder, loc, TypeRange{}, inputs, outputs,
                                           maps, iterators);
  Region &region = generic.getRegion();
  region.getBlocks().clear();
  region.push_back(block);
  block = nullptr;
  return generic;
}

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

Value Stage::materialize(const Index &index) {
  if (index.dynamic)
    return index.dynamic;
  SmallVector<Value> loops(sizes.size());
  index.affine.walk([&](AffineExpr expr) {
    if (auto d = dyn_cast<AffineDimExpr>(expr))
      if (!loops[d.getPosition()])
        loops[d.getPosition()] = linalg::IndexOp::create(body, loc, d.getPosition());
  });
  return affine::expandAffineExpr(body, loc, index.affine, loops, {});
}

static Value indexConstant(Stage &stage, int64_t value) {
  return arith::ConstantIndexOp::create(stage.body, stage.loc, value);
}

Index Stage::add(const Index &index, int64_t constant) {
  if (index.affine)
    return index.affine + constant;
  if (constant == 0)
    return index;
  return Value(arith::AddIOp::create(body, loc, index.dynamic, indexConstant(*this, constant)));
}

Index Stage::mul(const Index &index, int64_t constant) {
  if (index.affine)
    return index.affine * constant;
  if (constant == 1)
    return index;
  return Value(arith::MulIOp::create(body, loc, index.dynamic, indexConstant(*this, constant)));
}

Index Stage::floorDiv(const Index &index, int64_t constant) {
  if (index.affine)
    return index.affine.floorDiv(constant);
  if (constant == 1)
    return index;
  // Also right below 0: round towards minus infinity.
  Value divisor = indexConstant(*this, constant);
  return Value(arith::FloorDivSIOp::create(body, loc, index.dynamic, divisor));
}

Index Stage::sub(const Index &index, const Index &base) {
  if (index.affine && base.affine)
    return index.affine - base.affine;
  return Value(arith::SubIOp::create(body, loc, materialize(index), materialize(base)));
}

/// The least and largest value of an affine expression over the nest. Exact for
/// sums of loops times constants; quotients and remainders are bounded.
std::optional<std::pair<int64_t, int64_t>> Stage::rangeOf(AffineExpr expr) const {
  if (auto c = dyn_cast<AffineConstantExpr>(expr))
    return std::pair{c.getValue(), c.getValue()};
  if (auto d = dyn_cast<AffineDimExpr>(expr))
    return std::pair{int64_t(0), sizes[d.getPosition()] - 1};
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return std::nullopt;
  auto lhs = rangeOf(binary.getLHS()), rhs = rangeOf(binary.getRHS());
  if (!lhs || !rhs)
    return std::nullopt;
  if (expr.getKind() == AffineExprKind::Add)
    return std::pair{lhs->first + rhs->first, lhs->second + rhs->second};
  if (rhs->first != rhs->second)
    return std::nullopt;
  int64_t by = rhs->first;
  switch (expr.getKind()) {
  case AffineExprKind::Mul:
    return std::minmax({lhs->first * by, lhs->second * by});
  case AffineExprKind::FloorDiv:
    return std::pair{llvm::divideFloorSigned(lhs->first, by),
                     llvm::divideFloorSigned(lhs->second, by)};
  case AffineExprKind::Mod:
    return std::pair{int64_t(0), by - 1};
  default:
    return std::nullopt;
  }
}

Index Stage::clamp(const Index &index, int64_t size) {
  if (index.affine)
    if (auto range = rangeOf(index.affine); range && range->first >= 0 && range->second < size)
      return index;
  Value value = materialize(index);
  value = arith::MaxSIOp::create(body, loc, value, indexConstant(*this, 0));
  return Value(arith::MinSIOp::create(body, loc, value, indexConstant(*this, size - 1)));
}

Value Stage::inRange(const Index &index, int64_t low, int64_t high) {
  std::optional<std::pair<int64_t, int64_t>> range;
  if (index.affine)
    range = rangeOf(index.affine);
  Value inside;
  auto require = [&](arith::CmpIPredicate predicate, int64_t bound) {
    Value test = arith::CmpIOp::create(body, loc, predicate, materialize(index),
                                       indexConstant(*this, bound));
    inside = inside ? Value(arith::AndIOp::create(body, loc, inside, test)) : test;
  };
  if (!range || range->first < low)
    require(arith::CmpIPredicate::sge, low);
  if (!range || range->second >= high)
    require(arith::CmpIPredicate::slt, high);
  return inside;
}

Value nnc::buildConstant(Stage &stage, Type type, double value) {
  TypedAttr attr;
  if (auto floating = dyn_cast<FloatType>(type))
    attr = FloatAttr::get(floating, value);
  else
    attr = IntegerAttr::get(type, static_cast<int64_t>(value));
  return arith::ConstantOp::create(stage.body, stage.loc, attr);
}

//===- Evaluator.cpp - elements of values inside a stage ------------------===//
//
// Index-moving ops become index arithmetic, elementwise ops scalar arithmetic.
// Indices that a condition guards are clamped, so no load leaves its buffer.
//
//===----------------------------------------------------------------------===//
#include "Evaluator.h"
#include "nnc/Analysis/Invariants.h"
#include "nnc/Conversion/Tasks.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/Hashing.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

bool Evaluator::isPointwise(Operation *op) {
  return op->hasTrait<OpTrait::Elementwise>() ||
         isa<ConstantOp, IotaOp, ReshapeOp, BroadcastOp, TransposeOp, SliceOp,
             PadOp, ConcatOp, ReverseOp, GatherOp, OneHotOp, RandomBitsOp,
             RandomUniformOp, RandomNormalOp, WindowMaxOp, WindowSumOp,
             WindowPickOp, WindowScatterOp>(op);
}

Index nnc::linearize(Stage &stage, ArrayRef<Index> indices,
                     ArrayRef<int64_t> shape) {
  Index linear = stage.constant(0);
  int64_t stride = 1;
  for (int64_t axis = shape.size() - 1; axis >= 0; --axis) {
    Index term = stage.mul(indices[axis], stride);
    if (linear.affine && term.affine)
      linear = linear.affine + term.affine;
    else
      linear = Value(arith::AddIOp::create(stage.body, stage.loc,
                                           stage.materialize(linear),
                                           stage.materialize(term)));
    stride *= shape[axis];
  }
  return linear;
}

/// The index into `from` of the element that stands at `indices` in `to`.
static Indices reshapeIndices(Stage &stage, ArrayRef<Index> indices,
                              ArrayRef<int64_t> to, ArrayRef<int64_t> from) {
  auto notOne = [](int64_t size) { return size != 1; };
  SmallVector<int64_t> keptFrom, keptTo;
  llvm::copy_if(from, std::back_inserter(keptFrom), notOne);
  llvm::copy_if(to, std::back_inserter(keptTo), notOne);
  Indices result;
  if (keptFrom == keptTo) {
    unsigned next = 0;
    for (int64_t size : from) {
      if (size == 1) {
        result.push_back(stage.constant(0));
        continue;
      }
      while (to[next] == 1)
        ++next;
      result.push_back(indices[next++]);
    }
    return result;
  }
  Index linear = linearize(stage, indices, to);
  int64_t stride = 1;
  for (int64_t size : llvm::reverse(from)) {
    Index part = stage.floorDiv(linear, stride);
    if (part.affine)
      part = part.affine % size;
    else
      part = Value(arith::RemSIOp::create(
          stage.body, stage.loc, part.dynamic,
          arith::ConstantIndexOp::create(stage.body, stage.loc, size)));
    result.push_back(part);
    stride *= size;
  }
  std::reverse(result.begin(), result.end());
  return result;
}

Value Evaluator::computePad(Stage &stage, PadOp op, ArrayRef<Index> indices) {
  OpBuilder &b = stage.body;
  Value valid;
  auto require = [&](Value condition) {
    if (condition)
      valid = valid
                  ? Value(arith::AndIOp::create(b, stage.loc, valid, condition))
                  : condition;
  };
  Indices source;
  auto shape = typeOf(op.getOperand()).getShape();
  for (auto [axis, size] : llvm::enumerate(shape)) {
    Index moved = stage.add(indices[axis], -op.getLow()[axis]);
    int64_t step = op.getInterior()[axis] + 1;
    Index at = stage.floorDiv(moved, step);
    if (step != 1) {
      Value back = stage.materialize(stage.mul(at, step));
      require(arith::CmpIOp::create(b, stage.loc, arith::CmpIPredicate::eq,
                                    back, stage.materialize(moved)));
    }
    require(stage.inRange(at, 0, size));
    source.push_back(size == 0 ? at : stage.clamp(at, size));
  }
  Value outside = evaluate(stage, op.getValue(), {});
  if (typeOf(op.getOperand()).getNumElements() == 0)
    return outside;
  Value inside = evaluate(stage, op.getOperand(), source);
  return valid ? arith::SelectOp::create(b, stage.loc, valid, inside, outside)
               : inside;
}

Value Evaluator::computeConcat(Stage &stage, ConcatOp op,
                               ArrayRef<Index> indices) {
  int64_t axis = op.getAxis(), end = typeOf(op.getResult()).getDimSize(axis);
  Value result;
  // From the last operand to the first: each takes over below its upper end.
  for (Value operand : llvm::reverse(op.getOperands())) {
    int64_t size = typeOf(operand).getDimSize(axis), begin = end - size;
    if (size == 0)
      continue;
    Indices source(indices.begin(), indices.end());
    source[axis] = stage.clamp(stage.add(indices[axis], -begin), size);
    Value value = evaluate(stage, operand, source);
    if (result) {
      Value below = stage.inRange(indices[axis],
                                  std::numeric_limits<int64_t>::min(), end);
      value = below ? arith::SelectOp::create(stage.body, stage.loc, below,
                                              value, result)
                    : value;
    }
    result = value;
    end = begin;
  }
  return result;
}

Value Evaluator::compute(Stage &stage, Operation *op, ArrayRef<Index> indices) {
  OpBuilder &b = stage.body;
  Location loc = stage.loc;
  if (auto constant = dyn_cast<ConstantOp>(op)) {
    auto splat = cast<SplatElementsAttr>(constant.getValue());
    Type type = getPayloadType(typeOf(constant.getResult()).getElementType());
    if (isa<FloatType>(type))
      return arith::ConstantOp::create(b, loc,
                                       splat.getSplatValue<FloatAttr>());
    APInt bits = splat.getSplatValue<APInt>();
    return arith::ConstantOp::create(b, loc, IntegerAttr::get(type, bits));
  }
  if (op->hasTrait<OpTrait::Elementwise>()) {
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(evaluate(stage, operand, indices));
    return buildElementwise(stage, op, operands);
  }
  if (auto iota = dyn_cast<IotaOp>(op)) {
    Value index = stage.materialize(indices[iota.getAxis()]);
    Type type = getPayloadType(typeOf(iota.getResult()).getElementType());
    if (!isa<FloatType>(type))
      return arith::IndexCastOp::create(b, loc, type, index);
    Value integer = arith::IndexCastOp::create(b, loc, b.getI64Type(), index);
    return arith::SIToFPOp::create(b, loc, type, integer);
  }
  if (auto reshape = dyn_cast<ReshapeOp>(op))
    return evaluate(stage, reshape.getOperand(),
                    reshapeIndices(stage, indices,
                                   typeOf(reshape.getResult()).getShape(),
                                   typeOf(reshape.getOperand()).getShape()));
  if (auto broadcast = dyn_cast<BroadcastOp>(op)) {
    Indices source;
    for (auto [axis, size] : llvm::zip(
             broadcast.getAxes(), typeOf(broadcast.getOperand()).getShape()))
      source.push_back(size == 1 ? Index(stage.constant(0)) : indices[axis]);
    return evaluate(stage, broadcast.getOperand(), source);
  }
  if (auto transpose = dyn_cast<TransposeOp>(op)) {
    Indices source(indices.begin(), indices.end());
    for (auto [axis, from] : llvm::enumerate(transpose.getPermutation()))
      source[from] = indices[axis];
    return evaluate(stage, transpose.getOperand(), source);
  }
  if (auto slice = dyn_cast<SliceOp>(op)) {
    Indices source;
    for (auto [index, start, stride] :
         llvm::zip(indices, slice.getStarts(), slice.getStrides()))
      source.push_back(stage.add(stage.mul(index, stride), start));
    return evaluate(stage, slice.getOperand(), source);
  }
  if (auto reverse = dyn_cast<ReverseOp>(op)) {
    Indices source(indices.begin(), indices.end());
    for (int64_t axis : reverse.getAxes())
      source[axis] = stage.sub(
          stage.constant(typeOf(reverse.getResult()).getDimSize(axis) - 1),
          indices[axis]);
    return evaluate(stage, reverse.getOperand(), source);
  }
  if (auto pad = dyn_cast<PadOp>(op))
    return computePad(stage, pad, indices);
  if (auto concat = dyn_cast<ConcatOp>(op))
    return computeConcat(stage, concat, indices);
  if (auto gather = dyn_cast<GatherOp>(op)) {
    int64_t axis = gather.getAxis(), rank = typeOf(gather.getIndex()).getRank();
    Value at = evaluate(stage, gather.getIndex(), indices.slice(axis, rank));
    at = arith::IndexCastOp::create(b, loc, b.getIndexType(), at);
    Indices source(indices.begin(), indices.begin() + axis);
    source.push_back(
        stage.clamp(Index(at), typeOf(gather.getOperand()).getDimSize(axis)));
    llvm::append_range(source, indices.drop_front(axis + rank));
    return evaluate(stage, gather.getOperand(), source);
  }
  if (auto oneHot = dyn_cast<OneHotOp>(op)) {
    Value label = evaluate(stage, oneHot.getIndex(), indices.drop_back());
    Value place = stage.materialize(indices.back());
    place = arith::IndexCastOp::create(b, loc, label.getType(), place);
    Value equal =
        arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, label, place);
    Type type = getPayloadType(typeOf(oneHot.getResult()).getElementType());
    if (type.isInteger(1))
      return equal;
    return arith::SelectOp::create(b, loc, equal, buildConstant(stage, type, 1),
                                   buildConstant(stage, type, 0));
  }
  if (isa<RandomBitsOp, RandomUniformOp, RandomNormalOp>(op)) {
    Value seed = evaluate(stage, op->getOperand(0), {stage.constant(0)});
    Value counter = evaluate(stage, op->getOperand(0), {stage.constant(1)});
    Index linear =
        linearize(stage, indices, typeOf(op->getResult(0)).getShape());
    Value index = arith::IndexCastOp::create(b, loc, b.getI32Type(),
                                             stage.materialize(linear));
    return buildRandom(stage, op, seed, counter, index);
  }
  if (auto scatter = dyn_cast<WindowScatterOp>(op))
    return computeWindowScatter(stage, scatter, indices);
  return computeWindow(stage, op, indices);
}

Value Evaluator::evaluate(Stage &stage, Value value, ArrayRef<Index> indices) {
  if (Value computed = stage.inNest.lookup(value))
    return computed;
  if (auto it = bufferOf.find(value); it != bufferOf.end())
    return stage.read(it->second, typeOf(value).getElementType(), indices);
  llvm::hash_code hash = llvm::hash_value(indices.size());
  for (const Index &index : indices)
    hash = llvm::hash_combine(hash, index.affine
                                        ? mlir::hash_value(index.affine)
                                        : mlir::hash_value(index.dynamic));
  auto key = std::pair{value, static_cast<size_t>(hash)};
  for (auto &[at, known] : stage.memo[key])
    if (ArrayRef(at) == indices)
      return known;
  Value result = compute(stage, value.getDefiningOp(), indices);
  stage.memo[key].push_back({Indices(indices.begin(), indices.end()), result});
  return result;
}

void Evaluator::emitPointwise(ArrayRef<Operation *> ops) {
  if (ops.empty())
    return;
  if (WindowScatterOp scatter = findTiledScatter(ops))
    return emitTiledScatter(scatter, ops);
  auto shape = typeOf(ops.front()->getResult(0)).getShape();
  Stage stage(buffers, ops.front()->getLoc(), shape, {}, contract);
  Indices indices = stage.dims(0, shape.size());
  SmallVector<AffineExpr> map;
  for (const Index &index : indices)
    map.push_back(index.affine);
  SmallVector<Value> values, results;
  for (Operation *op : ops) {
    results.push_back(op->getResult(0));
    values.push_back(compute(stage, op, indices));
    stage.inNest[results.back()] = values.back();
  }
  for (Value result : results)
    stage.addOutput(bufferOf.lookup(result), typeOf(result).getElementType(),
                    map);
  stage.finish(values);
}

void Evaluator::emitEpilogue(Location loc, ArrayRef<int64_t> extents,
                             ArrayRef<AffineExpr> place) {
  if (epilogue.ops.empty())
    return;
  Stage stage(buffers, loc, extents, {}, contract);
  Indices indices(place.begin(), place.end());
  Value product = epilogue.product;
  stage.inNest[product] =
      stage.read(bufferOf.lookup(product), typeOf(product).getElementType(), indices);
  SmallVector<Value> values;
  for (Operation *op : epilogue.ops) {
    values.push_back(compute(stage, op, indices));
    stage.inNest[op->getResult(0)] = values.back();
  }
  for (Operation *op : epilogue.ops) {
    Value result = op->getResult(0);
    stage.addOutput(bufferOf.lookup(result), typeOf(result).getElementType(), place);
  }
  linalg::GenericOp generic = stage.finish(values);
  generic->setAttr(kEpilogueAttrName, buffers.builder.getBoolAttr(epilogue.isProductRead));
  epilogue.isEmitted = true;
}

Value Evaluator::getBuffer(Value value) {
  if (Value buffer = bufferOf.lookup(value))
    return buffer;
  bufferOf[value] = buffers.makeTemporary(value.getLoc(), typeOf(value));
  emitPointwise(value.getDefiningOp());
  return bufferOf[value];
}

bool Evaluator::isInvariant(Value buffer) {
  while (auto view = buffer.getDefiningOp<ViewLikeOpInterface>())
    buffer = view.getViewSource();
  auto argument = dyn_cast<BlockArgument>(buffer);
  auto function = argument ? dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp())
                           : func::FuncOp();
  return function && function.getArgAttr(argument.getArgNumber(), kInvariantAttrName);
}

void Evaluator::fill(Location loc, Value buffer, double value) {
  auto type = cast<MemRefType>(buffer.getType());
  Stage stage(buffers, loc, type.getShape(), {}, contract);
  SmallVector<AffineExpr> map;
  for (const Index &index : stage.dims(0, type.getRank()))
    map.push_back(index.affine);
  Value constant = buildConstant(stage, type.getElementType(), value);
  stage.addOutput(buffer, type.getElementType(), map);
  stage.finish(constant);
}

void Evaluator::copyBuffer(Location loc, Value from, Value into) {
  auto type = cast<MemRefType>(into.getType());
  Stage stage(buffers, loc, type.getShape(), {}, contract);
  Indices indices = stage.dims(0, type.getRank());
  SmallVector<AffineExpr> map;
  for (const Index &index : indices)
    map.push_back(index.affine);
  Value element = stage.read(from, type.getElementType(), indices);
  stage.addOutput(into, type.getElementType(), map);
  stage.finish(element);
}

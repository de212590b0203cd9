//===- ShapeFolds.cpp - what shape ops equal ------------------------------===//
//
// Movements of elements compose: two of a kind become one by taking the inner
// one's operand. Constants are moved here and now if they are short or splats.
//
//===----------------------------------------------------------------------===//
#include "Folding.h"

using namespace mlir;
using namespace nnc::nn;

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

//===----------------------------------------------------------------------===//
// ReshapeOp
//===----------------------------------------------------------------------===//

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getOperand().getType() == getType())
    return getOperand();
  if (DenseElementsAttr constant = foldableConstant(adaptor.getOperand()))
    return constant.reshape(getType());
  if (auto inner = getOperand().getDefiningOp<ReshapeOp>()) {
    getOperandMutable().assign(inner.getOperand());
    return getResult();
  }
  return {};
}

//===----------------------------------------------------------------------===//
// BroadcastOp
//===----------------------------------------------------------------------===//

/// The result axes of what `reshape` is made from, where it only inserts axes
/// of size 1: those axes are broadcast as well without being inserted first.
static std::optional<SmallVector<int64_t>>
skipUnitAxes(ReshapeOp reshape, ArrayRef<int64_t> axes) {
  ArrayRef<int64_t> from = tensorType(reshape.getOperand()).getShape();
  SmallVector<int64_t> kept;
  for (auto [axis, size] :
       llvm::zip_equal(axes, reshape.getType().getShape())) {
    if (kept.size() < from.size() && from[kept.size()] == size)
      kept.push_back(axis);
    else if (size != 1)
      return std::nullopt;
  }
  if (kept.size() != from.size())
    return std::nullopt;
  return kept;
}

OpFoldResult BroadcastOp::fold(FoldAdaptor adaptor) {
  // Axes increase, so with equal types each stays where it is.
  if (getOperand().getType() == getType())
    return getOperand();
  RankedTensorType operand = tensorType(getOperand());
  ArrayRef<int64_t> axes = getAxes();
  if (DenseElementsAttr constant = foldableConstant(adaptor.getOperand())) {
    SmallVector<int64_t> strides = rowMajorStrides(operand.getShape());
    if (DenseElementsAttr moved =
            moveElements(constant, getType(), [&](ArrayRef<int64_t> index) {
              int64_t position = 0;
              for (auto [i, axis] : llvm::enumerate(axes))
                if (operand.getDimSize(i) != 1)
                  position += index[axis] * strides[i];
              return position;
            }))
      return moved;
  }
  if (auto inner = getOperand().getDefiningOp<BroadcastOp>()) {
    SmallVector<int64_t> composed = llvm::map_to_vector(
        inner.getAxes(), [&](int64_t axis) { return axes[axis]; });
    setAxes(composed);
    getOperandMutable().assign(inner.getOperand());
    return getResult();
  }
  if (auto reshape = getOperand().getDefiningOp<ReshapeOp>()) {
    if (std::optional<SmallVector<int64_t>> kept =
            skipUnitAxes(reshape, axes)) {
      setAxes(*kept);
      getOperandMutable().assign(reshape.getOperand());
      return getResult();
    }
  }
  return {};
}

//===----------------------------------------------------------------------===//
// TransposeOp
//===----------------------------------------------------------------------===//

/// Lets a contraction read what a transpose moves.
static LogicalResult absorbIntoReader(TransposeOp op, ContractOp reader,
                                      PatternRewriter &rewriter) {
  auto read = [&](Value &operand, std::string &letters) {
    if (operand != op.getResult())
      return;
    std::string moved = letters;
    for (auto [i, axis] : llvm::enumerate(op.getPermutation()))
      letters[axis] = moved[i];
    operand = op.getOperand();
  };
  Value lhs = reader.getLhs(), rhs = reader.getRhs();
  std::string lhsLetters = reader.getLhsLetters().str(),
              rhsLetters = reader.getRhsLetters().str();
  read(lhs, lhsLetters);
  read(rhs, rhsLetters);
  std::string spec =
      lhsLetters + "," + rhsLetters + "->" + reader.getResultLetters().str();
  rewriter.replaceOpWithNewOp<ContractOp>(reader, reader.getType(), spec, lhs,
                                          rhs);
  return success();
}

/// Lets a contraction write what a transpose, its only reader, makes of it.
static LogicalResult absorbIntoWriter(TransposeOp op, ContractOp writer,
                                      PatternRewriter &rewriter) {
  StringRef letters = writer.getResultLetters();
  std::string spec = (writer.getLhsLetters() + "," + writer.getRhsLetters() + "->").str();
  for (int64_t axis : op.getPermutation())
    spec += letters[axis];
  rewriter.replaceOpWithNewOp<ContractOp>(op, op.getType(), spec,
                                          writer.getLhs(), writer.getRhs());
  return success();
}

/// Contractions take axes in any order, and no transpose is stored for them.
/// Axes of size 1 may move freely: where the others keep their order, so do the
/// elements.
LogicalResult TransposeOp::canonicalize(TransposeOp op,
                                        PatternRewriter &rewriter) {
  RankedTensorType operand = tensorType(op.getOperand());
  SmallVector<int64_t> moved = llvm::to_vector(
      llvm::make_filter_range(op.getPermutation(), [&](int64_t axis) {
        return operand.getDimSize(axis) != 1;
      }));
  if (llvm::is_sorted(moved)) {
    rewriter.replaceOpWithNewOp<ReshapeOp>(op, op.getType(), op.getOperand());
    return success();
  }
  for (Operation *user : op->getUsers())
    if (auto reader = dyn_cast<ContractOp>(user)) {
      rewriter.setInsertionPoint(reader);
      return absorbIntoReader(op, reader, rewriter);
    }
  if (auto writer = op.getOperand().getDefiningOp<ContractOp>();
      writer && writer->hasOneUse())
    return absorbIntoWriter(op, writer, rewriter);
  return rewriter.notifyMatchFailure(op, "moves elements");
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  ArrayRef<int64_t> permutation = getPermutation();
  if (llvm::equal(permutation, llvm::seq<int64_t>(0, permutation.size())))
    return getOperand();
  if (DenseElementsAttr constant = foldableConstant(adaptor.getOperand())) {
    SmallVector<int64_t> strides =
        rowMajorStrides(tensorType(getOperand()).getShape());
    if (DenseElementsAttr moved =
            moveElements(constant, getType(), [&](ArrayRef<int64_t> index) {
              int64_t position = 0;
              for (auto [i, axis] : llvm::enumerate(permutation))
                position += index[i] * strides[axis];
              return position;
            }))
      return moved;
  }
  if (auto inner = getOperand().getDefiningOp<TransposeOp>()) {
    SmallVector<int64_t> composed =
        llvm::map_to_vector(permutation, [&](int64_t axis) {
          return inner.getPermutation()[axis];
        });
    setPermutation(composed);
    getOperandMutable().assign(inner.getOperand());
    return getResult();
  }
  return {};
}

//===----------------------------------------------------------------------===//
// SliceOp
//===----------------------------------------------------------------------===//

/// Makes `outer` of `inner`'s operand; fails where a step does not fit int64.
static LogicalResult composeSlices(SliceOp outer, SliceOp inner) {
  SmallVector<int64_t> starts, limits, strides;
  for (auto [i, count] : llvm::enumerate(outer.getType().getShape())) {
    int64_t start, stride, last;
    if (__builtin_mul_overflow(outer.getStarts()[i], inner.getStrides()[i],
                               &start) ||
        __builtin_add_overflow(start, inner.getStarts()[i], &start) ||
        __builtin_mul_overflow(outer.getStrides()[i], inner.getStrides()[i],
                               &stride) ||
        __builtin_mul_overflow(std::max<int64_t>(count - 1, 0), stride,
                               &last) ||
        __builtin_add_overflow(start, last, &last))
      return failure();
    // An empty slice may start beyond the operand's end; any start will do.
    starts.push_back(count == 0 ? 0 : start);
    limits.push_back(count == 0 ? 0 : last + 1);
    strides.push_back(stride);
  }
  outer.setStarts(starts);
  outer.setLimits(limits);
  outer.setStrides(strides);
  outer.getOperandMutable().assign(inner.getOperand());
  return success();
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  // As many elements as before along each axis are the elements as before.
  if (getOperand().getType() == getType())
    return getOperand();
  if (DenseElementsAttr constant = foldableConstant(adaptor.getOperand())) {
    SmallVector<int64_t> strides =
        rowMajorStrides(tensorType(getOperand()).getShape());
    if (DenseElementsAttr moved =
            moveElements(constant, getType(), [&](ArrayRef<int64_t> index) {
              int64_t position = 0;
              for (auto [i, at] : llvm::enumerate(index))
                position +=
                    (getStarts()[i] + at * getStrides()[i]) * strides[i];
              return position;
            }))
      return moved;
  }
  if (auto inner = getOperand().getDefiningOp<SliceOp>())
    if (succeeded(composeSlices(*this, inner)))
      return getResult();
  return {};
}

//===----------------------------------------------------------------------===//
// PadOp
//===----------------------------------------------------------------------===//

OpFoldResult PadOp::fold(FoldAdaptor adaptor) {
  // Nothing before, after or between, or nothing between that matters.
  if (getOperand().getType() == getType())
    return getOperand();
  auto operand = dyn_cast_if_present<DenseElementsAttr>(adaptor.getOperand());
  auto value = dyn_cast_if_present<DenseElementsAttr>(adaptor.getValue());
  if (operand && value && operand.isSplat() && operand.getNumElements() > 0 &&
      operand.getSplatValue<Attribute>() == *value.value_begin<Attribute>())
    return operand.resizeSplat(getType());
  return {};
}

//===----------------------------------------------------------------------===//
// ConcatOp
//===----------------------------------------------------------------------===//

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (getOperands().size() == 1)
    return getOperands().front();
  return {};
}

//===----------------------------------------------------------------------===//
// AddOp of parts
//===----------------------------------------------------------------------===//

namespace {
/// A tensor that is 0 but for some parts, one after the other along an axis.
struct Parts {
  int64_t axis;
  /// Where each begins, and its elements.
  SmallVector<std::pair<int64_t, Value>> parts;
};
} // namespace

static bool isZero(Value value) {
  Attribute constant;
  return matchPattern(value, m_Constant(&constant)) && isSplatOf(constant, 0);
}

/// The parts that `value` consists of, if its one user alone needs it whole.
static std::optional<Parts> findParts(Value value) {
  if (!value.hasOneUse())
    return std::nullopt;
  if (auto pad = value.getDefiningOp<PadOp>()) {
    auto isPadded = [&](int64_t axis) {
      return pad.getLow()[axis] != 0 || pad.getHigh()[axis] != 0;
    };
    auto axes = llvm::to_vector(llvm::make_filter_range(
        llvm::seq<int64_t>(pad.getType().getRank()), isPadded));
    if (axes.size() != 1 || !isZero(pad.getValue()) ||
        llvm::any_of(pad.getInterior(), [](int64_t n) { return n != 0; }))
      return std::nullopt;
    return Parts{axes[0], {{pad.getLow()[axes[0]], pad.getOperand()}}};
  }
  auto concat = value.getDefiningOp<ConcatOp>();
  if (!concat || llvm::none_of(concat.getOperands(), isZero))
    return std::nullopt;
  Parts parts{static_cast<int64_t>(concat.getAxis()), {}};
  int64_t begin = 0;
  for (Value operand : concat.getOperands()) {
    if (!isZero(operand))
      parts.parts.push_back({begin, operand});
    begin += tensorType(operand).getDimSize(parts.axis);
  }
  return parts;
}

/// The sum of two tensors, joined of their parts; null if it is not made of
/// such, or if they overlap.
static Value joinParts(PatternRewriter &rewriter, AddOp op, Value lhs,
                       Value rhs) {
  std::optional<Parts> a = findParts(lhs), b = findParts(rhs);
  if (!a || !b || a->axis != b->axis)
    return {};
  int64_t axis = a->axis;
  auto endOf = [&](const std::pair<int64_t, Value> &part) {
    return part.first + tensorType(part.second).getDimSize(axis);
  };
  auto parts = llvm::to_vector(
      llvm::concat<std::pair<int64_t, Value>>(a->parts, b->parts));
  llvm::sort(parts, llvm::less_first());
  for (auto [before, after] : llvm::zip(parts, llvm::drop_begin(parts)))
    if (after.first < endOf(before))
      return {};
  SmallVector<Value> operands;
  int64_t end = 0;
  auto fillUpTo = [&](int64_t begin) {
    SmallVector<int64_t> gap(op.getType().getShape());
    gap[axis] = begin - end;
    if (gap[axis] != 0)
      operands.push_back(ConstantOp::create(
          rewriter, op.getLoc(), makeSplat(op.getType().clone(gap), 0)));
  };
  for (auto &part : parts) {
    fillUpTo(part.first);
    operands.push_back(part.second);
    end = endOf(part);
  }
  fillUpTo(op.getType().getDimSize(axis));
  return ConcatOp::create(rewriter, op.getLoc(), operands, axis);
}

/// The gradient of an array of which parts are used is a sum of padded
/// gradients; where the parts do not overlap they are joined instead. That is
/// exact: each element is a sum of zeros and at most one other.
LogicalResult AddOp::canonicalize(AddOp op, PatternRewriter &rewriter) {
  auto bothWays = [](AddOp sum) {
    return std::array{std::pair{sum.getLhs(), sum.getRhs()},
                      std::pair{sum.getRhs(), sum.getLhs()}};
  };
  if (Value joined = joinParts(rewriter, op, op.getLhs(), op.getRhs())) {
    rewriter.replaceOp(op, joined);
    return success();
  }
  for (auto [sum, part] : bothWays(op)) {
    auto inner = sum.getDefiningOp<AddOp>();
    if (!inner || !inner->hasOneUse())
      continue;
    for (auto [rest, other] : bothWays(inner))
      if (Value joined = joinParts(rewriter, op, other, part)) {
        rewriter.replaceOpWithNewOp<AddOp>(op, rest, joined);
        return success();
      }
  }
  return rewriter.notifyMatchFailure(op, "adds no parts");
}

//===----------------------------------------------------------------------===//
// ReverseOp
//===----------------------------------------------------------------------===//

OpFoldResult ReverseOp::fold(FoldAdaptor adaptor) {
  RankedTensorType type = getType();
  ArrayRef<int64_t> axes = getAxes();
  if (llvm::all_of(axes,
                   [&](int64_t axis) { return type.getDimSize(axis) <= 1; }))
    return getOperand();
  if (auto inner = getOperand().getDefiningOp<ReverseOp>();
      inner && inner.getAxes() == axes)
    return inner.getOperand();
  if (DenseElementsAttr constant = foldableConstant(adaptor.getOperand())) {
    SmallVector<int64_t> strides = rowMajorStrides(type.getShape());
    if (DenseElementsAttr moved =
            moveElements(constant, type, [&](ArrayRef<int64_t> index) {
              int64_t position = 0;
              for (auto [i, at] : llvm::enumerate(index)) {
                bool isReversed =
                    llvm::is_contained(axes, static_cast<int64_t>(i));
                position += (isReversed ? type.getDimSize(i) - 1 - at : at) *
                            strides[i];
              }
              return position;
            }))
      return moved;
  }
  return {};
}

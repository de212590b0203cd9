//===- InPlace.cpp - inputs that may be an output's memory ----------------===//
//
// An input may share an output's buffer if one nest alone reads it, each turn no
// other elements than it writes in the output, and nothing has touched the output
// before. Turns load all before they store: also a turn over a whole window.
//
//===----------------------------------------------------------------------===//
#include "Stage.h"

using namespace mlir;
using namespace nnc;

namespace {
/// Where an operand of a nest is, from the start of its memory: a number of
/// elements, and one more for each loop.
struct Address {
  int64_t begin = 0;
  SmallVector<int64_t> strides;
  bool operator==(const Address &) const = default;
};
} // namespace

static bool isLinear(AffineExpr expr) {
  bool linear = true;
  expr.walk([&](AffineExpr part) {
    auto kind = part.getKind();
    linear &= kind == AffineExprKind::Add || kind == AffineExprKind::Mul ||
              kind == AffineExprKind::Constant || kind == AffineExprKind::DimId;
  });
  return linear;
}

static std::optional<Address> describe(OpOperand &operand) {
  auto nest = cast<linalg::GenericOp>(operand.getOwner());
  auto type = cast<MemRefType>(operand.get().getType());
  AffineMap map = nest.getMatchingIndexingMap(&operand);
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)) || ShapedType::isDynamic(offset) ||
      llvm::any_of(strides, ShapedType::isDynamic) || !llvm::all_of(map.getResults(), isLinear))
    return std::nullopt;
  auto placeOf = [&](ArrayRef<int64_t> turn) {
    int64_t place = offset;
    for (auto [index, stride] : llvm::zip(map.compose(turn), strides))
      place += index * stride;
    return place;
  };
  SmallVector<int64_t> turn(map.getNumDims(), 0);
  Address address;
  address.begin = placeOf(turn);
  for (int64_t &loop : turn) {
    loop = 1;
    address.strides.push_back(placeOf(turn) - address.begin);
    loop = 0;
  }
  return address;
}

static bool mayShare(Value input, Value output) {
  SmallVector<OpOperand *> reads = findNestUses(input), uses = findNestUses(output);
  if (input.getType() != output.getType() || reads.empty())
    return false;
  auto nest = dyn_cast<linalg::GenericOp>(reads.front()->getOwner());
  if (!nest || nest.getNumReductionLoops() != 0 || !isa<func::FuncOp>(nest->getParentOp()))
    return false;
  SmallVector<Address> written;
  for (OpOperand *use : uses) {
    Operation *op = nest->getBlock()->findAncestorOpInBlock(*use->getOwner());
    if (op != nest && op->isBeforeInBlock(nest))
      return false;
    if (op != nest)
      continue;
    auto address = use->getOwner() == nest && nest.isDpsInit(use) ? describe(*use) : std::nullopt;
    if (!address)
      return false;
    written.push_back(*address);
  }
  // All of the output is written, so that no element is written twice.
  int64_t turns = ShapedType::getNumElements(nest.getStaticLoopRanges());
  if (turns * static_cast<int64_t>(written.size()) !=
      cast<MemRefType>(output.getType()).getNumElements())
    return false;
  return llvm::all_of(reads, [&](OpOperand *read) {
    if (read->getOwner() != nest || nest.isDpsInit(read))
      return false;
    auto address = describe(*read);
    return address && llvm::is_contained(written, *address);
  });
}

ArrayAttr nnc::findInPlacePairs(func::FuncOp function, unsigned inputs, unsigned outputs) {
  Builder b(function.getContext());
  SmallVector<Attribute> pairs;
  for (unsigned i = 0; i != inputs; ++i)
    for (unsigned o = 0; o != outputs; ++o)
      if (mayShare(function.getArgument(i), function.getArgument(inputs + o)))
        pairs.push_back(b.getI64ArrayAttr({i, o}));
  return b.getArrayAttr(pairs);
}

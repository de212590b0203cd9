//===- Buffers.cpp - the temporaries of a kernel --------------------------===//
//
// Temporaries are made while stages are emitted, each with memory of its own.
// When all are known, those that end as an output are computed in it, and the
// rest share the scratch by lifetime, as values share the arena.
//
//===----------------------------------------------------------------------===//
#include "ProductStages.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "nnc/Analysis/ArenaAssignment.h"
#include "nnc/Analysis/Storage.h"
#include "nnc/Conversion/Tasks.h"

using namespace mlir;
using namespace nnc;

Value Buffers::makeTemporary(Location loc, RankedTensorType tensor) {
  SmallVector<int64_t> shape(tensor.getShape());
  if (places != 0)
    shape.insert(shape.begin(), places);
  MemRefType type = getBufferType(tensor.clone(shape));
  if (!scratch) {
    // The size is known only once all temporaries are.
    Block &entry = function.getBody().front();
    scratch = entry.addArgument(MemRefType::get({0}, builder.getI8Type()), loc);
  }
  // Where it begins is decided in the end.
  Value offset = arith::ConstantIndexOp::create(builder, loc, 0);
  Value view = memref::ViewOp::create(builder, loc, type, scratch, offset, ValueRange{});
  return places == 0 ? view : selectFirst(builder, loc, view, place);
}

SmallVector<OpOperand *> nnc::findNestUses(Value buffer) {
  SmallVector<OpOperand *> uses;
  SmallVector<Value> work{buffer};
  while (!work.empty())
    for (OpOperand &use : work.pop_back_val().getUses()) {
      if (isa<ViewLikeOpInterface>(use.getOwner()))
        work.push_back(use.getOwner()->getResult(0));
      else
        uses.push_back(&use);
    }
  return uses;
}

namespace {
/// When each op of a kernel runs. Nests that may become one run at one time.
struct Times {
  explicit Times(Block &body) : body(body) {
    // Views and constants take no time: there may be some before an epilogue.
    int64_t now = 0;
    for (Operation &op : body)
      times[&op] = op.hasAttr(kEpilogueAttrName) || isPure(&op) ? now : ++now;
  }
  int64_t of(OpOperand *use) const {
    return times.lookup(body.findAncestorOpInBlock(*use->getOwner()));
  }

  Block &body;
  llvm::DenseMap<Operation *, int64_t> times;
};
} // namespace

/// Whether a nest reads one buffer and writes another element by element, and
/// nothing needs the first after it or has used the second before it.
static bool endsAs(Value temporary, Value output) {
  SmallVector<OpOperand *> before = findNestUses(temporary), after = findNestUses(output);
  auto isBefore = [](OpOperand *a, OpOperand *b) {
    Block *block = b->getOwner()->getBlock();
    Operation *op = block->findAncestorOpInBlock(*a->getOwner());
    return op && op->isBeforeInBlock(b->getOwner());
  };
  for (OpOperand *read : before) {
    auto nest = dyn_cast<linalg::GenericOp>(read->getOwner());
    if (!nest || read->get() != temporary || nest.getNumReductionLoops() != 0 || nest.isDpsInit(read))
      continue;
    auto *write = llvm::find_if(after, [&](OpOperand *use) { return use->getOwner() == nest; });
    return write != after.end() && (*write)->get() == output && nest.isDpsInit(*write) &&
           nest.getMatchingIndexingMap(read) == nest.getMatchingIndexingMap(*write) &&
           llvm::all_of(before, [&](OpOperand *use) { return use == read || isBefore(use, read); }) &&
           llvm::all_of(after, [&](OpOperand *use) { return use == *write || isBefore(*write, use); });
  }
  return false;
}

void Buffers::finish(ArrayRef<Value> outputs, bool share) {
  if (!scratch)
    return;
  llvm::SmallDenseSet<Value> taken;
  Times times(function.getBody().front());
  SmallVector<memref::ViewOp> kept;
  SmallVector<ArenaBuffer> parts;
  auto drop = [](memref::ViewOp view) {
    Operation *offset = view.getByteShift().getDefiningOp();
    view.erase();
    offset->erase();
  };
  for (Operation *user : llvm::to_vector(scratch.getUsers())) {
    auto view = cast<memref::ViewOp>(user);
    // What rows in blocks have a place of their own for is not used any more.
    if (view.use_empty()) {
      drop(view);
      continue;
    }
    SmallVector<OpOperand *> uses = findNestUses(view);
    auto output = llvm::find_if(outputs, [&](Value output) {
      return share && output.getType() == view.getType() && !taken.contains(output) && endsAs(view, output);
    });
    if (output != outputs.end()) {
      taken.insert(*output);
      view.replaceAllUsesWith(*output);
      drop(view);
      continue;
    }
    ArenaBuffer part{std::max<int64_t>(getByteSize(view.getType()), 1), INT64_MAX, 0};
    if (!share)
      part.begin = 0, part.end = INT64_MAX;
    for (OpOperand *use : uses) {
      part.begin = std::min(part.begin, times.of(use));
      part.end = std::max(part.end, times.of(use));
    }
    kept.push_back(view);
    parts.push_back(part);
  }
  int64_t bytes = assignArenaOffsets(parts);
  for (auto [view, part] : llvm::zip(kept, parts))
    view.getByteShift().getDefiningOp<arith::ConstantOp>().setValueAttr(
        builder.getIndexAttr(part.offset));
  if (kept.empty())
    function.getBody().front().eraseArgument(scratch.getArgNumber());
  else
    scratch.setType(MemRefType::get({bytes}, builder.getI8Type()));
}

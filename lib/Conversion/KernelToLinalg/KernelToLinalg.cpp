//===- KernelToLinalg.cpp - kernels of nn ops to linalg on buffers --------===//
//
// Every `kernel.func` becomes a destination-passing function of linalg.generic
// ops on memrefs. Which values get a buffer is decided here: results, whatever
// cannot be computed element by element, and what would cost more to repeat
// than to store.
//
//===----------------------------------------------------------------------===//
#include "SlicedBody.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "nnc/Analysis/Invariants.h"
#include "nnc/Analysis/Storage.h"
#include "nnc/Conversion/KernelSchedule.h"
#include "nnc/Conversion/Passes.h"
#include "nnc/Conversion/Tasks.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"

namespace nnc {
#define GEN_PASS_DEF_CONVERTKERNELTOLINALG
#include "nnc/Conversion/Passes.h.inc"
} // namespace nnc

using namespace mlir;
using namespace nnc;
using namespace nnc::nn;

//===----------------------------------------------------------------------===//
// Which values have buffers
//===----------------------------------------------------------------------===//

/// Cost of a function that becomes a polynomial.
static constexpr int64_t polynomialCost = 16;

/// Rough cost of one element of an op, in simple arithmetic operations.
static int64_t elementCost(Operation *op) {
  if (isa<ConstantOp, IotaOp, ReshapeOp, BroadcastOp, TransposeOp, SliceOp,
          ReverseOp>(op))
    return 0;
  if (isa<ExpOp, LogOp, TanhOp, LogisticOp, ErfOp, SinOp, CosOp, PowOp, Expm1Op,
          Log1pOp>(op))
    return polynomialCost;
  if (isa<RandomBitsOp, RandomUniformOp, RandomNormalOp>(op))
    return 100;
  if (isa<WindowMaxOp, WindowSumOp, WindowPickOp, WindowScatterOp>(op)) {
    int64_t cost = 4;
    for (int64_t size :
         op->getAttrOfType<DenseI64ArrayAttr>("size").asArrayRef())
      cost *= size;
    return cost;
  }
  if (isa<DivOp, SqrtOp, RsqrtOp, GatherOp, PadOp, ConcatOp>(op))
    return 6;
  return 1;
}

/// Storing an element and loading it again costs about this.
static constexpr int64_t storeCost = 6;

namespace {
/// The ops of a kernel that write a buffer.
class BufferChoice {
public:
  explicit BufferChoice(Block &block) {
    auto terminator = block.getTerminator();
    // Backwards: which buffered ops read each value, through unbuffered ones.
    for (Operation &op : llvm::reverse(block.without_terminator())) {
      llvm::SmallDenseSet<Operation *, 4> readers;
      bool repeated = false, returned = false, joined = false;
      for (Operation *user : op.getUsers()) {
        if (user == terminator) {
          returned = true;
        } else if (buffered.contains(user)) {
          readers.insert(user);
        } else {
          readers.insert_range(readersOf[user]);
        }
        // Another element for each of a larger number of elements.
        if (auto broadcast = dyn_cast<BroadcastOp>(user))
          repeated |= broadcast.getOperand().getType() !=
                      broadcast.getResult().getType();
        // A reduction of windows or the like reads its operand several times.
        repeated |=
            isa<WindowMaxOp, WindowSumOp, WindowPickOp, WindowScatterOp>(user);
        // A gathered or padded element is fetched, not recomputed, per place.
        repeated |= isa<GatherOp, ConcatOp>(user) && elementCost(&op) > 0;
        // What is joined is computed where it belongs.
        joined |= isa<ConcatOp>(user) && buffered.contains(user) &&
                  op.hasTrait<OpTrait::Elementwise>();
      }
      bool needsBuffer =
          returned || joined || !Evaluator::isPointwise(&op) ||
          isa<ContractOp, ConvOp, ConvInputGradOp, ConvWeightGradOp, SortOp,
              CumSumOp, ScatterAddOp>(op);
      for (Operation *reader : readers)
        needsBuffer |= needsOperandBuffers(reader, op);
      needsBuffer |=
          (readers.size() > 1 || repeated) && chainCost(&op) >= storeCost;
      if (needsBuffer)
        buffered.insert(&op);
      readersOf[&op] = std::move(readers);
    }
  }
  bool contains(Operation *op) const { return buffered.contains(op); }

private:
  /// Ops that read buffers as a whole.
  static bool needsOperandBuffers(Operation *reader, Operation &op) {
    if (!isa<ContractOp, ConvOp, ConvInputGradOp, ConvWeightGradOp, SortOp,
             ScatterAddOp>(reader))
      return false;
    return llvm::is_contained(op.getUsers(), reader);
  }

  /// Cost of an element with what it is computed from, up to a bound.
  static int64_t chainCost(Operation *op) {
    int64_t cost = 0;
    SmallVector<Operation *> work{op};
    while (!work.empty() && cost < storeCost) {
      Operation *next = work.pop_back_val();
      cost += elementCost(next);
      for (Value operand : next->getOperands())
        if (Operation *def = operand.getDefiningOp();
            def && Evaluator::isPointwise(def))
          work.push_back(def);
    }
    return cost;
  }

  llvm::SmallPtrSet<Operation *, 16> buffered;
  llvm::DenseMap<Operation *, llvm::SmallDenseSet<Operation *, 4>> readersOf;
};
} // namespace

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Emits what is not computed element by element.
static void emitOp(Evaluator &evaluator, Operation *op) {
  TypeSwitch<Operation *>(op)
      .Case<ReduceSumOp, ReduceMaxOp, ReduceMinOp, ReduceAnyOp, ReduceAllOp>(
          [&](auto op) { evaluator.emitReduction(op); })
      .Case<ArgMaxOp, ArgMinOp>(
          [&](auto op) { evaluator.emitArgReduction(op); })
      .Case<ContractOp>([&](auto op) { evaluator.emitContract(op); })
      .Case<ConvOp>([&](auto op) { evaluator.emitConv(op); })
      .Case<ConvInputGradOp>([&](auto op) { evaluator.emitConvInputGrad(op); })
      .Case<ConvWeightGradOp>(
          [&](auto op) { evaluator.emitConvWeightGrad(op); })
      .Case<ConcatOp>([&](auto op) { evaluator.emitConcat(op); })
      .Case<ScatterAddOp>([&](auto op) { evaluator.emitScatterAdd(op); })
      .Case<CumSumOp>([&](auto op) { evaluator.emitCumSum(op); })
      .Case<SortOp>([&](auto op) { evaluator.emitSort(op); });
}

static bool isEmittedPointwise(Operation *op) {
  return Evaluator::isPointwise(op) && !isa<ConcatOp>(op);
}

/// Whether `op` can be computed in one nest with the ops of `group`: it has
/// their shape, and reads of their results only the element at the same place.
static bool canJoin(Operation *op, ArrayRef<Operation *> group) {
  if (group.empty())
    return true;
  auto shapeOf = [](Operation *op) {
    return cast<RankedTensorType>(op->getResult(0).getType()).getShape();
  };
  if (shapeOf(op) != shapeOf(group.front()))
    return false;
  // A reader, and whether it is read at another place itself.
  using Reader = llvm::PointerIntPair<Operation *, 1, bool>;
  SmallVector<Reader> work{{op, false}};
  llvm::SmallDenseSet<Reader> seen;
  while (!work.empty()) {
    auto [reader, moved] =
        std::pair{work.back().getPointer(), work.back().getInt()};
    work.pop_back();
    bool moves = moved || !reader->hasTrait<OpTrait::Elementwise>();
    for (Value operand : reader->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (!def)
        continue;
      if (llvm::is_contained(group, def)) {
        if (moves)
          return false;
      } else if (seen.insert(Reader(def, moves)).second) {
        work.push_back(Reader(def, moves));
      }
    }
  }
  return true;
}

/// Whether an epilogue gains by being computed in the nest of its product.
static bool isWorthwhile(const Epilogue &epilogue, const BufferChoice &choice,
                         const PackTarget &target) {
  if (epilogue.ops.empty() || !target.optimizations.has(Optimization::Epilogues))
    return false;
  auto type = cast<RankedTensorType>(epilogue.product.getType());
  // Buffers of the product's size that are read and written beside it.
  unsigned streams = epilogue.ops.size() - 1 + epilogue.isProductRead;
  llvm::SmallDenseSet<Value> seen{epilogue.product};
  SmallVector<Operation *> work(epilogue.ops);
  while (!work.empty()) {
    Operation *op = work.pop_back_val();
    // A polynomial would drive the tile's other sums out of registers.
    if (elementCost(op) >= polynomialCost)
      return false;
    for (Value operand : op->getOperands()) {
      Operation *def = operand.getDefiningOp();
      if (!seen.insert(operand).second || llvm::is_contained(epilogue.ops, def))
        continue;
      if (def && !choice.contains(def))
        work.push_back(def);
      else
        streams += cast<RankedTensorType>(operand.getType()).getNumElements() ==
                   type.getNumElements();
    }
  }
  // Several streams are walked faster from one end to the other than in tiles,
  // unless the product would go through memory meanwhile.
  int64_t bytes = type.getNumElements() * type.getElementTypeBitWidth() / 8;
  return streams <= 2 || bytes > 16 * target.cacheBytes;
}

/// The pointwise ops after a product that are computed of its result, as far as
/// they make one nest.
static Epilogue findEpilogue(Operation *product, const BufferChoice &choice,
                             const PackTarget &target) {
  Epilogue epilogue;
  epilogue.product = product->getResult(0);
  SmallVector<Operation *> group{product};
  for (Operation *op = product->getNextNode(); op; op = op->getNextNode()) {
    if (!choice.contains(op))
      continue;
    if (!isEmittedPointwise(op) || !canJoin(op, group))
      break;
    group.push_back(op);
  }
  bool isRead = false;
  SmallVector<Operation *> work(epilogue.product.getUsers());
  llvm::SmallPtrSet<Operation *, 8> seen;
  while (!work.empty()) {
    Operation *user = work.pop_back_val();
    if (!seen.insert(user).second)
      continue;
    if (llvm::is_contained(group, user))
      isRead = true;
    else if (choice.contains(user) || user->hasTrait<OpTrait::IsTerminator>())
      epilogue.isProductRead = true;
    else
      llvm::append_range(work, user->getUsers());
  }
  if (isRead)
    epilogue.ops.assign(group.begin() + 1, group.end());
  return isWorthwhile(epilogue, choice, target) ? epilogue : Epilogue();
}

/// Emits the ops of a kernel between the buffers that its arguments and results
/// have.
static void emitBody(Evaluator &evaluator, Block &body) {
  BufferChoice choice(body);
  SmallVector<Operation *> together;
  auto flush = [&] {
    evaluator.emitPointwise(together);
    together.clear();
  };
  auto provideBuffers = [&](Operation *op) {
    for (Value result : op->getResults())
      if (!evaluator.bufferOf.contains(result))
        evaluator.bufferOf[result] = evaluator.buffers.makeTemporary(
            op->getLoc(), cast<RankedTensorType>(result.getType()));
  };
  // The outer of two joins first.
  for (Operation &op : llvm::reverse(body.without_terminator())) {
    if (!isa<ConcatOp>(op) || !choice.contains(&op))
      continue;
    provideBuffers(&op);
    if (!evaluator.target.optimizations.has(Optimization::Joins))
      continue;
    for (OpOperand &operand : op.getOpOperands())
      if (Operation *def = operand.get().getDefiningOp();
          def && choice.contains(def) && Evaluator::isPointwise(def) &&
          !evaluator.bufferOf.contains(operand.get()))
        evaluator.placeInside(operand);
  }
  llvm::SmallPtrSet<Operation *, 8> done;
  for (Operation &op : body.without_terminator()) {
    if (!choice.contains(&op) || done.contains(&op))
      continue;
    provideBuffers(&op);
    if (isEmittedPointwise(&op)) {
      if (!canJoin(&op, together))
        flush();
      together.push_back(&op);
      continue;
    }
    flush();
    evaluator.epilogue = {};
    if (isa<ContractOp, ConvOp>(op))
      evaluator.epilogue = findEpilogue(&op, choice, evaluator.target);
    if (evaluator.findTiledScatter(evaluator.epilogue.ops))
      evaluator.epilogue = {};
    llvm::for_each(evaluator.epilogue.ops, provideBuffers);
    emitOp(evaluator, &op);
    if (evaluator.epilogue.isEmitted)
      done.insert_range(evaluator.epilogue.ops);
  }
  flush();
}

/// The target as a kernel's schedule has it.
static PackTarget adjust(PackTarget target, kernel::FuncOp kernel) {
  if (auto kib = getScheduleNumber(kernel, "cache"))
    target.cacheBytes = *kib << 10;
  target.panelVectors = getScheduleNumber(kernel, "columns").value_or(target.panelVectors);
  if (auto choice = getScheduleNumber(kernel, "winograd"))
    target.winograd = *choice != 0;
  return target;
}

static void convert(kernel::FuncOp kernel, const PackTarget &target) {
  Location loc = kernel.getLoc();
  OpBuilder builder(kernel);
  SmallVector<Type> arguments;
  for (Type type : kernel.getArgumentTypes())
    arguments.push_back(getBufferType(type));
  for (Type type : kernel.getResultTypes())
    arguments.push_back(getBufferType(type));
  auto function = func::FuncOp::create(builder, loc, kernel.getSymName(),
                                       builder.getFunctionType(arguments, {}));
  function.setPrivate();
  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);

  Block &body = kernel.getBody().front();
  // Normal numbers are the same on every target: nothing near them is contracted.
  bool strict = kernel->hasAttr(kStrictAttrName) || !body.getOps<RandomNormalOp>().empty();
  if (strict)
    function->setAttr(kStrictAttrName, builder.getUnitAttr());
  if (Attribute schedule = kernel->getAttr(kScheduleAttrName))
    function->setAttr(kScheduleAttrName, schedule);
  if (Attribute source = kernel->getAttr(kCopyOfAttrName))
    function->setAttr(kCopyOfAttrName, source);
  Buffers buffers(builder, function);
  Evaluator evaluator(buffers, /*contract=*/!strict, target);
  unsigned inputs = body.getNumArguments();
  for (auto [value, buffer] :
       llvm::zip(body.getArguments(), entry->getArguments())) {
    evaluator.bufferOf[value] = buffer;
    if (Attribute mark = kernel.getArgAttr(value.getArgNumber(), kInvariantAttrName))
      function.setArgAttr(value.getArgNumber(), kInvariantAttrName, mark);
  }
  auto terminator = cast<kernel::ReturnOp>(body.getTerminator());
  for (auto [i, value] : llvm::enumerate(terminator.getValues()))
    evaluator.bufferOf[value] = entry->getArgument(inputs + i);

  auto makes = [&](Optimization what) { return target.optimizations.has(what); };
  std::optional<Slices> slices;
  if (makes(Optimization::Slices))
    slices = findKernelSlices(body);
  if (slices)
    emitSlices(evaluator, kernel, *slices, [&](Block &slice) { emitBody(evaluator, slice); });
  else
    emitBody(evaluator, body);
  function->setAttr(kFirstOutputAttrName, builder.getI64IntegerAttr(inputs));
  function->setAttr(kInplaceAttrName,
                    findInPlacePairs(function, makes(Optimization::InPlace) ? inputs : 0,
                                     terminator.getNumOperands()));
  // Rows meet nothing of each other: what may share a buffer still may.
  if (makes(Optimization::Rows))
    walkRowsInBlocks(evaluator, *entry);
  func::ReturnOp::create(builder, loc);
  SmallVector<Value> outputs;
  for (int64_t i = 0, end = terminator.getNumOperands(); i != end; ++i)
    if (!llvm::any_of(llvm::seq<int64_t>(inputs),
                      [&](int64_t input) { return mayShareBuffer(function, input, i); }))
      outputs.push_back(entry->getArgument(inputs + i));
  buffers.finish(outputs, makes(Optimization::Scratch));
  function.setType(builder.getFunctionType(entry->getArgumentTypes(), {}));
  kernel.erase();
}

namespace {
struct ConvertKernelToLinalg
    : public nnc::impl::ConvertKernelToLinalgBase<ConvertKernelToLinalg> {
  using ConvertKernelToLinalgBase::ConvertKernelToLinalgBase;
  LogicalResult initialize(MLIRContext *context) override {
    std::string unknown = optimizations.dropAll(disabled);
    if (!unknown.empty())
      return emitError(UnknownLoc::get(context))
             << "disable: '" << unknown << "' is none of " << listOptimizations();
    return success();
  }
  void runOnOperation() override {
    PackTarget target{vectorBits, static_cast<int64_t>(cacheBytes),
                      std::max(workers.getValue(), 1u)};
    if (copyBytes != 0)
      target.copyBytes = copyBytes;
    target.optimizations = optimizations;
    for (auto kernel :
         llvm::make_early_inc_range(getOperation().getOps<kernel::FuncOp>()))
      convert(kernel, adjust(target, kernel));
  }

private:
  Optimizations optimizations;
};
} // namespace

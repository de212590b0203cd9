//===- HoistInvariants.cpp - compute once what stays the same -------------===//
//
// A kernel on buffers is a sequence of nests. Those that depend on invariant
// arguments alone, as the packing of weights does, become a kernel of their own
// (`split`); then each call gets the result from where it is computed less often
// (`provide`): before the scan, or in a preparation.
//
//===----------------------------------------------------------------------===//
#include "nnc/Analysis/Invariants.h"
#include "nnc/Analysis/ModelInterface.h"
#include "nnc/Conversion/Tasks.h"
#include "nnc/Dialect/Kernel/IR/Kernel.h"
#include "nnc/Dialect/Kernel/IR/Kernels.h"
#include "nnc/Dialect/Kernel/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/MapVector.h"

namespace nnc::kernel {
#define GEN_PASS_DEF_HOISTINVARIANTS
#include "nnc/Dialect/Kernel/Transforms/Passes.h.inc"
} // namespace nnc::kernel

using namespace mlir;
using namespace nnc;

//===----------------------------------------------------------------------===//
// What depends on invariant arguments alone
//===----------------------------------------------------------------------===//

namespace {

/// The nests of a kernel that can be hoisted, and what they compute.
class InvariantNests {
public:
  explicit InvariantNests(func::FuncOp kernel);

  ArrayRef<linalg::GenericOp> getNests() const { return nests; }
  /// Temporaries that only these write.
  ArrayRef<memref::ViewOp> getTemporaries() const { return temporaries; }
  /// The arguments that they read, in order.
  ArrayRef<unsigned> getArguments() const { return arguments; }

private:
  void collectTemporaries();
  bool readsInvariants(linalg::GenericOp nest);

  func::FuncOp kernel;
  int64_t bytesOfInvariants = 0;
  SmallVector<linalg::GenericOp> nests;
  SmallVector<memref::ViewOp> temporaries;
  SmallVector<unsigned> arguments;
};

} // namespace

/// The argument, or the temporary in scratch, that `buffer` is a view of.
static Value getRoot(Value buffer) {
  while (auto view = buffer.getDefiningOp<ViewLikeOpInterface>()) {
    if (isa<memref::ViewOp>(view))
      break;
    buffer = view.getViewSource();
  }
  return buffer;
}

static int64_t getBytes(Value buffer) { return getByteSize(cast<ShapedType>(buffer.getType())); }

/// What a nest reads: its inputs, and what its payload loads.
static SmallVector<Value> getReadBuffers(linalg::GenericOp nest) {
  SmallVector<Value> buffers(nest.getDpsInputs());
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(nest.getRegion(), captured);
  llvm::copy_if(captured, std::back_inserter(buffers),
                [](Value value) { return isa<MemRefType>(value.getType()); });
  return buffers;
}

/// What is prepared of an operand may be this many times as large.
static constexpr int64_t kMostGrowth = 4;

InvariantNests::InvariantNests(func::FuncOp kernel) : kernel(kernel) {
  for (BlockArgument argument : kernel.getArguments())
    if (kernel.getArgAttr(argument.getArgNumber(), kInvariantAttrName))
      bytesOfInvariants += getBytes(argument);
  if (bytesOfInvariants == 0)
    return;
  collectTemporaries();

  llvm::SmallSetVector<unsigned, 4> read;
  for (auto nest : kernel.getBody().front().getOps<linalg::GenericOp>()) {
    if (!llvm::is_contained(temporaries, getRoot(nest.getDpsInits().front()).getDefiningOp()))
      continue;
    nests.push_back(nest);
    for (Value buffer : getReadBuffers(nest))
      if (auto argument = dyn_cast<BlockArgument>(getRoot(buffer)))
        read.insert(argument.getArgNumber());
  }
  // What no argument goes into is a constant: not worth a place.
  if (read.empty())
    nests.clear(), temporaries.clear();
  arguments = read.takeVector();
  llvm::sort(arguments);
}

bool InvariantNests::readsInvariants(linalg::GenericOp nest) {
  return llvm::all_of(getReadBuffers(nest), [&](Value buffer) {
    Value root = getRoot(buffer);
    if (auto argument = dyn_cast<BlockArgument>(root))
      return kernel.getArgAttr(argument.getArgNumber(), kInvariantAttrName) != nullptr;
    return llvm::is_contained(temporaries, root.getDefiningOp());
  });
}

/// Starts with all temporaries and drops those that something else writes, until
/// none is left to be dropped.
void InvariantNests::collectTemporaries() {
  Block &body = kernel.getBody().front();
  // Uses that are not those of a nest in the kernel's body, as in its tasks.
  llvm::SmallDenseSet<Value> writtenElsewhere;
  kernel.walk([&](Operation *op) {
    auto nest = dyn_cast<linalg::GenericOp>(op);
    if (nest && nest->getBlock() == &body && !nest->hasAttr(kEpilogueAttrName))
      return;
    auto effects = dyn_cast<MemoryEffectOpInterface>(op);
    if (!effects)
      return;
    SmallVector<MemoryEffects::EffectInstance> written;
    effects.getEffects<MemoryEffects::Write>(written);
    for (const MemoryEffects::EffectInstance &effect : written)
      if (Value buffer = effect.getValue())
        writtenElsewhere.insert(getRoot(buffer));
  });
  for (auto view : body.getOps<memref::ViewOp>())
    if (!writtenElsewhere.contains(view) && getBytes(view) <= kMostGrowth * bytesOfInvariants)
      temporaries.push_back(view);

  bool changed = true;
  while (changed) {
    changed = false;
    for (auto nest : body.getOps<linalg::GenericOp>()) {
      SmallVector<Operation *> outputs;
      for (Value output : nest.getDpsInits())
        outputs.push_back(getRoot(output).getDefiningOp());
      bool all = llvm::all_of(outputs, [&](Operation *output) {
        return llvm::is_contained(temporaries, output);
      });
      if (all && readsInvariants(nest))
        continue;
      size_t before = temporaries.size();
      llvm::erase_if(temporaries, [&](memref::ViewOp view) {
        return llvm::is_contained(outputs, view.getOperation());
      });
      changed |= temporaries.size() != before;
    }
  }
}

//===----------------------------------------------------------------------===//
// Splitting a kernel
//===----------------------------------------------------------------------===//

namespace {

/// A kernel that was split.
struct Split {
  /// Computes what the rest needs, of some of the kernel's operands.
  func::FuncOp prepare;
  SmallVector<unsigned> operands;
  RankedTensorType result;
};

struct HoistInvariants : nnc::kernel::impl::HoistInvariantsBase<HoistInvariants> {
  using HoistInvariantsBase::HoistInvariantsBase;
  void runOnOperation() override;

private:
  std::optional<Split> split(func::FuncOp kernel);
  func::FuncOp deduplicate(func::FuncOp kernel);
  void hoist(FunctionOpInterface function);
  Value provide(kernel::CallOp call, const Split &split, FunctionOpInterface function,
                const Invariants &invariants);
  Value readPrepared(FunctionOpInterface function, const Split &split, ValueRange operands);
  FunctionOpInterface getPreparation(FunctionOpInterface function);

  llvm::StringMap<func::FuncOp> byText;
  llvm::MapVector<StringAttr, Split> splits;
  /// What is prepared, by the function that computes it and what that reads.
  DenseMap<Attribute, nn::VariableOp> prepared;
  int64_t numPreparations = 0;
};

} // namespace

/// Moves temporaries into `memory`, one behind the other; returns the bytes.
static int64_t placeTemporaries(OpBuilder &b, ArrayRef<memref::ViewOp> temporaries,
                                Value memory) {
  int64_t bytes = 0;
  for (memref::ViewOp view : temporaries) {
    b.setInsertionPoint(view);
    view.getSourceMutable().assign(memory);
    view.getByteShiftMutable().assign(
        arith::ConstantIndexOp::create(b, view.getLoc(), bytes).getResult());
    bytes += std::max(alignToBuffer(getBytes(view)), kBufferAlignment);
  }
  return bytes;
}

static void setBufferSize(BlockArgument buffer, int64_t bytes) {
  buffer.setType(MemRefType::get({bytes}, IntegerType::get(buffer.getContext(), 8)));
}

std::optional<Split> HoistInvariants::split(func::FuncOp kernel) {
  InvariantNests invariant(kernel);
  if (invariant.getNests().empty())
    return std::nullopt;
  ++numHoisted;
  OpBuilder b(kernel);
  Location loc = kernel.getLoc();
  Block &body = kernel.getBody().front();
  int64_t numInputs = kernel->getAttrOfType<IntegerAttr>(kFirstOutputAttrName).getInt();
  memref::ViewOp first = invariant.getTemporaries().front();
  Value scratch = first.getSource();

  // The temporaries move from scratch to a new input.
  BlockArgument input = body.insertArgument(numInputs, MemRefType::get({0}, b.getI8Type()), loc);
  setBufferSize(input, placeTemporaries(b, invariant.getTemporaries(), input));
  // The others stay where they are.
  int64_t bytes = 0;
  for (Operation *user : scratch.getUsers()) {
    auto view = cast<memref::ViewOp>(user);
    std::optional<int64_t> begin = getConstantIntValue(view.getByteShift());
    bytes = std::max(bytes, *begin + getBytes(view));
  }
  if (bytes > 0)
    setBufferSize(cast<BlockArgument>(scratch), bytes);
  else
    body.eraseArgument(cast<BlockArgument>(scratch).getArgNumber());

  // The nests move into a kernel that has it as its output.
  SmallVector<Type> types;
  for (unsigned argument : invariant.getArguments())
    types.push_back(body.getArgument(argument).getType());
  types.push_back(input.getType());
  b.setInsertionPoint(kernel);
  auto prepare = func::FuncOp::create(b, loc, (kernel.getSymName() + kPrepareEnding).str(),
                                      b.getFunctionType(types, {}));
  prepare.setPrivate();
  prepare->setDiscardableAttrs(kernel->getDiscardableAttrDictionary());
  prepare->setAttr(kFirstOutputAttrName, b.getI64IntegerAttr(types.size() - 1));
  prepare->setAttr(kInplaceAttrName, b.getArrayAttr({}));
  prepare->removeAttr(kCopyOfAttrName);
  Block *entry = prepare.addEntryBlock();
  b.setInsertionPointToStart(entry);
  IRMapping map;
  for (auto [from, to] : llvm::zip(invariant.getArguments(), entry->getArguments()))
    map.map(body.getArgument(from), to);
  map.map(input, entry->getArguments().back());
  for (linalg::GenericOp nest : invariant.getNests()) {
    for (Value operand : nest->getOperands())
      kernel::rebuildViews(b, operand, map);
    llvm::SetVector<Value> captured;
    getUsedValuesDefinedAbove(nest.getRegion(), captured);
    for (Value value : captured)
      kernel::rebuildViews(b, value, map);
    b.clone(*nest, map);
  }
  func::ReturnOp::create(b, loc);
  for (linalg::GenericOp nest : invariant.getNests())
    nest.erase();

  kernel.removeArgAttrsAttr();
  kernel.setType(b.getFunctionType(body.getArgumentTypes(), {}));
  kernel->setAttr(kFirstOutputAttrName, b.getI64IntegerAttr(numInputs + 1));
  auto result = RankedTensorType::get(cast<MemRefType>(input.getType()).getShape(), b.getI8Type());
  return Split{deduplicate(prepare), llvm::to_vector(invariant.getArguments()), result};
}

/// Entries for several batches prepare the same weights in the same way.
func::FuncOp HoistInvariants::deduplicate(func::FuncOp kernel) {
  std::string strict = kernel->hasAttr(nn::kStrictAttrName) ? "strict " : "";
  auto [it, isNew] = byText.try_emplace(strict + kernel::getBodyText(kernel), kernel);
  if (!isNew)
    kernel.erase();
  return it->second;
}

//===----------------------------------------------------------------------===//
// Where the result comes from
//===----------------------------------------------------------------------===//

/// The same value at `b`, if it is not what is there to be read.
static Value rebuildRoot(OpBuilder &b, Value root, Type type) {
  if (Operation *op = root.getDefiningOp(); op && isa<nn::ConstantOp, nn::ReadOp>(op))
    root = b.clone(*op)->getResult(0);
  if (root.getType() == type)
    return root;
  return nn::ReshapeOp::create(b, root.getLoc(), type, root);
}

static Value callPrepare(OpBuilder &b, Location loc, const Split &split, ValueRange operands) {
  func::FuncOp prepare = split.prepare;
  return kernel::CallOp::create(b, loc, TypeRange(split.result), prepare.getSymName(), operands,
                                /*places=*/nullptr, /*scratch=*/nullptr)
      .getResult(0);
}

/// What `split` prepares for a call, as a value where the call is.
Value HoistInvariants::provide(kernel::CallOp call, const Split &split,
                               FunctionOpInterface function, const Invariants &invariants) {
  // Out of as many scans as pass all of the operands in.
  SmallVector<Value> roots;
  for (unsigned operand : split.operands)
    roots.push_back(getStorageRoot(call.getInputs()[operand]));
  SmallVector<nn::ScanOp> scans;
  Operation *place = call;
  while (auto scan = dyn_cast<nn::ScanOp>(place->getParentOp())) {
    SmallVector<Value> outer;
    for (Value root : roots) {
      auto argument = dyn_cast<BlockArgument>(root);
      if (!argument)
        outer.push_back(root);
      else if (llvm::is_contained(scan.getCaptureArguments(), argument))
        outer.push_back(getStorageRoot(scan->getOperand(argument.getArgNumber())));
    }
    if (outer.size() != roots.size())
      break;
    roots = outer;
    scans.push_back(scan);
    place = scan;
  }

  bool isLasting = llvm::all_of(roots, [&](Value root) { return invariants.isLasting(root); });
  SmallVector<Type> types;
  for (unsigned operand : split.operands)
    types.push_back(call.getInputs()[operand].getType());
  OpBuilder b(place);
  SmallVector<Value> operands;
  Value value;
  if (isLasting && isa<FunctionOpInterface>(place->getParentOp()) &&
      (function->hasAttr(kPreparedByAttrName) || numPreparations < kMaxPreparations)) {
    Block &preparation = getPreparation(function).getFunctionBody().front();
    b.setInsertionPoint(preparation.getTerminator());
    for (auto [root, type] : llvm::zip(roots, types)) {
      if (auto argument = dyn_cast<BlockArgument>(root))
        root = preparation.getArgument(argument.getArgNumber());
      operands.push_back(rebuildRoot(b, root, type));
    }
    value = readPrepared(function, split, operands);
  } else {
    for (auto [root, type] : llvm::zip(roots, types))
      operands.push_back(rebuildRoot(b, root, type));
    value = callPrepare(b, call.getLoc(), split, operands);
  }
  for (nn::ScanOp scan : llvm::reverse(scans)) {
    scan.getCapturesMutable().append(value);
    value = scan.getBodyBlock()->addArgument(value.getType(), value.getLoc());
  }
  return value;
}

/// The function that prepares for `function`: an entry that has its inputs.
FunctionOpInterface HoistInvariants::getPreparation(FunctionOpInterface function) {
  if (auto name = function->getAttrOfType<FlatSymbolRefAttr>(kPreparedByAttrName))
    return getOperation().lookupSymbol<FunctionOpInterface>(name.getAttr());
  OpBuilder b = OpBuilder::atBlockEnd(getOperation().getBody());
  Location loc = function.getLoc();
  auto preparation = nn::EntryOp::create(b, loc, (function.getName() + kPrepareEnding).str(),
                                         b.getFunctionType(function.getArgumentTypes(), {}),
                                         /*arg_attrs=*/nullptr, /*res_attrs=*/nullptr,
                                         /*base_name=*/nullptr);
  preparation->setAttr(kPreparationAttrName, b.getI64IntegerAttr(numPreparations++));
  b.setInsertionPointToEnd(preparation.addEntryBlock());
  nn::ReturnOp::create(b, loc, ValueRange{});
  function->setAttr(kPreparedByAttrName, FlatSymbolRefAttr::get(preparation));
  return preparation;
}

/// What `operands` give, which stand in the preparation of `function`, read from
/// the variable that it is kept in.
Value HoistInvariants::readPrepared(FunctionOpInterface function, const Split &split,
                                    ValueRange operands) {
  OpBuilder b(&getContext());
  func::FuncOp prepare = split.prepare;
  SmallVector<Attribute> parts{prepare.getSymNameAttr()};
  for (Value operand : operands) {
    Value root = getStorageRoot(operand);
    if (auto argument = dyn_cast<BlockArgument>(root))
      parts.append({b.getStringAttr(function.getName()), b.getI64IntegerAttr(argument.getArgNumber())});
    else
      parts.push_back(root.getDefiningOp()->getAttrDictionary());
  }
  nn::VariableOp &variable = prepared[b.getArrayAttr(parts)];
  Location loc = prepare.getLoc();
  if (!variable) {
    b.setInsertionPointToEnd(getOperation().getBody());
    std::string name = "prepared." + std::to_string(prepared.size() - 1);
    variable = nn::VariableOp::create(b, loc, nn::VariableKind::prepared, name, split.result);
    Block &init = variable.getInit().emplaceBlock();
    init.addArgument(RankedTensorType::get({2}, b.getI64Type()), loc);
    b.setInsertionPointToEnd(&init);
    Value zero = nn::ConstantOp::create(
        b, loc, DenseElementsAttr::get(split.result, b.getI8IntegerAttr(0).getValue()));
    nn::YieldOp::create(b, loc, zero);
  }
  auto find = [&](FunctionOpInterface in, auto isWanted) {
    return llvm::find_if(in.getFunctionBody().front(), isWanted);
  };
  StringRef name = variable.getSymName();
  FunctionOpInterface preparation = getPreparation(function);
  Block &before = preparation.getFunctionBody().front();
  bool isComputed = find(preparation, [&](Operation &op) {
                      auto write = dyn_cast<nn::WriteOp>(op);
                      return write && write.getVariable() == name;
                    }) != before.end();
  if (!isComputed) {
    b.setInsertionPoint(before.getTerminator());
    nn::WriteOp::create(b, loc, name, callPrepare(b, loc, split, operands));
  }
  Block &body = function.getFunctionBody().front();
  auto known = find(function, [&](Operation &op) {
    auto read = dyn_cast<nn::ReadOp>(op);
    return read && read.getVariable() == name;
  });
  if (known != body.end())
    return known->getResult(0);
  b.setInsertionPointToStart(&body);
  return nn::ReadOp::create(b, loc, split.result, name);
}

void HoistInvariants::hoist(FunctionOpInterface function) {
  Invariants invariants(function);
  SmallVector<kernel::CallOp> calls;
  function.walk([&](kernel::CallOp call) { calls.push_back(call); });
  for (kernel::CallOp call : calls) {
    auto it = splits.find(call.getKernelAttr().getAttr());
    if (it == splits.end())
      continue;
    Value value = provide(call, it->second, function, invariants);
    call.getInputsMutable().append(value);
  }
}

void HoistInvariants::runOnOperation() {
  ModuleOp module = getOperation();
  for (auto kernel : llvm::to_vector(module.getOps<func::FuncOp>()))
    if (!kernel.isExternal())
      if (auto parts = split(kernel))
        splits[kernel.getSymNameAttr()] = *parts;
  SmallVector<FunctionOpInterface> functions;
  for (auto function : module.getOps<FunctionOpInterface>())
    if (nn::isGraphFunction(function))
      functions.push_back(function);
  for (FunctionOpInterface function : functions)
    hoist(function);
  byText.clear();
  splits.clear();
  prepared.clear();
  numPreparations = 0;
}

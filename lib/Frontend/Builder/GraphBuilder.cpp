//===- GraphBuilder.cpp - variables, functions, constants, randomness -----===//
//
// The frame of a module: what is declared in it, the bookkeeping of reads and
// writes inside one function, and the values that come from nowhere.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Builder/GraphBuilder.h"

using namespace mlir;

namespace nnc {

GraphBuilder::GraphBuilder(ModuleOp module)
    : module(module), ops(module.getContext()), loc(module.getLoc()) {
  for (auto variable : module.getOps<nn::VariableOp>())
    variables[variable.getSymName()] = variable;
  ops.setInsertionPointToEnd(module.getBody());
}

Value GraphBuilder::fail(const Twine &text) {
  error = text.str();
  return nullptr;
}

bool GraphBuilder::admit(RankedTensorType type) {
  if (!getType(type.getElementType(), type.getShape()))
    return false;
  if (++numOps <= maxOps)
    return true;
  fail("the graph has more than " + Twine(maxOps) + " operations");
  return false;
}

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

nn::VariableOp
GraphBuilder::createVariable(nn::VariableKind kind, StringRef name,
                             llvm::function_ref<Value(Value random)> init) {
  OpBuilder::InsertionGuard guard(ops);
  if (firstFunction)
    ops.setInsertionPoint(firstFunction);
  else
    ops.setInsertionPointToEnd(module.getBody());

  // The type follows from the initial value, so the op is made with a stand-in.
  auto stateType = RankedTensorType::get({2}, ops.getI64Type());
  auto variable = nn::VariableOp::create(ops, loc, kind, name, stateType);
  Block *block = ops.createBlock(&variable.getInit());
  Value state = block->addArgument(stateType, loc);

  auto savedLoops = std::exchange(loops, {});
  Value savedState = std::exchange(randomState, state);
  int64_t savedDraws = std::exchange(numDraws, 0);
  Value value = init(state);
  loops = std::move(savedLoops);
  randomState = savedState;
  numDraws = savedDraws;
  if (!value) {
    variable.erase();
    return nullptr;
  }
  ops.setInsertionPointToEnd(block);
  nn::YieldOp::create(ops, loc, value);
  variable.setTypeAttr(TypeAttr::get(value.getType()));
  variables[name] = variable;
  return variable;
}

nn::VariableOp GraphBuilder::lookupVariable(StringRef name) const {
  return variables.lookup(name);
}

void GraphBuilder::eraseVariable(nn::VariableOp variable) {
  variables.erase(variable.getSymName());
  variable.erase();
}

Value GraphBuilder::readVariable(nn::VariableOp variable) {
  Value &value = reads[variable];
  if (!value) {
    OpBuilder::InsertionGuard guard(ops);
    // Reads stand at the start, in order of first use.
    if (reads.size() > 1)
      ops.setInsertionPointAfter(
          std::prev(reads.end(), 2)->second.getDefiningOp());
    else
      ops.setInsertionPointToStart(body);
    value = nn::ReadOp::create(ops, loc, variable.getTensorType(),
                               variable.getSymName())
                .getResult();
  }
  return value;
}

void GraphBuilder::writeVariable(nn::VariableOp variable, Value value) {
  writes[variable] = value;
}

nn::VariableOp GraphBuilder::getReadVariable(Value value) {
  auto read = value.getDefiningOp<nn::ReadOp>();
  return read ? lookupVariable(read.getVariable()) : nn::VariableOp();
}

SmallVector<nn::VariableOp> GraphBuilder::getReadParameters() {
  SmallVector<nn::VariableOp> found;
  for (auto variable : module.getOps<nn::VariableOp>())
    if (variable.getKind() == nn::VariableKind::parameter &&
        reads.lookup(variable))
      found.push_back(variable);
  return found;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

static ArrayAttr nameAttributes(OpBuilder &ops, ArrayRef<StringRef> names) {
  SmallVector<Attribute> dicts;
  for (StringRef name : names)
    dicts.push_back(ops.getDictionaryAttr(
        ops.getNamedAttr("nn.name", ops.getStringAttr(name))));
  return ops.getArrayAttr(dicts);
}

Operation *GraphBuilder::beginFunction(bool isStep, StringRef name,
                                       StringRef baseName,
                                       ArrayRef<GraphInput> inputs) {
  SmallVector<Type> types;
  SmallVector<Location> locs;
  SmallVector<StringRef> names;
  for (const GraphInput &input : inputs) {
    types.push_back(input.type);
    locs.push_back(input.loc);
    names.push_back(input.name);
  }
  ops.setInsertionPointToEnd(module.getBody());
  auto type = TypeAttr::get(ops.getFunctionType(types, {}));
  auto argAttrs = nameAttributes(ops, names);
  StringAttr base =
      name == baseName ? StringAttr() : ops.getStringAttr(baseName);
  if (isStep)
    function = nn::StepOp::create(ops, loc, ops.getStringAttr(name), type,
                                  argAttrs, /*res_attrs=*/ArrayAttr(), base);
  else
    function = nn::EntryOp::create(ops, loc, ops.getStringAttr(name), type,
                                   argAttrs, /*res_attrs=*/ArrayAttr(), base);
  if (!firstFunction)
    firstFunction = function;
  body = ops.createBlock(&function->getRegion(0), {}, types, locs);
  reads.clear();
  writes.clear();
  randomState = nullptr;
  numDraws = 0;
  numOps = 0;
  return function;
}

void GraphBuilder::endFunction(ArrayRef<GraphOutput> outputs) {
  ops.setInsertionPointToEnd(body);
  if (numDraws != 0) {
    auto type = tensorTypeOf(randomState);
    Value one = constant(type, {0, 1});
    writeVariable(lookupVariable("random.state"),
                  make<nn::AddOp>(type, randomState, one));
  }
  for (auto &[variable, value] : writes)
    nn::WriteOp::create(ops, loc, cast<nn::VariableOp>(variable).getSymName(),
                        value);
  SmallVector<Value> values;
  SmallVector<Type> types;
  SmallVector<StringRef> names;
  for (const GraphOutput &output : outputs) {
    values.push_back(output.value);
    types.push_back(output.value.getType());
    names.push_back(output.name);
  }
  nn::ReturnOp::create(ops, loc, values);
  auto interface = cast<FunctionOpInterface>(function);
  interface.setType(ops.getFunctionType(interface.getArgumentTypes(), types));
  function->setAttr("res_attrs", nameAttributes(ops, names));
  function = nullptr;
  body = nullptr;
  ops.setInsertionPointToEnd(module.getBody());
}

void GraphBuilder::abandonFunction() {
  while (isInScan())
    abandonScan();
  ops.setInsertionPointToEnd(module.getBody());
  if (firstFunction == function)
    firstFunction = nullptr;
  reads.clear();
  writes.clear();
  function->erase();
  function = nullptr;
  body = nullptr;
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

RankedTensorType GraphBuilder::getType(Type element, ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t size : shape) {
    if (size < 1) {
      fail("a tensor of shape " + describeShape(shape) + " would be empty");
      return nullptr;
    }
    if (size > maxElements / count) {
      fail("a tensor of shape " + describeShape(shape) +
           " is too large: more than 2^40 elements");
      return nullptr;
    }
    count *= size;
  }
  if (shape.size() > 8) {
    fail("a tensor of shape " + describeShape(shape) +
         " has more than 8 dimensions");
    return nullptr;
  }
  return RankedTensorType::get(shape, element);
}

static TypedAttr numberAttribute(Type element, double value) {
  if (auto type = dyn_cast<FloatType>(element))
    return FloatAttr::get(type, value);
  auto type = cast<IntegerType>(element);
  if (type.getWidth() == 1)
    return BoolAttr::get(element.getContext(), value != 0);
  return IntegerAttr::get(type, APInt(type.getWidth(), int64_t(value),
                                      /*isSigned=*/true,
                                      /*implicitTrunc=*/true));
}

Value GraphBuilder::splat(RankedTensorType type, double value) {
  if (!type || !admit(type))
    return nullptr;
  auto values = SplatElementsAttr::get(
      type, Attribute(numberAttribute(type.getElementType(), value)));
  return nn::ConstantOp::create(ops, loc, type, values).getResult();
}

Value GraphBuilder::splatInt(RankedTensorType type, int64_t value) {
  if (!type || !admit(type))
    return nullptr;
  if (!isa<IntegerType>(type.getElementType()))
    return splat(type, double(value));
  unsigned width = type.getElementType().getIntOrFloatBitWidth();
  auto attr =
      width == 1
          ? Attribute(BoolAttr::get(getContext(), value != 0))
          : Attribute(IntegerAttr::get(type.getElementType(),
                                       APInt(width, value, /*isSigned=*/true,
                                             /*implicitTrunc=*/true)));
  return nn::ConstantOp::create(ops, loc, type,
                                SplatElementsAttr::get(type, attr))
      .getResult();
}

Value GraphBuilder::constant(RankedTensorType type, ArrayRef<double> values) {
  if (!type || !admit(type))
    return nullptr;
  SmallVector<Attribute> elements;
  elements.reserve(values.size());
  for (double value : values)
    elements.push_back(numberAttribute(type.getElementType(), value));
  return nn::ConstantOp::create(ops, loc, type,
                                DenseElementsAttr::get(type, elements))
      .getResult();
}

Value GraphBuilder::iota(RankedTensorType type, int64_t axis) {
  return make<nn::IotaOp>(type, axis);
}

//===----------------------------------------------------------------------===//
// Random
//===----------------------------------------------------------------------===//

Value GraphBuilder::randomStateAt(size_t depth) {
  if (depth == 0) {
    if (randomState)
      return randomState;
    auto variable = lookupVariable("random.state");
    if (!variable)
      variable = createVariable(nn::VariableKind::state, "random.state",
                                [](Value state) { return state; });
    return randomState = readVariable(variable);
  }
  // Each turn has a seed of its own, drawn before the loop.
  if (Value known = loops[depth - 1].randomState)
    return known;
  Value outer = randomStateAt(depth - 1);
  Loop &loop = loops[depth - 1];
  OpBuilder::InsertionGuard guard(ops);
  ops.restoreInsertionPoint(loop.before);
  Type wide = ops.getI64Type();
  int64_t turns = tensorTypeOf(loop.arrays.front()).getDimSize(0);
  Value words = make<nn::RandomBitsOp>(getType(ops.getI32Type(), {turns, 2}),
                                       outer, numDraws++);
  auto places = RankedTensorType::get({turns, 2}, wide);
  Value halves = broadcastTo(
      constant(RankedTensorType::get({2}, wide), {4294967296.0, 1}),
      places.getShape());
  Value seeds = reduce("sum", binary("mul", convert(words, wide), halves), {1},
                       /*keepDims=*/true);
  Value counters = splatInt(RankedTensorType::get({turns, 1}, wide), 0);
  loop.randomStates = concat({seeds, counters}, 1);
  loop.before = ops.saveInsertionPoint();
  loop.randomState = loop.region->front().addArgument(outer.getType(), loc);
  return loop.randomState;
}

Value GraphBuilder::random(Random what, RankedTensorType type) {
  if (!type)
    return nullptr;
  if (type.getNumElements() > int64_t(1) << 32)
    return fail("at most 2^32 values are drawn at once, not " +
                Twine(type.getNumElements()) + " for " +
                describeElement(type.getElementType()) +
                describeShape(type.getShape()));
  Value state = randomStateAt(loops.size());
  int64_t stream = numDraws++;
  switch (what) {
  case Random::Bits:
    return make<nn::RandomBitsOp>(type, state, stream);
  case Random::Uniform:
    return make<nn::RandomUniformOp>(type, state, stream);
  case Random::Normal:
    return make<nn::RandomNormalOp>(type, state, stream);
  }
  llvm_unreachable("unknown draw");
}

} // namespace nnc

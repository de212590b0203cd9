//===- IntrinsicBuiltins.cpp - what only the compiler can do --------------===//
//
// Gradients, checks with messages, and questions about compile-time values.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"
#include "nnc/Dialect/NN/IR/VariableNames.h"

using namespace mlir;

namespace nnc::sema {

static Datum emitGrad(BuiltinCall &call) {
  std::vector<Datum> args{call.args[0]};
  args.insert(args.end(), call.rest.begin(), call.rest.end());
  if (args.size() < 2)
    return call.gen.poison(call.loc, "'grad' needs what to differentiate by: "
                                     "grad(loss, x)");
  return call.gen.gradient(args, call.loc);
}

static Datum emitStopGradient(BuiltinCall &call) {
  if (call.args[0].isNumber())
    return call.args[0];
  Value x = call.gen.toTensor(call.args[0], call.loc);
  if (!x)
    return Datum();
  call.gen.builder.setLoc(call.gen.mlirLoc(call.loc));
  return call.gen.tensor(call.gen.builder.stopGradient(x), call.loc);
}

static Datum emitFrozen(BuiltinCall &call) {
  return call.gen.modelInMode(call.args[0].getString(), CallMode::Frozen,
                              call.loc);
}

static Datum emitAveraged(BuiltinCall &call) {
  return call.gen.modelInMode(call.args[0].getString(), CallMode::Averaged,
                              call.loc);
}

/// `metric, count = reported()`: the last metric that `PREFIX_report` was
/// given, and how many it was given. These are variables, which `report`
/// writes, so that a checkpoint has them.
static Datum emitReported(BuiltinCall &call) {
  if (call.gen.mode != GraphGen::Mode::Graph)
    return call.gen.poison(call.loc, "'reported' stands in a schedule");
  GraphBuilder &builder = call.gen.builder;
  OpBuilder &ops = builder.getOps();
  auto read = [&](StringRef name, Type element) {
    auto type = RankedTensorType::get({}, element);
    return Datum::ofTensor(
        builder.readVariable(call.gen.makeSlot(name, type, 0)));
  };
  Datum metric = read(nn::kReportedMetricName, ops.getF32Type());
  Datum count = read(nn::kReportCountName, ops.getI64Type());
  return Datum::ofTuple({metric, count});
}

/// `parameters(M)`: the parameters of a model, as a list of tensors.
static Datum emitParameters(BuiltinCall &call) {
  if (!call.args[0].isPath())
    return call.gen.poison(call.loc, "expected a model, but got " +
                                         call.args[0].describeKind());
  Datum::Elements values;
  for (nn::VariableOp variable :
       call.gen.parametersOf(call.args[0].getString(), call.loc))
    values.push_back(Datum::ofTensor(call.gen.currentValue(variable)));
  if (values.empty())
    return Datum();
  return Datum::ofList(std::move(values));
}

/// The text with values in place of each `{}`.
static std::string formatText(StringRef left, ArrayRef<Datum> values) {
  std::string text;
  size_t next = 0;
  while (!left.empty()) {
    auto [before, after] = left.split("{}");
    text += before;
    if (before.size() != left.size() && next < values.size()) {
      const Datum &value = values[next++];
      text += value.isString() ? value.getString().str() : value.describe();
    }
    left = after;
  }
  return text;
}

/// `format("text {} …", a, b)`.
static Datum emitFormat(BuiltinCall &call) {
  return Datum::ofString(formatText(call.args[0].getString(), call.rest));
}

/// `ok = require(condition, "text {} …", a, b)`: an error at the user's call
/// unless the condition holds; `{}` stand for the values.
static Datum emitRequire(BuiltinCall &call) {
  if (!call.args[0].isBool())
    return call.gen.poison(call.loc, "'require' takes a condition that is "
                                     "known when compiling, but got " +
                                         call.args[0].describeKind());
  if (call.args[0].getBool())
    return Datum::ofBool(true);
  std::string text = formatText(call.args[1].getString(), call.rest);
  // Nothing after a broken requirement can be judged.
  call.gen.error(call.loc, text);
  call.gen.abandon(*call.gen.frame);
  return Datum();
}

static Datum emitLen(BuiltinCall &call) {
  const Datum &x = call.args[0];
  if (x.isList())
    return Datum::ofInt(x.getElements().size());
  if (x.isString())
    return Datum::ofInt(x.getString().size());
  if (x.isTensor() && rankOf(x.getTensor()) > 0)
    return Datum::ofInt(shapeOf(x.getTensor())[0]);
  return call.gen.poison(call.loc, x.describeKind() + " has no length");
}

/// `range(n)`, `range(a, b)`: a list of ints.
static Datum emitRange(BuiltinCall &call) {
  int64_t start = call.args[1].isNone() ? 0 : call.args[0].getInt();
  int64_t stop =
      call.args[1].isNone() ? call.args[0].getInt() : call.args[1].getInt();
  if (stop > start && uint64_t(stop) - uint64_t(start) > 100000)
    return call.gen.poison(call.loc, "a list of more than 100000 elements");
  Datum::Elements values;
  for (int64_t i = start; i < stop; ++i)
    values.push_back(Datum::ofInt(i));
  return Datum::ofList(std::move(values));
}

static Datum emitIsTensor(BuiltinCall &call) {
  return Datum::ofBool(call.args[0].isTensor());
}

static Datum emitIsList(BuiltinCall &call) {
  return Datum::ofBool(call.args[0].isList());
}

static Datum emitIsInt(BuiltinCall &call) {
  return Datum::ofBool(call.args[0].isInt());
}

static Datum emitIsFloat(BuiltinCall &call) {
  const Datum &x = call.args[0];
  return Datum::ofBool(x.isFloat() || (x.isTensor() && isFloat(x.getTensor())));
}

/// `as_tensor(x)`: numbers and lists as tensors.
static Datum emitAsTensor(BuiltinCall &call) {
  Value x = call.gen.toTensor(call.args[0], call.loc);
  return x ? Datum::ofTensor(x) : Datum();
}

/// `as_index(x)`: whole numbers that were given as a list as i32; anything else
/// as it is.
static Datum emitAsIndex(BuiltinCall &call) {
  GraphGen &gen = call.gen;
  if (!call.args[0].isLiteral())
    return call.args[0];
  Type element = gen.builder.getOps().getI32Type();
  return gen.tensor(gen.toTensor(call.args[0], call.loc, element), call.loc);
}

/// `normalizer(x, mean, deviation)`: gives x, and notes that the two states of
/// these names standardise it, if it is an input.
static Datum emitNormalizer(BuiltinCall &call) {
  GraphGen &gen = call.gen;
  if (!call.args[0].isTensor() || !call.args[1].isTensor() ||
      !call.args[2].isTensor())
    return gen.poison(call.loc, "'normalizer' takes an input and two states");
  auto input = dyn_cast<BlockArgument>(call.args[0].getTensor());
  nn::VariableOp mean = gen.builder.getReadVariable(call.args[1].getTensor());
  nn::VariableOp deviation =
      gen.builder.getReadVariable(call.args[2].getTensor());
  if (!input || !mean || !deviation)
    return call.args[0];
  OpBuilder &ops = gen.builder.getOps();
  StringRef name = gen.function.decl->params[input.getArgNumber()].name.name;
  gen.normalizers.insert(ops.getDictionaryAttr(
      {ops.getNamedAttr("mean", ops.getStringAttr(mean.getSymName())),
       ops.getNamedAttr("deviation", ops.getStringAttr(deviation.getSymName())),
       ops.getNamedAttr("input", ops.getStringAttr(name))}));
  return call.args[0];
}

ArrayRef<Builtin> getIntrinsicBuiltins() {
  static constexpr Builtin table[] = {
      {"as_index", "x",
       "Whole numbers that were given as a list, as i32; anything else as it "
       "is. Shapes: any, the same out. Derivative: none. Ops: convert.",
       emitAsIndex},
      {"as_tensor", "x",
       "A number or nested lists as a tensor. Shapes: the lists'. Ops: "
       "constant.",
       emitAsTensor},
      {"averaged", "model:model",
       "The model with the averages that `ema=` keeps. Shapes: the model's. "
       "Derivative: none. Ops: read, select.",
       emitAveraged},
      {"format", "text:string values*",
       "The text with each {} replaced by a value. Shapes: compile-time text. "
       "Derivative: none. Ops: none.",
       emitFormat},
      {"frozen", "model:model",
       "The model with parameters that get no gradient. Shapes: the model's. "
       "Derivative: 0 for its parameters. Ops: stop_gradient.",
       emitFrozen},
      {"grad", "loss by*",
       "∂loss/∂x for each x, any number of times. Shapes: a scalar; each that "
       "of its x. Ops: gradient.",
       emitGrad},
      {"is_float", "x",
       "Whether it is a tensor or number of floats. Shapes: a compile-time "
       "bool. Derivative: none. Ops: none.",
       emitIsFloat},
      {"is_int", "x",
       "Whether it is an int that is known when compiling. Shapes: a "
       "compile-time bool. Derivative: none. Ops: none.",
       emitIsInt},
      {"is_list", "x",
       "Whether it is a list. Shapes: a compile-time bool. Derivative: none. "
       "Ops: none.",
       emitIsList},
      {"is_tensor", "x",
       "Whether it is a tensor. Shapes: a compile-time bool. Derivative: none. "
       "Ops: none.",
       emitIsTensor},
      {"len", "x",
       "The length of a list. Shapes: a compile-time int. Derivative: none. "
       "Ops: none.",
       emitLen},
      {"normalizer", "x mean deviation",
       "x; tells `train --standardize` what the two states are of. Shapes: "
       "any, the result's the operand's. Ops: none.",
       emitNormalizer},
      {"parameters", "model",
       "The parameters of a model, as a list. Shapes: theirs. Ops: read.",
       emitParameters},
      {"range", "start:int stop:int=none",
       "The ints from 0 or start, below stop. Shapes: a compile-time list. "
       "Derivative: none. Ops: none.",
       emitRange},
      {"reported", "",
       "The last metric of the validation, and how many there were. Shapes: "
       "two scalars. Derivative: none. Ops: read.",
       emitReported},
      {"require", "condition text:string values*",
       "Refuses the call with a text unless the condition holds. Shapes: "
       "compile-time values. Derivative: none. Ops: none.",
       emitRequire},
      {"stop_gradient", "x",
       "x, without a gradient. Shapes: any, the result's the operand's. "
       "Derivative: 0 everywhere. Ops: stop_gradient.",
       emitStopGradient},
  };
  return table;
}

} // namespace nnc::sema

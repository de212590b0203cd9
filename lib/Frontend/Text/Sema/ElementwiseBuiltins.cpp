//===- ElementwiseBuiltins.cpp - exp, maximum, where, casts, reductions ---===//
//
// Functions of one element, and over whole axes.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"
#include "llvm/ADT/StringSwitch.h"
#include <cmath>

using namespace mlir;

namespace nnc::sema {

/// The value of a unary function at a compile-time number.
static std::optional<double> fold(StringRef name, double x) {
  using Function = double (*)(double);
  auto function =
      llvm::StringSwitch<Function>(name)
          .Case("abs", [](double x) { return std::abs(x); })
          .Case("cos", [](double x) { return std::cos(x); })
          .Case("erf", [](double x) { return std::erf(x); })
          .Case("exp", [](double x) { return std::exp(x); })
          .Case("expm1", [](double x) { return std::expm1(x); })
          .Case("log", [](double x) { return std::log(x); })
          .Case("log1p", [](double x) { return std::log1p(x); })
          .Case("sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); })
          .Case("sin", [](double x) { return std::sin(x); })
          .Case("sqrt", [](double x) { return std::sqrt(x); })
          .Case("rsqrt", [](double x) { return 1 / std::sqrt(x); })
          .Case("tanh", [](double x) { return std::tanh(x); })
          .Default(nullptr);
  if (!function)
    return std::nullopt;
  return function(x);
}

static Datum emitUnary(BuiltinCall &call) {
  const Datum &x = call.args[0];
  if (x.isNumber()) {
    if (call.name == "floor" || call.name == "ceil" || call.name == "round") {
      double value = call.name == "floor"  ? std::floor(x.getNumber())
                     : call.name == "ceil" ? std::ceil(x.getNumber())
                                           : std::nearbyint(x.getNumber());
      if (std::abs(value) < 9e15)
        return Datum::ofInt(int64_t(value));
      return Datum::ofFloat(value);
    }
    if (call.name == "abs" && x.isInt() && x.getInt() != INT64_MIN)
      return Datum::ofInt(std::abs(x.getInt()));
    if (call.name == "sign")
      return Datum::ofInt((x.getNumber() > 0) - (x.getNumber() < 0));
    bool outside = (call.name == "log" && x.getNumber() <= 0) ||
                   (call.name == "sqrt" && x.getNumber() < 0);
    if (outside)
      return call.gen.poison(call.loc, "'" + call.name + "' of " +
                                           x.describe() + " is not defined");
    if (auto value = fold(call.name, x.getNumber()))
      return Datum::ofFloat(*value);
  }
  bool keepsInts = call.name == "abs" || call.name == "sign";
  Value value = call.gen.toTensor(
      x, call.loc, keepsInts ? Type() : call.gen.standardFloat());
  if (!value)
    return Datum();
  StringRef mnemonic = call.name == "sigmoid" ? "logistic" : call.name;
  return call.gen.tensor(call.gen.builder.unary(mnemonic, value), call.loc);
}

static Datum emitMaximum(BuiltinCall &call) {
  const Datum &a = call.args[0], &b = call.args[1];
  bool isMax = call.name == "maximum";
  if (a.isNumber() && b.isNumber())
    return (a.getNumber() > b.getNumber()) == isMax ? a : b;
  return call.gen.elementwise(isMax ? "max" : "min", a, b, call.loc);
}

static Datum emitWhere(BuiltinCall &call) {
  GraphGen &gen = call.gen;
  const Datum &condition = call.args[0];
  if (condition.isBool())
    return condition.getBool() ? call.args[1] : call.args[2];
  Value test = gen.toTensor(condition, call.loc), yes, no;
  if (!test)
    return Datum();
  if (!gen.toTensors(call.args[1], call.args[2], call.loc, yes, no))
    return Datum();
  gen.builder.setLoc(gen.mlirLoc(call.loc));
  return gen.tensor(gen.builder.select(test, yes, no), call.loc);
}

static Datum emitCast(BuiltinCall &call) {
  const Datum &x = call.args[0];
  Type element = parseElement(call.name, call.gen.builder.getContext());
  Value value = call.gen.toTensor(x, call.loc,
                                  x.isFloat() || x.isList() ? Type() : element);
  if (!value)
    return Datum();
  return call.gen.tensor(call.gen.builder.convert(value, element), call.loc);
}

/// `cast(x, dtype)`.
static Datum emitCastTo(BuiltinCall &call) {
  if (!call.args[1].isElement())
    return call.gen.poison(call.loc, "'cast' takes an element type, but got " +
                                         call.args[1].describeKind());
  Value value = call.gen.toTensor(call.args[0], call.loc);
  if (!value)
    return Datum();
  return call.gen.tensor(
      call.gen.builder.convert(value, call.args[1].getElement()), call.loc);
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

static SmallVector<int64_t> axesOf(const Datum &value) {
  if (auto ints = value.getInts())
    return *ints;
  return {};
}

static Datum emitReduce(BuiltinCall &call) {
  Value x = call.gen.toTensor(call.args[0], call.loc);
  if (!x)
    return Datum();
  if (call.args[1].isList() && call.args[1].getElements().empty())
    return Datum::ofTensor(x);
  return call.gen.tensor(call.gen.builder.reduce(call.name, x,
                                                 axesOf(call.args[1]),
                                                 call.args[2].getBool()),
                         call.loc);
}

/// `max(x, axis)` of a tensor; of numbers or a list, the largest.
static Datum emitMinMax(BuiltinCall &call) {
  bool isMax = call.name == "max";
  Datum::Elements numbers;
  if (call.args[0].isNumber()) {
    numbers.push_back(call.args[0]);
    numbers.insert(numbers.end(), call.rest.begin(), call.rest.end());
  } else if (call.args[0].isList() && call.rest.empty() &&
             call.args[1].isNone()) {
    numbers = call.args[0].getElements();
  }
  if (!numbers.empty() &&
      llvm::all_of(numbers, [](const Datum &x) { return x.isNumber(); })) {
    Datum best = numbers.front();
    for (const Datum &number : numbers)
      if (isMax ? number.getNumber() > best.getNumber()
                : number.getNumber() < best.getNumber())
        best = number;
    return best;
  }
  if (call.rest.size() > 1 || (!call.rest.empty() && !call.args[1].isNone()))
    return call.gen.poison(call.loc, "'" + call.name +
                                         "' of a tensor takes one axis; of "
                                         "two tensors write " +
                                         (isMax ? "maximum" : "minimum"));
  if (!call.rest.empty()) {
    GraphGen::ParamSpec spec{"axis", ast::TypeKind::Axes, false, true};
    if (call.rest[0].isTensor())
      return call.gen.poison(call.loc, "'" + call.name +
                                           "' reduces one tensor; of two "
                                           "write " +
                                           (isMax ? "maximum" : "minimum"));
    call.args[1] = call.gen.coerce(call.rest[0], spec, call.name, call.loc);
    if (call.args[1].isPoison())
      return Datum();
  }
  return emitReduce(call);
}

static Datum emitArg(BuiltinCall &call) {
  GraphBuilder &builder = call.gen.builder;
  Value x = call.gen.toTensor(call.args[0], call.loc);
  if (!x)
    return Datum();
  bool keepDims = call.args[2].getBool();
  SmallVector<int64_t> kept(shapeOf(x));
  int64_t axis = 0;
  if (call.args[1].isNone()) {
    kept.assign(kept.size(), 1);
    x = builder.reshape(x, {-1});
  } else {
    axis = call.args[1].getInt();
    if (axis < 0)
      axis += rankOf(x);
    if (axis >= 0 && axis < rankOf(x))
      kept[axis] = 1;
    axis = call.args[1].getInt();
  }
  Value result = builder.argReduce(call.name == "argmax", x, axis);
  if (result && keepDims)
    result = builder.reshape(result, kept);
  return call.gen.tensor(result, call.loc);
}

static Datum emitCumsum(BuiltinCall &call) {
  Value x = call.gen.toTensor(call.args[0], call.loc);
  if (!x)
    return Datum();
  return call.gen.tensor(
      call.gen.builder.cumsum(x, call.args[1].getInt(), call.args[2].getBool()),
      call.loc);
}

static Datum emitSort(BuiltinCall &call) {
  Value x = call.gen.toTensor(call.args[0], call.loc);
  if (!x)
    return Datum();
  auto [values, indices] =
      call.gen.builder.sort(x, call.args[1].getInt(), call.args[2].getBool());
  return call.gen.tensor(call.name == "sort" ? values : indices, call.loc);
}

ArrayRef<Builtin> getElementwiseBuiltins() {
  static constexpr llvm::StringLiteral axes =
      "x axis:axes=none keepdims:bool=false";
  static constexpr Builtin table[] = {
      {"abs", "x",
       "|x|, with derivative 0 at 0. Shapes: any, the result's the operand's. "
       "Ops: abs.",
       emitUnary},
      {"all", axes,
       "Whether all elements over the axes are true. Shapes: any bools; "
       "without the axes, or with them as 1. Derivative: none. Ops: "
       "reduce_all.",
       emitReduce},
      {"any", axes,
       "Whether any element over the axes is true. Shapes: any bools; without "
       "the axes, or with them as 1. Derivative: none. Ops: reduce_any.",
       emitReduce},
      {"argmax", "x axis:int=none keepdims:bool=false",
       "The place of the first largest along the axis, i32. Shapes: any; "
       "without the axis, or with it as 1. Derivative: none. Ops: argmax.",
       emitArg},
      {"argmin", "x axis:int=none keepdims:bool=false",
       "The place of the first smallest along the axis, i32. Shapes: any; "
       "without the axis, or with it as 1. Derivative: none. Ops: argmin.",
       emitArg},
      {"argsort", "x axis:int=-1 descending:bool=false",
       "The places of the elements in order, i32; equals keep theirs. Shapes: "
       "any, the result's the operand's. Derivative: none. Ops: sort.",
       emitSort},
      {"bool", "x",
       "Whether it is not 0. Shapes: any, the result's the operand's. "
       "Derivative: none. Ops: convert.",
       emitCast},
      {"cast", "x dtype",
       "Each element in the type `dtype`, as the function of that name. "
       "Shapes: any, the result's the operand's. Ops: convert.",
       emitCastTo},
      {"ceil", "x",
       "The smallest integer not below x. Shapes: any, the result's the "
       "operand's. Derivative: 0 everywhere. Ops: ceil.",
       emitUnary},
      {"cos", "x",
       "cos x, in radians. Shapes: any, the result's the operand's. Ops: cos.",
       emitUnary},
      {"cumsum", "x axis:int reverse:bool=false",
       "The sum of the elements up to here along the axis; `reverse`: from "
       "here. Shapes: any, the result's the operand's. Ops: cumsum.",
       emitCumsum},
      {"erf", "x",
       "2/√π ∫₀ˣ e^(−t²) dt. Shapes: any, the result's the operand's. Ops: "
       "erf.",
       emitUnary},
      {"exp", "x", "eˣ. Shapes: any, the result's the operand's. Ops: exp.",
       emitUnary},
      {"expm1", "x",
       "eˣ − 1, exact near 0. Shapes: any, the result's the operand's. Ops: "
       "expm1.",
       emitUnary},
      {"f32", "x",
       "Each element as f32; a bool gives 0 or 1. Shapes: any, the result's "
       "the operand's. Ops: convert.",
       emitCast},
      {"f64", "x",
       "Each element as f64; a bool gives 0 or 1. Shapes: any, the result's "
       "the operand's. Ops: convert.",
       emitCast},
      {"floor", "x",
       "The largest integer not above x. Shapes: any, the result's the "
       "operand's. Derivative: 0 everywhere. Ops: floor.",
       emitUnary},
      {"i16", "x",
       "Each element as i16: floats are cut towards 0 and saturate, NaN gives "
       "0, integers wrap. Shapes: any, the result's the operand's. Derivative: "
       "none. Ops: convert.",
       emitCast},
      {"i32", "x",
       "Each element as i32: floats are cut towards 0 and saturate, NaN gives "
       "0, integers wrap. Shapes: any, the result's the operand's. Derivative: "
       "none. Ops: convert.",
       emitCast},
      {"i64", "x",
       "Each element as i64: floats are cut towards 0 and saturate, NaN gives "
       "0, integers wrap. Shapes: any, the result's the operand's. Derivative: "
       "none. Ops: convert.",
       emitCast},
      {"i8", "x",
       "Each element as i8: floats are cut towards 0 and saturate, NaN gives "
       "0, integers wrap. Shapes: any, the result's the operand's. Derivative: "
       "none. Ops: convert.",
       emitCast},
      {"log", "x", "ln x. Shapes: any, the result's the operand's. Ops: log.",
       emitUnary},
      {"log1p", "x",
       "ln(1 + x), exact near 0. Shapes: any, the result's the operand's. Ops: "
       "log1p.",
       emitUnary},
      {"max", "x rest* axis:axes=none keepdims:bool=false",
       "The largest over the axes, or of two numbers known when compiling; the "
       "gradient goes to the first of equals. Shapes: any; without the axes, "
       "or with them as 1. Ops: reduce_max.",
       emitMinMax},
      {"maximum", "a b",
       "The larger, NaN if either is; the gradient goes to the first of "
       "equals. Shapes: any two that broadcast. Ops: max.",
       emitMaximum},
      {"min", "x rest* axis:axes=none keepdims:bool=false",
       "The smallest over the axes, or of two numbers known when compiling; "
       "the gradient goes to the first of equals. Shapes: any; without the "
       "axes, or with them as 1. Ops: reduce_min.",
       emitMinMax},
      {"minimum", "a b",
       "The smaller, NaN if either is; the gradient goes to the first of "
       "equals. Shapes: any two that broadcast. Ops: min.",
       emitMaximum},
      {"round", "x",
       "The nearest integer, the even one of two. Shapes: any, the result's "
       "the operand's. Derivative: 0 everywhere. Ops: round.",
       emitUnary},
      {"rsqrt", "x",
       "1/√x. Shapes: any, the result's the operand's. Ops: rsqrt.", emitUnary},
      {"sigmoid", "x",
       "1/(1 + e⁻ˣ), without overflow. Shapes: any, the result's the "
       "operand's. Ops: logistic.",
       emitUnary},
      {"sign", "x",
       "−1, 0 or 1. Shapes: any, the result's the operand's. Derivative: 0 "
       "everywhere. Ops: sign.",
       emitUnary},
      {"sin", "x",
       "sin x, in radians. Shapes: any, the result's the operand's. Ops: sin.",
       emitUnary},
      {"sort", "x axis:int=-1 descending:bool=false",
       "The elements in order along the axis, NaN last. Shapes: any, the "
       "result's the operand's. Ops: sort.",
       emitSort},
      {"sqrt", "x", "√x. Shapes: any, the result's the operand's. Ops: sqrt.",
       emitUnary},
      {"sum", axes,
       "The sum over the axes. Shapes: any; without the axes, or with them as "
       "1. Ops: reduce_sum.",
       emitReduce},
      {"tanh", "x",
       "tanh x. Shapes: any, the result's the operand's. Ops: tanh.",
       emitUnary},
      {"u8", "x",
       "Each element as u8: floats are cut towards 0 and saturate, NaN gives "
       "0, integers wrap. Shapes: any, the result's the operand's. Derivative: "
       "none. Ops: convert.",
       emitCast},
      {"where", "condition a b",
       "a where the condition is true, else b. Shapes: any three that "
       "broadcast. Ops: select.",
       emitWhere},
  };
  return table;
}

} // namespace nnc::sema

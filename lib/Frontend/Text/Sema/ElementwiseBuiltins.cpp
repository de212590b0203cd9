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
      {"abs", "x", emitUnary},
      {"all", axes, emitReduce},
      {"any", axes, emitReduce},
      {"argmax", "x axis:int=none keepdims:bool=false", emitArg},
      {"argmin", "x axis:int=none keepdims:bool=false", emitArg},
      {"argsort", "x axis:int=-1 descending:bool=false", emitSort},
      {"bool", "x", emitCast},
      {"cast", "x dtype", emitCastTo},
      {"ceil", "x", emitUnary},
      {"cos", "x", emitUnary},
      {"cumsum", "x axis:int reverse:bool=false", emitCumsum},
      {"erf", "x", emitUnary},
      {"exp", "x", emitUnary},
      {"expm1", "x", emitUnary},
      {"f32", "x", emitCast},
      {"f64", "x", emitCast},
      {"floor", "x", emitUnary},
      {"i16", "x", emitCast},
      {"i32", "x", emitCast},
      {"i64", "x", emitCast},
      {"i8", "x", emitCast},
      {"log", "x", emitUnary},
      {"log1p", "x", emitUnary},
      {"max", "x rest* axis:axes=none keepdims:bool=false", emitMinMax},
      {"maximum", "a b", emitMaximum},
      {"min", "x rest* axis:axes=none keepdims:bool=false", emitMinMax},
      {"minimum", "a b", emitMaximum},
      {"round", "x", emitUnary},
      {"rsqrt", "x", emitUnary},
      {"sigmoid", "x", emitUnary},
      {"sign", "x", emitUnary},
      {"sin", "x", emitUnary},
      {"sort", "x axis:int=-1 descending:bool=false", emitSort},
      {"sqrt", "x", emitUnary},
      {"sum", axes, emitReduce},
      {"tanh", "x", emitUnary},
      {"u8", "x", emitCast},
      {"where", "condition a b", emitWhere},
  };
  return table;
}

} // namespace nnc::sema

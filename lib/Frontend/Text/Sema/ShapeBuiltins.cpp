//===- ShapeBuiltins.cpp - reshape, transpose, join, make -----------------===//
//
// Functions that move elements, and those that make tensors from nothing.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"

using namespace mlir;

namespace nnc::sema {

/// Sizes given as `4, 2` or as `[4, 2]`; nothing after an error.
static std::optional<SmallVector<int64_t>> sizesOf(BuiltinCall &call,
                                                   ArrayRef<Datum> given) {
  SmallVector<int64_t> sizes;
  if (given.size() == 1 && given[0].isList())
    given = given[0].getElements();
  for (const Datum &size : given) {
    if (!size.isInt()) {
      call.gen.error(call.loc, "'" + call.name +
                                   "' takes sizes as ints that are known when "
                                   "compiling, but got " +
                                   size.describeKind());
      return std::nullopt;
    }
    sizes.push_back(size.getInt());
  }
  return sizes;
}

/// The element type asked for by `dtype=`; null after an error.
static Type elementOf(BuiltinCall &call, const Datum &dtype, Type standard) {
  if (dtype.isNone())
    return standard;
  if (dtype.isElement())
    return dtype.getElement();
  call.gen.error(call.loc, "'dtype' must be an element type such as f32, but "
                           "is " +
                               dtype.describeKind());
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Creation
//===----------------------------------------------------------------------===//

static bool checkGraph(BuiltinCall &call) {
  if (call.gen.mode != GraphGen::Mode::Constants)
    return true;
  call.gen.error(call.loc, "a tensor cannot be made here: a constant is a "
                           "compile-time int, float, bool, string or list");
  return false;
}

/// `zeros(4, 2)`, `ones([4, 2])`.
static Datum emitFilled(BuiltinCall &call) {
  auto sizes = sizesOf(call, call.rest);
  Type element = elementOf(call, call.args[0], call.gen.standardFloat());
  if (!sizes || !element || !checkGraph(call))
    return Datum();
  GraphBuilder &builder = call.gen.builder;
  auto type = builder.getType(element, *sizes);
  return call.gen.tensor(
      type ? builder.splat(type, call.name == "ones") : nullptr, call.loc);
}

static Datum emitFull(BuiltinCall &call) {
  GraphGen &gen = call.gen;
  auto sizes = sizesOf(call, call.args[0]);
  const Datum &value = call.args[1];
  if (!sizes || !checkGraph(call))
    return Datum();
  Type standard = value.isTensor() ? nnc::elementOf(value.getTensor())
                  : value.isBool() ? Type(gen.builder.getOps().getI1Type())
                  : value.isInt()  ? Type(gen.builder.getOps().getI32Type())
                                   : call.gen.standardFloat();
  Type element = elementOf(call, call.args[2], standard);
  if (!element)
    return Datum();
  if (!value.isTensor() && !value.isList()) {
    if (!value.isNumber() && !value.isBool())
      return gen.poison(call.loc, "'full' takes a number, but got " +
                                      value.describeKind());
    auto type = gen.builder.getType(element, *sizes);
    if (!type)
      return gen.tensor(nullptr, call.loc);
    Value made = gen.numberLike(value, type, call.loc);
    return made ? Datum::ofTensor(made) : Datum();
  }
  Value x = gen.toTensor(value, call.loc, element);
  if (!x)
    return Datum();
  if (value.isList() && shapeOf(x) != ArrayRef(*sizes))
    return gen.poison(call.loc, "expected values of shape " +
                                    describeShape(*sizes) + ", but got shape " +
                                    describeShape(shapeOf(x)));
  gen.builder.setLoc(gen.mlirLoc(call.loc));
  return gen.tensor(gen.builder.broadcastTo(x, *sizes), call.loc);
}

/// `arange(n)`, `arange(start, stop)`, `arange(start, stop, step)`.
static Datum emitArange(BuiltinCall &call) {
  GraphGen &gen = call.gen;
  if (call.rest.empty() || call.rest.size() > 3)
    return gen.poison(call.loc, "'arange' takes start, stop and step");
  bool hasFloat = false;
  for (const Datum &bound : call.rest) {
    if (!bound.isNumber())
      return gen.poison(call.loc, "'arange' takes numbers that are known when "
                                  "compiling, but got " +
                                      bound.describeKind());
    hasFloat |= bound.isFloat();
  }
  if (!checkGraph(call))
    return Datum();
  Type element = elementOf(call, call.args[0],
                           hasFloat ? call.gen.standardFloat()
                                    : Type(gen.builder.getOps().getI32Type()));
  if (!element)
    return Datum();
  Datum start = call.rest.size() > 1 ? call.rest[0] : Datum::ofInt(0);
  Datum stop = call.rest.size() > 1 ? call.rest[1] : call.rest[0];
  Datum step = call.rest.size() > 2 ? call.rest[2] : Datum::ofInt(1);
  if (step.getNumber() == 0)
    return gen.poison(call.loc, "the step of 'arange' must not be 0");
  double count =
      std::ceil((stop.getNumber() - start.getNumber()) / step.getNumber());
  if (!(count >= 1) || count > double(GraphBuilder::maxElements))
    return gen.poison(call.loc, "'arange' from " + start.describe() + " to " +
                                    stop.describe() +
                                    " has no elements or "
                                    "too many");
  auto type = gen.builder.getType(element, {int64_t(count)});
  if (!type || element.isInteger(1))
    return gen.poison(call.loc, "'arange' makes numbers");
  Datum value = gen.tensor(gen.builder.iota(type, 0), call.loc);
  if (!step.isInt() || step.getInt() != 1)
    value = gen.elementwise("mul", value, step, call.loc);
  if (start.getNumber() != 0)
    value = gen.elementwise("add", value, start, call.loc);
  return value;
}

/// `iota(shape, axis)`: each element is its index along the axis.
static Datum emitIota(BuiltinCall &call) {
  GraphBuilder &builder = call.gen.builder;
  auto sizes = sizesOf(call, call.args[0]);
  Type element = elementOf(call, call.args[2], builder.getOps().getI32Type());
  if (!sizes || !element || !checkGraph(call))
    return Datum();
  auto type = builder.getType(element, *sizes);
  auto axis = builder.normalizeAxis(call.args[1].getInt(), sizes->size());
  return call.gen.tensor(type && axis ? builder.iota(type, *axis) : nullptr,
                         call.loc);
}

static Datum emitConstant(BuiltinCall &call) {
  Type element = elementOf(call, call.args[1], Type());
  if (!element && !call.args[1].isNone())
    return Datum();
  Value x =
      call.gen.toTensor(call.args[0], call.loc, element, /*keepInts=*/true);
  if (!x)
    return Datum();
  return element || isFloat(x) ? Datum::ofTensor(x) : Datum::ofLiteral(x);
}

/// `uniform([3, 1], 0.7, 1.3)`: what follows a list of sizes are the next
/// arguments, as for an initialiser.
static bool takeBounds(BuiltinCall &call) {
  if (call.rest.size() < 2 || !call.rest.front().isList())
    return true;
  if (call.rest.size() > 3) {
    call.gen.error(call.loc, "'" + call.name +
                                 "' takes at most two numbers after the shape");
    return false;
  }
  for (auto [i, value] : llvm::enumerate(ArrayRef(call.rest).drop_front()))
    call.args[i] = value;
  call.rest.resize(1);
  return true;
}

static Datum emitRandom(BuiltinCall &call) {
  GraphGen &gen = call.gen;
  if (!takeBounds(call))
    return Datum();
  auto sizes = sizesOf(call, call.rest);
  Type element = elementOf(call, call.args[2], call.gen.standardFloat());
  if (!sizes || !element || !checkGraph(call))
    return Datum();
  if (!isa<FloatType>(element))
    return gen.poison(call.loc, "'" + call.name +
                                    "' makes f32 or f64 values, not " +
                                    describeElement(element));
  bool isUniform = call.name == "uniform";
  const Datum &low = call.args[0], &high = call.args[1];
  if (isUniform && low.isNumber() && high.isNumber() &&
      !(low.getNumber() <= high.getNumber()))
    return gen.poison(call.loc, "'uniform' takes low <= high, but got " +
                                    low.describe() + " and " + high.describe());
  if (!isUniform && high.isNumber() && !(high.getNumber() >= 0))
    return gen.poison(call.loc, "'normal' takes std >= 0, but got " +
                                    high.describe());
  auto type = gen.builder.getType(element, *sizes);
  Datum value =
      gen.tensor(gen.builder.random(isUniform ? GraphBuilder::Random::Uniform
                                              : GraphBuilder::Random::Normal,
                                    type),
                 call.loc);
  // Uniform: low + u * (high - low). Normal: mean + z * std.
  Datum scale = call.args[1];
  if (isUniform)
    scale = gen.binary(ast::BinaryOp::Subtract, scale, call.args[0], call.loc);
  if (!scale.isNumber() || scale.getNumber() != 1)
    value = gen.binary(ast::BinaryOp::Multiply, value, scale, call.loc);
  if (!call.args[0].isNumber() || call.args[0].getNumber() != 0)
    value = gen.binary(ast::BinaryOp::Add, value, call.args[0], call.loc);
  return value;
}

//===----------------------------------------------------------------------===//
// Moving elements
//===----------------------------------------------------------------------===//

static Datum emitReshape(BuiltinCall &call) {
  Value x = call.gen.toTensor(call.args[0], call.loc);
  auto sizes = sizesOf(call, call.rest);
  if (!x || !sizes)
    return Datum();
  return call.gen.tensor(call.gen.builder.reshape(x, *sizes), call.loc);
}

static Datum emitTranspose(BuiltinCall &call) {
  Value x = call.gen.toTensor(call.args[0], call.loc);
  auto axes = sizesOf(call, call.rest);
  if (!x || !axes)
    return Datum();
  if (axes->empty())
    for (int64_t axis = rankOf(x) - 1; axis >= 0; --axis)
      axes->push_back(axis);
  return call.gen.tensor(call.gen.builder.transpose(x, *axes), call.loc);
}

/// `expand(x, [2, -1])`: −1 keeps the size of an axis of x.
static Datum emitExpand(BuiltinCall &call) {
  Value x = call.gen.toTensor(call.args[0], call.loc);
  auto sizes = sizesOf(call, call.rest);
  if (!x || !sizes)
    return Datum();
  int64_t added = int64_t(sizes->size()) - rankOf(x);
  for (int64_t i = std::max<int64_t>(added, 0); i < int64_t(sizes->size()); ++i)
    if ((*sizes)[i] == -1)
      (*sizes)[i] = shapeOf(x)[i - added];
  return call.gen.tensor(call.gen.builder.broadcastTo(x, *sizes), call.loc);
}

static std::optional<SmallVector<Value>> tensorsOf(BuiltinCall &call,
                                                   ArrayRef<Datum> given) {
  SmallVector<Value> parts;
  if (given.size() == 1 && given[0].isList())
    given = given[0].getElements();
  for (const Datum &part : given) {
    parts.push_back(call.gen.toTensor(part, call.loc));
    if (!parts.back())
      return std::nullopt;
  }
  if (parts.empty()) {
    call.gen.error(call.loc, "'" + call.name + "' needs a tensor");
    return std::nullopt;
  }
  return parts;
}

static Datum emitConcat(BuiltinCall &call) {
  auto parts = tensorsOf(call, call.rest);
  if (!parts)
    return Datum();
  call.gen.builder.setLoc(call.gen.mlirLoc(call.loc));
  return call.gen.tensor(call.gen.builder.concat(*parts, call.args[0].getInt()),
                         call.loc);
}

static Datum emitStack(BuiltinCall &call) {
  GraphBuilder &builder = call.gen.builder;
  auto parts = tensorsOf(call, call.rest);
  if (!parts)
    return Datum();
  builder.setLoc(call.gen.mlirLoc(call.loc));
  auto axis =
      builder.normalizeAxis(call.args[0].getInt(), rankOf(parts->front()) + 1);
  if (!axis)
    return call.gen.tensor(nullptr, call.loc);
  for (Value part : *parts)
    if (part.getType() != parts->front().getType())
      return call.gen.poison(call.loc,
                             "'stack' takes tensors of one type, but got " +
                                 describeType(parts->front()) + " and " +
                                 describeType(part));
  for (Value &part : *parts) {
    SmallVector<int64_t> shape(shapeOf(part));
    shape.insert(shape.begin() + *axis, 1);
    part = builder.reshape(part, shape);
    if (!part)
      return call.gen.tensor(nullptr, call.loc);
  }
  return call.gen.tensor(builder.concat(*parts, *axis), call.loc);
}

/// `split(x, parts, axis)`: into equal parts, or a list of sizes.
static Datum emitSplit(BuiltinCall &call) {
  GraphGen &gen = call.gen;
  Value x = gen.toTensor(call.args[0], call.loc);
  if (!x)
    return Datum();
  auto axis = gen.builder.normalizeAxis(call.args[2].getInt(), rankOf(x));
  if (!axis)
    return gen.tensor(nullptr, call.loc);
  int64_t size = shapeOf(x)[*axis];
  SmallVector<int64_t> sizes;
  if (call.args[1].isInt()) {
    int64_t parts = call.args[1].getInt();
    if (parts < 1 || parts > size || size % parts != 0)
      return gen.poison(call.loc, "cannot split dimension " + Twine(*axis) +
                                      " of " + describeType(x) + " into " +
                                      Twine(parts) + " equal parts");
    sizes.assign(parts, size / parts);
  } else if (auto ints = call.args[1].getInts()) {
    sizes = *ints;
    int64_t total = 0;
    for (int64_t part : sizes)
      total =
          part < 1 || part > size ? size + 1 : std::min(total + part, size + 1);
    if (total != size)
      return gen.poison(call.loc, "parts of sizes " + describeShape(sizes) +
                                      " do not make up dimension " +
                                      Twine(*axis) + " of " + describeType(x));
  } else {
    return gen.poison(call.loc, "'split' takes a number of parts or a list of "
                                "sizes, but got " +
                                    call.args[1].describeKind());
  }
  Datum::Elements parts;
  SmallVector<int64_t> starts(rankOf(x), 0), limits(shapeOf(x)),
      strides(rankOf(x), 1);
  for (int64_t part : sizes) {
    limits[*axis] = starts[*axis] + part;
    parts.push_back(
        gen.tensor(gen.builder.slice(x, starts, limits, strides), call.loc));
    starts[*axis] += part;
    if (parts.back().isPoison())
      return Datum();
  }
  return Datum::ofList(std::move(parts));
}

/// `pad(x, low, high, value=0)`: one amount per axis before and after.
static Datum emitPad(BuiltinCall &call) {
  GraphGen &gen = call.gen;
  Value x = gen.toTensor(call.args[0], call.loc);
  if (!x)
    return Datum();
  auto low = call.args[1].getInts();
  auto high = call.args[2].isNone() ? low : call.args[2].getInts();
  if (!low || !high || int64_t(low->size()) != rankOf(x) ||
      int64_t(high->size()) != rankOf(x))
    return gen.poison(call.loc, "'pad' takes one amount for each of the " +
                                    Twine(rankOf(x)) + " dimensions");
  Type element = nnc::elementOf(x);
  Value value = gen.toTensor(call.args[3], call.loc, element);
  if (!value)
    return Datum();
  if (value.getType() != RankedTensorType::get({}, element))
    return gen.poison(call.loc, "'pad' fills with a scalar " +
                                    describeElement(element) + ", but got " +
                                    describeType(value));
  gen.builder.setLoc(gen.mlirLoc(call.loc));
  return gen.tensor(gen.builder.pad(x, value, *low, *high), call.loc);
}

static Datum emitFlip(BuiltinCall &call) {
  Value x = call.gen.toTensor(call.args[0], call.loc);
  if (!x)
    return Datum();
  return call.gen.tensor(call.gen.builder.reverse(x, *call.args[1].getInts()),
                         call.loc);
}

/// `squeeze(x, axis)` drops axes of size 1; `unsqueeze(x, axis)` adds one.
static Datum emitSqueeze(BuiltinCall &call) {
  GraphGen &gen = call.gen;
  Value x = gen.toTensor(call.args[0], call.loc);
  if (!x)
    return Datum();
  SmallVector<int64_t> shape(shapeOf(x));
  if (call.name == "unsqueeze") {
    auto axis =
        gen.builder.normalizeAxis((*call.args[1].getInts())[0], rankOf(x) + 1);
    if (!axis)
      return gen.tensor(nullptr, call.loc);
    shape.insert(shape.begin() + *axis, 1);
    return gen.tensor(gen.builder.reshape(x, shape), call.loc);
  }
  SmallVector<bool> gone(rankOf(x), false);
  if (call.args[1].isNone()) {
    for (int64_t i = 0; i < rankOf(x); ++i)
      gone[i] = shape[i] == 1;
  } else {
    auto axes = call.args[1].getInts();
    for (int64_t given : *axes) {
      auto axis = gen.builder.normalizeAxis(given, rankOf(x));
      if (!axis)
        return gen.tensor(nullptr, call.loc);
      if (shape[*axis] != 1)
        return gen.poison(call.loc, "dimension " + Twine(*axis) + " of " +
                                        describeType(x) + " has not size 1");
      gone[*axis] = true;
    }
  }
  SmallVector<int64_t> kept;
  for (int64_t i = 0; i < rankOf(x); ++i)
    if (!gone[i])
      kept.push_back(shape[i]);
  return gen.tensor(gen.builder.reshape(x, kept), call.loc);
}

ArrayRef<Builtin> getShapeBuiltins() {
  static constexpr Builtin table[] = {
      {"arange", "bounds* dtype=none",
       "start, start + step, … below stop; i32 of ints. Shapes: [(stop − "
       "start)/step, rounded up]. Derivative: none. Ops: iota.",
       emitArange},
      {"concat", "parts* axis:int=0",
       "The parts one after the other along the axis. Shapes: alike but for "
       "the axis, whose sizes add up. Ops: concat.",
       emitConcat},
      {"constant", "value dtype=none",
       "A number, or nested lists of numbers. Shapes: the lists'. Derivative: "
       "none. Ops: constant.",
       emitConstant},
      {"expand", "x shape*",
       "x repeated along new axes and axes of 1; −1 keeps a size. Shapes: any "
       "that broadcasts to the given one. Ops: broadcast.",
       emitExpand},
      {"flip", "x axis:axes",
       "The elements in the other order along the axes. Shapes: any, the "
       "result's the operand's. Ops: reverse.",
       emitFlip},
      {"full", "shape value dtype=none",
       "The value everywhere. Shapes: as given. Ops: broadcast.", emitFull},
      {"iota", "shape axis:int dtype=none",
       "The place along the axis. Shapes: as given. Derivative: none. Ops: "
       "iota.",
       emitIota},
      {"normal", "shape* mean=0.0 std=1.0 dtype=none",
       "N(mean, std²); each call draws anew. Shapes: as given. Derivative: "
       "none. Ops: random_normal.",
       emitRandom},
      {"ones", "shape* dtype=none",
       "1 everywhere. Shapes: as given. Derivative: none. Ops: constant.",
       emitFilled},
      {"pad", "x low:axes high:axes=none value=0",
       "`low` elements of `value` before and `high` after, along each axis. "
       "Shapes: sizes + low + high. Ops: pad.",
       emitPad},
      {"reshape", "x shape*",
       "The same elements in row-major order; one size may be −1. Shapes: any; "
       "as given, of as many elements. Ops: reshape.",
       emitReshape},
      {"split", "x parts axis:int=0",
       "A list of parts along the axis: so many alike, or of the given sizes. "
       "Shapes: any; each part's size along the axis. Ops: slice.",
       emitSplit},
      {"squeeze", "x axis:axes=none",
       "Without the axes of size 1, or those named. Shapes: any; without them. "
       "Ops: reshape.",
       emitSqueeze},
      {"stack", "parts* axis:int=0",
       "The parts along a new axis. Shapes: all alike; one axis more. Ops: "
       "reshape, concat.",
       emitStack},
      {"transpose", "x axes*",
       "The axes in another order, by default the reverse. Shapes: any; the "
       "sizes in that order. Ops: transpose.",
       emitTranspose},
      {"uniform", "shape* low=0.0 high=1.0 dtype=none",
       "U(low, high); each call draws anew. Shapes: as given. Derivative: "
       "none. Ops: random_uniform.",
       emitRandom},
      {"unsqueeze", "x axis:axes",
       "With new axes of size 1. Shapes: any; with them. Ops: reshape.",
       emitSqueeze},
      {"zeros", "shape* dtype=none",
       "0 everywhere. Shapes: as given. Derivative: none. Ops: constant.",
       emitFilled},
  };
  return table;
}

} // namespace nnc::sema

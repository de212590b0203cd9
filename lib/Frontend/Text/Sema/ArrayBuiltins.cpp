//===- ArrayBuiltins.cpp - products, windows, gather ----------------------===//
//
// Functions that combine many elements into one.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"

using namespace mlir;

namespace nnc::sema {

/// Two tensors; a list takes the other's element type.
static bool twoTensors(BuiltinCall &call, Value &a, Value &b) {
  GraphGen &gen = call.gen;
  const Datum &lhs = call.args[0], &rhs = call.args[1];
  a = gen.toTensor(lhs, call.loc,
                   rhs.isTensor() ? elementOf(rhs.getTensor()) : Type());
  b = a ? gen.toTensor(rhs, call.loc, elementOf(a)) : Value();
  gen.builder.setLoc(gen.mlirLoc(call.loc));
  return a && b;
}

static Datum emitMatmul(BuiltinCall &call) {
  Value a, b;
  if (!twoTensors(call, a, b))
    return Datum();
  return call.gen.tensor(call.gen.builder.matmul(a, b), call.loc);
}

static Datum emitDot(BuiltinCall &call) {
  Value a, b;
  if (!twoTensors(call, a, b))
    return Datum();
  if (rankOf(a) != 1 || a.getType() != b.getType())
    return call.gen.poison(call.loc, "'dot' takes two vectors of one size, "
                                     "but got " +
                                         describeType(a) + " and " +
                                         describeType(b));
  return call.gen.tensor(call.gen.builder.einsum("i,i->", {a, b}), call.loc);
}

static Datum emitEinsum(BuiltinCall &call) {
  SmallVector<Value> operands;
  for (const Datum &operand : call.rest) {
    operands.push_back(call.gen.toTensor(operand, call.loc));
    if (!operands.back())
      return Datum();
  }
  if (operands.empty())
    return call.gen.poison(call.loc, "'einsum' needs a tensor");
  call.gen.builder.setLoc(call.gen.mlirLoc(call.loc));
  return call.gen.tensor(
      call.gen.builder.einsum(call.args[0].getString(), operands), call.loc);
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// A list of ints with one entry per spatial axis; false after an error.
static bool windowList(BuiltinCall &call, size_t index, size_t count,
                       SmallVectorImpl<int64_t> &into) {
  auto ints = call.args[index].getInts();
  if (!ints || ints->size() != count) {
    call.gen.error(call.loc, "'" + call.name + "' takes " + Twine(count) +
                                 " ints, but got " +
                                 call.args[index].describe());
    return false;
  }
  into.assign(ints->begin(), ints->end());
  return true;
}

static Datum emitConvolution(BuiltinCall &call) {
  GraphGen &gen = call.gen;
  Value x, weight;
  if (!twoTensors(call, x, weight))
    return Datum();
  size_t spatial = size_t(std::max<int64_t>(rankOf(weight) - 2, 0));
  WindowShape window;
  window.size.assign(shapeOf(weight).end() - spatial, shapeOf(weight).end());
  if (!windowList(call, 2, spatial, window.strides) ||
      !windowList(call, 3, spatial, window.low) ||
      !windowList(call, 4, spatial, window.high) ||
      !windowList(call, 5, spatial, window.dilations))
    return Datum();
  int64_t groups = call.args[6].getInt();
  if (call.name == "convolution")
    return gen.tensor(gen.builder.conv(x, weight, window, groups), call.loc);
  SmallVector<int64_t> sizes;
  if (!windowList(call, 7, spatial, sizes))
    return Datum();
  return gen.tensor(gen.builder.convTranspose(x, weight, window, groups, sizes),
                    call.loc);
}

static Datum emitWindow(BuiltinCall &call) {
  GraphGen &gen = call.gen;
  Value x = gen.toTensor(call.args[0], call.loc);
  if (!x)
    return Datum();
  auto size = call.args[1].getInts();
  WindowShape window;
  if (!size || !windowList(call, 1, size->size(), window.size) ||
      !windowList(call, 2, size->size(), window.strides) ||
      !windowList(call, 3, size->size(), window.low) ||
      !windowList(call, 4, size->size(), window.high))
    return Datum();
  return gen.tensor(call.name == "window_max"
                        ? gen.builder.windowMax(x, window)
                        : gen.builder.windowSum(x, window),
                    call.loc);
}

//===----------------------------------------------------------------------===//
// Index
//===----------------------------------------------------------------------===//

static Value indexOf(BuiltinCall &call, const Datum &index) {
  return call.gen.toTensor(index, call.loc, Type(), /*keepInts=*/true);
}

static Datum emitGather(BuiltinCall &call) {
  Value x = call.gen.toTensor(call.args[0], call.loc);
  Value index = x ? indexOf(call, call.args[1]) : Value();
  if (!index)
    return Datum();
  call.gen.builder.setLoc(call.gen.mlirLoc(call.loc));
  return call.gen.tensor(
      call.gen.builder.gather(x, index, call.args[2].getInt()), call.loc);
}

static Datum emitScatterAdd(BuiltinCall &call) {
  Value x = call.gen.toTensor(call.args[0], call.loc);
  Value index = x ? indexOf(call, call.args[1]) : Value();
  Value updates =
      index ? call.gen.toTensor(call.args[2], call.loc, elementOf(x)) : Value();
  if (!updates)
    return Datum();
  call.gen.builder.setLoc(call.gen.mlirLoc(call.loc));
  return call.gen.tensor(
      call.gen.builder.scatterAdd(x, index, updates, call.args[3].getInt()),
      call.loc);
}

static Datum emitOneHot(BuiltinCall &call) {
  Value index = indexOf(call, call.args[0]);
  if (!index)
    return Datum();
  Type element = call.gen.standardFloat();
  if (call.args[2].isElement())
    element = call.args[2].getElement();
  call.gen.builder.setLoc(call.gen.mlirLoc(call.loc));
  return call.gen.tensor(
      call.gen.builder.oneHot(index, call.args[1].getInt(), element), call.loc);
}

ArrayRef<Builtin> getArrayBuiltins() {
  static constexpr Builtin table[] = {
      {"convolution",
       "x weight stride:list low:list high:list dilation:list groups:int",
       "Σ over c, k of x[n, c, p·stride + k·dilation − low]·weight[o, c, k], c "
       "in the group of o. Shapes: x [batch, in, …], weight [out, in/groups, "
       "…]; [batch, out, …]. Ops: conv.",
       emitConvolution},
      {"convolution_transposed",
       "x weight stride:list low:list high:list dilation:list groups:int "
       "size:list",
       "The gradient of `convolution` by its x, at x. Shapes: x [batch, in, "
       "…], weight [in, out/groups, …]; [batch, out, size…]. Ops: "
       "conv_input_grad.",
       emitConvolution},
      {"dot", "a b", "Σ aᵢbᵢ. Shapes: [n] twice; a scalar. Ops: contract.",
       emitDot},
      {"einsum", "spec:string operands*",
       "The sum of products over the letters that the result lacks. Shapes: as "
       "the text says. Ops: contract, transpose, reduce_sum.",
       emitEinsum},
      {"gather", "x index axis:int=0",
       "Slices of x along the axis, as numpy.take. Shapes: the axis replaced "
       "by the index's. Ops: gather.",
       emitGather},
      {"matmul", "a b",
       "The matrix product, as numpy.matmul. Shapes: [..., n, k] and [..., k, "
       "m], or vectors; [..., n, m]. Ops: contract.",
       emitMatmul},
      {"one_hot", "index classes:int dtype=none",
       "1 at the index, 0 elsewhere. Shapes: [...] gives [..., classes]. "
       "Derivative: none. Ops: one_hot.",
       emitOneHot},
      {"scatter_add", "x index updates axis:int=0",
       "x with slice i of the updates added to its slice index[i]. Shapes: x, "
       "index [n], updates of n slices; x's. Ops: scatter_add.",
       emitScatterAdd},
      {"window_max", "x size:list stride:list low:list high:list",
       "The largest of each window; the gradient goes to the first of equals. "
       "Shapes: [batch, channels, …], sizes as those of a convolution. Ops: "
       "window_max.",
       emitWindow},
      {"window_sum", "x size:list stride:list low:list high:list",
       "The sum of each window, 0 outside. Shapes: [batch, channels, …], sizes "
       "as those of a convolution. Ops: window_sum.",
       emitWindow},
  };
  return table;
}

} // namespace nnc::sema

//===- Elementwise.cpp - broadcasting arithmetic --------------------------===//
//
// NumPy's arithmetic over the dialect's strict elementwise ops.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Builder/GraphBuilder.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace nnc {

namespace {

enum class Domain { Float, Number, Bool };

struct UnaryEntry {
  StringRef mnemonic;
  Domain domain;
  Value (*create)(OpBuilder &, Location, Value);
};

struct BinaryEntry {
  StringRef mnemonic;
  Domain domain;
  Value (*create)(OpBuilder &, Location, Value, Value);
};

template <typename OpT>
Value createUnary(OpBuilder &ops, Location loc, Value x) {
  return OpT::create(ops, loc, x.getType(), x).getResult();
}

template <typename OpT>
Value createBinary(OpBuilder &ops, Location loc, Value lhs, Value rhs) {
  return OpT::create(ops, loc, lhs.getType(), lhs, rhs).getResult();
}

constexpr UnaryEntry unaryOps[] = {
    {"abs", Domain::Number, createUnary<nn::AbsOp>},
    {"ceil", Domain::Float, createUnary<nn::CeilOp>},
    {"cos", Domain::Float, createUnary<nn::CosOp>},
    {"erf", Domain::Float, createUnary<nn::ErfOp>},
    {"exp", Domain::Float, createUnary<nn::ExpOp>},
    {"expm1", Domain::Float, createUnary<nn::Expm1Op>},
    {"floor", Domain::Float, createUnary<nn::FloorOp>},
    {"log", Domain::Float, createUnary<nn::LogOp>},
    {"log1p", Domain::Float, createUnary<nn::Log1pOp>},
    {"logistic", Domain::Float, createUnary<nn::LogisticOp>},
    {"neg", Domain::Number, createUnary<nn::NegOp>},
    {"not", Domain::Bool, createUnary<nn::NotOp>},
    {"round", Domain::Float, createUnary<nn::RoundOp>},
    {"rsqrt", Domain::Float, createUnary<nn::RsqrtOp>},
    {"sign", Domain::Number, createUnary<nn::SignOp>},
    {"sin", Domain::Float, createUnary<nn::SinOp>},
    {"sqrt", Domain::Float, createUnary<nn::SqrtOp>},
    {"tanh", Domain::Float, createUnary<nn::TanhOp>},
};

constexpr BinaryEntry binaryOps[] = {
    {"add", Domain::Number, createBinary<nn::AddOp>},
    {"and", Domain::Bool, createBinary<nn::AndOp>},
    {"div", Domain::Float, createBinary<nn::DivOp>},
    {"floordiv", Domain::Number, createBinary<nn::FloorDivOp>},
    {"max", Domain::Number, createBinary<nn::MaxOp>},
    {"min", Domain::Number, createBinary<nn::MinOp>},
    {"mod", Domain::Number, createBinary<nn::ModOp>},
    {"mul", Domain::Number, createBinary<nn::MulOp>},
    {"or", Domain::Bool, createBinary<nn::OrOp>},
    {"pow", Domain::Float, createBinary<nn::PowOp>},
    {"sub", Domain::Number, createBinary<nn::SubOp>},
};

template <typename Table>
auto *find(const Table &table, StringRef mnemonic) {
  for (auto &entry : table)
    if (entry.mnemonic == mnemonic)
      return &entry;
  return decltype(&table[0])(nullptr);
}

bool isIn(Domain domain, Value x) {
  switch (domain) {
  case Domain::Float:
    return isFloat(x);
  case Domain::Number:
    return !isBool(x);
  case Domain::Bool:
    return isBool(x);
  }
  llvm_unreachable("unknown domain");
}

StringRef describe(Domain domain) {
  return domain == Domain::Bool    ? "a bool tensor"
         : domain == Domain::Float ? "a floating-point tensor"
                                   : "a tensor of numbers";
}

/// The operator or function that users write for a mnemonic.
StringRef spelling(StringRef mnemonic) {
  return llvm::StringSwitch<StringRef>(mnemonic)
      .Case("add", "+")
      .Cases({"sub", "neg"}, "-")
      .Case("mul", "*")
      .Case("div", "/")
      .Case("floordiv", "//")
      .Case("mod", "%")
      .Case("pow", "**")
      .Case("max", "maximum")
      .Case("min", "minimum")
      .Case("logistic", "sigmoid")
      .Default(mnemonic);
}

} // namespace

bool GraphBuilder::isUnary(StringRef mnemonic) {
  return find(unaryOps, mnemonic) != nullptr;
}

Value GraphBuilder::unary(StringRef mnemonic, Value x) {
  const UnaryEntry *entry = find(unaryOps, mnemonic);
  assert(entry && "no such unary op");
  if (!isIn(entry->domain, x))
    return fail("'" + spelling(mnemonic) + "' takes " +
                describe(entry->domain) + ", but got " + describeType(x));
  if (!admit(tensorTypeOf(x)))
    return nullptr;
  return entry->create(ops, loc, x);
}

Value GraphBuilder::binary(StringRef mnemonic, Value lhs, Value rhs) {
  const BinaryEntry *entry = find(binaryOps, mnemonic);
  assert(entry && "no such binary op");
  for (Value x : {lhs, rhs})
    if (!isIn(entry->domain, x))
      return fail("'" + spelling(mnemonic) + "' takes " +
                  describe(entry->domain) + ", but got " + describeType(x));
  if (!broadcastBoth(lhs, rhs))
    return nullptr;
  if (!admit(tensorTypeOf(lhs)))
    return nullptr;
  return entry->create(ops, loc, lhs, rhs);
}

Value GraphBuilder::compare(nn::Predicate predicate, Value lhs, Value rhs) {
  if (!broadcastBoth(lhs, rhs))
    return nullptr;
  if (isBool(lhs) && predicate != nn::Predicate::eq &&
      predicate != nn::Predicate::ne)
    return fail("bool tensors have no order");
  return make<nn::CompareOp>(tensorTypeOf(lhs).clone(ops.getI1Type()),
                             predicate, lhs, rhs);
}

Value GraphBuilder::select(Value condition, Value ifTrue, Value ifFalse) {
  if (!isBool(condition))
    return fail("the condition must be a bool tensor, but is " +
                describeType(condition));
  if (!broadcastBoth(ifTrue, ifFalse))
    return nullptr;
  auto shape = broadcastShapes(condition, ifTrue);
  if (!shape)
    return nullptr;
  condition = broadcastTo(condition, *shape);
  ifTrue = broadcastTo(ifTrue, *shape);
  ifFalse = broadcastTo(ifFalse, *shape);
  if (!condition || !ifTrue || !ifFalse)
    return nullptr;
  return make<nn::SelectOp>(tensorTypeOf(ifTrue), condition, ifTrue, ifFalse);
}

Value GraphBuilder::convert(Value x, Type element) {
  if (elementOf(x) == element)
    return x;
  return make<nn::ConvertOp>(tensorTypeOf(x).clone(element), x);
}

Value GraphBuilder::stopGradient(Value x) {
  return make<nn::StopGradientOp>(tensorTypeOf(x), x);
}

Value GraphBuilder::power(Value x, int64_t exponent) {
  if (isBool(x))
    return fail("'**' takes a tensor of numbers, but got " + describeType(x));
  auto type = tensorTypeOf(x);
  if (exponent < 0) {
    if (!isFloat(x))
      return fail("'**' of integers takes a positive exponent, but got " +
                  Twine(exponent));
    Value positive = power(x, -exponent);
    return positive ? binary("div", splat(type, 1), positive) : nullptr;
  }
  if (exponent == 0)
    return splat(type, 1);
  // Left-to-right binary method: the leading bit is x itself.
  Value result = x;
  for (int bit = int(llvm::Log2_64(exponent)) - 1; bit >= 0 && result; --bit) {
    result = binary("mul", result, result);
    if (result && (exponent >> bit & 1))
      result = binary("mul", result, x);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Broadcasting
//===----------------------------------------------------------------------===//

std::optional<SmallVector<int64_t>> GraphBuilder::broadcastShapes(Value lhs,
                                                                  Value rhs) {
  ArrayRef<int64_t> a = shapeOf(lhs), b = shapeOf(rhs);
  size_t rank = std::max(a.size(), b.size());
  SmallVector<int64_t> shape(rank);
  for (size_t i = 0; i < rank; ++i) {
    int64_t m = i + a.size() < rank ? 1 : a[i + a.size() - rank];
    int64_t n = i + b.size() < rank ? 1 : b[i + b.size() - rank];
    if (m != n && m != 1 && n != 1) {
      fail("cannot broadcast " + describeType(lhs) + " and " +
           describeType(rhs) + ": dimension " + Twine(i) + " is " + Twine(m) +
           " and " + Twine(n));
      return std::nullopt;
    }
    shape[i] = m == 1 ? n : m;
  }
  return shape;
}

Value GraphBuilder::broadcastTo(Value x, ArrayRef<int64_t> shape) {
  ArrayRef<int64_t> from = shapeOf(x);
  if (from == shape)
    return x;
  bool fits = from.size() <= shape.size();
  SmallVector<int64_t> axes;
  for (size_t i = 0; fits && i < from.size(); ++i) {
    axes.push_back(i + shape.size() - from.size());
    fits = from[i] == 1 || from[i] == shape[axes.back()];
  }
  if (!fits)
    return fail("cannot expand " + describeType(x) + " to shape " +
                describeShape(shape));
  auto type = getType(elementOf(x), shape);
  return make<nn::BroadcastOp>(type, x, ops.getDenseI64ArrayAttr(axes));
}

bool GraphBuilder::broadcastBoth(Value &lhs, Value &rhs) {
  if (elementOf(lhs) != elementOf(rhs)) {
    fail("operands have different element types: " + describeType(lhs) +
         " and " + describeType(rhs) + "; convert one with " +
         describeElement(elementOf(isFloat(rhs) ? rhs : lhs)) + "(…)");
    return false;
  }
  auto shape = broadcastShapes(lhs, rhs);
  if (!shape)
    return false;
  lhs = broadcastTo(lhs, *shape);
  rhs = lhs ? broadcastTo(rhs, *shape) : nullptr;
  return lhs && rhs;
}

} // namespace nnc

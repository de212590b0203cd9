//===- Operators.cpp - arithmetic of numbers and tensors ------------------===//
//
// Operators on compile-time values follow Python; with a tensor on one side
// they become ops.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"
#include <cmath>

using namespace mlir;

namespace nnc::sema {

using Op = ast::BinaryOp;

//===----------------------------------------------------------------------===//
// Compile-time values
//===----------------------------------------------------------------------===//

static Datum overflow(GraphGen &gen, SMLoc loc) {
  return gen.poison(loc, "the result does not fit in 64 bits");
}

static std::optional<Datum> intPower(int64_t base, int64_t exponent) {
  int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) && llvm::MulOverflow(result, base, result))
      return std::nullopt;
    exponent >>= 1;
    if (exponent > 0 && llvm::MulOverflow(base, base, base))
      return std::nullopt;
  }
  return Datum::ofInt(result);
}

static Datum binaryInts(GraphGen &gen, Op op, int64_t a, int64_t b, SMLoc loc) {
  int64_t result;
  switch (op) {
  case Op::Add:
    return llvm::AddOverflow(a, b, result) ? overflow(gen, loc)
                                           : Datum::ofInt(result);
  case Op::Subtract:
    return llvm::SubOverflow(a, b, result) ? overflow(gen, loc)
                                           : Datum::ofInt(result);
  case Op::Multiply:
    return llvm::MulOverflow(a, b, result) ? overflow(gen, loc)
                                           : Datum::ofInt(result);
  case Op::FloorDivide:
  case Op::Remainder: {
    if (b == 0)
      return gen.poison(loc, "division by zero");
    if (b == -1)
      return op == Op::Remainder ? Datum::ofInt(0)
             : a == INT64_MIN    ? overflow(gen, loc)
                                 : Datum::ofInt(-a);
    int64_t quotient = a / b - (a % b != 0 && (a < 0) != (b < 0));
    return Datum::ofInt(op == Op::FloorDivide ? quotient : a - quotient * b);
  }
  case Op::Divide:
    if (b == 0)
      return gen.poison(loc, "division by zero");
    return Datum::ofFloat(double(a) / double(b));
  case Op::Power:
    if (a == 0 && b < 0)
      return gen.poison(loc, "division by zero");
    if (b < 0)
      return Datum::ofFloat(std::pow(double(a), double(b)));
    if (auto power = intPower(a, b))
      return *power;
    return overflow(gen, loc);
  default:
    llvm_unreachable("no arithmetic operator");
  }
}

static Datum binaryFloats(GraphGen &gen, Op op, double a, double b, SMLoc loc) {
  switch (op) {
  case Op::Add:
    return Datum::ofFloat(a + b);
  case Op::Subtract:
    return Datum::ofFloat(a - b);
  case Op::Multiply:
    return Datum::ofFloat(a * b);
  case Op::Divide:
  case Op::FloorDivide:
  case Op::Remainder:
    if (b == 0)
      return gen.poison(loc, "division by zero");
    if (op == Op::Divide)
      return Datum::ofFloat(a / b);
    return Datum::ofFloat(op == Op::FloorDivide ? std::floor(a / b)
                                                : a - b * std::floor(a / b));
  case Op::Power:
    if (a == 0 && b < 0)
      return gen.poison(loc, "division by zero");
    return Datum::ofFloat(std::pow(a, b));
  default:
    llvm_unreachable("no arithmetic operator");
  }
}

static bool isComparison(Op op) {
  return op >= Op::Equal && op <= Op::GreaterEqual;
}

static nn::Predicate predicateOf(Op op) {
  switch (op) {
  case Op::Equal:
    return nn::Predicate::eq;
  case Op::NotEqual:
    return nn::Predicate::ne;
  case Op::Less:
    return nn::Predicate::lt;
  case Op::LessEqual:
    return nn::Predicate::le;
  case Op::Greater:
    return nn::Predicate::gt;
  default:
    return nn::Predicate::ge;
  }
}

static bool equal(const Datum &lhs, const Datum &rhs) {
  if (lhs.isNumber() && rhs.isNumber())
    return lhs.isInt() && rhs.isInt() ? lhs.getInt() == rhs.getInt()
                                      : lhs.getNumber() == rhs.getNumber();
  if (lhs.getKind() != rhs.getKind())
    return false;
  switch (lhs.getKind()) {
  case Datum::Kind::None:
    return true;
  case Datum::Kind::Bool:
    return lhs.getBool() == rhs.getBool();
  case Datum::Kind::String:
  case Datum::Kind::Path:
    return lhs.getString() == rhs.getString();
  case Datum::Kind::Element:
    return lhs.getElement() == rhs.getElement();
  case Datum::Kind::Function:
    return lhs.getFunction().name == rhs.getFunction().name;
  case Datum::Kind::List:
    return lhs.getElements().size() == rhs.getElements().size() &&
           llvm::all_of(llvm::zip(lhs.getElements(), rhs.getElements()),
                        [](auto pair) {
                          return equal(std::get<0>(pair), std::get<1>(pair));
                        });
  default:
    return false;
  }
}

static Datum unsupported(GraphGen &gen, Op op, const Datum &lhs,
                         const Datum &rhs, SMLoc loc) {
  return gen.poison(loc, "'" + Twine(stringify(op)) + "' is not defined for " +
                             lhs.describeKind() + " and " + rhs.describeKind());
}

static Datum compareConstants(GraphGen &gen, Op op, const Datum &lhs,
                              const Datum &rhs, SMLoc loc) {
  if (op == Op::Equal || op == Op::NotEqual)
    return Datum::ofBool(equal(lhs, rhs) == (op == Op::Equal));
  int order;
  if (lhs.isNumber() && rhs.isNumber()) {
    double a = lhs.getNumber(), b = rhs.getNumber();
    if (lhs.isInt() && rhs.isInt())
      order = lhs.getInt() < rhs.getInt() ? -1 : lhs.getInt() > rhs.getInt();
    else if (std::isnan(a) || std::isnan(b))
      return Datum::ofBool(false);
    else
      order = a < b ? -1 : a > b;
  } else if (lhs.isString() && rhs.isString()) {
    order = lhs.getString().compare(rhs.getString());
  } else {
    return unsupported(gen, op, lhs, rhs, loc);
  }
  switch (op) {
  case Op::Less:
    return Datum::ofBool(order < 0);
  case Op::LessEqual:
    return Datum::ofBool(order <= 0);
  case Op::Greater:
    return Datum::ofBool(order > 0);
  default:
    return Datum::ofBool(order >= 0);
  }
}

static Datum binaryConstants(GraphGen &gen, Op op, const Datum &lhs,
                             const Datum &rhs, SMLoc loc) {
  if (isComparison(op))
    return compareConstants(gen, op, lhs, rhs, loc);
  if (op == Op::And || op == Op::Or) {
    if (!lhs.isBool() || !rhs.isBool())
      return unsupported(gen, op, lhs, rhs, loc);
    return Datum::ofBool(op == Op::And ? lhs.getBool() && rhs.getBool()
                                       : lhs.getBool() || rhs.getBool());
  }
  if (lhs.isNumber() && rhs.isNumber() && op != Op::MatMul)
    return lhs.isInt() && rhs.isInt()
               ? binaryInts(gen, op, lhs.getInt(), rhs.getInt(), loc)
               : binaryFloats(gen, op, lhs.getNumber(), rhs.getNumber(), loc);
  if (op == Op::Add && lhs.isString() && rhs.isString())
    return gen.limit(Datum::ofString((lhs.getString() + rhs.getString()).str()),
                     loc);
  if (op == Op::Add && lhs.isList() && rhs.isList()) {
    Datum::Elements joined = lhs.getElements();
    joined.insert(joined.end(), rhs.getElements().begin(),
                  rhs.getElements().end());
    return gen.limit(Datum::ofList(std::move(joined)), loc);
  }
  if (op == Op::Multiply && lhs.isList() && rhs.isInt()) {
    Datum::Elements joined;
    int64_t count = std::max<int64_t>(rhs.getInt(), 0);
    if (count > 1000000 / lhs.getWeight())
      return gen.poison(loc, "a list of more than 1000000 elements");
    for (int64_t i = 0; i < count; ++i)
      joined.insert(joined.end(), lhs.getElements().begin(),
                    lhs.getElements().end());
    return gen.limit(Datum::ofList(std::move(joined)), loc);
  }
  return unsupported(gen, op, lhs, rhs, loc);
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

static StringRef mnemonicOf(Op op) {
  switch (op) {
  case Op::Add:
    return "add";
  case Op::Subtract:
    return "sub";
  case Op::Multiply:
    return "mul";
  case Op::Divide:
    return "div";
  case Op::FloorDivide:
    return "floordiv";
  case Op::Remainder:
    return "mod";
  case Op::And:
    return "and";
  case Op::Or:
    return "or";
  default:
    llvm_unreachable("no elementwise operator");
  }
}

Datum GraphGen::elementwise(StringRef mnemonic, Datum lhs, Datum rhs,
                            SMLoc loc) {
  Value left, right;
  if (lhs.isPoison() || rhs.isPoison() ||
      !toTensors(lhs, rhs, loc, left, right))
    return Datum();
  builder.setLoc(mlirLoc(loc));
  return tensor(builder.binary(mnemonic, left, right), loc);
}

/// `/` of integers is floating-point division.
static Datum toFloating(GraphGen &gen, const Datum &value, SMLoc loc) {
  if (!value.isTensor() || isFloat(value.getTensor()) ||
      isBool(value.getTensor()))
    return value;
  gen.builder.setLoc(gen.mlirLoc(loc));
  return gen.tensor(
      gen.builder.convert(value.getTensor(), gen.builder.getOps().getF32Type()),
      loc);
}

Datum GraphGen::power(Datum base, Datum exponent, SMLoc loc) {
  builder.setLoc(mlirLoc(loc));
  if (base.isTensor() && exponent.isNumber()) {
    Value x = base.getTensor();
    double value = exponent.getNumber();
    if (value == std::floor(value) && std::abs(value) <= 64)
      return tensor(builder.power(x, int64_t(value)), loc);
    if (isFloat(x) && value == 0.5)
      return tensor(builder.unary("sqrt", x), loc);
  }
  return elementwise("pow", base, exponent, loc);
}

Datum GraphGen::binary(Op op, Datum lhs, Datum rhs, SMLoc loc) {
  if (lhs.isPoison() || rhs.isPoison())
    return Datum();
  auto isGraph = [](const Datum &x) { return x.isTensor() || x.isPath(); };
  if (!isGraph(lhs) && !isGraph(rhs))
    return binaryConstants(*this, op, lhs, rhs, loc);
  // A tensor equals no string and no none: such a test is about the kind.
  auto isKindTest = [](const Datum &x) {
    return x.isNone() || x.isString() || x.isFunction() || x.isElement();
  };
  if ((op == Op::Equal || op == Op::NotEqual) &&
      (isKindTest(lhs) || isKindTest(rhs)))
    return Datum::ofBool(op == Op::NotEqual);
  if (mode == Mode::Constants)
    return poison(loc, "a constant cannot be made of tensors");
  for (Datum *side : {&lhs, &rhs})
    if (side->isPath()) {
      Value value = toTensor(*side, loc);
      if (!value)
        return Datum();
      *side = Datum::ofTensor(value);
    }
  if (op == Op::MatMul) {
    Value left = toTensor(lhs, loc), right = left ? toTensor(rhs, loc) : left;
    if (!right)
      return Datum();
    builder.setLoc(mlirLoc(loc));
    return tensor(builder.matmul(left, right), loc);
  }
  if (op == Op::Power)
    return power(lhs, rhs, loc);
  if (isComparison(op)) {
    Value left, right;
    if (!toTensors(lhs, rhs, loc, left, right))
      return Datum();
    builder.setLoc(mlirLoc(loc));
    return tensor(builder.compare(predicateOf(op), left, right), loc);
  }
  if (op == Op::Divide) {
    lhs = toFloating(*this, lhs, loc);
    rhs = toFloating(*this, rhs, loc);
  }
  return elementwise(mnemonicOf(op), lhs, rhs, loc);
}

Datum GraphGen::negate(Datum value, SMLoc loc) {
  if (value.isInt())
    return value.getInt() == INT64_MIN ? overflow(*this, loc)
                                       : Datum::ofInt(-value.getInt());
  if (value.isFloat())
    return Datum::ofFloat(-value.getNumber());
  if (value.isPath())
    value = tensor(toTensor(value, loc), loc);
  if (value.isPoison())
    return value;
  if (!value.isTensor())
    return poison(loc, "'-' is not defined for " + value.describeKind());
  builder.setLoc(mlirLoc(loc));
  return tensor(builder.unary("neg", value.getTensor()), loc);
}

Datum GraphGen::logicalNot(Datum value, SMLoc loc) {
  if (value.isBool())
    return Datum::ofBool(!value.getBool());
  if (!value.isTensor())
    return poison(loc, "'not' is not defined for " + value.describeKind());
  builder.setLoc(mlirLoc(loc));
  return tensor(builder.unary("not", value.getTensor()), loc);
}

} // namespace nnc::sema

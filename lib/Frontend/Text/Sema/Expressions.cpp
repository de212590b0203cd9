//===- Expressions.cpp - names, literals, members -------------------------===//
//
// The recursive evaluation of expressions. Operators, calls and indexing have
// files of their own.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"
#include "llvm/ADT/ScopeExit.h"
#include <cmath>
#include <numbers>

using namespace mlir;

namespace nnc::sema {

Datum evalIndex(GraphGen &gen, const ast::IndexExpr *expr);

Datum GraphGen::eval(const ast::Expr *expr, SiteName site) {
  Datum value = evalAll(expr, site);
  if (value.isTuple())
    return value.getElements().front();
  return value;
}

/// A name that needs no declaration; nothing if `name` is none.
static std::optional<Datum> builtinValue(GraphGen &gen, StringRef name) {
  if (name == "training")
    return Datum::ofBool(gen.isTraining());
  if (name == "inf")
    return Datum::ofFloat(std::numeric_limits<double>::infinity());
  if (name == "nan")
    return Datum::ofFloat(std::numeric_limits<double>::quiet_NaN());
  if (name == "pi")
    return Datum::ofFloat(std::numbers::pi);
  if (Type element = parseElement(name, gen.builder.getContext()))
    return Datum::ofElement(element);
  return std::nullopt;
}

static Datum evalName(GraphGen &gen, const ast::NameExpr *expr) {
  StringRef name = expr->name;
  Frame &frame = *gen.frame;
  if (auto found = frame.values.find(name); found != frame.values.end())
    return found->second.value;
  if (ConstInfo *constant = lookupConst(name, *frame.file)) {
    if (constant->file != frame.file)
      gen.evalConst(*constant);
    if (constant->state != ConstInfo::State::Done)
      return gen.poison(expr->loc, "constant '" + name +
                                       "' is used before its declaration");
    return constant->value;
  }
  if (auto value = builtinValue(gen, name))
    return *value;
  if (auto found = frame.functions.find(name); found != frame.functions.end())
    return Datum::ofFunction(found->second);
  if (auto function = gen.resolveFunction(name)) {
    const ast::FunctionDecl *decl = function->function.decl;
    if (decl && decl->functionKind == ast::FunctionKind::Model)
      return gen.modelPath(function->function);
    return Datum::ofFunction(*function);
  }
  // The names of a body are checked before: this one was bound on another way.
  if (frame.decl)
    return gen.poison(expr->loc, "'" + name + "' is read before it is bound");
  return gen.poison(expr->loc, "unknown name '" + name + "'");
}

static Datum evalMember(GraphGen &gen, const ast::MemberExpr *expr) {
  StringRef member = expr->member.name;
  Datum base = gen.eval(expr->base);
  if (base.isPoison())
    return base;
  if (base.isPath()) {
    std::string path = (base.getString() + "." + member).str();
    return Datum::ofPath(path);
  }
  // A value may be called like a model; parameters are still meant.
  auto *name = dyn_cast<ast::NameExpr>(expr->base);
  bool isAttribute = member == "shape" || member == "rank" ||
                     member == "ndim" || member == "dtype" || member == "T";
  if (name && !isAttribute)
    if (auto found = gen.resolveFunction(name->name))
      if (const ast::FunctionDecl *decl = found->function.decl;
          decl && decl->functionKind == ast::FunctionKind::Model)
        return Datum::ofPath(
            (gen.modelPath(found->function).getString() + "." + member).str());
  if (!base.isTensor()) {
    if (base.isNumber() && member == "rank")
      return Datum::ofInt(0);
    if (base.isNumber() && member == "shape")
      return Datum::ofList({});
    return gen.poison(expr->member.loc,
                      base.describeKind() + " has no '" + member + "'");
  }
  Value x = base.getTensor();
  if (member == "shape")
    return Datum::ofInts(shapeOf(x));
  if (member == "rank" || member == "ndim")
    return Datum::ofInt(rankOf(x));
  if (member == "dtype")
    return Datum::ofElement(elementOf(x));
  if (member == "T") {
    SmallVector<int64_t> axes;
    for (int64_t i = rankOf(x) - 1; i >= 0; --i)
      axes.push_back(i);
    gen.builder.setLoc(gen.mlirLoc(expr->member.loc));
    return gen.tensor(gen.builder.transpose(x, axes), expr->member.loc);
  }
  std::string text =
      ("a tensor has no '" + member + "'; it has shape, rank, dtype and T")
          .str();
  if (lookupFunction(member, *gen.frame->file))
    text = ("a tensor has no '" + member + "'; write " + member + "(x)").str();
  return gen.poison(expr->member.loc, text);
}

static Datum evalList(GraphGen &gen, const ast::ListExpr *expr) {
  Datum::Elements elements;
  for (const ast::Expr *element : expr->elements) {
    elements.push_back(gen.eval(element));
    if (elements.back().isPoison())
      return Datum();
  }
  return gen.limit(Datum::ofList(std::move(elements)), expr->loc);
}

/// `and` and `or` of compile-time values stop at the first that decides.
static Datum evalBinary(GraphGen &gen, const ast::BinaryExpr *expr) {
  bool isAnd = expr->op == ast::BinaryOp::And;
  Datum lhs = gen.eval(expr->lhs);
  if (lhs.isPoison())
    return gen.eval(expr->rhs), Datum();
  if ((isAnd || expr->op == ast::BinaryOp::Or) && lhs.isBool() &&
      lhs.getBool() != isAnd)
    return lhs;
  Datum rhs = gen.eval(expr->rhs);
  if (rhs.isPoison())
    return rhs;
  unsigned errors = gen.diags.getNumErrors();
  Datum value = gen.binary(expr->op, lhs, rhs, expr->loc);
  if (value.isPoison() && gen.diags.getNumErrors() != errors && gen.lastError) {
    gen.noteOperand(*gen.lastError, expr->lhs, lhs);
    gen.noteOperand(*gen.lastError, expr->rhs, rhs);
  }
  return value;
}

Datum GraphGen::evalAll(const ast::Expr *expr, SiteName site) {
  if (depth >= maxEvalDepth)
    return poison(expr->loc, "expressions are nested too deeply");
  // Of a call that was abandoned nothing more is judged.
  if (frame && frame->hasReturned)
    return Datum();
  ++depth;
  llvm::scope_exit leave([&] { --depth; });
  switch (expr->kind) {
  case ast::ExprKind::Error:
    return Datum();
  case ast::ExprKind::Name:
    return evalName(*this, cast<ast::NameExpr>(expr));
  case ast::ExprKind::Int:
    return Datum::ofInt(cast<ast::IntExpr>(expr)->value);
  case ast::ExprKind::Float:
    return Datum::ofFloat(cast<ast::FloatExpr>(expr)->value);
  case ast::ExprKind::String:
    return Datum::ofString(cast<ast::StringExpr>(expr)->value);
  case ast::ExprKind::Bool:
    return Datum::ofBool(cast<ast::BoolExpr>(expr)->value);
  case ast::ExprKind::None:
    return Datum::none();
  case ast::ExprKind::List:
    return evalList(*this, cast<ast::ListExpr>(expr));
  case ast::ExprKind::Unary: {
    auto *unary = cast<ast::UnaryExpr>(expr);
    Datum value = eval(unary->operand);
    if (value.isPoison())
      return value;
    return unary->op == ast::UnaryOp::Negate ? negate(value, expr->loc)
                                             : logicalNot(value, expr->loc);
  }
  case ast::ExprKind::Binary:
    return evalBinary(*this, cast<ast::BinaryExpr>(expr));
  case ast::ExprKind::Call:
    return evalCall(cast<ast::CallExpr>(expr), site);
  case ast::ExprKind::Index:
    return evalIndex(*this, cast<ast::IndexExpr>(expr));
  case ast::ExprKind::Member:
    return evalMember(*this, cast<ast::MemberExpr>(expr));
  }
  llvm_unreachable("unknown expression");
}

//===----------------------------------------------------------------------===//
// Tensors from other values
//===----------------------------------------------------------------------===//

/// The numbers of nested lists in row-major order, and their common shape.
static bool flattenList(const Datum &value, size_t level,
                        SmallVectorImpl<int64_t> &shape,
                        std::vector<double> &numbers, bool &hasFloat,
                        bool &hasBool) {
  if (!value.isList()) {
    if (level != shape.size() || !(value.isNumber() || value.isBool()))
      return false;
    hasFloat |= value.isFloat();
    hasBool |= value.isBool();
    numbers.push_back(value.isBool() ? value.getBool() : value.getNumber());
    return true;
  }
  int64_t size = value.getElements().size();
  if (numbers.empty() && level == shape.size())
    shape.push_back(size);
  else if (level >= shape.size() || shape[level] != size)
    return false;
  for (const Datum &element : value.getElements())
    if (!flattenList(element, level + 1, shape, numbers, hasFloat, hasBool))
      return false;
  return true;
}

/// Whether `value` is one of a type's values; a float type takes any number.
static bool fitsElement(double value, Type element) {
  auto type = dyn_cast<IntegerType>(element);
  if (!type)
    return true;
  if (type.getWidth() == 1)
    return value == 0 || value == 1;
  if (value != std::floor(value))
    return false;
  double limit = std::ldexp(1.0, type.getWidth() - (type.isUnsigned() ? 0 : 1));
  return value < limit && value >= (type.isUnsigned() ? 0.0 : -limit);
}

Value GraphGen::toTensor(const Datum &value, SMLoc loc, Type element,
                         bool keepInts) {
  if (value.isPoison())
    return nullptr;
  if (value.isTensor()) {
    if (!value.isLiteral() || !element)
      return value.getTensor();
    builder.setLoc(mlirLoc(loc));
    return builder.convert(value.getTensor(), element);
  }
  if (mode == Mode::Constants) {
    error(loc, "a tensor cannot be made here: a constant is a compile-time "
               "int, float, bool, string or list");
    return nullptr;
  }
  if (value.isPath()) {
    auto found = variables.find(value.getString());
    if (found != variables.end())
      return currentValue(found->second.op);
    if (!parametersOf(value.getString(), loc).empty())
      error(loc, "'" + value.getString() +
                     "' is a model's part and no tensor: name one parameter");
    return nullptr;
  }
  if (!value.isNumber() && !value.isBool() && !value.isList()) {
    error(loc, "expected a tensor, but got " + value.describeKind());
    return nullptr;
  }
  SmallVector<int64_t> shape;
  std::vector<double> numbers;
  bool hasFloat = false, hasBool = false;
  if (!flattenList(value, 0, shape, numbers, hasFloat, hasBool) ||
      (hasBool && hasFloat)) {
    error(loc, "expected a number or nested lists of equally many numbers, "
               "but got " +
                   value.describe());
    return nullptr;
  }
  OpBuilder &ops = builder.getOps();
  if (!element)
    element = hasBool                 ? Type(ops.getI1Type())
              : keepInts && !hasFloat ? Type(ops.getI32Type())
                                      : standardFloat();
  builder.setLoc(mlirLoc(loc));
  auto type = builder.getType(element, shape);
  Value made;
  for (double number : numbers)
    if (!fitsElement(number, element)) {
      error(loc,
            value.describe() + " is no " + describeElement(element) + " value");
      return nullptr;
    }
  if (type && value.isInt())
    made = builder.splatInt(type, value.getInt());
  else if (type)
    made = builder.constant(type, numbers);
  if (!made)
    error(loc, builder.getError());
  return made;
}

Type GraphGen::standardFloat() {
  return initialized ? initialized : builder.getOps().getF32Type();
}

Value GraphGen::numberLike(const Datum &value, RankedTensorType type,
                           SMLoc loc) {
  double number = value.isBool() ? value.getBool() : value.getNumber();
  if (value.isBool() && !type.getElementType().isInteger(1)) {
    error(loc, "expected a number beside " + describeType(type) + ", but got " +
                   value.describe());
    return nullptr;
  }
  if (value.isNumber() && type.getElementType().isInteger(1)) {
    error(loc, "a number beside the bool tensor " + describeType(type) +
                   "; convert it, for example with f32(…)");
    return nullptr;
  }
  if (!fitsElement(number, type.getElementType())) {
    error(loc, value.describe() + " is no " +
                   describeElement(type.getElementType()) +
                   " value; convert the tensor, for example with f32(…)");
    return nullptr;
  }
  builder.setLoc(mlirLoc(loc));
  Value made = value.isInt() ? builder.splatInt(type, value.getInt())
                             : builder.splat(type, number);
  if (!made)
    error(loc, builder.getError());
  return made;
}

bool GraphGen::toTensors(const Datum &lhs, const Datum &rhs, SMLoc loc,
                         Value &left, Value &right) {
  auto isScalar = [](const Datum &x) { return x.isNumber() || x.isBool(); };
  if (lhs.isLiteral() && rhs.isTensor() && !rhs.isLiteral()) {
    right = rhs.getTensor();
    left = toTensor(lhs, loc, elementOf(right));
    return left && right;
  }
  if (isScalar(lhs) && isScalar(rhs)) {
    left = toTensor(lhs, loc);
    right = left ? toTensor(rhs, loc) : nullptr;
    return left && right;
  }
  left = isScalar(lhs)
             ? nullptr
             : toTensor(lhs, loc,
                        rhs.isTensor() ? elementOf(rhs.getTensor()) : Type());
  if (!left && !isScalar(lhs))
    return false;
  right = isScalar(rhs) ? nullptr
                        : toTensor(rhs, loc, left ? elementOf(left) : Type());
  if (!right && !isScalar(rhs))
    return false;
  if (!left)
    left = numberLike(lhs, tensorTypeOf(right), loc);
  else if (!right)
    right = numberLike(rhs, tensorTypeOf(left), loc);
  return left && right;
}

} // namespace nnc::sema

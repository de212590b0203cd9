//===- Expr.h - the expressions and types of a .nn file -------------------===//
//
// The lower half of the syntax tree; AST.h has the rest and says how both are
// made. Each node has its range in the source and `loc`, the one place where a
// diagnostic about it belongs: an operator, the name of a call, else the
// beginning. Parentheses leave no trace, and `x |> f(a)` is already the call
// `f(x, a)`, so that later stages see one form of each thing.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_FRONTEND_TEXT_EXPR_H
#define NNC_FRONTEND_TEXT_EXPR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Casting.h"
#include "llvm/Support/SMLoc.h"
#include <algorithm>
#include <cstdint>

namespace nnc::ast {

using llvm::ArrayRef;
using llvm::SMLoc;
using llvm::SMRange;
using llvm::StringRef;

/// The deepest tree an expression can be: longer chains of operators or of
/// `|>` are refused by the parser, so that later stages may recurse.
constexpr unsigned maxExprDepth = 1000;

/// A name where it was written. Empty where an optional name is missing.
struct Identifier {
  StringRef name;
  SMLoc loc;

  explicit operator bool() const { return !name.empty(); }
};

/// What every node has.
struct Node {
  SMRange range;
  SMLoc loc;

  SMLoc getBegin() const { return range.Start; }
  SMLoc getEnd() const { return range.End; }
  /// The source text of the node.
  StringRef getText() const {
    const char *begin = range.Start.getPointer();
    return StringRef(begin, range.End.getPointer() - begin);
  }

protected:
  Node(SMRange range, SMLoc loc) : range(range), loc(loc) {}
};

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

enum class ExprKind : uint8_t {
  Error,
  Name,
  Int,
  Float,
  String,
  Bool,
  None,
  List,
  Unary,
  Binary,
  Call,
  Index,
  Member
};

struct Expr : Node {
  const ExprKind kind;
  /// Height of the tree below and including this node.
  uint16_t depth = 1;

protected:
  Expr(ExprKind kind, SMRange range, SMLoc loc)
      : Node(range, loc), kind(kind) {}
  void cover(const Expr *child) {
    depth = std::max<uint16_t>(depth, child->depth + 1);
  }
};

/// Gives an expression struct its `classof`.
template <ExprKind K>
struct ExprOf : Expr {
  static bool classof(const Expr *expr) { return expr->kind == K; }

protected:
  ExprOf(SMRange range, SMLoc loc) : Expr(K, range, loc) {}
};

/// Text that could not be understood; an error has been reported for it.
struct ErrorExpr : ExprOf<ExprKind::Error> {
  explicit ErrorExpr(SMRange range) : ExprOf(range, range.Start) {}
};

/// A value, or a function where one is expected. `inf`, `pi` and `training`
/// are names too.
struct NameExpr : ExprOf<ExprKind::Name> {
  StringRef name;
  NameExpr(SMRange range, StringRef name)
      : ExprOf(range, range.Start), name(name) {}
};

/// `12`, `1_000`.
struct IntExpr : ExprOf<ExprKind::Int> {
  int64_t value;
  IntExpr(SMRange range, int64_t value)
      : ExprOf(range, range.Start), value(value) {}
};

/// `1.5`, `.5`, `1e-3`.
struct FloatExpr : ExprOf<ExprKind::Float> {
  double value;
  FloatExpr(SMRange range, double value)
      : ExprOf(range, range.Start), value(value) {}
};

/// `"text"`, with its escapes resolved.
struct StringExpr : ExprOf<ExprKind::String> {
  StringRef value;
  StringExpr(SMRange range, StringRef value)
      : ExprOf(range, range.Start), value(value) {}
};

/// `true`, `false`.
struct BoolExpr : ExprOf<ExprKind::Bool> {
  bool value;
  BoolExpr(SMRange range, bool value)
      : ExprOf(range, range.Start), value(value) {}
};

/// `none`.
struct NoneExpr : ExprOf<ExprKind::None> {
  explicit NoneExpr(SMRange range) : ExprOf(range, range.Start) {}
};

/// `[a, b]`, `[]`.
struct ListExpr : ExprOf<ExprKind::List> {
  ArrayRef<Expr *> elements;
  ListExpr(SMRange range, ArrayRef<Expr *> elements)
      : ExprOf(range, range.Start), elements(elements) {
    for (Expr *element : elements)
      cover(element);
  }
};

enum class UnaryOp : uint8_t { Negate, Not };

/// `-x`, `not x`; `loc` is the operator.
struct UnaryExpr : ExprOf<ExprKind::Unary> {
  UnaryOp op;
  Expr *operand;
  UnaryExpr(SMRange range, UnaryOp op, Expr *operand)
      : ExprOf(range, range.Start), op(op), operand(operand) {
    cover(operand);
  }
};

enum class BinaryOp : uint8_t {
  Or,
  And,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  Add,
  Subtract,
  Multiply,
  Divide,
  FloorDivide,
  Remainder,
  MatMul,
  Power
};

/// `lhs op rhs`; `loc` is the operator.
struct BinaryExpr : ExprOf<ExprKind::Binary> {
  BinaryOp op;
  Expr *lhs, *rhs;

  BinaryExpr(SMLoc opLoc, BinaryOp op, Expr *lhs, Expr *rhs)
      : ExprOf(SMRange(lhs->getBegin(), rhs->getEnd()), opLoc), op(op),
        lhs(lhs), rhs(rhs) {
    cover(lhs);
    cover(rhs);
  }
};

/// One argument of a call; `keyword` is empty for a positional one.
struct Argument {
  Identifier keyword;
  Expr *value;
};

/// `f(x, k=1)`, `frozen(M)(x)`, and both forms of `|>`; `loc` is the name.
struct CallExpr : ExprOf<ExprKind::Call> {
  /// A NameExpr, a MemberExpr or, as in `frozen(M)(x)`, a CallExpr.
  Expr *callee;
  /// Positional ones first. A value piped in is the first.
  ArrayRef<Argument> args;
  /// The `|>` through which the first argument came; invalid without one.
  SMLoc pipeLoc;
  CallExpr(SMRange range, SMLoc nameLoc, Expr *callee, ArrayRef<Argument> args,
           SMLoc pipeLoc = SMLoc())
      : ExprOf(range, nameLoc), callee(callee), args(args), pipeLoc(pipeLoc) {
    cover(callee);
    for (const Argument &arg : args)
      cover(arg.value);
  }

  bool isPiped() const { return pipeLoc.isValid(); }
  /// The name of the function where the callee is a plain name, else empty.
  StringRef getCalleeName() const {
    auto *name = llvm::dyn_cast<NameExpr>(callee);
    return name ? name->name : StringRef();
  }
};

/// One item between the brackets of `x[:, 0:4, -1]`.
struct IndexItem {
  enum Kind : uint8_t {
    Single,   ///< `i`, which is `begin`
    Slice,    ///< `begin:end:step`, each of which may be null
    Ellipsis, ///< `...`
  };
  Kind kind;
  SMRange range;
  Expr *begin = nullptr;
  Expr *end = nullptr;
  Expr *step = nullptr;
};

/// `x[...]`; at least one item.
struct IndexExpr : ExprOf<ExprKind::Index> {
  Expr *base;
  ArrayRef<IndexItem> items;
  IndexExpr(SMRange range, Expr *base, ArrayRef<IndexItem> items)
      : ExprOf(range, range.Start), base(base), items(items) {
    cover(base);
    for (const IndexItem &item : items)
      for (Expr *part : {item.begin, item.end, item.step})
        if (part)
          cover(part);
  }
};

/// `x.T`, `x.shape`, `M.fc.weight`; `loc` is the beginning of the base.
struct MemberExpr : ExprOf<ExprKind::Member> {
  Expr *base;
  Identifier member;
  MemberExpr(SMRange range, Expr *base, Identifier member)
      : ExprOf(range, range.Start), base(base), member(member) {
    cover(base);
  }
};

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

/// What a type annotation says.
enum class TypeKind : uint8_t {
  Int,          ///< `int`
  Float,        ///< `float`
  Bool,         ///< `bool`
  String,       ///< `string`
  List,         ///< `list`
  Pair,         ///< `pair`: two ints, or an int for both
  Axes,         ///< `axes`: an int or a list of them
  Function,     ///< `fn`: a layer or function by name
  Model,        ///< `model`: a model by name
  Tensor,       ///< `tensor`: a tensor of any type
  ShapedTensor, ///< `f32[N, 28]`: a tensor of this type
};

/// F16 and BF16 are reserved: semantic analysis says so.
enum class ElementType : uint8_t {
  F16,
  BF16,
  F32,
  F64,
  I8,
  I16,
  I32,
  I64,
  U8,
  Bool
};

/// A type annotation.
struct Type : Node {
  TypeKind kind;
  /// Of a ShapedTensor.
  ElementType element = ElementType::F32;
  /// Of a variable's type: what gives the element type, `x.dtype` or a name
  /// bound to one; null where it is written out.
  Expr *computed = nullptr;
  /// Of a ShapedTensor: one expression per axis; empty for a scalar.
  ArrayRef<Expr *> dims;
  Type(SMRange range, TypeKind kind) : Node(range, range.Start), kind(kind) {}
  Type(SMRange range, ElementType element, ArrayRef<Expr *> dims)
      : Node(range, range.Start), kind(TypeKind::ShapedTensor),
        element(element), dims(dims) {}
  Type(SMRange range, Expr *computed, ArrayRef<Expr *> dims)
      : Node(range, range.Start), kind(TypeKind::ShapedTensor),
        computed(computed), dims(dims) {}
};

/// The language's words for them (`f32`, `matmul`'s `@`, …).
StringRef stringify(ElementType type);
StringRef stringify(TypeKind kind);
StringRef stringify(UnaryOp op);
StringRef stringify(BinaryOp op);

} // namespace nnc::ast

#endif // NNC_FRONTEND_TEXT_EXPR_H

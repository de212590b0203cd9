//===- AST.h - the syntax tree of a .nn file ------------------------------===//
//
// What the parser makes and semantic analysis reads.
//
// The nodes are plain structs, allocated in a `Context` and never freed one by
// one; lists are ArrayRefs into the same arena, names point into the source.
// A tree is complete: where text could not be understood the parser reports it
// and puts an `ErrorExpr`, and no pointer is null unless its comment says that
// it may be.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_FRONTEND_TEXT_AST_H
#define NNC_FRONTEND_TEXT_AST_H

#include "nnc/Frontend/Text/Expr.h"
#include "llvm/Support/Allocator.h"
#include <type_traits>
#include <utility>

namespace nnc::ast {

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

enum class StmtKind : uint8_t {
  Bind,
  Variable,
  Update,
  Repeat,
  If,
  Scan,
  Minimize,
  Return
};

/// `loc` of a statement is its first token.
struct Stmt : Node {
  const StmtKind kind;

protected:
  Stmt(StmtKind kind, SMRange range) : Node(range, range.Start), kind(kind) {}
};

/// Gives a statement struct its `classof`.
template <StmtKind K>
struct StmtOf : Stmt {
  static bool classof(const Stmt *stmt) { return stmt->kind == K; }

protected:
  explicit StmtOf(SMRange range) : Stmt(K, range) {}
};

/// `{ … }`; the range includes the braces.
struct Block {
  SMRange range;
  ArrayRef<Stmt *> stmts;
};

/// `a = expr`, `a, b = expr`.
struct BindStmt : StmtOf<StmtKind::Bind> {
  ArrayRef<Identifier> targets;
  Expr *value;
  BindStmt(SMRange range, ArrayRef<Identifier> targets, Expr *value)
      : StmtOf(range), targets(targets), value(value) {}
};

/// `param w: f32[O, I] = init`, `state m = init`.
struct VariableStmt : StmtOf<StmtKind::Variable> {
  /// Trainable (`param`) or not (`state`).
  bool isParam;
  Identifier name;
  /// Null where none was written.
  Type *type;
  Expr *init;
  VariableStmt(SMRange range, bool isParam, Identifier name, Type *type,
               Expr *init)
      : StmtOf(range), isParam(isParam), name(name), type(type), init(init) {}
};

/// `m <- expr`.
struct UpdateStmt : StmtOf<StmtKind::Update> {
  Identifier target;
  SMLoc arrowLoc;
  Expr *value;
  UpdateStmt(SMRange range, Identifier target, SMLoc arrowLoc, Expr *value)
      : StmtOf(range), target(target), arrowLoc(arrowLoc), value(value) {}
};

/// `repeat 4 { … }`, `repeat i in 4 { … }`, `repeat c in [16, 32] { … }`.
struct RepeatStmt : StmtOf<StmtKind::Repeat> {
  /// Empty in the first form.
  Identifier variable;
  /// A count or a list.
  Expr *over;
  Block body;
  RepeatStmt(SMRange range, Identifier variable, Expr *over, Block body)
      : StmtOf(range), variable(variable), over(over), body(body) {}
};

/// One condition of an `if` and what it guards.
struct IfBranch {
  Expr *condition;
  Block body;
};

/// `if a { … } else if b { … } else { … }`.
struct IfStmt : StmtOf<StmtKind::If> {
  ArrayRef<IfBranch> branches;
  bool hasElse;
  Block elseBody;
  IfStmt(SMRange range, ArrayRef<IfBranch> branches, bool hasElse,
         Block elseBody)
      : StmtOf(range), branches(branches), hasElse(hasElse),
        elseBody(elseBody) {}
};

/// `xt in x`: what one turn of a scan sees of `source`.
struct ScanInput {
  Identifier name;
  Expr *source;
};

/// `h as hs`.
struct ScanOutput {
  Identifier name;
  Identifier stacked;
};

/// `scan xt in x along 1 carry h, c { … } collect h as hs`.
struct ScanStmt : StmtOf<StmtKind::Scan> {
  ArrayRef<ScanInput> inputs;
  Expr *axis;
  ArrayRef<Identifier> carried;
  Block body;
  ArrayRef<ScanOutput> collected;
  ScanStmt(SMRange range, ArrayRef<ScanInput> inputs, Expr *axis,
           ArrayRef<Identifier> carried, Block body,
           ArrayRef<ScanOutput> collected)
      : StmtOf(range), inputs(inputs), axis(axis), carried(carried), body(body),
        collected(collected) {}
};

/// `minimize L over M, M2.block_1 with adam(lr=1e-3)`.
struct MinimizeStmt : StmtOf<StmtKind::Minimize> {
  Expr *loss;
  /// NameExprs and MemberExprs; empty means all that the loss depends on.
  ArrayRef<Expr *> over;
  /// A CallExpr, unless it could not be understood. `with sgd` is `sgd()`.
  Expr *optimizer;
  MinimizeStmt(SMRange range, Expr *loss, ArrayRef<Expr *> over,
               Expr *optimizer)
      : StmtOf(range), loss(loss), over(over), optimizer(optimizer) {}
};

/// One output; `name` is empty where only a value was written.
struct ReturnItem {
  Identifier name;
  Expr *value;
};

/// `return a, name = expr`; at least one item.
struct ReturnStmt : StmtOf<StmtKind::Return> {
  ArrayRef<ReturnItem> items;
  ReturnStmt(SMRange range, ArrayRef<ReturnItem> items)
      : StmtOf(range), items(items) {}
};

//===----------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------===//

enum class DeclKind : uint8_t { Const, Import, Function };

/// `loc` of a declaration is the name it declares, of an import its path.
struct Decl : Node {
  const DeclKind kind;

protected:
  Decl(DeclKind kind, SMRange range, SMLoc loc)
      : Node(range, loc), kind(kind) {}
};

/// Gives a declaration struct its `classof`.
template <DeclKind K>
struct DeclOf : Decl {
  static bool classof(const Decl *decl) { return decl->kind == K; }

protected:
  DeclOf(SMRange range, SMLoc loc) : Decl(K, range, loc) {}
};

/// `const NAME = expr`.
struct ConstDecl : DeclOf<DeclKind::Const> {
  Identifier name;
  Expr *value;
  ConstDecl(SMRange range, Identifier name, Expr *value)
      : DeclOf(range, name.loc), name(name), value(value) {}
};

/// `import "other.nn"`, `import "net.onnx" as NAME`.
struct ImportDecl : DeclOf<DeclKind::Import> {
  StringRef path;
  /// Empty without `as`.
  Identifier alias;
  ImportDecl(SMRange range, SMLoc pathLoc, StringRef path, Identifier alias)
      : DeclOf(range, pathLoc), path(path), alias(alias) {}
};

enum class FunctionKind : uint8_t {
  Layer,
  Model,
  Entry,
  Step,
  Optimizer,
  Schedule,
  Initializer
};

/// The keyword that declares one.
StringRef stringify(FunctionKind kind);

/// `name: type = default`.
struct Parameter {
  Identifier name;
  /// Null where none was written.
  Type *type;
  /// Null without one.
  Expr *defaultValue;
};

/// Everything with parameters and a body.
struct FunctionDecl : DeclOf<DeclKind::Function> {
  FunctionKind functionKind;
  Identifier name;
  ArrayRef<Parameter> params;
  Block body;
  FunctionDecl(SMRange range, FunctionKind functionKind, Identifier name,
               ArrayRef<Parameter> params, Block body)
      : DeclOf(range, name.loc), functionKind(functionKind), name(name),
        params(params), body(body) {}
};

/// One parsed buffer.
struct File {
  /// Its number in the source manager.
  unsigned bufferID;
  ArrayRef<Decl *> decls;
};

//===----------------------------------------------------------------------===//
// Context
//===----------------------------------------------------------------------===//

/// Owns the nodes of any number of files.
class Context {
public:
  Context() = default;
  Context(const Context &) = delete;
  Context &operator=(const Context &) = delete;

  template <typename T, typename... Args>
  T *create(Args &&...args) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocator.Allocate<T>()) T(std::forward<Args>(args)...);
  }
  /// Copies a list into the arena.
  template <typename Range>
  auto copy(const Range &range) {
    return ArrayRef(range).copy(allocator);
  }
  StringRef copy(StringRef text) { return text.copy(allocator); }

private:
  llvm::BumpPtrAllocator allocator;
};

} // namespace nnc::ast

#endif // NNC_FRONTEND_TEXT_AST_H

//===- NameCheck.cpp - names, returns and recursion without evaluation ----===//
//
// Checks every body, also of what is never called: each name is bound before it
// is read, each function is known, every way through a body returns, and
// nothing reaches itself. What depends on values is left to evaluation.
//
//===----------------------------------------------------------------------===//
#include "Program.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;

namespace nnc::sema {

bool alwaysReturns(const ast::Block &block) {
  for (const ast::Stmt *stmt : block.stmts) {
    if (isa<ast::ReturnStmt>(stmt))
      return true;
    auto *branch = dyn_cast<ast::IfStmt>(stmt);
    if (branch && branch->hasElse && alwaysReturns(branch->elseBody) &&
        all_of(branch->branches, [](const ast::IfBranch &one) {
          return alwaysReturns(one.body);
        }))
      return true;
  }
  return false;
}

namespace {

/// A function and where it is called first.
using CallEdges = MapVector<const ast::FunctionDecl *, SMLoc>;

class BodyChecker {
public:
  BodyChecker(Program &program, const FileScope &file)
      : diags(program.diags), file(file) {}

  void checkFunction(const ast::FunctionDecl &decl);
  void checkConsts();

  /// Warns of constants of the main file that no file has read.
  static void warnOfConsts(const FileScope &file, const StringSet<> &read,
                           DiagnosticEngine &diags);

  MapVector<const ast::FunctionDecl *, CallEdges> calls;
  /// Constants that were read.
  StringSet<> readConsts;

private:
  void checkParams(const ast::FunctionDecl &decl);
  void checkBlock(const ast::Block &block);
  void checkStmt(const ast::Stmt *stmt);
  void checkScan(const ast::ScanStmt *scan);
  void checkExpr(const ast::Expr *expr);
  void checkCall(const ast::CallExpr *call);
  void checkName(StringRef name, SMLoc loc);
  bool isKnown(StringRef name) const {
    return bound.contains(name) || lookupConst(name, file) ||
           isBuiltinValue(name);
  }
  bool isModule(const ast::Expr *expr) const;
  void checkElement(const ast::Type &type);
  void addEdge(StringRef name, SMLoc loc);
  void bind(const ast::Identifier &name) { bound.insert(name.name); }
  void addUse(StringRef name) {
    used.insert(name);
    if (!bound.contains(name) && lookupConst(name, file))
      readConsts.insert(name);
  }
  void noteUnused(ArrayRef<ast::Identifier> names, StringRef what) {
    for (const ast::Identifier &name : names)
      if (name.name.starts_with("_"))
        return;
    candidates.push_back({names, what.str()});
  }
  void addUses(const ast::Expr *expr);
  void warnOfUnused();

  DiagnosticEngine &diags;
  const FileScope &file;
  const ast::FunctionDecl *current = nullptr;
  StringSet<> bound;
  /// Names bound anywhere in the body: one of them read before is early.
  StringSet<> everBound;
  /// Names read anywhere in the body, and those of which one should be.
  StringSet<> used;
  struct Candidate {
    ArrayRef<ast::Identifier> names;
    std::string what;
  };
  std::vector<Candidate> candidates;
  unsigned repeats = 0, scans = 0;
};

} // namespace

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

void BodyChecker::addEdge(StringRef name, SMLoc loc) {
  if (!current || bound.contains(name))
    return;
  if (const ast::FunctionDecl *decl = lookupFunction(name, file).decl)
    calls[current].insert({decl, loc});
}

void BodyChecker::checkName(StringRef name, SMLoc loc) {
  addUse(name);
  if (isKnown(name))
    return;
  if (lookupFunction(name, file) || lookupInitializer(name, file)) {
    addEdge(name, loc);
    return;
  }
  if (everBound.contains(name)) {
    diags.error(loc, "'" + name + "' is read before it is bound");
    return;
  }
  if (isReservedType(name)) {
    diags.error(loc, "'" + name + "' is reserved and not supported yet");
    return;
  }
  SmallVector<StringRef> candidates;
  for (auto &entry : bound)
    candidates.push_back(entry.getKey());
  for (auto &entry : file.consts)
    candidates.push_back(entry.getKey());
  for (StringRef word : {"training", "inf", "pi", "true", "false", "none"})
    candidates.push_back(word);
  llvm::sort(candidates);
  std::string suggestion = suggestValue(name, candidates);
  if (suggestion.empty())
    suggestion = suggestFunction(name, file);
  diags.error(loc, "unknown name '" + name + "'" + suggestion);
}

/// Whether it is what other languages have before a function: `torch.nn`.
bool BodyChecker::isModule(const ast::Expr *expr) const {
  if (auto *member = dyn_cast<ast::MemberExpr>(expr))
    return isModule(member->base);
  auto *name = dyn_cast<ast::NameExpr>(expr);
  return name && !everBound.contains(name->name) && !isKnown(name->name);
}

void BodyChecker::checkCall(const ast::CallExpr *call) {
  StringRef name = call->getCalleeName();
  for (const ast::Argument &arg : call->args)
    checkExpr(arg.value);
  if (name.empty()) {
    if (auto *member = dyn_cast<ast::MemberExpr>(call->callee);
        member && isModule(member->base)) {
      diags.error(member->getBegin(),
                  "unknown function '" + member->getText() + "'" +
                      suggestFunction(member->member.name, file));
      return;
    }
    return checkExpr(call->callee);
  }
  addUse(name);
  if (lookupFunction(name, file) || lookupInitializer(name, file))
    return addEdge(name, call->loc);
  // A function that was passed, or a value: evaluation knows.
  if (bound.contains(name))
    return;
  diags.error(call->loc, unknownFunction(name, file));
}

void BodyChecker::checkExpr(const ast::Expr *expr) {
  switch (expr->kind) {
  case ast::ExprKind::Name:
    return checkName(cast<ast::NameExpr>(expr)->name, expr->loc);
  case ast::ExprKind::List:
    for (const ast::Expr *element : cast<ast::ListExpr>(expr)->elements)
      checkExpr(element);
    return;
  case ast::ExprKind::Unary:
    return checkExpr(cast<ast::UnaryExpr>(expr)->operand);
  case ast::ExprKind::Binary:
    checkExpr(cast<ast::BinaryExpr>(expr)->lhs);
    return checkExpr(cast<ast::BinaryExpr>(expr)->rhs);
  case ast::ExprKind::Call:
    return checkCall(cast<ast::CallExpr>(expr));
  case ast::ExprKind::Member:
    return checkExpr(cast<ast::MemberExpr>(expr)->base);
  case ast::ExprKind::Index: {
    auto *index = cast<ast::IndexExpr>(expr);
    checkExpr(index->base);
    for (const ast::IndexItem &item : index->items)
      for (const ast::Expr *part : {item.begin, item.end, item.step})
        if (part)
          checkExpr(part);
    return;
  }
  default:
    return;
  }
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

/// All names that a block binds, at any depth.
static void collectBound(const ast::Block &block, StringSet<> &names) {
  for (const ast::Stmt *stmt : block.stmts) {
    if (auto *bind = dyn_cast<ast::BindStmt>(stmt)) {
      for (const ast::Identifier &target : bind->targets)
        names.insert(target.name);
    } else if (auto *variable = dyn_cast<ast::VariableStmt>(stmt)) {
      names.insert(variable->name.name);
    } else if (auto *repeat = dyn_cast<ast::RepeatStmt>(stmt)) {
      names.insert(repeat->variable.name);
      collectBound(repeat->body, names);
    } else if (auto *scan = dyn_cast<ast::ScanStmt>(stmt)) {
      for (const ast::ScanOutput &output : scan->collected)
        names.insert(output.stacked.name);
    } else if (auto *branch = dyn_cast<ast::IfStmt>(stmt)) {
      for (const ast::IfBranch &one : branch->branches)
        collectBound(one.body, names);
      if (branch->hasElse)
        collectBound(branch->elseBody, names);
    }
  }
}

void BodyChecker::checkElement(const ast::Type &type) {
  if (type.kind == ast::TypeKind::ShapedTensor &&
      (type.element == ast::ElementType::F16 ||
       type.element == ast::ElementType::BF16))
    diags.error(type.loc, "'" + ast::stringify(type.element) +
                              "' is reserved and not supported yet");
}

/// Of what the body binds, only the carried and the collected is seen after it.
void BodyChecker::checkScan(const ast::ScanStmt *scan) {
  for (const ast::ScanInput &input : scan->inputs)
    checkExpr(input.source);
  checkExpr(scan->axis);
  StringSet<> inside, outside;
  auto checkTwice = [&](StringSet<> &names, const ast::Identifier &name) {
    if (!names.insert(name.name).second)
      diags.error(name.loc, "'" + name.name + "' stands twice in this 'scan'");
  };
  for (const ast::ScanInput &input : scan->inputs)
    checkTwice(inside, input.name);
  for (const ast::Identifier &name : scan->carried) {
    checkTwice(inside, name);
    outside.insert(name.name);
  }
  for (const ast::ScanOutput &output : scan->collected)
    checkTwice(outside, output.stacked);
  for (const ast::Identifier &name : scan->carried) {
    checkName(name.name, name.loc);
    bind(name);
  }
  StringSet<> before = bound;
  StringSet<> beforeEver = everBound;
  collectBound(scan->body, everBound);
  for (const ast::ScanInput &input : scan->inputs)
    bind(input.name);
  ++scans;
  checkBlock(scan->body);
  --scans;
  for (const ast::ScanOutput &output : scan->collected)
    checkName(output.name.name, output.name.loc);
  bound = std::move(before);
  everBound = std::move(beforeEver);
  for (const ast::ScanOutput &output : scan->collected)
    bind(output.stacked);
}

void BodyChecker::checkStmt(const ast::Stmt *stmt) {
  switch (stmt->kind) {
  case ast::StmtKind::Bind: {
    auto *binding = cast<ast::BindStmt>(stmt);
    checkExpr(binding->value);
    for (const ast::Identifier &target : binding->targets)
      bind(target);
    // `ok = require(…)` is there for its message.
    auto *call = dyn_cast<ast::CallExpr>(binding->value);
    if (!call || call->getCalleeName() != "require")
      noteUnused(binding->targets, "variable");
    return;
  }
  case ast::StmtKind::Variable: {
    auto *variable = cast<ast::VariableStmt>(stmt);
    if (variable->type) {
      checkElement(*variable->type);
      if (variable->type->computed)
        checkExpr(variable->type->computed);
      for (const ast::Expr *dim : variable->type->dims)
        checkExpr(dim);
    }
    checkExpr(variable->init);
    noteUnused(variable->name, variable->isParam ? "parameter" : "state");
    return bind(variable->name);
  }
  case ast::StmtKind::Update: {
    auto *update = cast<ast::UpdateStmt>(stmt);
    checkName(update->target.name, update->target.loc);
    return checkExpr(update->value);
  }
  case ast::StmtKind::Repeat: {
    auto *repeat = cast<ast::RepeatStmt>(stmt);
    checkExpr(repeat->over);
    if (repeat->variable)
      bind(repeat->variable);
    ++repeats;
    checkBlock(repeat->body);
    --repeats;
    return;
  }
  case ast::StmtKind::If: {
    auto *branch = cast<ast::IfStmt>(stmt);
    for (const ast::IfBranch &one : branch->branches) {
      checkExpr(one.condition);
      checkBlock(one.body);
    }
    if (branch->hasElse)
      checkBlock(branch->elseBody);
    return;
  }
  case ast::StmtKind::Scan:
    return checkScan(cast<ast::ScanStmt>(stmt));
  case ast::StmtKind::Minimize: {
    if (scans != 0)
      diags.error(stmt->loc, "'minimize' may not stand in 'scan'");
    auto *minimize = cast<ast::MinimizeStmt>(stmt);
    checkExpr(minimize->loss);
    for (const ast::Expr *expr : minimize->over)
      checkExpr(expr);
    auto *call = dyn_cast<ast::CallExpr>(minimize->optimizer);
    if (!call)
      return;
    for (const ast::Argument &arg : call->args)
      checkExpr(arg.value);
    StringRef name = call->getCalleeName();
    if (!name.empty() && !lookupFunction(name, file))
      diags.error(call->loc, "unknown optimiser '" + name + "'" +
                                 suggestFunction(name, file));
    return;
  }
  case ast::StmtKind::Return:
    if (repeats != 0)
      diags.error(stmt->loc, "'return' may not stand in 'repeat'");
    if (scans != 0)
      diags.error(stmt->loc, "'return' may not stand in 'scan'");
    if (current->functionKind == ast::FunctionKind::Optimizer)
      diags.error(stmt->loc, "an optimiser updates its parameter with '<-' "
                             "and returns nothing");
    for (const ast::ReturnItem &item : cast<ast::ReturnStmt>(stmt)->items)
      checkExpr(item.value);
    return;
  }
}

void BodyChecker::checkBlock(const ast::Block &block) {
  const ast::Stmt *last = nullptr;
  for (const ast::Stmt *stmt : block.stmts) {
    if (last && isa<ast::ReturnStmt>(last))
      diags.error(stmt->loc, "a body ends in 'return', but a statement follows")
          .attachNote(last->loc, "the 'return' is here");
    last = stmt;
    checkStmt(stmt);
  }
}

//===----------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------===//

/// The names in a dimension, which may bind them.
void BodyChecker::addUses(const ast::Expr *expr) {
  if (auto *name = dyn_cast<ast::NameExpr>(expr)) {
    used.insert(name->name);
    if (lookupConst(name->name, file))
      readConsts.insert(name->name);
  } else if (auto *unary = dyn_cast<ast::UnaryExpr>(expr)) {
    addUses(unary->operand);
  } else if (auto *binary = dyn_cast<ast::BinaryExpr>(expr)) {
    addUses(binary->lhs);
    addUses(binary->rhs);
  } else if (auto *call = dyn_cast<ast::CallExpr>(expr)) {
    for (const ast::Argument &arg : call->args)
      addUses(arg.value);
  } else if (auto *index = dyn_cast<ast::IndexExpr>(expr)) {
    addUses(index->base);
  }
}

void BodyChecker::warnOfUnused() {
  for (const Candidate &candidate : candidates) {
    if (any_of(candidate.names, [&](const ast::Identifier &name) {
          return used.contains(name.name);
        }))
      continue;
    std::string list;
    for (const ast::Identifier &name : candidate.names)
      list += (list.empty() ? "'" : ", '") + name.name.str() + "'";
    bool isOne = candidate.names.size() == 1;
    diags.warning(candidate.names.front().loc,
                  "unused " + candidate.what + (isOne ? " " : "s ") + list);
  }
  candidates.clear();
  used.clear();
}

void BodyChecker::warnOfConsts(const FileScope &file, const StringSet<> &read,
                               DiagnosticEngine &diags) {
  for (const ConstInfo &info : file.ownConsts)
    if (StringRef name = info.decl->name.name;
        !read.contains(name) && !name.starts_with("_"))
      diags.warning(info.decl->loc, "unused constant '" + name + "'");
}

void BodyChecker::checkParams(const ast::FunctionDecl &decl) {
  bool isExported = decl.functionKind == ast::FunctionKind::Entry ||
                    decl.functionKind == ast::FunctionKind::Step;
  // Attributes first: a shape may speak of them.
  for (const ast::Parameter &param : decl.params)
    bind(param.name);
  for (const std::string &dim : freeDims(decl, file))
    bound.insert(dim);
  // What the compiler supplies need not be read.
  for (auto [index, param] : enumerate(decl.params))
    if (!isSupplied(decl, index))
      noteUnused(param.name, isExported ? "input" : "argument");
  for (const ast::Parameter &param : decl.params) {
    if (param.type) {
      checkElement(*param.type);
      for (const ast::Expr *dim : param.type->dims)
        addUses(dim);
    }
    if (param.defaultValue && !isExported)
      checkExpr(param.defaultValue);
    if (!isExported)
      continue;
    if (!param.type || param.type->kind != ast::TypeKind::ShapedTensor)
      diags.error(param.name.loc, "'" + param.name.name +
                                      "' needs a type with a shape, such as "
                                      "f32[1, 3]: inputs are static");
    if (param.defaultValue)
      diags.error(param.defaultValue->loc, "an input has no default value");
  }
}

void BodyChecker::checkFunction(const ast::FunctionDecl &decl) {
  current = &decl;
  calls[current];
  bound.clear();
  everBound.clear();
  checkParams(decl);
  collectBound(decl.body, everBound);
  checkBlock(decl.body);
  if (decl.functionKind != ast::FunctionKind::Optimizer &&
      !alwaysReturns(decl.body))
    diags.error(decl.loc, "'" + decl.name.name +
                              "' does not end in 'return' on every way");
  warnOfUnused();
  current = nullptr;
}

void BodyChecker::checkConsts() {
  bound.clear();
  everBound.clear();
  for (const ConstInfo &info : file.ownConsts)
    checkExpr(info.decl->value);
}

/// Whether `from` reaches `target` by calls; `path` receives the way.
static bool
reaches(const MapVector<const ast::FunctionDecl *, CallEdges> &calls,
        const ast::FunctionDecl *from, const ast::FunctionDecl *target,
        DenseSet<const ast::FunctionDecl *> &seen,
        SmallVectorImpl<const ast::FunctionDecl *> &path) {
  path.push_back(from);
  auto edges = calls.find(from);
  if (edges != calls.end())
    for (auto &[callee, loc] : edges->second) {
      if (callee == target)
        return true;
      if (seen.insert(callee).second &&
          reaches(calls, callee, target, seen, path))
        return true;
    }
  path.pop_back();
  return false;
}

static void
checkRecursion(const MapVector<const ast::FunctionDecl *, CallEdges> &calls,
               DiagnosticEngine &diags) {
  // One error for each ring, at its first member.
  DenseSet<const ast::FunctionDecl *> done;
  for (auto &[decl, edges] : calls) {
    if (done.contains(decl))
      continue;
    for (auto &[callee, loc] : edges) {
      DenseSet<const ast::FunctionDecl *> seen;
      SmallVector<const ast::FunctionDecl *> path;
      StringRef name = decl->name.name;
      if (callee == decl) {
        diags.error(loc, "'" + name +
                             "' calls itself; layers and models may "
                             "not be recursive");
        done.insert(decl);
        break;
      }
      if (!reaches(calls, callee, decl, seen, path))
        continue;
      std::string way;
      for (const ast::FunctionDecl *part : path) {
        way += (way.empty() ? "'" : ", '") + part->name.name.str() + "'";
        done.insert(part);
      }
      diags.error(loc, "'" + name + "' reaches itself through " + way +
                           "; layers and models may not be recursive");
      done.insert(decl);
      break;
    }
  }
}

void checkNames(Program &program) {
  StringSet<> readConsts;
  MapVector<const ast::FunctionDecl *, CallEdges> calls;
  for (const FileScope &file : program.files) {
    if (file.isLibrary || !file.file)
      continue;
    BodyChecker checker(program, file);
    checker.checkConsts();
    for (const ast::Decl *decl : file.file->decls)
      if (auto *function = dyn_cast<ast::FunctionDecl>(decl))
        checker.checkFunction(*function);
    for (auto &entry : checker.calls)
      calls.insert(entry);
    for (auto &entry : checker.readConsts)
      readConsts.insert(entry.getKey());
  }
  BodyChecker::warnOfConsts(*program.main, readConsts, program.diags);
  checkRecursion(calls, program.diags);
}

} // namespace nnc::sema

//===- Statements.cpp - binding, repeating, deciding, returning -----------===//
//
// Runs the statements of a body in the current frame.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"

using namespace mlir;

namespace nnc::sema {

void GraphGen::runBlock(const ast::Block &block) {
  for (const ast::Stmt *stmt : block.stmts) {
    if (frame->hasReturned)
      return;
    runStatement(stmt);
  }
}

void GraphGen::runStatement(const ast::Stmt *stmt) {
  if (++numSteps > maxSteps) {
    if (!std::exchange(isExhausted, true))
      error(stmt->loc, "more than " + Twine(maxSteps) +
                           " statements are run when compiling");
    frame->hasReturned = true;
    return;
  }
  switch (stmt->kind) {
  case ast::StmtKind::Bind:
    return runBind(cast<ast::BindStmt>(stmt));
  case ast::StmtKind::Variable:
    return runVariable(cast<ast::VariableStmt>(stmt));
  case ast::StmtKind::Update:
    return runUpdate(cast<ast::UpdateStmt>(stmt));
  case ast::StmtKind::Repeat:
    return runRepeat(cast<ast::RepeatStmt>(stmt));
  case ast::StmtKind::If:
    return runIf(cast<ast::IfStmt>(stmt));
  case ast::StmtKind::Scan:
    return runScan(cast<ast::ScanStmt>(stmt));
  case ast::StmtKind::Minimize:
    return runMinimize(cast<ast::MinimizeStmt>(stmt));
  case ast::StmtKind::Return:
    return runReturn(cast<ast::ReturnStmt>(stmt));
  }
}

/// Binds a name that may have been a state or a function before.
static void bind(Frame &frame, const ast::Identifier &name, Datum value,
                 SMLoc loc) {
  frame.functions.erase(name.name);
  if (value.isFunction())
    frame.functions[name.name] = value.getFunction();
  frame.values[name.name] = Binding{std::move(value), loc, "", {}};
}

void GraphGen::runBind(const ast::BindStmt *stmt) {
  if (stmt->targets.size() == 1) {
    SiteName site{stmt->targets[0].name, stmt->targets[0].loc};
    bind(*frame, stmt->targets[0], eval(stmt->value, site), stmt->loc);
    return;
  }
  Datum value = evalAll(stmt->value);
  if (!value.isPoison() && !value.isTuple() && !value.isList()) {
    error(stmt->value->loc, Twine(stmt->targets.size()) +
                                " names are bound, but there is one value");
    value = Datum();
  } else if (!value.isPoison() &&
             value.getElements().size() != stmt->targets.size()) {
    error(stmt->value->loc, Twine(stmt->targets.size()) +
                                " names are bound, but there are " +
                                Twine(value.getElements().size()) + " values");
    value = Datum();
  }
  for (auto [index, target] : llvm::enumerate(stmt->targets))
    bind(*frame, target,
         value.isPoison() ? Datum() : value.getElements()[index], stmt->loc);
}

void GraphGen::runUpdate(const ast::UpdateStmt *stmt) {
  StringRef name = stmt->target.name;
  auto found = frame->values.find(name);
  Datum value = eval(stmt->value);
  if (found == frame->values.end()) {
    error(stmt->target.loc, "'" + name + "' is read before it is bound");
    return;
  }
  // Evaluating may have moved the map's entries.
  Binding &binding = frame->values[name];
  if (binding.value.isPoison() || value.isPoison())
    return;
  if (builder.isInScan()) {
    error(stmt->arrowLoc, "a state may not be updated in 'scan'; carry a value "
                          "instead");
    return;
  }
  if (binding.target == Binding::Target::None) {
    error(stmt->arrowLoc, "'" + name +
                              "' is no state; '<-' updates what "
                              "'state' declared")
        .attachNote(binding.loc, "'" + name + "' is bound here");
    return;
  }
  auto type = tensorTypeOf(binding.value.getTensor());
  Value x = value.isNumber() || value.isBool()
                ? numberLike(value, type, stmt->arrowLoc)
                : toTensor(value, stmt->arrowLoc, type.getElementType());
  if (!x)
    return;
  builder.setLoc(mlirLoc(stmt->arrowLoc));
  if (x.getType() != type) {
    error(stmt->arrowLoc, "'" + name + "' is " + describeType(type) +
                              ", but the new value is " + describeType(x))
        .attachNote(binding.loc, "'" + name + "' is declared here");
    return;
  }
  nn::VariableOp variable = builder.lookupVariable(binding.variable);
  builder.writeVariable(variable, x);
  if (binding.target == Binding::Target::State) {
    // A state is not differentiated: what is read later is a plain value.
    if (isFloat(x) && frame->optimized.empty())
      x = builder.stopGradient(x);
    if (!x) {
      error(stmt->arrowLoc, builder.getError());
      return;
    }
    function.states[binding.variable] = x;
  }
  binding.value = Datum::ofTensor(x);
}

void GraphGen::runRepeat(const ast::RepeatStmt *stmt) {
  Datum over = eval(stmt->over);
  if (over.isPoison())
    return;
  if (!over.isInt() && !over.isList()) {
    error(stmt->over->loc,
          "'repeat' takes an int or a list, but got " + over.describeKind());
    return;
  }
  int64_t count =
      over.isInt() ? over.getInt() : int64_t(over.getElements().size());
  if (count < 0) {
    error(stmt->over->loc, "'repeat' cannot run " + Twine(count) + " times");
    return;
  }
  // Sites in the body are named as if it were written once; the turn makes
  // them differ.
  NameScope::Sites before = frame->names.sites;
  NameScope::Sites after = before;
  for (int64_t turn = 0; turn < count; ++turn) {
    if (numSteps > maxSteps || frame->hasReturned)
      break;
    frame->names.sites = before;
    frame->turns.push_back(turn);
    if (stmt->variable)
      bind(*frame, stmt->variable,
           over.isInt() ? Datum::ofInt(turn) : over.getElements()[turn],
           stmt->variable.loc);
    ++numSteps;
    runBlock(stmt->body);
    frame->turns.pop_back();
    for (auto &[name, next] : frame->names.sites.counters)
      after.counters[name] = std::max(after.counters[name], next);
    after.taken.insert(frame->names.sites.taken.begin(),
                       frame->names.sites.taken.end());
  }
  frame->names.sites = std::move(after);
}

void GraphGen::runIf(const ast::IfStmt *stmt) {
  for (const ast::IfBranch &branch : stmt->branches) {
    Datum condition = eval(branch.condition);
    if (condition.isPoison()) {
      // Which way is unknown: nothing after can be judged.
      return abandon(*frame);
    }
    if (condition.isTensor()) {
      error(branch.condition->loc,
            "the condition of 'if' must be known when compiling, but is the "
            "tensor " +
                condition.describe() + "; use where(condition, a, b)");
      return abandon(*frame);
    }
    if (!condition.isBool()) {
      error(branch.condition->loc, "the condition of 'if' must be a bool, but "
                                   "is " +
                                       condition.describeKind());
      return abandon(*frame);
    }
    if (condition.getBool())
      return runBlock(branch.body);
  }
  if (stmt->hasElse)
    runBlock(stmt->elseBody);
}

void GraphGen::runReturn(const ast::ReturnStmt *stmt) {
  ast::FunctionKind kind = frame->decl->functionKind;
  // What a layer's only call gives is passed on, all of it.
  bool passesAll =
      stmt->items.size() == 1 && !stmt->items[0].name &&
      (kind == ast::FunctionKind::Layer || kind == ast::FunctionKind::Model);
  SmallVector<Returned, 2> results;
  for (const ast::ReturnItem &item : stmt->items) {
    Returned result;
    result.name = item.name.name.str();
    if (auto *name = dyn_cast<ast::NameExpr>(item.value);
        name && result.name.empty())
      result.name = name->name.str();
    result.valueLoc = item.value->loc;
    result.loc = item.name ? item.name.loc : result.valueLoc;
    result.value = passesAll ? evalAll(item.value) : eval(item.value);
    results.push_back(std::move(result));
  }
  frame->results = std::move(results);
  frame->hasReturned = true;
}

} // namespace nnc::sema

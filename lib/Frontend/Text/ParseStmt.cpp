//===- ParseStmt.cpp - statements and blocks ------------------------------===//
//
// A statement is told by its first two words: `state m …` declares a variable,
// `state = …` binds a name that happens to be called so.
//
//===----------------------------------------------------------------------===//
#include "ParserImpl.h"
#include "llvm/ADT/StringSwitch.h"

using namespace nnc;
using namespace nnc::ast;

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

std::optional<Block> Parser::parseBlockAfter(bool headIsGood, StringRef owner) {
  if (!headIsGood && !recoverToBlock())
    return std::nullopt;
  return parseBlock(owner);
}

std::optional<Block> Parser::parseBlock(StringRef owner) {
  joinLine(TokenKind::LBrace);
  if (!is(TokenKind::LBrace)) {
    unexpected("'{' to begin the body of " + owner);
    if (!recoverToBlock())
      return std::nullopt;
  }
  if (!checkNesting("block", maxBlocks))
    return std::nullopt;
  llvm::SaveAndRestore deeper(nesting, nesting + 1);
  llvm::SaveAndRestore column(stmtColumn);
  SMLoc open = token.getLoc();
  advance();

  SmallVector<Stmt *> stmts;
  while (!isUnclosed) {
    startLine();
    if (consumeIf(TokenKind::Semicolon))
      continue;
    if (consumeIf(TokenKind::RBrace))
      break;
    if (is(TokenKind::EndOfFile) || atMissingBrace()) {
      unexpected("'}' to close the body of " + owner, open,
                 "the body begins here");
      isUnclosed = true;
      break;
    }
    stmtColumn = lineColumn;
    Stmt *stmt = parseStmt();
    if (stmt)
      stmts.push_back(stmt);
    if (!isUnclosed && (!stmt || !expectEnd()))
      recover();
  }
  return Block{rangeFrom(open), context.copy(stmts)};
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

Stmt *Parser::parseStmt() {
  if (!is(TokenKind::Identifier))
    return reportNoStmt();
  if (peekIs(TokenKind::Assign) || peekIs(TokenKind::Comma) ||
      peekIs(TokenKind::Update))
    return parseBindOrUpdate();
  if (atDecl())
    return reportNoStmt();
  using Parse = Stmt *(Parser::*)();
  auto parse = llvm::StringSwitch<Parse>(token.text)
                   .Cases({"param", "state"}, &Parser::parseVariable)
                   .Case("repeat", &Parser::parseRepeat)
                   .Case("if", &Parser::parseIf)
                   .Case("scan", &Parser::parseScan)
                   .Case("minimize", &Parser::parseMinimize)
                   .Case("return", &Parser::parseReturn)
                   .Default(&Parser::reportNoStmt);
  return (this->*parse)();
}

Stmt *Parser::parseBindOrUpdate() {
  SmallVector<Identifier> targets;
  do {
    Identifier target = parseName("a name to bind");
    if (!target)
      return nullptr;
    targets.push_back(target);
  } while (consumeIf(TokenKind::Comma));

  SMLoc begin = targets.front().loc, opLoc = token.getLoc();
  if (consumeIf(TokenKind::Update)) {
    if (targets.size() > 1) {
      diags.error(opLoc,
                  "'<-' updates one name, found " + Twine(targets.size()));
      return nullptr;
    }
    Expr *value = parseLastExpr();
    return context.create<UpdateStmt>(rangeFrom(begin), targets.front(), opLoc,
                                      value);
  }
  if (!expect(TokenKind::Assign, "'=' after '" + targets.back().name + "'"))
    return nullptr;
  Expr *value = parseLastExpr();
  return context.create<BindStmt>(rangeFrom(begin), context.copy(targets),
                                  value);
}

/// `param w: f32[O, I] = init`, `state m = init`.
Stmt *Parser::parseVariable() {
  SMLoc begin = token.getLoc();
  StringRef keyword = token.text;
  advance();
  Identifier name = parseName("a name after '" + keyword + "'");
  if (!name)
    return nullptr;
  Type *type = nullptr;
  if (consumeIf(TokenKind::Colon) && !(type = parseVariableType()))
    return nullptr;
  if (!expect(TokenKind::Assign, type ? "'=' and an initial value"
                                      : "':' and a type or '=' and an initial "
                                        "value"))
    return nullptr;
  Expr *init = parseLastExpr();
  return context.create<VariableStmt>(rangeFrom(begin), keyword == "param",
                                      name, type, init);
}

Stmt *Parser::parseRepeat() {
  SMLoc begin = token.getLoc();
  advance();
  Identifier variable;
  bool isGood = true;
  if (is(TokenKind::Identifier) && peekIs(TokenKind::Identifier) &&
      token.text != "not" && ahead.text != "and" && ahead.text != "or") {
    variable = parseName("a name after 'repeat'");
    isGood = variable && expectWord("in", "'in' after '" + variable.name + "'");
  }
  Expr *over = isGood ? parseExpr() : nullptr;
  auto body = parseBlockAfter(over, "'repeat'");
  if (!body)
    return nullptr;
  if (!over)
    over = context.create<ErrorExpr>(SMRange(begin, begin));
  return context.create<RepeatStmt>(rangeFrom(begin), variable, over, *body);
}

Stmt *Parser::parseIf() {
  SMLoc begin = token.getLoc();
  SmallVector<IfBranch> branches;
  Block elseBody;
  bool hasElse = false;
  do {
    SMLoc ifLoc = token.getLoc();
    advance();
    Expr *condition = parseExpr();
    auto body = parseBlockAfter(condition, "'if'");
    if (!body)
      return nullptr;
    if (!condition)
      condition = context.create<ErrorExpr>(SMRange(ifLoc, ifLoc));
    branches.push_back({condition, *body});

    if (isUnclosed || !token.isWord("else") ||
        !(ahead.is(TokenKind::LBrace) || ahead.isWord("if")))
      break;
    startLine();
    advance();
    if (isWord("if"))
      continue;
    auto last = parseBlock("'else'");
    if (!last)
      return nullptr;
    hasElse = true;
    elseBody = *last;
  } while (!hasElse);
  return context.create<IfStmt>(rangeFrom(begin), context.copy(branches),
                                hasElse, elseBody);
}

/// `scan xt in x, mt in m along 1 carry h, c`.
bool Parser::parseScanHead(SmallVectorImpl<ScanInput> &inputs, Expr *&axis,
                           SmallVectorImpl<Identifier> &carried) {
  advance();
  do {
    Identifier name = parseName("a name for what one turn sees");
    if (!name || !expectWord("in", "'in' after '" + name.name + "'"))
      return false;
    Expr *source = parseExpr();
    if (!source)
      return false;
    inputs.push_back({name, source});
  } while (consumeIf(TokenKind::Comma));

  if (!expectWord("along", "'along' and an axis") || !(axis = parseExpr()))
    return false;
  if (!consumeWord("carry"))
    return true;
  do {
    carried.push_back(parseName("a name to carry"));
    if (!carried.back())
      return false;
  } while (consumeIf(TokenKind::Comma));
  return true;
}

Stmt *Parser::parseScan() {
  SMLoc begin = token.getLoc();
  SmallVector<ScanInput> inputs;
  SmallVector<Identifier> carried;
  SmallVector<ScanOutput> collected;
  Expr *axis = nullptr;
  bool isGood = parseScanHead(inputs, axis, carried);
  auto body = parseBlockAfter(isGood, "'scan'");
  if (!body || !isGood)
    return nullptr;
  if (!isUnclosed && consumeWord("collect")) {
    do {
      ScanOutput output;
      output.name = parseName("a name to collect");
      if (!output.name || !expectWord("as", "'as' and a name for the values of "
                                            "all turns"))
        return nullptr;
      output.stacked = parseName("a name after 'as'");
      if (!output.stacked)
        return nullptr;
      collected.push_back(output);
    } while (consumeIf(TokenKind::Comma));
  }
  return context.create<ScanStmt>(rangeFrom(begin), context.copy(inputs), axis,
                                  context.copy(carried), *body,
                                  context.copy(collected));
}

/// `minimize L over M, M2.block_1 with adam(lr=1e-3)`.
Stmt *Parser::parseMinimize() {
  SMLoc begin = token.getLoc();
  advance();
  Expr *loss = parseExpr();
  if (!loss)
    return nullptr;
  SmallVector<Expr *> over;
  if (consumeWord("over")) {
    do {
      over.push_back(parsePath());
      if (!over.back())
        return nullptr;
    } while (consumeIf(TokenKind::Comma));
  }
  if (!expectWord("with", over.empty() ? "'over' or 'with' and an optimizer"
                                       : "'with' and an optimizer"))
    return nullptr;
  Expr *optimizer = parseOptimizer();
  if (!optimizer)
    return nullptr;
  if (isWord("over")) {
    diags.error(token.getLoc(), "'over' stands before 'with'");
    return nullptr;
  }
  return context.create<MinimizeStmt>(rangeFrom(begin), loss,
                                      context.copy(over), optimizer);
}

/// `M`, `M.block_1.w`.
Expr *Parser::parsePath() {
  Identifier name = parseName("the name of a model or a parameter");
  if (!name)
    return nullptr;
  Expr *path = make<NameExpr>(rangeFrom(name.loc), name.name);
  while (path && is(TokenKind::Dot))
    path = parseMember(path);
  return path;
}

Expr *Parser::parseOptimizer() {
  if (!is(TokenKind::Identifier))
    return unexpected("an optimizer after 'with'");
  Expr *expr = parsePostfix();
  if (!expr || isa<CallExpr>(expr))
    return expr;
  if (isa<NameExpr>(expr))
    return make<CallExpr>(expr->range, expr->loc, expr, ArrayRef<Argument>());
  diags.error(expr->loc, "expected an optimizer such as 'adam(lr=1e-3)' after "
                         "'with'");
  return nullptr;
}

Stmt *Parser::parseReturn() {
  SMLoc begin = token.getLoc();
  advance();
  SmallVector<ReturnItem> items;
  do {
    ReturnItem item{};
    if (is(TokenKind::Identifier) && peekIs(TokenKind::Assign)) {
      item.name = parseName("a name for the output");
      if (!item.name)
        return nullptr;
      advance();
    }
    item.value = parseLastExpr();
    items.push_back(item);
  } while (consumeIf(TokenKind::Comma));
  return context.create<ReturnStmt>(rangeFrom(begin), context.copy(items));
}

//===----------------------------------------------------------------------===//
// What is no statement
//===----------------------------------------------------------------------===//

/// What another language's word is here, or what a misspelt one may mean.
static StringRef getStmtWord(StringRef word) {
  StringRef known = llvm::StringSwitch<StringRef>(word)
                        .Cases({"for", "while", "loop"}, "repeat")
                        .Cases({"elif", "elseif"}, "else if")
                        .Case("parameter", "param")
                        .Default("");
  return !known.empty() ? known
                        : suggest(word, {"param", "state", "repeat", "if",
                                         "scan", "minimize", "return"});
}

Stmt *Parser::reportNoStmt() {
  SMLoc loc = token.getLoc();
  StringRef word = token.text;
  if (!is(TokenKind::Identifier)) {
    switch (token.kind) {
    case TokenKind::Int:
    case TokenKind::Float:
    case TokenKind::String:
    case TokenKind::LParen:
    case TokenKind::LBracket:
    case TokenKind::Minus:
      return reportLoneExpr();
    default:
      if (token.is(TokenKind::RParen) || token.is(TokenKind::RBracket))
        return unexpected("a statement");
      return unexpected("a statement", previous.getEnd(),
                        "a line break ends a statement unless '(' or '[' is "
                        "open");
    }
  }
  if (atDecl()) {
    diags
        .error(loc, "'" + word +
                        "' declarations stand at the top level of a "
                        "file, not inside " +
                        declName)
        .attachNote(declLoc, declName + " begins here");
    return nullptr;
  }
  if (word == "else")
    diags.error(loc, "'else' without an 'if' before it");
  else if (word == "collect" && peekIs(TokenKind::Identifier))
    diags.error(loc, "'collect' stands on the line of the '}' of its 'scan'");
  else if (peekIs(TokenKind::Identifier) || peekIs(TokenKind::Int) ||
           word == "elif")
    if (StringRef meant = getStmtWord(word); !meant.empty())
      diags.error(loc, "expected a statement, found '" + word +
                           "'; did you mean '" + meant + "'?");
    else {
      advance();
      unexpected("'=' or '<-' after '" + word + "'");
    }
  else if (peekIs(TokenKind::Colon) || (!isBreak(ahead) && ahead.isBad())) {
    advance();
    unexpected("'=' or '<-' after '" + word + "'");
  } else
    return reportLoneExpr();
  return nullptr;
}

/// Parses and refuses an expression that stands where a statement should.
Stmt *Parser::reportLoneExpr() {
  SMLoc begin = token.getLoc();
  Expr *expr = parseExpr();
  if (!expr)
    return nullptr;
  if (is(TokenKind::Assign) || is(TokenKind::Update))
    diags.error(begin, "expected a name left of '" + token.text + "', found '" +
                           expr->getText().take_front(40) +
                           "'; values do not change in place");
  else if (isBreak(token) || is(TokenKind::Semicolon) ||
           is(TokenKind::RBrace) || is(TokenKind::EndOfFile))
    diags.error(begin, "the value of this expression is not used; write "
                       "'name = …' or 'return …'");
  else
    unexpected("the end of the statement");
  return nullptr;
}

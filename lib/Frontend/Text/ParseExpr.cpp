//===- ParseExpr.cpp - expressions ----------------------------------------===//
//
// Python's precedence, with `|>` below everything. Binary operators climb, so
// that a level of parentheses costs few stack frames; unary operators and
// powers recurse and count against the same limit.
//
//===----------------------------------------------------------------------===//
#include "ParserImpl.h"
#include "llvm/ADT/STLExtras.h"
#include <charconv>

using namespace nnc;
using namespace nnc::ast;

namespace {
/// A binary operator and how tightly it binds. 0 is no operator.
struct Operator {
  unsigned precedence = 0;
  BinaryOp op = BinaryOp::Or;
};
} // namespace

enum : unsigned {
  OrPrecedence = 1,
  AndPrecedence,
  NotPrecedence,
  ComparePrecedence,
  SumPrecedence,
  ProductPrecedence,
};

static Operator getOperator(const Token &token) {
  switch (token.kind) {
  case TokenKind::Identifier:
    if (token.text == "or")
      return {OrPrecedence, BinaryOp::Or};
    if (token.text == "and")
      return {AndPrecedence, BinaryOp::And};
    return {};
  case TokenKind::EqualEqual:
    return {ComparePrecedence, BinaryOp::Equal};
  case TokenKind::NotEqual:
    return {ComparePrecedence, BinaryOp::NotEqual};
  case TokenKind::Less:
    return {ComparePrecedence, BinaryOp::Less};
  case TokenKind::LessEqual:
    return {ComparePrecedence, BinaryOp::LessEqual};
  case TokenKind::Greater:
    return {ComparePrecedence, BinaryOp::Greater};
  case TokenKind::GreaterEqual:
    return {ComparePrecedence, BinaryOp::GreaterEqual};
  case TokenKind::Plus:
    return {SumPrecedence, BinaryOp::Add};
  case TokenKind::Minus:
    return {SumPrecedence, BinaryOp::Subtract};
  case TokenKind::Star:
    return {ProductPrecedence, BinaryOp::Multiply};
  case TokenKind::Slash:
    return {ProductPrecedence, BinaryOp::Divide};
  case TokenKind::SlashSlash:
    return {ProductPrecedence, BinaryOp::FloorDivide};
  case TokenKind::Percent:
    return {ProductPrecedence, BinaryOp::Remainder};
  case TokenKind::At:
    return {ProductPrecedence, BinaryOp::MatMul};
  default:
    return {};
  }
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

Expr *Parser::parseExpr() {
  if (!checkNesting("expression"))
    return nullptr;
  llvm::SaveAndRestore deeper(nesting, nesting + 1);
  Expr *expr = parseBinary(OrPrecedence);
  while (expr && is(TokenKind::Pipe))
    expr = parsePipe(expr);
  return expr;
}

Expr *Parser::parseLastExpr() {
  SMLoc begin = token.getLoc();
  Expr *expr = parseExpr();
  return expr ? expr : recoverExpr(begin);
}

/// Parses what stands right of `|>` and makes it a call on `lhs`.
Expr *Parser::parsePipe(Expr *lhs) {
  SMLoc pipeLoc = token.getLoc();
  advance();
  if (!is(TokenKind::Identifier))
    return unexpected("a function after '|>'");
  Expr *rhs = parseBinary(OrPrecedence);
  if (!rhs)
    return nullptr;
  SMRange range(lhs->getBegin(), rhs->getEnd());
  Argument first{{}, lhs};

  if (auto *call = dyn_cast<CallExpr>(rhs)) {
    SmallVector<Argument> args{first};
    llvm::append_range(args, call->args);
    return make<CallExpr>(range, call->loc, call->callee, context.copy(args),
                          pipeLoc);
  }
  if (auto *member = dyn_cast<MemberExpr>(rhs))
    return make<CallExpr>(range, member->member.loc, rhs, context.copy(first),
                          pipeLoc);
  if (isa<NameExpr>(rhs))
    return make<CallExpr>(range, rhs->loc, rhs, context.copy(first), pipeLoc);
  if (auto *binary = dyn_cast<BinaryExpr>(rhs))
    diags.error(binary->loc, "'" + stringify(binary->op) +
                                 "' binds tighter than '|>'; put parentheses "
                                 "around the pipeline");
  else
    diags.error(rhs->loc, "expected a function after '|>'");
  return nullptr;
}

Expr *Parser::parseBinary(unsigned minPrecedence) {
  Expr *lhs = isWord("not") && minPrecedence <= NotPrecedence ? parseNot()
                                                              : parseUnary();
  while (lhs) {
    Operator found = isBreak(token) ? Operator() : getOperator(token);
    if (found.precedence < minPrecedence || found.precedence == 0)
      break;
    Token op = token;
    advance();
    Expr *rhs = parseBinary(found.precedence + 1);
    if (!rhs)
      return nullptr;
    lhs = make<BinaryExpr>(op.getLoc(), found.op, lhs, rhs);
    if (lhs && found.precedence == ComparePrecedence && !isBreak(token) &&
        getOperator(token).precedence == ComparePrecedence) {
      diags.error(token.getLoc(), "comparisons cannot be chained; write 'a " +
                                      op.text + " b and b " + token.text +
                                      " c'");
      return nullptr;
    }
  }
  return lhs;
}

Expr *Parser::parseNot() {
  if (!checkNesting("expression"))
    return nullptr;
  llvm::SaveAndRestore deeper(nesting, nesting + 1);
  SMLoc begin = token.getLoc();
  advance();
  Expr *operand = parseBinary(NotPrecedence);
  return operand ? make<UnaryExpr>(rangeFrom(begin), UnaryOp::Not, operand)
                 : nullptr;
}

Expr *Parser::parseUnary() {
  if (!is(TokenKind::Minus))
    return parsePower();
  if (!checkNesting("expression"))
    return nullptr;
  llvm::SaveAndRestore deeper(nesting, nesting + 1);
  SMLoc begin = token.getLoc();
  advance();
  Expr *operand = parseUnary();
  return operand ? make<UnaryExpr>(rangeFrom(begin), UnaryOp::Negate, operand)
                 : nullptr;
}

/// `a ** b`, whose right side may have a sign or be a power itself.
Expr *Parser::parsePower() {
  Expr *base = parsePostfix();
  if (!base || !is(TokenKind::StarStar))
    return base;
  if (!checkNesting("expression"))
    return nullptr;
  llvm::SaveAndRestore deeper(nesting, nesting + 1);
  SMLoc opLoc = token.getLoc();
  advance();
  Expr *exponent = parseUnary();
  return exponent ? make<BinaryExpr>(opLoc, BinaryOp::Power, base, exponent)
                  : nullptr;
}

//===----------------------------------------------------------------------===//
// Calls, indices, members
//===----------------------------------------------------------------------===//

Expr *Parser::parsePostfix() {
  Expr *expr = parsePrimary();
  while (expr) {
    if (is(TokenKind::LParen))
      expr = parseCall(expr);
    else if (is(TokenKind::LBracket))
      expr = parseIndex(expr);
    else if (is(TokenKind::Dot))
      expr = parseMember(expr);
    else
      break;
  }
  return expr;
}

Expr *Parser::parseCall(Expr *callee) {
  SMLoc open = token.getLoc();
  if (!isa<NameExpr, MemberExpr, CallExpr>(callee)) {
    diags.error(open, "expected an operator or the end of the expression, "
                      "found '('; only functions can be called");
    return nullptr;
  }
  advance();
  ++openBrackets;
  SmallVector<Argument> args;
  while (!token.is(TokenKind::RParen)) {
    Argument arg{};
    SMLoc argLoc = token.getLoc();
    if (is(TokenKind::Identifier) && peekIs(TokenKind::Assign)) {
      arg.keyword = parseName("an argument name");
      if (!arg.keyword)
        return nullptr;
      advance();
    }
    arg.value = parseExpr();
    if (!arg.value)
      return nullptr;
    if (!arg.keyword && !args.empty() && args.back().keyword) {
      diags.error(argLoc, "positional argument after a keyword argument")
          .attachNote(args.back().keyword.loc,
                      "'" + args.back().keyword.name + "' is given here");
      return nullptr;
    }
    args.push_back(arg);
    if (!consumeIf(TokenKind::Comma))
      break;
  }
  if (!expectClose(TokenKind::RParen, open, "the call"))
    return nullptr;
  auto *member = dyn_cast<MemberExpr>(callee);
  return make<CallExpr>(rangeFrom(callee->getBegin()),
                        member ? member->member.loc : callee->loc, callee,
                        context.copy(args));
}

Expr *Parser::parseIndex(Expr *base) {
  SMLoc open = token.getLoc();
  advance();
  ++openBrackets;
  SmallVector<IndexItem> items;
  do {
    if (!items.empty() && token.is(TokenKind::RBracket))
      break;
    IndexItem item{};
    if (!parseIndexItem(item))
      return nullptr;
    items.push_back(item);
  } while (consumeIf(TokenKind::Comma));
  if (!expectClose(TokenKind::RBracket, open, "the index"))
    return nullptr;
  return make<IndexExpr>(rangeFrom(base->getBegin()), base,
                         context.copy(items));
}

/// `i`, `begin:end:step` or `...`.
bool Parser::parseIndexItem(IndexItem &item) {
  SMLoc begin = token.getLoc();
  item.kind = IndexItem::Single;
  if (consumeIf(TokenKind::Ellipsis)) {
    item.kind = IndexItem::Ellipsis;
    item.range = rangeFrom(begin);
    return true;
  }
  auto atPart = [&] {
    return !is(TokenKind::Colon) &&
           (item.kind == IndexItem::Single ||
            (!is(TokenKind::Comma) && !is(TokenKind::RBracket)));
  };
  for (Expr **part : {&item.begin, &item.end, &item.step}) {
    if (atPart() && !(*part = parseExpr()))
      return false;
    if (part == &item.step || !consumeIf(TokenKind::Colon))
      break;
    item.kind = IndexItem::Slice;
  }
  item.range = rangeFrom(begin);
  return true;
}

Expr *Parser::parseMember(Expr *base) {
  advance();
  Identifier member = parseName("a name after '.'");
  if (!member)
    return nullptr;
  return make<MemberExpr>(rangeFrom(base->getBegin()), base, member);
}

//===----------------------------------------------------------------------===//
// Primary expressions
//===----------------------------------------------------------------------===//

Expr *Parser::parsePrimary() {
  SMLoc begin = token.getLoc();
  if (is(TokenKind::Int) || is(TokenKind::Float))
    return parseNumber();
  if (is(TokenKind::LBracket))
    return parseList();
  if (consumeIf(TokenKind::String)) {
    StringRef text = previous.text;
    StringRef value = text.contains('\\')
                          ? context.copy(StringRef(unescape(text)))
                          : text.drop_front().drop_back();
    return make<StringExpr>(rangeFrom(begin), value);
  }
  if (consumeIf(TokenKind::LParen)) {
    ++openBrackets;
    Expr *expr = parseExpr();
    if (expr && is(TokenKind::Comma)) {
      diags.error(token.getLoc(), "expected ')' to close the parenthesis, "
                                  "found ','; a list is written '[a, b]'");
      return nullptr;
    }
    if (!expr || !expectClose(TokenKind::RParen, begin, "the parenthesis"))
      return nullptr;
    return expr;
  }
  bool isName = is(TokenKind::Identifier) && token.text != "and" &&
                token.text != "or" && token.text != "not";
  if (!isName) {
    StringRef before = previous.text;
    if (before.empty() || previous.is(TokenKind::RBrace))
      return unexpected("an expression");
    return unexpected("an expression after '" + before.take_front(40) + "'");
  }
  StringRef name = token.text;
  advance();
  SMRange range = rangeFrom(begin);
  if (name == "true" || name == "false")
    return make<BoolExpr>(range, name == "true");
  if (name == "none")
    return make<NoneExpr>(range);
  return make<NameExpr>(range, name);
}

Expr *Parser::parseNumber() {
  SMRange range(token.getLoc(), token.getEnd());
  StringRef digits = token.text;
  std::string plain;
  if (digits.contains('_')) {
    plain = digits.str();
    llvm::erase(plain, '_');
    digits = plain;
  }
  bool isInt = token.is(TokenKind::Int);
  advance();
  int64_t integer;
  if (isInt && !digits.getAsInteger(10, integer))
    return make<IntExpr>(range, integer);
  double value;
  if (!isInt &&
      std::from_chars(digits.begin(), digits.end(), value).ec == std::errc())
    return make<FloatExpr>(range, value);
  diags.error(range.Start, isInt ? "integer does not fit in 64 bits"
                                 : "number does not fit in a 64-bit float");
  return context.create<ErrorExpr>(range);
}

Expr *Parser::parseList() {
  SMLoc open = token.getLoc();
  advance();
  ++openBrackets;
  SmallVector<Expr *> elements;
  while (!token.is(TokenKind::RBracket)) {
    Expr *element = parseExpr();
    if (!element)
      return nullptr;
    elements.push_back(element);
    if (!consumeIf(TokenKind::Comma))
      break;
  }
  if (!expectClose(TokenKind::RBracket, open, "the list"))
    return nullptr;
  return make<ListExpr>(rangeFrom(open), context.copy(elements));
}

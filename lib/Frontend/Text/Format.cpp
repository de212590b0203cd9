//===- Format.cpp - .nn text in one style ---------------------------------===//
//
// Works on the tokens and the comments between them. The syntax tree is asked
// only for what tokens cannot tell: which `(` calls and which groups, which
// `[` indexes, which `-` has one operand, which `=` names an argument.
//
// First every token is given its place: the line it belongs to (statement,
// continuation, comment) and the depth of blocks around it. Then the lines are
// printed. A continuation keeps its distance from the first line of its
// statement, unless it is aligned with a token above: then it stays aligned.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Text/Format.h"
#include "Lexer.h"
#include "nnc/Frontend/Text/Parser.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <utility>

using namespace nnc;
using namespace nnc::ast;
using llvm::cast;
using llvm::dyn_cast;
using llvm::SmallVector;

namespace {

//===----------------------------------------------------------------------===//
// What only the syntax tree knows
//===----------------------------------------------------------------------===//

/// Places of tokens, by the first or the last byte.
struct Roles {
  /// Ends of what is called or indexed: the bracket follows without a space.
  llvm::DenseSet<const char *> bases;
  /// `-` with one operand.
  llvm::DenseSet<const char *> negations;
  /// Keywords of arguments.
  llvm::DenseSet<const char *> keywords;

  void visit(const Expr *expr);
  void visit(const Type *type);
  void visit(const Block &block);
  void visit(const Stmt *stmt);
  void visit(const Decl *decl);
};

} // namespace

void Roles::visit(const Type *type) {
  if (!type || type->kind != TypeKind::ShapedTensor)
    return;
  const char *begin = type->getBegin().getPointer();
  visit(type->computed);
  bases.insert(type->computed ? type->computed->getEnd().getPointer()
                              : begin + stringify(type->element).size());
  for (const Expr *dim : type->dims)
    visit(dim);
}

void Roles::visit(const Expr *expr) {
  if (!expr)
    return;
  switch (expr->kind) {
  case ExprKind::List:
    for (const Expr *element : cast<ListExpr>(expr)->elements)
      visit(element);
    return;
  case ExprKind::Unary: {
    auto *unary = cast<UnaryExpr>(expr);
    if (unary->op == UnaryOp::Negate)
      negations.insert(unary->loc.getPointer());
    return visit(unary->operand);
  }
  case ExprKind::Binary:
    visit(cast<BinaryExpr>(expr)->lhs);
    return visit(cast<BinaryExpr>(expr)->rhs);
  case ExprKind::Call: {
    auto *call = cast<CallExpr>(expr);
    bases.insert(call->callee->getEnd().getPointer());
    visit(call->callee);
    for (const Argument &arg : call->args) {
      if (arg.keyword)
        keywords.insert(arg.keyword.loc.getPointer());
      visit(arg.value);
    }
    return;
  }
  case ExprKind::Index: {
    auto *index = cast<IndexExpr>(expr);
    bases.insert(index->base->getEnd().getPointer());
    visit(index->base);
    for (const IndexItem &item : index->items)
      for (const Expr *part : {item.begin, item.end, item.step})
        visit(part);
    return;
  }
  case ExprKind::Member:
    return visit(cast<MemberExpr>(expr)->base);
  default:
    return;
  }
}

void Roles::visit(const Block &block) {
  for (const Stmt *stmt : block.stmts)
    visit(stmt);
}

void Roles::visit(const Stmt *stmt) {
  switch (stmt->kind) {
  case StmtKind::Bind:
    return visit(cast<BindStmt>(stmt)->value);
  case StmtKind::Variable:
    visit(cast<VariableStmt>(stmt)->type);
    return visit(cast<VariableStmt>(stmt)->init);
  case StmtKind::Update:
    return visit(cast<UpdateStmt>(stmt)->value);
  case StmtKind::Repeat:
    visit(cast<RepeatStmt>(stmt)->over);
    return visit(cast<RepeatStmt>(stmt)->body);
  case StmtKind::If: {
    auto *branch = cast<IfStmt>(stmt);
    for (const IfBranch &one : branch->branches) {
      visit(one.condition);
      visit(one.body);
    }
    if (branch->hasElse)
      visit(branch->elseBody);
    return;
  }
  case StmtKind::Scan: {
    auto *scan = cast<ScanStmt>(stmt);
    for (const ScanInput &input : scan->inputs)
      visit(input.source);
    visit(scan->axis);
    return visit(scan->body);
  }
  case StmtKind::Minimize:
    visit(cast<MinimizeStmt>(stmt)->loss);
    return visit(cast<MinimizeStmt>(stmt)->optimizer);
  case StmtKind::Return:
    for (const ReturnItem &item : cast<ReturnStmt>(stmt)->items)
      visit(item.value);
    return;
  }
}

void Roles::visit(const Decl *decl) {
  if (auto *constant = dyn_cast<ConstDecl>(decl))
    return visit(constant->value);
  auto *function = dyn_cast<FunctionDecl>(decl);
  if (!function)
    return;
  bases.insert(function->name.name.end());
  for (const Parameter &param : function->params) {
    visit(param.type);
    visit(param.defaultValue);
  }
  visit(function->body);
}

//===----------------------------------------------------------------------===//
// Tokens and their places
//===----------------------------------------------------------------------===//

namespace {

struct Comment {
  StringRef text;
  /// Characters before it on its line.
  unsigned column;
  /// Blank lines stand before it; only of one that has a line of its own.
  bool hasBlank;
};

/// What a token begins.
enum class Begins : uint8_t { Nothing, Statement, Continuation };

struct Item {
  Token token;
  unsigned column = 0;
  Begins begins = Begins::Nothing;
  /// Blocks around it; a `}` is outside its block.
  unsigned depth = 0;
  bool hasBlank = false;
  /// A `;` stands before it. That itself is no item.
  bool afterSemicolon = false;
  /// Of a brace: whether its block is printed on one line.
  bool isFlat = false;
  /// Directly inside `[ ]`.
  bool inBrackets = false;
  /// Comments on lines of their own before it, and whether one is after it:
  /// numbers in the list of all.
  unsigned firstAbove = 0, numAbove = 0, after = 0;
  bool hasAfter = false;
};

class Formatter {
public:
  Formatter(StringRef text, const File &file) : text(text) {
    for (const Decl *decl : file.decls)
      roles.visit(decl);
  }
  std::string run();

private:
  void readTokens();
  void readGap(const char *begin, Item *before, Item &next);
  void placeTokens();
  void flattenBlocks();
  bool needsSpace(const Item &left, const Item &right) const;
  void print();
  void printComments(const Item &item, unsigned indent);
  unsigned continuationColumn(size_t index, unsigned indent) const;
  void startLine(unsigned indent, bool hasBlank);
  unsigned columnOf(const char *place) const;

  StringRef text;
  Roles roles;
  std::vector<Item> items;
  std::vector<Comment> comments;

  std::string output;
  /// Characters of the line being printed.
  unsigned width = 0;
  /// Of the current statement: its old column, and the new columns of tokens
  /// by their old ones.
  unsigned statementColumn = 0;
  llvm::DenseMap<unsigned, unsigned> columns;
  /// The line being printed is one line of the source.
  bool isUsersLine = true;
};

} // namespace

/// Nothing is aligned with what stands further to the right.
static constexpr unsigned maxAligned = 1000;

/// Characters, so that alignment survives what is not ASCII.
static unsigned countCharacters(StringRef text) {
  return llvm::count_if(text, [](char c) { return (c & 0xC0) != 0x80; });
}

unsigned Formatter::columnOf(const char *place) const {
  const char *begin = place;
  while (begin > text.begin() && begin[-1] != '\n')
    --begin;
  return countCharacters(StringRef(begin, place - begin));
}

/// The comments and blank lines between two tokens.
void Formatter::readGap(const char *begin, Item *before, Item &next) {
  StringRef gap(begin, next.token.text.begin() - begin);
  bool sameLine = before;
  unsigned breaks = before ? 0 : 1;
  while (!gap.empty()) {
    if (gap.front() == '\n') {
      sameLine = false;
      ++breaks;
      gap = gap.drop_front();
      continue;
    }
    if (gap.front() != '#') {
      gap = gap.drop_front();
      continue;
    }
    StringRef comment = gap.take_until([](char c) { return c == '\n'; });
    gap = gap.drop_front(comment.size());
    unsigned column = columnOf(comment.begin());
    comment = comment.rtrim();
    if (sameLine) {
      before->hasAfter = true;
      before->after = comments.size();
    } else if (next.numAbove++ == 0) {
      next.firstAbove = comments.size();
    }
    comments.push_back({comment, column, !sameLine && breaks > 1});
    breaks = 0;
  }
  next.hasBlank = breaks > 1;
}

void Formatter::readTokens() {
  Lexer lexer(text);
  const char *end = text.begin();
  if (text.starts_with("\xEF\xBB\xBF"))
    end += 3;
  // Columns are counted along the line: lines may be long.
  const char *counted = end;
  unsigned column = 0;
  bool hadSemicolon = false;
  for (;;) {
    Item item;
    item.token = lexer.next();
    // The gap before the next token has its comments.
    if ((hadSemicolon |= item.token.is(TokenKind::Semicolon)) &&
        item.token.is(TokenKind::Semicolon))
      continue;
    item.afterSemicolon = std::exchange(hadSemicolon, false);
    const char *begin = item.token.text.begin();
    if (item.token.startsLine) {
      counted = begin - item.token.column;
      column = 0;
    }
    column += countCharacters(StringRef(counted, begin - counted));
    counted = begin;
    item.column = column;
    readGap(end, items.empty() ? nullptr : &items.back(), item);
    end = item.token.text.end();
    items.push_back(std::move(item));
    if (items.back().token.is(TokenKind::EndOfFile))
      return;
  }
}

/// Decides what each token begins, as the parser does.
void Formatter::placeTokens() {
  SmallVector<char> brackets;
  unsigned depth = 0;
  bool afterBrace = true;
  for (size_t index = 0; index < items.size(); ++index) {
    Item &item = items[index];
    const Token &token = item.token;
    auto nextIs = [&](TokenKind kind) {
      return index + 1 < items.size() && items[index + 1].token.is(kind);
    };
    bool goesOn = token.is(TokenKind::Pipe) || token.is(TokenKind::LBrace);
    if (index > 0 && items[index - 1].token.is(TokenKind::RBrace))
      goesOn |=
          (token.isWord("else") && (nextIs(TokenKind::LBrace) ||
                                    items[index + 1].token.isWord("if"))) ||
          (token.isWord("collect") && !token.startsLine &&
           nextIs(TokenKind::Identifier));
    bool closes = token.is(TokenKind::RBrace);
    bool isNew = token.startsLine || item.afterSemicolon || afterBrace ||
                 closes || token.is(TokenKind::EndOfFile);
    if (brackets.empty() && !goesOn && isNew)
      item.begins = Begins::Statement;
    else if (token.startsLine && !token.is(TokenKind::LBrace) &&
             !token.isWord("else"))
      item.begins = Begins::Continuation;
    item.inBrackets = !brackets.empty() && brackets.back() == '[';
    afterBrace = token.is(TokenKind::LBrace) || closes;
    depth -= closes;
    item.depth = depth;
    depth += token.is(TokenKind::LBrace);
    switch (token.kind) {
    case TokenKind::LParen:
    case TokenKind::LBracket:
      brackets.push_back(token.text.front());
      break;
    case TokenKind::RParen:
    case TokenKind::RBracket:
      brackets.pop_back();
      break;
    default:
      break;
    }
  }
}

/// A block stays on one line if it was written so and holds no more than one
/// statement.
void Formatter::flattenBlocks() {
  struct Open {
    size_t index;
    unsigned statements;
    bool isBroken;
  };
  SmallVector<Open> open;
  for (auto [index, item] : llvm::enumerate(items)) {
    bool closes = item.token.is(TokenKind::RBrace);
    if (!open.empty()) {
      open.back().isBroken |= item.token.startsLine || item.numAbove != 0;
      open.back().statements += item.begins == Begins::Statement && !closes;
      open.back().isBroken |= item.hasAfter && !closes;
    }
    if (item.token.is(TokenKind::LBrace)) {
      open.push_back({index, 0, item.hasAfter});
    } else if (closes) {
      Open block = open.pop_back_val();
      bool isFlat = !block.isBroken && block.statements <= 1;
      item.isFlat = items[block.index].isFlat = isFlat;
      if (!open.empty())
        open.back().isBroken |= !isFlat || item.hasAfter;
    }
  }
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

bool Formatter::needsSpace(const Item &left, const Item &right) const {
  const Token &a = left.token, &b = right.token;
  switch (a.kind) {
  case TokenKind::LParen:
  case TokenKind::LBracket:
  case TokenKind::Dot:
    return false;
  case TokenKind::Minus:
    if (roles.negations.contains(a.text.begin()))
      return false;
    break;
  case TokenKind::Colon:
    return !left.inBrackets;
  case TokenKind::Assign:
    if (&left != items.data() &&
        roles.keywords.contains((&left - 1)->token.text.begin()))
      return false;
    break;
  default:
    break;
  }
  switch (b.kind) {
  case TokenKind::RParen:
  case TokenKind::RBracket:
  case TokenKind::Comma:
  case TokenKind::Dot:
    return false;
  case TokenKind::Colon:
    return right.inBrackets && a.is(TokenKind::Comma);
  case TokenKind::LParen:
  case TokenKind::LBracket:
    return !roles.bases.contains(a.text.end());
  case TokenKind::Assign:
    return !roles.keywords.contains(a.text.begin());
  case TokenKind::RBrace:
    return !a.is(TokenKind::LBrace);
  default:
    return true;
  }
}

void Formatter::startLine(unsigned indent, bool hasBlank) {
  if (!output.empty()) {
    if (output.back() != '\n')
      output += '\n';
    if (hasBlank && !StringRef(output).ends_with("{\n"))
      output += '\n';
  }
  output.append(indent, ' ');
  width = indent;
}

void Formatter::printComments(const Item &item, unsigned indent) {
  for (const Comment &comment :
       llvm::ArrayRef(comments).slice(item.firstAbove, item.numAbove)) {
    startLine(indent, comment.hasBlank);
    output += comment.text;
  }
}

/// Where a token that goes on with a statement stands.
unsigned Formatter::continuationColumn(size_t index, unsigned indent) const {
  const Item &item = items[index];
  bool closes =
      item.token.is(TokenKind::RParen) || item.token.is(TokenKind::RBracket);
  auto above = columns.find(item.column);
  if (!closes && above != columns.end() && above->second > indent)
    return above->second;
  int column = int(indent) + int(item.column) - int(statementColumn);
  return std::max<int>(column, indent + (closes ? 0 : 2));
}

void Formatter::print() {
  unsigned indent = 0;
  for (auto [index, item] : llvm::enumerate(items)) {
    const Token &token = item.token;
    const Item *before = index ? &items[index - 1] : nullptr;
    bool closes = token.is(TokenKind::RBrace);
    bool isEnd = token.is(TokenKind::EndOfFile);
    bool inFlat =
        before && ((before->token.is(TokenKind::LBrace) && before->isFlat) ||
                   (closes && item.isFlat));
    bool mustBreak = before && (before->hasAfter || item.numAbove != 0);
    if (item.begins == Begins::Statement && !inFlat) {
      indent = 2 * item.depth;
      printComments(item, closes ? indent + 2 : indent);
      if (isEnd)
        break;
      startLine(indent, item.hasBlank && !closes);
      statementColumn = item.column;
      columns.clear();
      isUsersLine = token.startsLine || !before;
    } else if (item.begins == Begins::Continuation || mustBreak) {
      bool isInner = item.begins == Begins::Continuation;
      unsigned column =
          isInner ? continuationColumn(index, indent) : 2 * item.depth;
      printComments(item, column);
      startLine(column, item.hasBlank);
      isUsersLine = token.startsLine;
    } else {
      isUsersLine &= !token.startsLine;
      if (before && needsSpace(*before, item)) {
        output += ' ';
        ++width;
      }
    }
    if (item.column < maxAligned)
      columns[item.column] = width;
    output += token.text;
    width += countCharacters(token.text);
    if (item.hasAfter) {
      const Comment &comment = comments[item.after];
      unsigned column = width + 2;
      // It keeps its column where the line is the user's.
      if (isUsersLine) {
        unsigned end = item.column + countCharacters(token.text);
        unsigned gap = comment.column - end;
        column = std::max(comment.column, width + std::clamp(gap, 1u, 2u));
      }
      output.append(column - width, ' ');
      output += comment.text;
      output += '\n';
    }
  }
  if (!output.empty() && output.back() != '\n')
    output += '\n';
}

std::string Formatter::run() {
  readTokens();
  placeTokens();
  flattenBlocks();
  print();
  return std::move(output);
}

std::optional<std::string> nnc::formatBuffer(unsigned bufferID,
                                             DiagnosticEngine &diags) {
  ast::Context context;
  const File *file = parseFile(bufferID, context, diags);
  if (diags.hasErrors())
    return std::nullopt;
  return Formatter(diags.getText(bufferID), *file).run();
}

//===- ParseDecl.cpp - declarations, parameters and types -----------------===//
//
// A declaration is told by its keyword and the name after it. That pair at the
// left margin is also where the parser finds its feet after a missing or a
// superfluous '}'.
//
//===----------------------------------------------------------------------===//
#include "ParserImpl.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace nnc;
using namespace nnc::ast;

std::optional<FunctionKind> Parser::getFunctionKind(const Token &token) {
  if (!token.is(TokenKind::Identifier))
    return std::nullopt;
  return llvm::StringSwitch<std::optional<FunctionKind>>(token.text)
      .Case("layer", FunctionKind::Layer)
      .Case("model", FunctionKind::Model)
      .Case("entry", FunctionKind::Entry)
      .Case("step", FunctionKind::Step)
      .Case("optimizer", FunctionKind::Optimizer)
      .Case("schedule", FunctionKind::Schedule)
      .Case("initializer", FunctionKind::Initializer)
      .Default(std::nullopt);
}

bool Parser::atDecl() const {
  if (!token.is(TokenKind::Identifier) || ahead.startsLine)
    return false;
  if (token.text == "import")
    return ahead.is(TokenKind::String);
  return ahead.is(TokenKind::Identifier) &&
         (token.text == "const" || getFunctionKind(token));
}

ast::File *Parser::parseFile() {
  SmallVector<Decl *> decls;
  bool hadErrors = diags.hasErrors();
  for (startLine(); !is(TokenKind::EndOfFile); startLine()) {
    if (consumeIf(TokenKind::Semicolon))
      continue;
    isUnclosed = false;
    stmtColumn = declColumn = lineColumn;
    Decl *decl = parseDecl();
    if (decl)
      decls.push_back(decl);
    if (!isUnclosed && (!decl || !expectEnd()))
      skipToDecl();
    hadErrors |= !decl;
  }
  if (decls.empty() && !hadErrors)
    diags.error(SMLoc::getFromPointer(diags.getText(bufferID).data()),
                "expected a declaration such as 'model', found end of file");
  return context.create<File>(File{bufferID, context.copy(decls)});
}

void Parser::skipToDecl() {
  openBrackets = 0;
  while (!token.is(TokenKind::EndOfFile) && !(token.startsLine && atDecl()))
    advance();
}

Decl *Parser::parseDecl() {
  if (isWord("const"))
    return parseConst();
  if (isWord("import"))
    return parseImport();
  if (auto kind = getFunctionKind(token))
    return parseFunction(*kind);
  reportNoDecl();
  return nullptr;
}

void Parser::reportNoDecl() {
  static const SmallVector<StringRef> keywords = {
      "const", "import",    "layer",    "model",       "entry",
      "step",  "optimizer", "schedule", "initializer",
  };
  SMLoc loc = token.getLoc();
  if (is(TokenKind::RBrace)) {
    diags.error(loc, "unexpected '}': no body is open");
    return;
  }
  if (!is(TokenKind::Identifier)) {
    unexpected("a declaration");
    return;
  }
  std::string message =
      ("expected a declaration ('" + llvm::join(keywords, "', '") +
       "'), found '" + token.text + "'")
          .str();
  StringRef meant = llvm::StringSwitch<StringRef>(token.text)
                        .Cases({"def", "fn", "func", "function"}, "layer")
                        .Cases({"class", "module"}, "model")
                        .Cases({"let", "var"}, "const")
                        .Case("from", "import")
                        .Default("");
  if (!meant.empty())
    message += ("; did you mean '" + meant + "'?").str();
  else if (peekIs(TokenKind::Assign))
    message += ("; did you mean 'const " + token.text + " = …'?").str();
  else
    message += didYouMean(token.text, keywords);
  diags.error(loc, message);
}

Decl *Parser::parseConst() {
  SMLoc begin = token.getLoc();
  advance();
  Identifier name = parseName("a name after 'const'");
  if (!name || !expect(TokenKind::Assign, "'=' after '" + name.name + "'"))
    return nullptr;
  Expr *value = parseLastExpr();
  return context.create<ConstDecl>(rangeFrom(begin), name, value);
}

/// `import "other.nn"`, `import "net.onnx" as NAME`.
Decl *Parser::parseImport() {
  SMLoc begin = token.getLoc();
  advance();
  if (!is(TokenKind::String)) {
    unexpected("a path in double quotes after 'import'");
    return nullptr;
  }
  auto *path = llvm::cast<StringExpr>(parsePrimary());
  Identifier alias;
  if (consumeWord("as")) {
    alias = parseName("a name after 'as'");
    if (!alias)
      return nullptr;
  }
  return context.create<ImportDecl>(rangeFrom(begin), path->loc, path->value,
                                    alias);
}

Decl *Parser::parseFunction(FunctionKind kind) {
  declLoc = token.getLoc();
  StringRef keyword = token.text;
  declName = ("this " + keyword).str();
  advance();
  Identifier name = parseName("a name after '" + keyword + "'");
  if (name)
    declName = (keyword + " '" + name.name + "'").str();
  SmallVector<Parameter> params;
  // `declName` is the owner of all that follows, also in nested messages.
  auto body = parseBlockAfter(name && parseParameters(params), declName);
  if (!body || !name)
    return nullptr;
  return context.create<FunctionDecl>(rangeFrom(declLoc), kind, name,
                                      context.copy(params), *body);
}

bool Parser::parseParameters(SmallVectorImpl<Parameter> &params) {
  SMLoc open = token.getLoc();
  if (!expect(TokenKind::LParen, "'(' after '" + previous.text + "'"))
    return false;
  ++openBrackets;
  while (!token.is(TokenKind::RParen)) {
    Parameter param{};
    param.name = parseName("the name of a parameter");
    if (!param.name ||
        (consumeIf(TokenKind::Colon) && !(param.type = parseType())) ||
        (consumeIf(TokenKind::Assign) && !(param.defaultValue = parseExpr())))
      return false;
    params.push_back(param);
    if (!consumeIf(TokenKind::Comma))
      break;
  }
  return expectClose(TokenKind::RParen, open, "the parameter list");
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

static constexpr TypeKind attributeTypes[] = {
    TypeKind::Int,   TypeKind::Float,  TypeKind::Bool, TypeKind::String,
    TypeKind::List,  TypeKind::Pair,   TypeKind::Axes, TypeKind::Function,
    TypeKind::Model, TypeKind::Tensor,
};

static constexpr ElementType elementTypes[] = {
    ElementType::F16, ElementType::BF16, ElementType::F32, ElementType::F64,
    ElementType::I8,  ElementType::I16,  ElementType::I32, ElementType::I64,
    ElementType::U8,  ElementType::Bool,
};

/// What PyTorch and NumPy call an element type, in our words.
static StringRef getOurType(StringRef name) {
  return llvm::StringSwitch<StringRef>(name)
      .Cases({"float32", "fp32"}, "f32")
      .Cases({"float64", "double", "fp64"}, "f64")
      .Cases({"float16", "half", "fp16"}, "f16")
      .Cases({"bfloat16"}, "bf16")
      .Case("int8", "i8")
      .Case("int16", "i16")
      .Case("int32", "i32")
      .Cases({"int64", "long"}, "i64")
      .Cases({"uint8", "byte"}, "u8")
      .Case("str", "string")
      .Case("function", "fn")
      .Case("boolean", "bool")
      .Case("Tensor", "tensor")
      .Default("");
}

/// The type that is written so, or nearly so; empty if there is none.
static StringRef getMeantType(StringRef name) {
  if (StringRef ours = getOurType(name); !ours.empty())
    return ours;
  SmallVector<StringRef> names;
  for (ElementType element : elementTypes)
    names.push_back(stringify(element));
  for (TypeKind kind : attributeTypes)
    names.push_back(stringify(kind));
  return llvm::is_contained(names, name) ? name : suggest(name, names);
}

Type *Parser::parseType() {
  if (!is(TokenKind::Identifier))
    return unexpected("a type after ':'");
  Token name = token;
  bool isShaped = ahead.is(TokenKind::LBracket) && !isBreak(ahead);
  for (ElementType element : elementTypes) {
    if (name.text != stringify(element) ||
        (element == ElementType::Bool && !isShaped))
      continue;
    advance();
    auto dims = parseShape();
    return dims ? context.create<Type>(rangeFrom(name.getLoc()), element, *dims)
                : nullptr;
  }
  for (TypeKind kind : attributeTypes) {
    if (name.text != stringify(kind))
      continue;
    advance();
    return context.create<Type>(rangeFrom(name.getLoc()), kind);
  }
  StringRef meant = getMeantType(name.text);
  diags.error(name.getLoc(),
              "there is no type '" + name.text + "'" +
                  (meant.empty() ? "" : "; did you mean '" + meant + "'?"));
  return nullptr;
}

/// `f32[O, I]`, or `x.dtype[O, I]`: a variable may take its element type from
/// what the layer is given.
Type *Parser::parseVariableType() {
  // A name that is nearly a type's is meant to be that.
  bool isName = is(TokenKind::Identifier) &&
                (peekIs(TokenKind::Dot) || (peekIs(TokenKind::LBracket) &&
                                            getMeantType(token.text).empty()));
  if (!isName)
    return parseType();
  SMLoc begin = token.getLoc();
  Identifier name = parseName("a type after ':'");
  Expr *computed = context.create<NameExpr>(rangeFrom(begin), name.name);
  while (computed && is(TokenKind::Dot))
    computed = parseMember(computed);
  if (!computed)
    return nullptr;
  auto dims = parseShape();
  return dims ? context.create<Type>(rangeFrom(begin), computed, *dims)
              : nullptr;
}

/// `[N, 28]` after the element type.
std::optional<ArrayRef<Expr *>> Parser::parseShape() {
  SMLoc open = token.getLoc();
  StringRef name = previous.text;
  if (!expect(TokenKind::LBracket, "'[' and a shape after '" + name + "' ('" +
                                       name + "[]' is a scalar)"))
    return std::nullopt;
  ++openBrackets;
  SmallVector<Expr *> dims;
  while (!token.is(TokenKind::RBracket)) {
    Expr *dim = parseExpr();
    if (!dim)
      return std::nullopt;
    dims.push_back(dim);
    if (!consumeIf(TokenKind::Comma))
      break;
  }
  if (!expectClose(TokenKind::RBracket, open, "the shape"))
    return std::nullopt;
  return context.copy(dims);
}

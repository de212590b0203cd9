//===- ParserTest.cpp - what each construct of the language becomes -------===//
//
// Texts and the trees they give, in the printer's form: operators in
// parentheses, pipes as calls.
//
//===----------------------------------------------------------------------===//
#include "ParseHelper.h"
#include "gtest/gtest.h"

using namespace nnc;
using namespace nnc::ast;
using namespace nnc::test;
using llvm::StringRef;

static void expectTree(StringRef text, StringRef tree) {
  Parsed parsed(text);
  EXPECT_EQ(parsed.print(), "") << text.str();
  EXPECT_EQ(parsed.dump(), tree.str());
}

/// `statements` in a body give `tree`, a line each.
static void expectBody(StringRef statements, StringRef tree) {
  expectTree(("layer f(x) {\n" + statements + "\n}\n").str(),
             ("layer f(x) {\n" + tree + "}\n").str());
}

static std::string parseExpr(StringRef text) {
  DiagnosticEngine diags;
  Context context;
  std::string printed;
  llvm::raw_string_ostream os(printed);
  if (Expr *expr = parseExpression(diags.addBuffer("-D", text), context, diags))
    dump(*expr, os);
  diags.print(os);
  return printed;
}

TEST(Parser, LeNet) {
  expectTree(
      R"(# LeNet-style digit classifier.
const classes = 10                       # `nnc build -D classes=26` overrides it

layer conv_block(x, channels: int) {     # layer: parameters of its own
  return x |> conv2d(channels, kernel=5, padding=2) |> relu |> max_pool2d(2)
}

model lenet(image: f32[N, 1, 28, 28]) {  # model: one set of parameters
  return image |> conv_block(32) |> conv_block(64)
               |> flatten |> linear(128) |> relu |> dropout(0.25) |> linear(classes)
}

entry predict(image: f32[1, 1, 28, 28]) {            # inference mode
  return probability = softmax(lenet(image))
}

step train(image: f32[B, 1, 28, 28], label: i32[B]) {
  logits = lenet(image)
  loss = cross_entropy(logits, label)
  minimize loss with adam(lr=cosine(1e-3, steps=2000))
  return loss, accuracy = accuracy(logits, label)
}
)",
      R"(const classes = 10
layer conv_block(x, channels: int) {
  return max_pool2d(relu(conv2d(x, channels, kernel=5, padding=2)), 2)
}
model lenet(image: f32[N, 1, 28, 28]) {
  return linear(dropout(relu(linear(flatten(conv_block(conv_block(image, 32), 64)), 128)), 0.25), classes)
}
entry predict(image: f32[1, 1, 28, 28]) {
  return probability = softmax(lenet(image))
}
step train(image: f32[B, 1, 28, 28], label: i32[B]) {
  logits = lenet(image)
  loss = cross_entropy(logits, label)
  minimize loss with adam(lr=cosine(1e-3, steps=2000))
  return loss, accuracy = accuracy(logits, label)
}
)");
}

TEST(Parser, Declarations) {
  expectTree("const a = [1, 2.5, \"s\", true, none]; const b = -1\n"
             "import \"other.nn\"\n"
             "import \"net.onnx\" as net\n"
             "optimizer sgd(p, g, lr) { state m = zeros_like(p); p <- p - g }\n"
             "schedule s(t, n: float = 1.) { return t }\n"
             "initializer i(shape, fan_in, fan_out) { return normal(0, 1) }",
             "const a = [1, 2.5, \"s\", true, none]\n"
             "const b = (-1)\n"
             "import \"other.nn\"\n"
             "import \"net.onnx\" as net\n"
             "optimizer sgd(p, g, lr) {\n"
             "  state m = zeros_like(p)\n"
             "  p <- (p - g)\n"
             "}\n"
             "schedule s(t, n: float = 1.) {\n"
             "  return t\n"
             "}\n"
             "initializer i(shape, fan_in, fan_out) {\n"
             "  return normal(0, 1)\n"
             "}\n");
}

TEST(Parser, ParameterTypes) {
  StringRef params =
      "a: int, b: float = 0.5, c: bool = true, d: string, e: list, "
      "f: pair = a, g: axes, h: fn, i: model, j: tensor = none, k: f32[], "
      "l: bool[N], m: bf16[(2 * N), 3], n: u8[1], o";
  expectTree(("layer f(" + params + ") { return a }").str(),
             ("layer f(" + params + ") {\n  return a\n}\n").str());
  expectTree("layer f(\n  x,\n  k: pair = 3, # comment\n\n) { return x }",
             "layer f(x, k: pair = 3) {\n  return x\n}\n");
}

TEST(Parser, Variables) {
  expectBody("param w: f32[O, 2 * I] = kaiming_uniform()\n"
             "param v = ones([3])\n"
             "state m: f32[C] = zeros\n"
             "state n = zeros_like(p)\n"
             "m <- 0.9 * m\n"
             "a <-b",
             "  param w: f32[O, (2 * I)] = kaiming_uniform()\n"
             "  param v = ones([3])\n"
             "  state m: f32[C] = zeros\n"
             "  state n = zeros_like(p)\n"
             "  m <- (0.9 * m)\n"
             "  a <- b\n");
}

TEST(Parser, Bindings) {
  expectBody("a = 1; b, c = f(a)\nreturn b, y = c,z=1",
             "  a = 1\n  b, c = f(a)\n  return b, y = c, z = 1\n");
}

TEST(Parser, Repeat) {
  expectBody("repeat 4 { x = f(x) } repeat i in n - 1 { x = x }\n"
             "repeat c in [16, 32]\n{\n  x = f(x, c)\n\n}",
             "  repeat 4 {\n    x = f(x)\n  }\n"
             "  repeat i in (n - 1) {\n    x = x\n  }\n"
             "  repeat c in [16, 32] {\n    x = f(x, c)\n  }\n");
}

TEST(Parser, If) {
  expectBody("if training and n == 1 { a = 1 } else if m { a = 2 }\n"
             "else { return 3 }\n"
             "if not m {}",
             "  if (training and (n == 1)) {\n    a = 1\n"
             "  } else if m {\n    a = 2\n  } else {\n    return 3\n  }\n"
             "  if (not m) {\n  }\n");
}

TEST(Parser, Scan) {
  expectBody("scan xt in x, mt in m |> g along -1 carry h, c { h = xt } "
             "collect h as hs, c as cs\n"
             "scan a in b along 0 { c = a }",
             "  scan xt in x, mt in g(m) along (-1) carry h, c {\n    h = xt\n"
             "  } collect h as hs, c as cs\n"
             "  scan a in b along 0 {\n    c = a\n  }\n");
}

TEST(Parser, Minimize) {
  expectBody("minimize a + b over M, M2.block_1.w with sgd(lr=0.1, ema=0.9)\n"
             "minimize a with lion",
             "  minimize (a + b) over M, M2.block_1.w with "
             "sgd(lr=0.1, ema=0.9)\n"
             "  minimize a with lion()\n");
}

TEST(Parser, KeywordsNameValues) {
  expectBody("state = 1; step <- state; param, model = in(state); if = scan\n"
             "repeat in in in { over = with + along }\n"
             "state state = carry; repeat repeat { return = minimize }\n"
             "minimize minimize over over with with(as=const)\n"
             "scan scan in in along along carry carry { else = collect } "
             "collect collect as as\n"
             "return return = return, import",
             "  state = 1\n  step <- state\n  param, model = in(state)\n"
             "  if = scan\n"
             "  repeat in in in {\n    over = (with + along)\n  }\n"
             "  state state = carry\n"
             "  repeat repeat {\n    return = minimize\n  }\n"
             "  minimize minimize over over with with(as=const)\n"
             "  scan scan in in along along carry carry {\n"
             "    else = collect\n  } collect collect as as\n"
             "  return return = return, import\n");
  expectTree("layer layer(model) { return model }",
             "layer layer(model) {\n  return model\n}\n");
}

TEST(Parser, Precedence) {
  EXPECT_EQ(parseExpr("a + b * c - d"), "((a + (b * c)) - d)");
  EXPECT_EQ(parseExpr("a @ b // c % d / e"), "((((a @ b) // c) % d) / e)");
  EXPECT_EQ(parseExpr("-x ** 2"), "(-(x ** 2))");
  EXPECT_EQ(parseExpr("2 ** -x ** 3"), "(2 ** (-(x ** 3)))");
  EXPECT_EQ(parseExpr("a ** b ** c"), "(a ** (b ** c))");
  EXPECT_EQ(parseExpr("- - x * y"), "((-(-x)) * y)");
  EXPECT_EQ(parseExpr("not a == b and c or d"),
            "(((not (a == b)) and c) or d)");
  EXPECT_EQ(parseExpr("not not a"), "(not (not a))");
  EXPECT_EQ(parseExpr("a < b - 1"), "(a < (b - 1))");
  EXPECT_EQ(parseExpr("a >= b"), "(a >= b)");
  EXPECT_EQ(parseExpr("(a + b) * c"), "((a + b) * c)");
  EXPECT_EQ(parseExpr("-x.T[0] ** f(1)"), "(-(x.T[0] ** f(1)))");
  EXPECT_EQ(parseExpr("a or b |> f"), "f((a or b))");
}

TEST(Parser, Pipes) {
  EXPECT_EQ(parseExpr("x |> f |> g(a, k=b)"), "g(f(x), a, k=b)");
  EXPECT_EQ(parseExpr("x |> f()"), "f(x)");
  EXPECT_EQ(parseExpr("h(x |> f, y |> g(z |> k))"), "h(f(x), g(y, k(z)))");
  EXPECT_EQ(parseExpr("x |> frozen(M)"), "frozen(x, M)");
  EXPECT_EQ(parseExpr("x |> averaged(M)(y)"), "averaged(M)(x, y)");
  EXPECT_EQ(parseExpr("frozen(M)(x)"), "frozen(M)(x)");
  EXPECT_EQ(parseExpr("(x |> f) + 1"), "(f(x) + 1)");
}

TEST(Parser, IndicesAndMembers) {
  EXPECT_EQ(parseExpr("x[:, 0:4, -1]"), "x[:, 0:4, (-1)]");
  EXPECT_EQ(parseExpr("x[..., ::2, 1:, :n - 1, a:b:c,]"),
            "x[..., ::2, 1:, :(n - 1), a:b:c]");
  EXPECT_EQ(parseExpr("x.shape[-1]"), "x.shape[(-1)]");
  EXPECT_EQ(parseExpr("grad(L, M.fc.weight)"), "grad(L, M.fc.weight)");
}

TEST(Parser, Literals) {
  EXPECT_EQ(parseExpr("[[1_000, .5], [1e-3, 2.E5], [3.], []]"),
            "[[1_000, .5], [1e-3, 2.E5], [3.], []]");
  EXPECT_EQ(parseExpr(R"("a\n\t\r\"\\b # no comment")"),
            R"("a\0A\09\0D\22\\b # no comment")");

  DiagnosticEngine diags;
  Context context;
  auto parse = [&](StringRef text) {
    return parseExpression(diags.addBuffer("-D", text), context, diags);
  };
  EXPECT_EQ(llvm::cast<IntExpr>(parse("9_223_372_036_854_775_807"))->value,
            INT64_MAX);
  EXPECT_EQ(llvm::cast<FloatExpr>(parse("1_0.2_5e-1"))->value, 1.025);
  EXPECT_EQ(llvm::cast<FloatExpr>(parse("5e-324"))->value, 5e-324);
  EXPECT_EQ(llvm::cast<StringExpr>(parse(R"("\"é\"")"))->value, "\"é\"");
  EXPECT_TRUE(llvm::cast<BoolExpr>(parse("true"))->value);
  EXPECT_TRUE(llvm::isa<NoneExpr>(parse("none")));
  EXPECT_FALSE(diags.hasErrors());
}

TEST(Parser, WholeExpressionOnly) {
  EXPECT_EQ(parseExpr("1 2"), "-D:1:3: error: expected the end of the "
                              "expression, found '2'\n1 2\n  ^\n");
  EXPECT_EQ(parseExpr(""), "-D:1:1: error: expected an expression, found end "
                           "of file\n\n^\n");
}

TEST(Parser, LineBreaks) {
  expectBody("a = (b\n  + c)\nd = [1,\n\n 2, # comment\n]\n"
             "e = x\n\n  # comment\n  |> f\n  |> g(\n    1,\n  )\n"
             "h = x[0,\n1]; return h # end",
             "  a = (b + c)\n  d = [1, 2]\n  e = g(f(x), 1)\n"
             "  h = x[0, 1]\n  return h\n");
  expectTree("layer f(x) {;; return x;} ; layer g(x) { return x }\r\n",
             "layer f(x) {\n  return x\n}\nlayer g(x) {\n  return x\n}\n");
}

TEST(Parser, RangesAndPlaces) {
  Parsed parsed("layer f(x) {\n"
                "  y = x |> g(1) + -a\n"
                "}\n");
  // The pipeline is refused, the statement stays with its range.
  auto *function = llvm::cast<FunctionDecl>(parsed.file->decls[0]);
  auto *bind = llvm::cast<BindStmt>(function->body.stmts[0]);
  EXPECT_TRUE(llvm::isa<ErrorExpr>(bind->value));
  EXPECT_EQ(bind->getText(), "y = x |> g(1) + -a");
  EXPECT_EQ(function->name.loc, function->loc);
  EXPECT_EQ(function->getText(), "layer f(x) {\n  y = x |> g(1) + -a\n}");

  Parsed good("const a = x |> g(1, k=2)\nconst b = c @ d.e\nconst h = m.k(1)");
  auto *call =
      llvm::cast<CallExpr>(llvm::cast<ConstDecl>(good.file->decls[0])->value);
  EXPECT_EQ(call->getText(), "x |> g(1, k=2)");
  EXPECT_TRUE(StringRef(call->loc.getPointer()).starts_with("g(1"));
  EXPECT_TRUE(StringRef(call->pipeLoc.getPointer()).starts_with("|> g"));
  EXPECT_TRUE(
      StringRef(call->args[2].keyword.loc.getPointer()).starts_with("k=2"));
  auto *matmul =
      llvm::cast<BinaryExpr>(llvm::cast<ConstDecl>(good.file->decls[1])->value);
  EXPECT_EQ(matmul->loc.getPointer()[0], '@');
  EXPECT_EQ(matmul->getText(), "c @ d.e");
  EXPECT_EQ(matmul->rhs->getText(), "d.e");
  auto *method =
      llvm::cast<CallExpr>(llvm::cast<ConstDecl>(good.file->decls[2])->value);
  EXPECT_TRUE(StringRef(method->loc.getPointer()).starts_with("k(1)"));
}

TEST(Parser, WhatCouldBeUnderstoodStays) {
  Parsed parsed("layer f(x) {\n"
                "  a = )\n"
                "  repeat i on 3 { b = a }\n"
                "  return a, *\n"
                "}\n"
                "layer (x) { return x }\n"
                "const c = 1\n");
  EXPECT_EQ(parsed.dump(), "layer f(x) {\n"
                           "  a = <error>\n"
                           "  repeat i in <error> {\n    b = a\n  }\n"
                           "  return a, <error>\n"
                           "}\n"
                           "const c = 1\n");
  EXPECT_EQ(parsed.diags.getNumErrors(), 4u);
}

//===- HostileInputTest.cpp - texts made to hurt --------------------------===//
//
// Each must come back, soon, with a message or a tree. The sizes are such that
// anything quadratic, or a recursion without a limit, is noticed.
//
//===----------------------------------------------------------------------===//
#include "ParseHelper.h"
#include "gtest/gtest.h"
#include <ctime>
#include <random>

using namespace nnc;
using namespace nnc::test;
using llvm::StringRef;

static std::string times(StringRef text, size_t count) {
  std::string repeated;
  repeated.reserve(text.size() * count);
  for (size_t i = 0; i < count; ++i)
    repeated += text;
  return repeated;
}

static std::string inBody(StringRef text) {
  return ("model m(x) {\n  a = " + text + "\n  return a\n}\n").str();
}

/// Parses and gives the first message; fails after ten seconds of computing,
/// which is far from what a debug build needs and near to what quadratic work
/// takes. Sanitizers cost several times as much.
static std::string firstMessage(StringRef text) {
#ifdef __SANITIZE_ADDRESS__
  constexpr double most = 60;
#else
  constexpr double most = 10;
#endif
  std::clock_t begin = std::clock();
  Parsed parsed(text);
  std::string printed = parsed.print();
  EXPECT_LT(double(std::clock() - begin) / CLOCKS_PER_SEC, most);
  auto sorted = parsed.diags.getSorted();
  return sorted.empty() ? "" : sorted.front()->message;
}

static const char *const tooDeep =
    "expression is nested too deeply (limit 256)";
static const char *const tooLong =
    "expression is too long (limit 1000 operators or calls in a row)";

TEST(HostileInput, DeepExpressions) {
  const size_t n = 10000;
  EXPECT_EQ(firstMessage(inBody(times("(", n) + "x" + times(")", n))), tooDeep);
  EXPECT_EQ(firstMessage(inBody(times("[", n) + times("]", n))), tooDeep);
  EXPECT_EQ(firstMessage(inBody(times("f(", n) + times(")", n))), tooDeep);
  EXPECT_EQ(firstMessage(inBody(times("x[", n) + times("]", n))), tooDeep);
  EXPECT_EQ(firstMessage(inBody(times("(", n))), tooDeep);
  EXPECT_EQ(firstMessage(inBody(times("-", n) + "x")), tooDeep);
  EXPECT_EQ(firstMessage(inBody(times("not ", n) + "x")), tooDeep);
  EXPECT_EQ(firstMessage(inBody(times("x ** ", n) + "x")), tooDeep);
}

TEST(HostileInput, LongChains) {
  const size_t n = 10000;
  EXPECT_EQ(firstMessage(inBody("x" + times(" |> f", n))), tooLong);
  EXPECT_EQ(firstMessage(inBody("x" + times("\n    |> f", n))), tooLong);
  EXPECT_EQ(firstMessage(inBody(times("x + ", 1000000) + "x")), tooLong);
  EXPECT_EQ(firstMessage(inBody("x" + times("[0]", n))), tooLong);
  EXPECT_EQ(firstMessage(inBody("x" + times(".T", n))), tooLong);
  EXPECT_EQ(firstMessage(inBody("f" + times("()", n))), tooLong);
}

TEST(HostileInput, WithinTheLimits) {
  EXPECT_EQ(firstMessage(inBody(times("(", 200) + "x" + times(")", 200))), "");
  EXPECT_EQ(firstMessage(inBody("x" + times(" |> f", 900))), "");
  EXPECT_EQ(firstMessage(inBody(times("x + ", 900) + "x")), "");
}

TEST(HostileInput, DeepBlocks) {
  const char *const message = "block is nested too deeply (limit 128)";
  EXPECT_EQ(firstMessage("model m(x) {" + times("repeat 1 {", 10000) +
                         times("}", 10001)),
            message);
  EXPECT_EQ(firstMessage("model m(x) {" + times("if a {\n", 10000)), message);
  EXPECT_EQ(firstMessage("model m(x) { if a { b = 1 }" +
                         times(" else if a { b = 1 }", 10000) + " return b }"),
            "");
}

TEST(HostileInput, ManyStatements) {
  EXPECT_EQ(firstMessage("model m(x) {\n" + times("  x = x + 1\n", 100000) +
                         "  return x\n}\n"),
            "");
  EXPECT_EQ(firstMessage("model m(x) {\n" + times("  x = = 1\n", 100000) +
                         "  return x\n}\n"),
            "expected an expression after '=', found '='");
  EXPECT_EQ(firstMessage("model m(x) {" + times("+;", 1000000) + "}"),
            "expected a statement, found '+'");
  EXPECT_EQ(firstMessage(times("layer f(x) {\n", 10000)),
            "expected '}' to close the body of layer 'f', found 'layer'");
}

TEST(HostileInput, LinesOfTenMegabytes) {
  const size_t n = 10000000;
  EXPECT_EQ(firstMessage("const a = [" + times("1, ", n / 3) + "1]\n"), "");
  EXPECT_EQ(firstMessage("const a = " + times("x", n)), "");
  EXPECT_EQ(firstMessage("const a = \"" + times("x", n)),
            "expected '\"' to close the string, found end of line");
  EXPECT_EQ(firstMessage(times("$", n / 10)), "unexpected character '$'");
  EXPECT_EQ(firstMessage(times("(", n / 10)),
            "expected a declaration, found '('");
  EXPECT_EQ(firstMessage(times("\n", n)),
            "expected a declaration such as 'model', found end of file");
}

TEST(HostileInput, HugeNumbers) {
  EXPECT_EQ(firstMessage("const a = " + times("9", 1000000)),
            "integer does not fit in 64 bits");
  EXPECT_EQ(firstMessage("const a = 0." + times("9", 100000)), "");
  EXPECT_EQ(firstMessage("const a = 1e" + times("9", 100000)),
            "number does not fit in a 64-bit float");
}

TEST(HostileInput, NoText) {
  EXPECT_EQ(firstMessage(StringRef("const a\0 = 1", 12)),
            "unexpected NUL byte; expected UTF-8 text");
  EXPECT_EQ(firstMessage(StringRef("\xFF\xFEm\0o\0", 6)),
            "unexpected byte 0xFF; expected UTF-8 text");
  EXPECT_EQ(firstMessage("const a = 1 # caf\xE9\n"),
            "unexpected byte 0xE9; expected UTF-8 text");
}

/// Every prefix of a program, and programs with tokens taken out, put in and
/// exchanged: nothing may crash, and what has no message must be a tree.
TEST(HostileInput, DamagedPrograms) {
  StringRef program = "const n = 3\n"
                      "layer l(x, k: pair = [1, 2], f: f32[N, 2]) {\n"
                      "  param w: f32[n, N] = ones()\n"
                      "  repeat i in 2 { x = x[:, 0:i, ...] @ w.T ** -2 }\n"
                      "  if n < 3 and not true { x = 1 } else { x = \"s\" }\n"
                      "  scan t in x along 0 carry x { x = t } collect x as y\n"
                      "  return x |> f(k=k) |> frozen(m)\n"
                      "}\n"
                      "step s(a: f32[]) {\n"
                      "  minimize a over m.w with adam(lr=1e-3)\n"
                      "  a <- b; return c = a\n"
                      "}\n";
  EXPECT_EQ(firstMessage(program), "");
  for (size_t length = 0; length < program.size(); ++length)
    Parsed(program.take_front(length)).print();

  const StringRef pieces[] = {"(", ")", "[", "]",  "{",  "}",  ",", "\n", "=",
                              ";", ":", ".", "|>", "<-", "\"", "-", "if", "7"};
  std::minstd_rand random(1);
  for (unsigned round = 0; round < 3000; ++round) {
    std::string text = program.str();
    for (unsigned edit = 0; edit <= round % 4; ++edit) {
      size_t at = random() % text.size();
      size_t removed = random() % 3;
      text.replace(at, removed, pieces[random() % std::size(pieces)].str());
    }
    Parsed parsed(text);
    parsed.print();
    parsed.dump();
  }
}

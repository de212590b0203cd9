//===- FormatTest.cpp - the style of .nn text -----------------------------===//
//
// Pairs of text and its form; that formatting a form changes nothing, also of
// texts whose space was changed at random; that no token or comment is lost;
// and that large files do not take long.
//
//===----------------------------------------------------------------------===//
#include "nnc/Frontend/Text/Format.h"
#include "ParseHelper.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"
#include <chrono>
#include <random>

using namespace nnc;
using llvm::StringRef;

static std::string format(StringRef text) {
  DiagnosticEngine diags;
  auto formatted = formatBuffer(diags.addBuffer("t.nn", text), diags);
  std::string printed;
  llvm::raw_string_ostream os(printed);
  diags.print(os);
  EXPECT_TRUE(formatted) << printed << "\n" << text.take_front(2000).str();
  return formatted.value_or("");
}

static void expectForm(StringRef text, StringRef form) {
  EXPECT_EQ(format(text), form.str());
  EXPECT_EQ(format(form), form.str());
}

TEST(Format, Spaces) {
  expectForm("const a=1+2*3;const  b = - 4",
             "const a = 1 + 2 * 3\nconst b = -4\n");
  expectForm("layer f(x,n:int=2,p :pair= [1 ,2]){\nreturn g (x , k = - 1,m=x[: "
             ",0 : 4, -1:])\n}",
             "layer f(x, n: int = 2, p: pair = [1, 2]) {\n"
             "  return g(x, k=-1, m=x[:, 0:4, -1:])\n}\n");
  expectForm("model m(x:f32 [N,3]){ param w:f32[ 3 ,4]=zeros( )\nreturn "
             "frozen( q )( x ).T @ w**2 }",
             "model m(x: f32[N, 3]) {\n  param w: f32[3, 4] = zeros()\n"
             "  return frozen(q)(x).T @ w ** 2\n}\n");
  expectForm(
      "entry e(x: f32[1]) { return y=(x+1)*-x, z = not(x>0) }",
      "entry e(x: f32[1]) { return y = (x + 1) * -x, z = not (x > 0) }\n");
  expectForm(
      "layer f(x) { repeat i in[1,2] { x=x |>g |> h(- i) }\nreturn in - x }",
      "layer f(x) {\n  repeat i in [1, 2] { x = x |> g |> h(-i) }\n  return in "
      "- x\n}\n");
}

TEST(Format, Lines) {
  // One statement a line; a block of one may stay on its line.
  expectForm("layer f(x) { a = x; b = a; return b }",
             "layer f(x) {\n  a = x\n  b = a\n  return b\n}\n");
  expectForm("layer f(x)\n{\n\n\nif a { x = 1 }\nelse { x = 2; y = 3 } return "
             "x\n\n}\n\n\n\nconst a = 1",
             "layer f(x) {\n  if a { x = 1 } else {\n    x = 2\n    y = 3\n  "
             "}\n  return x\n}\n\n"
             "const a = 1\n");
  expectForm("layer f(x) {\n  if a {\n    x = 1 }\n  else if b { x = 2 }\n  "
             "return x\n}",
             "layer f(x) {\n  if a {\n    x = 1\n  } else if b { x = 2 }\n  "
             "return x\n}\n");
  expectForm(
      "layer f(x) {\n  repeat 2 { repeat 3 { x = 1; y = 2 } }\n  return x }",
      "layer f(x) {\n  repeat 2 {\n    repeat 3 {\n      x = 1\n      y = 2\n  "
      "  }\n  }\n"
      "  return x\n}\n");
  expectForm("\xEF\xBB\xBF"
             "const a = 1\r\nconst b = 2\r\n",
             "const a = 1\nconst b = 2\n");
}

TEST(Format, Continuations) {
  // An aligned one stays aligned, another keeps its distance.
  expectForm("layer f(x) {\n    return image|>conv(32) |> conv(64)\n           "
             "       |> flatten\n}",
             "layer f(x) {\n  return image |> conv(32) |> conv(64)\n"
             "                  |> flatten\n}\n");
  expectForm("layer f(x) {\n    return x   |> g\n               |> h\n}",
             "layer f(x) {\n  return x |> g\n           |> h\n}\n");
  expectForm("layer f(x) {\n      return x\n          |> g\n}",
             "layer f(x) {\n  return x\n      |> g\n}\n");
  expectForm("layer f(x) {\n  return x\n  |> g\n}",
             "layer f(x) {\n  return x\n    |> g\n}\n");
  expectForm("const a = [\n1,\n\n\n2,\n]", "const a = [\n  1,\n\n  2,\n]\n");
  expectForm("layer f(a,\n        b) { return g(a,\n    b) }",
             "layer f(a,\n        b) {\n  return g(a,\n    b)\n}\n");
}

TEST(Format, Comments) {
  expectForm("# top\n\n\n#second\nconst a = 1 # one\n# end",
             "# top\n\n#second\nconst a = 1 # one\n# end\n");
  expectForm("const a   = 1         # kept\nconst bb =   2        # aligned",
             "const a = 1           # kept\nconst bb = 2          # aligned\n");
  expectForm("layer f(x) { # body\n# inner\na = x; # after\n   # last\n}",
             "layer f(x) { # body\n  # inner\n  a = x  # after\n  # last\n}\n");
  expectForm("layer f(x) # odd\n{ return x }",
             "layer f(x) # odd\n{ return x }\n");
  expectForm("layer f(x) {\n  if a { x = 1 } # why\n  # else\n  else { x = 2 "
             "}\n  return x\n}",
             "layer f(x) {\n  if a { x = 1 } # why\n  # else\n  else { x = 2 "
             "}\n  return x\n}\n");
  expectForm("const a = [1, # one\n  # two\n  2]",
             "const a = [1, # one\n  # two\n  2]\n");
  expectForm(
      "layer f(x) { return x } # a\nlayer g(x) { return \"# no\" } # \xC3\xA4",
      "layer f(x) { return x } # a\nlayer g(x) { return \"# no\" } # "
      "\xC3\xA4\n");
}

TEST(Format, RefusesErrors) {
  DiagnosticEngine diags;
  EXPECT_FALSE(formatBuffer(diags.addBuffer("t.nn", "const = 1"), diags));
  EXPECT_TRUE(diags.hasErrors());
}

//===----------------------------------------------------------------------===//
// All files of the repository
//===----------------------------------------------------------------------===//

/// What must survive: everything but space and semicolons.
static std::string essence(StringRef text) {
  std::string kept;
  text.consume_front("\xEF\xBB\xBF");
  for (char c : text)
    if (!llvm::isSpace(c) && c != ';')
      kept += c;
  return kept;
}

/// Changes space where it means nothing: doubles it between tokens of a line,
/// indents lines anew and adds blank ones.
static std::string shake(StringRef text, std::mt19937 &random) {
  std::string shaken;
  bool inComment = false, inString = false, atBegin = true;
  for (char c : text) {
    if (c == '\n') {
      inComment = false;
      atBegin = true;
      shaken.append(1 + (random() % 4 == 0) * 2, '\n');
      shaken.append(random() % 9, ' ');
      continue;
    }
    if (atBegin && c == ' ')
      continue;
    atBegin = false;
    inString ^= c == '"' && !inComment;
    inComment |= c == '#' && !inString;
    if (c == ' ' && !inComment && !inString)
      shaken.append(random() % 3, ' ');
    shaken += c;
  }
  return shaken;
}

static bool parses(StringRef text) {
  DiagnosticEngine diags;
  ast::Context context;
  parseFile(diags.addBuffer("t.nn", text), context, diags);
  return !diags.hasErrors();
}

TEST(Format, EveryFile) {
  unsigned files = 0;
  std::mt19937 random(7);
  std::error_code error;
  for (const char *folder :
       {"/examples", "/lib/StandardLibrary", "/test", "/benchmarks"})
    for (llvm::sys::fs::recursive_directory_iterator
             it(std::string(NNC_SOURCE_DIR) + folder, error),
         end;
         it != end && !error; it.increment(error)) {
      StringRef path = it->path();
      if (!path.ends_with(".nn"))
        continue;
      std::string copy =
          (*llvm::MemoryBuffer::getFile(path))->getBuffer().str();
      if (!parses(copy))
        continue;
      ++files;
      SCOPED_TRACE(path.str());
      std::string form = format(copy);
      EXPECT_EQ(format(form), form);
      EXPECT_EQ(essence(form), essence(copy));
      for (int round = 0; round < 10; ++round) {
        std::string shaken = shake(copy, random);
        std::string once = format(shaken);
        EXPECT_EQ(format(once), once);
        EXPECT_EQ(essence(once), essence(copy));
      }
    }
  EXPECT_GT(files, 20u);
}

TEST(Format, LargeFiles) {
  std::string statements = "layer f(x) {\n", line = "const a = [1",
              list = "const a = [";
  for (int i = 0; i < 100000; ++i) {
    statements += "  a = g(x,b=1) # c\n";
    list += "1, # one\n  ";
  }
  statements += "  return a\n}\n";
  list += "]\n";
  while (line.size() < 10000000)
    line += ", 12345678";
  line += "]\n";
  auto begin = std::chrono::steady_clock::now();
  for (StringRef text :
       {StringRef(statements), StringRef(list), StringRef(line)}) {
    std::string form = format(text);
    EXPECT_EQ(format(form), form);
  }
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - begin;
  EXPECT_LT(seconds.count(), 60.0);
}

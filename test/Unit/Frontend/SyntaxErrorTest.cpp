//===- SyntaxErrorTest.cpp - wrong texts and what is said about them ------===//
//
// One row a mistake: the text, and every message with its place. A message that
// is missing, moved or follows from another one is a failure.
//
//===----------------------------------------------------------------------===//
#include "ParseHelper.h"
#include "gtest/gtest.h"

using namespace nnc::test;

namespace {
struct Row {
  const char *name;
  const char *text;
  const char *messages;
};

void PrintTo(const Row &row, std::ostream *os) { *os << row.name; }
} // namespace

class SyntaxError : public testing::TestWithParam<Row> {};

TEST_P(SyntaxError, IsReported) {
  Parsed parsed(GetParam().text);
  EXPECT_EQ(parsed.summarize(), GetParam().messages) << GetParam().text;
}

static const Row declarations[] = {
    {"EmptyFile", "",
     "1:1: expected a declaration such as 'model', found end of file\n"},
    {"OnlyComment", "# nothing\n",
     "1:1: expected a declaration such as 'model', found end of file\n"},
    {"ValueAtTopLevel", "x = 3\n",
     "1:1: expected a declaration ('const', 'import', 'layer', 'model', "
     "'entry', 'step', 'optimizer', 'schedule', 'initializer'), found 'x'; did "
     "you mean 'const x = …'?\n"},
    {"MisspeltKeyword", "modle f(x) { return x }\n",
     "1:1: expected a declaration ('const', 'import', 'layer', 'model', "
     "'entry', 'step', 'optimizer', 'schedule', 'initializer'), found 'modle'; "
     "did you mean 'model'?\n"},
    {"PythonKeyword", "def f(x) { return x }\n",
     "1:1: expected a declaration ('const', 'import', 'layer', 'model', "
     "'entry', 'step', 'optimizer', 'schedule', 'initializer'), found 'def'; "
     "did you mean 'layer'?\n"},
    {"NumberAtTopLevel", "3\n", "1:1: expected a declaration, found '3'\n"},
    {"ClosingBraceAtTopLevel", "layer f(x) { return x }}\n",
     "1:24: unexpected '}': no body is open\n"},
    {"NoName",
     "model {\n"
     "  return x\n"
     "}\n",
     "1:7: expected a name after 'model', found '{'\n"},
    {"NoParameters",
     "model m {\n"
     "  return x\n"
     "}\n",
     "1:9: expected '(' after 'm', found '{'\n"},
    {"NoBody", "model m(x)\n",
     "1:11: expected '{' to begin the body of model 'm', found end of line\n"},
    {"ColonForBrace",
     "model m(x):\n"
     "  return x\n",
     "1:11: expected '{' to begin the body of model 'm', found ':'\n"},
    {"UnclosedParameters",
     "model m(x {\n"
     "  return x\n"
     "}\n",
     "1:11: expected ')' to close the parameter list, found '{'\n"
     "note: 1:8: the parameter list begins here\n"},
    {"NumberAsParameter", "model m(3) { return 1 }\n",
     "1:9: expected the name of a parameter, found '3'\n"},
    {"NoType", "model m(x: ) { return x }\n",
     "1:12: expected a type after ':', found ')'\n"},
    {"PyTorchType", "model m(x: float32[3]) { return x }\n",
     "1:12: there is no type 'float32'; did you mean 'f32'?\n"},
    {"MisspeltType", "layer f(x: itn) { return x }\n",
     "1:12: there is no type 'itn'; did you mean 'int'?\n"},
    {"ScalarWithoutBrackets", "layer f(x: f32) { return x }\n",
     "1:15: expected '[' and a shape after 'f32' ('f32[]' is a scalar), found "
     "')'\n"},
    {"UnclosedShape", "layer f(x: f32[N) { return x }\n",
     "1:17: expected ']' to close the shape, found ')'\n"
     "note: 1:15: the shape begins here\n"},
    {"NoDefault", "layer f(k: int = ) { return k }\n",
     "1:18: expected an expression after '=', found ')'\n"},
    {"ImportWithoutQuotes", "import foo\n",
     "1:8: expected a path in double quotes after 'import', found 'foo'\n"},
    {"ImportWithoutAlias", "import \"net.onnx\" as\n",
     "1:21: expected a name after 'as', found end of line\n"},
    {"ConstWithoutValue", "const a\n",
     "1:8: expected '=' after 'a', found end of line\n"},
    {"ConstTuple", "const a = (1, 2)\n",
     "1:13: expected ')' to close the parenthesis, found ','; a list is "
     "written '[a, b]'\n"},
    {"ReservedName", "const true = 1\n",
     "1:7: expected a name after 'const'; 'true' is a word of the language\n"},
    {"NestedDeclaration",
     "model m(x) {\n"
     "  layer f(y) {\n"
     "    return y\n"
     "  }\n"
     "  return f(x)\n"
     "}\n",
     "2:3: 'layer' declarations stand at the top level of a file, not inside "
     "model 'm'\n"
     "note: 1:1: model 'm' begins here\n"},
    {"TwoOnOneLine", "const a = 1 const b = 2\n",
     "1:13: expected the end of the statement, found 'const'\n"},
};

static const Row statements[] = {
    {"MisspeltReturn",
     "layer f(x) {\n"
     "  retrun x\n"
     "}\n",
     "2:3: expected a statement, found 'retrun'; did you mean 'return'?\n"},
    {"PythonFor",
     "layer f(x) {\n"
     "  for i in 3 { x = f(x) }\n"
     "}\n",
     "2:3: expected a statement, found 'for'; did you mean 'repeat'?\n"},
    {"Elif",
     "layer f(x) {\n"
     "  if a { b = 1 } elif c { b = 2 }\n"
     "}\n",
     "2:18: expected a statement, found 'elif'; did you mean 'else if'?\n"},
    {"ElseWithoutIf",
     "layer f(x) {\n"
     "  else { b = 3 }\n"
     "}\n",
     "2:3: 'else' without an 'if' before it\n"},
    {"IfWithoutCondition",
     "layer f(x) {\n"
     "  if { b = 3 }\n"
     "}\n",
     "2:6: expected an expression after 'if', found '{'\n"},
    {"LoneCall",
     "layer f(x) {\n"
     "  f(x)\n"
     "}\n",
     "2:3: the value of this expression is not used; write 'name = …' or "
     "'return …'\n"},
    {"AssignedElement",
     "layer f(x) {\n"
     "  x[0] = 3\n"
     "}\n",
     "2:3: expected a name left of '=', found 'x[0]'; values do not change in "
     "place\n"},
    {"UpdatedMember",
     "layer f(x) {\n"
     "  m.w <- 3\n"
     "}\n",
     "2:3: expected a name left of '<-', found 'm.w'; values do not change in "
     "place\n"},
    {"UpdateOfTwo",
     "layer f(x) {\n"
     "  a, b <- 3\n"
     "}\n",
     "2:8: '<-' updates one name, found 2\n"},
    {"ChainedAssignment",
     "layer f(x) {\n"
     "  a = b = 3\n"
     "}\n",
     "2:9: expected the end of the statement, found '='\n"},
    {"Increment",
     "layer f(x) {\n"
     "  x += 1\n"
     "}\n",
     "2:5: there is no operator '+='; write 'a = a + …'\n"},
    {"TypedBinding",
     "layer f(x) {\n"
     "  y: f32[3] = x\n"
     "}\n",
     "2:4: expected '=' or '<-' after 'y', found ':'\n"},
    {"TwoStatements",
     "layer f(x) {\n"
     "  a = 1 b = 2\n"
     "}\n",
     "2:9: expected the end of the statement, found 'b'\n"},
    {"ReservedTarget",
     "layer f(x) {\n"
     "  not = 1\n"
     "}\n",
     "2:3: expected a name to bind; 'not' is a word of the language\n"},
    {"ParamWithoutName",
     "layer f(x) {\n"
     "  param : f32[1] = ones\n"
     "}\n",
     "2:9: expected a name after 'param', found ':'\n"},
    {"ParamWithoutValue",
     "layer f(x) {\n"
     "  param w: f32[3]\n"
     "}\n",
     "2:18: expected '=' and an initial value, found end of line\n"},
    {"StateWithoutEquals",
     "layer f(x) {\n"
     "  state m zeros\n"
     "}\n",
     "2:11: expected ':' and a type or '=' and an initial value, found "
     "'zeros'\n"},
    {"RepeatWithoutIn",
     "layer f(x) {\n"
     "  repeat i on 4 { x = f(x) }\n"
     "}\n",
     "2:12: expected 'in' after 'i', found 'on'\n"},
    {"RepeatWithoutCount",
     "layer f(x) {\n"
     "  repeat { x = f(x) }\n"
     "}\n",
     "2:10: expected an expression after 'repeat', found '{'\n"},
    {"RepeatWithoutBody",
     "layer f(x) {\n"
     "  repeat 4\n"
     "}\n",
     "2:11: expected '{' to begin the body of 'repeat', found end of line\n"},
    {"ScanWithoutAxis",
     "layer f(x) {\n"
     "  scan a in b { c = a }\n"
     "}\n",
     "2:15: expected 'along' and an axis, found '{'\n"},
    {"ScanWithoutIn",
     "layer f(x) {\n"
     "  scan a along 1 { c = a }\n"
     "}\n",
     "2:10: expected 'in' after 'a', found 'along'\n"},
    {"CarryNothing",
     "layer f(x) {\n"
     "  scan a in b along 1 carry { c = a }\n"
     "}\n",
     "2:29: expected a name to carry, found '{'\n"},
    {"CollectWithoutAs",
     "layer f(x) {\n"
     "  scan a in b along 0 { c = a } collect c\n"
     "}\n",
     "2:42: expected 'as' and a name for the values of all turns, found end of "
     "line\n"},
    {"CollectOnNextLine",
     "layer f(x) {\n"
     "  scan a in b along 0 { c = a }\n"
     "  collect c as d\n"
     "}\n",
     "3:3: 'collect' stands on the line of the '}' of its 'scan'\n"},
    {"MinimizeWithoutOptimizer",
     "layer f(x) {\n"
     "  minimize x\n"
     "}\n",
     "2:13: expected 'over' or 'with' and an optimizer, found end of line\n"},
    {"MinimizeNumberAsOptimizer",
     "layer f(x) {\n"
     "  minimize x with 3\n"
     "}\n",
     "2:19: expected an optimizer after 'with', found '3'\n"},
    {"OverAfterWith",
     "layer f(x) {\n"
     "  minimize x with sgd(lr=1) over m\n"
     "}\n",
     "2:29: 'over' stands before 'with'\n"},
    {"OverNothing",
     "layer f(x) {\n"
     "  minimize x over with sgd(lr=1)\n"
     "}\n",
     "2:24: expected 'with' and an optimizer, found 'sgd'\n"},
    {"ReturnNothing",
     "layer f(x) {\n"
     "  return\n"
     "}\n",
     "2:9: expected an expression after 'return', found end of line\n"},
    {"OperatorOnNextLine",
     "layer f(x) {\n"
     "  a = x\n"
     "    + x\n"
     "}\n",
     "3:5: expected a statement, found '+'\n"
     "note: 2:8: a line break ends a statement unless '(' or '[' is open\n"},
    {"OperatorAtEndOfLine",
     "layer f(x) {\n"
     "  a = x +\n"
     "    x\n"
     "}\n",
     "2:10: expected an expression after '+', found end of line\n"},
};

static const Row expressions[] = {
    {"UnclosedCall",
     "layer f(x) {\n"
     "  y = relu(conv2d(x, 3)\n"
     "  return y\n"
     "}\n",
     "2:24: expected ')' to close the call, found end of line\n"
     "note: 2:11: the call begins here\n"},
    {"UnclosedCallAtTheEnd",
     "layer f(x) {\n"
     "  return relu(x\n"
     "}\n",
     "2:16: expected ')' to close the call, found end of line\n"
     "note: 2:14: the call begins here\n"},
    {"UnclosedList",
     "layer f(x) {\n"
     "  a = [1, 2\n"
     "  return a\n"
     "}\n",
     "2:12: expected ']' to close the list, found end of line\n"
     "note: 2:7: the list begins here\n"},
    {"UnclosedIndex",
     "layer f(x) {\n"
     "  a = x[0\n"
     "  return a\n"
     "}\n",
     "2:10: expected ']' to close the index, found end of line\n"
     "note: 2:8: the index begins here\n"},
    {"UnclosedParenthesis",
     "layer f(x) {\n"
     "  a = (x + 1\n"
     "  return a\n"
     "}\n",
     "2:13: expected ')' to close the parenthesis, found end of line\n"
     "note: 2:7: the parenthesis begins here\n"},
    {"WrongBracket",
     "layer f(x) {\n"
     "  return (x]\n"
     "}\n",
     "2:12: expected ')' to close the parenthesis, found ']'\n"
     "note: 2:10: the parenthesis begins here\n"},
    {"NoComma",
     "layer f(x) {\n"
     "  return f(x y)\n"
     "}\n",
     "2:14: expected ',' or ')' in the call, found 'y'\n"},
    {"KeywordWithColon",
     "layer f(x) {\n"
     "  return f(x, y: 3)\n"
     "}\n",
     "2:16: expected ',' or ')' in the call, found ':'\n"},
    {"PositionalAfterKeyword",
     "layer f(x) {\n"
     "  return f(a=1, x)\n"
     "}\n",
     "2:17: positional argument after a keyword argument\n"
     "note: 2:12: 'a' is given here\n"},
    {"EmptyArgument",
     "layer f(x) {\n"
     "  return f(x,, y)\n"
     "}\n",
     "2:14: expected an expression after ',', found ','\n"},
    {"EmptyIndex",
     "layer f(x) {\n"
     "  return x[]\n"
     "}\n",
     "2:12: expected an expression after '[', found ']'\n"},
    {"TooManyColons",
     "layer f(x) {\n"
     "  return x[1:2:3:4]\n"
     "}\n",
     "2:17: expected ',' or ']' in the index, found ':'\n"},
    {"NoMember",
     "layer f(x) {\n"
     "  return x.\n"
     "}\n",
     "2:12: expected a name after '.', found end of line\n"},
    {"CalledNumber",
     "layer f(x) {\n"
     "  return 3(x)\n"
     "}\n",
     "2:11: expected an operator or the end of the expression, found '('; only "
     "functions can be called\n"},
    {"ChainedComparison",
     "layer f(x) {\n"
     "  return 1 < x <= 3\n"
     "}\n",
     "2:16: comparisons cannot be chained; write 'a < b and b <= c'\n"},
    {"UpdateForLess",
     "layer f(x) {\n"
     "  if x <-1 { a = 1 }\n"
     "}\n",
     "2:8: expected '{' to begin the body of 'if', found '<-' (to compare with "
     "a negative number write '< -')\n"},
    {"PipeToNumber",
     "layer f(x) {\n"
     "  return x |> 3\n"
     "}\n",
     "2:15: expected a function after '|>', found '3'\n"},
    {"PipeToNothing",
     "layer f(x) {\n"
     "  return x |>\n"
     "}\n",
     "2:14: expected a function after '|>', found end of line\n"},
    {"PipeToSum",
     "layer f(x) {\n"
     "  return x |> relu + 1\n"
     "}\n",
     "2:20: '+' binds tighter than '|>'; put parentheses around the "
     "pipeline\n"},
    {"PipeToElement",
     "layer f(x) {\n"
     "  return x |> fs[0]\n"
     "}\n",
     "2:15: expected a function after '|>'\n"},
    {"NotAfterOperator",
     "layer f(x) {\n"
     "  return x + not y\n"
     "}\n",
     "2:14: expected an expression after '+', found 'not'\n"},
    {"TwoOperators",
     "layer f(x) {\n"
     "  return x * / y\n"
     "}\n",
     "2:14: expected an expression after '*', found '/'\n"},
    {"UnaryPlus",
     "layer f(x) {\n"
     "  return +x\n"
     "}\n",
     "2:10: expected an expression after 'return', found '+'\n"},
};

static const Row tokens[] = {
    {"StrayCharacter",
     "layer f(x) {\n"
     "  a = x $ y\n"
     "}\n",
     "2:9: unexpected character '$'\n"},
    {"LetterBeyondASCII",
     "layer f(x) {\n"
     "  größe = 1\n"
     "}\n",
     "2:5: unexpected character 'ö' (U+00F6); names and operators are ASCII\n"},
    {"QuestionMark",
     "layer f(x) {\n"
     "  a = x ? y : z\n"
     "}\n",
     "2:9: unexpected character '?'\n"},
    {"And",
     "layer f(x) {\n"
     "  a = x && y\n"
     "}\n",
     "2:9: there is no operator '&&'; did you mean 'and'?\n"},
    {"Bang",
     "layer f(x) {\n"
     "  a = !x\n"
     "}\n",
     "2:7: there is no operator '!'; did you mean 'not'?\n"},
    {"SingleQuotes",
     "layer f(x) {\n"
     "  a = 'abc'\n"
     "}\n",
     "2:7: strings are written with double quotes\n"},
    {"UnclosedString",
     "layer f(x) {\n"
     "  a = \"abc\n"
     "}\n",
     "2:11: expected '\"' to close the string, found end of line\n"
     "note: 2:7: the string begins here\n"},
    {"UnknownEscape",
     "layer f(x) {\n"
     "  a = \"\\q\"\n"
     "}\n",
     "2:7: unknown escape in the string; there are \\n, \\t, \\r, \\\" and "
     "\\\\\n"},
    {"HexNumber",
     "layer f(x) {\n"
     "  a = 0x10\n"
     "}\n",
     "2:7: '0x10' is not a number\n"},
    {"DoubleUnderscore",
     "layer f(x) {\n"
     "  a = 1__0\n"
     "}\n",
     "2:7: '1__0' is not a number\n"},
    {"ExponentWithoutDigits",
     "layer f(x) {\n"
     "  a = 1e\n"
     "}\n",
     "2:7: '1e' is not a number\n"},
    {"IntegerOverflow",
     "layer f(x) {\n"
     "  a = 9223372036854775808\n"
     "}\n",
     "2:7: integer does not fit in 64 bits\n"},
    {"FloatOverflow",
     "layer f(x) {\n"
     "  a = 1e999\n"
     "}\n",
     "2:7: number does not fit in a 64-bit float\n"},
};

static const Row recovery[] = {
    {"SeveralErrors",
     "layer f(x) {\n"
     "  a = $\n"
     "  b = a +\n"
     "  c = f(b\n"
     "  retrun c\n"
     "}\n"
     "model m(x) {\n"
     "  return x |> 3\n"
     "}\n"
     "const = 2\n",
     "2:7: unexpected character '$'\n"
     "3:10: expected an expression after '+', found end of line\n"
     "4:10: expected ')' to close the call, found end of line\n"
     "note: 4:8: the call begins here\n"
     "5:3: expected a statement, found 'retrun'; did you mean 'return'?\n"
     "8:15: expected a function after '|>', found '3'\n"
     "10:7: expected a name after 'const', found '='\n"},
    {"MissingBrace",
     "layer f(x) {\n"
     "  return x\n"
     "\n"
     "layer g(x) {\n"
     "  return x\n"
     "}\n",
     "4:1: expected '}' to close the body of layer 'f', found 'layer'\n"
     "note: 1:12: the body begins here\n"},
    {"MissingBraceAtTheEnd",
     "layer f(x) {\n"
     "  repeat 2 {\n"
     "    x = f(x)\n"
     "  return x\n",
     "4:11: expected '}' to close the body of 'repeat', found end of file\n"
     "note: 2:12: the body begins here\n"},
    {"ExtraBrace",
     "layer f(x) {\n"
     "  a = 1\n"
     "  }\n"
     "  return x\n"
     "}\n"
     "layer g(x) { retrun x }\n",
     "4:3: expected a declaration ('const', 'import', 'layer', 'model', "
     "'entry', 'step', 'optimizer', 'schedule', 'initializer'), found "
     "'return'\n"
     "6:14: expected a statement, found 'retrun'; did you mean 'return'?\n"},
    {"UnclosedCallThenMore",
     "layer f(x) {\n"
     "  a = g(x,\n"
     "  b = h(x)\n"
     "  c = )\n"
     "  return c\n"
     "}\n",
     "3:11: expected ')' to close the call, found end of line\n"
     "note: 2:8: the call begins here\n"
     "4:7: expected an expression after '=', found ')'\n"},
    {"ErrorInsideLongCall",
     "layer f(x) {\n"
     "  a = g(x,\n"
     "        y z,\n"
     "        w)\n"
     "  b = )\n"
     "  return c\n"
     "}\n",
     "3:11: expected ',' or ')' in the call, found 'z'\n"
     "5:7: expected an expression after '=', found ')'\n"},
    {"ErrorInBadHead",
     "layer f(x, 3) {\n"
     "  a = )\n"
     "  return x\n"
     "}\n",
     "1:12: expected the name of a parameter, found '3'\n"
     "2:7: expected an expression after '=', found ')'\n"},
    {"ErrorsOnOneLine", "layer f(x) { a = ); b = (; c = ] }\n",
     "1:18: expected an expression after '=', found ')'\n"
     "1:26: expected an expression after '(', found ';'\n"
     "1:32: expected an expression after '=', found ']'\n"},
    {"BadBlockIsSkipped",
     "layer f(x) {\n"
     "  while x {\n"
     "    y = )\n"
     "  }\n"
     "  return ]\n"
     "}\n",
     "2:3: expected a statement, found 'while'; did you mean 'repeat'?\n"
     "5:10: expected an expression after 'return', found ']'\n"},
};

static std::string getName(const testing::TestParamInfo<Row> &info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Declarations, SyntaxError,
                         testing::ValuesIn(declarations), getName);
INSTANTIATE_TEST_SUITE_P(Statements, SyntaxError, testing::ValuesIn(statements),
                         getName);
INSTANTIATE_TEST_SUITE_P(Expressions, SyntaxError,
                         testing::ValuesIn(expressions), getName);
INSTANTIATE_TEST_SUITE_P(Tokens, SyntaxError, testing::ValuesIn(tokens),
                         getName);
INSTANTIATE_TEST_SUITE_P(Recovery, SyntaxError, testing::ValuesIn(recovery),
                         getName);

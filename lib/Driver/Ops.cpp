//===- Ops.cpp - nnc ops --------------------------------------------------===//
//
// The primitives, from the reference that is generated from their definitions,
// and the library, from its own text: what is printed is what is there. A comment
// of the library may say `Shapes: ….` and `Derivative: ….`; a file's first comment
// says them for all functions whose own does not.
//
//===----------------------------------------------------------------------===//
#include "Commands.h"
#include "Model.h"
#include "Texts.h"
#include "nnc/Frontend/Text/TextModel.h"
#include "nnc/StandardLibrary/StandardLibrary.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace nnc;
using namespace nnc::driver;

namespace {

struct NamedType {
  std::string name, type;
};

struct Primitive {
  std::string name, summary, description;
  std::vector<NamedType> operands, results;
  bool differentiable = false;
};

struct LibraryFunction {
  std::string kind, name, signature, formula, shapes, derivative, source;
};

/// Where the primitives are defined.
constexpr StringLiteral primitiveSource = "include/nnc/Dialect/NN/IR";
constexpr StringLiteral librarySource = "lib/StandardLibrary";

} // namespace

//===----------------------------------------------------------------------===//
// Primitives
//===----------------------------------------------------------------------===//

/// What becomes of an op on the way to code.
static StringRef loweringOf(StringRef name) {
  return llvm::StringSwitch<StringRef>(name)
      .Cases({"nn.gradient", "nn.stop_gradient"}, "removed by nn-differentiate")
      .Cases({"nn.entry", "nn.step", "nn.return"}, "a C function")
      .Cases({"nn.variable", "nn.yield"}, "memory of the instance, and init")
      .Cases({"nn.read", "nn.write"}, "memory of the instance")
      .Case("nn.constant", "read-only data, or a number in a kernel")
      .Case("nn.reshape", "a view")
      .Default("linalg on buffers, in a kernel");
}

/// Rows of a table `| name | text |`. What all tensors have in common is left out.
static void readRow(StringRef line, std::vector<NamedType> &values) {
  SmallVector<StringRef> cells;
  line.split(cells, '|');
  if (cells.size() != 4 || !cells[1].trim().starts_with("`"))
    return;
  auto [before, after] = cells[2].trim().split(" of static shape and less than 2^63 bytes");
  values.push_back({cells[1].trim().trim('`').str(), (before + after).str()});
}

static std::vector<Primitive> readPrimitives(StringRef page) {
  std::vector<Primitive> primitives;
  enum { Nothing, Syntax, Description, Operands, Results } part = Nothing;
  int fences = 0;
  SmallVector<StringRef> lines;
  page.split(lines, '\n');
  for (StringRef line : lines) {
    if (line.starts_with("### `nn.")) {
      primitives.emplace_back();
      primitives.back().name = line.drop_front(5).split('`').first.str();
      part = Nothing;
      continue;
    }
    if (primitives.empty())
      continue;
    Primitive &op = primitives.back();
    if (op.summary.empty() && line.size() > 2 && line.starts_with("_")) {
      op.summary = line.trim('_').str();
      part = Description;
    } else if (line == "Syntax:") {
      part = Syntax;
      fences = 0;
    } else if (part == Syntax) {
      if (line.starts_with("```") && ++fences == 2)
        part = Description;
    } else if (line == "#### Operands:") {
      part = Operands;
    } else if (line == "#### Results:") {
      part = Results;
    } else if (line.starts_with("Interfaces:")) {
      op.differentiable = line.contains("`Differentiable`");
      part = Nothing;
    } else if (line.starts_with("Example") || line.starts_with("```") || line.starts_with("Traits:") ||
               line.starts_with("#### ")) {
      part = Nothing;
    } else if (part == Operands) {
      readRow(line, op.operands);
    } else if (part == Results) {
      readRow(line, op.results);
    } else if (part == Description && !line.trim().empty()) {
      op.description += (op.description.empty() ? "" : " ") + line.trim().str();
    }
  }
  return primitives;
}

//===----------------------------------------------------------------------===//
// Library
//===----------------------------------------------------------------------===//

/// Takes the sentence `title: ….` out of a comment; empty if there is none.
static std::string takeSentence(std::string &comment, StringRef title) {
  size_t begin = comment.find(title);
  if (begin == std::string::npos)
    return "";
  size_t end = begin + title.size();
  while (end < comment.size() && !(comment[end] == '.' && (end + 1 == comment.size() || comment[end + 1] == ' ') &&
                                   comment[end - 1] != '.'))
    ++end;
  std::string sentence = StringRef(comment).slice(begin + title.size(), end).trim().str();
  comment = (StringRef(comment).take_front(begin).rtrim() + " " + StringRef(comment).substr(end + 1).ltrim()).str();
  comment = StringRef(comment).trim().str();
  return sentence;
}

/// What becomes of a function of the library on the way to code.
static StringRef loweringOf(const LibraryFunction &function) {
  return llvm::StringSwitch<StringRef>(function.kind)
      .Case("optimizer", "in the step, once for each parameter")
      .Case("schedule", "in the step, once a call")
      .Case("initializer", "in init")
      .Default("inlined where it is called");
}

/// Declarations begin a line, and the comment that ends before one is about it.
static void readLibrary(const LibraryFile &file, std::vector<LibraryFunction> &functions) {
  SmallVector<StringRef> lines;
  file.text.split(lines, '\n');
  std::string comment, shapes, derivative;
  bool isHead = true;
  for (auto [number, line] : llvm::enumerate(lines)) {
    if (line.consume_front("#")) {
      comment += (comment.empty() ? "" : " ") + line.trim().str();
      continue;
    }
    auto [kind, rest] = line.split(' ');
    StringRef name = rest.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
    bool declares = llvm::is_contained({"layer", "optimizer", "schedule", "initializer"}, kind);
    if (declares && !name.empty() && rest.drop_front(name.size()).starts_with("(")) {
      std::string head = rest.str();
      for (size_t next = number + 1; !StringRef(head).contains('{') && next < lines.size(); ++next)
        head += " " + lines[next].trim().str();
      LibraryFunction function{kind.str(), name.str(), StringRef(head).split(" {").first.str(), comment, "", "",
                               (librarySource + "/" + file.name + ":" + Twine(number + 1)).str()};
      function.shapes = takeSentence(function.formula, "Shapes:");
      function.derivative = takeSentence(function.formula, "Derivative:");
      if (function.shapes.empty())
        function.shapes = shapes;
      if (function.derivative.empty())
        function.derivative = !derivative.empty() ? derivative : kind == "layer" ? "of its parts" : "none";
      functions.push_back(std::move(function));
    } else if (isHead) {
      shapes = takeSentence(comment, "Shapes:");
      derivative = takeSentence(comment, "Derivative:");
    }
    isHead = false;
    comment.clear();
  }
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

static void printMarkdown(ArrayRef<Primitive> primitives, ArrayRef<LibraryFunction> functions,
                          raw_ostream &os) {
  auto escaped = [](StringRef text) {
    std::string result;
    for (char c : text)
      result += c == '|' ? std::string("\\|") : std::string(1, c);
    return result;
  };
  auto list = [&](ArrayRef<NamedType> values) {
    llvm::interleaveComma(values, os, [&](const NamedType &value) {
      os << '`' << value.name << "`: " << value.type;
    });
  };
  os << "# Operations\n\nWhat the language is made of, as `nnc ops` prints it: the primitives of the compiler, and the\n"
        "library, which is written in the language. All shapes are static.\n\n## Primitives\n\nDefined in `"
     << primitiveSource << "`.\n\n| op | formula | operands: types | results: types | derivative | lowering |\n"
     << "|---|---|---|---|---|---|\n";
  for (const Primitive &op : primitives) {
    os << "| `" << op.name << "` | " << escaped(op.summary);
    if (!op.description.empty())
      os << ": " << escaped(StringRef(op.description).split(". ").first);
    os << " | ";
    list(op.operands);
    os << " | ";
    list(op.results);
    os << " | " << (op.differentiable ? "a rule in nn ops" : "none") << " | " << loweringOf(op.name)
       << " |\n";
  }
  os << "\n## Built-in functions\n\nMade of the primitives in C++; `…` stands for any number of arguments. Casts have the names "
        "of the\nelement types.\n\n| function: types |\n|---|\n";
  for (const BuiltinSummary &builtin : listBuiltins())
    os << "| `" << builtin.declaration << "` |\n";
  os << "\n## Library\n\nTensors are `f32` or `f64`, indices `i32` or `i64`; attributes have the types that stand behind them.\n\n"
        "| kind | function: types | formula | shapes | derivative | lowering | source |\n|---|---|---|---|---|---|---|\n";
  for (const LibraryFunction &function : functions)
    os << "| " << function.kind << " | `" << escaped(function.signature) << "` | " << escaped(function.formula) << " | "
       << escaped(function.shapes) << " | " << function.derivative << " | " << loweringOf(function) << " | `"
       << StringRef(function.source).split(':').first << "` |\n";
}

static llvm::json::Array toJSON(ArrayRef<NamedType> values) {
  llvm::json::Array array;
  for (const NamedType &value : values)
    array.push_back(llvm::json::Object{{"name", value.name}, {"type", value.type}});
  return array;
}

static void printJSON(ArrayRef<Primitive> primitives, ArrayRef<LibraryFunction> functions,
                      raw_ostream &os) {
  llvm::json::Array ops, builtins, library;
  for (const BuiltinSummary &builtin : listBuiltins())
    builtins.push_back(llvm::json::Object{{"name", builtin.name}, {"signature", builtin.declaration}});
  for (const Primitive &op : primitives)
    ops.push_back(llvm::json::Object{{"name", op.name},
                                     {"summary", op.summary},
                                     {"description", op.description},
                                     {"operands", toJSON(op.operands)},
                                     {"results", toJSON(op.results)},
                                     {"differentiable", op.differentiable},
                                     {"lowering", loweringOf(op.name)},
                                     {"source", primitiveSource}});
  for (const LibraryFunction &function : functions)
    library.push_back(llvm::json::Object{{"kind", function.kind},
                                         {"name", function.name},
                                         {"signature", function.signature},
                                         {"formula", function.formula},
                                         {"shapes", function.shapes},
                                         {"derivative", function.derivative},
                                         {"lowering", loweringOf(function)},
                                         {"source", function.source}});
  llvm::json::Value all = llvm::json::Object{{"primitives", std::move(ops)}, {"builtins", std::move(builtins)}, {"library", std::move(library)}};
  os << llvm::formatv("{0:2}", all) << '\n';
}

int nnc::driver::runOps(const Invocation &invocation) {
  std::vector<Primitive> primitives;
  for (const Text *text = texts; text->name; ++text)
    if (StringRef(text->name) == "ops.md")
      primitives = readPrimitives(text->content);
  std::vector<LibraryFunction> functions;
  for (const LibraryFile &file : getStandardLibrary())
    readLibrary(file, functions);
  if (invocation.format == "json")
    printJSON(primitives, functions, llvm::outs());
  else
    printMarkdown(primitives, functions, llvm::outs());
  return 0;
}

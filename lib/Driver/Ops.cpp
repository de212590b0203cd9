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

struct BuiltinFunction {
  std::string name, signature, formula, shapes, derivative, lowering;
};

/// Where the primitives are defined, and the functions made of them.
constexpr StringLiteral primitiveSource = "include/nnc/Dialect/NN/IR";
constexpr StringLiteral builtinSource = "lib/Frontend/Text/Sema";
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

/// The shapes an op takes and gives; an op that is not named works element by element.
static StringRef shapesOf(const Primitive &op) {
  StringRef shapes =
      llvm::StringSwitch<StringRef>(op.name)
          .Cases({"nn.reduce_all", "nn.reduce_any", "nn.reduce_max", "nn.reduce_min", "nn.reduce_sum"},
                 "any; without the axes, or with them as 1")
          .Cases({"nn.argmax", "nn.argmin"}, "any; without the axis")
          .Cases({"nn.cumsum", "nn.reverse", "nn.sort", "nn.stop_gradient"}, "any; the same")
          .Case("nn.broadcast", "any; new axes, and sizes for axes of 1")
          .Case("nn.concat", "alike but for the axis; its sizes added up")
          .Case("nn.constant", "the literal's")
          .Case("nn.contract", "by the letters of the spec")
          .Case("nn.conv", "[n, c, sizes…], [o, c/groups, k…]; [n, o, positions…]")
          .Case("nn.conv_input_grad", "[n, o, positions…], [o, c/groups, k…]; [n, c, sizes…]")
          .Case("nn.conv_weight_grad", "[n, c, sizes…], [n, o, positions…]; [o, c/groups, k…]")
          .Cases({"nn.entry", "nn.step", "nn.return"}, "those of the inputs and outputs")
          .Case("nn.gather", "any, index any; the axis replaced by the index's")
          .Case("nn.gradient", "a scalar, any…; those of the latter")
          .Cases({"nn.iota", "nn.random_bits", "nn.random_normal", "nn.random_uniform"}, "as given")
          .Case("nn.next", "those of the carries, of slices of the collected")
          .Case("nn.one_hot", "any; one axis more at the end")
          .Case("nn.pad", "any, a scalar; sizes + low + high + interior·(size − 1)")
          .Case("nn.reshape", "any; as many elements")
          .Case("nn.scan", "carries any, scanned [turns, …], captures any; carries, [turns, …]")
          .Case("nn.scatter_add", "any, index [i], updates of i slices; the first")
          .Case("nn.select", "one shape, or a scalar condition; the same")
          .Case("nn.slice", "any; (limit − start)/stride along each axis, rounded up")
          .Case("nn.transpose", "any; the sizes in the order of the permutation")
          .Cases({"nn.variable", "nn.read", "nn.write", "nn.yield"}, "the variable's")
          .Cases({"nn.window_max", "nn.window_sum"}, "[n, c, sizes…]; [n, c, positions…]")
          .Case("nn.window_pick", "[n, c, sizes…] twice; [n, c, positions…]")
          .Case("nn.window_scatter", "[n, c, sizes…], [n, c, positions…]; [n, c, sizes…]")
          .Default("");
  if (!shapes.empty())
    return shapes;
  return op.operands.size() == 1 ? "any; the same" : "all one shape; the same";
}

static StringRef derivativeOf(const Primitive &op) {
  if (op.name == "nn.scan")
    return "a loop in the other direction";
  return op.differentiable ? "a rule in nn ops" : "none";
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

static std::vector<BuiltinFunction> readBuiltins() {
  std::vector<BuiltinFunction> functions;
  for (BuiltinSummary &summary : listBuiltins()) {
    BuiltinFunction function{summary.name, summary.declaration, summary.text, "", "", ""};
    std::string ops = takeSentence(function.formula, "Ops:");
    function.lowering = ops == "none" ? "when compiling" : "nn." + ops;
    for (size_t at = 0; (at = function.lowering.find(", ", at)) != std::string::npos; at += 5)
      function.lowering.replace(at, 2, ", nn.");
    function.shapes = takeSentence(function.formula, "Shapes:");
    function.derivative = takeSentence(function.formula, "Derivative:");
    if (function.derivative.empty())
      function.derivative = "of its parts";
    functions.push_back(std::move(function));
  }
  return functions;
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

static void printMarkdown(ArrayRef<Primitive> primitives, ArrayRef<BuiltinFunction> builtins,
                          ArrayRef<LibraryFunction> functions, raw_ostream &os) {
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
     << primitiveSource << "`.\n\n| op | formula | operands: types | results: types | shapes | derivative | lowering |\n"
     << "|---|---|---|---|---|---|---|\n";
  for (const Primitive &op : primitives) {
    os << "| `" << op.name << "` | " << escaped(op.summary);
    if (!op.description.empty())
      os << ": " << escaped(StringRef(op.description).split(". ").first);
    os << " | ";
    list(op.operands);
    os << " | ";
    list(op.results);
    os << " | " << shapesOf(op) << " | " << derivativeOf(op) << " | " << loweringOf(op.name)
       << " |\n";
  }
  os << "\n## Built-in functions\n\nMade of the primitives in C++, in `" << builtinSource
     << "`; `…` stands for any number of arguments. Casts\nhave the names of the element types.\n\n"
        "| function: types | formula | shapes | derivative | lowering |\n|---|---|---|---|---|\n";
  for (const BuiltinFunction &function : builtins)
    os << "| `" << function.signature << "` | " << escaped(function.formula) << " | " << function.shapes << " | "
       << function.derivative << " | " << function.lowering << " |\n";
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

static void printJSON(ArrayRef<Primitive> primitives, ArrayRef<BuiltinFunction> builtinFunctions,
                      ArrayRef<LibraryFunction> functions, raw_ostream &os) {
  llvm::json::Array ops, builtins, library;
  for (const BuiltinFunction &function : builtinFunctions)
    builtins.push_back(llvm::json::Object{{"name", function.name},
                                          {"signature", function.signature},
                                          {"formula", function.formula},
                                          {"shapes", function.shapes},
                                          {"derivative", function.derivative},
                                          {"lowering", function.lowering},
                                          {"source", builtinSource}});
  for (const Primitive &op : primitives)
    ops.push_back(llvm::json::Object{{"name", op.name},
                                     {"summary", op.summary},
                                     {"description", op.description},
                                     {"operands", toJSON(op.operands)},
                                     {"results", toJSON(op.results)},
                                     {"shapes", shapesOf(op)},
                                     {"differentiable", op.differentiable},
                                     {"derivative", derivativeOf(op)},
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
  std::vector<BuiltinFunction> builtins = readBuiltins();
  if (invocation.format == "json")
    printJSON(primitives, builtins, functions, llvm::outs());
  else
    printMarkdown(primitives, builtins, functions, llvm::outs());
  return 0;
}

//===- ElementwiseCases.cpp - rows of elementwise primitives --------------===//
//
// Every element type, special values in all combinations, and sizes around
// those of vectors.
//
//===----------------------------------------------------------------------===//
#include "Cases.h"
#include "mlir/IR/MLIRContext.h"

using namespace nnc::test;

Case nnc::test::makeCase(const std::string &op,
                         const std::vector<Input> &inputs,
                         const std::string &body, const std::string &returned,
                         const std::vector<std::string> &types) {
  Case result{op, "nn.entry @$name(", {}};
  for (size_t i = 0; i < inputs.size(); ++i) {
    result.text += (i ? ", %x" : "%x") + std::to_string(i) + ": tensor<" +
                   inputs[i].type + ">";
    result.ranges.push_back(inputs[i].range);
  }
  std::string results;
  for (const std::string &type : types)
    results += (results.empty() ? "tensor<" : ", tensor<") + type + ">";
  result.text += ") -> (" + results + ") {\n" + body + "\nnn.return " +
                 returned + " : " + results + "\n}\n";
  return result;
}

std::string nnc::test::shaped(const std::vector<int64_t> &shape,
                              const std::string &element) {
  std::string text;
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + element;
}

static const std::vector<std::string> kFloats{"f32", "f64"};
static const std::vector<std::string> kInts{"i8", "ui8", "i16", "i32", "i64"};
static const std::vector<std::string> kNumbers{"f32", "f64", "i8", "ui8",
                                               "i16", "i32", "i64"};
static const std::vector<std::string> kElements{"f32", "f64", "i1",  "i8",
                                                "ui8", "i16", "i32", "i64"};

static size_t countSpecial(const std::string &element) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  mlir::Builder b(&context);
  if (element == "f32")
    return countSpecialValues(b.getF32Type());
  if (element == "f64")
    return countSpecialValues(b.getF64Type());
  if (element == "ui8")
    return countSpecialValues(b.getIntegerType(8, false));
  return countSpecialValues(b.getIntegerType(std::stoi(element.substr(1))));
}

constexpr Range special(int position) {
  return {Range::Special, static_cast<double>(position), 0};
}

/// `arity` operands of one type, which is the result's too unless it is given,
/// on special values and on `range`.
static void add(std::vector<Case> &cases, const std::string &op, int arity,
                const std::string &element, const Range &range,
                const std::string &mnemonic = "",
                const std::string &resultElement = "") {
  std::string result = resultElement.empty() ? element : resultElement;
  int64_t combinations = 1;
  for (int i = 0; i < arity; ++i)
    combinations *= countSpecial(element);
  auto addOne = [&](const std::vector<int64_t> &shape, bool isSpecial) {
    std::string type = shaped(shape, element);
    std::vector<Input> inputs;
    std::string body = "%y = nn." + (mnemonic.empty() ? op : mnemonic);
    for (int i = 0; i < arity; ++i) {
      inputs.push_back({type, isSpecial ? special(i) : range});
      body += (i ? ", %x" : " %x") + std::to_string(i);
    }
    body += " : tensor<" + type + ">";
    if (op == "convert")
      body += " -> tensor<" + shaped(shape, result) + ">";
    cases.push_back(
        makeCase("nn." + op, inputs, body, "%y", {shaped(shape, result)}));
  };
  addOne({combinations}, true);
  addOne({3, 1, 13}, false);
}

std::vector<Case> nnc::test::elementwiseCases() {
  std::vector<Case> cases;
  const Range wide{Range::Plain, -20, 20};
  for (const std::string &element : kFloats) {
    for (const char *op :
         {"abs", "ceil", "cos", "erf", "exp", "expm1", "floor", "log", "log1p",
          "logistic", "neg", "round", "rsqrt", "sign", "sin", "sqrt", "tanh"})
      add(cases, op, 1, element, wide);
    for (const char *op : {"add", "div", "floordiv", "max", "min", "mod", "mul",
                           "pow", "sub"})
      add(cases, op, 2, element, wide);
    // Every remainder of a vector's length.
    for (int64_t size = 1; size <= 67; size += size < 35 ? 1 : 8) {
      std::string type = std::to_string(size) + "x" + element;
      cases.push_back(makeCase("nn.exp", {{type, wide}, {type, wide}},
                               "%a = nn.exp %x0 : tensor<" + type +
                                   ">\n%y = nn.add %a, %x1 : tensor<" + type +
                                   ">",
                               "%y", {type}));
    }
    for (const std::vector<int64_t> &shape : std::vector<std::vector<int64_t>>{
             {}, {1}, {5, 7}, {3, 1, 5}, {2, 3, 1, 9}, {2, 1, 3, 2, 17}}) {
      std::string type = shaped(shape, element);
      cases.push_back(makeCase("nn.tanh", {{type, wide}},
                               "%y = nn.tanh %x0 : tensor<" + type + ">", "%y",
                               {type}));
    }
  }
  const Range any{Range::Plain, -300, 300};
  for (const std::string &element : kInts) {
    for (const char *op : {"abs", "neg", "sign"})
      add(cases, op, 1, element, any);
    for (const char *op : {"add", "floordiv", "max", "min", "mod", "mul", "sub"})
      add(cases, op, 2, element, any);
  }
  add(cases, "not", 1, "i1", kTruth);
  add(cases, "and", 2, "i1", kTruth);
  add(cases, "or", 2, "i1", kTruth);
  for (const std::string &element : kElements) {
    const Range range = element == "i1" ? kTruth : any;
    for (const char *predicate : {"eq", "ne", "lt", "le", "gt", "ge"})
      add(cases, "compare", 2, element, range,
          std::string("compare ") + predicate, "i1");
    for (const std::string &to : kElements)
      if (to != element)
        add(cases, "convert", 1, element, range, "convert", to);
    std::string type = "3x11x" + element;
    cases.push_back(makeCase(
        "nn.select", {{"3x11xi1", kTruth}, {type, range}, {type, special(0)}},
        "%y = nn.select %x0, %x1, %x2 : tensor<" + type + ">", "%y", {type}));
    cases.push_back(makeCase("nn.stop_gradient", {{type, range}},
                             "%y = nn.stop_gradient %x0 : tensor<" + type + ">",
                             "%y", {type}));
  }
  return cases;
}

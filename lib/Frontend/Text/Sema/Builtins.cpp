//===- Builtins.cpp - the table of functions made in C++ ------------------===//
//
// Looks functions up and parses their signatures, once.
//
//===----------------------------------------------------------------------===//
#include "Builtins.h"
#include "nnc/Frontend/Text/TextModel.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSwitch.h"

using namespace llvm;

namespace nnc::sema {

namespace {

struct Table {
  StringMap<const Builtin *> byName;
  DenseMap<const Builtin *, BuiltinSignature> signatures;
  std::vector<StringRef> names;
};

} // namespace

static Datum parseDefault(StringRef text) {
  int64_t integer;
  double number;
  if (text == "none")
    return Datum::none();
  if (text == "true" || text == "false")
    return Datum::ofBool(text == "true");
  if (!text.getAsInteger(10, integer))
    return Datum::ofInt(integer);
  if (!text.getAsDouble(number))
    return Datum::ofFloat(number);
  return Datum::ofString(text);
}

static BuiltinSignature parseSignature(StringRef text) {
  BuiltinSignature signature;
  SmallVector<StringRef> words;
  text.split(words, ' ', -1, /*KeepEmpty=*/false);
  for (StringRef word : words) {
    if (word.consume_back("*")) {
      signature.variadic = word;
      signature.variadicAt = signature.params.size();
      continue;
    }
    BuiltinParam param;
    auto [declared, standard] = word.split('=');
    auto [name, type] = declared.split(':');
    param.name = name;
    param.isRequired = !word.contains('=');
    if (!param.isRequired)
      param.defaultValue = parseDefault(standard);
    using ast::TypeKind;
    param.type = StringSwitch<std::optional<TypeKind>>(type)
                     .Case("int", TypeKind::Int)
                     .Case("float", TypeKind::Float)
                     .Case("bool", TypeKind::Bool)
                     .Case("string", TypeKind::String)
                     .Case("list", TypeKind::List)
                     .Case("axes", TypeKind::Axes)
                     .Case("model", TypeKind::Model)
                     .Case("tensor", TypeKind::Tensor)
                     .Default(std::nullopt);
    signature.params.push_back(std::move(param));
  }
  return signature;
}

static const Table &getTable() {
  static const Table table = [] {
    Table made;
    for (ArrayRef<Builtin> part : {getElementwiseBuiltins(), getShapeBuiltins(),
                                   getArrayBuiltins(), getIntrinsicBuiltins()})
      for (const Builtin &builtin : part) {
        made.byName[builtin.name] = &builtin;
        made.signatures[&builtin] = parseSignature(builtin.signature);
        made.names.push_back(builtin.name);
      }
    llvm::sort(made.names);
    return made;
  }();
  return table;
}

const Builtin *lookupBuiltin(StringRef name) {
  return getTable().byName.lookup(name);
}

const BuiltinSignature &getSignature(const Builtin &builtin) {
  return getTable().signatures.find(&builtin)->second;
}

ArrayRef<StringRef> getBuiltinNames() { return getTable().names; }

} // namespace nnc::sema

/// `axis:int=0` as `axis: int = 0`.
static std::string declare(StringRef word) {
  if (word.consume_back("*"))
    return (word + "…").str();
  auto [declared, standard] = word.split('=');
  auto [name, type] = declared.split(':');
  std::string text = name.str();
  if (!type.empty())
    text += (": " + type).str();
  if (!standard.empty())
    text +=
        (type == "string" ? " = \"" + standard + "\"" : " = " + standard).str();
  return text;
}

std::vector<nnc::BuiltinSummary> nnc::listBuiltins() {
  std::vector<BuiltinSummary> summaries;
  for (StringRef name : sema::getBuiltinNames()) {
    SmallVector<StringRef> words;
    sema::lookupBuiltin(name)->signature.split(words, ' ', -1,
                                               /*KeepEmpty=*/false);
    std::string arguments = llvm::join(llvm::map_range(words, declare), ", ");
    summaries.push_back({name.str(), (name + "(" + arguments + ")").str(),
                         sema::lookupBuiltin(name)->text.str()});
  }
  return summaries;
}

//===- Functions.cpp - constants, entries and steps -----------------------===//
//
// Evaluates constants with what `-D` says of them, and makes one function for
// each entry or step and each size of its free dimensions.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"
#include "mlir/IR/Verifier.h"
#include "nnc/Frontend/Text/Location.h"
#include "nnc/Frontend/Text/Parser.h"

using namespace mlir;

namespace nnc::sema {

GraphGen::GraphGen(Program &program, MLIRContext &context,
                   const LoadOptions &options, LoadedModule &result)
    : program(program), diags(program.diags), options(options), result(result),
      module(ModuleOp::create(UnknownLoc::get(&context))), builder(*module) {}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

std::optional<Datum> GraphGen::evalDefine(const Define &define, size_t index) {
  auto [place, isNew] = defined.try_emplace({&define, index});
  if (!isNew)
    return place->second;
  unsigned buffer = diags.addBuffer("-D " + define.name, define.values[index]);
  auto refuse = [&] {
    result.hasWrongDefine = true;
    return std::nullopt;
  };
  const ast::Expr *expr = parseExpression(buffer, program.context, diags);
  if (!expr)
    return refuse();
  Frame made;
  made.file = program.main;
  Frame *saved = std::exchange(frame, &made);
  Mode savedMode = std::exchange(mode, Mode::Constants);
  Datum value = eval(expr);
  mode = savedMode;
  frame = saved;
  if (value.isPoison())
    return refuse();
  place->second = value;
  return value;
}

static StringRef typeName(const Datum &value) {
  switch (value.getKind()) {
  case Datum::Kind::Int:
    return "an int";
  case Datum::Kind::Float:
    return "a float";
  case Datum::Kind::Bool:
    return "a bool";
  case Datum::Kind::String:
    return "a string";
  case Datum::Kind::List:
    return "a list";
  default:
    return "";
  }
}

/// A string, which -D may give without its quotes.
static Datum makeString(StringRef text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.drop_front().drop_back();
  return Datum::ofString(text);
}

void GraphGen::overrideConst(ConstInfo &info, const Define &define) {
  StringRef name = info.decl->name.name;
  if (info.value.isList()) {
    // Its elements, or one list in brackets.
    const Datum::Elements &before = info.value.getElements();
    bool holdsStrings = !before.empty() && before[0].isString();
    Datum::Elements elements;
    for (size_t i = 0; i != define.values.size(); ++i) {
      StringRef text = define.values[i];
      auto element = holdsStrings && !text.starts_with("[")
                         ? makeString(text)
                         : evalDefine(define, i);
      if (!element)
        return;
      elements.push_back(*element);
    }
    bool isWhole = elements.size() == 1 && elements[0].isList();
    info.value = isWhole ? elements[0] : Datum::ofList(std::move(elements));
    return;
  }
  if (define.values.size() != 1) {
    result.hasWrongDefine = true;
    error(info.decl->loc, "constant '" + name +
                              "' has one value, but -D gives " +
                              Twine(define.values.size()));
    return;
  }
  if (info.value.isString()) {
    info.value = makeString(define.values[0]);
    return;
  }
  auto value = evalDefine(define, 0);
  if (!value)
    return;
  if (info.value.isFloat() && value->isInt())
    value = Datum::ofFloat(double(value->getInt()));
  if (value->getKind() != info.value.getKind()) {
    result.hasWrongDefine = true;
    error(info.decl->loc, "constant '" + name + "' is " + typeName(info.value) +
                              ", but -D gives " + value->describeKind());
    return;
  }
  info.value = *value;
}

void GraphGen::evalConst(ConstInfo &info) {
  if (info.state != ConstInfo::State::New)
    return;
  info.state = ConstInfo::State::Running;
  Frame made;
  made.file = info.file;
  Frame *saved = std::exchange(frame, &made);
  Mode savedMode = std::exchange(mode, Mode::Constants);
  info.value = eval(info.decl->value);
  if (!info.value.isPoison() && typeName(info.value).empty())
    info.value =
        poison(info.decl->loc,
               "a constant must be an int, float, bool, string or "
               "list, but '" +
                   info.decl->name.name + "' is " + info.value.describeKind());
  mode = savedMode;
  frame = saved;
  info.state = ConstInfo::State::Done;
  if (info.value.isPoison())
    return;
  for (const Define &define : options.defines)
    if (lookupConst(define.name, *program.main) == &info)
      overrideConst(info, define);
}

bool GraphGen::evalConsts() {
  // A second module may be made of the same program with other settings.
  for (FileScope &file : program.files)
    for (ConstInfo &info : file.ownConsts) {
      info.state = ConstInfo::State::New;
      info.value = Datum();
    }
  for (FileScope &file : program.files)
    for (ConstInfo &info : file.ownConsts)
      evalConst(info);
  return !diags.hasErrors();
}

//===----------------------------------------------------------------------===//
// Entries and steps
//===----------------------------------------------------------------------===//

/// The outputs of the open function; false after an error.
static bool collectOutputs(GraphGen &gen, Frame &frame, StringRef what,
                           SmallVectorImpl<GraphOutput> &outputs) {
  llvm::StringMap<SMLoc> names;
  bool isWhole = true;
  for (Returned &result : frame.results) {
    if (result.value.isPoison()) {
      isWhole = false;
      continue;
    }
    if (result.name.empty()) {
      gen.error(result.loc,
                "an output of " + what + " needs a name: return name = …");
      isWhole = false;
      continue;
    }
    auto [place, isNew] = names.try_emplace(result.name, result.loc);
    if (!isNew) {
      gen.error(result.loc, "two outputs are called '" + result.name + "'")
          .attachNote(place->second, "the first is here");
      isWhole = false;
      continue;
    }
    Value value =
        gen.toTensor(result.value, result.valueLoc, {}, /*keepInts=*/true);
    if (!value) {
      isWhole = false;
      continue;
    }
    outputs.push_back({result.name, value});
  }
  return isWhole;
}

void GraphGen::generateVariant(const ast::FunctionDecl *decl, StringRef name,
                               const std::map<std::string, int64_t> &dims) {
  bool isStep = decl->functionKind == ast::FunctionKind::Step;
  function = FunctionState();
  function.decl = decl;
  function.isStep = isStep;
  linearResults.clear();
  softmaxResults.clear();
  numSteps = 0;
  isExhausted = false;
  Frame made;
  made.decl = decl;
  made.file = program.main;
  frame = &made;
  mode = Mode::Graph;
  for (auto &[dim, size] : dims)
    made.values[dim] = Binding{Datum::ofInt(size), decl->loc, "", {}};

  unsigned errors = diags.getNumErrors();
  SmallVector<GraphInput> inputs;
  for (const ast::Parameter &param : decl->params) {
    StringRef text = param.name.name;
    if (!param.type || param.type->kind != ast::TypeKind::ShapedTensor) {
      error(param.name.loc, "'" + text +
                                "' needs a type with a shape, such as "
                                "f32[1, 3]: inputs are static");
      continue;
    }
    if (param.defaultValue)
      error(param.defaultValue->loc, "an input has no default value");
    if (auto type = evalType(param.type))
      inputs.push_back({text.str(), type, mlirLoc(param.name.loc)});
  }
  if (diags.getNumErrors() == errors) {
    builder.setLoc(mlirLoc(decl->loc));
    builder.beginFunction(isStep, name, decl->name.name, inputs);
    for (auto [param, value] :
         llvm::zip(decl->params, builder.getFunctionBody()->getArguments()))
      made.values[param.name.name] =
          Binding{Datum::ofTensor(value), param.name.loc, "", {}};
    runBlock(decl->body);
    SmallVector<GraphOutput> outputs;
    bool isWhole =
        made.hasReturned &&
        collectOutputs(*this, made, isStep ? "a step" : "an entry", outputs);
    builder.setLoc(mlirLoc(decl->loc));
    if (isWhole && diags.getNumErrors() == errors)
      builder.endFunction(outputs);
    else
      builder.abandonFunction();
  }
  frame = nullptr;
  mode = Mode::Constants;
}

void GraphGen::generateFunction(const ast::FunctionDecl *decl) {
  StringRef name = decl->name.name;
  // Every combination of the values of the free dimensions; those with several
  // make the name.
  using Variant = std::pair<std::string, std::map<std::string, int64_t>>;
  std::vector<Variant> variants{{name.str(), {}}};
  OpenFunction open{name.str(), {}};
  for (const std::string &dim : freeDims(*decl, *program.main)) {
    auto define = llvm::find_if(options.defines, [&](const Define &define) {
      return define.name == dim;
    });
    if (define == options.defines.end()) {
      open.dims.push_back(dim);
      continue;
    }
    std::vector<int64_t> sizes;
    for (size_t i = 0; i < define->values.size(); ++i) {
      auto value = evalDefine(*define, i);
      if (!value)
        return;
      if (!value->isInt() || value->getInt() < 1) {
        result.hasWrongDefine = true;
        error(decl->loc, "dimension '" + dim + "' of '" + name +
                             "' must be a positive int, but -D gives " +
                             value->describe());
        return;
      }
      if (!llvm::is_contained(sizes, value->getInt()))
        sizes.push_back(value->getInt());
    }
    std::vector<Variant> next;
    for (const Variant &variant : variants)
      for (int64_t size : sizes) {
        Variant made = variant;
        made.second[dim] = size;
        if (sizes.size() > 1)
          made.first += "_" + std::to_string(size);
        next.push_back(std::move(made));
      }
    variants = std::move(next);
    if (variants.size() > 1000) {
      result.hasWrongDefine = true;
      error(decl->loc, "-D makes more than 1000 functions of '" + name + "'");
      return;
    }
  }
  if (!open.dims.empty()) {
    if (options.requireDims) {
      std::string list = llvm::join(open.dims, ", ");
      bool isOne = open.dims.size() == 1;
      error(decl->loc, Twine(isOne ? "the size " : "the sizes ") + list +
                           " of '" + name + "' " +
                           (isOne ? "is open; give it" : "are open; give them") +
                           " with -D");
    }
    result.open.push_back(std::move(open));
    return;
  }
  for (auto &[variant, dims] : variants) {
    if (variant != name &&
        llvm::any_of(program.main->exported, [&](const auto *other) {
          return other->name.name == variant;
        })) {
      error(decl->loc, "'" + variant + "', made of '" + name +
                           "' by -D, is declared as well");
      return;
    }
    generateVariant(decl, variant, dims);
  }
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

/// Says that the module is wrong, at the line that made it so.
static bool verifyModule(ModuleOp module, DiagnosticEngine &diags) {
  ScopedDiagnosticHandler handler(
      module.getContext(), [&](mlir::Diagnostic &diag) {
        diags.error(fromMLIR(diag.getLocation(), diags), diag.str());
        return success();
      });
  return succeeded(verify(module));
}

void GraphGen::run() {
  for (const Define &define : options.defines) {
    bool isKnown = lookupConst(define.name, *program.main);
    for (const ast::FunctionDecl *decl : program.main->exported)
      isKnown |=
          llvm::is_contained(freeDims(*decl, *program.main), define.name);
    if (!isKnown)
      result.unknownDefines.push_back(define.name);
  }
  for (const std::string &entry : options.entries)
    if (llvm::none_of(program.main->exported, [&](const auto *decl) {
          return decl->name.name == entry;
        }))
      result.unknownEntries.push_back(entry);
  if (!result.unknownDefines.empty() || !result.unknownEntries.empty())
    return;

  if (!evalConsts())
    return;
  for (const ast::FunctionDecl *decl : program.main->exported)
    if (options.entries.empty() ||
        llvm::is_contained(options.entries, decl->name.name.str()))
      generateFunction(decl);
  if (diags.hasErrors())
    return;
  if (!normalizers.empty())
    (*module)->setAttr("nn.normalizers", builder.getOps().getArrayAttr(
                                             normalizers.getArrayRef()));
  if (verifyModule(*module, diags))
    result.module = std::move(module);
}

} // namespace nnc::sema

//===- Arguments.cpp - from the arguments of a call to parameters ---------===//
//
// Positions and keywords, attribute types, and the unification of declared
// shapes with the shapes of what is passed.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"

using namespace mlir;

namespace nnc::sema {

using ast::TypeKind;

//===----------------------------------------------------------------------===//
// Which argument is for which parameter
//===----------------------------------------------------------------------===//

SmallVector<GraphGen::ParamSpec>
GraphGen::paramSpecs(const ast::FunctionDecl &decl) {
  SmallVector<ParamSpec> specs;
  for (auto [index, param] : llvm::enumerate(decl.params)) {
    ParamSpec spec;
    spec.name = param.name.name;
    spec.isSupplied = isSupplied(decl, index);
    if (param.type)
      spec.kind = param.type->kind;
    spec.isRequired = !param.defaultValue;
    spec.acceptsNone = isa_and_nonnull<ast::NoneExpr>(param.defaultValue);
    specs.push_back(spec);
  }
  return specs;
}

SmallVector<GraphGen::ParamSpec> GraphGen::paramSpecs(const Builtin &builtin) {
  SmallVector<ParamSpec> specs;
  for (const BuiltinParam &param : getSignature(builtin).params)
    specs.push_back({param.name, param.type, param.isRequired,
                     !param.isRequired && param.defaultValue.isNone()});
  return specs;
}

static std::string plural(size_t count, StringRef noun) {
  return (Twine(count) + " " + noun + (count == 1 ? "" : "s")).str();
}

bool GraphGen::matchArguments(ArrayRef<ast::Argument> args, StringRef function,
                              ArrayRef<ParamSpec> params,
                              std::optional<size_t> variadicAt, SMLoc loc,
                              SmallVectorImpl<size_t> &targets) {
  SmallVector<bool> given(params.size(), false);
  size_t position = 0;
  for (const ast::Argument &arg : args) {
    if (!arg.keyword) {
      while (position < params.size() && params[position].isSupplied)
        ++position;
      if (variadicAt && position >= *variadicAt) {
        targets.push_back(params.size());
        continue;
      }
      if (position >= params.size()) {
        size_t count = llvm::count_if(
            args, [](const ast::Argument &arg) { return !arg.keyword; });
        size_t most = llvm::count_if(
            params, [](const ParamSpec &param) { return !param.isSupplied; });
        error(loc, "'" + function + "' takes " +
                       (most == 0 ? "no arguments"
                                  : "at most " + plural(most, "argument")) +
                       ", but got " + Twine(count));
        return false;
      }
      given[position] = true;
      targets.push_back(position++);
      continue;
    }
    StringRef name = arg.keyword.name;
    size_t index = 0;
    while (index < params.size() && params[index].name != name)
      ++index;
    if (index == params.size() || params[index].isSupplied) {
      SmallVector<StringRef> names;
      for (const ParamSpec &param : params)
        if (!param.isSupplied)
          names.push_back(param.name);
      error(loc, "'" + function + "' has no argument '" + name + "'" +
                     suggestArgument(name, names));
      return false;
    }
    if (std::exchange(given[index], true)) {
      error(loc, "'" + function + "' got '" + name + "' twice");
      return false;
    }
    targets.push_back(index);
  }
  for (auto [param, isGiven] : llvm::zip(params, given))
    if (!isGiven && param.isRequired && !param.isSupplied) {
      error(loc, "'" + function + "' needs the argument '" + param.name + "'");
      return false;
    }
  return true;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static StringRef describe(TypeKind kind) {
  switch (kind) {
  case TypeKind::Int:
    return "an int";
  case TypeKind::Float:
    return "a float";
  case TypeKind::Bool:
    return "a bool";
  case TypeKind::String:
    return "a string";
  case TypeKind::List:
    return "a list";
  case TypeKind::Pair:
    return "an int or a pair of ints";
  case TypeKind::Axes:
    return "an int or a list of ints";
  case TypeKind::Function:
    return "the name of a function";
  case TypeKind::Model:
    return "the name of a model";
  case TypeKind::Tensor:
  case TypeKind::ShapedTensor:
    return "a tensor";
  }
  llvm_unreachable("unknown kind");
}

Datum GraphGen::coerce(Datum value, const ParamSpec &param, StringRef function,
                       SMLoc loc) {
  if (value.isPoison() || !param.kind ||
      *param.kind == TypeKind::ShapedTensor ||
      (value.isNone() && param.acceptsNone))
    return value;
  auto refuse = [&] {
    if (value.isTensor())
      return poison(loc, "'" + function + "' takes '" + param.name + "' as " +
                             describe(*param.kind) +
                             " that is known when compiling, but got the "
                             "tensor " +
                             value.describe());
    return poison(loc, "'" + function + "' takes '" + param.name + "' as " +
                           describe(*param.kind) + ", but got " +
                           value.describeKind());
  };
  switch (*param.kind) {
  case TypeKind::Int:
    return value.isInt() ? value : refuse();
  case TypeKind::Float:
    if (value.isInt())
      return Datum::ofFloat(double(value.getInt()));
    return value.isFloat() ? value : refuse();
  case TypeKind::Bool:
    return value.isBool() ? value : refuse();
  case TypeKind::String:
    return value.isString() ? value : refuse();
  case TypeKind::List:
    return value.isList() ? value : refuse();
  case TypeKind::Pair: {
    if (value.isInt())
      return Datum::ofInts({value.getInt(), value.getInt()});
    auto ints = value.getInts();
    return ints && ints->size() == 2 ? value : refuse();
  }
  case TypeKind::Axes:
    if (value.isInt())
      return Datum::ofInts({value.getInt()});
    return value.getInts() ? value : refuse();
  case TypeKind::Function:
    return value.isFunction() ? value : refuse();
  case TypeKind::Model: {
    if (value.isFunction()) {
      const ast::FunctionDecl *decl = value.getFunction().function.decl;
      if (decl && decl->functionKind == ast::FunctionKind::Model)
        return modelPath(value.getFunction().function);
    }
    return value.isPath() ? value : refuse();
  }
  case TypeKind::Tensor: {
    if (value.isFunction() || value.isNone() || value.isString())
      return refuse();
    Value made = toTensor(value, loc);
    return made ? Datum::ofTensor(made) : Datum();
  }
  case TypeKind::ShapedTensor:
    break;
  }
  return value;
}

Datum GraphGen::evalArgument(const ast::Expr *expr, const ParamSpec &param,
                             StringRef function, SMLoc loc) {
  bool wantsFunction =
      param.kind == TypeKind::Function || param.kind == TypeKind::Model;
  if (auto *name = dyn_cast<ast::NameExpr>(expr); name && wantsFunction)
    if (auto found = resolveFunction(name->name))
      return coerce(Datum::ofFunction(*found), param, function, loc);
  // `axis=all`, the reductions' default, beside a reduction of that name.
  if (auto *name = dyn_cast<ast::NameExpr>(expr);
      name && name->name == "all" && param.kind == TypeKind::Axes &&
      param.acceptsNone && !frame->values.contains("all"))
    return Datum::none();
  // An initialiser with arguments: they are kept for when it is used.
  auto *call = dyn_cast<ast::CallExpr>(expr);
  if (call && param.kind == TypeKind::Function) {
    auto found = resolveFunction(call->getCalleeName());
    if (found && found->initializer && !found->bound) {
      std::vector<std::pair<std::string, Datum>> bound;
      for (const ast::Argument &arg : call->args) {
        bound.emplace_back(arg.keyword.name.str(), eval(arg.value));
        if (bound.back().second.isPoison())
          return Datum();
      }
      found->bound =
          std::make_shared<const std::vector<std::pair<std::string, Datum>>>(
              std::move(bound));
      return Datum::ofFunction(*found);
    }
  }
  return coerce(eval(expr), param, function, loc);
}

bool GraphGen::evalArguments(ArrayRef<ast::Argument> args,
                             ArrayRef<size_t> targets,
                             ArrayRef<ParamSpec> params, StringRef function,
                             SMLoc loc,
                             std::vector<std::optional<Datum>> &values,
                             std::vector<Datum> *rest) {
  bool isWhole = true;
  values.resize(params.size());
  for (auto [arg, target] : llvm::zip(args, targets)) {
    Datum value = target < params.size()
                      ? evalArgument(arg.value, params[target], function, loc)
                      : eval(arg.value);
    isWhole &= !value.isPoison();
    if (target < params.size())
      values[target] = value;
    else
      rest->push_back(value);
  }
  return isWhole;
}

static bool holdsFloat(const Datum &value) {
  return value.isFloat() ||
         (value.isList() && llvm::any_of(value.getElements(), holdsFloat));
}

bool GraphGen::makeTensors(ArrayRef<ParamSpec> params,
                           std::vector<std::optional<Datum>> &values,
                           SMLoc loc) {
  if (mode == Mode::Constants)
    return true;
  // Floats are of the type of a tensor beside them, as in arithmetic.
  Type element;
  for (const std::optional<Datum> &value : values)
    if (!element && value && value->isTensor() && isFloat(value->getTensor()))
      element = elementOf(value->getTensor());
  for (auto [param, value] : llvm::zip(params, values)) {
    bool wantsTensor = !param.kind && (param.isRequired || param.acceptsNone);
    if (!wantsTensor || !value || !value->isList())
      continue;
    bool isWhole = !holdsFloat(*value);
    Value x = toTensor(*value, loc, isWhole ? Type() : element);
    if (!x)
      return false;
    value =
        isWhole && isFloat(x) ? Datum::ofLiteral(x) : Datum::ofTensor(x);
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// Binds the names that stand alone in an argument's type to the sizes of `x`.
static void bindDimensions(const ast::Type &type, Value x, Frame &callee) {
  if (rankOf(x) != int64_t(type.dims.size()))
    return;
  for (auto [dim, size] : llvm::zip(type.dims, shapeOf(x)))
    if (auto *name = dyn_cast<ast::NameExpr>(dim);
        name && !lookupConst(name->name, *callee.file))
      callee.values.try_emplace(name->name,
                                Binding{Datum::ofInt(size), dim->loc, "", {}});
}

void GraphGen::bindDimensions(ArrayRef<ast::Parameter> params,
                              ArrayRef<std::optional<Datum>> given,
                              Frame &callee) {
  for (auto [param, value] : llvm::zip(params, given))
    if (param.type && param.type->kind == TypeKind::ShapedTensor && value &&
        value->isTensor())
      sema::bindDimensions(*param.type, value->getTensor(), callee);
}

bool GraphGen::unify(const ast::Parameter &param, const Datum &value,
                     Frame &callee, StringRef function, SMLoc callLoc) {
  StringRef name = param.name.name;
  const ast::Type &type = *param.type;
  Type element =
      parseElement(ast::stringify(type.element), builder.getContext());
  if (!element) {
    error(type.loc, "'" + ast::stringify(type.element) +
                        "' is reserved and not supported yet");
    return false;
  }
  Value x = toTensor(value, callLoc, value.isTensor() ? Type() : element);
  if (!x)
    return false;
  auto refuse = [&](const Twine &why) -> Diagnostic & {
    Diagnostic &diag = error(callLoc, "'" + function + "' takes '" + name +
                                          "' as " + type.getText() +
                                          ", but got " + describeType(x) + why);
    if (!callee.file->isLibrary)
      diag.attachNote(param.name.loc, "'" + name + "' is declared here");
    return diag;
  };
  if (elementOf(x) != element || rankOf(x) != int64_t(type.dims.size())) {
    refuse("");
    return false;
  }
  sema::bindDimensions(type, x, callee);
  for (auto [dim, size] : llvm::zip(type.dims, shapeOf(x))) {
    auto *dimName = dyn_cast<ast::NameExpr>(dim);
    auto binding =
        dimName ? callee.values.find(dimName->name) : callee.values.end();
    Frame *saved = std::exchange(frame, &callee);
    Datum expected = eval(dim);
    frame = saved;
    if (expected.isPoison())
      return false;
    if (!expected.isInt()) {
      error(dim->loc,
            "a dimension must be an int, but is " + expected.describeKind());
      return false;
    }
    if (expected.getInt() == size)
      continue;
    if (isa<ast::IntExpr>(dim)) {
      refuse("");
      return false;
    }
    if (!dimName) {
      refuse(": " + dim->getText() + " is " + expected.describe());
      return false;
    }
    Diagnostic &diag =
        refuse(": '" + dimName->name + "' is " + expected.describe());
    SMLoc from = binding != callee.values.end()
                     ? binding->second.loc
                     : lookupConst(dimName->name, *callee.file)->decl->loc;
    if (!callee.file->isLibrary && from.isValid())
      diag.attachNote(from, "'" + dimName->name + "' is " +
                                expected.describe() + " from here");
    return false;
  }
  callee.values[name] = Binding{Datum::ofTensor(x), param.name.loc, "", {}};
  return true;
}

} // namespace nnc::sema

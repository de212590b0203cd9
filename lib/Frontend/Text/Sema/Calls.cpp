//===- Calls.cpp - calling functions, layers and models -------------------===//
//
// Every call is inlined: a frame is made, the arguments are bound in it, and
// the body is run.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;

namespace nnc::sema {

using Kind = ast::FunctionKind;

std::optional<FunctionValue> GraphGen::resolveFunction(StringRef name) {
  if (auto found = frame->functions.find(name); found != frame->functions.end())
    return found->second;
  FunctionValue value;
  value.name = name.str();
  value.function = lookupFunction(name, *frame->file);
  value.initializer = lookupInitializer(name, *frame->file);
  if (!value.function && !value.initializer)
    return std::nullopt;
  return value;
}

/// What to say of a call of something that is no function.
static Datum refuseCallee(GraphGen &gen, const ast::CallExpr *call) {
  if (auto *member = dyn_cast<ast::MemberExpr>(call->callee))
    return gen.poison(call->loc, "values have no methods; write " +
                                     member->member.name + "(" +
                                     member->base->getText() + ", …)");
  return gen.poison(call->loc,
                    "'" + call->callee->getText() + "' cannot be called");
}

static Datum callBuiltin(GraphGen &gen, const Builtin &builtin,
                         const ast::CallExpr *call) {
  const BuiltinSignature &signature = getSignature(builtin);
  auto specs = GraphGen::paramSpecs(builtin);
  SmallVector<size_t> targets;
  std::optional<size_t> variadicAt;
  if (!signature.variadic.empty())
    variadicAt = signature.variadicAt;
  if (!gen.matchArguments(call->args, builtin.name, specs, variadicAt,
                          call->loc, targets)) {
    for (const ast::Argument &arg : call->args)
      gen.eval(arg.value);
    return Datum();
  }
  std::vector<std::optional<Datum>> values;
  BuiltinCall made{gen, builtin.name, call->loc, {}, {}};
  if (!gen.evalArguments(call->args, targets, specs, builtin.name, call->loc,
                         values, &made.rest))
    return Datum();
  for (auto [value, param] : llvm::zip(values, signature.params))
    made.args.push_back(value ? *value : param.defaultValue);
  gen.builder.setLoc(gen.mlirLoc(call->loc));
  return builtin.emit(made);
}

/// The value of `name=`, which sets what parameters are called; nothing after
/// an error.
static std::optional<std::string>
evalSiteName(GraphGen &gen, const ast::Argument &arg, StringRef function) {
  Datum value = gen.eval(arg.value);
  if (value.isPoison())
    return std::nullopt;
  if (!value.isString()) {
    gen.error(arg.keyword.loc,
              "'name' must be a string, but is " + value.describeKind());
    return std::nullopt;
  }
  StringRef text = value.getString();
  bool isIdentifier =
      !text.empty() && !llvm::isDigit(text[0]) &&
      llvm::all_of(text, [](char c) { return llvm::isAlnum(c) || c == '_'; });
  if (gen.frame->file->isLibrary && text.count('*') == 1)
    isIdentifier = true;
  if (!isIdentifier) {
    gen.error(arg.keyword.loc, "'name' must be letters, digits and '_', but "
                               "is " +
                                   value.describe());
    return std::nullopt;
  }
  return text.str();
}

/// Whether a builtin gives a function: `frozen`, `averaged`.
static bool makesFunction(const Callee &callee) {
  return callee.builtin && (callee.builtin->name == "frozen" ||
                            callee.builtin->name == "averaged");
}

Datum GraphGen::evalCall(const ast::CallExpr *call, SiteName site) {
  StringRef name = call->getCalleeName();
  auto evalAllArguments = [&] {
    for (const ast::Argument &arg : call->args)
      eval(arg.value);
  };
  std::optional<FunctionValue> resolved;
  if (auto *inner = dyn_cast<ast::CallExpr>(call->callee)) {
    // `frozen(M)(x)`: what is called is itself the value of a call.
    Datum value = eval(inner);
    if (value.isPoison() || !value.isFunction()) {
      evalAllArguments();
      return value.isPoison()
                 ? value
                 : poison(call->loc, "what a call returns cannot be called");
    }
    resolved = value.getFunction();
    name = resolved->name;
  } else if (name.empty()) {
    evalAllArguments();
    return refuseCallee(*this, call);
  } else {
    resolved = resolveFunction(name);
  }
  if (!resolved) {
    evalAllArguments();
    if (auto value = frame->values.find(name); value != frame->values.end())
      return poison(call->loc, "'" + name + "' is " +
                                   value->second.value.describeKind() +
                                   " and no function");
    return poison(call->loc, unknownFunction(name, *frame->file));
  }
  if (!resolved->function || resolved->bound) {
    evalAllArguments();
    return poison(call->loc, "'" + resolved->name +
                                 "' is an initialiser: it stands right of "
                                 "'param' and 'state'");
  }
  ArrayRef<ast::Argument> written = call->args;
  if (call->isPiped() && makesFunction(resolved->function)) {
    // `x |> frozen(M)` is `frozen(M)(x)`.
    ast::CallExpr maker(call->range, call->loc, call->callee,
                        written.drop_front());
    Datum value = callBuiltin(*this, *resolved->function.builtin, &maker);
    if (value.isPoison()) {
      eval(written.front().value);
      return value;
    }
    resolved = value.getFunction();
    written = written.take_front();
  }
  if (resolved->function.builtin)
    return callBuiltin(*this, *resolved->function.builtin, call);

  const ast::FunctionDecl &decl = *resolved->function.decl;
  StringRef declName = decl.name.name;
  if (decl.functionKind == Kind::Optimizer) {
    evalAllArguments();
    return poison(call->loc, "'" + name +
                                 "' is an optimiser: it stands after "
                                 "'minimize … with'");
  }
  bool isSchedule = decl.functionKind == Kind::Schedule;
  if (isSchedule && !inLearningRate) {
    evalAllArguments();
    return poison(call->loc, "'" + name +
                                 "' is a schedule: it is usable as 'lr=' "
                                 "of an optimiser");
  }

  // `name=` belongs to the call, unless the function has such an argument.
  auto specs = paramSpecs(decl);
  SmallVector<ast::Argument> args(written);
  NameScope names;
  names.parent = &frame->names;
  names.hasNames = frame->names.hasNames;
  names.turns = frame->turns;
  names.wish = declName.str();
  names.wishLoc = userLoc(call->loc);
  if (!site.variable.empty()) {
    names.wish = site.variable.str();
    names.kind = NameScope::Wish::Variable;
  }
  auto isSiteName = [&](const ast::Argument &arg) {
    return arg.keyword.name == "name" && decl.functionKind == Kind::Layer &&
           llvm::none_of(specs, [](const ParamSpec &spec) {
             return spec.name == "name";
           });
  };
  if (auto *found = llvm::find_if(args, isSiteName); found != args.end()) {
    auto text = evalSiteName(*this, *found, declName);
    if (!text)
      return Datum();
    names.wish = *text;
    names.kind = NameScope::Wish::ByHand;
    if (text->find('*') != std::string::npos)
      names.pattern = *text;
    args.erase(found);
  }
  if (decl.functionKind == Kind::Model) {
    names.parent = nullptr;
    names.hasNames = true;
    names.path = declName.str();
    names.resolved = true;
  }

  SmallVector<size_t> targets;
  if (!matchArguments(args, declName, specs, std::nullopt, call->loc,
                      targets)) {
    evalAllArguments();
    if (!resolved->function.file->isLibrary && lastError)
      lastError->attachNote(decl.loc, "'" + declName + "' is declared here");
    return Datum();
  }
  std::vector<std::optional<Datum>> values;
  if (!evalArguments(args, targets, specs, declName, call->loc, values))
    return Datum();
  if (resolved->function.file->isLibrary && !frame->file->isLibrary &&
      !makeTensors(specs, values, call->loc))
    return Datum();
  if (isSchedule && !values.empty())
    values[0] = Datum::ofTensor(function.calls);
  std::vector<std::optional<Datum>> given = values;
  Datum value = callFunction(resolved->function, declName, std::move(values),
                             call->loc, std::move(names), resolved->mode);
  lintCall(resolved->function, given, value, call->loc);
  return value;
}

Datum GraphGen::callLibrary(StringRef name, ArrayRef<Datum> args, SMLoc loc) {
  Callee callee = lookupFunction(name, *program.library);
  std::vector<std::optional<Datum>> given(args.begin(), args.end());
  return callFunction(callee, name, std::move(given), loc);
}

Datum GraphGen::modelInMode(StringRef path, CallMode mode, SMLoc loc) {
  auto found = models.find(path);
  if (found == models.end())
    return poison(loc, "expected a whole model, but got '" + path + "'");
  if (mode == CallMode::Averaged && findAverages(path).empty())
    return poison(loc, "no step keeps a moving average of '" + path +
                           "': minimize … with adam(…, ema=0.999)");
  FunctionValue function;
  function.name = path.str();
  function.function = {found->second.decl, found->second.file, nullptr};
  function.mode = mode;
  return Datum::ofFunction(std::move(function));
}

//===----------------------------------------------------------------------===//
// Inlining
//===----------------------------------------------------------------------===//

/// Binds a value that needs no unification. Functions go to both name spaces.
static void bindArgument(Frame &callee, const ast::Parameter &param,
                         Datum value, GraphGen &gen) {
  StringRef name = param.name.name;
  if (value.isFunction()) {
    callee.functions[name] = value.getFunction();
  } else if (value.isPath()) {
    if (auto found = gen.models.find(value.getString());
        found != gen.models.end()) {
      FunctionValue function;
      function.name = value.getString().str();
      function.function = {found->second.decl, found->second.file, nullptr};
      callee.functions[name] = function;
    }
  }
  callee.values[name] = Binding{std::move(value), param.name.loc, "", {}};
}

Datum GraphGen::modelPath(const Callee &model) {
  StringRef name = model.decl->name.name;
  models.try_emplace(name, ModelInfo{model.decl, model.file});
  return Datum::ofPath(name);
}

Datum GraphGen::callFunction(const Callee &callee, StringRef name,
                             std::vector<std::optional<Datum>> given, SMLoc loc,
                             NameScope names, CallMode callMode) {
  const ast::FunctionDecl &decl = *callee.decl;
  for (Frame *at = frame; at; at = at->caller)
    if (at->decl == &decl)
      return poison(loc, "'" + name +
                             "' calls itself; layers and models may "
                             "not be recursive");
  if (decl.functionKind == Kind::Model) {
    if (mode != Mode::Graph)
      return poison(loc, "a model cannot be called in an initial value");
    auto [place, isNew] =
        models.try_emplace(name, ModelInfo{&decl, callee.file});
    if (!isNew && place->second.decl != &decl) {
      Diagnostic &diag = error(loc, "two models are called '" + name + "'");
      diag.attachNote(place->second.decl->loc, "one is declared here");
      diag.attachNote(decl.loc, "the other is declared here");
      return Datum();
    }
  }
  if (numFrames >= maxFrames)
    return poison(loc, "calls are nested too deeply");
  ++numFrames;
  llvm::scope_exit leave([&] { --numFrames; });

  Frame made;
  made.decl = &decl;
  made.file = callee.file;
  made.caller = frame;
  made.callLoc = loc;
  made.names = std::move(names);
  if (frame) {
    made.mode = frame->mode;
    made.modeLoc = frame->modeLoc;
  }
  if (callMode != CallMode::Plain) {
    made.mode = callMode;
    made.modeLoc = userLoc(loc);
  }
  if (decl.functionKind == Kind::Schedule)
    made.optimized = learningRateName();
  if (!bindArguments(made, name, std::move(given), loc))
    return Datum();
  return inlineBody(made);
}

bool GraphGen::bindArguments(Frame &made, StringRef name,
                             std::vector<std::optional<Datum>> given,
                             SMLoc loc) {
  const ast::FunctionDecl &decl = *made.decl;
  given.resize(decl.params.size());

  auto isShaped = [](const ast::Parameter &param) {
    return param.type && param.type->kind == ast::TypeKind::ShapedTensor;
  };
  auto specs = paramSpecs(decl);
  // Attributes that are given come first: a shape may speak of them.
  for (auto [param, value] : llvm::zip(decl.params, given))
    if (value && (!isShaped(param) || value->isNone()))
      bindArgument(made, param, *value, *this);
  bindDimensions(decl.params, given, made);
  for (auto [param, value, spec] : llvm::zip(decl.params, given, specs)) {
    if (value && (!isShaped(param) || value->isNone()))
      continue;
    if (value) {
      if (!unify(param, *value, made, name, loc))
        return false;
      continue;
    }
    if (!param.defaultValue)
      return false;
    Frame *saved = std::exchange(frame, &made);
    Datum standard =
        evalArgument(param.defaultValue, spec, name, param.defaultValue->loc);
    frame = saved;
    if (standard.isPoison())
      return false;
    if (isShaped(param) && !standard.isNone()) {
      if (!unify(param, standard, made, name, loc))
        return false;
      continue;
    }
    bindArgument(made, param, std::move(standard), *this);
  }
  return true;
}

Datum GraphGen::inlineBody(Frame &callee) {
  Frame *saved = std::exchange(frame, &callee);
  runBlock(callee.decl->body);
  bool isComplete = callee.hasReturned;
  frame = saved;
  if (!isComplete || callee.results.empty())
    return Datum();
  if (callee.results.size() == 1)
    return callee.results.front().value;
  Datum::Elements values;
  for (Returned &result : callee.results)
    values.push_back(result.value);
  return Datum::ofTuple(std::move(values));
}

} // namespace nnc::sema

//===- Minimize.cpp - updating parameters ---------------------------------===//
//
// `minimize` differentiates the loss and runs an optimiser's body on each
// gradient, with slots of its own. Its options work on any optimiser, since
// they change what goes in (the gradients) and what comes out (the new values).
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"

using namespace mlir;

namespace nnc::sema {

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

namespace {

/// What every optimiser takes.
struct Options {
  std::optional<double> clipNorm, clipValue, ema;
  int64_t accumulate = 1;
};

/// An optimiser with the values of its arguments.
struct Update {
  Callee optimizer;
  std::vector<std::optional<Datum>> values;
  Options options;
  /// Where gradients are accumulated: whether this call updates.
  Value isLast;
};

} // namespace

static bool isOption(StringRef name) {
  return name == "clip_norm" || name == "clip_value" || name == "ema" ||
         name == "accumulate";
}

static bool evalOption(GraphGen &gen, const ast::Argument &arg,
                       Options &options) {
  StringRef name = arg.keyword.name;
  Datum value = gen.eval(arg.value);
  if (value.isPoison())
    return false;
  auto refuse = [&](StringRef what) {
    gen.error(arg.keyword.loc, "'" + name + "' must be " + what + ", but is " +
                                   value.describeKind());
    return false;
  };
  if (name == "accumulate") {
    if (!value.isInt() || value.getInt() < 1)
      return refuse("an int of at least 1");
    options.accumulate = value.getInt();
    return true;
  }
  double number = value.isNumber() ? value.getNumber() : -1;
  if (name == "ema") {
    if (!(number >= 0 && number < 1))
      return refuse("a number of at least 0 and less than 1");
    options.ema = number;
    return true;
  }
  if (!(number > 0))
    return refuse("a positive number");
  (name == "clip_norm" ? options.clipNorm : options.clipValue) = number;
  return true;
}

/// The steps of all `minimize` with `ema=` that may update `parameter`, or a
/// part of it if it is a model.
static void findAverages(const ast::Block &block, const FileScope &file,
                         StringRef step, StringRef parameter,
                         SmallVectorImpl<StringRef> &steps) {
  for (const ast::Stmt *stmt : block.stmts) {
    if (auto *repeat = dyn_cast<ast::RepeatStmt>(stmt))
      findAverages(repeat->body, file, step, parameter, steps);
    if (auto *branch = dyn_cast<ast::IfStmt>(stmt)) {
      for (const ast::IfBranch &one : branch->branches)
        findAverages(one.body, file, step, parameter, steps);
      if (branch->hasElse)
        findAverages(branch->elseBody, file, step, parameter, steps);
    }
    auto *minimize = dyn_cast<ast::MinimizeStmt>(stmt);
    auto *call =
        minimize ? dyn_cast<ast::CallExpr>(minimize->optimizer) : nullptr;
    if (!call)
      continue;
    const ast::FunctionDecl *decl =
        lookupFunction(call->getCalleeName(), file).decl;
    if (!decl || llvm::any_of(decl->params, [](const ast::Parameter &param) {
          return param.name.name == "ema";
        }))
      continue;
    bool isNamed = minimize->over.empty() ||
                   llvm::any_of(minimize->over, [&](const ast::Expr *expr) {
                     std::string path = (expr->getText() + ".").str();
                     std::string wanted = (parameter + ".").str();
                     return StringRef(wanted).starts_with(path) ||
                            StringRef(path).starts_with(wanted);
                   });
    bool keeps = llvm::any_of(call->args, [](const ast::Argument &arg) {
      return arg.keyword.name == "ema";
    });
    if (isNamed && keeps && !llvm::is_contained(steps, step))
      steps.push_back(step);
  }
}

SmallVector<StringRef> GraphGen::findAverages(StringRef parameter) {
  SmallVector<StringRef> steps;
  for (const ast::FunctionDecl *decl : program.main->exported)
    if (decl->functionKind == ast::FunctionKind::Step)
      sema::findAverages(decl->body, *program.main, decl->name.name, parameter,
                         steps);
  return steps;
}

std::string GraphGen::learningRateName() {
  return function.numMinimize == 0
             ? "lr"
             : "lr_" + std::to_string(function.numMinimize);
}

//===----------------------------------------------------------------------===//
// Counting
//===----------------------------------------------------------------------===//

static nn::VariableOp callCounter(GraphGen &gen) {
  auto type = RankedTensorType::get({}, gen.builder.getOps().getI64Type());
  std::string name = ("optimizer." + gen.function.decl->name.name + ".t").str();
  return gen.makeSlot(name, type, 0);
}

/// The number of earlier updates, as f32, and whether this call is the last
/// of `every` that make one.
static Value countUpdates(GraphGen &gen, int64_t every, Value &isLast) {
  GraphBuilder &builder = gen.builder;
  Value calls = builder.readVariable(callCounter(gen));
  auto type = tensorTypeOf(calls);
  Value size = builder.splatInt(type, every);
  isLast =
      builder.compare(nn::Predicate::eq, builder.binary("mod", calls, size),
                      builder.splatInt(type, every - 1));
  return builder.convert(builder.binary("floordiv", calls, size),
                         builder.getOps().getF32Type());
}

/// The number of earlier calls of the step, as f32; counts this call.
static Value countCalls(GraphGen &gen) {
  auto &function = gen.function;
  if (function.calls)
    return function.calls;
  GraphBuilder &builder = gen.builder;
  OpBuilder &ops = builder.getOps();
  nn::VariableOp variable = callCounter(gen);
  Value calls = builder.readVariable(variable);
  Value one = builder.splatInt(tensorTypeOf(calls), 1);
  builder.writeVariable(variable, builder.binary("add", calls, one));
  function.calls = builder.convert(calls, ops.getF32Type());
  return function.calls;
}

/// The parameters to update: those asked for that the loss depends on.
static bool findParameters(GraphGen &gen, const ast::MinimizeStmt *stmt,
                           Value loss,
                           SmallVectorImpl<nn::VariableOp> &parameters,
                           SmallVectorImpl<Value> &values) {
  SmallVector<nn::VariableOp> wanted = gen.builder.getReadParameters();
  if (!stmt->over.empty()) {
    llvm::SetVector<Operation *> named;
    for (const ast::Expr *expr : stmt->over) {
      GraphGen::ParamSpec spec{"over", ast::TypeKind::Model, true, false};
      Datum path = gen.evalArgument(expr, spec, "minimize", expr->loc);
      if (path.isPoison())
        return false;
      auto found = gen.parametersOf(path.getString(), expr->loc);
      if (found.empty())
        return false;
      for (nn::VariableOp variable : found)
        named.insert(variable);
    }
    if (!llvm::any_of(wanted, [&](nn::VariableOp variable) {
          return named.contains(variable);
        })) {
      gen.error(stmt->loc, "the loss depends on none of the parameters named "
                           "by 'over'");
      return false;
    }
    llvm::erase_if(wanted, [&](nn::VariableOp variable) {
      return !named.contains(variable);
    });
  }
  SmallVector<Value> wrt;
  for (nn::VariableOp variable : wanted)
    wrt.push_back(gen.builder.readVariable(variable));
  GraphBuilder::Cuts cuts;
  SmallVector<bool> found = gen.builder.findDifferentiable(loss, wrt, cuts);
  for (auto [variable, value, isReached] : llvm::zip(wanted, wrt, found))
    if (isReached) {
      parameters.push_back(variable);
      values.push_back(value);
    }
  if (!parameters.empty())
    return true;
  Diagnostic &diag = gen.error(
      stmt->loc, wrt.empty() ? "the loss depends on no parameter"
                             : "no differentiable path leads from the loss to "
                               "a parameter");
  gen.noteCuts(diag, cuts);
  return false;
}

/// The optimiser and its arguments; false after an error.
static bool evalOptimizer(GraphGen &gen, const ast::CallExpr *call,
                          Update &update) {
  auto &[optimizer, values, options, isLast] = update;
  StringRef name = call->getCalleeName();
  auto found = name.empty() ? std::nullopt : gen.resolveFunction(name);
  if (!found || !found->function) {
    gen.error(call->loc, name.empty()
                             ? "expected an optimiser"
                             : "unknown optimiser '" + name.str() + "'" +
                                   suggestFunction(name, *gen.frame->file));
    return false;
  }
  optimizer = found->function;
  const ast::FunctionDecl *decl = optimizer.decl;
  if (!decl || decl->functionKind != ast::FunctionKind::Optimizer) {
    gen.error(call->loc, "'" + name + "' is no optimiser");
    return false;
  }
  if (decl->params.size() < 2) {
    gen.error(decl->loc, "an optimiser takes a parameter and its gradient "
                         "first: optimizer " +
                             name + "(p, g, lr)");
    return false;
  }
  auto specs = GraphGen::paramSpecs(*decl);
  SmallVector<ast::Argument> args;
  for (const ast::Argument &arg : call->args) {
    auto isOwn = [&](auto &spec) { return spec.name == arg.keyword.name; };
    if (!isOption(arg.keyword.name) || llvm::any_of(specs, isOwn))
      args.push_back(arg);
    else if (!evalOption(gen, arg, update.options))
      return false;
  }
  // `t` counts what the optimiser has done.
  Value t = gen.function.calls;
  if (update.options.accumulate > 1)
    t = countUpdates(gen, update.options.accumulate, update.isLast);
  SmallVector<size_t> targets;
  if (!gen.matchArguments(args, name, specs, std::nullopt, call->loc, targets))
    return false;
  gen.inLearningRate = true;
  bool isWhole =
      gen.evalArguments(args, targets, specs, name, call->loc, values);
  gen.inLearningRate = false;
  values.resize(specs.size());
  for (auto [spec, value] : llvm::zip(specs, values))
    if (spec.name == "t" && spec.isSupplied)
      value = Datum::ofTensor(t);
  return isWhole;
}

/// Checks the learning rate and stores it in its slot.
static bool recordLearningRate(GraphGen &gen, const ast::FunctionDecl &decl,
                               std::vector<std::optional<Datum>> &values,
                               SMLoc loc) {
  auto *param = llvm::find_if(decl.params, [](const ast::Parameter &param) {
    return param.name.name == "lr";
  });
  if (param == decl.params.end())
    return true;
  std::optional<Datum> &rate = values[param - decl.params.begin()];
  if (!rate) {
    Datum standard = gen.eval(param->defaultValue);
    if (standard.isPoison())
      return false;
    rate = standard;
  }
  if (!rate->isNumber() && !rate->isTensor()) {
    gen.error(loc, "the learning rate must be a number or an f32 scalar, but "
                   "is " +
                       rate->describeKind());
    return false;
  }
  if (rate->isNumber() && !(rate->getNumber() >= 0)) {
    gen.error(loc, "the learning rate must not be negative, but is " +
                       rate->describe());
    return false;
  }
  Value value = gen.toTensor(*rate, loc);
  if (!value)
    return false;
  if (rankOf(value) != 0 || !elementOf(value).isF32()) {
    gen.error(loc, "the learning rate must be a number or an f32 scalar, but "
                   "is " +
                       describeType(value));
    return false;
  }
  std::string name = ("optimizer." + gen.function.decl->name.name + "." +
                      gen.learningRateName())
                         .str();
  gen.builder.writeVariable(gen.makeSlot(name, tensorTypeOf(value), 0), value);
  return true;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// `optimizer.train.net.fc.weight.SLOT`.
static std::string slotName(GraphGen &gen, nn::VariableOp parameter,
                            StringRef slot) {
  return ("optimizer." + gen.function.decl->name.name + "." +
          parameter.getSymName() + "." + slot)
      .str();
}

/// Accumulates and clips what the optimiser will be given.
static bool prepareGradients(GraphGen &gen, const Update &update,
                             ArrayRef<nn::VariableOp> parameters,
                             MutableArrayRef<Value> grads, SMLoc loc) {
  const Options &options = update.options;
  GraphBuilder &builder = gen.builder;
  if (options.accumulate > 1)
    for (auto [parameter, grad] : llvm::zip(parameters, grads)) {
      auto type = tensorTypeOf(grad);
      nn::VariableOp slot =
          gen.makeSlot(slotName(gen, parameter, "accumulated"), type, 0);
      Value share = builder.binary(
          "div", grad, builder.splat(type, double(options.accumulate)));
      grad = builder.binary("add", builder.readVariable(slot), share);
      builder.writeVariable(
          slot, builder.select(update.isLast, builder.splat(type, 0), grad));
    }
  if (options.clipValue)
    for (Value &grad : grads) {
      Datum clipped = gen.callLibrary("clamp",
                                      {Datum::ofTensor(grad),
                                       Datum::ofFloat(-*options.clipValue),
                                       Datum::ofFloat(*options.clipValue)},
                                      loc);
      if (clipped.isPoison())
        return false;
      grad = clipped.getTensor();
    }
  if (options.clipNorm) {
    Datum::Elements list;
    for (Value grad : grads)
      list.push_back(Datum::ofTensor(grad));
    Datum clipped = gen.callLibrary(
        "clipped_by_norm",
        {Datum::ofList(std::move(list)), Datum::ofFloat(*options.clipNorm)},
        loc);
    if (clipped.isPoison())
      return false;
    for (auto [grad, value] : llvm::zip(grads, clipped.getElements()))
      grad = value.getTensor();
  }
  return true;
}

/// Between the updates that accumulated gradients make, everything that the
/// optimiser would write stays as it is.
static void keepUntilLast(GraphGen &gen, const Update &update,
                          ArrayRef<nn::VariableOp> written) {
  if (update.options.accumulate == 1)
    return;
  GraphBuilder &builder = gen.builder;
  for (nn::VariableOp variable : written)
    if (Value value = builder.getWritten(variable))
      builder.writeVariable(
          variable,
          builder.select(update.isLast, value, builder.readVariable(variable)));
}

/// Moves the average of a parameter towards its new value.
static bool moveAverage(GraphGen &gen, nn::VariableOp parameter, Value old,
                        Value value, double decay, nn::VariableOp &average,
                        SMLoc loc) {
  StringRef step = gen.function.decl->name.name;
  if (gen.builder.lookupVariable(slotName(gen, parameter, "ema")) &&
      gen.variables[slotName(gen, parameter, "ema")].decl) {
    gen.error(loc, "the optimiser has a slot 'ema' of its own");
    return false;
  }
  average = gen.makeAverage(parameter, step);
  Datum moved = gen.callLibrary(
      "moving_average",
      {Datum::ofTensor(gen.builder.readVariable(average)), Datum::ofTensor(old),
       Datum::ofTensor(value), Datum::ofFloat(decay)},
      loc);
  if (moved.isPoison())
    return false;
  gen.builder.writeVariable(average, moved.getTensor());
  return true;
}

/// Runs the optimiser's body on one parameter; false after an error.
static bool runOptimizer(GraphGen &gen, const Update &update,
                         nn::VariableOp variable, Value value, Value grad,
                         SMLoc loc) {
  const ast::FunctionDecl &decl = *update.optimizer.decl;
  GraphBuilder &builder = gen.builder;
  auto given = update.values;
  given[0] = Datum::ofTensor(value);
  given[1] = Datum::ofTensor(grad);
  // Supplied scalars are f32; beside an f64 parameter they are f64.
  for (auto &datum : llvm::drop_begin(given, 2))
    if (datum && datum->isTensor() && isFloat(datum->getTensor())) {
      builder.setLoc(gen.mlirLoc(loc));
      datum = Datum::ofTensor(
          builder.convert(datum->getTensor(), elementOf(value)));
    }
  Frame made;
  made.decl = &decl;
  made.file = update.optimizer.file;
  made.caller = gen.frame;
  made.callLoc = loc;
  made.optimized = variable.getSymName().str();
  if (!gen.bindArguments(made, decl.name.name, std::move(given), loc))
    return false;
  Binding &parameter = made.values[decl.params[0].name.name];
  parameter.target = Binding::Target::Parameter;
  parameter.variable = made.optimized;
  unsigned errors = gen.diags.getNumErrors();
  Frame *saved = std::exchange(gen.frame, &made);
  gen.runBlock(decl.body);
  Value updated = builder.getWritten(variable);
  if ((!updated || updated == value) && gen.diags.getNumErrors() == errors)
    gen.error(decl.loc, "optimiser '" + decl.name.name + "' does not update '" +
                            decl.params[0].name.name + "'");
  gen.frame = saved;
  if (gen.diags.getNumErrors() != errors)
    return false;

  builder.setLoc(gen.mlirLoc(loc));
  SmallVector<nn::VariableOp> written(made.slots.begin(), made.slots.end());
  written.push_back(variable);
  if (update.options.ema) {
    nn::VariableOp average;
    if (!moveAverage(gen, variable, value, updated, *update.options.ema,
                     average, loc))
      return false;
    written.push_back(average);
  }
  keepUntilLast(gen, update, written);
  return true;
}

void GraphGen::runMinimize(const ast::MinimizeStmt *stmt) {
  if (frame->caller || !function.isStep || mode != Mode::Graph) {
    error(stmt->loc, "'minimize' stands in a step");
    return;
  }
  Value loss = checkLoss(eval(stmt->loss), stmt->loss->loc);
  auto *call = dyn_cast<ast::CallExpr>(stmt->optimizer);
  if (!loss || !call)
    return;
  SmallVector<nn::VariableOp> parameters;
  SmallVector<Value> wrt;
  if (!findParameters(*this, stmt, loss, parameters, wrt))
    return;
  for (nn::VariableOp variable : parameters) {
    StringRef name = variable.getSymName();
    auto found = function.updated.find(name);
    if (found == function.updated.end())
      continue;
    error(stmt->loc,
          "parameter '" + name + "' is updated by two 'minimize' of this step")
        .attachNote(found->second, "the other one is here");
    return;
  }

  builder.setLoc(mlirLoc(stmt->loc));
  countCalls(*this);
  Update update;
  if (!evalOptimizer(*this, call, update) ||
      !recordLearningRate(*this, *update.optimizer.decl, update.values,
                          call->loc))
    return;
  ++function.numMinimize;
  for (nn::VariableOp variable : parameters)
    function.updated[variable.getSymName()] = stmt->loc;

  builder.setLoc(mlirLoc(stmt->loc));
  SmallVector<Value> grads = builder.gradient(loss, wrt);
  if (!prepareGradients(*this, update, parameters, grads, call->loc))
    return;
  for (auto [variable, value, grad] : llvm::zip(parameters, wrt, grads))
    if (!runOptimizer(*this, update, variable, value, grad, call->loc))
      return;
}

} // namespace nnc::sema

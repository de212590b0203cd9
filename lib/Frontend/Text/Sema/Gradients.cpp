//===- Gradients.cpp - grad and minimize ----------------------------------===//
//
// Both become `nn.gradient`; `minimize` runs an optimiser's body on each
// result, with slots of its own.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"
#include "nnc/Frontend/Text/Location.h"

using namespace mlir;

namespace nnc::sema {

/// What stands at a place of the source: a function's name, or the operator.
static StringRef textAt(SMLoc loc) {
  const char *begin = loc.getPointer(), *end = begin;
  while (llvm::isAlnum(*end) || *end == '_')
    ++end;
  if (end == begin)
    while (*end && StringRef("<>=!+-*/%@.").contains(*end))
      ++end;
  return StringRef(begin, end - begin);
}

static void noteCuts(GraphGen &gen, Diagnostic &diag,
                     const GraphBuilder::Cuts &cuts) {
  llvm::DenseSet<const char *> seen;
  for (Operation *op : cuts) {
    SMLoc loc = fromMLIR(op->getLoc(), gen.diags);
    if (!loc.isValid() || !seen.insert(loc.getPointer()).second)
      continue;
    StringRef name = textAt(loc);
    if (name.empty())
      name = op->getName().stripDialect();
    diag.attachNote(loc, "'" + name + "' lets no gradient through");
  }
}

/// A loss must be a floating-point scalar.
static Value checkLoss(GraphGen &gen, const Datum &value, SMLoc loc) {
  if (value.isPoison())
    return nullptr;
  if (!value.isTensor()) {
    gen.error(loc, "the loss must be a tensor, but is " + value.describeKind());
    return nullptr;
  }
  Value loss = value.getTensor();
  if (isFloat(loss) && rankOf(loss) == 0)
    return loss;
  gen.error(loc, "the loss must be a floating-point scalar, but is " +
                     describeType(loss) +
                     (isFloat(loss) ? "; take its mean or sum" : ""));
  return nullptr;
}

SmallVector<nn::VariableOp> GraphGen::parametersOf(StringRef path, SMLoc loc) {
  SmallVector<nn::VariableOp> found;
  std::string prefix = (path + ".").str();
  for (auto variable : module->getOps<nn::VariableOp>()) {
    StringRef name = variable.getSymName();
    if (variable.getKind() == nn::VariableKind::parameter &&
        (name == path || name.starts_with(prefix)))
      found.push_back(variable);
  }
  if (!found.empty())
    return found;
  auto [model, rest] = path.split('.');
  std::vector<std::string> parts;
  std::string root = (model + ".").str();
  for (auto variable : module->getOps<nn::VariableOp>()) {
    StringRef name = variable.getSymName();
    if (!name.consume_front(root))
      continue;
    for (size_t end = name.find('.');; end = name.find('.', end + 1)) {
      parts.push_back(name.substr(0, end).str());
      if (end == StringRef::npos)
        break;
    }
  }
  if (parts.empty()) {
    error(loc, "model '" + model +
                   "' has no parameters here: it has not been called yet");
    return found;
  }
  SmallVector<StringRef> candidates(parts.begin(), parts.end());
  error(loc, "model '" + model + "' has no parameter '" + rest + "'" +
                 didYouMean(rest, candidates));
  return found;
}

Datum GraphGen::gradient(ArrayRef<Datum> args, SMLoc loc) {
  Value loss = checkLoss(*this, args[0], loc);
  if (!loss)
    return Datum();
  SmallVector<Value> wrt;
  std::string asked;
  for (const Datum &arg : args.drop_front()) {
    if (!arg.isTensor() && !arg.isPath())
      return poison(loc, "a gradient is taken by a tensor or a parameter, but "
                         "got " +
                             arg.describeKind());
    Value x = toTensor(arg, loc);
    if (!x)
      return Datum();
    if (!isFloat(x))
      return poison(loc, describeType(x) +
                             " carries no gradient: it is not floating-point");
    wrt.push_back(x);
  }
  GraphBuilder::Cuts cuts;
  SmallVector<bool> found = builder.findDifferentiable(loss, wrt, cuts);
  if (!llvm::is_contained(found, true)) {
    Diagnostic &diag = error(loc, "no differentiable path leads from the loss "
                                  "to what it is differentiated by");
    noteCuts(*this, diag, cuts);
    return Datum();
  }
  SmallVector<Value> reached;
  for (auto [value, isReached] : llvm::zip(wrt, found))
    if (isReached)
      reached.push_back(value);
  builder.setLoc(mlirLoc(loc));
  SmallVector<Value> grads = builder.gradient(loss, reached);
  Datum::Elements results;
  size_t next = 0;
  for (auto [value, isReached] : llvm::zip(wrt, found))
    results.push_back(tensor(isReached ? grads[next++]
                                       : builder.splat(tensorTypeOf(value), 0),
                             loc));
  if (results.size() == 1)
    return results.front();
  return Datum::ofTuple(std::move(results));
}

//===----------------------------------------------------------------------===//
// minimize
//===----------------------------------------------------------------------===//

/// The number of earlier calls of the step, as f32; counts this call.
static Value countCalls(GraphGen &gen) {
  auto &function = gen.function;
  if (function.calls)
    return function.calls;
  GraphBuilder &builder = gen.builder;
  OpBuilder &ops = builder.getOps();
  auto type = RankedTensorType::get({}, ops.getI64Type());
  std::string name = ("optimizer." + function.decl->name.name + ".t").str();
  nn::VariableOp variable = gen.makeSlot(name, type, 0);
  Value calls = builder.readVariable(variable);
  builder.writeVariable(
      variable, builder.binary("add", calls, builder.splatInt(type, 1)));
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
  noteCuts(gen, diag, cuts);
  return false;
}

/// The optimiser and its arguments; false after an error.
static bool evalOptimizer(GraphGen &gen, const ast::CallExpr *call,
                          Callee &optimizer,
                          std::vector<std::optional<Datum>> &values) {
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
  for (const ast::Argument &arg : call->args)
    for (StringRef option : {"clip_norm", "clip_value", "ema", "accumulate"})
      if (arg.keyword.name == option && llvm::none_of(specs, [&](auto &spec) {
            return spec.name == option;
          })) {
        gen.error(arg.keyword.loc, "'" + option + "' is not supported yet");
        return false;
      }
  // `t` is supplied by its name.
  for (auto &spec : specs)
    if (spec.name == "t" && !spec.kind)
      spec.isRequired = false;
  SmallVector<size_t> targets;
  if (!gen.matchArguments(call->args, name, specs, 2, std::nullopt, call->loc,
                          targets))
    return false;
  gen.inLearningRate = true;
  bool isWhole =
      gen.evalArguments(call->args, targets, specs, name, call->loc, values);
  gen.inLearningRate = false;
  values.resize(specs.size());
  for (auto [spec, value] : llvm::zip(specs, values))
    if (spec.name == "t" && !spec.kind && !value)
      value = Datum::ofTensor(gen.function.calls);
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
  Value value = gen.toTensor(*rate, loc);
  if (!value)
    return false;
  if (rankOf(value) != 0 || !elementOf(value).isF32()) {
    gen.error(loc, "the learning rate must be a number or an f32 scalar, but "
                   "is " +
                       describeType(value));
    return false;
  }
  std::string name =
      ("optimizer." + gen.function.decl->name.name + ".lr").str();
  if (unsigned number = gen.function.numMinimize)
    name += "_" + std::to_string(number);
  gen.builder.writeVariable(gen.makeSlot(name, tensorTypeOf(value), 0), value);
  return true;
}

void GraphGen::runMinimize(const ast::MinimizeStmt *stmt) {
  if (frame->caller || !function.isStep || mode != Mode::Graph) {
    error(stmt->loc, "'minimize' stands in a step");
    return;
  }
  Value loss = checkLoss(*this, eval(stmt->loss), stmt->loss->loc);
  auto *call = dyn_cast<ast::CallExpr>(stmt->optimizer);
  if (!loss || !call)
    return;
  SmallVector<nn::VariableOp> parameters;
  SmallVector<Value> wrt;
  if (!findParameters(*this, stmt, loss, parameters, wrt))
    return;
  for (nn::VariableOp variable : parameters) {
    StringRef name = variable.getSymName();
    auto [place, isNew] = function.updated.try_emplace(name, stmt->loc);
    if (isNew)
      continue;
    error(stmt->loc,
          "parameter '" + name + "' is updated by two 'minimize' of this step")
        .attachNote(place->second, "the other one is here");
    return;
  }

  builder.setLoc(mlirLoc(stmt->loc));
  countCalls(*this);
  Callee optimizer;
  std::vector<std::optional<Datum>> values;
  if (!evalOptimizer(*this, call, optimizer, values) ||
      !recordLearningRate(*this, *optimizer.decl, values, call->loc))
    return;
  ++function.numMinimize;

  builder.setLoc(mlirLoc(stmt->loc));
  SmallVector<Value> grads = builder.gradient(loss, wrt);
  const ast::FunctionDecl &decl = *optimizer.decl;
  for (auto [variable, value, grad] : llvm::zip(parameters, wrt, grads)) {
    auto given = values;
    given[0] = Datum::ofTensor(value);
    given[1] = Datum::ofTensor(grad);
    // Supplied scalars are f32; beside an f64 parameter they are f64.
    for (auto &datum : llvm::drop_begin(given, 2))
      if (datum && datum->isTensor() && isFloat(datum->getTensor())) {
        builder.setLoc(mlirLoc(call->loc));
        datum = Datum::ofTensor(
            builder.convert(datum->getTensor(), elementOf(value)));
      }
    Frame made;
    made.decl = &decl;
    made.file = optimizer.file;
    made.caller = frame;
    made.callLoc = call->loc;
    made.optimized = variable.getSymName().str();
    if (!bindArguments(made, decl.name.name, std::move(given), call->loc))
      return;
    Binding &parameter = made.values[decl.params[0].name.name];
    parameter.target = Binding::Target::Parameter;
    parameter.variable = made.optimized;
    unsigned errors = diags.getNumErrors();
    Frame *saved = std::exchange(frame, &made);
    runBlock(decl.body);
    bool isUpdated =
        made.values[decl.params[0].name.name].value.getTensor() != value;
    if (!isUpdated && diags.getNumErrors() == errors)
      error(decl.loc, "optimiser '" + decl.name.name + "' does not update '" +
                          decl.params[0].name.name + "'");
    frame = saved;
    if (diags.getNumErrors() != errors)
      return;
  }
}

} // namespace nnc::sema

//===- Variables.cpp - param and state, and what they are called ----------===//
//
// A `param` or `state` becomes an nn.variable when it is first met, under its
// full name; met again (a model called twice, another entry) it is shared.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"
#include "nnc/Frontend/Text/Location.h"
#include "llvm/Support/SaveAndRestore.h"
#include <limits>

using namespace mlir;

namespace nnc::sema {

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

static std::string withTurns(StringRef name, ArrayRef<int64_t> turns) {
  std::string text = name.str();
  for (int64_t turn : turns)
    text += "_" + std::to_string(turn);
  return text;
}

std::string GraphGen::allocate(NameScope &scope, StringRef wish,
                               NameScope::Wish kind, SMLoc loc,
                               ArrayRef<int64_t> turns) {
  auto &[counters, taken] = scope.sites;
  auto isFree = [&](const std::string &name) {
    return !taken.count(name) &&
           !scope.finalNames.count(withTurns(name, turns));
  };
  std::string name = wish.str();
  if (kind == NameScope::Wish::Counted) {
    unsigned &next = counters[wish.str()];
    do
      name = (wish + "_" + Twine(next++)).str();
    while (!isFree(name));
  } else if (kind == NameScope::Wish::ByHand) {
    auto refuse = [&](const std::string &what, SMLoc where) {
      error(loc, "the name '" + what + "' is taken already")
          .attachNote(where, "it is taken here");
    };
    std::string full = withTurns(name, turns);
    if (auto found = taken.find(name); found != taken.end())
      refuse(name, found->second);
    else if (auto last = scope.finalNames.find(full);
             last != scope.finalNames.end())
      refuse(full, last->second);
  } else {
    for (unsigned next = 1; !isFree(name); ++next)
      name = (wish + "_" + Twine(next)).str();
  }
  taken.emplace(name, loc);
  std::string full = withTurns(name, turns);
  scope.finalNames.emplace(full, loc);
  return full;
}

StringRef GraphGen::resolvePath(NameScope &scope) {
  if (!scope.pattern.empty())
    return resolvePath(*scope.parent);
  if (!scope.resolved) {
    std::string prefix = resolvePath(*scope.parent).str();
    scope.path = prefix + "." +
                 allocate(*scope.parent, scope.wish, scope.kind, scope.wishLoc,
                          scope.turns);
    scope.resolved = true;
  }
  return scope.path;
}

//===----------------------------------------------------------------------===//
// Types and initial values
//===----------------------------------------------------------------------===//

RankedTensorType GraphGen::evalType(const ast::Type *type) {
  if (type->kind != ast::TypeKind::ShapedTensor) {
    error(type->loc, "a variable needs an element type and a shape, such as "
                     "f32[4, 2]");
    return nullptr;
  }
  Type element;
  if (type->computed) {
    Datum kind = eval(type->computed);
    if (kind.isPoison())
      return nullptr;
    if (!kind.isElement()) {
      error(type->loc, "'" + type->computed->getText() +
                           "' must be an element type such as f32 or x.dtype, "
                           "but is " +
                           kind.describeKind());
      return nullptr;
    }
    element = kind.getElement();
  } else {
    element = parseElement(ast::stringify(type->element), builder.getContext());
  }
  if (!element) {
    error(type->loc, "'" + ast::stringify(type->element) +
                         "' is reserved and not supported yet");
    return nullptr;
  }
  SmallVector<int64_t> shape;
  for (const ast::Expr *dim : type->dims) {
    Datum size = eval(dim);
    if (size.isPoison())
      return nullptr;
    if (!size.isInt()) {
      error(dim->loc,
            "a dimension must be an int, but is " + size.describeKind());
      return nullptr;
    }
    shape.push_back(size.getInt());
  }
  RankedTensorType made = builder.getType(element, shape);
  if (!made)
    error(type->loc, builder.getError());
  return made;
}

/// The initialiser right of `param` and `state`, if a name there is one.
static std::optional<FunctionValue>
findInitializer(GraphGen &gen, const ast::Expr *init, bool hasType) {
  StringRef name;
  auto *call = dyn_cast<ast::CallExpr>(init);
  if (call)
    name = call->getCalleeName();
  else if (auto *expr = dyn_cast<ast::NameExpr>(init))
    name = expr->name;
  if (name.empty())
    return std::nullopt;
  auto found = gen.resolveFunction(name);
  if (!found || !found->initializer)
    return std::nullopt;
  // A value of this name, unless a function was passed under it.
  if (!call && gen.frame->values.count(name) &&
      !gen.frame->functions.count(name))
    return std::nullopt;
  // Without a type `zeros(4, 2)` is the function that makes a tensor.
  if (!hasType && call && found->function)
    return std::nullopt;
  return found;
}

static Datum callInitializer(GraphGen &gen, const FunctionValue &init,
                             const ast::Expr *expr, RankedTensorType type) {
  const ast::FunctionDecl &decl = *init.initializer.decl;
  StringRef name = decl.name.name;
  if (decl.params.size() < 3)
    return gen.poison(expr->loc,
                      "initialiser '" + name +
                          "' must take shape, fan_in and fan_out first");
  auto specs = GraphGen::paramSpecs(decl);
  std::vector<std::optional<Datum>> values(specs.size());
  auto *call = dyn_cast<ast::CallExpr>(expr);
  if (init.bound) {
    size_t position = 3;
    for (auto &[keyword, value] : *init.bound) {
      size_t index = position;
      if (keyword.empty())
        ++position;
      else
        for (index = 3; index < specs.size(); ++index)
          if (specs[index].name == keyword)
            break;
      if (index >= specs.size())
        return gen.poison(expr->loc,
                          "initialiser '" + name + "' has no " +
                              (keyword.empty()
                                   ? "argument " + Twine(position - 3)
                                   : "argument '" + Twine(keyword) + "'"));
      values[index] = gen.coerce(value, specs[index], name, expr->loc);
      if (values[index]->isPoison())
        return Datum();
    }
  } else {
    SmallVector<size_t> targets;
    ArrayRef<ast::Argument> args;
    if (call)
      args = call->args;
    if (!gen.matchArguments(args, name, specs, std::nullopt, expr->loc,
                            targets) ||
        !gen.evalArguments(args, targets, specs, name, expr->loc, values))
      return Datum();
  }
  for (auto [spec, value] : llvm::zip(specs, values))
    if (spec.isRequired && !spec.isSupplied && !value)
      return gen.poison(expr->loc, "'" + name + "' needs the argument '" +
                                       spec.name + "'");
  // As PyTorch: of [out, in, …] fan_in is all but the first, fan_out the first
  // times the receptive field.
  ArrayRef<int64_t> shape = type.getShape();
  int64_t fanIn = 1, field = 1;
  for (size_t i = 1; i < shape.size(); ++i) {
    fanIn *= shape[i];
    if (i >= 2)
      field *= shape[i];
  }
  values[0] = Datum::ofInts(shape);
  values[1] = Datum::ofInt(fanIn);
  values[2] = Datum::ofInt(shape.empty() ? 1 : shape[0] * field);
  Type element = type.getElementType();
  llvm::SaveAndRestore<Type> scope(gen.initialized,
                                   isa<FloatType>(element) ? element : Type());
  NameScope names;
  return gen.callFunction(init.initializer, name, std::move(values), expr->loc,
                          std::move(names));
}

Value GraphGen::evalInitializer(const ast::VariableStmt *stmt,
                                RankedTensorType type) {
  Datum value;
  SMLoc loc = stmt->init->loc;
  if (auto init = findInitializer(*this, stmt->init, bool(type))) {
    if (!type) {
      error(stmt->name.loc, "'" + stmt->name.name +
                                "' needs a type: an initialiser makes any "
                                "shape");
      return nullptr;
    }
    // An initialiser makes floats of any shape; the type has the last word.
    value = callInitializer(*this, *init, stmt->init, type);
    if (value.isTensor()) {
      builder.setLoc(mlirLoc(loc));
      value = tensor(builder.convert(value.getTensor(), type.getElementType()),
                     loc);
    }
  } else {
    value = eval(stmt->init);
  }
  if (value.isPoison())
    return nullptr;
  Value made;
  if (type && (value.isNumber() || value.isBool()))
    made = numberLike(value, type, loc);
  else
    made = toTensor(value, loc, type ? type.getElementType() : Type());
  if (!made)
    return nullptr;
  if (type && made.getType() != type) {
    error(loc, "'" + stmt->name.name + "' is " + describeType(type) +
                   ", but its initial value is " + describeType(made));
    return nullptr;
  }
  return made;
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

Value GraphGen::currentValue(nn::VariableOp variable) {
  auto found = function.states.find(variable.getSymName());
  if (found != function.states.end())
    return found->second;
  return builder.readVariable(variable);
}

Value GraphGen::valueInMode(nn::VariableOp variable) {
  Value value = currentValue(variable);
  if (frame->mode == CallMode::Plain ||
      variable.getKind() != nn::VariableKind::parameter)
    return value;
  Location loc = toMLIR(frame->modeLoc, diags, builder.getContext());
  builder.setLoc(loc);
  if (frame->mode == CallMode::Averaged) {
    // Of several, the first whose average has begun.
    auto steps = findAverages(variable.getSymName());
    for (StringRef step : llvm::reverse(steps)) {
      Value average = builder.readVariable(makeAverage(variable, step));
      Datum made = callLibrary(
          "started_average", {Datum::ofTensor(average), Datum::ofTensor(value)},
          frame->modeLoc);
      if (made.isPoison())
        return value;
      value = made.getTensor();
    }
    builder.setLoc(loc);
  }
  return function.isStep ? builder.stopGradient(value) : value;
}

nn::VariableOp GraphGen::makeAverage(nn::VariableOp parameter, StringRef step) {
  std::string name =
      ("optimizer." + step + "." + parameter.getSymName() + ".ema").str();
  return makeSlot(name, parameter.getTensorType(),
                  std::numeric_limits<double>::quiet_NaN(),
                  nn::VariableKind::state);
}

nn::VariableOp GraphGen::makeSlot(StringRef name, RankedTensorType type,
                                  double value, nn::VariableKind kind) {
  if (nn::VariableOp found = builder.lookupVariable(name))
    return found;
  auto made = builder.createVariable(
      kind, name, [&](Value) { return builder.splat(type, value); });
  variables[name] = {made, SMLoc(), SMLoc(), nullptr};
  return made;
}

/// The call that made the current model: the place to name when its calls do
/// not agree.
static SMLoc modelCall(GraphGen &gen) {
  for (Frame *at = gen.frame; at; at = at->caller)
    if (at->decl && at->decl->functionKind == ast::FunctionKind::Model) {
      Frame *saved = std::exchange(gen.frame, at->caller);
      SMLoc loc = gen.userLoc(at->callLoc);
      gen.frame = saved;
      return loc;
    }
  return {};
}

/// Says that a layer with parameters was called where none can be.
static void refuseParameter(GraphGen &gen, const ast::VariableStmt *stmt) {
  // The call in the entry or step, if there is one.
  Frame *inner = gen.frame;
  while (inner->caller && inner->caller->caller &&
         inner->caller->decl->functionKind == ast::FunctionKind::Layer)
    inner = inner->caller;
  StringRef word = stmt->isParam ? "parameters" : "state";
  if (!inner->caller || inner->decl->functionKind != ast::FunctionKind::Layer) {
    gen.error(stmt->loc, Twine(stmt->isParam ? "'param'" : "'state'") +
                             " stands in a layer or a model");
    return;
  }
  Frame *saved = std::exchange(gen.frame, inner->caller);
  Diagnostic &diag =
      gen.error(inner->callLoc, "'" + inner->decl->name.name + "' has " + word +
                                    ": call it inside a 'model'");
  gen.frame = saved;
  if (!inner->file->isLibrary && !gen.frame->file->isLibrary)
    diag.attachNote(stmt->loc, "'" + stmt->name.name + "' is declared here");
}

void GraphGen::runVariable(const ast::VariableStmt *stmt) {
  StringRef name = stmt->name.name;
  bool isSlot = !frame->optimized.empty();
  Binding bound;
  bound.loc = stmt->loc;
  auto finish = [&] { frame->values[name] = bound; };
  if (mode != Mode::Graph || (!isSlot && !frame->names.hasNames)) {
    refuseParameter(*this, stmt);
    return finish();
  }
  if (!stmt->isParam && builder.isInScan()) {
    error(stmt->loc, "a state may not stand in 'scan': its turns share it; "
                     "carry a value instead");
    return finish();
  }
  if (isSlot && stmt->isParam) {
    error(stmt->loc, "an optimiser and a schedule have states and no "
                     "parameters");
    return finish();
  }
  RankedTensorType type;
  if (stmt->type && !(type = evalType(stmt->type)))
    return finish();
  if (stmt->isParam && type && !isa<FloatType>(type.getElementType())) {
    // The text is the same for all parameters of a layer, so it is said once.
    if (stmt->type->computed)
      error(stmt->type->loc,
            "'" + frame->decl->name.name +
                "' has parameters of the element type of what it is given, "
                "which must be f32 or f64, but is " +
                describeElement(type.getElementType()) +
                "; convert it first, as in f32(x)");
    else
      error(stmt->type->loc, "a parameter must be f32 or f64, but '" + name +
                                 "' is " + describeType(type) +
                                 "; use 'state'");
    return finish();
  }

  std::string full;
  if (isSlot) {
    full = ("optimizer." + function.decl->name.name + "." + frame->optimized +
            "." + name)
               .str();
    if (auto own = variables.find(full);
        own != variables.end() && own->second.decl != stmt) {
      error(stmt->loc, "the slot '" + full + "' exists already");
      return finish();
    }
  } else {
    NameScope *scope = &frame->names;
    std::string last = withTurns(name, frame->turns);
    for (; !scope->pattern.empty(); scope = scope->parent) {
      auto [before, after] = StringRef(scope->pattern).split('*');
      last = (before + last + after).str();
    }
    std::string path = resolvePath(*scope).str();
    auto [place, isNew] = scope->finalNames.emplace("." + last, stmt->loc);
    if (!isNew) {
      error(stmt->loc, "'" + name + "' is already declared")
          .attachNote(place->second, "the first declaration is here");
      return finish();
    }
    full = path + "." + last;
  }

  auto found = variables.find(full);
  if (found == variables.end()) {
    builder.setLoc(mlirLoc(stmt->loc));
    auto kind = isSlot          ? nn::VariableKind::slot
                : stmt->isParam ? nn::VariableKind::parameter
                                : nn::VariableKind::state;
    nn::VariableOp variable = builder.createVariable(kind, full, [&](Value) {
      mode = Mode::Init;
      Value value = evalInitializer(stmt, type);
      mode = Mode::Graph;
      return value;
    });
    if (!variable)
      return finish();
    // What the region computes from must be in it.
    bool isClosed = true;
    variable.getInit().walk([&](Operation *op) {
      for (Value operand : op->getOperands())
        isClosed &= variable.getInit().isAncestor(operand.getParentRegion());
    });
    if (!isClosed) {
      error(stmt->init->loc, "the initial value of '" + name +
                                 "' depends on a value that is only known "
                                 "when the function runs");
      builder.eraseVariable(variable);
      return finish();
    }
    if (stmt->isParam &&
        !isa<FloatType>(variable.getTensorType().getElementType()))
      error(stmt->init->loc, "a parameter must be f32 or f64, but '" + name +
                                 "' is " +
                                 describeType(variable.getTensorType()));
    found = variables
                .insert({full, VariableInfo{variable, stmt->loc,
                                            modelCall(*this), stmt}})
                .first;
  } else if (type && found->second.op.getTensorType() != type) {
    SMLoc call = modelCall(*this);
    Diagnostic &diag =
        diags.error(call.isValid() ? call : stmt->loc,
                    "this call makes '" + full + "' " + describeType(type) +
                        ", but an earlier call made it " +
                        describeType(found->second.op.getTensorType()));
    if (found->second.modelCall.isValid())
      diag.attachNote(found->second.modelCall, "the earlier call is here");
    return finish();
  }
  if (isSlot)
    frame->slots.push_back(found->second.op);
  bound.variable = full;
  bound.target = stmt->isParam ? Binding::Target::None : Binding::Target::State;
  builder.setLoc(mlirLoc(stmt->loc));
  bound.value = Datum::ofTensor(valueInMode(found->second.op));
  finish();
}

} // namespace nnc::sema

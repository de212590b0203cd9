//===- Gradients.cpp - what a loss is differentiated by -------------------===//
//
// `grad` becomes `nn.gradient`. What it shares with `minimize`: which loss and
// which parameters can be meant, and which ops cut the way between them.
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

void GraphGen::noteCuts(Diagnostic &diag, const GraphBuilder::Cuts &cuts) {
  llvm::DenseSet<const char *> seen;
  for (Operation *op : cuts) {
    SMLoc loc = fromMLIR(op->getLoc(), diags);
    if (!loc.isValid() || !seen.insert(loc.getPointer()).second)
      continue;
    StringRef name = textAt(loc);
    if (name.empty())
      name = op->getName().stripDialect();
    diag.attachNote(loc, "'" + name + "' lets no gradient through");
  }
}

Value GraphGen::checkLoss(const Datum &value, SMLoc loc) {
  if (value.isPoison())
    return nullptr;
  if (!value.isTensor()) {
    error(loc, "the loss must be a tensor, but is " + value.describeKind());
    return nullptr;
  }
  Value loss = value.getTensor();
  if (isFloat(loss) && rankOf(loss) == 0)
    return loss;
  error(loc, "the loss must be a floating-point scalar, but is " +
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
  Value loss = checkLoss(args[0], loc);
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
    noteCuts(diag, cuts);
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

} // namespace nnc::sema

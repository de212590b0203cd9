//===- Lint.cpp - what is legal and wrong ---------------------------------===//
//
// Looks at calls of library functions in the user's files, whose values are
// known by now: what one call gave is followed, through reshaping, to the call
// that takes it.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"

using namespace mlir;

namespace nnc::sema {

void GraphGen::warn(SMLoc loc, const Twine &message, SMLoc noteLoc,
                    StringRef note) {
  std::string text = message.str();
  if (!reported.emplace(std::make_pair(loc.getPointer(), text), true).second)
    return;
  nnc::Diagnostic &diag = diags.warning(loc, text);
  if (noteLoc.isValid())
    diag.attachNote(noteLoc, note);
}

/// The value that was reshaped.
static Value throughReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<nn::ReshapeOp>())
    value = reshape->getOperand(0);
  return value;
}

/// The value of an argument; null if it is not given or no tensor.
static Value tensorArgument(const ast::FunctionDecl &decl,
                            ArrayRef<std::optional<Datum>> args,
                            StringRef name) {
  for (auto [param, arg] : llvm::zip(decl.params, args))
    if (param.name.name == name)
      return arg && arg->isTensor() ? arg->getTensor() : Value();
  return nullptr;
}

static const Datum *argument(const ast::FunctionDecl &decl,
                             ArrayRef<std::optional<Datum>> args,
                             StringRef name) {
  for (auto [param, arg] : llvm::zip(decl.params, args))
    if (param.name.name == name && arg)
      return &*arg;
  return nullptr;
}

/// Warns of a loss that applies softmax or sigmoid to what has been through it.
static void lintLoss(GraphGen &gen, const ast::FunctionDecl &decl,
                     ArrayRef<std::optional<Datum>> args, SMLoc loc) {
  StringRef name = decl.name.name;
  bool takesLogits = name == "cross_entropy" || name == "focal";
  bool takesLogLikelihoods = name == "nll_loss";
  bool takesSigmoid = name == "binary_cross_entropy_with_logits";
  if (!takesLogits && !takesLogLikelihoods && !takesSigmoid)
    return;
  if (const Datum *fromLogits = argument(decl, args, "from_logits");
      fromLogits && fromLogits->isBool() && !fromLogits->getBool())
    return;
  Value input = args.empty() || !args[0] || !args[0]->isTensor()
                    ? Value()
                    : throughReshapes(args[0]->getTensor());
  if (!input)
    return;
  if (takesSigmoid) {
    if (auto sigmoid = input.getDefiningOp<nn::LogisticOp>())
      gen.warn(loc,
               "sigmoid before '" + name +
                   "', which applies it itself; pass the logits, or use "
                   "binary_cross_entropy",
               SMLoc(), "");
    return;
  }
  auto found = gen.softmaxResults.find(input);
  if (found == gen.softmaxResults.end())
    return;
  if (takesLogLikelihoods)
    gen.warn(loc,
             "softmax before 'nll_loss', which takes logarithms; use "
             "log_softmax",
             found->second, "the softmax is here");
  else
    gen.warn(loc,
             "softmax before '" + name +
                 "', which applies it itself; pass the logits, or "
                 "from_logits=false",
             found->second, "the softmax is here");
}

void GraphGen::lintCall(const Callee &callee,
                        ArrayRef<std::optional<Datum>> args, const Datum &value,
                        SMLoc loc) {
  if (!callee.decl || !callee.file->isLibrary || frame->file->isLibrary ||
      mode != Mode::Graph)
    return;
  const ast::FunctionDecl &decl = *callee.decl;
  StringRef name = decl.name.name;
  Value x = tensorArgument(decl, args, "x");
  if (name == "linear") {
    if (auto found =
            x ? linearResults.find(throughReshapes(x)) : linearResults.end();
        found != linearResults.end())
      warn(loc,
           "two linear layers with nothing between are one linear layer; is "
           "an activation missing? (identity says that none is)",
           found->second, "the other one is here");
    if (value.isTensor())
      linearResults[value.getTensor()] = loc;
    return;
  }
  // Dropout in an entry, or identity, gives what it got: still it is something.
  if (value.isTensor())
    linearResults.erase(value.getTensor());
  if (name == "softmax" || name == "log_softmax" || name == "sparsemax") {
    const Datum *axis = argument(decl, args, "axis");
    int64_t rank = x ? rankOf(x) : 0;
    int64_t at = axis && axis->isInt() ? axis->getInt() : -1;
    at += at < 0 ? rank : 0;
    if (at >= 0 && at < rank && shapeOf(x)[at] == 1)
      warn(loc,
           name + " over one element is always " +
               (name == "log_softmax" ? "0" : "1") + "; did you mean sigmoid?",
           SMLoc(), "");
    if (name == "softmax" && value.isTensor())
      softmaxResults[value.getTensor()] = loc;
    return;
  }
  lintLoss(*this, decl, args, loc);
}

} // namespace nnc::sema

//===- Errors.cpp - where messages and ops belong -------------------------===//
//
// Errors inside the library are reported at the user's call, of which nothing
// more is judged then; ops made there carry both places.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"
#include "nnc/Frontend/Text/Location.h"

using namespace mlir;

namespace nnc::sema {

SMLoc GraphGen::userLoc(SMLoc loc) {
  for (Frame *at = frame; at && at->file->isLibrary; at = at->caller)
    loc = at->callLoc;
  return loc;
}

void GraphGen::abandon(Frame &call) {
  call.hasReturned = true;
  call.results.clear();
  call.results.push_back({"", Datum(), call.callLoc, call.callLoc});
}

Diagnostic &GraphGen::error(SMLoc loc, const Twine &message) {
  loc = userLoc(loc);
  for (Frame *at = frame; at && at->file->isLibrary; at = at->caller)
    abandon(*at);
  std::string text = message.str();
  if (!reported.emplace(std::make_pair(loc.getPointer(), text), true).second) {
    ignored.notes.clear();
    lastError = nullptr;
    return ignored;
  }
  lastError = &diags.error(loc, text);
  return *lastError;
}

Location GraphGen::mlirLoc(SMLoc loc) {
  SMLoc user = userLoc(loc);
  auto key = std::make_pair(loc.getPointer(), user.getPointer());
  auto found = places.find(key);
  if (found != places.end())
    return found->second;
  MLIRContext *context = builder.getContext();
  Location place = toMLIR(loc, diags, context);
  if (user != loc)
    place = CallSiteLoc::get(place, toMLIR(user, diags, context));
  places.insert({key, place});
  return place;
}

Datum GraphGen::tensor(Value value, SMLoc loc) {
  if (value)
    return Datum::ofTensor(value);
  return poison(loc, builder.getError());
}

Datum GraphGen::limit(Datum value, SMLoc loc) {
  constexpr int64_t most = 1000000;
  int64_t size =
      value.isString() ? int64_t(value.getString().size()) : value.getWeight();
  // Long values take longer to make: they count as statements.
  numSteps += size / 8;
  if (size <= most)
    return value;
  return poison(loc, "a " + Twine(value.isString() ? "string" : "list") +
                         " of more than " + Twine(most) + " elements");
}

void GraphGen::noteOperand(Diagnostic &diag, const ast::Expr *operand,
                           const Datum &value) {
  auto *name = dyn_cast<ast::NameExpr>(operand);
  if (!name || !value.isTensor() || frame->file->isLibrary)
    return;
  auto binding = frame->values.find(name->name);
  if (binding == frame->values.end() || !binding->second.loc.isValid())
    return;
  std::string text = ("'" + name->name + "' is " + value.describe()).str();
  // Of `x @ x` it is said once.
  if (llvm::none_of(diag.notes, [&](const auto &note) {
        return note.loc == binding->second.loc && note.message == text;
      }))
    diag.attachNote(binding->second.loc, text);
}

} // namespace nnc::sema

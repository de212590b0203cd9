//===- Scan.cpp - loops over an axis --------------------------------------===//
//
// `scan` becomes one `nn.scan`, whose arrays have the turns along axis 0: what
// is scanned or collected along another axis is transposed around the loop.
// The body is run once, in a copy of the names around it.
//
//===----------------------------------------------------------------------===//
#include "GraphGen.h"

using namespace mlir;

namespace nnc::sema {

namespace {
class ScanMaker {
public:
  ScanMaker(GraphGen &gen, const ast::ScanStmt *stmt)
      : gen(gen), builder(gen.builder), stmt(stmt) {}

  /// Binds what is carried and collected; poison after an error.
  void run();

private:
  bool evalArrays();
  bool evalCarries();
  Type carriedElement(const Datum &value);
  bool runBody();
  /// The value of a name at the end of a turn; null after an error.
  Value atEnd(const ast::Identifier &name, RankedTensorType carried,
              SMLoc boundAt);
  bool finish();

  GraphGen &gen;
  GraphBuilder &builder;
  const ast::ScanStmt *stmt;
  int64_t axis = 0;
  SmallVector<Value> arrays, inits, nexts, collects, results;
  SmallVector<SMLoc> bindings;
};
} // namespace

/// Moves axis `from` to `to`, the others keeping their order.
static Value moveAxis(GraphBuilder &builder, Value x, int64_t from,
                      int64_t to) {
  if (from == to)
    return x;
  SmallVector<int64_t> permutation;
  for (int64_t i = 0; i < rankOf(x); ++i)
    if (i != from)
      permutation.push_back(i);
  permutation.insert(permutation.begin() + to, from);
  return builder.transpose(x, permutation);
}

bool ScanMaker::evalArrays() {
  Datum along = gen.eval(stmt->axis);
  if (along.isPoison())
    return false;
  if (!along.isInt()) {
    gen.error(stmt->axis->loc,
              "'along' takes an axis, an int, but got " + along.describeKind());
    return false;
  }
  axis = along.getInt();
  bool isGood = true;
  int64_t turns = -1;
  for (const ast::ScanInput &input : stmt->inputs) {
    Datum value = gen.eval(input.source);
    if (value.isPoison()) {
      isGood = false;
      continue;
    }
    SMLoc loc = input.source->loc;
    Value array =
        value.isTensor() || value.isList() ? gen.toTensor(value, loc) : Value();
    if (!array) {
      if (!value.isList())
        gen.error(loc,
                  "'scan' goes over a tensor, but got " + value.describeKind());
      isGood = false;
      continue;
    }
    std::optional<int64_t> place = builder.normalizeAxis(axis, rankOf(array));
    if (!place) {
      gen.error(stmt->axis->loc, builder.getError());
      isGood = false;
      continue;
    }
    int64_t length = tensorTypeOf(array).getDimSize(*place);
    if (turns >= 0 && length != turns) {
      gen.error(loc, "scanned arrays must be equally long along the axis: " +
                         Twine(turns) + " and " + Twine(length))
          .attachNote(stmt->inputs.front().source->loc,
                      "the first one is here");
      isGood = false;
      continue;
    }
    turns = length;
    builder.setLoc(gen.mlirLoc(loc));
    array = moveAxis(builder, array, *place, 0);
    if (!array) {
      gen.error(loc, builder.getError());
      isGood = false;
      continue;
    }
    arrays.push_back(array);
  }
  return isGood;
}

/// A number takes the type of what is scanned, where it can be of that type.
Type ScanMaker::carriedElement(const Datum &value) {
  Type element = elementOf(arrays.front());
  bool fits = value.isFloat() ? isa<FloatType>(element)
                              : value.isInt() && !isBool(arrays.front());
  return fits ? element : Type();
}

bool ScanMaker::evalCarries() {
  for (const ast::Identifier &name : stmt->carried) {
    auto found = gen.frame->values.find(name.name);
    if (found == gen.frame->values.end()) {
      gen.error(name.loc,
                "'" + name.name + "' is carried, but not bound before 'scan'");
      return false;
    }
    const Binding &binding = found->second;
    if (binding.value.isPoison())
      return false;
    if (binding.target == Binding::Target::State) {
      gen.error(name.loc,
                "'" + name.name + "' is a state, which 'scan' cannot carry")
          .attachNote(binding.loc, "'" + name.name + "' is declared here");
      return false;
    }
    if (!binding.value.isTensor() && !binding.value.isNumber() &&
        !binding.value.isBool()) {
      gen.error(name.loc, "'scan' carries tensors, but '" + name.name +
                              "' is " + binding.value.describeKind());
      return false;
    }
    bindings.push_back(binding.loc);
    builder.setLoc(gen.mlirLoc(name.loc));
    Value init =
        gen.toTensor(binding.value, name.loc, carriedElement(binding.value));
    if (!init)
      return false;
    inits.push_back(init);
  }
  return true;
}

Value ScanMaker::atEnd(const ast::Identifier &name, RankedTensorType carried,
                       SMLoc boundAt) {
  auto found = gen.frame->values.find(name.name);
  if (found == gen.frame->values.end()) {
    gen.error(name.loc, "'" + name.name + "' is not bound in this body");
    return nullptr;
  }
  Datum value = found->second.value;
  SMLoc loc = found->second.loc.isValid() ? found->second.loc : name.loc;
  if (value.isPoison())
    return nullptr;
  if (!value.isTensor() && !value.isNumber() && !value.isBool()) {
    gen.error(name.loc, "a turn of 'scan' gives tensors, but '" + name.name +
                            "' is " + value.describeKind());
    return nullptr;
  }
  builder.setLoc(gen.mlirLoc(loc));
  Value x = carried && !value.isTensor()
                ? gen.numberLike(value, carried, loc)
                : gen.toTensor(value, loc, Type(), /*keepInts=*/true);
  if (!x || !carried || x.getType() == carried)
    return x;
  gen.error(loc, "'" + name.name + "' is carried as " + describeType(carried) +
                     ", but is " + describeType(x) + " after a turn")
      .attachNote(boundAt, "it is bound before 'scan' here");
  return nullptr;
}

bool ScanMaker::runBody() {
  builder.setLoc(gen.mlirLoc(stmt->loc));
  Block *body = builder.beginScan(inits, arrays);
  Frame &frame = *gen.frame;
  auto set = [&](const ast::Identifier &name, Value value) {
    frame.functions.erase(name.name);
    frame.values[name.name] = Binding{Datum::ofTensor(value), name.loc, "", {}};
  };
  for (auto [name, argument] : llvm::zip(stmt->carried, body->getArguments()))
    set(name, argument);
  for (auto [input, argument] :
       llvm::zip(stmt->inputs, body->getArguments().drop_front(inits.size())))
    set(input.name, argument);

  unsigned errors = gen.diags.getNumErrors();
  gen.runBlock(stmt->body);
  bool isGood = !frame.hasReturned && gen.diags.getNumErrors() == errors;
  for (auto [i, name] : llvm::enumerate(stmt->carried))
    if (isGood) {
      nexts.push_back(atEnd(name, tensorTypeOf(inits[i]), bindings[i]));
      isGood &= bool(nexts.back());
    }
  for (const ast::ScanOutput &output : stmt->collected)
    if (isGood) {
      collects.push_back(atEnd(output.name, nullptr, {}));
      isGood &= bool(collects.back());
    }
  if (!isGood) {
    builder.abandonScan();
    return false;
  }
  builder.setLoc(gen.mlirLoc(stmt->loc));
  results = builder.endScan(nexts, collects);
  if (results.empty() && nexts.size() + collects.size() != 0)
    gen.error(stmt->loc, builder.getError());
  return results.size() == nexts.size() + collects.size();
}

/// Puts the turns of what was collected along the axis that was scanned.
bool ScanMaker::finish() {
  for (auto [output, array] :
       llvm::zip(stmt->collected,
                 MutableArrayRef<Value>(results).drop_front(inits.size()))) {
    builder.setLoc(gen.mlirLoc(output.stacked.loc));
    std::optional<int64_t> place = builder.normalizeAxis(axis, rankOf(array));
    array = place ? moveAxis(builder, array, 0, *place) : Value();
    if (!array) {
      gen.error(output.name.loc, builder.getError());
      return false;
    }
  }
  return true;
}

void ScanMaker::run() {
  Frame &frame = *gen.frame;
  bool isGood = evalArrays() && evalCarries();
  if (isGood) {
    auto values = frame.values;
    auto functions = frame.functions;
    isGood = runBody();
    frame.values = std::move(values);
    frame.functions = std::move(functions);
  }
  isGood = isGood && finish();
  size_t next = 0;
  auto set = [&](const ast::Identifier &name) {
    Datum value = isGood ? Datum::ofTensor(results[next++]) : Datum();
    frame.functions.erase(name.name);
    frame.values[name.name] = Binding{value, stmt->loc, "", {}};
  };
  for (const ast::Identifier &name : stmt->carried)
    set(name);
  for (const ast::ScanOutput &output : stmt->collected)
    set(output.stacked);
}

void GraphGen::runScan(const ast::ScanStmt *stmt) {
  ScanMaker(*this, stmt).run();
}

} // namespace nnc::sema

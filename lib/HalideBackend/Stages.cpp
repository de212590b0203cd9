//===- Stages.cpp - which values are stored, and their Funcs --------------===//
//
// A result is stored, and so is whatever would cost more to repeat for all who
// read it than to store and load. A sum that one stage alone reads, element by
// element, is accumulated inside that stage.
//
//===----------------------------------------------------------------------===//
#include "Algorithm.h"
#include <algorithm>

using namespace Halide;

namespace nnc::halide {

//===----------------------------------------------------------------------===//
// Names and indices
//===----------------------------------------------------------------------===//

Var axisVar(int axis) { return Var("a" + std::to_string(axis)); }

std::vector<Var> argumentsOf(size_t rank) {
  std::vector<Var> arguments;
  for (size_t axis = rank; axis-- != 0;)
    arguments.push_back(axisVar(axis));
  return arguments;
}

Indices indicesOf(size_t rank) {
  Indices indices;
  for (size_t axis = 0; axis != rank; ++axis)
    indices.push_back(axisVar(axis));
  return indices;
}

std::vector<Expr> reversed(const Indices &indices) {
  return {indices.rbegin(), indices.rend()};
}

Expr index(int64_t value) { return Expr(static_cast<int32_t>(value)); }

/// How many leading indices are those of the stage that asks.
static int ownPrefix(const Indices &indices) {
  int count = 0;
  for (const Expr &e : indices) {
    const auto *variable = e.as<Internal::Variable>();
    if (!variable || variable->name != axisVar(count).name())
      break;
    ++count;
  }
  return count;
}

Type Algorithm::typeOf(Element element) {
  switch (element) {
  case Element::Bool:
    return Bool();
  case Element::I8:
    return Int(8);
  case Element::U8:
    return UInt(8);
  case Element::I16:
    return Int(16);
  case Element::I32:
    return Int(32);
  case Element::I64:
    return Int(64);
  case Element::F32:
    return Float(32);
  case Element::F64:
    return Float(64);
  }
  return {};
}

/// Booleans are bytes in memory.
static Type storageType(Type type) { return type.is_bool() ? UInt(8) : type; }
static Expr toStorage(const Expr &e) { return e.type().is_bool() ? cast<uint8_t>(e) : e; }

//===----------------------------------------------------------------------===//
// Kinds of ops
//===----------------------------------------------------------------------===//

static bool isProduct(const Op &op) { return op.name == "contract" || op.name.starts_with("conv"); }

bool isSerial(const Op &op) { return op.name == "cumsum" || op.name == "scatter_add"; }

bool isAccumulated(const Op &op) {
  return (isProduct(op) && op.name != "convert") || op.name.starts_with("reduce_") ||
         op.name.starts_with("arg");
}

int64_t elementCost(const Op &op) {
  static const std::map<std::string, int64_t> costs = {
      {"constant", 0}, {"iota", 0},      {"reshape", 0},       {"broadcast", 0},
      {"transpose", 0}, {"slice", 0},    {"reverse", 0},       {"stop_gradient", 0},
      {"exp", 16},      {"log", 16},     {"tanh", 16},         {"logistic", 16},
      {"erf", 16},        {"expm1", 32},   {"log1p", 20},     {"pow", 16},      {"div", 6},
      {"sqrt", 6},      {"rsqrt", 6},    {"gather", 6},        {"pad", 6},
      {"concat", 6}};
  if (op.name.starts_with("window_")) {
    int64_t cost = 4;
    for (int64_t extent : op.numbers.at("size"))
      cost *= extent;
    return cost;
  }
  auto known = costs.find(op.name);
  return known == costs.end() ? 1 : known->second;
}

/// Storing an element and loading it again costs about this.
static constexpr int64_t storeCost = 6;

int64_t Algorithm::chainCost(int value) const {
  int64_t cost = 0;
  std::vector<int> work{value};
  while (!work.empty() && cost < storeCost) {
    const Op *op = definitions[work.back()];
    work.pop_back();
    if (!op || isAccumulated(*op) || isSerial(*op))
      continue;
    cost += elementCost(*op);
    work.insert(work.end(), op->operands.begin(), op->operands.end());
  }
  return cost;
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

Algorithm::Algorithm(const Kernel &kernel, const Parameters &parameters)
    : inputReads(kernel.inputs), kernel(kernel), parameters(parameters),
      definitions(kernel.values.size()), users(kernel.values.size()) {
  for (const Op &op : kernel.ops) {
    for (int result : op.results)
      definitions[result] = &op;
    for (int operand : op.operands)
      users[operand].push_back(&op);
  }
  for (const Tensor &tensor : kernel.values) {
    int64_t elements = 1;
    for (int64_t size : tensor.shape)
      elements *= size;
    if (elements == 0)
      throw Declined("tensor", "it has no elements");
    if (elements > (int64_t(1) << 27))
      throw Declined("tensor", "its elements are too many for 32-bit indices");
  }
  for (int i = 0; i != kernel.inputs; ++i) {
    Type type = storageType(typeOf(elementOf(i)));
    ImageParam input(type, shapeOf(i).size(), "input" + std::to_string(i));
    int64_t stride = 1;
    for (size_t axis = shapeOf(i).size(); axis-- != 0;) {
      int dimension = shapeOf(i).size() - 1 - axis;
      input.dim(dimension).set_bounds(0, static_cast<int>(shapeOf(i)[axis]));
      input.dim(dimension).set_stride(static_cast<int>(stride));
      stride *= shapeOf(i)[axis];
    }
    inputs.push_back(input);
  }
  std::set<int> seen;
  for (int result : kernel.results)
    if (result < kernel.inputs || !seen.insert(result).second)
      throw Declined("return", "a result is an input or another result");
  formGroups();
  chooseStored();
  for (size_t group = 0; group != groups.size(); ++group)
    defineGroup(group);
  limitSize();
}

namespace {
/// Counts the nodes of expressions, those that several share once.
class NodeCounter : public Internal::IRGraphVisitor {
public:
  using IRGraphVisitor::include;
  size_t count() const { return seen.size(); }
  void include(const Tuple &values) {
    for (const Expr &value : values.as_vector())
      include(value);
  }
  void include(const Expr &e) override {
    if (seen.insert(e.get()).second)
      e.accept(this);
  }

private:
  std::set<const Internal::IRNode *> seen;
};
} // namespace

/// Declines what takes Halide too long: its time grows with the square of the
/// nodes of a Func, of which it walks 5000 in ten seconds. A count, and no clock,
/// so that builds are the same on each machine.
void Algorithm::limitSize() const {
  constexpr size_t most = 5000;
  for (const Stage &stage : stages) {
    NodeCounter counter;
    auto addFunc = [&](const Func &func) {
      if (!func.defined())
        return;
      counter.include(func.values());
      for (int i = 0; i != func.num_update_definitions(); ++i)
        counter.include(func.update_values(i));
    };
    addFunc(stage.func);
    addFunc(stage.inner);
    for (const Sum &sum : stage.sums)
      for (const Func &func : {sum.func, sum.partial, sum.folded})
        addFunc(func);
    if (counter.count() > most)
      throw Declined("kernel", "one of its loops has " + std::to_string(counter.count()) +
                                   " operations, and Halide takes too long for more than " + std::to_string(most));
  }
}

/// Results of one shape that read each other at the same place only are one
/// Func with a tuple of values.
void Algorithm::formGroups() {
  std::vector<int> results = kernel.results;
  std::sort(results.begin(), results.end());
  for (int result : results) {
    if (!isSerial(*definitions[result])) {
      auto place = std::find_if(groups.begin(), groups.end(), [&](const auto &group) {
        return !isSerial(*definitions[group.front()]) && canJoin(result, group);
      });
      if (place != groups.end()) {
        groupOf[result] = place - groups.begin();
        place->push_back(result);
        continue;
      }
    }
    groupOf[result] = groups.size();
    groups.push_back({result});
  }
}

bool Algorithm::canJoin(int value, const std::vector<int> &group) const {
  if (shapeOf(value) != shapeOf(group.front()))
    return false;
  // Values that are reached, and whether at another place.
  std::vector<std::pair<int, bool>> work{{value, false}};
  std::set<std::pair<int, bool>> seen;
  while (!work.empty()) {
    auto [reader, moved] = work.back();
    work.pop_back();
    const Op *op = definitions[reader];
    if (!op)
      continue;
    bool moves = moved || !isElementwise(*op);
    for (int operand : op->operands) {
      if (std::find(group.begin(), group.end(), operand) != group.end()) {
        if (moves)
          return false;
      } else if (seen.insert({operand, moves}).second) {
        work.push_back({operand, moves});
      }
    }
  }
  return true;
}

bool Algorithm::dependsOn(int value, const std::vector<int> &group) const {
  std::vector<int> work{value};
  std::set<int> seen;
  while (!work.empty()) {
    int next = work.back();
    work.pop_back();
    if (std::find(group.begin(), group.end(), next) != group.end())
      return true;
    if (const Op *op = definitions[next]; op && seen.insert(next).second)
      work.insert(work.end(), op->operands.begin(), op->operands.end());
  }
  return false;
}

void Algorithm::chooseStored() {
  /// The groups that read a value through what is not stored, and whether one
  /// reads it at another place than its own.
  struct Readers {
    std::set<int> groups;
    bool moved = false;
  };
  std::map<const Op *, Readers> readersOf;
  for (auto op = kernel.ops.rbegin(); op != kernel.ops.rend(); ++op) {
    Readers readers;
    bool repeated = false, returned = false, isFactor = false;
    if (op->results.size() != 1)
      throw Declined(op->name, "it has several results");
    int value = op->results[0];
    for (const Op *user : users[value]) {
      auto stored = groupOf.find(user->results[0]);
      if (stored != groupOf.end())
        readers.groups.insert(stored->second);
      else
        readers.groups.insert(readersOf[user].groups.begin(), readersOf[user].groups.end());
      readers.moved |= !isElementwise(*user) || (stored == groupOf.end() && readersOf[user].moved);
      repeated |= user->name.starts_with("window_") || user->name == "gather" ||
                  user->name == "concat" ||
                  (user->name == "broadcast" &&
                   shapeOf(user->results[0]) != shapeOf(user->operands[0]));
      isFactor |= isProduct(*user) || isSerial(*user);
    }
    returned = groupOf.count(value) != 0;
    bool store = isSerial(*op) ||
                 (isAccumulated(*op) && (readers.groups.size() != 1 || readers.moved)) ||
                 (isFactor && chainCost(value) > 0) ||
                 ((readers.groups.size() > 1 || repeated) && chainCost(value) >= storeCost);
    if (store && !returned) {
      groupOf[value] = groups.size();
      groups.push_back({value});
    }
    readersOf[&*op] = std::move(readers);
  }
}

//===----------------------------------------------------------------------===//
// Definition
//===----------------------------------------------------------------------===//

void Algorithm::defineGroup(int number) {
  const std::vector<int> &group = groups[number];
  if (stageOf.count(group.front()))
    return;
  const Op &first = *definitions[group.front()];
  Context outer;
  std::swap(outer, context);
  if (isSerial(first)) {
    defineSerial(first);
    std::swap(outer, context);
    return;
  }
  context.members = group;
  Stage stage;
  stage.values = group;
  stage.shape = shapeOf(group.front());
  stage.isResult = std::find(kernel.results.begin(), kernel.results.end(), group.front()) !=
                   kernel.results.end();
  size_t rank = stage.shape.size();
  std::vector<Expr> elements;
  for (int value : group)
    elements.push_back(toStorage(compute(value, indicesOf(rank))));
  std::string name = first.name + std::to_string(group.front());
  stage.func = Func(name);
  if (elements.size() == 1) {
    stage.func(argumentsOf(rank)) = elements.front();
  } else {
    stage.inner = Func(name + "_inner");
    stage.inner(argumentsOf(rank)) = Tuple(elements);
    stage.func(argumentsOf(rank)) = Tuple(stage.inner(argumentsOf(rank)));
  }
  for (auto &[value, sum] : context.sums)
    stage.sums.push_back(sum);
  addStage(std::move(stage));
  std::swap(outer, context);
}

void Algorithm::addStage(Stage stage) {
  for (size_t place = 0; place != stage.values.size(); ++place)
    stageOf[stage.values[place]] = {static_cast<int>(stages.size()), static_cast<int>(place)};
  for (auto [read, prefix] : context.reads) {
    if (read >= 0)
      stage.reads[read] = prefix;
    else
      inputReads[-1 - read][stages.size()] =
          prefix == static_cast<int>(stage.shape.size()) && shapeOf(-1 - read) == stage.shape;
  }
  stages.push_back(std::move(stage));
}

int Algorithm::copyOperand(const std::string &name, const Shape &shape,
                           const std::function<Expr(const Indices &)> &element) {
  Context outer;
  std::swap(outer, context);
  Stage stage;
  stage.func = Func(name);
  stage.shape = shape;
  stage.isCopy = true;
  stage.func(argumentsOf(shape.size())) = element(indicesOf(shape.size()));
  addStage(std::move(stage));
  std::swap(outer, context);
  return stages.size() - 1;
}

Expr Algorithm::readStage(int stage, int tuple, const Indices &indices) {
  int prefix = ownPrefix(indices);
  auto [known, isNew] = context.reads.insert({stage, prefix});
  if (!isNew)
    known->second = std::min(known->second, prefix);
  const Func &func = stages[stage].func;
  FuncRef element = func(reversed(indices));
  return func.outputs() == 1 ? Expr(element) : element[tuple];
}

Expr Algorithm::at(int value, const Indices &indices) {
  bool isBool = elementOf(value) == Element::Bool;
  if (value < kernel.inputs) {
    int prefix = ownPrefix(indices);
    auto [known, isNew] = context.reads.insert({-1 - value, prefix});
    if (!isNew)
      known->second = std::min(known->second, prefix);
    Expr element = inputs[value](reversed(indices));
    return isBool ? element != 0 : element;
  }
  auto stored = groupOf.find(value);
  bool isInside = stored == groupOf.end() ||
                  std::find(context.members.begin(), context.members.end(), value) !=
                      context.members.end() ||
                  (isElementwise(*definitions[value]) && dependsOn(value, context.members));
  if (isInside)
    return compute(value, indices);
  defineGroup(stored->second);
  auto [stage, place] = stageOf.at(value);
  Expr element = readStage(stage, place, indices);
  return isBool ? element != 0 : element;
}

Expr Algorithm::compute(int value, const Indices &indices) {
  auto same = [&](const Indices &other) {
    return std::equal(indices.begin(), indices.end(), other.begin(), other.end(),
                      [](const Expr &a, const Expr &b) { return a.same_as(b); });
  };
  for (const auto &[known, place, element] : context.memo)
    if (known == value && same(place))
      return element;
  const Op &op = *definitions[value];
  Expr element;
  if (isElementwise(op)) {
    std::vector<Expr> operands;
    std::vector<Element> types;
    for (int operand : op.operands) {
      operands.push_back(at(operand, indices));
      types.push_back(elementOf(operand));
    }
    element = buildElementwise(op, types, elementOf(value), operands);
  } else if (isAccumulated(op)) {
    if (!context.sums.count(value))
      context.sums[value] = makeSum(op);
    const Func &func = context.sums.at(value).func;
    FuncRef sum = func(reversed(indices));
    element = func.outputs() == 1 ? Expr(sum) : sum[1];
  } else if (std::optional<Expr> moved = computeMoved(op, indices)) {
    element = *moved;
  } else {
    throw Declined(op.name, "there is no such operation");
  }
  context.memo.emplace_back(value, indices, element);
  return element;
}

} // namespace nnc::halide

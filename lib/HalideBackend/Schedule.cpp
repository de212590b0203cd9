//===- Schedule.cpp - how a kernel's Funcs are walked ---------------------===//
//
// The schedule half of the back end: one family for each way in which the loops
// of a stage lie to what it reads. Shapes are known, so tiles have constant
// sizes; where one does not divide its axis, the last is moved inwards.
//
//===----------------------------------------------------------------------===//
#include "Schedule.h"
#include <algorithm>
#include <sstream>

using namespace Halide;

namespace nnc::halide {

namespace {

/// Where a stage is computed: at an axis' loop of another; -1: before all.
struct Place {
  int stage = -1, axis = -1;
};

class Scheduler {
public:
  Scheduler(Algorithm &algorithm, const Kernel &kernel, const Parameters &parameters)
      : algorithm(algorithm), kernel(kernel), parameters(parameters),
        places(algorithm.stages.size()), isExact(algorithm.stages.size(), true),
        loops(algorithm.stages.size()) {
    for (size_t i = 0; i != loops.size(); ++i)
      for (size_t axis = 0; axis != algorithm.stages[i].shape.size(); ++axis)
        loops[i].push_back({axisVar(axis)});
  }

  std::vector<std::pair<int, int>> run();

private:
  void place(int number);
  void scheduleElements(int number);
  void scheduleRows(int number);
  void scheduleColumns(int number);
  void scheduleProduct(int number);
  /// Splits an axis, exactly if the stage should be computed in place and can.
  void split(int number, int axis, const Var &outer, const Var &inner, int64_t width);
  int64_t vectorWidth(const Stage &stage, int64_t extent) const;
  int laneOf(int number) const;
  std::vector<std::pair<int, int>> candidates(int number) const;
  /// At a loop of the stage; before it, if it has none.
  void computeAt(Sum &sum, const Func &func, const std::optional<Var> &loop);

  Algorithm &algorithm;
  const Kernel &kernel;
  const Parameters &parameters;
  std::vector<Place> places;
  /// No element of a stage is computed twice.
  std::vector<bool> isExact;
  std::vector<std::vector<Loop>> loops;
};

} // namespace

/// The last axis of any length: what lies next to each other in memory; -1 where
/// a stage is computed inside another's loop over that axis, element by element.
int Scheduler::laneOf(int number) const {
  const Stage &stage = algorithm.stages[number];
  int lane = static_cast<int>(stage.shape.size()) - 1;
  while (lane > 0 && stage.shape[lane] == 1)
    --lane;
  return lane <= places[number].axis ? -1 : lane;
}

/// Elements of a vector along an axis: a short axis is one vector.
int64_t Scheduler::vectorWidth(const Stage &stage, int64_t extent) const {
  int bytes = 4;
  for (const Type &type : stage.func.types())
    bytes = std::max(bytes, type.bytes());
  int64_t width = std::max(parameters.vector * 4 / bytes, 1);
  return extent <= 2 * width && extent % width != 0 ? extent : std::min(width, extent);
}

/// Whether a value is computed from an input.
static bool dependsOn(const Kernel &kernel, int value, int input) {
  std::vector<bool> depends(kernel.values.size());
  depends[input] = true;
  for (const Op &op : kernel.ops)
    if (std::any_of(op.operands.begin(), op.operands.end(), [&](int operand) { return depends[operand]; }))
      for (int result : op.results)
        depends[result] = true;
  return depends[value];
}

/// Inputs and results that could share a buffer if nothing is computed twice. Of
/// several results of a stage one is written before another is computed.
std::vector<std::pair<int, int>> Scheduler::candidates(int number) const {
  std::vector<std::pair<int, int>> pairs;
  for (size_t result = 0; result != kernel.results.size(); ++result) {
    int value = kernel.results[result];
    if (algorithm.placeOf(value).first != number || algorithm.stages[number].isSerial)
      continue;
    for (int input = 0; input != kernel.inputs; ++input) {
      const auto &reads = algorithm.inputReads[input];
      if (std::any_of(kernel.results.begin(), kernel.results.end(), [&](int other) {
            return other != value && algorithm.placeOf(other).first == number &&
                   dependsOn(kernel, other, input);
          }))
        continue;
      if (kernel.values[input].element == kernel.values[value].element &&
          kernel.values[input].shape == kernel.values[value].shape && reads.size() == 1 &&
          reads.count(number) != 0 && reads.at(number))
        pairs.emplace_back(input, result);
    }
  }
  return pairs;
}

void Scheduler::split(int number, int axis, const Var &outer, const Var &inner, int64_t width) {
  Stage &stage = algorithm.stages[number];
  if (stage.shape[axis] % width != 0)
    isExact[number] = false;
  stage.func.split(axisVar(axis), outer, inner, static_cast<int>(width), TailStrategy::ShiftInwards);
  loops[number][axis] = {outer, width};
}

//===----------------------------------------------------------------------===//
// Elementwise, windows, copies: vectors along what is contiguous
//===----------------------------------------------------------------------===//

void Scheduler::scheduleElements(int number) {
  Stage &stage = algorithm.stages[number];
  int lane = laneOf(number);
  if (lane < 0)
    return;
  int64_t extent = stage.shape[lane], width = vectorWidth(stage, extent);
  // In place wants a width that divides the axis.
  if (extent % width != 0 && !candidates(number).empty())
    for (int64_t narrower = width; narrower >= 4; narrower /= 2)
      if (extent % narrower == 0) {
        width = narrower;
        break;
      }
  Var outer("lane_outer"), inner("lane_inner");
  split(number, lane, outer, inner, width);
  if (width > 1)
    stage.func.vectorize(inner);
  if (stage.inner.defined()) {
    stage.inner.compute_at(stage.func, outer);
    if (width > 1)
      stage.inner.vectorize(axisVar(lane), static_cast<int>(width));
  }
}

//===----------------------------------------------------------------------===//
// Reductions along rows: partial sums in lanes, for one element after another
//===----------------------------------------------------------------------===//

void Scheduler::computeAt(Sum &sum, const Func &func, const std::optional<Var> &loop) {
  auto level = [&](Func &each) {
    if (loop)
      each.compute_at(func, *loop);
    else
      each.compute_root();
  };
  level(sum.func);
  if (!sum.partial.defined())
    return;
  Var lane("lane");
  int width = parameters.vector;
  level(sum.partial);
  level(sum.folded);
  std::vector<VarOrRVar> order{lane};
  for (int i = 0; i != sum.partialDomain.dimensions(); ++i)
    order.push_back(RVar(sum.partialDomain[i]));
  sum.partial.vectorize(lane, width).unroll(lane);
  sum.partial.update().reorder(order).vectorize(lane, width).unroll(lane);
  sum.folded.vectorize(lane, width);
}

void Scheduler::scheduleRows(int number) {
  Stage &stage = algorithm.stages[number];
  std::optional<Var> loop;
  if (!stage.shape.empty())
    loop = axisVar(stage.shape.size() - 1);
  for (Sum &sum : stage.sums)
    computeAt(sum, stage.func, loop);
  if (!stage.inner.defined())
    return;
  if (loop)
    stage.inner.compute_at(stage.func, *loop);
  else
    stage.inner.compute_root();
}

//===----------------------------------------------------------------------===//
// Reductions along columns: a tile of accumulators beside each other
//===----------------------------------------------------------------------===//

void Scheduler::scheduleColumns(int number) {
  Stage &stage = algorithm.stages[number];
  int lane = laneOf(number);
  if (lane < 0)
    return scheduleRows(number);
  int64_t extent = stage.shape[lane], vector = vectorWidth(stage, extent);
  int64_t tile = vector * std::clamp<int64_t>(extent / vector, 1, parameters.accumulators);
  Var outer("lane_outer"), inner("lane_inner");
  split(number, lane, outer, inner, tile);
  if (vector > 1)
    stage.func.vectorize(inner, static_cast<int>(vector));
  Var axis = axisVar(lane);
  if (stage.inner.defined()) {
    stage.inner.compute_at(stage.func, outer);
    if (vector > 1)
      stage.inner.vectorize(axis, static_cast<int>(vector));
  }
  for (Sum &sum : stage.sums) {
    computeAt(sum, stage.func, outer);
    if (sum.kind != SumKind::Column || vector == 1)
      continue;
    sum.func.vectorize(axis, static_cast<int>(vector)).unroll(axis);
    if (!sum.func.has_update_definition())
      continue;
    std::vector<VarOrRVar> order{axis};
    for (int i = 0; i != sum.domain.dimensions(); ++i)
      order.push_back(RVar(sum.domain[i]));
    sum.func.update().reorder(order).vectorize(axis, static_cast<int>(vector)).unroll(axis);
  }
}

//===----------------------------------------------------------------------===//
// Contractions and convolutions: a tile of accumulators in registers
//===----------------------------------------------------------------------===//

/// Rows of a tile: as many as there may be, with little computed twice.
static int64_t chooseRows(int64_t extent, int64_t most, bool mustDivide) {
  int64_t best = 1, waste = extent * most;
  for (int64_t rows = std::min(most, extent); rows >= 1; --rows) {
    int64_t tiles = (extent + rows - 1) / rows;
    if (mustDivide && extent % rows != 0)
      continue;
    // Each tile reads the lanes' operand once more.
    int64_t cost = tiles * rows * 4 + tiles * most;
    if (cost < waste) {
      best = rows;
      waste = cost;
    }
  }
  return best;
}

void Scheduler::scheduleProduct(int number) {
  Stage &stage = algorithm.stages[number];
  const Sum &first = *std::find_if(stage.sums.begin(), stage.sums.end(),
                                   [](const Sum &s) { return s.kind == SumKind::Product; });
  int lane = first.lane, row = first.row;
  if (lane < 0)
    return scheduleRows(number);
  bool inPlace = !candidates(number).empty();
  int64_t extent = stage.shape[lane], vector = vectorWidth(stage, extent);
  int64_t tile = vector * std::clamp<int64_t>(extent / vector, 1, parameters.columns);
  if (inPlace && extent % tile != 0)
    for (int64_t narrower = tile; narrower >= 4; narrower -= vector > 1 ? 1 : 4)
      if (extent % narrower == 0) {
        tile = narrower;
        vector = tile % vector == 0 ? vector : tile;
        break;
      }
  int64_t rows = row < 0 ? 1 : chooseRows(stage.shape[row], parameters.rows, inPlace);

  Var laneOuter("lane_outer"), laneInner("lane_inner"), rowOuter("row_outer"), rowInner("row_inner");
  split(number, lane, laneOuter, laneInner, tile);
  if (row >= 0)
    split(number, row, rowOuter, rowInner, rows);
  // Along what is contiguous in the result.
  bool alongRow = row >= 0 && row == laneOf(number);
  std::vector<VarOrRVar> order;
  if (alongRow)
    order = {rowInner, laneInner, rowOuter, laneOuter};
  else if (row >= 0)
    order = {laneInner, rowInner, rowOuter, laneOuter};
  else
    order = {laneInner, laneOuter};
  stage.func.reorder(order);
  // The loops over what lies between rows or lanes stand inside of those over tiles.
  for (int axis = 0; axis != static_cast<int>(stage.shape.size()); ++axis)
    if (axis != lane && axis != row && axis > (row < 0 ? lane : std::min(lane, row)))
      loops[number][axis].step = stage.shape[axis];
  if (alongRow && rows > 1)
    stage.func.vectorize(rowInner);
  else if (!alongRow && vector > 1 && lane == laneOf(number))
    stage.func.vectorize(laneInner, static_cast<int>(vector));
  Var level = row >= 0 ? rowOuter : laneOuter, axis = axisVar(lane);
  if (stage.inner.defined())
    stage.inner.compute_at(stage.func, level);
  for (Sum &sum : stage.sums) {
    computeAt(sum, stage.func, level);
    if (sum.kind != SumKind::Product)
      continue;
    std::vector<Var> storage{axis};
    std::vector<VarOrRVar> walk{axis};
    if (row >= 0) {
      storage.push_back(axisVar(row));
      walk.push_back(axisVar(row));
    }
    for (size_t other = 0; other != stage.shape.size(); ++other)
      if (static_cast<int>(other) != lane && static_cast<int>(other) != row)
        storage.push_back(axisVar(other));
    if (storage.size() > 1)
      sum.func.reorder_storage(storage);
    auto unroll = [&](auto &&definition) {
      if (vector > 1)
        definition.vectorize(axis, static_cast<int>(vector));
      definition.unroll(axis);
      if (row >= 0)
        definition.unroll(axisVar(row));
    };
    sum.func.reorder(walk);
    unroll(sum.func);
    if (!sum.func.has_update_definition())
      continue;
    for (int i = 0; i != sum.domain.dimensions(); ++i)
      walk.push_back(RVar(sum.domain[i]));
    auto update = sum.func.update();
    update.reorder(walk);
    unroll(update);
  }
}

//===----------------------------------------------------------------------===//
// Where stages are computed
//===----------------------------------------------------------------------===//

static bool hasProduct(const Stage &stage) {
  return std::any_of(stage.sums.begin(), stage.sums.end(),
                     [](const Sum &sum) { return sum.kind == SumKind::Product; });
}

/// Inside the loops of the one stage that reads it, if it reads but a small part
/// in each turn: rows of a softmax, statistics of a norm.
void Scheduler::place(int number) {
  const Stage &stage = algorithm.stages[number];
  if (stage.isResult || stage.isSerial || stage.isCopy || hasProduct(stage))
    return;
  Place place;
  for (size_t reader = number + 1; reader != algorithm.stages.size(); ++reader) {
    const Stage &other = algorithm.stages[reader];
    auto read = other.reads.find(number);
    if (read == other.reads.end())
      continue;
    Place seen = places[reader];
    int prefix = read->second;
    if (seen.stage < 0) {
      seen.stage = reader;
      // Loops that stay whole.
      prefix = std::min({prefix, laneOf(reader), static_cast<int>(other.shape.size()) - 1});
    } else {
      prefix = std::min(prefix, seen.axis + 1);
    }
    if (prefix < 1 || algorithm.stages[seen.stage].isSerial || other.isCopy ||
        hasProduct(algorithm.stages[seen.stage]) ||
        (place.stage >= 0 && place.stage != seen.stage))
      return;
    place.axis = place.stage < 0 ? prefix - 1 : std::min(place.axis, prefix - 1);
    place.stage = seen.stage;
  }
  int64_t elements = 1;
  for (size_t axis = place.axis + 1; axis < stage.shape.size(); ++axis)
    elements *= stage.shape[axis];
  if (place.stage >= 0 && elements <= (1 << 14))
    places[number] = place;
}

std::vector<std::pair<int, int>> Scheduler::run() {
  std::vector<std::pair<int, int>> pairs;
  // Turns of a stage and of those that are computed inside it.
  std::vector<int64_t> turns(algorithm.stages.size());
  for (size_t i = algorithm.stages.size(); i-- != 0;) {
    place(i);
    turns[places[i].stage < 0 ? i : places[i].stage] += countTurns(algorithm.stages[i]);
  }
  for (size_t i = 0; i != algorithm.stages.size(); ++i) {
    Stage &stage = algorithm.stages[i];
    if (places[i].stage < 0)
      stage.func.compute_root();
    else
      stage.func.compute_at(algorithm.stages[places[i].stage].func, axisVar(places[i].axis));
    if (!stage.isResult)
      for (int axis = places[i].axis + 1; axis < static_cast<int>(stage.shape.size()); ++axis)
        stage.func.bound(axisVar(axis), 0, static_cast<int>(stage.shape[axis]));
    auto has = [&](SumKind kind) {
      return std::any_of(stage.sums.begin(), stage.sums.end(),
                         [&](const Sum &sum) { return sum.kind == kind; });
    };
    if (has(SumKind::Product))
      scheduleProduct(i);
    else if (has(SumKind::Row))
      scheduleRows(i);
    else if (has(SumKind::Column))
      scheduleColumns(i);
    else
      scheduleElements(i);
    for (int update = 0; stage.isSerial && update != stage.func.num_update_definitions(); ++update)
      stage.func.update(update).unscheduled();
    if (places[i].stage < 0 && !stage.isSerial && parameters.tasks > 1 && turns[i] >= parameters.leastTurns)
      cutIntoTasks(stage, loops[i], parameters.tasks);
    if (isExact[i])
      for (auto pair : candidates(i))
        pairs.push_back(pair);
  }
  return pairs;
}

std::vector<std::pair<int, int>> schedule(Algorithm &algorithm, const Kernel &kernel,
                                                       const Parameters &parameters) {
  return Scheduler(algorithm, kernel, parameters).run();
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

static bool hasFeature(const Target &target, const char *name) {
  return std::find(target.features.begin(), target.features.end(), name) != target.features.end();
}

/// Those of Halide's wheel; Anderson2021 makes code for GPUs only.
static constexpr const char *kAutoschedulers[] = {"Mullapudi2016", "Adams2019", "Li2018"};

/// Li2018 sums parts first.
static bool keepsOrder(const std::string &autoscheduler) { return autoscheduler != "Li2018"; }

Parameters parseSchedule(const std::string &text, const Target &target) {
  Parameters p;
  p.strict = target.strict;
  p.tasks = target.tasks;
  p.leastTurns = target.leastTurns;
  bool wide = hasFeature(target, "avx512_skylake");
  p.vector = wide ? 16 : hasFeature(target, "avx") ? 8 : 4;
  p.rows = wide ? 12 : 6;
  const std::map<std::string, std::function<void(int)>> known = {
      {"rows", [&](int value) { p.rows = value; }},
      {"columns", [&](int value) { p.columns = value; }},
      {"accumulators", [&](int value) { p.accumulators = value; }},
      {"pack", [&](int value) { p.pack = value != 0; }},
      {"channels", [&](int value) { p.channels = value != 0; }}};
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    size_t equals = std::min(word.find('='), word.size());
    std::string value = word.substr(std::min(equals + 1, word.size()));
    auto set = known.find(word.substr(0, equals));
    if (word.starts_with("auto=")) {
      if (std::none_of(std::begin(kAutoschedulers), std::end(kAutoschedulers), [&](const char *name) { return value == name; }))
        throw BadSchedule("'" + word + "' is none of auto=Mullapudi2016, auto=Adams2019 and auto=Li2018");
      if (!keepsOrder(value) && target.strict)
        throw BadSchedule("'" + word + "' changes the order of sums, which --fp=strict keeps");
      p.automatic = value;
      continue;
    }
    if (set == known.end())
      throw BadSchedule("'" + word + "' is none of rows=, columns=, accumulators=, pack=, channels= and auto=");
    bool isFlag = set->first == "pack" || set->first == "channels";
    bool isNumber = !value.empty() && value.size() <= 2 &&
                    value.find_first_not_of("0123456789") == std::string::npos;
    if (!isNumber || std::stoi(value) > (isFlag ? 1 : 32) || (!isFlag && std::stoi(value) < 1))
      throw BadSchedule("'" + word + "' wants a number from " + (isFlag ? "0 to 1" : "1 to 32"));
    set->second(std::stoi(value));
  }
  return p;
}

std::vector<std::string> listSchedules(const Kernel &kernel, const Target &target) {
  bool wide = hasFeature(target, "avx512_skylake");
  std::set<std::string> names;
  for (const Op &op : kernel.ops)
    names.insert(op.name);
  std::vector<std::string> schedules{""};
  auto tile = [&](int rows, int columns, const std::string &rest) {
    schedules.push_back("rows=" + std::to_string(rows) + " columns=" + std::to_string(columns) + rest);
  };
  bool convolves = names.count("conv") || names.count("conv_input_grad") || names.count("conv_weight_grad");
  if (names.count("contract") || convolves) {
    for (const std::string &rest : convolves ? std::vector<std::string>{"", " channels=0"}
                                             : std::vector<std::string>{"", " pack=0"}) {
      if (!rest.empty())
        schedules.push_back(rest.substr(1));
      for (auto [rows, columns] : wide ? std::vector<std::pair<int, int>>{{14, 2}, {8, 3}, {6, 4}, {24, 1}, {8, 2}}
                                       : std::vector<std::pair<int, int>>{{4, 3}, {4, 2}, {12, 1}})
        tile(rows, columns, rest);
    }
  } else if (std::any_of(names.begin(), names.end(), [](const std::string &name) { return name.starts_with("reduce_"); })) {
    for (int accumulators : {1, 2, 8})
      schedules.push_back("accumulators=" + std::to_string(accumulators));
  }
  for (const char *name : kAutoschedulers)
    if (keepsOrder(name) || !target.strict)
      schedules.push_back(std::string("auto=") + name);
  return schedules;
}

} // namespace nnc::halide

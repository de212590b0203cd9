//===- Tasks.cpp - what threads share of a stage --------------------------===//
//
// Of a stage of many turns one loop is cut into tasks, which become turns of a
// parallel loop around all others: the outermost with enough turns for all tasks,
// else the one with most. Which tasks there are is decided here, so results
// depend on no thread count; nnc runs them (Target/ForeignKernel.cpp).
//
//===----------------------------------------------------------------------===//
#include "Schedule.h"
#include <algorithm>
#include <numeric>

using namespace Halide;

namespace nnc::halide {

/// Points of a domain, whose sizes are known.
static int64_t countPoints(const RDom &domain) {
  int64_t points = domain.defined() ? 1 : 0;
  for (int i = 0; points != 0 && i != domain.dimensions(); ++i)
    points *= *Internal::as_const_int(Internal::simplify(domain[i].extent()));
  return points;
}

int64_t countTurns(const Stage &stage) {
  int64_t terms = 1, turns = 1;
  for (const Sum &sum : stage.sums)
    terms = std::max(terms, countPoints(sum.domain) + countPoints(sum.partialDomain) * sum.width);
  for (int64_t size : stage.shape)
    turns *= size;
  return turns * terms;
}

/// Turns that end where a cache line of the result does, along what is contiguous:
/// what two threads write of one line goes to and fro between their cores.
static int64_t turnsOfLine(const Stage &stage, size_t axis, int64_t step) {
  constexpr int64_t line = 64;
  for (size_t inner = axis + 1; inner < stage.shape.size(); ++inner)
    if (stage.shape[inner] > 1)
      return 1;
  return line / std::gcd(line, step * stage.func.types()[0].bytes());
}

static int64_t divideUp(int64_t a, int64_t b) { return (a + b - 1) / b; }

void cutIntoTasks(Stage &stage, const std::vector<Loop> &loops, int64_t most) {
  int64_t tasks = 1, turnsOfTask = 0;
  const Loop *cut = nullptr;
  for (size_t axis = 0; axis != loops.size() && tasks < most; ++axis) {
    int64_t size = stage.shape[axis], step = loops[axis].step, turns = divideUp(size, step);
    int64_t unit = turnsOfLine(stage, axis, step), each = divideUp(divideUp(turns, most), unit) * unit;
    // A last turn that is moved inwards writes where the one before does: one task
    // has both.
    while (size % step != 0 && each < turns && (turns - 1) % each == 0)
      each += unit;
    if (divideUp(turns, each) > tasks) {
      tasks = divideUp(turns, each);
      turnsOfTask = each;
      cut = &loops[axis];
    }
  }
  if (!cut)
    return;
  Var task("task");
  stage.func.split(cut->var, task, cut->var, static_cast<int>(turnsOfTask), TailStrategy::GuardWithIf).parallel(task);
  // Outside of all others; Halide's own outermost loop, of one turn, comes last.
  std::vector<Internal::Dim> &dims = stage.func.function().definition().schedule().dims();
  auto place = std::find_if(dims.begin(), dims.end(), [](const Internal::Dim &dim) { return dim.for_type == Internal::ForType::Parallel; });
  std::rotate(place, place + 1, dims.end() - 1);
}

} // namespace nnc::halide

//===- Schedule.h - how a kernel's Funcs are walked -------------*- C++ -*-===//
#ifndef NNC_LIB_HALIDEBACKEND_SCHEDULE_H
#define NNC_LIB_HALIDEBACKEND_SCHEDULE_H

#include "Algorithm.h"

namespace nnc::halide {

struct BadSchedule : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The parameters that suit the target, with those that `text` names changed:
/// "rows=12 columns=2 pack=0".
Parameters parseSchedule(const std::string &text, const Target &target);

/// The schedules that are worth trying for a kernel, the default first.
std::vector<std::string> listSchedules(const Kernel &kernel, const Target &target);

/// Schedules everything, and lists the inputs and results that may share a
/// buffer: what no element is read of after it was written.
std::vector<std::pair<int, int>> schedule(Algorithm &algorithm, const Kernel &kernel,
                                          const Parameters &parameters);

/// The loop over an axis of a stage that stands outside of its tile, and how far
/// a turn goes.
struct Loop {
  Halide::Var var;
  int64_t step = 1;
};

/// Turns of a stage's innermost loop.
int64_t countTurns(const Stage &stage);

/// Cuts one of the loops over the axes of a stage into `most` tasks at most.
void cutIntoTasks(Stage &stage, const std::vector<Loop> &loops, int64_t most);

} // namespace nnc::halide

#endif // NNC_LIB_HALIDEBACKEND_SCHEDULE_H

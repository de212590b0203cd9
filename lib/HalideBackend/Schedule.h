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

} // namespace nnc::halide

#endif // NNC_LIB_HALIDEBACKEND_SCHEDULE_H

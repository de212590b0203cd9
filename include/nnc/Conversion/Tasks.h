//===- Tasks.h - how large kernels are shared between threads ---*- C++ -*-===//
//
// A large nest becomes a loop over tasks, marked, whose turns may run in any
// order or at the same time. `kernel-outline-tasks` makes of each such loop
//   @kernel.task0(buffers…, turns…, index, worker)  one task
//   @kernel.task0.all(buffers…, turns…, instance)   all of them, declared only
// with the turns of the loops around it that it depends on, and gives the kernel the instance as one more argument. The interface defines
// the second: it goes through the host's parallel_for, or one after the other.
// Which tasks there are is decided here, so results depend on no thread count.
//
//===----------------------------------------------------------------------===//
#ifndef NNC_CONVERSION_TASKS_H
#define NNC_CONVERSION_TASKS_H

#include "llvm/ADT/StringRef.h"

namespace nnc {

/// Turns of a nest that are worth being shared: waking threads takes as long as
/// tens of thousands of them.
inline constexpr int64_t kLeastTurns = 1 << 17;

/// On a loop: its turns are tasks. On the declaration of all tasks: how many. On
/// the declaration of a kernel from another back end: how many each of its loops
/// has.
inline constexpr llvm::StringLiteral kTasksAttrName = "kernel.tasks";
/// On a kernel: its last argument is the instance.
inline constexpr llvm::StringLiteral kTakesInstanceAttrName = "kernel.takes_instance";
/// On a kernel on buffers: the number of its first output.
inline constexpr llvm::StringLiteral kFirstOutputAttrName = "kernel.first_output";

/// On a linalg.generic: it computes element by element of the result of the
/// reduction before it, over that one's parallel loops in their order, so that
/// both may be one nest. The value says whether others read that result, too.
inline constexpr llvm::StringLiteral kEpilogueAttrName = "kernel.epilogue";

} // namespace nnc

#endif // NNC_CONVERSION_TASKS_H

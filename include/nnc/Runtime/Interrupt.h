//===- Interrupt.h - Ending between two steps -----------------------------===//
//
// Turns Ctrl-C and SIGTERM into a question.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_INTERRUPT_H
#define NNC_RUNTIME_INTERRUPT_H

#include <csignal>

namespace nnc::runtime {

/// While one exists, SIGINT and SIGTERM are noted instead of ending the
/// process; a second one ends it as usual.
class InterruptGuard {
public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard &) = delete;
  InterruptGuard &operator=(const InterruptGuard &) = delete;

  /// The signal that came, or 0.
  int received() const;

private:
  struct sigaction oldInterrupt, oldTerminate;
};

} // namespace nnc::runtime

#endif // NNC_RUNTIME_INTERRUPT_H

//===- Interrupt.cpp - Ending between two steps ---------------------------===//
//
// Turns Ctrl-C and SIGTERM into a question that the training loop asks after
// every step.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/Interrupt.h"

namespace nnc::runtime {

static volatile std::sig_atomic_t receivedSignal = 0;

static void noteSignal(int signal) { receivedSignal = signal; }

InterruptGuard::InterruptGuard() {
  receivedSignal = 0;
  struct sigaction action = {};
  action.sa_handler = noteSignal;
  // The handler is gone after one signal, and calls in progress go on.
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &oldInterrupt);
  sigaction(SIGTERM, &action, &oldTerminate);
}

InterruptGuard::~InterruptGuard() {
  sigaction(SIGINT, &oldInterrupt, nullptr);
  sigaction(SIGTERM, &oldTerminate, nullptr);
}

int InterruptGuard::received() const { return receivedSignal; }

} // namespace nnc::runtime

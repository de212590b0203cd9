//===- ThreadPool.cpp - Threads for the loops of a model ------------------===//
//
// A model's loops follow one another within microseconds, so a thread spins for
// a while before it sleeps.
//
//===----------------------------------------------------------------------===//

#include "nnc/Runtime/ThreadPool.h"
#ifdef __linux__
#include <sched.h>
#endif

namespace nnc::runtime {

/// Tells the processor that this is a loop that waits.
static void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Turns of waiting before a thread offers its core to others, some tens of
/// microseconds, and offers before it sleeps, some hundreds: waking it takes
/// about as long as many loops, and a serial part between two of them less.
static constexpr int kSpins = 2000, kYields = 500;

/// Waits until `isOver`; false if that took too long.
template <typename Condition> static bool waitAwake(Condition isOver) {
  for (int turn = 0; turn != kSpins + kYields; ++turn) {
    if (isOver())
      return true;
    if (turn < kSpins)
      relax();
    else
      std::this_thread::yield();
  }
  return false;
}

/// The processor that this thread is on; -1 where the system does not say.
static int currentProcessor() {
#ifdef __linux__
  return sched_getcpu();
#else
  return -1;
#endif
}

/// Moves this thread from a processor to another that it may use. A system that
/// has put two threads on one, which look busy to it while they spin, can take
/// longer to part them than the model to run.
static void leaveProcessor(int processor) {
#ifdef __linux__
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0 || CPU_COUNT(&allowed) < 2)
    return;
  cpu_set_t others = allowed;
  CPU_CLR(processor, &others);
  if (sched_setaffinity(0, sizeof others, &others) == 0)
    sched_setaffinity(0, sizeof allowed, &allowed);
#endif
}

// The ticket: 32 bits of the loop's number, 16 of its tasks, 16 of the next one.
static constexpr int kMostTasks = 0xffff;
static int tasksOf(uint64_t ticket) { return (ticket >> 16) & 0xffff; }
static int nextOf(uint64_t ticket) { return ticket & 0xffff; }

ThreadPool::ThreadPool(int threads) {
  for (int worker = 1; worker < threads; ++worker)
    workers.emplace_back([this, worker] { work(worker); });
}

ThreadPool::~ThreadPool() {
  stopping = true;
  ticket += uint64_t(1) << 32;
  ticket.notify_all();
  for (std::thread &worker : workers)
    worker.join();
}

bool ThreadPool::takeTask(int worker) {
  uint64_t seen = ticket.load(std::memory_order_acquire);
  while (nextOf(seen) < tasksOf(seen)) {
    if (!ticket.compare_exchange_weak(seen, seen + 1,
                                      std::memory_order_acq_rel))
      continue;
    // The loop cannot end before this task is done.
    task(data, nextOf(seen), worker);
    done.fetch_add(1, std::memory_order_release);
    return true;
  }
  return false;
}

void ThreadPool::work(int worker) {
  while (!stopping) {
    uint64_t idle = ticket.load(std::memory_order_acquire);
    if (takeTask(worker))
      continue;
    if (!waitAwake([&] { return ticket.load(std::memory_order_acquire) != idle; }))
      ticket.wait(idle, std::memory_order_acquire);
    int processor = currentProcessor();
    if (processor >= 0 && processor == caller.load(std::memory_order_relaxed))
      leaveProcessor(processor);
  }
}

void ThreadPool::run(int tasks, Task body, void *argument) {
  // The ticket counts so many only; a longer loop is served by the caller.
  if (workers.empty() || tasks > kMostTasks) {
    for (int index = 0; index < tasks; ++index)
      body(argument, index, 0);
    return;
  }
  task = body;
  data = argument;
  done.store(0, std::memory_order_relaxed);
  caller.store(currentProcessor(), std::memory_order_relaxed);
  uint64_t loop = (ticket.load(std::memory_order_relaxed) >> 32) + 1;
  ticket.store(loop << 32 | uint64_t(tasks) << 16, std::memory_order_release);
  ticket.notify_all();
  while (takeTask(0))
    ;
  while (!waitAwake([&] { return done.load(std::memory_order_acquire) >= tasks; }))
    ;
}

void ThreadPool::runOn(void *pool, int tasks, Task task, void *data) {
  static_cast<ThreadPool *>(pool)->run(tasks, task, data);
}

} // namespace nnc::runtime

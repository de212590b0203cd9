//===- ThreadPool.h - Threads for the loops of a model --------------------===//
//
// What `--threads` gives to set_parallel: a fork and join of few microseconds.
//
//===----------------------------------------------------------------------===//

#ifndef NNC_RUNTIME_THREADPOOL_H
#define NNC_RUNTIME_THREADPOOL_H

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace nnc::runtime {

/// Runs loops of tasks on the caller and `threads - 1` other threads. One loop
/// at a time; tasks are taken in order by whoever is free.
class ThreadPool {
public:
  using Task = void (*)(void *data, int index, int worker);

  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  /// Calls task(data, index, worker) for every index below `tasks`, worker 0
  /// being the caller, and returns when all are done.
  void run(int tasks, Task task, void *data);
  /// The same, as a model calls it: `pool` is a ThreadPool.
  static void runOn(void *pool, int tasks, Task task, void *data);

  int size() const { return 1 + static_cast<int>(workers.size()); }

private:
  void work(int worker);
  bool takeTask(int worker);

  /// Which loop, how many tasks it has, and the next of them, in one word: a
  /// thread that wakes late cannot take a task of a loop that has ended.
  std::atomic<uint64_t> ticket{0};
  std::atomic<int> done{0};
  /// The processor that the caller of the loop is on.
  std::atomic<int> caller{-1};
  std::atomic<bool> stopping{false};
  Task task = nullptr;
  void *data = nullptr;
  std::vector<std::thread> workers;
};

} // namespace nnc::runtime

#endif // NNC_RUNTIME_THREADPOOL_H

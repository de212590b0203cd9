//===- ThreadPoolTest.cpp - Every task runs once --------------------------===//

#include "nnc/Runtime/ThreadPool.h"
#include <gtest/gtest.h>

using namespace nnc::runtime;

namespace {

struct Counts {
  std::vector<std::atomic<int>> runs;
  std::atomic<int> worst{0};
  explicit Counts(int tasks) : runs(tasks) {}
};

void count(void *data, int index, int worker) {
  auto &counts = *static_cast<Counts *>(data);
  ++counts.runs[index];
  int worst = counts.worst;
  while (worker > worst && !counts.worst.compare_exchange_weak(worst, worker))
    ;
}

TEST(ThreadPool, RunsEveryTaskOnce) {
  for (int threads : {1, 2, 3, 7}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.size(), threads);
    for (int tasks : {0, 1, 2, 16, 1000}) {
      for (int repeat = 0; repeat < 50; ++repeat) {
        Counts counts(tasks);
        ThreadPool::runOn(&pool, tasks, count, &counts);
        for (int index = 0; index < tasks; ++index)
          ASSERT_EQ(counts.runs[index], 1) << "task " << index;
        ASSERT_LT(counts.worst, threads);
      }
    }
  }
}

TEST(ThreadPool, WakesThreadsThatSleep) {
  ThreadPool pool(2);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::atomic<int> met{0};
  // Each task waits for the other, which only another thread can run.
  pool.run(
      2,
      [](void *data, int, int) {
        auto &met = *static_cast<std::atomic<int> *>(data);
        ++met;
        while (met < 2)
          std::this_thread::yield();
      },
      &met);
  EXPECT_EQ(met, 2);
}

} // namespace

// parallel_test - every job once, any number of threads.
#include "base/parallel.h"

#include <gtest/gtest.h>

#include <atomic>
#include <new>
#include <vector>

namespace ocitidy {
namespace {

TEST(ParallelFor, RunsEveryJobOnce) {
  for (const unsigned threads : {0U, 1U, 2U, 16U}) {
    std::vector<std::atomic<int>> runs(100);
    parallel_for(runs.size(), threads, [&](std::size_t i) { ++runs[i]; });
    for (const auto& count : runs) EXPECT_EQ(count, 1);
  }
  parallel_for(0, 4, [](std::size_t) { FAIL(); });
}

TEST(ParallelFor, PassesOnWhatAJobThrows) {
  for (const unsigned threads : {1U, 4U}) {
    EXPECT_THROW(parallel_for(8, threads,
                              [](std::size_t i) {
                                if (i == 3) throw std::bad_alloc();
                              }),
                 std::bad_alloc);
  }
}

}  // namespace
}  // namespace ocitidy

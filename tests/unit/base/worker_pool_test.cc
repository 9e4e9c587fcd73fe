// worker_pool_test - every job once, waited for or not, whoever runs it.
#include "base/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <new>
#include <thread>
#include <vector>

namespace ocitidy {
namespace {

TEST(WorkerPool, RunsEveryJobOnce) {
  for (const unsigned threads : {0U, 1U, 2U, 8U}) {
    std::vector<int> runs(200);
    WorkerPool pool(threads);
    std::vector<Job> jobs;
    for (int& count : runs) jobs.push_back(pool.submit([&count] { ++count; }));
    for (const Job& job : jobs) job.wait();
    for (const int count : runs) EXPECT_EQ(count, 1);
  }
}

TEST(WorkerPool, WithOneThreadRunsInTheSubmittingThread) {
  for (const unsigned threads : {0U, 1U}) {
    WorkerPool pool(threads);
    EXPECT_EQ(pool.threads(), 1U);
    std::thread::id ran_in;
    const Job job = pool.submit([&] { ran_in = std::this_thread::get_id(); });
    EXPECT_EQ(ran_in, std::this_thread::get_id());
    job.wait();
  }
}

TEST(WorkerPool, IsAsWideAsAsked) {
  WorkerPool pool(3);
  EXPECT_EQ(pool.threads(), 3U);
  std::atomic<int> running = 0;
  std::vector<Job> jobs;
  // Each waits for the two others: ends only when three run at once.
  for (int i = 0; i < 3; ++i) {
    jobs.push_back(pool.submit([&running] {
      ++running;
      while (running < 3) std::this_thread::yield();
    }));
  }
  for (const Job& job : jobs) job.wait();
  EXPECT_EQ(running, 3);
}

TEST(WorkerPool, ItsEndWaitsForAllJobs) {
  std::atomic<int> runs = 0;
  {
    WorkerPool pool(2);
    for (int i = 0; i < 100; ++i) pool.submit([&runs] { ++runs; });
  }
  EXPECT_EQ(runs, 100);
}

TEST(WorkerPool, HandsWhatAJobThrowsToWhoeverWaits) {
  for (const unsigned threads : {1U, 4U}) {
    Job after_the_pool;
    {
      WorkerPool pool(threads);
      const Job broken = pool.submit([] { throw std::bad_alloc(); });
      const Job sound = pool.submit([] {});
      pool.submit([] { throw std::bad_alloc(); });  // nobody waits for this one
      EXPECT_THROW(broken.wait(), std::bad_alloc);
      EXPECT_THROW(broken.wait(), std::bad_alloc);
      EXPECT_NO_THROW(sound.wait());
      after_the_pool = broken;
    }
    EXPECT_THROW(after_the_pool.wait(), std::bad_alloc);
  }
}

TEST(WorkerPool, AJobMayWaitForJobsOfItsOwnPool) {
  WorkerPool pool(2);
  std::atomic<int> leaves = 0;
  std::vector<Job> trees;
  for (int i = 0; i < 8; ++i) {
    trees.push_back(pool.submit([&] {
      std::vector<Job> own;
      for (int j = 0; j < 8; ++j) own.push_back(pool.submit([&leaves] { ++leaves; }));
      for (const Job& job : own) job.wait();
    }));
  }
  for (const Job& job : trees) job.wait();
  EXPECT_EQ(leaves, 64);
}

TEST(WorkerPool, FreesWhatAJobHeldOnceItHasRun) {
  for (const unsigned threads : {1U, 2U}) {
    WorkerPool pool(threads);
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> seen = held;
    const Job job = pool.submit([held = std::move(held)] { EXPECT_EQ(*held, 1); });
    job.wait();
    EXPECT_TRUE(seen.expired());
  }
}

TEST(WorkerPool, SeveralThreadsMaySubmitAndWait) {
  WorkerPool pool(3);
  std::atomic<int> runs = 0;
  {
    std::vector<std::jthread> users;
    for (int i = 0; i < 4; ++i) {
      users.emplace_back([&] {
        for (int j = 0; j < 50; ++j) pool.submit([&runs] { ++runs; }).wait();
      });
    }
  }
  EXPECT_EQ(runs, 200);
}

TEST(WorkerPool, NoJobIsNothingToWaitFor) { EXPECT_NO_THROW(Job().wait()); }

}  // namespace
}  // namespace ocitidy

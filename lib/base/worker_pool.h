// worker_pool.h - a fixed number of threads for jobs that come one after another. For jobs known beforehand, see
// parallel.h.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace ocitidy {

/// What submit() gave to a pool. Copies name the same job. May be dropped, and may outlive the pool.
class Job {
 public:
  /// Names no job; wait() returns at once.
  Job() = default;
  /// Returns when the job has run. One that no thread has begun runs here and now, so a job may wait for another of
  /// the same pool, and a waiting thread is never idle for want of a worker. Throws what the job threw, each time.
  void wait() const;

 private:
  friend class WorkerPool;
  struct State;
  explicit Job(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

/// Runs jobs in the order they came, on `threads` threads; 0 and 1: each in submit(), by the thread that calls it.
/// All functions may be called from any thread, those of jobs included.
class WorkerPool {
 public:
  /// When the system grants fewer threads, the pool works with those it got.
  explicit WorkerPool(unsigned threads);
  /// Waits until every job has run.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Never blocks on a full queue: whoever submits bounds what it has under way. What `work` holds is freed when it
  /// has run.
  Job submit(std::function<void()> work);

  /// How many jobs can run side by side, 1 at least.
  unsigned threads() const;

 private:
  void serve();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<Job::State>> queue_;  // may hold jobs that a waiting thread has taken already
  bool ending_ = false;
  std::vector<std::jthread> workers_;  // last: joined before the rest goes
};

}  // namespace ocitidy

// worker_pool.cc - one queue under one mutex: jobs take milliseconds, so nobody queues for the lock.
#include "base/worker_pool.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <utility>

namespace ocitidy {

struct Job::State {
  enum class Stage : std::uint8_t { queued, running, done };

  std::mutex mutex;
  std::condition_variable ended;
  Stage stage = Stage::queued;
  std::function<void()> work;
  std::exception_ptr failure;

  explicit State(std::function<void()> job) : work(std::move(job)) {}

  /// Whoever comes first, worker or waiter, runs the job.
  void run_if_queued() {
    {
      const std::scoped_lock lock(mutex);
      if (stage != Stage::queued) return;
      stage = Stage::running;
    }
    std::exception_ptr thrown;
    try {
      work();
    } catch (...) {
      thrown = std::current_exception();
    }
    work = nullptr;
    {
      const std::scoped_lock lock(mutex);
      failure = std::move(thrown);
      stage = Stage::done;
    }
    ended.notify_all();
  }
};

void Job::wait() const {
  if (!state_) return;
  state_->run_if_queued();
  std::unique_lock lock(state_->mutex);
  state_->ended.wait(lock, [this] { return state_->stage == State::Stage::done; });
  if (state_->failure) std::rethrow_exception(state_->failure);
}

WorkerPool::WorkerPool(unsigned threads) {
  if (threads <= 1) return;
  workers_.reserve(threads);
  try {
    for (unsigned i = 0; i < threads; ++i) workers_.emplace_back([this] { serve(); });
  } catch (const std::exception&) {
    // Out of threads or memory: slower, but the same results. (Left now, those that run would never be told to end.)
  }
}

WorkerPool::~WorkerPool() {
  {
    const std::scoped_lock lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
}

Job WorkerPool::submit(std::function<void()> work) {
  auto state = std::make_shared<Job::State>(std::move(work));
  if (workers_.empty()) {
    state->run_if_queued();
    return Job(std::move(state));
  }
  {
    const std::scoped_lock lock(mutex_);
    queue_.push_back(state);
  }
  changed_.notify_one();
  return Job(std::move(state));
}

unsigned WorkerPool::threads() const { return std::max(1U, static_cast<unsigned>(workers_.size())); }

void WorkerPool::serve() {
  for (;;) {
    std::shared_ptr<Job::State> state;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
      if (queue_.empty()) return;
      state = std::move(queue_.front());
      queue_.pop_front();
    }
    state->run_if_queued();
  }
}

}  // namespace ocitidy

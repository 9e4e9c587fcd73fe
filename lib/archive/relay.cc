// relay.cc - see relay.h.
#include "archive/relay.h"

#include <utility>

namespace ocitidy {

using Bytes = std::span<const std::byte>;

Result<Bytes> Relay::next() {
  std::unique_lock lock(mutex_);
  if (by_ == By::offered) {
    by_ = By::helper;
    changed_.notify_all();
  }
  if (by_ == By::consumer) return next_by_consumer(lock);
  if (std::exchange(lent_, false)) {
    ++taken_;
    changed_.notify_all();
  }
  changed_.wait(lock, [this] { return filled_ > taken_ || over_; });
  if (filled_ > taken_) {
    lent_ = true;
    return Bytes(ring_[taken_ % kAhead]).first(sizes_[taken_ % kAhead]);
  }
  if (thrown_) std::rethrow_exception(thrown_);
  if (error_) return fail(*error_);
  return Bytes();
}

Result<Bytes> Relay::next_by_consumer(std::unique_lock<std::mutex>& lock) {
  const auto end = [&] {
    lock.lock();
    over_ = true;
    changed_.notify_all();
  };
  lock.unlock();
  try {
    auto chunk = from_.next();
    if (!chunk || chunk->empty()) end();
    return chunk;
  } catch (...) {
    end();
    throw;
  }
}

void Relay::help() {
  std::unique_lock lock(mutex_);
  if (by_ != By::consumer || over_ || closed_) return;
  helper_inside_ = true;
  by_ = By::offered;
  changed_.wait(lock, [this] { return by_ == By::helper || over_ || closed_; });
  if (by_ == By::helper) {
    try {
      decode_ahead(lock);
    } catch (...) {
      if (!lock.owns_lock()) lock.lock();
      thrown_ = std::current_exception();
    }
    over_ = true;
  }
  helper_inside_ = false;
  changed_.notify_all();
}

void Relay::decode_ahead(std::unique_lock<std::mutex>& lock) {
  for (;;) {
    changed_.wait(lock, [this] { return filled_ - taken_ < kAhead || closed_; });
    if (closed_) return;
    const std::size_t at = filled_ % kAhead;
    lock.unlock();
    ring_[at].resize(kChunkBytes);
    auto got = from_.read(ring_[at]);
    lock.lock();
    if (!got) error_ = std::move(got).error();
    if (!got || *got == 0) return;
    sizes_[at] = *got;
    ++filled_;
    changed_.notify_all();
  }
}

void Relay::close() {
  std::unique_lock lock(mutex_);
  closed_ = true;
  changed_.notify_all();
  changed_.wait(lock, [this] { return !helper_inside_; });
}

}  // namespace ocitidy

// encoder.cc - blocks of one size, compressed side by side (gzip) or one after another behind the caller's back (zstd),
// and written in their order. The libraries are in packer.h.
#include "archive/encoder.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "archive/packer.h"

namespace ocitidy {
namespace {

// Part of the output's definition: another value makes other bytes. Half of it makes gzip 0.2 % larger, twice as much
// 0.1 % smaller.
constexpr std::size_t kBlockBytes = std::size_t{1} << 20;

using Bytes = std::span<const std::byte>;

/// The sink, and its first error for ever after.
class Output {
 public:
  explicit Output(Sink to) : to_(std::move(to)) {}
  Result<void> write(Bytes bytes) {
    OCITIDY_CHECK(ready());
    if (auto done = to_(bytes); !done) {
      failure_ = std::move(done).error();
      return fail(*failure_);
    }
    return {};
  }
  Result<void> ready() const {
    if (failure_) return fail(*failure_);
    if (ended_) return fail(Code::internal, "write to an encoder that is finished");
    return {};
  }
  void end() { ended_ = true; }

 private:
  Sink to_;
  std::optional<Error> failure_;
  bool ended_ = false;
};

class PlainEncoder : public Encoder {
 public:
  explicit PlainEncoder(Sink to) : out_(std::move(to)) {}
  Result<void> write(Bytes bytes) override {
    if (bytes.empty()) return out_.ready();
    return out_.write(bytes);
  }
  Result<void> finish() override {
    OCITIDY_CHECK(out_.ready());
    out_.end();
    return {};
  }

 private:
  Output out_;
};

/// Shared by the encoder and the job that compresses it; whoever goes last frees it.
struct Block {
  std::vector<std::byte> plain, room;
  Bytes packed;  // in `room`
  std::atomic<bool> abandoned = false;
};

/// Which library, at which level.
enum class Library : unsigned char { deflate, isal, zstd };
struct Kind {
  Library library = Library::deflate;
  int level = 0;
  auto operator<=>(const Kind&) const = default;
};

std::unique_ptr<Packer> make_packer(Kind kind) {
  switch (kind.library) {
    case Library::deflate:
      break;
    case Library::isal:
      return make_isal_packer();
    case Library::zstd:
      return make_zstd_packer(kind.level);
  }
  return make_deflate_packer(kind.level);
}

/// 0 means the level of the effort; a level out of range, the nearest one.
int level_of(const Compression& compression, int most, int fast, int normal, int best) {
  if (compression.level != 0) return std::clamp(compression.level, 1, most);
  switch (compression.effort) {
    case Effort::fast:
      return fast;
    case Effort::normal:
      break;
    case Effort::best:
      return best;
  }
  return normal;
}

/// docs/decisions/0017 has the measurements behind the levels.
Kind kind_of(const Compression& compression) {
  if (compression.codec == Codec::zstd) return {Library::zstd, level_of(compression, 19, 1, 3, 18)};
  if (compression.level == 0 && compression.effort == Effort::fast && !isal_packer_version().empty()) {
    return {Library::isal, 0};
  }
  return {Library::deflate, level_of(compression, 12, 1, 4, 10)};
}

}  // namespace

/// What lies ready to be used again. All functions may be called from any thread.
class BlockStock {
 public:
  explicit BlockStock(unsigned threads) : most_under_way_(threads + 1) {}

  unsigned most_under_way() const { return most_under_way_; }
  /// Of all encoders together. An estimate that bounds memory: it says nothing about what comes out.
  std::atomic<unsigned> under_way = 0;

  std::shared_ptr<Block> take_block() {
    {
      const std::scoped_lock lock(mutex_);
      if (!blocks_.empty()) {
        auto block = std::move(blocks_.back());
        blocks_.pop_back();
        return block;
      }
    }
    auto block = std::make_shared<Block>();
    block->plain.reserve(kBlockBytes);
    return block;
  }
  /// One that no job has any more.
  void put_back(std::shared_ptr<Block> block) {
    block->plain.clear();
    const std::scoped_lock lock(mutex_);
    blocks_.push_back(std::move(block));
  }

  /// By a stateless packer.
  void pack(Kind kind, BlockPlace place, Block& block) {
    std::unique_ptr<Packer> packer;
    {
      const std::scoped_lock lock(mutex_);
      auto& ready = packers_[kind];
      if (!ready.empty()) {
        packer = std::move(ready.back());
        ready.pop_back();
      }
    }
    if (!packer) packer = make_packer(kind);
    block.packed = packer->pack(block.plain, place, block.room);
    const std::scoped_lock lock(mutex_);
    packers_[kind].push_back(std::move(packer));
  }

 private:
  const unsigned most_under_way_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<Block>> blocks_;
  std::map<Kind, std::vector<std::unique_ptr<Packer>>> packers_;
};

namespace {

class PackingEncoder : public Encoder {
 public:
  PackingEncoder(Kind kind, std::shared_ptr<BlockStock> stock, WorkerPool& workers, Sink to)
      : kind_(kind), stock_(std::move(stock)), workers_(workers), out_(std::move(to)) {
    if (kind.library == Library::zstd) packer_ = make_packer(kind);
  }
  ~PackingEncoder() override {
    for (const Waiting& waiting : waiting_) waiting.block->abandoned = true;
    stock_->under_way -= static_cast<unsigned>(waiting_.size());
  }

  Result<void> write(Bytes bytes) override {
    OCITIDY_CHECK(out_.ready());
    while (!bytes.empty()) {
      if (!filling_) filling_ = stock_->take_block();
      // A full block goes only when more follows it: to be the last may be part of its bytes.
      if (filling_->plain.size() == kBlockBytes) {
        OCITIDY_CHECK(submit(BlockPlace::inside));
        continue;
      }
      const Bytes piece = bytes.first(std::min(bytes.size(), kBlockBytes - filling_->plain.size()));
      filling_->plain.insert(filling_->plain.end(), piece.begin(), piece.end());
      bytes = bytes.subspan(piece.size());
    }
    return {};
  }

  Result<void> finish() override {
    OCITIDY_CHECK(out_.ready());
    if (!filling_) filling_ = stock_->take_block();  // nothing is a stream, too
    OCITIDY_CHECK(submit(BlockPlace::last));
    while (!waiting_.empty()) OCITIDY_CHECK(write_out(take_first()));
    out_.end();
    return {};
  }

 private:
  struct Waiting {
    std::shared_ptr<Block> block;
    Job job;
  };

  bool is_full() const {
    if (packer_) return !waiting_.empty();  // its next block begins when the one before is done
    return waiting_.size() == stock_->most_under_way() ||
           (!waiting_.empty() && stock_->under_way >= 2 * stock_->most_under_way());
  }

  /// Sends the block being filled off.
  Result<void> submit(BlockPlace place) {
    const auto done = is_full() ? take_first() : nullptr;
    auto block = std::exchange(filling_, nullptr);
    waiting_.push_back({.block = block, .job = {}});
    ++stock_->under_way;
    waiting_.back().job = workers_.submit([block, place, kind = kind_, stock = stock_, packer = packer_] {
      if (block->abandoned) return;
      if (packer) {
        block->packed = packer->pack(block->plain, place, block->room);
      } else {
        stock->pack(kind, place, *block);
      }
    });
    return done ? write_out(done) : Result<void>();
  }

  std::shared_ptr<Block> take_first() {
    waiting_.front().job.wait();
    auto block = std::move(waiting_.front().block);
    waiting_.pop_front();
    --stock_->under_way;
    return block;
  }

  Result<void> write_out(std::shared_ptr<Block> block) {
    if (!block->packed.empty()) OCITIDY_CHECK(out_.write(block->packed));
    stock_->put_back(std::move(block));
    return {};
  }

  const Kind kind_;
  const std::shared_ptr<BlockStock> stock_;
  WorkerPool& workers_;
  Output out_;
  std::shared_ptr<Packer> packer_;  // of the whole stream, where each block needs those before it
  std::shared_ptr<Block> filling_;
  std::deque<Waiting> waiting_;  // in the order of their bytes
};

}  // namespace

EncoderPool::EncoderPool(unsigned threads) : workers_(threads) {
  stock_ = std::make_shared<BlockStock>(workers_.threads());
}
EncoderPool::~EncoderPool() = default;

std::unique_ptr<Encoder> make_encoder(const Compression& compression, EncoderPool& pool, Sink to) {
  if (compression.codec == Codec::none) return std::make_unique<PlainEncoder>(std::move(to));
  return std::make_unique<PackingEncoder>(kind_of(compression), pool.stock_, pool.workers_, std::move(to));
}

std::string codec_library_version(const Compression& compression) {
  if (compression.codec == Codec::none) return "";
  switch (kind_of(compression).library) {
    case Library::deflate:
      break;
    case Library::isal:
      return isal_packer_version();
    case Library::zstd:
      return zstd_packer_version();
  }
  return deflate_packer_version();
}

}  // namespace ocitidy

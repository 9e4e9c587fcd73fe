// limit.cc - the work of a scan, or of a recompression, stripped to the bone: what the machine allows. No code of lib/.
//
// usage: limit LAYOUT [--threads N] [--inflate zlib|isal|libdeflate|zstd] [--pipe] [--file-sha256]
//        limit LAYOUT --write [--threads N] [--inflate ...] [--deflate zlib|isal|libdeflate] [--level L] [--out FOLDER]
//
// The first: each layer of the OCI layout's first image is read by 256 KiB, SHA-256 of the blob, inflated, SHA-256 of
// the tar, its headers walked, XXH3-128 of each file. Both digests are checked. Layers go over N threads, the largest
// first.
//   --inflate      by what gzip layers are inflated; libdeflate takes and gives whole layers, in memory. zstd layers
//                  are always libzstd's; "zstd" says that there are no others.
//   --pipe         two threads for each layer: read, hash and inflate | hash and walk
//   --file-sha256  SHA-256 of each file, too
// The second: read, SHA-256 of the blob, inflate, SHA-256 of the tar, deflate in blocks of 1 MiB, each one gzip member,
// SHA-256 of that; into FOLDER, or nowhere.
// Names longer than a header holds, and pax records, are passed over; a file of 8 GiB or more must have its size in
// base 256.
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/resource.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "limit_codecs.h"

namespace limit {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024, kBlockBytes = 1024 * 1024, kPipeBuffers = 4;

struct Options {
  std::string layout, inflate = "zlib", deflate = "zlib", out;
  unsigned threads = 1;
  int level = 6;
  bool write = false, pipe = false, file_sha256 = false;
};

/// What can be held against another run; sums, so that the order of layers is no matter.
struct Counts {
  std::uint64_t entries = 0, files = 0, tar_bytes = 0, out_bytes = 0, hash_low = 0, hash_high = 0, sha = 0;

  Counts& operator+=(const Counts& other) {
    entries += other.entries, files += other.files, tar_bytes += other.tar_bytes, out_bytes += other.out_bytes;
    hash_low += other.hash_low, hash_high += other.hash_high, sha += other.sha;
    return *this;
  }
};

class Sha256 {
 public:
  Sha256() { reset(); }
  void reset() { EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr); }
  void update(Bytes bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::array<unsigned char, 32> finish() {
    std::array<unsigned char, 32> digest{};
    EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr);
    return digest;
  }
  std::string text() {
    std::string hex = "sha256:";
    for (const unsigned char byte : finish())
      hex += "0123456789abcdef"[byte >> 4], hex += "0123456789abcdef"[byte & 15];
    return hex;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* made) const { EVP_MD_CTX_free(made); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_{EVP_MD_CTX_new()};
};

/// Headers and contents of a tar that comes in pieces.
class TarWalk {
 public:
  explicit TarWalk(bool file_sha256) : with_sha_(file_sha256) {}

  void push(Bytes bytes) {
    while (!bytes.empty() && !is_ended_) {
      std::size_t count = 0;
      if (content_left_ > 0) {
        count = static_cast<std::size_t>(std::min<std::uint64_t>(content_left_, bytes.size()));
        content(bytes.first(count));
      } else if (padding_left_ > 0) {
        count = std::min(padding_left_, bytes.size());
        padding_left_ -= count;
      } else if (have_ == 0 && bytes.size() >= 512) {
        count = 512;
        header(bytes.data());
      } else {
        count = std::min(512 - have_, bytes.size());
        std::memcpy(partial_.data() + have_, bytes.data(), count);
        have_ = (have_ + count) % 512;
        if (have_ == 0) header(partial_.data());
      }
      bytes = bytes.subspan(count);
    }
  }

  Counts counts;

 private:
  static std::uint64_t number(const unsigned char* field, std::size_t size) {
    std::uint64_t value = 0;
    if ((field[0] & 0x80) != 0) {
      for (std::size_t i = 1; i < size; ++i) value = value << 8 | field[i];
      return value;
    }
    for (std::size_t i = 0; i < size; ++i)
      if (field[i] >= '0' && field[i] <= '7') value = value << 3 | static_cast<std::uint64_t>(field[i] - '0');
    return value;
  }

  void header(const unsigned char* at) {
    if (at[0] == 0) {
      is_ended_ = true;
      return;
    }
    if (std::memcmp(at + 257, "ustar", 5) != 0) die("not a tar header");
    const unsigned char type = at[156];
    const bool is_link = type >= '1' && type <= '6';
    size_ = content_left_ = is_link ? 0 : number(at + 124, 12);
    padding_left_ = static_cast<std::size_t>(-size_ & 511);
    is_file_ = type == '0' || type == 0 || type == '7';
    counts.entries += type != 'x' && type != 'g' && type != 'L' && type != 'K';
    counts.files += is_file_;
    if (is_file_ && size_ == 0) add(XXH3_128bits(nullptr, 0));
  }

  void content(Bytes piece) {
    const bool is_first = content_left_ == size_;
    content_left_ -= piece.size();
    if (!is_file_) return;
    if (with_sha_) hash_sha(piece, is_first);
    if (is_first && content_left_ == 0) return add(XXH3_128bits(piece.data(), piece.size()));
    if (is_first) XXH3_128bits_reset(&state_);
    XXH3_128bits_update(&state_, piece.data(), piece.size());
    if (content_left_ == 0) add(XXH3_128bits_digest(&state_));
  }

  void add(XXH128_hash_t hash) { counts.hash_low += hash.low64, counts.hash_high += hash.high64; }

  void hash_sha(Bytes piece, bool is_first) {
    if (is_first) sha_.reset();
    sha_.update(piece);
    if (content_left_ > 0) return;
    std::uint64_t head = 0;
    std::memcpy(&head, sha_.finish().data(), sizeof head);
    counts.sha += head;
  }

  bool with_sha_, is_file_ = false, is_ended_ = false;
  std::uint64_t content_left_ = 0, size_ = 0;
  std::size_t padding_left_ = 0, have_ = 0;
  std::array<unsigned char, 512> partial_{};
  XXH3_state_t state_{};
  Sha256 sha_;
};

/// Memory that nobody has written zeros to.
class Buffer {
 public:
  std::span<unsigned char> at_least(std::size_t bytes) {
    if (bytes > size_) bytes_ = std::make_unique_for_overwrite<unsigned char[]>(size_ = bytes);
    return {bytes_.get(), size_};
  }

 private:
  std::unique_ptr<unsigned char[]> bytes_;
  std::size_t size_ = 0;
};

/// Hashes and walks.
class Scan : public Target {
 public:
  explicit Scan(bool file_sha256) : walk_(file_sha256) {}
  std::span<unsigned char> room(std::size_t least_bytes) override {
    return buffer_.at_least(std::max(kBufferBytes, least_bytes));
  }
  void filled(std::size_t count) override { take(buffer_.at_least(0).first(count)); }

  void take(Bytes bytes) {
    tar_.update(bytes);
    walk_.push(bytes);
    walk_.counts.tar_bytes += bytes.size();
  }
  std::string diff_id() { return tar_.text(); }
  const Counts& counts() const { return walk_.counts; }

 private:
  Buffer buffer_;
  Sha256 tar_;
  TarWalk walk_;
};

/// Gives what it is filled with to a Scan on another thread.
class Pipe : public Target {
 public:
  explicit Pipe(Scan& scan) : scan_(scan) {
    for (Buffer& buffer : buffers_) free_.push_back(&buffer);
    taker_ = std::thread([this] { take_all(); });
  }
  ~Pipe() override { finish(); }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  std::span<unsigned char> room(std::size_t) override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !free_.empty(); });
    return free_.front()->at_least(kBufferBytes);
  }
  void filled(std::size_t count) override {
    const std::lock_guard lock(mutex_);
    full_.emplace_back(free_.front(), count);
    free_.pop_front();
    changed_.notify_all();
  }
  void finish() {
    if (!taker_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      full_.emplace_back(nullptr, 0);
      changed_.notify_all();
    }
    taker_.join();
  }

 private:
  void take_all() {
    for (std::unique_lock lock(mutex_);;) {
      changed_.wait(lock, [this] { return !full_.empty(); });
      const auto [buffer, count] = full_.front();
      if (buffer == nullptr) return;
      full_.pop_front();
      lock.unlock();
      scan_.take(buffer->at_least(0).first(count));
      lock.lock();
      free_.push_back(buffer);
      changed_.notify_all();
    }
  }

  Scan& scan_;
  std::array<Buffer, kPipeBuffers> buffers_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Buffer*> free_;
  std::deque<std::pair<Buffer*, std::size_t>> full_;
  std::thread taker_;
};

/// Hashes, deflates by blocks, hashes again, writes.
class Rewrite : public Target {
 public:
  Rewrite(const Options& options, const std::string& name)
      : deflater_(make_deflater(options.deflate, options.level, kBlockBytes)) {
    if (options.out.empty()) return;
    const std::string path = options.out + "/" + name;
    file_ = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file_ < 0) die(path + ": cannot be written");
  }
  ~Rewrite() override {
    if (file_ >= 0) close(file_);
  }
  Rewrite(const Rewrite&) = delete;
  Rewrite& operator=(const Rewrite&) = delete;

  std::span<unsigned char> room(std::size_t least_bytes) override {
    return block_.at_least(std::max(kBlockBytes, have_ + least_bytes)).subspan(have_);
  }
  void filled(std::size_t count) override {
    const Bytes all = block_.at_least(0).first(have_ + count);
    tar_.update(all.subspan(have_));
    counts_.tar_bytes += count;
    std::size_t done = 0;
    for (; all.size() - done >= kBlockBytes; done += kBlockBytes) put(all.subspan(done, kBlockBytes));
    have_ = all.size() - done;
    if (done > 0 && have_ > 0) std::memmove(block_.at_least(0).data(), all.data() + done, have_);
  }
  std::string diff_id() {
    if (have_ > 0) put(block_.at_least(0).first(std::exchange(have_, 0)));
    return tar_.text();
  }
  Counts counts() {
    std::memcpy(&counts_.sha, out_.finish().data(), sizeof counts_.sha);
    return counts_;
  }

 private:
  void put(Bytes block) {
    for (Bytes bytes = deflater_->deflate(block); !bytes.empty();) {
      out_.update(bytes);
      counts_.out_bytes += bytes.size();
      if (file_ < 0) return;
      const ssize_t count = ::write(file_, bytes.data(), bytes.size());
      if (count != static_cast<ssize_t>(bytes.size())) die("a short write");
      return;
    }
  }

  std::unique_ptr<Deflater> deflater_;
  int file_ = -1;
  Buffer block_;
  std::size_t have_ = 0;
  Sha256 tar_, out_;
  Counts counts_;
};

struct Layer {
  std::string path, digest, diff_id;
  std::uint64_t size_bytes = 0;
};

nlohmann::json document(const std::string& path) {
  std::ifstream file(path);
  auto value = nlohmann::json::parse(file, nullptr, false);
  if (value.is_discarded()) die(path + ": no JSON");
  return value;
}

/// The layers of the first image that index.json names, the largest first.
std::vector<Layer> layers_of(const std::string& layout) {
  const auto path_of = [&](const nlohmann::json& descriptor) {
    return layout + "/blobs/sha256/" + descriptor.at("digest").get<std::string>().substr(7);
  };
  nlohmann::json manifest = document(layout + "/index.json");
  while (manifest.contains("manifests")) manifest = document(path_of(manifest.at("manifests").at(0)));
  const auto diff_ids = document(path_of(manifest.at("config"))).at("rootfs").at("diff_ids");
  std::vector<Layer> layers;
  for (const auto& layer : manifest.at("layers")) {
    layers.push_back({path_of(layer), layer.at("digest").get<std::string>(),
                      diff_ids.at(layers.size()).get<std::string>(), layer.at("size").get<std::uint64_t>()});
  }
  std::ranges::stable_sort(layers, std::greater(), &Layer::size_bytes);
  return layers;
}

/// Reads, hashes and inflates one blob into `to`.
void decode(const Layer& layer, const Options& options, Target& to) {
  const int file = open(layer.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) die(layer.path + ": cannot be read");
  std::array<unsigned char, 4> head{};
  const ssize_t head_bytes = pread(file, head.data(), head.size(), 0);
  const auto inflater =
      make_inflater(Bytes(head).first(static_cast<std::size_t>(std::max<ssize_t>(head_bytes, 0))), options.inflate);
  Sha256 blob;
  Buffer memory;
  const auto buffer = memory.at_least(inflater->is_whole() ? layer.size_bytes + kBufferBytes : kBufferBytes);
  std::size_t have = 0;
  for (ssize_t count = 0; (count = read(file, buffer.data() + have, kBufferBytes)) != 0;) {
    if (count < 0) die(layer.path + ": read error");
    const auto piece = buffer.subspan(have, static_cast<std::size_t>(count));
    blob.update(piece);
    if (!inflater->is_whole()) {
      inflater->feed(piece, to);
    } else if ((have += piece.size()) > layer.size_bytes) {
      die(layer.path + ": larger than its descriptor says");
    }
  }
  close(file);
  if (inflater->is_whole()) inflater->feed(buffer.first(have), to);
  inflater->finish();
  if (blob.text() != layer.digest) die(layer.path + ": not what its digest says");
}

Counts scan(const Layer& layer, const Options& options) {
  Scan target(options.file_sha256);
  if (options.pipe) {
    Pipe pipe(target);
    decode(layer, options, pipe);
    pipe.finish();
  } else {
    decode(layer, options, target);
  }
  if (target.diff_id() != layer.diff_id) die(layer.path + ": not what its DiffID says");
  return target.counts();
}

Counts rewrite(const Layer& layer, const Options& options) {
  Rewrite target(options, layer.digest.substr(7));
  decode(layer, options, target);
  if (target.diff_id() != layer.diff_id) die(layer.path + ": not what its DiffID says");
  return target.counts();
}

Counts run(const Options& options) {
  const std::vector<Layer> layers = layers_of(options.layout);
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  Counts total;
  const auto work = [&] {
    for (std::size_t i = 0; (i = next++) < layers.size();) {
      const Counts counts = options.write ? rewrite(layers[i], options) : scan(layers[i], options);
      const std::lock_guard lock(mutex);
      total += counts;
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < options.threads; ++i) others.emplace_back(work);
  work();
  others.clear();
  return total;
}

void print(const Options& options, const Counts& counts, double wall_s) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  std::printf("tar_bytes %llu", static_cast<unsigned long long>(counts.tar_bytes));
  if (options.write) {
    std::printf(" out_bytes %llu\n", static_cast<unsigned long long>(counts.out_bytes));
  } else {
    std::printf(" entries %llu files %llu checksum %016llx%016llx", static_cast<unsigned long long>(counts.entries),
                static_cast<unsigned long long>(counts.files), static_cast<unsigned long long>(counts.hash_high),
                static_cast<unsigned long long>(counts.hash_low));
    std::printf(options.file_sha256 ? " sha256 %016llx\n" : "\n", static_cast<unsigned long long>(counts.sha));
  }
  std::printf("wall %.3f s, cpu %.3f s, peak %.1f MiB\n", wall_s, seconds(usage.ru_utime) + seconds(usage.ru_stime),
              static_cast<double>(usage.ru_maxrss) / 1024);
}

int usage() {
  std::fputs(
      "usage: limit LAYOUT [--threads N] [--inflate zlib|isal|libdeflate|zstd] [--pipe] [--file-sha256]\n"
      "       limit LAYOUT --write [--threads N] [--inflate ...] [--deflate zlib|isal|libdeflate] [--level L]\n"
      "                    [--out FOLDER]\n",
      stderr);
  return 2;
}

template <typename Number>
bool parse_number(std::string_view text, Number& into) {
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), into);
  return code == std::errc() && end == text.data() + text.size();
}

bool parse(std::span<char*> arguments, Options& options) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view word = arguments[i];
    if (word == "--write")
      options.write = true;
    else if (word == "--pipe")
      options.pipe = true;
    else if (word == "--file-sha256")
      options.file_sha256 = true;
    else if (!word.starts_with("-") && options.layout.empty())
      options.layout = word;
    else if (i + 1 == arguments.size())
      return false;
    else if (word == "--inflate")
      options.inflate = arguments[++i];
    else if (word == "--deflate")
      options.deflate = arguments[++i];
    else if (word == "--out")
      options.out = arguments[++i];
    else if (word == "--threads" && !parse_number(arguments[++i], options.threads))
      return false;
    else if (word == "--level" && !parse_number(arguments[++i], options.level))
      return false;
    else if (word != "--threads" && word != "--level")
      return false;
  }
  return !options.layout.empty() && options.threads > 0;
}

}  // namespace
}  // namespace limit

int main(int argc, char** argv) {
  limit::Options options;
  if (!limit::parse({argv + 1, argv + argc}, options)) return limit::usage();
  const auto begin = std::chrono::steady_clock::now();
  const limit::Counts counts = limit::run(options);
  limit::print(options, counts, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  return 0;
}

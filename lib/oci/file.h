// file.h - files of the host, opened for reading only. Nothing here writes; output_file.h does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "archive/stream.h"
#include "ocitidy/blob.h"

namespace ocitidy {

/// Owns one file descriptor; -1 is none.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd();

  int get() const { return fd_; }
  /// The caller owns it from now on.
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Code::io with the reason as the system words it: "cannot open 'x': No such file or directory".
std::unexpected<Error> fail_errno(std::string_view action, std::string_view name, int error_number);

/// A regular file, open. Its readers share it, and it is closed with the last of them. Reads are positional, so const
/// means safe from any thread.
class InputFile {
 public:
  /// The bytes [start_bytes, start_bytes + size_bytes) of the file behind `fd` are what is seen here, from offset 0 on.
  InputFile(UniqueFd fd, std::string name, std::uint64_t start_bytes, std::uint64_t size_bytes)
      : fd_(std::move(fd)), name_(std::move(name)), start_bytes_(start_bytes), size_bytes_(size_bytes) {}

  /// Fills `into` from `offset` on. Returns less only where the file ends by now.
  /// Errors: io, with name and reason.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) const;

  std::uint64_t size_bytes() const { return size_bytes_; }
  const std::string& name() const { return name_; }
  FileRange range(std::uint64_t offset, std::uint64_t size_bytes) const {
    return {.fd = fd_.get(), .offset = start_bytes_ + offset, .size_bytes = size_bytes};
  }

 private:
  UniqueFd fd_;
  std::string name_;
  std::uint64_t start_bytes_, size_bytes_;
};

/// A stretch of a file, as a blob.
class FileBlobReader : public BlobReader {
 public:
  FileBlobReader(std::shared_ptr<const InputFile> file, std::uint64_t offset, std::uint64_t size_bytes)
      : file_(std::move(file)), offset_(offset), left_bytes_(size_bytes) {}
  /// Errors: io, also when the file got shorter since it was opened.
  Result<std::size_t> read(std::span<std::byte> into) override;
  std::optional<FileRange> file_range() const override { return file_->range(offset_, left_bytes_); }

 private:
  std::shared_ptr<const InputFile> file_;
  std::uint64_t offset_, left_bytes_;
};

/// A stretch of a file, as a stream that can pass over bytes without reading them.
class FileStream : public ByteStream {
 public:
  FileStream(std::shared_ptr<const InputFile> file, std::uint64_t offset, std::uint64_t size_bytes);
  Result<std::span<const std::byte>> next() override;
  std::uint64_t skip(std::uint64_t count) override;

 private:
  std::shared_ptr<const InputFile> file_;
  std::uint64_t offset_, left_bytes_;
  std::vector<std::byte> buffer_;
};

/// A pipe or terminal: bytes that come once.
class PipeStream : public ByteStream {
 public:
  PipeStream(int fd, std::string name);
  Result<std::span<const std::byte>> next() override;

 private:
  int fd_;  // not owned
  std::string name_;
  std::vector<std::byte> buffer_;
};

/// What the reference of a user names on the host.
struct OpenedPath {
  enum class Kind : std::uint8_t { folder, file, stream };
  Kind kind = Kind::file;
  UniqueFd fd;
  std::string name;  ///< for messages: the path, or "standard input"
  std::uint64_t start_bytes =
      0;  ///< `file`: where its bytes begin; not 0 for a standard input that was read from before
  std::uint64_t size_bytes = 0;  ///< `file`: from start_bytes on
};

/// Opens `path` for reading; "-" is standard input. Symbolic links are followed: the user named them.
/// Errors: io; invalid_argument when standard input is a terminal.
Result<OpenedPath> open_path(const std::string& path);

/// Is there anything at `path`? Also true when it cannot be known (no permission): opening it will tell why.
bool path_exists(const std::string& path);

}  // namespace ocitidy

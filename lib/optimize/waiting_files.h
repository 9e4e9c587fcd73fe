// waiting_files.h - the bytes of files that are written in another order than they come in.
//
// A layer is a stream that can be read from its beginning only, so what is wanted early and comes late has to wait
// somewhere. It waits in a temporary file without a name, and memory stays small.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "oci/nameless_file.h"
#include "ocitidy/image_model.h"

namespace ocitidy {

class WaitingFiles {
 public:
  /// `directory` gets at most `most_bytes`. Errors: io.
  static Result<WaitingFiles> open(const std::string& directory, std::uint64_t most_bytes);

  /// The bytes that follow are those of `id`. Ids come in ascending order, each once.
  void begin(EntryId id);
  /// Errors: io, limit_exceeded.
  Result<void> append(std::span<const std::byte> bytes);
  /// No file comes any more; from now on const means safe from any thread. Errors: io.
  Result<void> seal();
  /// Hands the bytes of `id` to `to`, in pieces. Errors: io; internal when the file never came; those of `to`. Cost: a
  /// search in what came.
  Result<void> read(EntryId id, const std::function<Result<void>(std::span<const std::byte>)>& to) const;

 private:
  struct Place {
    EntryId id;
    std::uint64_t offset_bytes = 0, size_bytes = 0;
  };
  WaitingFiles(NamelessFile file, std::uint64_t most_bytes) : file_(std::move(file)), most_bytes_(most_bytes) {}

  NamelessFile file_;
  std::uint64_t most_bytes_;
  std::vector<Place> places_;      // in order of id
  std::vector<std::byte> buffer_;  // not yet in the file
  std::shared_ptr<const InputFile> sealed_;
};

}  // namespace ocitidy

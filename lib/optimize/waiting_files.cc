// waiting_files.cc - see waiting_files.h.
#include "optimize/waiting_files.h"

#include <algorithm>

#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;  // of one read or write: few calls, little memory

}  // namespace

Result<WaitingFiles> WaitingFiles::open(const std::string& directory, std::uint64_t most_bytes) {
  OCITIDY_TRY(NamelessFile file, NamelessFile::open(directory));
  return WaitingFiles(std::move(file), most_bytes);
}

void WaitingFiles::begin(EntryId id) {
  places_.push_back({.id = id, .offset_bytes = file_.size_bytes() + buffer_.size(), .size_bytes = 0});
}

Result<void> WaitingFiles::append(std::span<const std::byte> bytes) {
  Place& last = places_.back();
  last.size_bytes += bytes.size();
  if (last.offset_bytes + last.size_bytes > most_bytes_) {
    return fail(Code::limit_exceeded, cat("the files that wait for their new place have more than ", most_bytes_,
                                          " bytes, the limit for a temporary copy (--max-spool)"));
  }
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  if (buffer_.size() < kPieceBytes) return {};
  OCITIDY_CHECK(file_.append(buffer_));
  buffer_.clear();
  return {};
}

Result<void> WaitingFiles::seal() {
  OCITIDY_CHECK(file_.append(buffer_));
  buffer_ = {};
  sealed_ = std::move(file_).finish("a temporary file");
  return {};
}

Result<void> WaitingFiles::read(EntryId id, const std::function<Result<void>(std::span<const std::byte>)>& to) const {
  const auto place = std::ranges::lower_bound(places_, id, {}, &Place::id);
  if (place == places_.end() || place->id != id)
    return fail(Code::internal, "a file of the plan was never met in its source");
  std::vector<std::byte> buffer(std::min<std::uint64_t>(place->size_bytes, kPieceBytes));
  for (std::uint64_t done = 0; done < place->size_bytes;) {
    const auto piece = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), place->size_bytes - done));
    OCITIDY_TRY(const std::size_t count, sealed_->read_at(place->offset_bytes + done, piece));
    if (count < piece.size()) return fail(Code::io, "a temporary file became shorter");
    OCITIDY_CHECK(to(piece));
    done += count;
  }
  return {};
}

}  // namespace ocitidy

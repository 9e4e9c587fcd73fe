// file_content.cc - see file_content.h.
#include "image/file_content.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "formats/elf.h"

namespace ocitidy {
namespace {

bool is_zip_name(std::string_view path) {
  return path.ends_with(".jar") || path.ends_with(".war") || path.ends_with(".zip");
}

std::size_t bytes_of(const ElfFacts& facts) {
  std::size_t bytes = facts.interpreter.size() + facts.soname.size() + facts.rpath.size() + facts.runpath.size();
  for (const std::string& name : facts.needed) bytes += sizeof name + name.size();
  for (const auto* versions : {&facts.needs, &facts.defines})
    for (const ElfVersion& version : *versions) bytes += sizeof version + version.library.size() + version.name.size();
  return bytes;
}

}  // namespace

/// That of the current file's texts, in index_.texts. Files ask for few different lists.
std::uint32_t FileContent::text_list() {
  const auto [known, is_new] = text_lists_.try_emplace(wishes_.text_queries(), 0);
  if (is_new) known->second = index_.texts.add_list(wishes_.texts());
  return known->second;
}

Result<void> FileContent::read(Entry& entry, TarReader& tar) {
  decided_ = false;
  head_.clear();
  hashes_ = options_.content == InspectOptions::Hash::sha256;
  quick_wanted_ = has(options_.facts, Facts::content_hashes);
  blocks_wanted_ = has(options_.facts, Facts::block_hashes);
  OCITIDY_CHECK(tar.content([&](std::span<const std::byte> bytes) { return feed(entry, bytes); }));
  if (!decided_) decide(entry);
  finish(entry);
  return {};
}

Wants FileContent::feed(const Entry& entry, std::span<const std::byte> bytes) {
  if (hashes_) hasher_.update(bytes);
  if (quick_wanted_) quick_hasher_.update(bytes);
  if (blocks_wanted_) hash_blocks(bytes);
  if (!decided_) {
    const auto front = bytes.first(std::min(bytes.size(), kElfHeadBytes - head_.size()));
    head_.append(reinterpret_cast<const char*>(front.data()), front.size());
    bytes = bytes.subspan(front.size());
    if (head_.size() < std::min<std::uint64_t>(kElfHeadBytes, entry.size_bytes)) return Wants::more;
    decide(entry);
  }
  if (head_.size() < wish_) {
    const auto part = bytes.first(std::min<std::size_t>(bytes.size(), wish_ - head_.size()));
    head_.append(reinterpret_cast<const char*>(part.data()), part.size());
  }
  pass_on(bytes);
  const bool more = hashes_ || quick_wanted_ || blocks_wanted_ || head_.size() < wish_ ||
                    (elf_wanted_ && elf_.wants_more()) || libraries_wanted_ || (texts_wanted_ && texts_.wants_more()) ||
                    zip_wanted_;
  return more ? Wants::more : Wants::enough;
}

/// What a layer may keep is bounded as it grows, since nobody knows yet whether a file's size is true.
void FileContent::hash_blocks(std::span<const std::byte> bytes) {
  const std::size_t before = index_.block_hashes.size();
  block_hasher_.update(bytes, index_.block_hashes);
  const std::uint64_t added = index_.block_hashes.size() - before;
  const std::uint64_t all = scan_.tally.block_hashes.fetch_add(added, std::memory_order_relaxed) + added;
  if (all * sizeof(std::uint64_t) <= options_.limits.block_hash_bytes) return;
  index_.block_hashes = std::vector<std::uint64_t>();  // of no use any more: see scan_layer()
}

void FileContent::decide(const Entry& entry) {
  decided_ = true;
  wishes_.look_at(entry.path, head_);
  wish_ = wishes_.first_bytes();
  const bool is_elf = elf_machine(std::as_bytes(std::span(head_))) != 0;
  elf_wanted_ = is_elf && has(options_.facts, Facts::elf) && elf_facts_bytes_ <= kMostElfFactsBytes;
  libraries_wanted_ = is_elf && options_.library_names == ScanOptions::LibraryNames::collect;
  zip_wanted_ =
      has(options_.facts, Facts::zip_names) && zip_names_bytes_ <= kMostZipNamesBytes && is_zip_name(entry.path);
  texts_wanted_ = !wishes_.text_queries().empty();
  if (texts_wanted_) {
    text_list_ = text_list();
    texts_.start(index_.texts.list(text_list_));
  }
  pass_on(std::as_bytes(std::span(head_)));
}

void FileContent::pass_on(std::span<const std::byte> bytes) {
  if (elf_wanted_) elf_.feed(bytes);
  if (libraries_wanted_) library_names_.feed(bytes);
  if (texts_wanted_) texts_.feed(bytes);
  if (zip_wanted_) zip_names_.feed(bytes);
}

void FileContent::finish(Entry& entry) {
  const auto position = static_cast<std::uint32_t>(index_.entries.size());
  entry.elf_machine = elf_machine(std::as_bytes(std::span(head_)).first(std::min(head_.size(), kElfHeadBytes)));
  finish_facts(position);
  if (hashes_) index_.content.back() = sha256_of(hasher_.finish());
  if (quick_wanted_) index_.quick_hashes.back() = quick_hasher_.finish();
  if (blocks_wanted_) {
    const std::size_t before = index_.block_hashes.size();
    block_hasher_.finish(index_.block_hashes);
    scan_.tally.block_hashes += index_.block_hashes.size() - before;
  }
  if (wish_ > 0 && captured_bytes_ + std::min<std::size_t>(wish_, head_.size()) <= scan_.capture_bytes) {
    head_.resize(std::min<std::size_t>(wish_, head_.size()));
    captured_bytes_ += head_.size();
    index_.captures.emplace(position, std::move(head_));
  }
}

void FileContent::finish_facts(std::uint32_t position) {
  if (elf_wanted_) {
    if (auto facts = elf_.take()) {
      elf_facts_bytes_ += bytes_of(*facts);
      index_.elf_facts.emplace(position, *std::move(facts));
    }
  }
  if (libraries_wanted_) {
    if (auto names = library_names_.take()) index_.library_names.emplace(position, *std::move(names));
  }
  if (texts_wanted_) index_.texts.add_file(position, text_list_, texts_.found());
  if (zip_wanted_) {
    if (auto names = zip_names_.take()) {
      for (const std::string& name : *names) zip_names_bytes_ += sizeof name + name.size();
      index_.zip_names.emplace(position, *std::move(names));
    }
  }
}

}  // namespace ocitidy

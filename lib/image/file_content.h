// file_content.h - what one file's bytes tell while they pass by: its hash, its head, and the facts that rules asked
// for.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "archive/tar_reader.h"
#include "base/block_hash.h"
#include "base/hasher.h"
#include "base/quick_hash.h"
#include "formats/elf_facts.h"
#include "formats/library_names.h"
#include "formats/text_search.h"
#include "formats/zip_names.h"
#include "image/content_wishes.h"
#include "image/layer_index.h"
#include "image/scan_layer.h"

namespace ocitidy {

/// Reads the files of one layer, one after the other, into its LayerIndex.
class FileContent {
 public:
  FileContent(const LayerScan& scan, LayerIndex& index)
      : scan_(scan), options_(scan.options), index_(index), wishes_(scan.options.reads, scan.options.texts) {}

  /// Reads the content of tar's current member, which `entry` is about; it will be the next of index.entries.
  Result<void> read(Entry& entry, TarReader& tar);

  /// The names that ELF facts of one layer hold may come to this; beyond it files have none.
  static constexpr std::size_t kMostElfFactsBytes = std::size_t{64} << 20;
  /// The same for zip archives.
  static constexpr std::size_t kMostZipNamesBytes = std::size_t{64} << 20;

 private:
  Wants feed(const Entry& entry, std::span<const std::byte> bytes);
  void decide(const Entry& entry);
  void hash_blocks(std::span<const std::byte> bytes);
  void pass_on(std::span<const std::byte> bytes);
  void finish(Entry& entry);
  void finish_facts(std::uint32_t position);
  std::uint32_t text_list();

  const LayerScan& scan_;
  const ScanOptions& options_;
  LayerIndex& index_;
  ContentWishes wishes_;
  std::map<std::vector<std::uint32_t>, std::uint32_t> text_lists_;  // by the queries that ask for their texts
  std::uint64_t captured_bytes_ = 0;
  std::size_t elf_facts_bytes_ = 0, zip_names_bytes_ = 0;

  // Of the current file. Who wants what is decided once, when its first bytes are known.
  bool decided_ = false, hashes_ = false, quick_wanted_ = false, blocks_wanted_ = false, elf_wanted_ = false,
       libraries_wanted_ = false, texts_wanted_ = false, zip_wanted_ = false;
  std::uint32_t wish_ = 0;
  std::uint32_t text_list_ = 0;  // of index_.texts, when texts are wanted
  std::string head_;
  Hasher hasher_;
  QuickHasher quick_hasher_;
  BlockHasher block_hasher_;
  ElfFactsStream elf_;
  LibraryNames library_names_;
  TextSearch texts_;
  ZipNames zip_names_;
};

}  // namespace ocitidy

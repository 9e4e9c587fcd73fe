// layer_index.h - everything one scan of one layer keeps. Depends on the layer's bytes (and on which file heads were
// asked for) only, so it can be cached by digest. Per entry: 120 bytes and the two names; see tests/bench.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "image/text_answers.h"
#include "ocitidy/image_model.h"
#include "ocitidy/rule.h"

namespace ocitidy {

/// Byte storage that never moves: views into it live as long as the arena.
class Arena {
 public:
  std::string_view keep(std::string_view bytes);

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{64} << 10;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::size_t block_bytes_ = 0, used_ = 0;  // of the last block
};

struct LayerIndex {
  /// Holds all but the entries, and the bytes of their names; none: this one does. See lent_index().
  const LayerIndex* lender = nullptr;
  Arena names;
  std::vector<Entry> entries;  // oddities of the merge are added later
  std::vector<Xattr> xattrs;
  std::vector<OwnerNames> owners{1};              // the first: no names
  std::vector<Sha256> content;                    // empty, or one per entry (zeros for what is no file)
  std::vector<Hash128> quick_hashes;              // the same, of the quick kind
  std::vector<std::uint64_t> block_hashes;        // of all files, one after the other; when asked for
  std::vector<std::uint32_t> first_block_hash;    // into block_hashes; empty, or one per entry
  std::map<std::uint32_t, std::string> captures;  // by entry index
  std::map<std::uint32_t, std::vector<std::string>> library_names;  // by entry index; of ELF files, when asked for
  std::map<std::uint32_t, ElfFacts> elf_facts;                      // by entry index; when asked for
  std::map<std::uint32_t, std::vector<std::string>> zip_names;      // by entry index; when asked for
  TextAnswers texts;                                                // when asked for
  DiffId diff_id;
  Codec codec = Codec::none;
  std::uint64_t tar_bytes = 0;
  std::uint64_t trailing_bytes = 0;
};

}  // namespace ocitidy

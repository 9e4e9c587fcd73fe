// name_table.h - which child of a directory has a name: (parent, name) -> id, for trees of millions of names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

namespace ocitidy {

/// Open addressing over ids; the names themselves are the owner's. Nothing is ever erased.
class NameTable {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  /// Room for `count` names. Only before the first insert().
  void reserve(std::size_t count) {
    std::size_t size = 64;
    while (size < count * 2) size *= 2;
    slots_.assign(size, kNone);
  }

  /// The id for which `is_it` says that it is `name` of `parent`; kNone when there is none.
  template <class IsIt>
  std::uint32_t find(std::uint32_t parent, std::string_view name, const IsIt& is_it) const {
    for (std::size_t i = slot(parent, name);; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i] == kNone || is_it(slots_[i])) return slots_[i];
    }
  }

  /// `key_of(id)` tells the pair of parent and name of an id that is there already.
  template <class KeyOf>
  void insert(std::uint32_t id, const KeyOf& key_of) {
    if (2 * (used_ + 1) > slots_.size()) grow(key_of);
    place(id, key_of(id));
    ++used_;
  }

  /// Gives every id another one. find() goes on to be asked by the parents' old ids.
  template <class NewId>
  void renumber(const NewId& new_id) {
    for (std::uint32_t& id : slots_)
      if (id != kNone) id = new_id(id);
  }

 private:
  /// Keyed by an address, which address space randomisation hides: names that all collide cannot be prepared.
  std::size_t slot(std::uint32_t parent, std::string_view name) const {
    constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15U;  // 2^64 / golden ratio
    std::uint64_t hash = secret_ ^ (std::uint64_t{parent} << 32 | name.size());
    const auto mix = [&](std::uint64_t word) {
      hash = (hash ^ word) * kMultiplier;
      hash ^= hash >> 32;
    };
    for (; name.size() >= sizeof(std::uint64_t); name.remove_prefix(sizeof(std::uint64_t))) {
      std::uint64_t word = 0;
      std::memcpy(&word, name.data(), sizeof(word));
      mix(word);
    }
    std::uint64_t tail = 0;
    if (!name.empty()) std::memcpy(&tail, name.data(), name.size());
    mix(tail);
    mix(hash >> 29);
    return static_cast<std::size_t>(hash) & (slots_.size() - 1);
  }

  void place(std::uint32_t id, const std::pair<std::uint32_t, std::string_view>& key) {
    std::size_t i = slot(key.first, key.second);
    while (slots_[i] != kNone) i = (i + 1) & (slots_.size() - 1);
    slots_[i] = id;
  }

  template <class KeyOf>
  void grow(const KeyOf& key_of) {
    const std::vector<std::uint32_t> before = std::exchange(slots_, {});
    slots_.assign(before.size() * 2, kNone);
    for (const std::uint32_t id : before)
      if (id != kNone) place(id, key_of(id));
  }

  std::uint64_t secret_ = reinterpret_cast<std::uintptr_t>(this);
  std::vector<std::uint32_t> slots_;
  std::size_t used_ = 0;
};

}  // namespace ocitidy

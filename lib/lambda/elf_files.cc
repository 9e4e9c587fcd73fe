// elf_files.cc - see elf_files.h.
#include "lambda/elf_files.h"

#include <algorithm>
#include <utility>

#include "formats/elf.h"

namespace ocitidy::lambda {

std::vector<ElfFile> elf_files(const ImageModel& image) {
  std::vector<ElfFile> files;
  for (std::uint32_t layer = 0; layer < image.layers().size(); ++layer) {
    const auto entries = image.layers()[layer].entries;
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      const Entry& entry = entries[i];
      if (entry.elf_machine == 0 || entry.type != EntryType::file) continue;
      const EntryId id{.layer = layer, .index = i};
      const auto node = image.find(entry.path);
      if (!node || image.node(*node).made_by != id) continue;
      files.push_back({.node = *node, .path = image.path(*node), .machine = entry.elf_machine, .facts = image.elf(id)});
    }
  }
  return files;
}

std::uint16_t expected_machine(const ImageModel& image) {
  const std::string& architecture = image.config().platform.architecture;
  if (architecture == "amd64" || architecture == "x86_64") return kElfX86_64;
  return architecture == "arm64" || architecture == "aarch64" ? kElfAarch64 : std::uint16_t{0};
}

LibraryIndex::LibraryIndex(const ImageModel& image, std::vector<ElfFile> files) : files_(std::move(files)) {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const ElfFile& file = files_[i];
    by_name_[std::string(file_name(file.path))].push_back(i);
    if (file.facts && !file.facts->soname.empty() && file.facts->soname != file_name(file.path))
      by_name_[file.facts->soname].push_back(i);
  }
  // A link that leads nowhere counts too: names that are too many only make rules say less.
  for (const Layer& layer : image.layers()) {
    for (const Entry& entry : layer.entries) {
      if (entry.type != EntryType::symlink && entry.type != EntryType::hard_link) continue;
      const std::string_view name = file_name(entry.path);
      if (name.find(".so") != std::string_view::npos && image.find(entry.path)) by_name_[std::string(name)];
    }
  }
}

std::vector<const ElfFile*> LibraryIndex::named(std::string_view name) const {
  std::vector<const ElfFile*> all;
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return all;
  for (const std::size_t i : found->second) all.push_back(&files_[i]);
  return all;
}

bool LibraryIndex::may_define(std::string_view name, std::string_view version) const {
  bool anyone_says = false;
  for (const ElfFile* file : named(name)) {
    if (!file->facts || !file->facts->complete) return true;
    const auto& defines = file->facts->defines;
    anyone_says = anyone_says || !defines.empty();
    if (std::ranges::find(defines, version, &ElfVersion::name) != defines.end()) return true;
  }
  return !anyone_says;
}

}  // namespace ocitidy::lambda

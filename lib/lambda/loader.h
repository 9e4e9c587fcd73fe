// loader.h - the dynamic loader's search, replayed on the merged tree: which files a program maps before its first
// instruction runs, and which it does not find.
//
// Sources: glibc elf/dl-load.c (_dl_map_object) and ld.so(8); musl ldso/dynlink.c (load_library).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lambda/entrypoint.h"
#include "ocitidy/image_model.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

/// Every rule that calls load() declares these in RuleInfo::reads, and Facts::elf: scripts, as for started_programs(),
/// the directories that ldconfig and musl are told to look in, and what ldconfig found.
inline constexpr auto kLoaderReads = [] {
  constexpr std::array<ContentQuery, 4> kConfigs{ContentQuery{.glob = "etc/ld.so.cache", .first_bytes = 256 << 10},
                                                 ContentQuery{.glob = "etc/ld.so.conf", .first_bytes = 4096},
                                                 ContentQuery{.glob = "etc/ld.so.conf.d/*.conf", .first_bytes = 4096},
                                                 ContentQuery{.glob = "etc/ld-musl-*.path", .first_bytes = 4096}};
  std::array<ContentQuery, kStartReads.size() + kConfigs.size()> all{};
  std::ranges::copy(kStartReads, all.begin());
  std::ranges::copy(kConfigs, all.begin() + kStartReads.size());
  return all;
}();

enum class Libc : std::uint8_t { unknown, glibc, musl };
std::string_view libc_name(Libc libc);
/// By the loader that a program names: ld-linux-x86-64.so.2, ld-musl-aarch64.so.1.
Libc libc_of_loader(std::string_view interpreter);
/// The libc that modules of the function meet: that of the programs that start it, or the only one of the image.
/// Unknown when there are both, or none, or a layer between them (gcompat).
Libc libc_of_image(const ImageModel& image);

/// A file that the loader maps.
struct LoadedObject {
  NodeId file = NodeId::root;
  std::string directory;                   ///< where it was found, without a slash in front; what $ORIGIN stands for
  std::string name;                        ///< what was looked for; the program's own path for itself
  const ElfFacts* facts = nullptr;         ///< none: nothing is known of it
  std::optional<std::size_t> needed_by{};  ///< position in Process::objects; none for the program
  bool by_library_path = false;            ///< LD_LIBRARY_PATH led to it
  bool out_of_reach = false;               ///< others cannot read it, and no other file of that name will do
};

/// A library that is in none of the directories the loader looks in.
struct LackingLibrary {
  std::string name;
  std::size_t needed_by = 0;
  bool may_come_later = false;  ///< a directory or link on the way leads to what is mounted or written at run time
};

struct Process {
  Libc libc = Libc::unknown;
  std::vector<LoadedObject> objects;  ///< the program, then libraries in the loader's order
  std::vector<LackingLibrary> lacking;
  bool environment_known = true;  ///< it has the config's variables for the loader, and these preload nothing
};

/// What the loader maps for the ELF file `program`; none when it has no dynamic section or its facts are not known.
/// A lack is told only where all search paths on the way are known. Bounded: at most kMostObjects, kMostLookups.
std::optional<Process> load(const ImageModel& image, NodeId program);

/// load() of each of started_programs() that is a dynamic ELF program, each file once.
std::vector<Process> started_processes(const ImageModel& image);

/// The file that the kernel opens to load `program` (PT_INTERP); none when it names none, or there is none.
std::optional<NodeId> loader_of(const ImageModel& image, NodeId program);

inline constexpr std::size_t kMostObjects = 2000;
inline constexpr std::size_t kMostLookups = 100'000;

}  // namespace ocitidy::lambda

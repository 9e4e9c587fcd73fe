// random_image.cc - see random_image.h. Members are chosen by looking at what the image holds so far: the reference
// model knows.
#include "support/random_image.h"

#include <algorithm>
#include <array>
#include <random>
#include <span>
#include <string_view>

namespace ocitidy::test {
namespace {

using Verdict = ReferenceModel::Verdict;

constexpr std::array<std::string_view, 16> kNames{
    "a",
    "b",
    "c",
    "d",
    "e",
    "lib",
    "usr",
    "bin",
    "x y",
    ".hidden",
    "\xff\xfe",
    "caf\xc3\xa9",
    "back\\slash",
    "new\nline",
    "-rf",
    "a-name-that-does-not-fit-into-the-hundred-bytes-of-a-ustar-header-together-with-any-directory-above-it"};
constexpr std::array<std::uint32_t, 10> kModes{0644, 0755, 0600, 0700, 0, 04755, 02755, 01777, 0444, 07777};
constexpr std::array<std::uint32_t, 8> kIds{0, 0, 0, 1000, 65534, 2097151, 2097152, 4294967294};
// No time between -1 and 0: libarchive 3.6 reads the pax time -0.5 as 0.5, and nothing it hands out tells the two
// apart.
constexpr std::array<std::int64_t, 8> kTimes{Member::kDefaultMtime, 0, 1, -2, -86400, 2'147'483'647, 4'294'967'296,
                                             8'589'934'592};
constexpr std::array<std::uint32_t, 6> kNanoseconds{0, 0, 1, 500'000'000, 999'999'999, 123'456'789};

class Generator {
 public:
  Generator(std::uint64_t seed, Wildness wildness) : random_(seed), wildness_(wildness) {}

  RandomImage generate() {
    const std::uint64_t layers = 1 + below(5);
    for (std::uint64_t i = 0; i < layers; ++i) add_layer();
    out_.spec.platform = {.os = "linux", .architecture = "amd64", .variant = ""};
    out_.spec.entrypoint = {"/a"};
    return std::move(out_);
  }

 private:
  // Own arithmetic, since the standard distributions differ from library to library. The bias is of no account here.
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class T, std::size_t size>
  const T& one_of(const std::array<T, size>& all) {
    return all[below(size)];
  }

  void add_layer() {
    out_.spec.layers.emplace_back();
    out_.model.start_layer();
    static constexpr std::array kCodecs{Codec::gzip, Codec::none, Codec::zstd};
    // umoci 0.4.7 knows no zstd.
    out_.spec.layers.back().codec = wildness_ == Wildness::anything ? one_of(kCodecs) : kCodecs[below(2)];
    const std::uint64_t members = chance(5) ? 0 : 1 + below(40);
    for (std::uint64_t i = 0; i < members; ++i) add_random();
  }

  /// Appends `member`, unless nothing could unpack it and this image must be unpackable.
  void add(Member member) {
    if (wildness_ == Wildness::unpackable) {
      ReferenceModel after = out_.model;
      if (after.apply(member) != Verdict::applied) return;
      out_.model = std::move(after);
    } else {
      out_.model.apply(member);
    }
    out_.spec.layers.back().members.push_back(std::move(member));
  }

  void add_random() {
    const std::uint64_t dice = below(100);
    const bool wild = wildness_ == Wildness::anything;
    if (dice < 28) return add_file();
    if (dice < 45) return add_plain(EntryType::directory, some_path());
    if (dice < 57) return add_symlink();
    if (dice < 71) return add_hard_link();
    if (dice < 83) return add_whiteout();
    if (dice < 87) return add_opaque();
    if (dice < 90) return add_plain(EntryType::fifo, some_path());
    if (dice < 93) return add_below_symlink();
    if (dice < 95) return add_plain(EntryType::directory, chance(50) ? "." : "/");
    if (!wild) return add_file();
    if (dice < 97) return add_device();
    add_oddity();
  }

  // Names.

  std::string random_path() {
    std::string path(one_of(kNames));
    for (std::uint64_t depth = below(4); depth > 0; --depth) path += '/' + std::string(one_of(kNames));
    return path;
  }

  /// Some path that is there and satisfies `wanted`; empty when none is.
  template <class Wanted>
  std::string existing(const Wanted& wanted) {
    std::vector<const std::string*> candidates;
    for (const auto& [path, name] : out_.model.names())
      if (!path.empty() && wanted(out_.model.inode(name))) candidates.push_back(&path);
    return candidates.empty() ? "" : *candidates[below(candidates.size())];
  }
  std::string existing_any() {
    return existing([](const auto&) { return true; });
  }
  std::string existing(EntryType type) {
    return existing([type](const auto& inode) { return inode.type == type; });
  }

  std::string some_path() {
    const std::uint64_t dice = below(100);
    std::string path;
    if (dice < 40) path = existing_any();
    if (dice >= 40 && dice < 75) {
      path = existing(EntryType::directory);
      if (!path.empty()) path += '/' + std::string(one_of(kNames));
    }
    return path.empty() ? random_path() : path;
  }

  /// The same path as engines see it, written in another way.
  std::string spelled(const std::string& path) {
    switch (below(12)) {
      case 0:
        return "./" + path;
      case 1:
        return "/" + path;
      case 2:
        return "//./" + path;
      case 3:
        return "zz/../" + path;
      case 4:
        return "../../" + path;
      default:
        return path;
    }
  }

  void add_parents(const std::string& path) {
    if (chance(40)) return;
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      const std::string parent = path.substr(0, slash);
      if (!out_.model.names().contains(parent)) add(member(EntryType::directory, parent));
    }
  }

  // Members.

  Member member(EntryType type, const std::string& path) {
    Member made;
    made.type = type;
    made.name = spelled(path);
    made.mode = one_of(kModes);
    made.uid = one_of(kIds);
    made.gid = one_of(kIds);
    made.mtime_s = one_of(kTimes);
    made.mtime_ns = one_of(kNanoseconds);
    // chown(2) takes 2^32-1 for "leave it", so no unpacker can set it.
    if (wildness_ == Wildness::anything && chance(3)) made.uid = made.gid = UINT32_MAX;
    if (type == EntryType::file || type == EntryType::directory) add_xattrs(made);
    return made;
  }

  void add_xattrs(Member& member) {
    if (chance(80)) return;
    static constexpr std::array<std::string_view, 4> kValues{"text", std::string_view("\0nul\0", 5), "a=b\nc", ""};
    for (const char* name : {"user.one", "user.two", "user.with.dots"})
      if (chance(60)) member.xattrs.push_back({.name = name, .value = std::string(one_of(kValues))});
    if (wildness_ == Wildness::anything && chance(30))
      member.xattrs.push_back(
          {.name = "security.capability", .value = std::string("\1\0\0\2\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20)});
  }

  void add_plain(EntryType type, const std::string& path) {
    add_parents(path);
    add(member(type, path));
  }

  void add_file() {
    const std::string path = some_path();
    add_parents(path);
    Member file = member(EntryType::file, path);
    for (std::uint64_t length = below(40); length > 0; --length) file.content.head += static_cast<char>(random_());
    if (chance(30)) file.content.size_bytes = below(3000);
    if (chance(2)) file.content.size_bytes = 200'000 + below(200'000);
    if (chance(3)) file.content.storage = Content::Storage::sparse;
    if (wildness_ == Wildness::unpackable) file.content.storage = Content::Storage::dense;
    add(std::move(file));
  }

  void add_symlink() {
    const std::string path = some_path();
    add_parents(path);
    Member link = member(EntryType::symlink, path);
    std::string target = chance(70) ? existing(EntryType::directory) : existing_any();
    if (target.empty() || chance(10)) target = random_path();
    switch (below(4)) {
      case 0:
        link.link_target = "/" + target;
        break;
      case 1:
        link.link_target = "../../../.." + ("/" + target);
        break;
      case 2:
        link.link_target = target + "/../" + std::string(one_of(kNames));
        break;
      default:
        link.link_target = target;
        break;
    }
    if (chance(5)) link.link_target = "/" + path;  // itself
    add(std::move(link));
  }

  void add_hard_link() {
    const std::string path = some_path();
    std::string target = existing([](const auto& inode) { return inode.type != EntryType::directory; });
    if (target.empty() || chance(10)) target = existing_any();
    if (target.empty() || chance(5)) target = random_path();
    add_parents(path);
    Member link = member(EntryType::hard_link, path);  // its own metadata must change nothing
    link.link_target = spelled(target);
    const bool overwrite = chance(20), hide = chance(10), chain = chance(30);
    add(link);
    if (chain) {
      link.link_target = path;
      link.name = some_path();
      add(link);
    }
    if (overwrite) add(member(EntryType::file, target));
    if (hide) add_whiteout_of(target);
  }

  void add_whiteout_of(const std::string& path) {
    Member whiteout = member(EntryType::file, path);
    whiteout.xattrs.clear();
    const std::size_t slash = whiteout.name.rfind('/');
    whiteout.name.insert(slash == std::string::npos ? 0 : slash + 1, ".wh.");
    add(std::move(whiteout));
  }

  void add_whiteout() {
    std::string path = chance(85) ? existing_any() : "";
    if (path.empty()) path = random_path();
    add_whiteout_of(path);
    if (chance(25)) add(member(EntryType::file, path));  // put back, by a member after the whiteout
    if (chance(25)) add(member(EntryType::file, path + "/" + std::string(one_of(kNames))));
  }

  void add_opaque() {
    std::string path = chance(85) ? existing(EntryType::directory) : existing_any();
    if (chance(10)) path = "";
    add_whiteout_of(path.empty() ? ".wh..opq" : path + "/.wh..opq");
  }

  void add_below_symlink() {
    const std::string link = existing(EntryType::symlink);
    if (link.empty()) return add_symlink();
    const std::string path = link + '/' + std::string(one_of(kNames));
    switch (below(4)) {
      case 0:
        return add(member(EntryType::directory, path));
      case 1:
        return add_whiteout_of(path);
      case 2:
        return add_whiteout_of(link + "/.wh..opq");
      default:
        return add(member(EntryType::file, path));
    }
  }

  void add_device() {
    static constexpr std::array kTypes{EntryType::char_device, EntryType::block_device};
    const std::string path = some_path();
    add_parents(path);
    Member device = member(one_of(kTypes), path);
    device.device_major = std::uint32_t(below(300));
    device.device_minor = std::uint32_t(below(70'000));
    add(std::move(device));
  }

  /// What the tree must not show, or not that way.
  void add_oddity() {
    const std::string path = some_path();
    switch (below(7)) {
      case 0:
        return add(member(EntryType::file, path + "/.wh."));
      case 1:
        return add(member(EntryType::file, path + "/.wh.."));
      case 2:
        return add(member(EntryType::directory, path + "/.wh..wh.plnk"));
      case 3:
        return add(member(EntryType::file, ".wh..wh.aufs"));
      case 4:
        return add(member(EntryType::file, ".wh.x/" + path));
      case 5:
        return add(member(EntryType::symlink, "/"));
      default:
        return add_whiteout_as(chance(50) ? EntryType::directory : EntryType::fifo, path);
    }
  }

  void add_whiteout_as(EntryType type, const std::string& path) {
    Member whiteout = member(type, path);
    const std::size_t slash = whiteout.name.rfind('/');
    whiteout.name.insert(slash == std::string::npos ? 0 : slash + 1, ".wh.");
    add(std::move(whiteout));
  }

  std::mt19937_64 random_;
  Wildness wildness_;
  RandomImage out_;
};

}  // namespace

RandomImage random_image(std::uint64_t seed, Wildness wildness) { return Generator(seed, wildness).generate(); }

}  // namespace ocitidy::test

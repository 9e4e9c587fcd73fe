// random_images_test.cc - the merged tree of random images: as lib/image sees it, as the slow reference model does, and
// as umoci unpacks it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "base/hasher.h"
#include "base/text.h"
#include "ocitidy/inspect.h"
#include "support/random_image.h"

namespace ocitidy::test {
namespace {

/// One path of a tree, written as one line: two trees are equal when their lines are.
using Lines = std::map<std::string, std::string>;

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    out += kDigits[std::uint8_t(c) >> 4];
    out += kDigits[std::uint8_t(c) & 15];
  }
  return out;
}

std::string octal(std::uint32_t mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04o", mode);
  return text.data();
}

/// Both trees are told in these words.
struct Facts {
  EntryType type;
  std::uint32_t mode, uid, gid;
  std::int64_t mtime_s;
  std::uint32_t mtime_ns;
  std::string content_sha256;  // hexadecimal; files
  std::uint64_t size_bytes;
  std::string link_target;
  std::uint32_t device_major, device_minor;
  std::vector<Xattr> xattrs;
  std::string first_name;  // of the hard-link group, in byte order
  std::size_t names;       // in the group
};

std::string line_of(const Facts& facts) {
  std::string line = cat(entry_type_name(facts.type), " ", octal(facts.mode), " ", facts.uid, ":", facts.gid, " mtime ",
                         facts.mtime_s, "+", facts.mtime_ns, "ns");
  if (facts.type == EntryType::file) line += cat(" size ", facts.size_bytes, " sha256 ", facts.content_sha256);
  if (facts.type == EntryType::symlink) line += cat(" -> ", quote(facts.link_target));
  if (facts.type == EntryType::char_device || facts.type == EntryType::block_device)
    line += cat(" device ", facts.device_major, ":", facts.device_minor);
  for (const Xattr& xattr : facts.xattrs) line += cat(" ", xattr.name, "=", hex(xattr.value));
  if (facts.type != EntryType::directory) line += cat(" links ", facts.names, " first ", quote(facts.first_name));
  return line;
}

/// The tree of `model`, with the layer that put each name there.
Lines lines_of(const ImageModel& model) {
  std::map<std::uint32_t, std::vector<std::string>> groups;
  model.walk([&](NodeId id, std::string_view path) { groups[model.node(id).inode].emplace_back(path); });
  for (auto& [inode, names] : groups) std::ranges::sort(names);
  Lines lines;
  const auto add = [&](NodeId id, std::string_view path) {
    const Node node = model.node(id);
    Facts facts{.type = node.type,
                .mode = node.mode,
                .uid = node.uid,
                .gid = node.gid,
                .mtime_s = node.mtime_s,
                .mtime_ns = node.mtime_ns,
                .content_sha256 = "none",
                .size_bytes = node.size_bytes,
                .link_target = std::string(node.link_target),
                .device_major = node.device_major,
                .device_minor = node.device_minor,
                .xattrs = {},
                .first_name = "",
                .names = node.link_count};
    if (node.made_by) {
      const auto xattrs = model.xattrs(*node.made_by);
      facts.xattrs.assign(xattrs.begin(), xattrs.end());
      if (const Sha256* sha256 = model.content_sha256(*node.made_by))
        facts.content_sha256 = hex({reinterpret_cast<const char*>(sha256->data()), sha256->size()});
    }
    if (node.type != EntryType::directory) facts.first_name = groups[node.inode].front();
    lines.emplace(path, cat(line_of(facts), " layer ", node.layer));
  };
  add(NodeId::root, "");
  model.walk(add);
  return lines;
}

Lines lines_of(const ReferenceModel& model, bool with_layers) {
  const auto groups = model.link_groups();
  Lines lines;
  for (const auto& [path, name] : model.names()) {
    const ReferenceModel::Inode& inode = model.inode(name);
    const Facts facts{.type = inode.type,
                      .mode = inode.mode,
                      .uid = inode.uid,
                      .gid = inode.gid,
                      .mtime_s = inode.mtime_s,
                      .mtime_ns = inode.mtime_ns,
                      .content_sha256 = digest_of(inode.content).hex(),
                      .size_bytes = inode.content.size(),
                      .link_target = inode.link_target,
                      .device_major = inode.device_major,
                      .device_minor = inode.device_minor,
                      .xattrs = inode.xattrs,
                      .first_name = *groups.at(name.inode).begin(),
                      .names = groups.at(name.inode).size()};
    lines[path] = line_of(facts) + (with_layers ? cat(" layer ", name.layer) : "");
  }
  return lines;
}

/// The first few paths on which the two disagree; empty when they agree.
std::string difference(const Lines& got, const Lines& want) {
  constexpr int kMostLines = 5;
  std::string out;
  int count = 0;
  const auto say = [&](const std::string& path, std::string_view one, std::string_view other) {
    if (++count <= kMostLines) out += cat("  ", quote(path), "\n    got  ", one, "\n    want ", other, "\n");
  };
  for (const auto& [path, line] : want) {
    const auto found = got.find(path);
    if (found == got.end())
      say(path, "nothing", line);
    else if (found->second != line)
      say(path, found->second, line);
  }
  for (const auto& [path, line] : got)
    if (!want.contains(path)) say(path, line, "nothing");
  if (count > kMostLines) out += cat("  and ", count - kMostLines, " more\n");
  return out;
}

/// The members that made the image, for whoever has to find out why.
std::string members_of(const ImageSpec& spec) {
  std::string out;
  for (std::size_t layer = 0; layer < spec.layers.size(); ++layer) {
    for (const Member& member : spec.layers[layer].members) {
      out += cat("  ", layer, ": ", entry_type_name(member.type), " ", quote(member.name));
      if (!member.link_target.empty()) out += cat(" -> ", quote(member.link_target));
      if (member.mtime_s < 0) out += cat(" mtime ", member.mtime_s, "+", member.mtime_ns, "ns");
      out += '\n';
    }
  }
  return out;
}

InspectOptions hashing(unsigned threads) {
  InspectOptions options;
  options.threads = threads;
  options.content = InspectOptions::Hash::sha256;
  return options;
}

/// Where the library and the reference model disagree about `spec`; empty when they agree.
std::string disagreement(const ImageSpec& spec, const ReferenceModel& reference, unsigned threads) {
  const auto model = scan(build_image(spec).image, hashing(threads));
  if (!model) return cat("  not read: ", describe(model.error()), "\n");
  const Lines got = lines_of(*model);
  std::string out = difference(got, lines_of(reference, true));
  const LayerUsage total = inspect(*model).total;
  if (got.size() != model->node_count()) out += cat("  node_count() is ", model->node_count(), "\n");
  if (total.file_bytes != reference.file_bytes())
    out += cat("  file bytes: got ", total.file_bytes, ", want ", reference.file_bytes(), "\n");
  if (total.wasted_bytes != reference.wasted_bytes())
    out += cat("  wasted bytes: got ", total.wasted_bytes, ", want ", reference.wasted_bytes(), "\n");
  return out;
}

ReferenceModel reference_of(const ImageSpec& spec) {
  ReferenceModel model;
  for (const LayerSpec& layer : spec.layers) {
    model.start_layer();
    for (const Member& member : layer.members) model.apply(member);
  }
  return model;
}

/// Takes members away as long as `spec` still shows some disagreement.
void shrink(ImageSpec& spec) {
  for (bool shrank = true; shrank;) {
    shrank = false;
    for (std::size_t layer = spec.layers.size(); layer-- > 0;) {
      for (std::size_t at = spec.layers[layer].members.size(); at-- > 0;) {
        ImageSpec less = spec;
        less.layers[layer].members.erase(less.layers[layer].members.begin() + std::ptrdiff_t(at));
        if (disagreement(less, reference_of(less), 1).empty()) continue;
        spec = std::move(less);
        shrank = true;
      }
    }
  }
}

/// OCITIDY_RANDOM_IMAGES=100000 runs more than the suite does.
std::uint64_t image_count(std::uint64_t usual) {
  const char* wanted = std::getenv("OCITIDY_RANDOM_IMAGES");
  return wanted == nullptr ? usual : std::strtoull(wanted, nullptr, 10);
}

TEST(RandomImages, AgreeWithTheReferenceModel) {
  const std::uint64_t images = image_count(1000);
  constexpr int kMostFailures = 5;
  std::uint64_t compared = 0, paths = 0;
  int failures = 0;
  for (std::uint64_t seed = 1; seed <= images && failures < kMostFailures; ++seed) {
    RandomImage random = random_image(seed, Wildness::anything);
    const std::string differs = disagreement(random.spec, random.model, 1 + unsigned(seed % 4));
    ++compared;
    paths += random.model.names().size();
    if (differs.empty()) continue;
    ++failures;
    shrink(random.spec);
    ADD_FAILURE() << "seed " << seed << ", members that suffice:\n"
                  << members_of(random.spec) << "where they disagree:\n"
                  << disagreement(random.spec, reference_of(random.spec), 1) << "in the whole image:\n"
                  << differs;
  }
  std::printf("compared %llu random images, %llu paths, with the reference model\n",
              static_cast<unsigned long long>(compared), static_cast<unsigned long long>(paths));
}

TEST(RandomImages, HoldWhatTheyPromise) {
  std::map<EntryType, int> types;
  int whiteouts = 0, link_groups = 0, implied = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const RandomImage random = random_image(seed, Wildness::anything);
    for (const LayerSpec& layer : random.spec.layers)
      for (const Member& member : layer.members) {
        ++types[member.type];
        whiteouts += member.name.find(".wh.") != std::string::npos;
      }
    for (const auto& [inode, names] : random.model.link_groups()) link_groups += names.size() > 1;
    for (const auto& [path, name] : random.model.names()) implied += !random.model.inode(name).made_by;
  }
  for (const EntryType type : {EntryType::file, EntryType::directory, EntryType::symlink, EntryType::hard_link,
                               EntryType::char_device, EntryType::block_device, EntryType::fifo})
    EXPECT_GT(types[type], 10) << entry_type_name(type);
  EXPECT_GT(whiteouts, 500);
  EXPECT_GT(link_groups, 100);
  EXPECT_GT(implied, 100);
}

// Against umoci, which unpacks to disk.

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Xattr> user_xattrs(const std::string& path) {
  std::vector<Xattr> out;
  std::array<char, 4096> names{}, value{};
  const ssize_t size = llistxattr(path.c_str(), names.data(), names.size());
  for (ssize_t at = 0; at < size;) {
    const std::string name(names.data() + at);
    at += ssize_t(name.size()) + 1;
    const ssize_t length = lgetxattr(path.c_str(), name.c_str(), value.data(), value.size());
    if (name.starts_with("user.") && length >= 0) out.push_back({name, std::string(value.data(), std::size_t(length))});
  }
  std::ranges::sort(out, {}, &Xattr::name);
  return out;
}

EntryType type_of(mode_t mode) {
  if (S_ISDIR(mode)) return EntryType::directory;
  if (S_ISLNK(mode)) return EntryType::symlink;
  if (S_ISFIFO(mode)) return EntryType::fifo;
  return S_ISREG(mode) ? EntryType::file : EntryType::other;
}

Lines lines_on_disk(const std::filesystem::path& root) {
  namespace fs = std::filesystem;
  std::map<ino_t, std::vector<std::string>> groups;
  std::vector<std::string> paths;
  for (const auto& item : fs::recursive_directory_iterator(root)) paths.push_back(item.path().lexically_relative(root));
  std::ranges::sort(paths);
  std::map<std::string, struct stat> stats;
  for (const std::string& path : paths) {
    if (lstat((root / path).c_str(), &stats[path]) != 0) throw std::runtime_error("lstat failed: " + path);
    groups[stats[path].st_ino].push_back(path);
  }
  Lines lines;
  for (const auto& [path, stat] : stats) {
    const fs::path at = root / path;
    const EntryType type = type_of(stat.st_mode);
    const std::string content = type == EntryType::file ? read_file(at) : "";
    const Facts facts{.type = type,
                      .mode = stat.st_mode & 07777,
                      .uid = stat.st_uid,
                      .gid = stat.st_gid,
                      .mtime_s = stat.st_mtim.tv_sec,
                      .mtime_ns = std::uint32_t(stat.st_mtim.tv_nsec),
                      .content_sha256 = digest_of(content).hex(),
                      .size_bytes = content.size(),
                      .link_target = type == EntryType::symlink ? fs::read_symlink(at).string() : "",
                      .device_major = 0,
                      .device_minor = 0,
                      .xattrs = user_xattrs(at),
                      .first_name = groups[stat.st_ino].front(),
                      .names = groups[stat.st_ino].size()};
    lines[path] = line_of(facts);
  }
  return lines;
}

/// A folder that goes when the test ends.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "ocitidy-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Puts what follows `key` in `from` at its place in `line`, up to the next blank.
void take_word(std::string& line, const std::string& from, std::string_view key) {
  const std::size_t at = line.find(key), in = from.find(key);
  if (at == std::string::npos || in == std::string::npos) return;
  const std::size_t start = at + key.size(), from_start = in + key.size();
  line.replace(start, line.find(' ', start) - start, from.substr(from_start, from.find(' ', from_start) - from_start));
}

/// Some facts on disk are not the image's: the times of directories in which umoci made or removed something;
/// everything about directories that nothing declares (umoci leaves its umask there, or what a whiteout in the same
/// layer should have taken away, as the order of the members has it); the mode of symlinks, since Linux has none.
Lines expected_on_disk(const ReferenceModel& model, const Lines& on_disk) {
  Lines want = lines_of(model, false);
  want.erase("");  // the root's own entry is the unpacker's to make
  for (auto& [path, line] : want) {
    const ReferenceModel::Inode& inode = model.inode(model.names().at(path));
    const auto found = on_disk.find(path);
    if (found == on_disk.end()) continue;
    if (inode.type == EntryType::directory) take_word(line, found->second, "mtime ");
    if (inode.type == EntryType::directory && !inode.made_by && found->second.starts_with("dir ")) line = found->second;
    if (inode.type == EntryType::symlink) take_word(line, found->second, "symlink ");
  }
  return want;
}

TEST(RandomImages, AgainstUmoci) {
  if (std::system("command -v umoci >/dev/null 2>&1") != 0) GTEST_SKIP() << "umoci is not installed";
  if (geteuid() != 0) GTEST_SKIP() << "only root can unpack owners and modes as they are";
  const std::uint64_t images = image_count(50);
  std::uint64_t compared = 0;
  for (std::uint64_t seed = 1; seed <= images; ++seed) {
    const RandomImage random = random_image(seed, Wildness::unpackable);
    const TemporaryFolder folder;
    write_layout(build_image(random.spec), "random", folder.path() / "layout");
    const std::string command =
        cat("umoci raw unpack --image '", (folder.path() / "layout").string(), ":random' '",
            (folder.path() / "rootfs").string(), "' 2>'", (folder.path() / "log").string(), "'");
    ASSERT_EQ(std::system(command.c_str()), 0) << "seed " << seed << '\n'
                                               << read_file(folder.path() / "log") << members_of(random.spec);
    const Lines got = lines_on_disk(folder.path() / "rootfs");
    ASSERT_EQ(difference(got, expected_on_disk(random.model, got)), "") << "seed " << seed << '\n'
                                                                        << members_of(random.spec);
    ++compared;
  }
  std::printf("compared %llu random images with what umoci unpacks\n", static_cast<unsigned long long>(compared));
}

}  // namespace
}  // namespace ocitidy::test

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
#include "support/tree_lines.h"

namespace ocitidy::test {
namespace {

/// Where the library and the reference model disagree about `spec`; empty when they agree.
std::string disagreement(const ImageSpec& spec, const ReferenceModel& reference, unsigned threads) {
  const auto model = scan(build_image(spec).image, hashing(threads));
  if (!model) return cat("  not read: ", describe(model.error()), "\n");
  const Lines got = lines_of(*model, WithLayers::yes);
  std::string out = difference(got, lines_of(reference, WithLayers::yes));
  const LayerUsage total = inspect(*model).total;
  if (got.size() != model->node_count()) out += cat("  node_count() is ", model->node_count(), "\n");
  if (total.file_bytes != reference.file_bytes())
    out += cat("  file bytes: got ", total.file_bytes, ", want ", reference.file_bytes(), "\n");
  if (total.wasted_bytes != reference.wasted_bytes())
    out += cat("  wasted bytes: got ", total.wasted_bytes, ", want ", reference.wasted_bytes(), "\n");
  return out;
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
    shrink(random.spec, [](const ImageSpec& less) { return !disagreement(less, reference_of(less), 1).empty(); });
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
  Lines want = lines_of(model, WithLayers::no);
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

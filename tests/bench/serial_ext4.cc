// serial_ext4.cc - flattens layers to one ext4 image, the way Lambda's own flattener is described: serially, always the
// same.
//
// usage: serial_ext4 OUTPUT [--map FILE] [--keep-removed] LAYER.tar...
//
// What AWS runs is not public; its authors describe a file system writer that works serially and comes to the same
// bytes each time (Brooker et al., On-demand Container Loading in AWS Lambda, USENIX ATC 2023, section 3). This is the
// plainest one of that kind over libext2fs: layers are applied in order, member by member, as container engines do;
// each inode and each block is the first free one; what is deleted or replaced is freed at once, and may be taken
// again. Size, identifiers and times of the file system are fixed, so the geometry is the same for every image. There
// is no journal, no lost+found, no checksum and no second superblock. The output is sparse.
//
// --keep-removed gives to nobody what a file had that is deleted or replaced, as a writer would that only goes forward.
// --map FILE writes "START+LENGTH[,START+LENGTH...] PATH" for each name of a regular file, in blocks of 4096 bytes.
#include <archive.h>
#include <archive_entry.h>
#include <ext2fs/ext2fs.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace {

constexpr std::uint64_t kBlockBytes = 4096;
constexpr std::uint64_t kFileSystemBytes = 4ULL << 30;
constexpr unsigned kInodeBytes = 256;
constexpr unsigned kExtraInodeBytes = 32;        // i_extra_isize: up to and with i_projid
constexpr std::uint64_t kBytesPerInode = 16384;  // as mke2fs.conf has it
constexpr std::uint32_t kFixedTime_s = 1;        // 0 would mean "now" to libext2fs
constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr std::array<unsigned char, 16> kFixedId = {0x6f, 0x63, 0x69, 0x74, 0x69, 0x64, 0x79, 0x00,
                                                    0x80, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01};

/// Whoever measures wants no half results.
[[noreturn]] void stop(const std::string& where, const char* why) {
  std::fprintf(stderr, "serial_ext4: %s: %s\n", where.c_str(), why);
  std::exit(1);
}

void must(errcode_t code, const std::string& where) {
  if (code != 0) stop(where, error_message(code));
}

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

/// "./usr//bin/" -> "usr/bin"; the root is "".
std::string plain_path(std::string_view name) {
  std::string path;
  while (!name.empty()) {
    const auto part = name.substr(0, name.find('/'));
    name.remove_prefix(std::min(name.size(), part.size() + 1));
    if (part == "..") stop(path, "a name with ..");
    if (part.empty() || part == ".") continue;
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

struct Run {
  std::uint64_t start, length;  // in blocks
};

/// When the room of something that is removed can be taken again.
enum class Removed : std::uint8_t { free_at_once, free_at_the_end };

/// A file system that only grows by the first free inode and the first free block.
class SerialFileSystem {
 public:
  SerialFileSystem(const char* path, Removed removed);
  ~SerialFileSystem();
  SerialFileSystem(const SerialFileSystem&) = delete;
  SerialFileSystem& operator=(const SerialFileSystem&) = delete;

  ext2_ino_t add_folder(ext2_ino_t parent, const std::string& name);
  ext2_ino_t add_file(ext2_ino_t parent, const std::string& name, archive* source, std::uint64_t size_bytes);
  ext2_ino_t add_symlink(ext2_ino_t parent, const std::string& name, const char* target);
  ext2_ino_t add_special(ext2_ino_t parent, const std::string& name, archive_entry* entry);
  void add_link(ext2_ino_t parent, const std::string& name, ext2_ino_t inode);
  void set_attributes(ext2_ino_t inode, archive_entry* entry);
  void remove(ext2_ino_t parent, const std::string& name, ext2_ino_t inode);

  bool is_folder(ext2_ino_t inode) { return LINUX_S_ISDIR(read(inode).i_mode); }
  const std::map<ext2_ino_t, std::vector<Run>>& runs() const { return runs_; }

 private:
  ext2_inode_large read(ext2_ino_t inode);
  void write(ext2_ino_t inode, ext2_inode_large& facts);
  ext2_ino_t new_inode(unsigned mode);
  void enter(ext2_ino_t parent, const std::string& name, ext2_ino_t inode, int type);
  std::vector<Run> allocate(std::uint64_t blocks);
  void write_content(archive* source, std::uint64_t size_bytes, const std::vector<Run>& runs);
  void set_xattrs(ext2_ino_t inode, archive_entry* entry);
  void free_inode(ext2_ino_t inode);

  const Removed removed_;
  std::vector<ext2_ino_t> doomed_;  // to be freed at the end
  ext2_filsys fs_ = nullptr;
  std::map<ext2_ino_t, std::vector<Run>> runs_;
};

errcode_t first_free_block(ext2_filsys fs, blk64_t, blk64_t* found) {
  return ext2fs_new_block2(fs, 0, fs->block_map, found);
}

SerialFileSystem::SerialFileSystem(const char* path, Removed removed) : removed_(removed) {
  initialize_ext2_error_table();
  std::ofstream(path, std::ios::trunc).flush();  // nothing of an earlier run stays
  std::filesystem::resize_file(path, kFileSystemBytes);
  ext2_super_block wanted{};
  wanted.s_rev_level = EXT2_DYNAMIC_REV;
  wanted.s_log_block_size = 2;  // 1024 << 2 = 4096
  wanted.s_inode_size = kInodeBytes;
  wanted.s_inodes_count = kFileSystemBytes / kBytesPerInode;
  wanted.s_log_groups_per_flex = 4;  // 16 groups, as mke2fs does
  wanted.s_feature_incompat =
      EXT2_FEATURE_INCOMPAT_FILETYPE | EXT3_FEATURE_INCOMPAT_EXTENTS | EXT4_FEATURE_INCOMPAT_FLEX_BG;
  wanted.s_feature_ro_compat = EXT2_FEATURE_RO_COMPAT_LARGE_FILE | EXT4_FEATURE_RO_COMPAT_HUGE_FILE |
                               EXT4_FEATURE_RO_COMPAT_DIR_NLINK | EXT4_FEATURE_RO_COMPAT_EXTRA_ISIZE;
  // s_backup_bgs is 0: a copy of superblock and descriptors in every few groups would change with each free block
  wanted.s_feature_compat = EXT2_FEATURE_COMPAT_EXT_ATTR | EXT4_FEATURE_COMPAT_SPARSE_SUPER2;
  ext2fs_blocks_count_set(&wanted, kFileSystemBytes / kBlockBytes);
  must(ext2fs_initialize(path, EXT2_FLAG_EXCLUSIVE | EXT2_FLAG_64BITS, &wanted, unix_io_manager, &fs_), path);
  fs_->now = kFixedTime_s;
  ext2_super_block& super = *fs_->super;
  std::memcpy(super.s_uuid, kFixedId.data(), kFixedId.size());
  std::memcpy(super.s_hash_seed, kFixedId.data(), kFixedId.size());
  super.s_mkfs_time = super.s_lastcheck = kFixedTime_s;
  super.s_min_extra_isize = super.s_want_extra_isize = kExtraInodeBytes;
  must(ext2fs_allocate_tables(fs_), "tables");
  must(ext2fs_mkdir(fs_, EXT2_ROOT_INO, EXT2_ROOT_INO, nullptr), "root");
  for (ext2_ino_t inode = EXT2_ROOT_INO + 1; inode < super.s_first_ino; ++inode) {
    ext2fs_inode_alloc_stats2(fs_, inode, +1, 0);
  }
  ext2fs_inode_alloc_stats2(fs_, EXT2_BAD_INO, +1, 0);
  ext2fs_set_alloc_block_callback(fs_, first_free_block, nullptr);
}

SerialFileSystem::~SerialFileSystem() {
  for (const ext2_ino_t inode : doomed_) free_inode(inode);
  must(ext2fs_close_free(&fs_), "close");
}

ext2_inode_large SerialFileSystem::read(ext2_ino_t inode) {
  ext2_inode_large facts{};
  must(ext2fs_read_inode_full(fs_, inode, reinterpret_cast<ext2_inode*>(&facts), sizeof facts), "inode");
  return facts;
}

void SerialFileSystem::write(ext2_ino_t inode, ext2_inode_large& facts) {
  must(ext2fs_write_inode_full(fs_, inode, reinterpret_cast<ext2_inode*>(&facts), sizeof facts), "inode");
}

/// The first free one of all: the search starts in the root's group.
ext2_ino_t SerialFileSystem::new_inode(unsigned mode) {
  ext2_ino_t inode = 0;
  must(ext2fs_new_inode(fs_, EXT2_ROOT_INO, static_cast<int>(mode), nullptr, &inode), "no free inode");
  return inode;
}

void SerialFileSystem::enter(ext2_ino_t parent, const std::string& name, ext2_ino_t inode, int type) {
  errcode_t code = ext2fs_link(fs_, parent, name.c_str(), inode, type);
  if (code == EXT2_ET_DIR_NO_SPACE) {
    must(ext2fs_expand_dir(fs_, parent), name);
    code = ext2fs_link(fs_, parent, name.c_str(), inode, type);
  }
  must(code, name);
}

ext2_ino_t SerialFileSystem::add_folder(ext2_ino_t parent, const std::string& name) {
  const ext2_ino_t inode = new_inode(LINUX_S_IFDIR | 0755);
  errcode_t code = ext2fs_mkdir(fs_, parent, inode, name.c_str());
  if (code == EXT2_ET_DIR_NO_SPACE) {
    must(ext2fs_expand_dir(fs_, parent), name);
    code = ext2fs_mkdir(fs_, parent, inode, name.c_str());
  }
  must(code, name);
  return inode;
}

/// As few runs as the first free blocks make.
std::vector<Run> SerialFileSystem::allocate(std::uint64_t blocks) {
  std::vector<Run> runs;
  while (blocks > 0) {
    blk64_t start = 0, length = 0;
    must(ext2fs_new_range(fs_, 0, 0, blocks, nullptr, &start, &length), "no free block");
    length = std::min<blk64_t>(length, blocks);
    ext2fs_block_alloc_stats_range(fs_, start, static_cast<blk_t>(length), +1);
    runs.push_back({start, length});
    blocks -= length;
  }
  return runs;
}

void SerialFileSystem::write_content(archive* source, std::uint64_t size_bytes, const std::vector<Run>& runs) {
  std::vector<char> buffer;
  for (const Run& run : runs) {
    const std::uint64_t wanted = std::min(size_bytes, run.length * kBlockBytes);
    buffer.assign(run.length * kBlockBytes, 0);
    std::uint64_t have = 0;
    while (have < wanted) {
      const la_ssize_t got = archive_read_data(source, buffer.data() + have, wanted - have);
      if (got <= 0) stop("content", got < 0 ? archive_error_string(source) : "ends early");
      have += static_cast<std::uint64_t>(got);
    }
    must(io_channel_write_blk64(fs_->io, run.start, static_cast<int>(run.length), buffer.data()), "write");
    size_bytes -= wanted;
  }
}

ext2_ino_t SerialFileSystem::add_file(ext2_ino_t parent, const std::string& name, archive* source,
                                      std::uint64_t size_bytes) {
  const ext2_ino_t inode = new_inode(LINUX_S_IFREG | 0644);
  enter(parent, name, inode, EXT2_FT_REG_FILE);
  ext2fs_inode_alloc_stats2(fs_, inode, +1, 0);
  ext2_inode_large facts{};
  facts.i_mode = LINUX_S_IFREG | 0644;
  facts.i_links_count = 1;
  facts.i_flags = EXT4_EXTENTS_FL;
  facts.i_extra_isize = kExtraInodeBytes;
  must(ext2fs_inode_size_set(fs_, reinterpret_cast<ext2_inode*>(&facts), static_cast<ext2_off64_t>(size_bytes)), name);
  ext2_extent_handle_t extents = nullptr;
  must(ext2fs_extent_open2(fs_, inode, reinterpret_cast<ext2_inode*>(&facts), &extents), name);
  const auto runs = allocate((size_bytes + kBlockBytes - 1) / kBlockBytes);
  must(ext2fs_iblk_set(fs_, reinterpret_cast<ext2_inode*>(&facts), 0), name);
  write(inode, facts);
  std::uint64_t logical = 0;
  for (const Run& run : runs) {
    for (std::uint64_t block = 0; block < run.length; ++block, ++logical) {
      must(ext2fs_extent_set_bmap(extents, logical, run.start + block, 0), name);
    }
  }
  ext2fs_extent_free(extents);
  facts = read(inode);
  must(ext2fs_iblk_add_blocks(fs_, reinterpret_cast<ext2_inode*>(&facts), logical), name);
  write(inode, facts);
  write_content(source, size_bytes, runs);
  runs_[inode] = runs;
  return inode;
}

ext2_ino_t SerialFileSystem::add_symlink(ext2_ino_t parent, const std::string& name, const char* target) {
  const ext2_ino_t inode = new_inode(LINUX_S_IFLNK | 0777);
  errcode_t code = ext2fs_symlink(fs_, parent, inode, name.c_str(), target);
  if (code == EXT2_ET_DIR_NO_SPACE) {
    must(ext2fs_expand_dir(fs_, parent), name);
    code = ext2fs_symlink(fs_, parent, inode, name.c_str(), target);
  }
  must(code, name);
  return inode;
}

ext2_ino_t SerialFileSystem::add_special(ext2_ino_t parent, const std::string& name, archive_entry* entry) {
  const unsigned type = archive_entry_filetype(entry);
  const ext2_ino_t inode = new_inode(type | 0600);
  const int file_type = type == AE_IFCHR ? EXT2_FT_CHRDEV : type == AE_IFBLK ? EXT2_FT_BLKDEV : EXT2_FT_FIFO;
  enter(parent, name, inode, file_type);
  ext2fs_inode_alloc_stats2(fs_, inode, +1, 0);
  ext2_inode_large facts{};
  facts.i_mode = static_cast<std::uint16_t>(type | 0600);
  facts.i_links_count = 1;
  facts.i_extra_isize = kExtraInodeBytes;
  if (type != AE_IFIFO) {
    const auto major = static_cast<std::uint32_t>(archive_entry_rdevmajor(entry));
    const auto minor = static_cast<std::uint32_t>(archive_entry_rdevminor(entry));
    facts.i_block[1] = (minor & 0xff) | (major << 8) | ((minor & ~0xffU) << 12);  // new_encode_dev() of Linux
  }
  write(inode, facts);
  return inode;
}

void SerialFileSystem::add_link(ext2_ino_t parent, const std::string& name, ext2_ino_t inode) {
  enter(parent, name, inode, EXT2_FT_REG_FILE);
  ext2_inode_large facts = read(inode);
  ++facts.i_links_count;
  write(inode, facts);
}

void SerialFileSystem::set_xattrs(ext2_ino_t inode, archive_entry* entry) {
  if (archive_entry_xattr_reset(entry) == 0) return;
  ext2_xattr_handle* handle = nullptr;
  must(ext2fs_xattrs_open(fs_, inode, &handle), "xattrs");
  must(ext2fs_xattrs_read(handle), "xattrs");
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size_bytes = 0;
  while (archive_entry_xattr_next(entry, &name, &value, &size_bytes) == ARCHIVE_OK) {
    must(ext2fs_xattr_set(handle, name, value, size_bytes), name);  // writes the inode too
  }
  must(ext2fs_xattrs_close(&handle), "xattrs");
}

void SerialFileSystem::set_attributes(ext2_ino_t inode, archive_entry* entry) {
  ext2_inode_large facts = read(inode);
  const auto uid = static_cast<std::uint32_t>(archive_entry_uid(entry));
  const auto gid = static_cast<std::uint32_t>(archive_entry_gid(entry));
  facts.i_mode = static_cast<std::uint16_t>((facts.i_mode & LINUX_S_IFMT) | archive_entry_perm(entry));
  facts.i_uid = static_cast<std::uint16_t>(uid);
  facts.i_gid = static_cast<std::uint16_t>(gid);
  facts.osd2.linux2.l_i_uid_high = static_cast<std::uint16_t>(uid >> 16);
  facts.osd2.linux2.l_i_gid_high = static_cast<std::uint16_t>(gid >> 16);
  const auto mtime_s = archive_entry_mtime(entry);
  facts.i_mtime = static_cast<std::uint32_t>(mtime_s);
  const auto epoch = static_cast<std::uint32_t>((mtime_s - static_cast<std::int32_t>(mtime_s)) >> 32) & 3;
  facts.i_mtime_extra = static_cast<std::uint32_t>(archive_entry_mtime_nsec(entry)) << 2 | epoch;
  facts.i_atime = facts.i_ctime = facts.i_crtime = kFixedTime_s;
  facts.i_extra_isize = kExtraInodeBytes;
  write(inode, facts);
  set_xattrs(inode, entry);
}

/// Takes the name away, and with the last one the inode.
void SerialFileSystem::remove(ext2_ino_t parent, const std::string& name, ext2_ino_t inode) {
  must(ext2fs_unlink(fs_, parent, name.c_str(), inode, 0), name);
  ext2_inode_large facts = read(inode);
  if (LINUX_S_ISDIR(facts.i_mode)) {
    ext2_inode_large above = read(parent);
    --above.i_links_count;
    write(parent, above);
  } else if (--facts.i_links_count > 0) {
    write(inode, facts);
    return;
  }
  runs_.erase(inode);
  if (removed_ == Removed::free_at_once) {
    free_inode(inode);
  } else {
    doomed_.push_back(inode);
  }
}

/// Its blocks too. Their bytes stay until they are written again, as on a disk.
void SerialFileSystem::free_inode(ext2_ino_t inode) {
  ext2_inode_large facts = read(inode);
  const bool folder = LINUX_S_ISDIR(facts.i_mode);
  facts.i_links_count = 0;
  facts.i_dtime = kFixedTime_s;
  write(inode, facts);
  auto* plain = reinterpret_cast<ext2_inode*>(&facts);
  must(ext2fs_free_ext_attr(fs_, inode, &facts), "attributes");
  if (ext2fs_inode_has_valid_blocks2(fs_, plain) != 0) {
    must(ext2fs_punch(fs_, inode, plain, nullptr, 0, ~0ULL), "blocks");
  }
  ext2fs_inode_alloc_stats2(fs_, inode, -1, folder ? 1 : 0);
}

/// Applies layers as container engines do: in the order of the members, which replace what they meet.
class Flattener {
 public:
  explicit Flattener(SerialFileSystem& target) : target_(target) { inodes_[""] = EXT2_ROOT_INO; }
  void apply(const char* layer);
  void write_map(const char* path) const;

 private:
  void apply_member(archive* source, archive_entry* entry);
  void add(const std::string& path, archive* source, archive_entry* entry);
  ext2_ino_t folder_of(const std::string& path);
  bool is_kept_folder(const std::string& path, unsigned type);
  void remove(const std::string& path);
  void empty(const std::string& path);

  SerialFileSystem& target_;
  std::map<std::string, ext2_ino_t> inodes_;    // by path
  std::unordered_set<std::string> this_layer_;  // paths that the layer has written: opaque marks spare them
};

void Flattener::remove(const std::string& path) {
  const std::string below = path + "/";
  std::vector<std::string> doomed;
  for (auto it = inodes_.lower_bound(below); it != inodes_.end() && it->first.starts_with(below); ++it) {
    doomed.push_back(it->first);
  }
  std::ranges::reverse(doomed);  // what lies below a folder sorts behind it
  doomed.push_back(path);
  for (const std::string& each : doomed) {
    target_.remove(inodes_.at(parent_of(each)), name_of(each), inodes_.at(each));
    inodes_.erase(each);
  }
}

/// An opaque mark: what lower layers put into the folder goes.
void Flattener::empty(const std::string& path) {
  const std::string below = path.empty() ? path : path + "/";
  std::vector<std::string> doomed;
  for (auto it = inodes_.lower_bound(below); it != inodes_.end() && it->first.starts_with(below); ++it) {
    if (!it->first.empty() && !this_layer_.contains(it->first)) doomed.push_back(it->first);
  }
  std::ranges::reverse(doomed);
  for (const std::string& each : doomed) {
    if (inodes_.contains(each)) remove(each);
  }
}

ext2_ino_t Flattener::folder_of(const std::string& path) {
  const auto found = inodes_.find(parent_of(path));
  if (found == inodes_.end()) stop(path, "its folder is not there yet");
  if (!target_.is_folder(found->second)) stop(path, "below something that is no folder");
  return found->second;
}

/// A folder that meets a folder only changes its attributes.
bool Flattener::is_kept_folder(const std::string& path, unsigned type) {
  const auto found = inodes_.find(path);
  if (found == inodes_.end()) return false;
  if (type == AE_IFDIR && target_.is_folder(found->second)) return true;
  remove(path);
  return false;
}

void Flattener::add(const std::string& path, archive* source, archive_entry* entry) {
  const unsigned type = archive_entry_filetype(entry);
  const char* link = archive_entry_hardlink(entry);
  if (is_kept_folder(path, link != nullptr ? 0 : type)) {
    target_.set_attributes(inodes_.at(path), entry);
    return;
  }
  const ext2_ino_t parent = folder_of(path);
  const std::string name = name_of(path);
  ext2_ino_t& inode = inodes_[path];
  if (link != nullptr) {
    const auto target = inodes_.find(plain_path(link));
    if (target == inodes_.end()) stop(path, "a hard link to nothing");
    inode = target->second;
    target_.add_link(parent, name, inode);
    return;
  }
  if (type == AE_IFDIR) {
    inode = target_.add_folder(parent, name);
  } else if (type == AE_IFLNK) {
    inode = target_.add_symlink(parent, name, archive_entry_symlink(entry));
  } else if (type == AE_IFREG) {
    inode = target_.add_file(parent, name, source, static_cast<std::uint64_t>(archive_entry_size(entry)));
  } else {
    inode = target_.add_special(parent, name, entry);
  }
  target_.set_attributes(inode, entry);
}

void Flattener::apply_member(archive* source, archive_entry* entry) {
  const char* raw = archive_entry_pathname(entry);
  if (raw == nullptr) stop("a member", "has no name");
  const std::string path = plain_path(raw);
  const std::string name = name_of(path);
  if (name == kOpaque) {
    empty(parent_of(path));
  } else if (name.starts_with(kWhiteout)) {
    const std::string folder = parent_of(path);
    const std::string hidden = (folder.empty() ? folder : folder + "/") + name.substr(kWhiteout.size());
    if (inodes_.contains(hidden)) remove(hidden);
  } else {
    add(path, source, entry);
    for (std::string above = path; !above.empty(); above = parent_of(above)) this_layer_.insert(above);
  }
}

void Flattener::apply(const char* layer) {
  this_layer_.clear();
  const std::unique_ptr<archive, decltype(&archive_read_free)> source(archive_read_new(), archive_read_free);
  archive_read_support_filter_all(source.get());
  archive_read_support_format_tar(source.get());
  archive_read_support_format_empty(source.get());
  if (archive_read_open_filename(source.get(), layer, 1 << 20) != ARCHIVE_OK) {
    stop(layer, archive_error_string(source.get()));
  }
  for (;;) {
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(source.get(), &entry);
    if (code == ARCHIVE_EOF) break;
    if (code < ARCHIVE_WARN) stop(layer, archive_error_string(source.get()));
    apply_member(source.get(), entry);
  }
}

void Flattener::write_map(const char* path) const {
  std::ofstream out(path, std::ios::binary);
  for (const auto& [name, inode] : inodes_) {
    const auto runs = target_.runs().find(inode);
    if (runs == target_.runs().end()) continue;
    std::string text;
    for (const Run& run : runs->second) {
      text += (text.empty() ? "" : ",") + std::to_string(run.start) + "+" + std::to_string(run.length);
    }
    out << text << ' ' << name << '\n';
  }
  if (!out.flush()) stop(path, "cannot be written");
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<const char*> words(argv + 1, argv + argc);
  const char* map = nullptr;
  Removed removed = Removed::free_at_once;
  if (words.size() > 2 && std::string_view(words[1]) == "--map") {
    map = words[2];
    words.erase(words.begin() + 1, words.begin() + 3);
  }
  if (words.size() > 1 && std::string_view(words[1]) == "--keep-removed") {
    removed = Removed::free_at_the_end;
    words.erase(words.begin() + 1);
  }
  if (words.size() < 2) {
    std::fputs("usage: serial_ext4 OUTPUT [--map FILE] [--keep-removed] LAYER.tar...\n", stderr);
    return 2;
  }
  SerialFileSystem file_system(words[0], removed);
  Flattener flattener(file_system);
  for (std::size_t i = 1; i < words.size(); ++i) flattener.apply(words[i]);
  if (map != nullptr) flattener.write_map(map);
  return 0;
}

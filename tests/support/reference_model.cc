// reference_model.cc - see reference_model.h.
#include "support/reference_model.h"

#include <algorithm>

namespace ocitidy::test {
namespace {

std::vector<std::string> parts_of(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '/')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

/// As Go's path.Clean("/" + name): "." and "" go, ".." takes one component with it and stops at the root.
std::vector<std::string> cleaned(const std::string& name) {
  std::vector<std::string> out;
  for (std::string& part : parts_of(name)) {
    if (part.empty() || part == ".") continue;
    if (part != "..")
      out.push_back(std::move(part));
    else if (!out.empty())
      out.pop_back();
  }
  return out;
}

std::string join(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + '/' + name;
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

std::string whole(const Content& content) {
  std::string bytes = content.head;
  bytes.resize(std::max<std::size_t>(bytes.size(), content.size_bytes), '\0');
  return bytes;
}

}  // namespace

ReferenceModel::ReferenceModel() {
  inodes_.emplace_back();
  names_[""] = Name{.inode = 0, .layer = 0};
}

void ReferenceModel::start_layer() {
  next_ = EntryId{next_.layer + 1, 0};
  touched_.clear();
  declared_.clear();
}

ReferenceModel::Verdict ReferenceModel::apply(const Member& member) {
  Path path = cleaned(member.name);
  const std::string name = path.empty() ? "" : path.back();
  const bool hides = name.starts_with(".wh.");
  if (member.type == EntryType::file && !hides) {
    const std::uint64_t size = std::max<std::uint64_t>(member.content.size_bytes, member.content.head.size());
    file_sizes_[next_] = size;
    file_bytes_ += size;
  }
  const auto done = [this](Verdict verdict) {
    ++next_.index;
    return verdict;
  };
  if (member.type == EntryType::other) return done(Verdict::ignored);
  if (path.empty()) {  // the root itself
    if (member.type != EntryType::directory) return done(Verdict::ignored);
    put({"", ""}, member);
    return done(Verdict::applied);
  }
  path.pop_back();
  for (const std::string& above : path)
    if (above.starts_with(".wh.")) return done(Verdict::ignored);
  const std::optional<std::string> directory = follow(path);
  if (hides) return done(directory ? apply_whiteout(*directory, name) : Verdict::ignored);
  if (!directory) return done(Verdict::ignored);
  const Verdict made = make_directories(*directory);
  const Place place{*directory, name};
  if (member.type == EntryType::hard_link) {
    const Verdict linked = apply_link(place, member.link_target);
    return done(linked == Verdict::applied ? made : linked);
  }
  put(place, member);
  return done(made);
}

/// `name` still has its ".wh.". Lower layers only: what this layer wrote stays, before and after.
ReferenceModel::Verdict ReferenceModel::apply_whiteout(const std::string& directory, const std::string& name) {
  const std::string hidden = name.substr(4);
  if (name == ".wh..wh..opq") {
    hide_lower(directory, false);
    return Verdict::applied;
  }
  if (hidden.empty() || hidden == "." || hidden == ".." || hidden.starts_with(".wh.")) return Verdict::ignored;
  hide_lower(join(directory, hidden), true);
  return Verdict::applied;
}

void ReferenceModel::hide_lower(const std::string& top, bool with_top) {
  if (!names_.contains(top)) return;
  std::vector<std::string> paths = below(top);
  if (with_top) paths.push_back(top);
  for (const std::string& path : paths) {
    if (!touched_.contains(path)) {
      names_.erase(path);
    } else if (!declared_.contains(path)) {  // a lower directory that members of this layer stand in
      names_[path] = Name{.inode = imply(), .layer = next_.layer};
    }
  }
}

ReferenceModel::Verdict ReferenceModel::apply_link(const Place& place, const std::string& target) {
  Path target_path = cleaned(target);
  if (target_path.empty()) return Verdict::ignored;  // the root is a directory
  const std::string target_name = target_path.back();
  target_path.pop_back();
  const std::optional<std::string> directory = follow(target_path);
  if (!directory) return Verdict::ignored;
  const std::string target_at = join(*directory, target_name), path = join(place.directory, place.name);
  const auto found = names_.find(target_at);
  if (found == names_.end() || target_at == path) return Verdict::ignored;
  const std::size_t linked = found->second.inode;
  if (inodes_[linked].type == EntryType::directory) return Verdict::ignored;
  remove(path);
  if (!names_.contains(target_at)) return Verdict::ignored;  // it stood below what had to go
  set_name(path, linked);
  return Verdict::applied;
}

void ReferenceModel::put(const Place& place, const Member& member) {
  Inode made{.type = member.type,
             .link_target = member.type == EntryType::symlink ? member.link_target : "",
             .content = member.type == EntryType::file ? whole(member.content) : "",
             .mtime_s = member.mtime_s,
             .mtime_ns = member.mtime_ns,
             .mode = member.mode,
             .uid = member.uid,
             .gid = member.gid,
             .device_major = 0,
             .device_minor = 0,
             .xattrs = member.xattrs,
             .made_by = next_};
  if (member.type == EntryType::char_device || member.type == EntryType::block_device) {
    made.device_major = member.device_major;
    made.device_minor = member.device_minor;
  }
  // An empty pax value takes the record back (POSIX pax), so Go's reader, and with it every engine, makes no attribute.
  std::erase_if(made.xattrs, [](const Xattr& xattr) { return xattr.value.empty(); });
  std::ranges::sort(made.xattrs, {}, &Xattr::name);
  const std::string path = join(place.directory, place.name);
  const auto existing = names_.find(path);
  const bool merges = existing != names_.end() && member.type == EntryType::directory &&
                      inodes_[existing->second.inode].type == EntryType::directory;
  if (!merges) remove(path);
  inodes_.push_back(std::move(made));
  set_name(path, inodes_.size() - 1);
  if (path.empty()) names_[path].layer = 0;  // no layer puts the root there
}

/// Where `path` leads when every symlink on it is followed inside the root. What does not exist is taken for a
/// directory to be. None when the links go round. The way umoci's SecureJoin does it, with Linux's count of links.
std::optional<std::string> ReferenceModel::follow(const Path& path) const {
  std::vector<std::string> reached, ahead(path.rbegin(), path.rend());
  unsigned steps = 0;
  while (!ahead.empty()) {
    const std::string part = ahead.back();
    ahead.pop_back();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!reached.empty()) reached.pop_back();
      continue;
    }
    reached.push_back(part);
    std::string here;
    for (const std::string& step : reached) here = join(here, step);
    const auto found = names_.find(here);
    if (found == names_.end() || inodes_[found->second.inode].type != EntryType::symlink) continue;
    if (++steps > kSymlinkSteps) return std::nullopt;
    const std::string& target = inodes_[found->second.inode].link_target;
    if (target.starts_with('/'))
      reached.clear();
    else
      reached.pop_back();
    const std::vector<std::string> parts = parts_of(target);
    ahead.insert(ahead.end(), parts.rbegin(), parts.rend());
  }
  std::string out;
  for (const std::string& step : reached) out = join(out, step);
  return out;
}

/// Makes `path` and what is above it directories, 0755 root:root where there are none. No symlink is on the path.
ReferenceModel::Verdict ReferenceModel::make_directories(const std::string& path) {
  if (path.empty()) return Verdict::applied;
  Verdict verdict = make_directories(parent_of(path));
  const auto found = names_.find(path);
  if (found != names_.end() && inodes_[found->second.inode].type == EntryType::directory) return verdict;
  if (found != names_.end()) {
    remove(path);
    verdict = Verdict::forced;
  }
  set_name(path, imply());
  return verdict;
}

void ReferenceModel::remove(const std::string& top) {
  for (const std::string& path : below(top)) names_.erase(path);
  names_.erase(top);
}

void ReferenceModel::set_name(const std::string& path, std::size_t inode) {
  names_[path] = Name{.inode = inode, .layer = next_.layer};
  declared_.insert(path);
  for (std::string above = path;; above = parent_of(above)) {
    touched_.insert(above);
    if (above.empty()) break;
  }
}

std::size_t ReferenceModel::imply() {
  inodes_.emplace_back();
  return inodes_.size() - 1;
}

std::vector<std::string> ReferenceModel::below(const std::string& top) const {
  std::vector<std::string> paths;
  const std::string prefix = top.empty() ? "" : top + '/';
  for (const auto& [path, name] : names_)
    if (!path.empty() && path.starts_with(prefix)) paths.push_back(path);
  return paths;
}

std::map<std::size_t, std::set<std::string>> ReferenceModel::link_groups() const {
  std::map<std::size_t, std::set<std::string>> groups;
  for (const auto& [path, name] : names_) groups[name.inode].insert(path);
  return groups;
}

std::uint64_t ReferenceModel::wasted_bytes() const {
  std::set<EntryId> seen;
  for (const auto& [path, name] : names_)
    if (inodes_[name.inode].made_by) seen.insert(*inodes_[name.inode].made_by);
  std::uint64_t wasted = 0;
  for (const auto& [entry, size] : file_sizes_)
    if (!seen.contains(entry)) wasted += size;
  return wasted;
}

}  // namespace ocitidy::test

// access.cc - permission bits for others along a path, and the table of places where functions keep their files.
#include "lambda/access.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace ocitidy::lambda {
namespace {

// Source: Lambda developer guide: LAMBDA_TASK_ROOT, LAMBDA_RUNTIME_DIR, and /opt for extensions and layer content.
constexpr auto kFunctionRoots = std::to_array<std::string_view>({"var/task", "var/runtime", "opt"});

// Directories of the Filesystem Hierarchy Standard 3.0 that belong to the operating system. As WORKDIR they say nothing
// about where the function lies, and they hold files that are private for good reason.
constexpr auto kSystemDirectories = std::to_array<std::string_view>(
    {"",        "bin",     "boot",      "dev",         "etc",      "home",      "lib", "lib64",
     "media",   "mnt",     "proc",      "run",         "sbin",     "sys",       "tmp", "usr",
     "usr/bin", "usr/lib", "usr/lib64", "usr/libexec", "usr/sbin", "usr/share", "var", "var/cache",
     "var/lib", "var/log", "var/mail",  "var/spool",   "var/tmp"});

constexpr auto kPackageDirectories =
    std::to_array<std::string_view>({"dist-packages", "node_modules", "site-packages"});

constexpr auto kPrivate = std::to_array<std::string_view>(
    {".bash_history", ".cache", ".git", ".gnupg", ".npm", ".ssh", ".wget-hsts", "lost+found"});

bool contains(const auto& table, std::string_view name) { return std::ranges::find(table, name) != table.end(); }

/// As paths of the merged tree, symbolic links resolved; those that do not exist are left out.
std::vector<std::string> function_roots(const ImageModel& image) {
  std::vector<std::string> roots;
  const auto add = [&](std::string_view path) {
    const auto node = image.resolve(path);
    if (!node || image.node(*node).type != EntryType::directory) return;
    std::string resolved = image.path(*node);
    if (!contains(kSystemDirectories, resolved) && !contains(roots, resolved)) roots.push_back(std::move(resolved));
  };
  for (const std::string_view path : kFunctionRoots) add(path);
  if (!image.config().working_dir.empty()) add(image.config().working_dir);
  return roots;
}

/// The outermost directory of some kind around the walk; "" when there is none.
struct Around {
  std::string path;
  NodeId node = NodeId::root;

  void leave(std::string_view at) {
    const bool still = at == path || (at.size() > path.size() && at[path.size()] == '/' && at.starts_with(path));
    if (!still) path.clear();
  }
  void enter(NodeId id, std::string_view at) {
    if (path.empty()) path = at, node = id;
  }
  explicit operator bool() const { return !path.empty(); }
};

class Surveyor {
 public:
  explicit Surveyor(const ImageModel& image) : image_(image), roots_(function_roots(image)) {}

  AccessSurvey survey() {
    image_.walk([this](NodeId id, std::string_view path) { visit(id, path); });
    return std::move(result_);
  }

 private:
  void visit(NodeId id, std::string_view path) {
    for (Around* around : {&function_, &private_, &closed_}) around->leave(path);
    const std::string_view name = image_.name(id);
    const EntryType type = image_.type(id);
    if (contains(kPrivate, name)) private_.enter(id, path);
    if (type == EntryType::directory) {
      if (!private_ && (contains(roots_, path) || contains(kPackageDirectories, name))) function_.enter(id, path);
      if (!others_may_execute(image_.node(id))) closed_.enter(id, path);
    } else if (type == EntryType::file && function_ && !private_) {
      judge(id, name, image_.node(id));
    }
  }

  void judge(NodeId id, std::string_view name, const Node& node) {
    if (closed_) {
      count(result_.closed[closed_.node], node);
    } else if (!others_may_read(node)) {
      result_.unreadable.push_back(id);
    } else if (name.ends_with(".py") || name.ends_with(".jar")) {
      const auto parent = image_.parent(id);
      if (parent && !others_may_read(image_.node(*parent))) count(result_.unlisted[*parent], node);
    }
  }

  static void count(OutOfReach& out, const Node& node) {
    ++out.files;
    out.bytes += node.size_bytes;
  }

  const ImageModel& image_;
  const std::vector<std::string> roots_;
  Around function_, private_, closed_;
  AccessSurvey result_;
};

}  // namespace

std::vector<NodeId> closed_above(const ImageModel& image, NodeId node) {
  std::vector<NodeId> closed;
  for (auto directory = image.parent(node); directory; directory = image.parent(*directory)) {
    if (!others_may_execute(image.node(*directory))) closed.push_back(*directory);
  }
  std::ranges::reverse(closed);
  return closed;
}

FunctionPlaces::FunctionPlaces(const ImageModel& image) : roots_(function_roots(image)) {}

bool FunctionPlaces::has(std::string_view path) const {
  bool inside = false;
  for (std::size_t begin = 0, slash = path.find('/'); slash != std::string_view::npos;
       begin = slash + 1, slash = path.find('/', begin)) {
    const std::string_view name = path.substr(begin, slash - begin);
    if (contains(kPrivate, name)) return false;
    inside = inside || contains(kPackageDirectories, name) || contains(roots_, path.substr(0, slash));
  }
  return inside;
}

AccessSurvey survey_access(const ImageModel& image) { return Surveyor(image).survey(); }

}  // namespace ocitidy::lambda

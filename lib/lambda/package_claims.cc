// package_claims.cc - one package database after the other; the first claim of a file counts.
#include "lambda/package_claims.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "formats/apk_database.h"
#include "formats/dpkg_database.h"
#include "formats/pyc.h"
#include "formats/python_record.h"
#include "formats/rpm_database.h"
#include "image/captured_text.h"
#include "lambda/release_pace.h"

namespace ocitidy::lambda {
namespace {

/// "libc6" of "libc6:amd64.list".
std::string_view package_of_info(std::string_view name) {
  name = name.substr(0, std::min(name.rfind('.'), name.size()));
  return name.substr(0, name.find(':'));
}

}  // namespace

PackageClaims::PackageClaims(const ImageModel& image, PathTree& tree, const Packages& packages, ComponentTable& table,
                             std::vector<std::string>& doubts)
    : image_(image), tree_(tree), table_(table), claims_(tree.size(), kNone) {
  add_dpkg();
  add_dpkg_without_tools();
  add_apk("lib/apk/db/installed");
  add_apk("usr/lib/apk/db/installed");
  add_rpm("var/lib/rpm", doubts);
  add_rpm("usr/lib/sysimage/rpm", doubts);
  add_records(packages);
  add_bytecode();
  if (cut_short_ > 0) {
    doubts.push_back(cat(counted(cut_short_, "package list was", "package lists were"),
                         " not kept whole by the scan, the first of them ", quote(first_cut_),
                         ": files of those packages are told by their folders"));
  }
}

/// Files have one owner. Directories have many, and then belong to none; so do links to them, which stand where some
/// packages say directory.
void PackageClaims::claim(std::optional<Place> place, std::uint32_t component) {
  if (!place || *place == PathTree::kRoot) return;
  std::uint32_t& slot = claims_[*place];
  if (slot == kNone) {
    slot = component;
  } else if (slot != component && tree_.type(*place) != EntryType::file) {
    slot = kShared;
  }
}

/// The kept bytes of a database; "" when there is no such file.
std::string_view PackageClaims::text_at(std::optional<Place> place) {
  if (!place || tree_.type(*place) != EntryType::file) return {};
  const auto capture = captured_at(image_, tree_.id(*place));
  if (!capture || !capture->whole_file) {
    if (cut_short_++ == 0) first_cut_ = tree_.path(*place);
  }
  return text_of(capture);
}

void PackageClaims::add_dpkg() {
  const auto info = tree_.find("var/lib/dpkg/info", PathTree::kRoot, PathTree::Last::follow);
  if (!info) return;
  std::unordered_map<std::string_view, std::string_view> versions;
  for (const DpkgPackage& package : parse_dpkg_status(text_at(tree_.find("var/lib/dpkg/status"))))
    versions.try_emplace(package.name, package.version);
  std::unordered_map<std::string_view, std::uint32_t> components;
  for (const Place file : tree_.children(*info)) {
    const std::string_view name = tree_.name(file), package = package_of_info(name);
    if (!name.ends_with(".list") || package.empty() || tree_.type(file) != EntryType::file) continue;
    const auto version = versions.find(package);
    const std::uint32_t component = table_.add(ComponentKind::os_package, cat("dpkg:", package),
                                               version == versions.end() ? std::string_view() : version->second);
    components.emplace(package, component);
    for (const std::string_view path : parse_dpkg_list(text_at(file))) claim(tree_.find(path), component);
  }
  // What dpkg keeps of a package changes with it: lists, sums, scripts.
  for (const Place file : tree_.children(*info)) {
    const auto it = components.find(package_of_info(tree_.name(file)));
    if (it != components.end()) claim(file, it->second);
  }
}

/// Images put together from Debian packages without dpkg: a stanza a file, and sums beside it. Source: distroless.
void PackageClaims::add_dpkg_without_tools() {
  const auto folder = tree_.find("var/lib/dpkg/status.d", PathTree::kRoot, PathTree::Last::follow);
  if (!folder) return;
  constexpr std::string_view kSums = ".md5sums", kList = ".list";
  for (const Place file : tree_.children(*folder)) {
    const std::string_view name = tree_.name(file);
    if (name.ends_with(kSums) || name.ends_with(kList)) continue;
    const auto stanzas = parse_dpkg_status(text_at(file));
    if (stanzas.empty()) continue;
    const std::uint32_t component =
        table_.add(ComponentKind::os_package, cat("dpkg:", stanzas.front().name), stanzas.front().version);
    const auto sums = tree_.child(*folder, cat(name, kSums)), list = tree_.child(*folder, cat(name, kList));
    claim(file, component);
    claim(sums, component);
    claim(list, component);
    for (const std::string_view path : parse_dpkg_md5sums(text_at(sums))) claim(tree_.find(path), component);
    for (const std::string_view path : parse_dpkg_list(text_at(list))) claim(tree_.find(path), component);
  }
}

void PackageClaims::add_apk(std::string_view path) {
  const ApkDatabase database = parse_apk_database(text_at(tree_.find(path)));
  std::vector<std::uint32_t> components;
  components.reserve(database.packages.size());
  for (const ApkPackage& package : database.packages)
    components.push_back(table_.add(ComponentKind::os_package, cat("apk:", package.name), package.version));
  std::string_view directory;
  auto at = std::optional(PathTree::kRoot);
  for (const ApkFile& file : database.files) {
    if (file.directory.data() != directory.data()) {
      directory = file.directory;
      at = tree_.find(directory, PathTree::kRoot, PathTree::Last::follow);
    }
    if (file.name.empty()) {
      claim(tree_.find(directory), components[file.package]);
    } else if (at) {
      claim(tree_.child(*at, file.name), components[file.package]);
    }
  }
}

/// The folder that rpm keeps its database in. Older kinds than SQLite are not read.
void PackageClaims::add_rpm(std::string_view folder, std::vector<std::string>& doubts) {
  constexpr auto kOtherKinds = std::to_array<std::string_view>({"Packages", "Packages.db"});
  const auto at = tree_.find(folder);  // a link leads to the other of the two folders
  if (!at || tree_.type(*at) != EntryType::directory) return;
  const auto doubt = [&](std::string_view name, std::string_view what) {
    doubts.push_back(
        cat(quote(cat(folder, "/", name)), " ", what, ": files of its packages are told by their folders"));
  };
  const auto file = tree_.child(*at, "rpmdb.sqlite");
  for (const std::string_view name : kOtherKinds) {
    if (!file && tree_.child(*at, name)) doubt(name, "is a database of an older kind, which is not read");
  }
  if (!file || tree_.type(*file) != EntryType::file) return;
  const auto capture = captured_at(image_, tree_.id(*file));
  const std::string size = human_bytes(image_.node(tree_.id(*file)).size_bytes);
  if (!capture || !capture->whole_file)
    return doubt("rpmdb.sqlite", cat("of ", size, " was not kept whole by the scan"));
  const auto read = visit_rpm_database(capture->bytes, [&](const RpmHeader& header) { add_rpm_package(header); });
  if (!read) doubt("rpmdb.sqlite", cat("cannot be read to its end (", read.error().message, ")"));
  const auto log = tree_.child(*at, "rpmdb.sqlite-wal");
  if (log && image_.node(tree_.id(*log)).size_bytes > 0) doubt("rpmdb.sqlite-wal", "holds changes that are not read");
}

void PackageClaims::add_rpm_package(const RpmHeader& header) {
  std::string version(header.version);
  if (!header.release.empty()) version += cat("-", header.release);
  const std::uint32_t component = table_.add(ComponentKind::os_package, cat("rpm:", header.name), version);
  const std::vector<std::int64_t> times_s(header.changelog_s.begin(), header.changelog_s.end());
  if (const auto pace = release_pace(times_s)) table_.row(component).releases = pace;
  const char* directory = nullptr;
  auto at = std::optional(PathTree::kRoot);
  for (const RpmFile& file : header.files) {
    if (file.directory.data() != directory) {
      directory = file.directory.data();
      at = tree_.find(file.directory, PathTree::kRoot, PathTree::Last::follow);
    }
    if (at) claim(tree_.child(*at, file.name), component);
  }
}

void PackageClaims::add_records(const Packages& packages) {
  for (const Package& package : packages.all()) {
    if (package.ecosystem != Ecosystem::python) continue;
    const auto info = tree_.place(package.node);
    const auto record = info ? tree_.child(*info, "RECORD") : std::nullopt;
    if (!record) continue;
    const std::uint32_t component = table_.add(ComponentKind::library, cat("python:", package.name), package.version);
    for (const std::string& path : parse_python_record(text_at(record)))
      claim(tree_.find(path, tree_.parent(*info)), component);
  }
}

/// Bytecode that no list names was made from a source that some list does.
void PackageClaims::add_bytecode() {
  for (Place place = 1; place < tree_.size(); ++place) {
    if (claims_[place] != kNone) continue;
    if (tree_.type(place) == EntryType::directory) {
      if (tree_.name(place) == "__pycache__") claims_[place] = claims_[tree_.parent(place)];
    } else if (tree_.name(place).ends_with(".pyc")) {
      const auto source = pyc_source_path(tree_.path(place));
      const auto source_place = source ? tree_.find(*source) : std::nullopt;
      if (source_place) claims_[place] = claims_[*source_place];
    }
  }
}

}  // namespace ocitidy::lambda

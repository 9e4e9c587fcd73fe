// native_modules.cc - see native_modules.h.
#include "lambda/native_modules.h"

#include <algorithm>

#include "image/captured_text.h"
#include "lambda/access.h"
#include "lambda/entrypoint.h"

namespace ocitidy::lambda {
namespace {

// As wheels, npm packages and prebuildify name platforms.
constexpr auto kPlatformWords = std::to_array<std::string_view>(
    {"aarch64",       "amd64",   "android", "apple",      "arm",       "arm64",   "armhf", "armv6", "armv6l",
     "armv7",         "armv7l",  "armv8",   "darwin",     "freebsd",   "gcc",     "glibc", "gnu",   "gnueabihf",
     "i386",          "i686",    "ia32",    "linux",      "linuxmusl", "loong64", "mac",   "macos", "macosx",
     "manylinux2014", "msvc",    "musl",    "musleabihf", "musllinux", "openbsd", "osx",   "pc",    "ppc64",
     "ppc64le",       "riscv64", "s390x",   "sunos",      "universal", "unknown", "win",   "win32", "win64",
     "windows",       "x64",     "x86",     "64"});
constexpr auto kSampleDirectories = std::to_array<std::string_view>(
    {"example", "examples", "fixtures", "sample", "samples", "test", "testdata", "tests"});

bool contains(const auto& table, std::string_view name) { return std::ranges::find(table, name) != table.end(); }

bool is_sample(std::string_view path) {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    if (contains(kSampleDirectories, path.substr(0, slash))) return true;
    path.remove_prefix(slash + 1);
  }
  return false;
}

bool is_library_name(std::string_view name) {
  const std::size_t mark = name.find(".so");
  return mark != std::string_view::npos && mark > 0 && (mark + 3 == name.size() || name[mark + 3] == '.');
}

NativeModule::Kind kind_of(std::string_view name) {
  if (name.ends_with(".node")) return NativeModule::Kind::node;
  const bool tagged = name.find(".cpython-") != std::string_view::npos && name.ends_with(".so");
  return tagged || name.ends_with(".abi3.so") ? NativeModule::Kind::python : NativeModule::Kind::library;
}

std::string_view foreign_format(const ImageModel& image, EntryId id) {
  const std::string_view head = text_of(image.captured(id)).substr(0, 4);
  if (head.size() < 4) return {};
  if (head == "\xcf\xfa\xed\xfe" || head == "\xca\xfe\xba\xbe") return "Mach-O";
  return head.starts_with("MZ") ? "PE" : std::string_view{};
}

}  // namespace

std::vector<NativeModule> native_modules(const ImageModel& image) {
  const FunctionPlaces places(image);
  std::vector<NativeModule> modules;
  for (std::uint32_t layer = 0; layer < image.layers().size(); ++layer) {
    const auto entries = image.layers()[layer].entries;
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      const Entry& entry = entries[i];
      if (entry.type != EntryType::file || !(entry.path.ends_with(".node") || entry.path.contains(".so"))) continue;
      const std::string_view name = file_name(entry.path);
      if (!name.ends_with(".node") && !is_library_name(name)) continue;
      const EntryId id{.layer = layer, .index = i};
      const std::string_view format = entry.elf_machine == 0 ? foreign_format(image, id) : std::string_view{};
      if (entry.elf_machine == 0 && format.empty()) continue;
      const auto node = image.find(entry.path);
      if (!node || image.node(*node).made_by != id) continue;
      std::string path = image.path(*node);
      if (!places.has(path) || is_sample(path)) continue;
      modules.push_back({.node = *node,
                         .path = std::move(path),
                         .kind = kind_of(name),
                         .machine = entry.elf_machine,
                         .foreign_format = format,
                         .facts = image.elf(id)});
    }
  }
  return modules;
}

bool is_started_client(const ImageModel& image, const NativeModule& module) {
  const std::string_view name = file_name(module.path);
  const bool python = module.kind == NativeModule::Kind::python && name.starts_with("runtime_client.");
  const bool node = name == "rapid-client.node" && module.path.find("aws-lambda-ric/") != std::string::npos;
  if (!python && !node) return false;
  const std::string_view client = python ? "awslambdaric" : "aws-lambda-ric";
  const auto names_it = [&](std::string_view word) {
    return word == client || file_name(word) == client || word.find("/aws-lambda-ric/") != std::string_view::npos;
  };
  if (std::ranges::any_of(resolve_start(image).words, names_it)) return true;
  return std::ranges::any_of(started_programs(image), [&](const Program& program) {
    return std::ranges::any_of(program.words, [&](const auto& word) { return word && names_it(*word); });
  });
}

std::string without_platform(std::string_view path) {
  std::string out;
  char before = '/';  // the separator in front of the word
  while (!path.empty()) {
    const std::size_t end = std::min(path.find_first_of("/-_.+"), path.size());
    const std::string_view word = path.substr(0, end);
    // "x86_64" comes as two words.
    const bool platform = contains(kPlatformWords, word);
    if (before == '/' || !platform) {
      if (!out.empty() || before != '/') out += before;
      if (!platform) out += word;
    }
    if (end == path.size()) break;
    before = path[end];
    path.remove_prefix(end + 1);
  }
  return out;
}

Libc linked_libc(const ElfFacts& facts) {
  bool glibc = false, musl = false;
  for (const std::string& name : facts.needed) {
    musl = musl || name.starts_with("libc.musl-") || name == "libc.so";
    glibc = glibc || name == "libc.so.6" || name.starts_with("ld-linux");
  }
  return glibc == musl ? Libc::unknown : glibc ? Libc::glibc : Libc::musl;
}

}  // namespace ocitidy::lambda

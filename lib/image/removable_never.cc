// removable_never.cc - what no row of the table of removable paths may take.
#include <algorithm>

#include "image/quick_glob.h"
#include "image/removable_paths.h"

namespace ocitidy {
namespace {

constexpr std::string_view kNever[] = {
    // Certificates.
    "etc/ssl/**",
    "etc/pki/**",
    "etc/ca-certificates/**",
    "etc/ca-certificates.conf",
    "usr/lib/ssl/**",
    "usr/share/ca-certificates/**",
    "usr/local/share/ca-certificates/**",
    "usr/share/pki/**",
    "**/certifi/**",
    "**/cacert.pem",
    "**/ca-bundle*",
    "**/ca-certificates*.crt",
    // Time zones: ZoneInfoNotFoundError without.
    "usr/share/zoneinfo/**",
    "**/zoneinfo/**",
    "etc/localtime",
    "etc/timezone",
    // Who is who, and where names are looked up.
    "etc/passwd",
    "etc/group",
    "etc/shadow",
    "etc/gshadow",
    "etc/nsswitch.conf",
    "etc/host.conf",
    "etc/hosts",
    "etc/resolv.conf",
    "etc/services",
    "etc/protocols",
    "etc/gai.conf",
    "etc/mime.types",
    // The loader, and what it reads.
    "etc/ld.so.cache",
    "etc/ld.so.conf",
    "etc/ld.so.conf.d/**",
    "**/ld-linux*",
    "**/ld-musl*",
    "**/libc.so*",
    "**/libc.musl*",
    "lib/ld*",
    "lib64/ld*",
    // What scanners and package managers tell the image by.
    "etc/os-release",
    "usr/lib/os-release",
    "etc/debian_version",
    "etc/alpine-release",
    "etc/system-release",
    "var/lib/dpkg/status",
    "var/lib/dpkg/status.d/**",
    "var/lib/dpkg/info/*.list",
    "var/lib/dpkg/info/*.md5sums",
    "var/lib/dpkg/info/*.conffiles",
    "var/lib/rpm/**",
    "usr/lib/sysimage/rpm/**",
    "lib/apk/db/**",
    "usr/lib/apk/db/**",
    // Lambda's own runtime.
    "var/runtime/**",
    "lambda-entrypoint.sh",
    "usr/local/bin/aws-lambda-rie",
    // What importlib.metadata reads.
    "**/*.dist-info/METADATA",
    "**/*.dist-info/WHEEL",
    "**/*.dist-info/entry_points.txt",
    "**/*.dist-info/top_level.txt",
    "**/*.dist-info/licenses/**",
    "**/*.egg-info/PKG-INFO",
    "**/*.egg-info/entry_points.txt",
    "**/*.egg-info/requires.txt",
    "**/*.egg-info/top_level.txt",
    "**/*.egg-info",
    // Tests that other code imports (numpy/numpy#28936, googledatalab/datalab#1971).
    "**/numpy/_core/tests",
    "**/numpy/_core/tests/**",
    "**/numpy/core/tests",
    "**/numpy/core/tests/**",
    "**/h5py/tests",
    "**/h5py/tests/**",
    // Tables that libraries load from their own docs, data or assets folders, named in bug reports (eemeli/yaml#384,
    // felixmosh/bull-board#446).
    "**/node_modules/yaml/dist/doc/**",
    "**/node_modules/**/dist/static/**",
    // Licences; more by name, below.
    "usr/share/licenses/**",
    "usr/share/common-licenses/**",
};

// A file whose name begins so is a licence, where things are installed. Not in caches and repositories: theirs go with
// the code.
constexpr std::string_view kLicences[] = {"LICENSE", "LICENCE",   "License",   "Licence",   "license",
                                          "licence", "UNLICENSE", "COPYING",   "Copying",   "NOTICE",
                                          "Notice",  "COPYRIGHT", "Copyright", "copyright", "PATENTS"};
constexpr std::string_view kInstalled[] = {"**/node_modules/**", "**/site-packages/**", "**/dist-packages/**",
                                           "usr/share/**",       "usr/lib/**",          "usr/local/lib/**",
                                           "usr/local/share/**"};

}  // namespace

std::span<const std::string_view> never_removed_globs() { return kNever; }

bool is_installed_licence(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  return std::ranges::any_of(kLicences, [name](std::string_view licence) { return name.starts_with(licence); }) &&
         any_glob_matches(kInstalled, path);
}

bool is_never_removed(std::string_view path) { return any_glob_matches(kNever, path) || is_installed_licence(path); }

}  // namespace ocitidy

// library_packages.cc - see library_packages.h.
#include "lambda/library_packages.h"

#include <algorithm>
#include <array>

namespace ocitidy::lambda {
namespace {

constexpr auto kPackages = std::to_array<LibraryPackage>({
    {"libGL.so.1", "libgl1", "mesa-libGL", "mesa-gl", "opencv-python-headless does without it"},
    {"libEGL.so.1", "libegl1", "mesa-libEGL", "mesa-egl", ""},
    {"libglib-2.0.so.0", "libglib2.0-0", "glib2", "glib", ""},
    {"libgthread-2.0.so.0", "libglib2.0-0", "glib2", "glib", ""},
    {"libgomp.so.1", "libgomp1", "libgomp", "libgomp", ""},
    {"libgfortran.so.5", "libgfortran5", "libgfortran", "libgfortran", ""},
    {"libstdc++.so.6", "libstdc++6", "libstdc++", "libstdc++", ""},
    {"libgcc_s.so.1", "libgcc-s1", "libgcc", "libgcc", ""},
    {"libatomic.so.1", "libatomic1", "libatomic", "libatomic", ""},
    {"libpq.so.5", "libpq5", "postgresql-libs", "libpq", "psycopg2-binary brings its own"},
    {"libmariadb.so.3", "libmariadb3", "mariadb-connector-c", "mariadb-connector-c", ""},
    {"libmysqlclient.so.*", "", "", "", "mysqlclient needs it; PyMySQL does without"},
    {"libodbc.so.2", "unixodbc", "unixODBC", "unixodbc", ""},
    {"libcrypt.so.1", "libcrypt1", "libxcrypt-compat", "", "Amazon Linux 2023 has libcrypt.so.2"},
    {"libssl.so.3", "libssl3", "openssl-libs", "libssl3", ""},
    {"libcrypto.so.3", "libssl3", "openssl-libs", "libcrypto3", ""},
    {"libssl.so.1.1", "", "", "", "OpenSSL 1.1 is gone from current distributions: rebuild against OpenSSL 3"},
    {"libcrypto.so.1.1", "", "", "", "OpenSSL 1.1 is gone from current distributions: rebuild against OpenSSL 3"},
    {"libssl.so.10", "", "", "", "OpenSSL 1.0 of Amazon Linux 2: rebuild on Amazon Linux 2023"},
    {"libcrypto.so.10", "", "", "", "OpenSSL 1.0 of Amazon Linux 2: rebuild on Amazon Linux 2023"},
    {"libffi.so.8", "libffi8", "libffi", "libffi", ""},
    {"libffi.so.6", "", "", "", "libffi 3.2 of Amazon Linux 2: rebuild on the base that runs it"},
    {"libxml2.so.2", "libxml2", "libxml2", "libxml2", ""},
    {"libxslt.so.1", "libxslt1.1", "libxslt", "libxslt", ""},
    {"libz.so.1", "zlib1g", "zlib", "zlib", ""},
    {"libcurl.so.4", "libcurl4", "libcurl", "libcurl", ""},
    {"libnss3.so", "libnss3", "nss", "nss", ""},
    {"libX11.so.6", "libx11-6", "libX11", "libx11", ""},
    {"libSM.so.6", "libsm6", "libSM", "libsm", ""},
    {"libXext.so.6", "libxext6", "libXext", "libxext", ""},
    {"libXrender.so.1", "libxrender1", "libXrender", "libxrender", ""},
    {"libgdal.so.*", "libgdal32", "", "gdal", ""},
});

}  // namespace

const LibraryPackage* package_of(std::string_view library) {
  const auto found = std::ranges::find_if(kPackages, [&](const LibraryPackage& row) {
    if (!row.library.ends_with('*')) return row.library == library;
    return library.starts_with(row.library.substr(0, row.library.size() - 1));
  });
  return found == kPackages.end() ? nullptr : &*found;
}

bool comes_with_driver(std::string_view library) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"libcuda.so", "libnvidia-", "libnvcuvid.so", "libnvoptix.so", "libhsa-runtime64.so", "libamdhip64.so"});
  return std::ranges::any_of(kNames, [&](std::string_view name) { return library.starts_with(name); });
}

bool is_part_of_libc(std::string_view library) {
  constexpr auto kNames = std::to_array<std::string_view>({"ld-linux", "ld-musl-", "ld64.so", "libc.", "libm.so",
                                                           "libmvec.so", "libpthread.so", "libdl.so", "librt.so",
                                                           "libutil.so", "libresolv.so", "libanl.so", "libnsl.so.1"});
  return std::ranges::any_of(kNames, [&](std::string_view name) { return library.starts_with(name); });
}

}  // namespace ocitidy::lambda

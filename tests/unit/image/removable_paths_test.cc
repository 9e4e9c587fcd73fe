// removable_paths_test - for each row of the table a path it takes and a near miss; what no row may ever take.
#include "image/removable_paths.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>

#include "base/text.h"
#include "image/quick_glob.h"

namespace ocitidy {
namespace {

struct Sample {
  std::string_view row, path;
  EntryType type = EntryType::file;
};

constexpr EntryType kDirectory = EntryType::directory, kLink = EntryType::symlink;

/// Where a row counts on a platform, that one; amd64 with glibc elsewhere.
PathFacts facts_for(const RemovablePath* row, std::string_view path, EntryType type) {
  const OnlyOn platform = row == nullptr ? OnlyOn::any : row->only_on;
  return {.path = path,
          .type = type,
          .architecture = platform == OnlyOn::arm64 ? "arm64" : "amd64",
          .libc = platform == OnlyOn::musl ? Libc::musl : Libc::glibc};
}

const RemovablePath* row_named(std::string_view id) {
  const auto rows = removable_paths();
  const auto found = std::ranges::find(rows, id, &RemovablePath::id);
  return found == rows.end() ? nullptr : &*found;
}

bool takes(std::string_view id, std::string_view path, EntryType type) {
  const RemovablePath* row = row_named(id);
  EXPECT_NE(row, nullptr) << id;
  return row != nullptr && removable(facts_for(row, path, type), std::span(row, 1)) == row;
}

constexpr std::string_view kPy = "usr/lib/python3.12/site-packages/";

constexpr Sample kTaken[] = {
    {"apt-lists", "var/lib/apt/lists/mirror.example_debian_dists_bookworm_InRelease"},
    {"apt-archives", "var/cache/apt/archives/curl_7.88.1_amd64.deb"},
    {"apt-archives", "var/cache/apt/pkgcache.bin"},
    {"dnf-cache", "var/cache/dnf/amazonlinux-0/repodata/repomd.xml"},
    {"dnf-cache", "var/lib/dnf/history.sqlite"},
    {"apk-cache", "var/cache/apk/APKINDEX.66a2f6.tar.gz"},
    {"apk-cache", "etc/apk/cache/x.apk"},
    {"pip-cache", "root/.cache/pip/wheels/aa/x.whl"},
    {"uv-cache", "root/.cache/uv/archive-v0/x/y.py"},
    {"npm-cache", "home/app/.npm/_cacache/content-v2/sha512/aa/bb"},
    {"yarn-cache", "root/.cache/yarn/v6/npm-x/package.json"},
    {"pnpm-store", "root/.local/share/pnpm/store/v3/files/aa/bb"},
    {"go-cache", "root/go/pkg/mod/github.com/x/y@v1.0.0/LICENSE"},
    {"cargo-cache", "usr/local/cargo/registry/src/index/x-1.0/src/lib.rs"},
    {"jvm-build-cache", "root/.m2/repository/org/x/x.jar"},
    {"composer-cache", "root/.cache/composer/files/x.zip"},
    {"conda-packages", "opt/conda/pkgs/numpy-1.0.conda"},
    {"gem-cache", "usr/local/bundle/cache/rake-13.gem"},
    {"gem-cache", "var/task/vendor/bundle/ruby/3.3.0/cache/rake-13.gem"},
    {"logs", "var/log/dpkg.log"},
    {"logs", "var/log/apt/history.log"},
    {"debconf-cache", "var/cache/debconf/templates.dat"},
    {"ldconfig-cache", "var/cache/ldconfig/aux-cache"},
    {"temporary-files", "tmp/build/x"},
    {"temporary-files", "tmp/build", kDirectory},
    {"version-control", "var/task/.git/HEAD"},
    {"version-control", "var/task/.git/refs/heads/license-fix"},
    {"version-control", "var/task/.git", kDirectory},
    {"version-control", ".git", kDirectory},
    {"ci-and-editor-files", "var/task/.github/workflows/x.yml"},
    {"dockerfiles", "var/task/Dockerfile"},
    {"node-modules-cache", "var/task/node_modules/.cache/babel-loader/x.json"},
    {"optimised-bytecode", "usr/lib/python3.12/__pycache__/os.cpython-312.opt-1.pyc"},
    {"system-docs", "usr/share/doc/bash/changelog.Debian.gz"},
    {"npm-docs", "var/task/node_modules/a/README.md"},
    {"npm-docs", "var/task/node_modules/@s/a/examples/x.js"},
    {"jar-sources", "var/task/lib/guava-31.1-jre-sources.jar"},
    {"man-pages", "usr/share/man/man1/ls.1.gz"},
    {"man-pages", "usr/share/man/man1/awk.1.gz", kLink},
    {"gettext-catalogues", "usr/share/locale/de/LC_MESSAGES/bash.mo"},
    {"glibc-locales", "usr/lib/locale/locale-archive"},
    {"glibc-locales", "usr/lib/locale/de_DE.utf8/LC_CTYPE"},
    {"gconv-modules", "usr/lib/x86_64-linux-gnu/gconv/EUC-JP.so"},
    {"c-headers", "usr/include/stdio.h"},
    {"static-libraries", "usr/lib/x86_64-linux-gnu/libc.a"},
    {"static-libraries", "usr/lib/libz.la"},
    {"pkg-config-files", "usr/lib/x86_64-linux-gnu/pkgconfig/zlib.pc"},
    {"gcc-files", "usr/lib/gcc/x86_64-linux-gnu/12/cc1plus"},
    {"python-stubs", "usr/lib/python3.12/site-packages/numpy/linalg/_linalg.pyi"},
    {"python-c-sources", "usr/lib/python3.12/site-packages/greenlet/greenlet.h"},
    {"debug-symbols", "usr/lib/debug/.build-id/aa/bb.debug"},
    {"perl-modules", "usr/share/perl5/Debconf/Log.pm"},
    {"dpkg-scripts", "var/lib/dpkg/info/bash.postinst"},
    {"python-package-tests", "usr/lib/python3.12/site-packages/pandas/tests/io/test_x.py"},
    {"python-package-tests", "usr/lib/python3.12/site-packages/pandas/tests/__pycache__/test_x.cpython-312.pyc"},
    {"python-package-tests", "usr/lib/python3/dist-packages/scipy/linalg/tests", kDirectory},
    {"cpython-tests", "usr/local/lib/python3.12/test/test_os.py"},
    {"cpython-tests", "usr/local/lib/python3.12/test/__pycache__/test_os.cpython-312.pyc"},
    {"npm-package-tests", "var/task/node_modules/a/lib/__tests__/x.js"},
    {"source-maps", "var/task/node_modules/a/dist/index.js.map"},
    {"type-declarations", "var/task/node_modules/a/dist/index.d.ts"},
    {"aws-sdk-es-modules", "var/task/node_modules/@aws-sdk/client-s3/dist-es/index.js"},
    {"darwin-binaries", "var/task/node_modules/@esbuild/darwin-arm64/bin/esbuild"},
    {"darwin-binaries", "var/task/node_modules/@img/sharp-darwin-x64", kDirectory},
    {"darwin-binaries", "var/task/node_modules/bufferutil/prebuilds/darwin-x64/node.napi.node"},
    {"windows-binaries", "var/task/node_modules/@next/swc-win32-x64-msvc/next-swc.node"},
    {"windows-binaries", "usr/lib/python3.12/site-packages/pip/_vendor/distlib/w64.exe"},
    {"arm64-binaries", "var/task/node_modules/@esbuild/linux-arm64/bin/esbuild"},
    {"amd64-binaries", "var/task/node_modules/@rollup/rollup-linux-x64-gnu/rollup.node"},
    {"musl-binaries", "var/task/node_modules/@img/sharp-libvips-linuxmusl-x64/lib/libvips.so"},
    {"glibc-binaries", "var/task/node_modules/@swc/core-linux-x64-gnu/swc.node"},
    {"pip-and-wheel", "usr/lib/python3.12/site-packages/pip/_internal/main.py"},
    {"setuptools", "usr/lib/python3.12/site-packages/pkg_resources/__init__.py"},
    {"install-records", "usr/lib/python3.12/site-packages/six-1.16.0.dist-info/RECORD"},
    {"botocore-services", "var/task/botocore/data/ec2/2016-11-15/service-2.json.gz"},
    {"prisma-engines", "var/task/node_modules/@prisma/client/runtime/query_engine_bg.mysql.wasm"},
    {"bundled-boto3", "var/task/boto3/session.py"},
    {"nvidia-wheels", "usr/lib/python3.12/site-packages/nvidia/cublas/lib/libcublas.so.12"},
    {"triton", "usr/lib/python3.12/site-packages/triton/backends/nvidia/bin/ptxas"},
    {"cuda-libraries", "usr/lib/x86_64-linux-gnu/libcudart.so.12"},
    {"cuda-libraries", "opt/torch/lib/libtorch_cuda_linalg.so"},
};

constexpr Sample kNearMisses[] = {
    {"apt-lists", "var/lib/apt/lists", kDirectory},
    {"apt-lists", "var/lib/apt/lists/partial", kDirectory},
    {"apt-lists", "var/lib/apt/extended_states"},
    {"apt-archives", "var/cache/apt/archives/partial", kDirectory},
    {"apt-archives", "srv/var/cache/apt/archives/x.deb"},
    {"dnf-cache", "var/lib/rpm/rpmdb.sqlite"},
    {"dnf-cache", "var/lib/dnf/modulefailsafe/x"},
    {"apk-cache", "lib/apk/db/installed"},
    {"pip-cache", "root/.cache/huggingface/hub/models/x.bin"},
    {"uv-cache", "root/.local/share/uv/python/bin/python3"},
    {"npm-cache", "root/.npm/_npx/aa/node_modules/x/index.js"},
    {"yarn-cache", "var/task/.yarn/cache/x.zip"},
    {"pnpm-store", "var/task/node_modules/.pnpm/x/index.js"},
    {"go-cache", "var/task/go/pkg/mod/x.go"},
    {"cargo-cache", "usr/local/cargo/bin/x"},
    {"jvm-build-cache", "root/.m2/settings.xml"},
    {"composer-cache", "var/task/vendor/composer/autoload_real.php"},
    {"conda-packages", "opt/conda/lib/libz.so.1"},
    {"gem-cache", "usr/local/bundle/gems/rake-13/lib/rake/cache.rb"},
    {"logs", "var/log", kDirectory},
    {"logs", "var/log/nginx", kDirectory},
    {"logs", "var/log/nginx/access.log", kLink},
    {"debconf-cache", "var/cache/fontconfig/x.cache-7"},
    {"ldconfig-cache", "etc/ld.so.cache"},
    {"temporary-files", "tmp", kDirectory},
    {"temporary-files", "var/task/tmp/x"},
    {"version-control", "var/task/.gitignore"},
    {"version-control", "srv/repository.git/HEAD"},
    {"ci-and-editor-files", "var/task/github/x.py"},
    {"dockerfiles", "var/task/node_modules/a/templates/Dockerfile"},
    {"dockerfiles", "var/task/Dockerfile.py"},
    {"node-modules-cache", "var/task/node_modules/cache/index.js"},
    {"optimised-bytecode", "usr/lib/python3.12/__pycache__/os.cpython-312.pyc"},
    {"system-docs", "usr/share/doc/bash/copyright"},
    {"system-docs", "usr/share/doc/libgcc-s1", kLink},
    {"system-docs", "var/task/docs/index.html"},
    {"npm-docs", "var/task/node_modules/a/LICENSE.md"},
    {"npm-docs", "var/task/README.md"},
    {"npm-docs", "var/task/node_modules/@s/examples/index.js"},
    {"npm-docs", "var/task/node_modules/a/lib/examples/x.js"},
    {"jar-sources", "var/task/lib/message-sources.jar"},
    {"man-pages", "usr/share/man/man1", kDirectory},
    {"man-pages", "var/task/man/x.1"},
    {"gettext-catalogues", "usr/share/locale/locale.alias"},
    {"gettext-catalogues", "usr/lib/python3/dist-packages/django/conf/locale/de/LC_MESSAGES/django.mo"},
    {"glibc-locales", "usr/lib/locale/C.utf8/LC_CTYPE"},
    {"gconv-modules", "usr/lib/x86_64-linux-gnu/gconv/UTF-16.so"},
    {"gconv-modules", "usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache"},
    {"c-headers", "usr/include/python3.12/pyconfig.h"},
    {"static-libraries", "usr/lib/ImageMagick-7.1/modules-Q16/coders/png.la"},
    {"static-libraries", "var/task/lib/x.a"},
    {"pkg-config-files", "var/task/pkgconfig/x.pc"},
    {"gcc-files", "usr/lib/gcc/x86_64-linux-gnu/12/libgcc_s.so"},
    {"python-stubs", "usr/lib/python3.12/site-packages/skimage/__init__.pyi"},
    {"python-stubs", "var/task/types.pyi"},
    {"python-c-sources", "usr/lib/python3.12/site-packages/torch/include/c10/core/Device.h"},
    {"python-c-sources", "usr/lib/python3.12/site-packages/numpy/_core/include/numpy/ndarrayobject.h"},
    {"debug-symbols", "usr/lib/app/config.debug"},
    {"perl-modules", "usr/lib/x86_64-linux-gnu/perl-base/strict.pm"},
    {"dpkg-scripts", "var/lib/dpkg/info/bash.list"},
    {"python-package-tests", "usr/lib/python3.12/site-packages/numpy/_core/tests/_natype.py"},
    {"python-package-tests", "usr/lib/python3.12/site-packages/numpy/_core/tests/__pycache__/_natype.cpython-312.pyc"},
    {"python-package-tests", "usr/lib/python3.12/site-packages/h5py/tests/__init__.py"},
    {"python-package-tests", "usr/lib/python3.12/site-packages/mine/numpy_tests/tests/x.py"},
    {"python-package-tests", "var/task/pandas/tests/x.py"},
    {"cpython-tests", "usr/local/lib/python3.12/test/support/__init__.py"},
    {"cpython-tests", "usr/local/lib/python3.12/test/support/__pycache__/__init__.cpython-312.pyc"},
    {"cpython-tests", "usr/local/lib/python3.12/test/__pycache__/__init__.cpython-312.pyc"},
    {"cpython-tests", "usr/lib/python3/dist-packages/test/x.py"},
    {"cpython-tests", "usr/lib/python3.12/unittest/mock.py"},
    {"npm-package-tests", "var/task/node_modules/a/test/x.js"},
    {"npm-package-tests", "var/task/src/__tests__/x.js"},
    {"source-maps", "var/task/dist/index.js.map"},
    {"source-maps", "var/task/node_modules/a/data/world.map"},
    {"type-declarations", "var/task/node_modules/typescript/lib/lib.es5.d.ts"},
    {"type-declarations", "var/task/node_modules/a/index.ts"},
    {"aws-sdk-es-modules", "var/task/node_modules/@aws-sdk/client-s3/dist-cjs/index.js"},
    {"darwin-binaries", "var/task/node_modules/darwin/index.js"},
    {"darwin-binaries", "var/task/darwin-arm64/x"},
    {"windows-binaries", "var/task/x.exe"},
    {"arm64-binaries", "var/task/node_modules/@esbuild/linux-x64/bin/esbuild"},
    {"amd64-binaries", "var/task/node_modules/@esbuild/linux-arm64/bin/esbuild"},
    {"musl-binaries", "var/task/node_modules/@img/sharp-linux-x64/lib/sharp.node"},
    {"glibc-binaries", "var/task/node_modules/@esbuild/linux-x64/bin/esbuild"},
    {"pip-and-wheel", "usr/lib/python3.12/site-packages/pipeline/x.py"},
    {"pip-and-wheel", "usr/lib/python3.12/site-packages/pip-24.0.dist-info/METADATA"},
    {"setuptools", "usr/lib/python3.12/site-packages/_distutils_hack/__init__.py"},
    {"install-records", "usr/lib/python3.12/site-packages/six-1.16.0.dist-info/METADATA"},
    {"botocore-services", "var/task/botocore/data/endpoints.json"},
    {"botocore-services", "var/task/botocore/data/sts/2011-06-15/service-2.json.gz"},
    {"prisma-engines", "var/task/node_modules/@prisma/client/runtime/query_engine_bg.postgresql.wasm"},
    {"bundled-boto3", "var/task/boto3_helper.py"},
    {"bundled-boto3", "var/task/botocore/cacert.pem"},
    {"nvidia-wheels", "usr/lib/python3.12/site-packages/nvidia_ml_py-12.dist-info/METADATA"},
    {"triton", "usr/lib/python3.12/site-packages/tritonclient/http.py"},
    {"cuda-libraries", "usr/lib/x86_64-linux-gnu/libcurl.so.4"},
    {"cuda-libraries", "usr/lib/x86_64-linux-gnu/libcups.so.2"},
};

// Nothing starts, or nothing may be shipped, without these.
constexpr std::string_view kVital[] = {"lib/x86_64-linux-gnu/libc.so.6",
                                       "usr/lib/x86_64-linux-gnu/libc.so.6",
                                       "lib64/ld-linux-x86-64.so.2",
                                       "lib/ld-linux-aarch64.so.1",
                                       "lib/ld-musl-x86_64.so.1",
                                       "lib/libc.musl-x86_64.so.1",
                                       "usr/lib64/libm.so.6",
                                       "usr/lib/x86_64-linux-gnu/libssl.so.3",
                                       "usr/lib/x86_64-linux-gnu/libstdc++.so.6",
                                       "usr/lib64/libgcc_s.so.1",
                                       "etc/ld.so.cache",
                                       "etc/ld.so.conf.d/libc.conf",
                                       "etc/passwd",
                                       "etc/group",
                                       "etc/nsswitch.conf",
                                       "etc/hosts",
                                       "etc/os-release",
                                       "usr/lib/os-release",
                                       "etc/ssl/certs/ca-certificates.crt",
                                       "etc/ssl/openssl.cnf",
                                       "etc/pki/tls/certs/ca-bundle.crt",
                                       "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
                                       "usr/lib/python3.12/site-packages/certifi/cacert.pem",
                                       "usr/share/zoneinfo/Europe/Berlin",
                                       "usr/lib/python3.12/zoneinfo/__init__.py",
                                       "usr/lib/python3.12/site-packages/tzdata/zoneinfo/UTC",
                                       "usr/lib/python3.12/site-packages/dateutil/zoneinfo/dateutil-zoneinfo.tar.gz",
                                       "var/lib/dpkg/status",
                                       "var/lib/dpkg/info/bash.md5sums",
                                       "var/lib/rpm/rpmdb.sqlite",
                                       "usr/lib/sysimage/rpm/rpmdb.sqlite",
                                       "lib/apk/db/installed",
                                       "usr/share/doc/bash/copyright",
                                       "usr/share/common-licenses/GPL-3",
                                       "usr/share/licenses/glibc/COPYING",
                                       "usr/bin/python3.12",
                                       "usr/bin/node",
                                       "bin/sh",
                                       "usr/bin/env",
                                       "usr/lib/python3.12/os.py",
                                       "usr/lib/python3.12/__pycache__/os.cpython-312.pyc",
                                       "usr/lib/python3.12/encodings/utf_8.py",
                                       "usr/lib/python3.12/unittest/case.py",
                                       "usr/lib/python3.12/lib-dynload/_ssl.cpython-312-x86_64-linux-gnu.so",
                                       "usr/lib/python312.zip",
                                       "usr/lib/python3.12/site-packages/numpy/__init__.py",
                                       "usr/lib/python3.12/site-packages/numpy/__pycache__/__init__.cpython-312.pyc",
                                       "usr/lib/python3.12/site-packages/numpy/_core/tests/_natype.py",
                                       "usr/lib/python3.12/site-packages/numpy/testing/__init__.py",
                                       "usr/lib/python3.12/site-packages/pandas/_testing/__init__.py",
                                       "usr/lib/python3.12/site-packages/h5py/tests/__init__.py",
                                       "usr/lib/python3.12/site-packages/scipy/_lib/_testutils.py",
                                       "usr/lib/python3.12/site-packages/requests-2.31.0.dist-info/METADATA",
                                       "usr/lib/python3.12/site-packages/requests-2.31.0.dist-info/entry_points.txt",
                                       "usr/lib/python3.12/site-packages/requests-2.31.0.dist-info/licenses/LICENSE",
                                       "usr/lib/python3.12/site-packages/six-1.16.0.egg-info",
                                       "usr/lib/python3.12/site-packages/distutils-precedence.pth",
                                       "usr/lib/python3.12/site-packages/_distutils_hack/__init__.py",
                                       "usr/lib/python3.12/site-packages/mine/tests/data.py",
                                       "usr/lib/python3.12/site-packages/mine/docs/help.md",
                                       "var/runtime/bootstrap",
                                       "lambda-entrypoint.sh",
                                       "usr/local/bin/aws-lambda-rie",
                                       "opt/extensions/adapter",
                                       "var/task/app.py",
                                       "var/task/tests.py",
                                       "var/task/tests/fixtures.json",
                                       "var/task/test/index.js",
                                       "var/task/docs/index.html",
                                       "var/task/doc/help.md",
                                       "var/task/README.md",
                                       "var/task/LICENSE",
                                       "var/task/package.json",
                                       "var/task/dist/index.js",
                                       "var/task/dist/index.js.map",
                                       "var/task/src/types.d.ts",
                                       "var/task/images/logo.png",
                                       "var/task/assets/x.css",
                                       "var/task/include/x.h",
                                       "var/task/man/page.1",
                                       "var/task/locale/de/LC_MESSAGES/app.mo",
                                       "var/task/log/app.log",
                                       "var/task/model.a",
                                       "var/task/.env",
                                       "opt/app/tests/run.py",
                                       "opt/app/docs/a.md",
                                       "opt/lib/libx.so",
                                       "opt/python/mine/tests/x.py",
                                       "opt/nodejs/node_modules/a/test/index.js",
                                       "var/task/node_modules/a/index.js",
                                       "var/task/node_modules/a/package.json",
                                       "var/task/node_modules/a/LICENSE",
                                       "var/task/node_modules/a/NOTICE.txt",
                                       "var/task/node_modules/a/doc/index.js",
                                       "var/task/node_modules/a/docs/index.js",
                                       "var/task/node_modules/a/images/x.png",
                                       "var/task/node_modules/a/assets/x.js",
                                       "var/task/node_modules/a/test.js",
                                       "var/task/node_modules/a/tests/index.js",
                                       "var/task/node_modules/yaml/dist/doc/directives.js",
                                       "var/task/node_modules/yaml/dist/doc/Document.js",
                                       "var/task/node_modules/@bull-board/ui/dist/static/images/logo.svg",
                                       "var/task/node_modules/@img/sharp-linux-x64/lib/sharp-linux-x64.node",
                                       "var/task/node_modules/@esbuild/linux-x64/bin/esbuild",
                                       "var/task/node_modules/.prisma/client/index.js",
                                       "usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache",
                                       "usr/lib/locale/C.utf8/LC_CTYPE",
                                       "usr/share/locale/locale.alias",
                                       "usr/share/fonts/x.ttf",
                                       "usr/share/mime/magic",
                                       "usr/lib/jvm/java-21/lib/modules",
                                       "usr/lib/jvm/java-21/lib/security/cacerts",
                                       "root/.cache/ms-playwright/chromium-1/chrome",
                                       "root/.cache/huggingface/hub/models/x.bin"};

TEST(RemovablePaths, EachRowTakesItsSamplesAndNotTheirNeighbours) {
  std::set<std::string_view> taken, missed;
  for (const Sample& sample : kTaken) {
    EXPECT_TRUE(takes(sample.row, sample.path, sample.type)) << sample.row << " " << sample.path;
    taken.insert(sample.row);
  }
  for (const Sample& sample : kNearMisses) {
    EXPECT_FALSE(takes(sample.row, sample.path, sample.type)) << sample.row << " " << sample.path;
    missed.insert(sample.row);
  }
  for (const RemovablePath& row : removable_paths()) {
    EXPECT_TRUE(taken.contains(row.id)) << row.id << " has no sample";
    EXPECT_TRUE(missed.contains(row.id)) << row.id << " has no near miss";
  }
}

TEST(RemovablePaths, NoRowTakesWhatIsVital) {
  EXPECT_GE(std::size(kVital), 60U);
  for (const std::string_view path : kVital) {
    for (const EntryType type : {EntryType::file, kDirectory, kLink, EntryType::hard_link}) {
      for (const Libc libc : {Libc::glibc, Libc::unknown}) {
        const RemovablePath* row = removable({.path = path, .type = type, .architecture = "amd64", .libc = libc});
        EXPECT_EQ(row, nullptr) << path << " by " << (row == nullptr ? "" : row->id);
      }
    }
  }
}

TEST(RemovablePaths, TheNeverListWinsOverEveryRow) {
  static constexpr std::string_view kAll[] = {"**"};
  static constexpr RemovablePath kEverything[] = {
      {"all", "all", PathClass::semantic, 3, Takes::everything, OnlyOn::any, kAll, {}, "", ""}};
  for (const std::string_view path :
       {"etc/passwd", "usr/share/zoneinfo/UTC", "etc/ssl/certs/ca-certificates.crt", "etc/nsswitch.conf",
        "etc/ld.so.cache", "usr/share/doc/x/copyright", "var/task/node_modules/a/LICENSE", "lib/x/libc.so.6",
        "var/task/node_modules/a/COPYING", "usr/lib/python3/dist-packages/a.dist-info/METADATA",
        "usr/lib/python3/dist-packages/a.dist-info/entry_points.txt",
        "usr/lib/python3.12/site-packages/a.dist-info/LICENSE.txt",
        "usr/lib/python3.12/site-packages/numpy/_core/tests/_natype.py",
        "usr/lib/python3.12/site-packages/numpy/_core/tests/__pycache__/_natype.cpython-312.pyc",
        "usr/lib/python3.12/site-packages/h5py/tests/__init__.py", "var/task/node_modules/yaml/dist/doc/directives.js"})
    EXPECT_EQ(removable({.path = path}, kEverything), nullptr) << path;
  EXPECT_EQ(removable({.path = "var/task/app.py"}, kEverything), kEverything) << "that row takes all else";
  EXPECT_EQ(removable({.path = "dev/null", .type = EntryType::char_device}, kEverything), nullptr);
}

TEST(RemovablePaths, BytecodeGoesWithItsSourceOnly) {
  const auto row_of = [](std::string_view path) {
    const RemovablePath* row = removable({.path = path});
    return row == nullptr ? std::string_view("kept") : row->id;
  };
  EXPECT_EQ(row_of("usr/lib/python3.12/site-packages/pandas/tests/__pycache__/a.cpython-312.pyc"),
            "python-package-tests");
  EXPECT_EQ(row_of("usr/lib/python3.12/site-packages/pandas/tests/__pycache__/a.cpython-312.opt-2.pyc"),
            "optimised-bytecode");
  EXPECT_EQ(row_of("usr/lib/python3.12/site-packages/pandas/__pycache__/a.cpython-312.pyc"), "kept");
  EXPECT_EQ(row_of("var/task/__pycache__/a.cpython-312.opt-1.pyc"), "optimised-bytecode");
  EXPECT_EQ(row_of("var/task/a.opt-1.pyc"), "kept") << "legacy bytecode is code";
}

TEST(RemovablePaths, ForeignBinariesNeedToKnowThePlatform) {
  const auto row_of = [](std::string_view path, std::string_view architecture, Libc libc) {
    const RemovablePath* row = removable({.path = path, .architecture = architecture, .libc = libc});
    return row == nullptr ? std::string_view("kept") : row->id;
  };
  constexpr std::string_view kArm = "var/task/node_modules/@esbuild/linux-arm64/bin/esbuild";
  EXPECT_EQ(row_of(kArm, "amd64", Libc::unknown), "arm64-binaries");
  EXPECT_EQ(row_of(kArm, "arm64", Libc::glibc), "kept");
  EXPECT_EQ(row_of(kArm, "", Libc::glibc), "kept");
  constexpr std::string_view kMusl = "var/task/node_modules/@swc/core-linux-x64-musl/swc.node";
  EXPECT_EQ(row_of(kMusl, "amd64", Libc::glibc), "musl-binaries");
  EXPECT_EQ(row_of(kMusl, "amd64", Libc::musl), "kept");
  EXPECT_EQ(row_of(kMusl, "amd64", Libc::unknown), "kept");
}

TEST(RemovablePaths, TheTableIsWellFormed) {
  const auto is_kebab = [](std::string_view id) {
    return !id.empty() &&
           std::ranges::all_of(id, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  };
  std::set<std::string_view> ids, ended;
  std::map<std::string_view, PathClass> safety;
  std::string_view pass;
  for (const RemovablePath& row : removable_paths()) {
    EXPECT_TRUE(is_kebab(row.id) && is_kebab(row.pass)) << row.id;
    EXPECT_TRUE(ids.insert(row.id).second) << row.id << " is there twice";
    EXPECT_FALSE(row.why.empty() || row.source.empty() || row.globs.empty()) << row.id;
    EXPECT_LE(row.risk, 3) << row.id;
    EXPECT_TRUE(row.safety != PathClass::refetchable || row.risk <= 1) << row.id << " is too risky to be refetchable";
    EXPECT_TRUE(row.safety == PathClass::semantic || row.risk <= 2) << row.id << " breaks too much to be heuristic";
    EXPECT_EQ(safety.try_emplace(row.pass, row.safety).first->second, row.safety) << row.pass << " has two classes";
    if (row.pass != pass) ended.insert(pass);
    pass = row.pass;
    EXPECT_FALSE(ended.contains(pass)) << pass << " does not stand together";
    for (const auto globs : {row.globs, row.except})
      for (const std::string_view glob : globs)
        EXPECT_FALSE(glob.starts_with('/') || glob.ends_with('/') || glob == "**") << row.id << " " << glob;
  }
}

TEST(RemovablePaths, RowsOfAPassAreThatPassAlone) {
  std::size_t rows = 0;
  std::set<std::string_view> passes;
  for (const RemovablePath& row : removable_paths()) passes.insert(row.pass);
  for (const std::string_view pass : passes) {
    for (const RemovablePath& row : removable_paths_of(pass)) EXPECT_EQ(row.pass, pass);
    rows += removable_paths_of(pass).size();
  }
  EXPECT_EQ(rows, removable_paths().size());
  EXPECT_TRUE(removable_paths_of("drop-everything").empty());
  const PathFacts log{.path = "var/log/dpkg.log"};
  EXPECT_NE(removable(log, removable_paths_of("drop-logs-and-temp")), nullptr);
  EXPECT_EQ(removable(log, removable_paths_of("drop-docs")), nullptr);
}

std::string name_of(const RemovablePath* row) { return row == nullptr ? "" : std::string(row->id); }

TEST(RemovableRows, SayWhatRemovableSays) {
  std::vector<const RemovablePath*> all, half;
  for (const RemovablePath& row : removable_paths()) {
    all.push_back(&row);
    if (all.size() % 2 == 0) half.push_back(&row);
  }
  RemovableRows every_row(all), some_rows(half);
  std::size_t taken = 0;
  const auto expect_same = [&](const PathFacts& facts) {
    const RemovablePath* expected = removable(facts);
    ASSERT_EQ(name_of(every_row.first_of(facts)), name_of(expected)) << facts.path;
    const RemovablePath* expected_of_some = nullptr;
    for (const RemovablePath* row : half) {
      if (expected_of_some == nullptr) expected_of_some = removable(facts, {row, 1});
    }
    ASSERT_EQ(name_of(some_rows.first_of(facts)), name_of(expected_of_some)) << facts.path;
    taken += expected != nullptr ? 1 : 0;
  };
  const auto expect_same_of_all_kinds = [&](const std::string& path) {
    for (const EntryType type : {EntryType::file, kDirectory, kLink, EntryType::fifo})
      for (const std::string_view architecture : {"amd64", "arm64", ""})
        for (const Libc libc : {Libc::unknown, Libc::musl, Libc::glibc})
          expect_same({.path = path, .type = type, .architecture = architecture, .libc = libc});
  };
  for (const Sample& sample : kTaken) {
    const std::string path(sample.path);
    for (const std::string& other : {path, path + "/LICENSE", "tmp/" + path, path + ".pyc"})
      expect_same_of_all_kinds(other);
    const std::string directory(parent_path(path));
    for (const std::string_view name : {"a.cpython-312.pyc", "a.cpython-312.opt-1.pyc", "cacert.cpython-312.opt-2.pyc"})
      expect_same_of_all_kinds(directory + "/__pycache__/" + std::string(name));
  }
  EXPECT_GT(taken, 1000U);
}

bool has_pairs(std::string_view glob, std::string_view path) {
  return BytePairs::of_path(path).has_all(BytePairs::of_glob(glob));
}

TEST(QuickGlob, SaysWhatGlobMatchesSays) {
  std::mt19937 random(7);
  const auto text = [&](std::string_view letters, std::size_t at_most) {
    std::string out;
    for (std::size_t n = random() % (at_most + 1); n > 0; --n) out += letters[random() % letters.size()];
    return out;
  };
  const auto expect_same = [](std::string_view glob, std::string_view path) {
    const bool matches = glob_matches(glob, path);
    EXPECT_EQ(quick_glob_matches(glob, path), matches) << glob << " " << path;
    EXPECT_TRUE(!matches || has_pairs(glob, path)) << glob << " " << path;
  };
  for (int i = 0; i < 200'000; ++i) expect_same(text("ab/**?", 9), text("aab//", 9));
  for (const RemovablePath& row : removable_paths())
    for (const std::string_view glob : row.globs)
      for (const Sample& sample : kTaken) expect_same(glob, sample.path);
  EXPECT_FALSE(has_pairs("**/*.pyi", "usr/lib/python3/a.py"));
}

}  // namespace
}  // namespace ocitidy

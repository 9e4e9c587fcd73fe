// removable_globs.h - the globs of the table of removable paths, one list a row. For removable_table.cc alone.
#pragma once

#include <string_view>

namespace ocitidy::removable_globs {

using Glob = std::string_view;

inline constexpr Glob kAptLists[] = {"var/lib/apt/lists/**"};
inline constexpr Glob kAptArchives[] = {"var/cache/apt/archives/*.deb", "var/cache/apt/archives/partial/*",
                                        "var/cache/apt/*.bin"};
inline constexpr Glob kDnfCache[] = {"var/cache/dnf/**", "var/cache/libdnf5/**", "var/cache/yum/**",
                                     "var/lib/dnf/history*"};
inline constexpr Glob kApkCache[] = {"var/cache/apk/**", "etc/apk/cache/**"};
inline constexpr Glob kPipCache[] = {"**/.cache/pip/**"};
inline constexpr Glob kUvCache[] = {"**/.cache/uv/**"};
inline constexpr Glob kNpmCache[] = {"**/.npm/_cacache/**", "**/.npm/_logs/**"};
inline constexpr Glob kYarnCache[] = {"**/.cache/yarn/**"};
inline constexpr Glob kPnpmStore[] = {"**/.local/share/pnpm/store/**", "**/.pnpm-store/**"};
inline constexpr Glob kGoCache[] = {"**/.cache/go-build/**", "go/pkg/mod/**", "root/go/pkg/mod/**",
                                    "home/*/go/pkg/mod/**"};
inline constexpr Glob kCargoCache[] = {"**/.cargo/registry/**", "usr/local/cargo/registry/**"};
inline constexpr Glob kJvmBuildCache[] = {"**/.m2/repository/**", "**/.gradle/caches/**"};
inline constexpr Glob kComposerCache[] = {"**/.cache/composer/**", "**/.composer/cache/**"};
inline constexpr Glob kCondaPackages[] = {"opt/conda/pkgs/**", "**/anaconda3/pkgs/**", "**/miniconda3/pkgs/**",
                                          "**/miniforge3/pkgs/**"};
inline constexpr Glob kGemCache[] = {"**/gems/*/cache/*.gem", "**/ruby/*/cache/*.gem", "usr/local/bundle/cache/*.gem"};
inline constexpr Glob kLogs[] = {"var/log/**"};
inline constexpr Glob kDebconfCache[] = {"var/cache/debconf/**"};
inline constexpr Glob kLdconfigCache[] = {"var/cache/ldconfig/aux-cache"};
inline constexpr Glob kTemporaryFiles[] = {"tmp/**"};
inline constexpr Glob kVersionControl[] = {"**/.git", "**/.git/**", "**/.hg", "**/.hg/**", "**/.svn", "**/.svn/**"};
inline constexpr Glob kCiAndEditorFiles[] = {"**/.github",   "**/.github/**",   "**/.gitlab-ci.yml", "**/.travis.yml",
                                             "**/.circleci", "**/.circleci/**", "**/.idea",          "**/.idea/**",
                                             "**/.vscode",   "**/.vscode/**",   "**/.DS_Store"};
inline constexpr Glob kDockerfiles[] = {"**/Dockerfile", "**/.dockerignore"};
inline constexpr Glob kDockerfilesKept[] = {"**/node_modules/**", "**/site-packages/**", "**/dist-packages/**",
                                            "usr/**"};
inline constexpr Glob kNodeModulesCache[] = {"**/node_modules/.cache/**"};
inline constexpr Glob kOptimisedBytecode[] = {"**/__pycache__/*.opt-1.pyc", "**/__pycache__/*.opt-2.pyc"};
inline constexpr Glob kSystemDocs[] = {"usr/share/doc/**", "usr/local/share/doc/**", "usr/share/gtk-doc/**"};
inline constexpr Glob kNpmDocs[] = {"**/node_modules/**/*.md",           "**/node_modules/**/*.markdown",
                                    "**/node_modules/**/CHANGELOG",      "**/node_modules/*/examples/**",
                                    "**/node_modules/@*/*/examples/**",  "**/node_modules/*/benchmarks/**",
                                    "**/node_modules/@*/*/benchmarks/**"};
inline constexpr Glob kNpmDocsKept[] = {"**/node_modules/@*/examples/**", "**/node_modules/@*/benchmarks/**"};
inline constexpr Glob kJarSources[] = {"**/*.*-sources.jar", "**/*.*-javadoc.jar"};
inline constexpr Glob kManPages[] = {"usr/share/man/**", "usr/local/share/man/**", "usr/local/man/**",
                                     "usr/share/info/**", "var/cache/man/**"};
inline constexpr Glob kGettextCatalogues[] = {"usr/share/locale/*/**", "usr/local/share/locale/*/**"};
inline constexpr Glob kGlibcLocales[] = {"usr/lib/locale/*/**", "usr/lib/locale/locale-archive*"};
inline constexpr Glob kGlibcLocalesKept[] = {"usr/lib/locale/C.utf8/**", "usr/lib/locale/C.UTF-8/**"};
inline constexpr Glob kGconvModules[] = {"usr/lib/gconv/*.so", "usr/lib64/gconv/*.so", "usr/lib/*/gconv/*.so"};
inline constexpr Glob kGconvModulesKept[] = {"**/gconv/UTF-16.so",  "**/gconv/UTF-32.so",    "**/gconv/UTF-7.so",
                                             "**/gconv/UNICODE.so", "**/gconv/ISO8859-1.so", "**/gconv/ISO8859-15.so",
                                             "**/gconv/CP1252.so"};
inline constexpr Glob kCHeaders[] = {"usr/include/**", "usr/local/include/**"};
inline constexpr Glob kCHeadersKept[] = {"**/pyconfig*.h"};
inline constexpr Glob kStaticLibraries[] = {
    "lib/**/*.a",           "lib/**/*.la",          "lib/**/*crt*.o",        "usr/lib/**/*.a",
    "usr/lib/**/*.la",      "usr/lib/**/*crt*.o",   "usr/lib64/**/*.a",      "usr/lib64/**/*.la",
    "usr/lib64/**/*crt*.o", "usr/local/lib/**/*.a", "usr/local/lib/**/*.la", "usr/local/lib/**/*crt*.o"};
inline constexpr Glob kStaticLibrariesKept[] = {
    "**/ImageMagick*/**", "**/GraphicsMagick*/**", "**/graphviz/**", "**/ldap/**", "**/odbc/**", "**/modules*/**"};
inline constexpr Glob kPkgConfigFiles[] = {"usr/lib/**/pkgconfig/*.pc", "usr/lib64/pkgconfig/*.pc",
                                           "usr/local/lib/**/pkgconfig/*.pc", "usr/share/pkgconfig/*.pc"};
inline constexpr Glob kGccFiles[] = {"usr/lib/gcc/**"};
inline constexpr Glob kGccFilesKept[] = {"**/*.so", "**/*.so.*"};
inline constexpr Glob kPythonStubs[] = {"**/site-packages/**/*.pyi", "**/site-packages/**/*.pxd",
                                        "**/site-packages/**/*.pyx", "**/dist-packages/**/*.pyi",
                                        "**/dist-packages/**/*.pxd", "**/dist-packages/**/*.pyx"};
inline constexpr Glob kPythonStubsKept[] = {"**/__init__.pyi", "**/Cython/**", "**/pyximport/**"};
inline constexpr Glob kPythonCSources[] = {"**/site-packages/**/*.c", "**/site-packages/**/*.h",
                                           "**/dist-packages/**/*.c", "**/dist-packages/**/*.h"};
inline constexpr Glob kPythonCSourcesKept[] = {"**/Cython/**",
                                               "**/brian2/**",
                                               "**/cffi/**",
                                               "**/cupy/**",
                                               "**/deepspeed/**",
                                               "**/mypyc/**",
                                               "**/numba/**",
                                               "**/pybind11/**",
                                               "**/pycuda/**",
                                               "**/pyopencl/**",
                                               "**/pytensor/**",
                                               "**/pyximport/**",
                                               "**/setuptools/**",
                                               "**/taichi/**",
                                               "**/tensorflow/**",
                                               "**/theano/**",
                                               "**/torch/**",
                                               "**/triton/**",
                                               "**/numpy/**/include/**"};
inline constexpr Glob kDebugSymbols[] = {"usr/lib/debug/**", "usr/**/.debug/**", "usr/**/*.so.debug", "usr/**/*.dwo"};
inline constexpr Glob kPerlModules[] = {"usr/share/perl/**", "usr/share/perl5/**"};
inline constexpr Glob kDpkgScripts[] = {
    "var/lib/dpkg/info/*.config",  "var/lib/dpkg/info/*.postinst",  "var/lib/dpkg/info/*.postrm",
    "var/lib/dpkg/info/*.preinst", "var/lib/dpkg/info/*.prerm",     "var/lib/dpkg/info/*.shlibs",
    "var/lib/dpkg/info/*.symbols", "var/lib/dpkg/info/*.templates", "var/lib/dpkg/info/*.triggers"};
inline constexpr Glob kPythonPackageTests[] = {
    "**/site-packages/matplotlib/**/tests", "**/site-packages/matplotlib/**/tests/**",
    "**/site-packages/networkx/**/tests",   "**/site-packages/networkx/**/tests/**",
    "**/site-packages/numpy/**/tests",      "**/site-packages/numpy/**/tests/**",
    "**/site-packages/pandas/**/tests",     "**/site-packages/pandas/**/tests/**",
    "**/site-packages/scipy/**/tests",      "**/site-packages/scipy/**/tests/**",
    "**/site-packages/sklearn/**/tests",    "**/site-packages/sklearn/**/tests/**",
    "**/site-packages/sympy/**/tests",      "**/site-packages/sympy/**/tests/**",
    "**/dist-packages/matplotlib/**/tests", "**/dist-packages/matplotlib/**/tests/**",
    "**/dist-packages/networkx/**/tests",   "**/dist-packages/networkx/**/tests/**",
    "**/dist-packages/numpy/**/tests",      "**/dist-packages/numpy/**/tests/**",
    "**/dist-packages/pandas/**/tests",     "**/dist-packages/pandas/**/tests/**",
    "**/dist-packages/scipy/**/tests",      "**/dist-packages/scipy/**/tests/**",
    "**/dist-packages/sklearn/**/tests",    "**/dist-packages/sklearn/**/tests/**",
    "**/dist-packages/sympy/**/tests",      "**/dist-packages/sympy/**/tests/**"};
inline constexpr Glob kCpythonTests[] = {"**/lib/python3.*/test/**",
                                         "**/lib/python3.*/ctypes/test/**",
                                         "**/lib/python3.*/distutils/tests/**",
                                         "**/lib/python3.*/idlelib/idle_test/**",
                                         "**/lib/python3.*/lib2to3/tests/**",
                                         "**/lib/python3.*/sqlite3/test/**",
                                         "**/lib/python3.*/tkinter/test/**",
                                         "**/lib/python3.*/unittest/test/**"};
inline constexpr Glob kCpythonTestsKept[] = {"**/lib/python3.*/test/__init__.py", "**/lib/python3.*/test/support/**",
                                             "**/site-packages/**", "**/dist-packages/**"};
inline constexpr Glob kNpmPackageTests[] = {"**/node_modules/**/__tests__/**"};
inline constexpr Glob kSourceMaps[] = {"**/node_modules/**/*.js.map",   "**/node_modules/**/*.mjs.map",
                                       "**/node_modules/**/*.cjs.map",  "**/node_modules/**/*.css.map",
                                       "**/node_modules/**/*.d.ts.map", "**/node_modules/**/*.d.mts.map",
                                       "**/node_modules/**/*.d.cts.map"};
inline constexpr Glob kTypeDeclarations[] = {"**/node_modules/**/*.d.ts", "**/node_modules/**/*.d.mts",
                                             "**/node_modules/**/*.d.cts", "**/node_modules/**/dist-types/**"};
inline constexpr Glob kTypeDeclarationsKept[] = {"**/node_modules/typescript/**", "**/node_modules/@typescript/**",
                                                 "**/node_modules/@ts-morph/**"};
inline constexpr Glob kAwsSdkEsModules[] = {"**/node_modules/@aws-sdk/*/dist-es/**",
                                            "**/node_modules/@smithy/*/dist-es/**"};
inline constexpr Glob kDarwinBinaries[] = {"**/node_modules/@*/*darwin-arm64",
                                           "**/node_modules/@*/*darwin-arm64/**",
                                           "**/node_modules/*-darwin-arm64",
                                           "**/node_modules/*-darwin-arm64/**",
                                           "**/node_modules/@*/*darwin-x64",
                                           "**/node_modules/@*/*darwin-x64/**",
                                           "**/node_modules/*-darwin-x64",
                                           "**/node_modules/*-darwin-x64/**",
                                           "**/node_modules/@*/*darwin-universal",
                                           "**/node_modules/@*/*darwin-universal/**",
                                           "**/node_modules/*-darwin-universal",
                                           "**/node_modules/*-darwin-universal/**",
                                           "**/prebuilds/darwin-*/**",
                                           "**/node_modules/.prisma/client/*darwin*"};
inline constexpr Glob kWindowsBinaries[] = {"**/node_modules/@*/*win32-arm64",
                                            "**/node_modules/@*/*win32-arm64/**",
                                            "**/node_modules/*-win32-arm64",
                                            "**/node_modules/*-win32-arm64/**",
                                            "**/node_modules/@*/*win32-ia32",
                                            "**/node_modules/@*/*win32-ia32/**",
                                            "**/node_modules/*-win32-ia32",
                                            "**/node_modules/*-win32-ia32/**",
                                            "**/node_modules/@*/*win32-x64",
                                            "**/node_modules/@*/*win32-x64/**",
                                            "**/node_modules/*-win32-x64",
                                            "**/node_modules/*-win32-x64/**",
                                            "**/node_modules/@*/*win32-arm64-msvc",
                                            "**/node_modules/@*/*win32-arm64-msvc/**",
                                            "**/node_modules/*-win32-arm64-msvc",
                                            "**/node_modules/*-win32-arm64-msvc/**",
                                            "**/node_modules/@*/*win32-ia32-msvc",
                                            "**/node_modules/@*/*win32-ia32-msvc/**",
                                            "**/node_modules/*-win32-ia32-msvc",
                                            "**/node_modules/*-win32-ia32-msvc/**",
                                            "**/node_modules/@*/*win32-x64-msvc",
                                            "**/node_modules/@*/*win32-x64-msvc/**",
                                            "**/node_modules/*-win32-x64-msvc",
                                            "**/node_modules/*-win32-x64-msvc/**",
                                            "**/prebuilds/win32-*/**",
                                            "**/node_modules/.prisma/client/*windows*",
                                            "**/site-packages/**/*.exe",
                                            "**/dist-packages/**/*.exe"};
inline constexpr Glob kArm64Binaries[] = {
    "**/node_modules/@*/*linux-arm64",      "**/node_modules/@*/*linux-arm64/**",
    "**/node_modules/*-linux-arm64",        "**/node_modules/*-linux-arm64/**",
    "**/node_modules/@*/*linux-arm64-gnu",  "**/node_modules/@*/*linux-arm64-gnu/**",
    "**/node_modules/*-linux-arm64-gnu",    "**/node_modules/*-linux-arm64-gnu/**",
    "**/node_modules/@*/*linux-arm64-musl", "**/node_modules/@*/*linux-arm64-musl/**",
    "**/node_modules/*-linux-arm64-musl",   "**/node_modules/*-linux-arm64-musl/**",
    "**/node_modules/@*/*linuxmusl-arm64",  "**/node_modules/@*/*linuxmusl-arm64/**",
    "**/node_modules/*-linuxmusl-arm64",    "**/node_modules/*-linuxmusl-arm64/**",
    "**/prebuilds/linux-arm64/**"};
inline constexpr Glob kAmd64Binaries[] = {"**/node_modules/@*/*linux-x64",      "**/node_modules/@*/*linux-x64/**",
                                          "**/node_modules/*-linux-x64",        "**/node_modules/*-linux-x64/**",
                                          "**/node_modules/@*/*linux-x64-gnu",  "**/node_modules/@*/*linux-x64-gnu/**",
                                          "**/node_modules/*-linux-x64-gnu",    "**/node_modules/*-linux-x64-gnu/**",
                                          "**/node_modules/@*/*linux-x64-musl", "**/node_modules/@*/*linux-x64-musl/**",
                                          "**/node_modules/*-linux-x64-musl",   "**/node_modules/*-linux-x64-musl/**",
                                          "**/node_modules/@*/*linuxmusl-x64",  "**/node_modules/@*/*linuxmusl-x64/**",
                                          "**/node_modules/*-linuxmusl-x64",    "**/node_modules/*-linuxmusl-x64/**",
                                          "**/prebuilds/linux-x64/**"};
inline constexpr Glob kMuslBinaries[] = {
    "**/node_modules/@*/*linux-arm64-musl", "**/node_modules/@*/*linux-arm64-musl/**",
    "**/node_modules/*-linux-arm64-musl",   "**/node_modules/*-linux-arm64-musl/**",
    "**/node_modules/@*/*linux-x64-musl",   "**/node_modules/@*/*linux-x64-musl/**",
    "**/node_modules/*-linux-x64-musl",     "**/node_modules/*-linux-x64-musl/**",
    "**/node_modules/@*/*linuxmusl-arm64",  "**/node_modules/@*/*linuxmusl-arm64/**",
    "**/node_modules/*-linuxmusl-arm64",    "**/node_modules/*-linuxmusl-arm64/**",
    "**/node_modules/@*/*linuxmusl-x64",    "**/node_modules/@*/*linuxmusl-x64/**",
    "**/node_modules/*-linuxmusl-x64",      "**/node_modules/*-linuxmusl-x64/**",
    "**/prebuilds/**/*.musl.node"};
inline constexpr Glob kGlibcBinaries[] = {
    "**/node_modules/@*/*linux-arm64-gnu", "**/node_modules/@*/*linux-arm64-gnu/**",
    "**/node_modules/*-linux-arm64-gnu",   "**/node_modules/*-linux-arm64-gnu/**",
    "**/node_modules/@*/*linux-x64-gnu",   "**/node_modules/@*/*linux-x64-gnu/**",
    "**/node_modules/*-linux-x64-gnu",     "**/node_modules/*-linux-x64-gnu/**",
    "**/prebuilds/**/*.glibc.node"};
inline constexpr Glob kPipAndWheel[] = {"**/site-packages/pip/**", "**/site-packages/wheel/**",
                                        "**/dist-packages/pip/**", "**/dist-packages/wheel/**"};
inline constexpr Glob kSetuptools[] = {"**/site-packages/setuptools/**", "**/site-packages/pkg_resources/**",
                                       "**/dist-packages/setuptools/**", "**/dist-packages/pkg_resources/**"};
inline constexpr Glob kInstallRecords[] = {
    "**/site-packages/*.dist-info/RECORD", "**/site-packages/*.dist-info/direct_url.json",
    "**/dist-packages/*.dist-info/RECORD", "**/dist-packages/*.dist-info/direct_url.json"};
inline constexpr Glob kBotocoreServices[] = {"**/botocore/data/*/**"};
inline constexpr Glob kBotocoreServicesKept[] = {"**/botocore/data/sts/**", "**/botocore/data/sso*/**"};
inline constexpr Glob kPrismaEngines[] = {
    "**/node_modules/@prisma/client/runtime/*cockroachdb*", "**/node_modules/@prisma/client/runtime/*mysql*",
    "**/node_modules/@prisma/client/runtime/*sqlite*", "**/node_modules/@prisma/client/runtime/*sqlserver*"};
inline constexpr Glob kBundledBoto3[] = {"var/task/boto3", "var/task/boto3/**", "var/task/botocore",
                                         "var/task/botocore/**"};
inline constexpr Glob kNvidiaWheels[] = {"**/site-packages/nvidia/**", "**/dist-packages/nvidia/**",
                                         "usr/local/cuda/**", "usr/local/cuda-*/**"};
inline constexpr Glob kTriton[] = {"**/site-packages/triton/**", "**/dist-packages/triton/**"};
inline constexpr Glob kCudaLibraries[] = {
    "**/libcublas.so*",    "**/libcublas_*.so*",    "**/libcublasLt.so*",   "**/libcublasLt_*.so*",
    "**/libcuda.so*",      "**/libcuda_*.so*",      "**/libcudart.so*",     "**/libcudart_*.so*",
    "**/libcudnn.so*",     "**/libcudnn_*.so*",     "**/libcufft.so*",      "**/libcufft_*.so*",
    "**/libcufftw.so*",    "**/libcufftw_*.so*",    "**/libcufile.so*",     "**/libcufile_*.so*",
    "**/libcupti.so*",     "**/libcupti_*.so*",     "**/libcurand.so*",     "**/libcurand_*.so*",
    "**/libcusolver.so*",  "**/libcusolver_*.so*",  "**/libcusolverMg.so*", "**/libcusolverMg_*.so*",
    "**/libcusparse.so*",  "**/libcusparse_*.so*",  "**/libcusparseLt.so*", "**/libcusparseLt_*.so*",
    "**/libnccl.so*",      "**/libnccl_*.so*",      "**/libnvrtc.so*",      "**/libnvrtc_*.so*",
    "**/libnvJitLink.so*", "**/libnvJitLink_*.so*", "**/libtorch_cuda.so*", "**/libtorch_cuda_*.so*",
    "**/libcudart-*.so*",  "**/libcublas-*.so*",    "**/libcublasLt-*.so*"};

}  // namespace ocitidy::removable_globs

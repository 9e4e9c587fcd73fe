// Edges of the rules on what languages bring along: gpu-libraries, cpuinfo-crash, needs-shared-memory, duplicate-sdk,
// unbundled-node-modules, compressed-fat-jar, archive-of-other-jvm, missing-ready-to-run.
#include <gtest/gtest.h>

#include "base/text.h"
#include "lambda/gpu_libraries.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

constexpr std::string_view kLayer = "base healthy\nlayer\n";

TEST(GpuLibraries, KnowsNames) {
  for (const char* path :
       {"usr/local/cuda-12/lib64/x", "usr/local/cuda/x", "a/site-packages/nvidia/cudnn/x", "a/dist-packages/triton/x",
        "a/libcudart.so.12", "a/libcudart-9335f6a2.so.12", "a/libcudnn_ops.so.9", "a/libtorch_cuda.so",
        "a/libonnxruntime_providers_cuda.so", "libcublasLt.so"}) {
    EXPECT_TRUE(lambda::is_gpu_library(path)) << path;
  }
  for (const char* path : {"usr/local/cudax/x", "a/site-packages/nvidia.py", "a/site-packages/nvidiax/x", "a/nvidia/x",
                           "a/libcudartx.so", "a/libcudart.a", "a/xlibcudart.so", "a/libcurl.so.4", ""}) {
    EXPECT_FALSE(lambda::is_gpu_library(path)) << path;
  }
}

TEST(GpuLibraries, JudgesByBytesOfALayer) {
  const auto cuda = [](std::string_view size) { return cat(kLayer, "file usr/local/cuda/a size=", size, " sparse\n"); };
  expect_silent("gpu-libraries", cuda("1048575"));
  EXPECT_EQ(expect_finds("gpu-libraries", cuda("1048576"))[0].severity, Severity::info);
  EXPECT_EQ(expect_finds("gpu-libraries", cuda("104857599"))[0].severity, Severity::info);
  EXPECT_EQ(expect_finds("gpu-libraries", cuda("104857600"))[0].severity, Severity::warning);
  expect_not_applicable("gpu-libraries", "artifact application/x");
  expect_silent("gpu-libraries", "base none");
}

TEST(CpuinfoCrash, ComparesVersions) {
  const auto torch = [](std::string_view version) {
    return cat("config arch arm64\n", kLayer, "dir var/task/torch-", version, ".dist-info\n");
  };
  for (const char* version : {"1.13.1", "2.0.0", "2.1.1", "2.1.1+cpu"}) expect_finds("cpuinfo-crash", torch(version));
  for (const char* version : {"2.1.2", "2.1.10", "2.2.0", "10.0"}) expect_silent("cpuinfo-crash", torch(version));
  expect_not_applicable("cpuinfo-crash", "artifact application/x");
}

TEST(NeedsSharedMemory, ComparesVersions) {
  const auto package = [](std::string_view name) { return cat(kLayer, "dir var/task/", name, ".dist-info\n"); };
  for (const char* name : {"ddtrace-2.0.0", "ddtrace-2.1.9", "numba-0.40.1", "pandarallel-1.6.5"}) {
    EXPECT_EQ(expect_finds("needs-shared-memory", package(name)).size(), 1u) << name;
  }
  for (const char* name : {"ddtrace-1.20.0", "ddtrace-2.2.0", "numba-0.39.9", "numba-0.41.0"}) {
    SCOPED_TRACE(name);
    expect_silent("needs-shared-memory", package(name));
  }
}

TEST(NeedsSharedMemory, LooksIntoTheFunctionsOwnModules) {
  for (const char* call : {"ProcessPoolExecutor(4)", "from multiprocessing import Pool", "mp.Pool(4)",
                           "multiprocessing.Lock()", "multiprocessing.Queue()"}) {
    SCOPED_TRACE(call);
    expect_finds("needs-shared-memory", cat(kLayer, "file var/task/w.py \"", call, "\"\n"));
    expect_finds("needs-shared-memory", cat(kLayer, "file app/w.py \"", call, "\"\n"));
    expect_silent("needs-shared-memory", cat(kLayer, "file usr/lib/w.py \"", call, "\"\n"));
    expect_silent("needs-shared-memory", cat(kLayer, "file var/task/w.txt \"", call, "\"\n"));
  }
  std::string many{kLayer};
  for (int i = 0; i < 12; ++i) many += cat("file app/w", i, ".py \"mp.Pool(1)\"\n");
  EXPECT_EQ(expect_finds("needs-shared-memory", many).size(), 10u);
  expect_finds("needs-shared-memory", cat("config env \"GUNICORN_CMD_ARGS=--worker-tmp-dir /dev/shm\"\n", kLayer));
  expect_silent("needs-shared-memory", "base none");
  expect_not_applicable("needs-shared-memory", "artifact application/x");
}

TEST(DuplicateSdk, WantsALaterLayerAndBytes) {
  const auto copies = [](std::string_view between, std::string_view size) {
    return cat(kLayer, "file var/runtime/botocore/a.py size=2M\n", between, "file var/task/botocore/a.py size=", size,
               "\n");
  };
  expect_finds("duplicate-sdk", copies("layer\n", "1048576"));
  expect_silent("duplicate-sdk", copies("layer\n", "1048575"));
  expect_silent("duplicate-sdk", copies("", "2M"));
  expect_not_applicable("duplicate-sdk", "artifact application/x");
  expect_not_applicable("duplicate-sdk", "base none");
}

TEST(UnbundledNodeModules, CountsModules) {
  const auto modules = [](int count, std::string_view root) {
    std::string recipe{kLayer};
    for (int i = 0; i < count; ++i) recipe += cat("file ", root, "/p", i % 9, "/f", i, ".js \"x\"\n");
    return recipe + cat("file ", root, "/p0/readme.md \"x\"\n");
  };
  expect_silent("unbundled-node-modules", modules(1000, "var/task/node_modules"));
  const std::vector<Finding> findings =
      expect_finds("unbundled-node-modules", modules(1001, "var/task/node_modules/a/node_modules"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where.at(0).path, "var/task/node_modules");
  EXPECT_NE(findings[0].message.find("1001 JavaScript files"), std::string::npos) << findings[0].message;
  expect_not_applicable("unbundled-node-modules", modules(1001, "usr/lib/node_modules"));
  const std::string installed = modules(1001, "opt/node/lib/node_modules");
  expect_not_applicable("unbundled-node-modules", cat(installed, "  file opt/node/bin/node 0755\n"));
  expect_finds("unbundled-node-modules", installed);
  expect_finds("unbundled-node-modules",
               cat(modules(1001, "opt/node/mylib/node_modules"), "  file opt/node/mybin/node 0755\n"));
  expect_not_applicable("unbundled-node-modules", modules(1001, "var/task/my_node_modules"));
  expect_not_applicable("unbundled-node-modules", "artifact application/x");
}

TEST(JavaAndDotnet, SayWhatTheyCannotJudge) {
  for (const char* rule : {"compressed-fat-jar", "archive-of-other-jvm", "missing-ready-to-run"}) {
    SCOPED_TRACE(rule);
    expect_not_applicable(rule, "artifact application/x");
    expect_not_applicable(rule, "base none");
  }
  expect_silent("compressed-fat-jar", cat(kLayer, "file var/task/a.jar \"no zip\" size=20M\n"));
  expect_silent("archive-of-other-jvm",
                cat(kLayer, "file opt/j/release \"JAVA_RUNTIME_VERSION=\\\"21\\\"\"\nfile a.jsa \"no archive\"\n"));
  expect_not_applicable("missing-ready-to-run", cat(kLayer, "file var/task/App.dll \"no PE file\"\n"));
}

}  // namespace
}  // namespace ocitidy::test

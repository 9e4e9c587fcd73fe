// image_writer_crash_test - kills, full disks and leftovers: the target is the whole old image or the whole new one.
//
// OCITIDY_KILLS=200 kills that often per kind of store; the default keeps the test short.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <random>
#include <thread>

#include "written.h"

namespace ocitidy::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNoiseBytes = 200'000;

/// Writes two images over one another until it is killed.
[[noreturn]] void write_forever(const BuiltImage& a, const BuiltImage& b, const std::string& reference) {
  for (;;) {
    for (const BuiltImage* one : {&a, &b}) {
      if (!write_image(*one, reference, replacing())) _exit(1);
    }
  }
}

class KillTest : public testing::TestWithParam<Transport> {};

INSTANTIATE_TEST_SUITE_P(Stores, KillTest, testing::ValuesIn(kWritten), [](const auto& one) {
  std::string name(transport_name(one.param));
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST_P(KillTest, TargetIsAlwaysWhole) {
  const char* wanted = std::getenv("OCITIDY_KILLS");
  const int kills = wanted == nullptr ? 20 : std::atoi(wanted);
  const TempFolder temp;
  const std::string reference = target_in(temp, GetParam());
  const BuiltImage a = image_for(GetParam(), "a", kNoiseBytes), b = image_for(GetParam(), "b", kNoiseBytes);
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(succeeded(write_image(a, reference)));
  const std::string raw_a = open_and_read(reference)->raw;
  ASSERT_TRUE(succeeded(write_image(b, reference, replacing())));
  const std::string raw_b = open_and_read(reference)->raw;
  const auto two_writes = std::chrono::steady_clock::now() - start;
  std::mt19937 random(std::random_device{}());
  std::size_t seen_a = 0, seen_b = 0, interrupted = 0;
  for (int i = 0; i < kills; ++i) {
    const pid_t child = fork();
    if (child == 0) write_forever(a, b, reference);
    ASSERT_GT(child, 0);
    const auto longest = std::chrono::duration_cast<std::chrono::microseconds>(two_writes).count();
    std::this_thread::sleep_for(std::chrono::microseconds(std::uniform_int_distribution<long>(0, longest)(random)));
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child could not write";
    const auto manifest = open_and_read(reference);
    ASSERT_TRUE(succeeded(manifest));
    ASSERT_TRUE(manifest->raw == raw_a || manifest->raw == raw_b);
    ++(manifest->raw == raw_a ? seen_a : seen_b);
    interrupted += names_below(temp.path()).size() - 1;
  }
  EXPECT_GT(interrupted, 0U) << "no kill came in the middle: this test is blind";
  RecordProperty("interrupted", static_cast<int>(interrupted));
  ASSERT_TRUE(succeeded(write_image(a, reference, replacing())));
  EXPECT_EQ(names_below(temp.path()), std::vector<std::string>{"out"}) << "leftovers of killed writers stay";
}

/// Lets a child write up to the given point, and kills it there.
void leave_staging(const std::string& reference, const BuiltImage& built, bool finish) {
  const pid_t child = fork();
  if (child == 0) {
    auto writer = create_image(reference, {});
    if (!writer || !copy_blobs(built, **writer)) _exit(1);
    const auto unfinished = (*writer)->create();
    if (finish && !(*writer)->finish(built.image.root)) _exit(1);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
}

TEST(StagingTest, LeftoversAreSweptAndNothingElse) {
  const TempFolder temp;
  for (const Transport transport : kWritten) {
    leave_staging(target_in(temp, transport), image_for(transport), false);
    leave_staging(target_in(temp, transport), image_for(transport), true);  // sweeps what the first one left
  }
  EXPECT_EQ(names_below(temp.path()).size(), 1U);
  const std::string stranger = ".ocitidy-0123456789abcdef";
  temp.write(stranger + "/blobs/sha256/dear.txt", "precious");
  temp.write(stranger + "/photo.jpg", "precious");
  temp.write(".ocitidy-0123456789abcde/index.json", "name too short");
  temp.write(".ocitidy-0123456789abcdeF/index.json", "no hex");
  temp.write(".ocitidy-0123456789abcdee", "a file");
  temp.write("victim/index.json", "precious");
  fs::create_directory_symlink("victim", temp / ".ocitidy-00000000000000aa");
  temp.write(".ocitidy-00000000000000bb/oci-layout", "");
  fs::create_directory_symlink("../victim", temp / ".ocitidy-00000000000000bb/blobs");
  temp.write(".ocitidy-00000000000000cc/index.json", "locked");
  const int locked = open((temp / ".ocitidy-00000000000000cc").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(flock(locked, LOCK_EX), 0);
  auto before = tree_of(temp.path());
  {
    auto writer = create_image(temp / "out", {});
    ASSERT_TRUE(succeeded(writer));
  }
  const auto after = tree_of(temp.path());
  for (const auto& [name, bytes] : after) EXPECT_EQ(before.count(name), 1U) << name;
  for (const char* kept : {"/blobs/sha256/dear.txt", "/photo.jpg"}) {
    EXPECT_EQ(after.count(stranger + kept), 1U) << kept;
  }
  for (const char* kept :
       {".ocitidy-0123456789abcde/index.json", ".ocitidy-0123456789abcdeF/index.json", ".ocitidy-0123456789abcdee",
        "victim/index.json", ".ocitidy-00000000000000aa -> ", ".ocitidy-00000000000000cc/index.json"}) {
    EXPECT_EQ(after.count(kept), 1U) << kept;
  }
  close(locked);
  fs::remove_all(temp / ".ocitidy-00000000000000bb");
  auto writer = create_image(temp / "out", {}).value();
  EXPECT_FALSE(fs::exists(temp / ".ocitidy-00000000000000cc"));
}

TEST(StagingTest, LiveWritersAreNotSwept) {
  const TempFolder temp;
  const BuiltImage built = image_for(Transport::oci_layout);
  auto first = create_image(temp / "first", {}).value();
  ASSERT_TRUE(copy_blobs(built, *first));
  auto second = create_image(temp / "second.tar", {}).value();
  ASSERT_TRUE(copy_blobs(built, *second));
  auto third = create_image(temp / "third", {}).value();
  for (ImageWriter* writer : {first.get(), second.get()}) {
    EXPECT_TRUE(succeeded(writer->finish(built.image.root)));
    EXPECT_TRUE(succeeded(writer->publish()));
  }
  third.reset();
  EXPECT_EQ(names_below(temp.path()), (std::vector<std::string>{"first", "second.tar"}));
}

TEST(StagingTest, ManyWritersAtOnceDoNotDisturbEachOther) {
  const TempFolder temp;
  const BuiltImage built = image_for(Transport::oci_layout);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 5; ++round) {
        EXPECT_TRUE(succeeded(write_image(built, temp / cat("out", i), replacing())));
        EXPECT_TRUE(succeeded(open_and_read(temp / cat("out", i))));
      }
    });
  }
  threads.clear();
  EXPECT_EQ(names_below(temp.path()).size(), 6U);
}

/// A file system of one MiB.
class SmallDisk {
 public:
  SmallDisk() : mounted_(mount("tmpfs", temp_.path().c_str(), "tmpfs", 0, "size=1m") == 0) {}
  ~SmallDisk() {
    if (mounted_) umount(temp_.path().c_str());
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }
  const TempFolder& folder() const { return temp_; }

 private:
  TempFolder temp_;
  bool mounted_;
};

TEST(FullDiskTest, IsAnErrorAndTheOldImageStays) {
  const SmallDisk disk;
  if (!disk.mounted()) GTEST_SKIP() << "may not mount a tmpfs";
  for (const Transport transport : kWritten) {
    const std::string reference = target_in(disk.folder(), transport);
    ASSERT_TRUE(succeeded(write_image(image_for(transport, "old"), reference)));
    const auto before = tree_of(disk.folder().path());
    // While the blobs are written; while an archive is packed (a layout is complete by then, and may be published).
    for (const std::size_t noise_bytes : {std::size_t{2'000'000}, std::size_t{600'000}}) {
      const auto written = write_image(image_for(transport, "new", noise_bytes), reference, replacing());
      if (written && transport == Transport::oci_layout && noise_bytes < 1'000'000) continue;
      expect_error(written, Code::io, {"No space left on device"});
      EXPECT_EQ(tree_of(disk.folder().path()), before);
    }
    fs::remove_all(disk.folder() / "out");
  }
}

TEST(FullDiskTest, FileSizeLimitIsAnError) {
  const TempFolder temp;
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  for (const Transport transport : kWritten) {
    const BuiltImage built = image_for(transport, "new", kNoiseBytes);
    rlimit limit = before;
    limit.rlim_cur = kNoiseBytes / 2;
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto written = write_image(built, target_in(temp, transport));
    setrlimit(RLIMIT_FSIZE, &before);
    expect_error(written, Code::io, {"File too large"});
    EXPECT_TRUE(names_below(temp.path()).empty());
  }
  signal(SIGXFSZ, handler);
}

}  // namespace
}  // namespace ocitidy::test

// path_list_test - plain lists, eStargz records and traces, made by hand and by the strace that is here.
#include "formats/path_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "formats/strace.h"

namespace ocitidy {
namespace {

using Paths = std::vector<std::string>;

Paths paths_of(std::string_view text, std::string_view directory = "/") {
  const auto paths = parse_path_list(text, directory);
  EXPECT_TRUE(paths) << describe(paths.error());
  return paths.value_or(Paths{});
}

TEST(PathList, PlainListsKeepTheirOrderAndGlobs) {
  EXPECT_EQ(paths_of("# what starts\n/usr/bin/python3.12\r\n\n  var/task/app.py \n./a//b/../c/.\n/usr/bin/python3.12\n"
                     "**/*.so\nvar/task/na\xc3\xafve [1].py\n# end"),
            (Paths{"usr/bin/python3.12", "var/task/app.py", "a/c", "**/*.so", "var/task/na\xc3\xafve [1].py"}));
}

TEST(PathList, NothingIsAnEmptyList) {
  EXPECT_EQ(paths_of(""), Paths{});
  EXPECT_EQ(paths_of("\n\n# none\n"), Paths{});
  EXPECT_EQ(paths_of("/\n.\n../..\n"), Paths{}) << "the root";
}

TEST(PathList, WhatTheRuntimeMountsIsLeftOut) {
  EXPECT_EQ(paths_of("/proc/self/maps\n/sys/devices\ndev/null\n/tmp\n/tmp/x\n/usr/../proc/1\n/process\n/usr/tmp/x\n"),
            (Paths{"process", "usr/tmp/x"}));
}

TEST(PathList, PlainListsRefuseWhatIsNoPath) {
  const auto limits = parse_path_list("a\n" + std::string(4096, 'p'));
  ASSERT_FALSE(limits);
  EXPECT_EQ(limits.error().code, Code::corrupt);
  EXPECT_NE(limits.error().message.find("line 2"), std::string::npos);
  EXPECT_EQ(paths_of(std::string(4095, 'p')).size(), 1U);
  EXPECT_FALSE(parse_path_list(std::string_view("a\0b", 3)));
}

TEST(PathList, TextIsBounded) {
  std::string text(kMostPathListBytes, '\n');
  EXPECT_TRUE(parse_path_list(text));
  text += '\n';
  const auto refused = parse_path_list(text);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::limit_exceeded);
}

TEST(PathList, PathsAreBounded) {
  std::string text;
  for (std::size_t i = 0; i < kMostListedPaths; ++i) text += "a/" + std::to_string(i) + "\n";
  EXPECT_EQ(paths_of(text + "a/0\n").size(), kMostListedPaths) << "the last is no new one";
  const auto refused = parse_path_list(text + "b\n");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::limit_exceeded);
}

TEST(PathList, ReadsRecordsOfTheEstargzOptimizer) {
  EXPECT_EQ(paths_of("{\"path\":\"usr/bin/x\",\"manifestDigest\":\"sha256:ab\",\"layerIndex\":3}\n"
                     "{\"layerIndex\":0,\"path\":\"/a \\u003cb\\u003e/\\u00e9\\\"\\\\\"}\r\n\n"
                     "{\"path\":\"usr/bin/x\"}\n{\"path\":\"proc/1\"}"),
            (Paths{"usr/bin/x", "a <b>/\xc3\xa9\"\\"}));
}

TEST(PathList, RefusesRecordsThatAreNone) {
  for (const char* bad :
       {"{", "{}", "{\"path\":1}", "{\"path\":\"\"}", "{\"path\":\"a\\u0000b\"}", "{\"path\":\"a\"} x",
        "{\"path\":\"a\",\"path\":\"b\"}", "{\"path\":\"a\"}\nb", "{\"path\":\"a\"}\n[]"}) {
    const auto refused = parse_path_list(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().code, Code::corrupt) << bad;
    EXPECT_NE(describe(refused.error()).find("line "), std::string::npos) << bad;
  }
}

TEST(PathList, TracesListWhatSucceeded) {
  EXPECT_EQ(paths_of(R"(execve("/usr/bin/cat", ["cat", "/not/this"], 0x7fff /* 35 vars */) = 0
access("/etc/ld.so.preload", R_OK)      = -1 ENOENT (No such file or directory)
openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3
newfstatat(3, "", {st_mode=S_IFREG|0644, st_size=34395, ...}, AT_EMPTY_PATH) = 0
mmap(NULL, 34395, PROT_READ, MAP_PRIVATE, 3, 0) = 0x7f861a635000
readlink("/etc/alternatives/awk", "/usr/bin/mawk", 4095) = 13
stat("/usr/lib", {st_mode=S_IFDIR|0755, st_size=4096, ...}) = 0
unlink("/var/task/gone") = 0
write(1, "openat(AT_FDCWD, \"/fake\", 0) = 3\n", 32) = 32
openat(AT_FDCWD, "/cut/sho"..., O_RDONLY) = 3
openat(AT_FDCWD, "/proc/self/maps", O_RDONLY) = 3
openat(AT_FDCWD, "/interrupted", O_RDONLY) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)
--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=8627} ---
exit_group(0)                           = ?
+++ exited with 0 +++
)"),
            (Paths{"usr/bin/cat", "etc/ld.so.cache", "etc/alternatives/awk", "usr/lib"}));
}

TEST(PathList, TracesPairUnfinishedCalls) {
  EXPECT_EQ(paths_of(R"(12  openat(AT_FDCWD, "/a", O_RDONLY <unfinished ...>
13  stat("/b",  <unfinished ...>
12  <... openat resumed>)             = 3
14  <... openat resumed>)             = 4
13  <... stat resumed>{st_mode=S_IFREG|0644, st_size=1, ...}) = 0
13  openat(AT_FDCWD, "/c", O_RDONLY <unfinished ...>
13  <... openat resumed>)             = -1 ENOENT (No such file or directory)
13  openat(AT_FDCWD, "/d", O_RDONLY <unfinished ...>) = ?
)"),
            (Paths{"a", "b"}));
}

TEST(PathList, TracesFollowDirectoriesThroughForks) {
  EXPECT_EQ(paths_of(R"(openat(AT_FDCWD, "first", O_RDONLY) = 3
chdir("/usr") = 0
chdir("/nowhere") = -1 ENOENT (No such file or directory)
clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLD) = 77
[pid    77] chdir("lib") = 0
[pid    77] open("x", O_RDONLY) = 3
[pid    76] open("y", O_RDONLY) = 3
[pid    77] clone(child_stack=0x7f, flags=CLONE_VM|CLONE_FS|CLONE_FILES <unfinished ...>
[pid    78] chdir("../share") = 0
[pid    77] <... clone resumed>)        = 78
[pid    77] open("z", O_RDONLY) = 3
)",
                     "/var/task"),
            (Paths{"var/task/first", "usr", "usr/lib", "usr/lib/x", "usr/y", "usr/share", "usr/share/z"}));
}

TEST(PathList, TracesUseTheDescriptorsOfDashY) {
  EXPECT_EQ(paths_of(R"(8 openat(AT_FDCWD</srv>, "lib/libc.so.6", O_RDONLY|O_CLOEXEC) = 3</usr/lib/libc.so.6>
8 newfstatat(3</usr/lib/libc.so.6>, "", {st_mode=S_IFREG|0755, ...}, AT_EMPTY_PATH) = 0
8 openat(5</usr/share/a\74b\76, c>, "d(1", O_RDONLY) = 6</usr/share/a\74b\76, c/d(1>
8 openat(5, "unknown", O_RDONLY) = 6
8 mmap(NULL, 1406, PROT_READ, MAP_PRIVATE, 3</opt/m>, 0) = 0x7f48ae3fe000
8 read(0</dev/null<char 1:3>>, "", 10) = 0
8 read(4<pipe:[7]>, "", 10) = 0
8 read(4</gone>(deleted), "", 10) = 0
8 stat("rel", {st_mode=S_IFREG|0644}) = 0
)"),
            (Paths{"srv/lib/libc.so.6", "usr/lib/libc.so.6", "usr/share/a<b>, c/d(1", "opt/m", "srv/rel"}));
}

TEST(PathList, TracesResolveEscapes) {
  EXPECT_EQ(paths_of("1 open(\"/na\\303\\257ve \\\"q\\\" \\\\ \\n\\x41\", O_RDONLY) = 3\n"
                     "1 open(\"/zero\\0byte\", O_RDONLY) = 3\n1 open(\"/a,b)\", O_RDONLY) = 3"),
            (Paths{"na\xc3\xafve \"q\" \\ \nA", "a,b)"}));
}

TEST(PathList, ZeroBytesInDescriptorsAreNoPaths) {
  EXPECT_EQ(paths_of("1 open(\"/a\", O_RDONLY) = 3</b\\0c>\n1 openat(AT_FDCWD</d\\0e>, \"f\", O_RDONLY) = 3\n"
                     "1 mmap(NULL, 1, PROT_READ, MAP_PRIVATE, 3</g\\0h>, 0) = 0x7f\n"),
            (Paths{"a", "f"}));
}

TEST(PathList, TracesMayCarryTimes) {
  EXPECT_EQ(paths_of("8631  18:01:06.317257 open(\"/a\", O_RDONLY) = 3 <0.000012>\n"
                     "[pid 8] 1690000000.123456 open(\"/b\", O_RDONLY) = 3\n"
                     "     0.000123 [00007f00aa] open(\"/c\", O_RDONLY) = 3\n"
                     "strace: Process 9 attached\nhello from the program: open(\n"),
            (Paths{"a", "b", "c"}));
}

TEST(PathList, ProcessesOfATraceAreBounded) {
  std::string ended, alive;
  for (std::size_t pid = 1; pid <= kMostTracedProcesses + 1; ++pid) {
    const std::string number = std::to_string(pid);
    alive += number + " open(\"/a\", O_RDONLY) = 3\n";
    ended += number + " open(\"/a\", O_RDONLY) = 3\n" + number + " +++ exited with 0 +++\n";
  }
  EXPECT_EQ(paths_of(ended), Paths{"a"});
  EXPECT_FALSE(parse_path_list(alive));
}

TEST(PathList, ShortNamesInLongDirectoriesAreBounded) {
  std::string text = "1 chdir(\"/" + std::string(4000, 'd') + "\") = 0\n";
  for (int i = 0; i < 80'000; ++i) text += "1 open(\"" + std::to_string(i) + "\", 0) = 3\n";
  const auto refused = parse_path_list(text);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::limit_exceeded);
}

TEST(PathList, AListThatLooksLikeATraceIsAList) {
  EXPECT_EQ(paths_of("usr/share/a(1) = b\nfoo(1).txt\nopen(2)\n"),
            (Paths{"usr/share/a(1) = b", "foo(1).txt", "open(2)"}));
}

TEST(Strace, TakesCallsApart) {
  const auto call = parse_strace_call("f(a, [1, \"x,)\"], {b=(c), ...}, 1<<3, 5</p(q>) = 7 (flags)");
  ASSERT_TRUE(call);
  EXPECT_EQ(call->name, "f");
  EXPECT_EQ(call->arguments, (std::vector<std::string_view>{"a", "[1, \"x,)\"]", "{b=(c), ...}", "1<<3", "5</p(q>"}));
  EXPECT_EQ(call->result, "7 (flags)");
  for (const char* bad : {"", "f", "f(", "f(a", "f(\"a) = 3", "f(a)", "f(a) b", "(a) = 3", "f (a) = 3", "f(5<a) = 3"})
    EXPECT_FALSE(parse_strace_call(bad)) << bad;
}

TEST(PathList, ReadsWhatARealStraceWrites) {
  constexpr const char* kCommand =
      "d=$(mktemp -d) && strace -f -y -o $d/t sh -c 'cd /etc && cat passwd ../etc/group >/dev/null; true' 2>/dev/null;"
      " cat $d/t; rm -rf $d";
  FILE* pipe = popen(kCommand, "r");
  ASSERT_NE(pipe, nullptr);
  std::string text;
  for (int c = fgetc(pipe); c != EOF; c = fgetc(pipe)) text += char(c);
  pclose(pipe);
  if (text.find("execve") == std::string::npos) GTEST_SKIP() << "no strace here, or not allowed";
  const Paths paths = paths_of(text);
  for (const char* path : {"etc", "etc/passwd", "etc/group"})
    EXPECT_EQ(std::ranges::count(paths, path), 1) << path << "\n" << text;
}

}  // namespace
}  // namespace ocitidy

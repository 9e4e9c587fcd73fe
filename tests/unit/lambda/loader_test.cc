// loader_test.cc - the loader's search: which directories, in which order, and what it passes over.
#include "lambda/loader.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "image/scan.h"
#include "oci/resolve.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

using lambda::Process;

constexpr std::string_view kLoader = "interp=/lib64/ld-linux-x86-64.so.2";

/// What the loader maps for /app/p, each by its path, and "!name" for what it does not find.
std::vector<std::string> mapped(std::string_view layer, std::string_view config = "") {
  const Image image = image_of(cat("config entrypoint /app/p\n", config, "\nbase none\nlayer\n", layer));
  ScanOptions options{.limits = {}};
  options.reads.assign(lambda::kLoaderReads.begin(), lambda::kLoaderReads.end());
  options.facts = Facts::elf;
  auto resolved = resolve_image(image, {}, options.limits);
  const auto model = scan_image(image, *std::move(resolved), options);
  if (!model) throw std::runtime_error(model.error().message);
  const auto process = lambda::load(*model, model->resolve("app/p").value());
  std::vector<std::string> out;
  if (!process) return {"not dynamic"};
  for (const auto& object : process->objects) out.push_back(model->path(object.file));
  for (const auto& lack : process->lacking) out.push_back("!" + lack.name);
  return out;
}

using Paths = std::vector<std::string>;

TEST(Loader, TakesLibrariesBreadthFirstAndEachOnce) {
  EXPECT_EQ(mapped(cat("file app/p 0755 elf64 needs=liba.so needs=libb.so ", kLoader,
                       "\nfile lib/liba.so elf64 needs=libc.so needs=libp.so soname=liba.so"
                       "\nfile lib/libb.so elf64 needs=liba.so\nfile lib/libc.so elf64 needs=libb.so\n")),
            (Paths{"app/p", "lib/liba.so", "lib/libb.so", "lib/libc.so", "!libp.so"}));
}

TEST(Loader, SearchesInTheOrderOfGlibc) {
  const std::string program = cat("file app/p 0755 elf64 needs=l.so rpath=/r ", kLoader, "\n");
  EXPECT_EQ(
      mapped(program + "file r/l.so elf64\nfile v/l.so elf64\nfile lib/l.so elf64\n", "config env LD_LIBRARY_PATH=/v"),
      (Paths{"app/p", "r/l.so"}));
  const std::string modern = cat("file app/p 0755 elf64 needs=l.so rpath=/r runpath=/u ", kLoader, "\n");
  EXPECT_EQ(mapped(modern + "file r/l.so elf64\nfile v/l.so elf64\nfile u/l.so elf64\n",
                   "config env LD_LIBRARY_PATH=/none:/v"),
            (Paths{"app/p", "v/l.so"}));
  EXPECT_EQ(mapped(modern + "file r/l.so elf64\nfile lib/l.so elf64\nfile u/l.so elf64\n"), (Paths{"app/p", "u/l.so"}));
  EXPECT_EQ(mapped(modern + "file r/l.so elf64\n"), (Paths{"app/p", "!l.so"})) << "rpath counts for nothing";
}

TEST(Loader, InheritsRpathButNotRunpath) {
  const std::string libraries = "file x/a.so elf64 needs=b.so\nfile x/b.so elf64\n";
  EXPECT_EQ(mapped(cat("file app/p 0755 elf64 needs=a.so rpath=/x ", kLoader, "\n", libraries)),
            (Paths{"app/p", "x/a.so", "x/b.so"}));
  EXPECT_EQ(mapped(cat("file app/p 0755 elf64 needs=a.so runpath=/x ", kLoader, "\n", libraries)),
            (Paths{"app/p", "x/a.so", "!b.so"}));
}

TEST(Loader, ExpandsOriginOfTheRealFile) {
  EXPECT_EQ(mapped(cat("file real/bin/p 0755 elf64 needs=l.so runpath=${ORIGIN}/../$LIB ", kLoader,
                       "\nfile real/lib64/l.so elf64\nsymlink app -> real/bin\n")),
            (Paths{"real/bin/p", "real/lib64/l.so"}));
}

TEST(Loader, PassesOverOtherMachines) {
  EXPECT_EQ(mapped(cat("file app/p 0755 elf64-x86_64 needs=l.so runpath=/a:/b ", kLoader,
                       "\nfile a/l.so elf64-aarch64 shared\nfile b/l.so elf64-x86_64 shared\n")),
            (Paths{"app/p", "b/l.so"}));
}

TEST(Loader, ReadsWhatLdconfigReads) {
  const std::string files =
      cat("file app/p 0755 elf64 needs=l.so needs=m.so ", kLoader, "\nfile one/l.so elf64\nfile two/m.so elf64\n");
  EXPECT_EQ(mapped(files), (Paths{"app/p", "!l.so", "!m.so"}));
  const std::string told = files +
                           "file etc/ld.so.conf \"include /etc/ld.so.conf.d/*.conf\\n/one # first\\n\"\n"
                           "file etc/ld.so.conf.d/two.conf \"/two\"\n";
  EXPECT_EQ(mapped(told + "file etc/ld.so.cache \"glibc-ld.so.cache1.1\"\n"), (Paths{"app/p", "one/l.so", "two/m.so"}));
  EXPECT_EQ(mapped(told), (Paths{"app/p", "!l.so", "!m.so"})) << "the loader reads the cache alone";
  EXPECT_EQ(mapped(told + "file etc/ld.so.cache \"\"\n"), (Paths{"app/p", "!l.so", "!m.so"}));
}

TEST(Loader, TakesAnEmptyPieceAsTheWorkingDirectory) {
  const std::string files = cat("file app/p 0755 elf64 needs=l.so ", kLoader, "\nfile srv/l.so elf64\n");
  for (const std::string_view path : {":/opt/lib", "/opt/lib:", "/a::/b"})
    EXPECT_EQ(mapped(files, cat("config workdir /srv ; env LD_LIBRARY_PATH=", path)), (Paths{"app/p", "srv/l.so"}))
        << path;
  EXPECT_EQ(mapped(files, "config workdir /srv ; env LD_LIBRARY_PATH=/opt/lib"), (Paths{"app/p", "!l.so"}));
}

TEST(Loader, GoesOnBehindWhatOthersCannotRead) {
  const std::string program =
      cat("file app/p 0755 elf64 needs=l.so runpath=/a:/b ", kLoader, "\nfile a/l.so 0600 elf64\n");
  EXPECT_EQ(mapped(program + "file b/l.so elf64\n"), (Paths{"app/p", "b/l.so"}));
  EXPECT_EQ(mapped(program), (Paths{"app/p", "a/l.so"})) << "there, though out of reach";
}

TEST(Loader, KnowsMusl) {
  const std::string program = "file app/p 0755 elf64 needs=libc.so.6 needs=l.so interp=/lib/ld-musl-x86_64.so.1\n";
  EXPECT_EQ(mapped(program + "file usr/local/lib/l.so elf64\n"), (Paths{"app/p", "usr/local/lib/l.so"}));
  EXPECT_EQ(mapped(program + "file lib64/l.so elf64\n"), (Paths{"app/p", "!l.so"}));
  EXPECT_EQ(mapped(program + "file o/l.so elf64\nfile etc/ld-musl-x86_64.path \"/n\\n/o\\n\"\n"),
            (Paths{"app/p", "o/l.so"}));
  const auto with_path_file = [&](std::string_view file) {
    return mapped(cat(program, "file usr/lib/l.so elf64\n", file));
  };
  EXPECT_EQ(with_path_file("file etc/ld-musl-x86_64.path \"/n:/o\"\n"), (Paths{"app/p", "!l.so"})) << "in their place";
  EXPECT_EQ(with_path_file("file etc/ld-musl-x86_64.path \"\"\n"), (Paths{"app/p", "!l.so"}));
  EXPECT_EQ(with_path_file("file etc/ld-musl-x86_64.path size=5000\n"), (Paths{"app/p", "usr/lib/l.so"}))
      << "not known";
  EXPECT_EQ(with_path_file("file etc/ld-musl-aarch64.path \"/n\"\n"), (Paths{"app/p", "usr/lib/l.so"}));
}

TEST(Loader, TakesNamesWithASlashAsPaths) {
  EXPECT_EQ(mapped(cat("file app/p 0755 elf64 needs=/x/l.so needs=/x/m.so ", kLoader, "\nfile x/l.so elf64\n")),
            (Paths{"app/p", "x/l.so", "!/x/m.so"}));
}

TEST(Loader, SaysNothingBehindWhatIsNotKnown) {
  EXPECT_EQ(mapped("file app/p 0755 elf64\n"), Paths{"not dynamic"});
  EXPECT_EQ(mapped("file app/p 0755 elf64 needs=l.so\n"), Paths{"not dynamic"}) << "a library names no loader";
  EXPECT_EQ(mapped(cat("file app/p 0755 elf64 needs=l.so ", kLoader, "\nfile lib/l.so \"no ELF\"\n")),
            (Paths{"app/p", "lib/l.so"}));
}

TEST(Loader, IsBounded) {
  std::string line = "file app/p 0755 elf64 runpath=";
  for (int i = 0; i < 1000; ++i) line += cat("/d", i, ":");
  for (int i = 0; i < 3000; ++i) line += cat(" needs=l", i, ".so");
  EXPECT_LE(mapped(cat(line, " ", kLoader, "\n")).size(), lambda::kMostObjects);
}

}  // namespace
}  // namespace ocitidy::test

// promises_test.cc - what optimize() keeps whatever the image: the base, times, attributes, bytes of programs, bounds
// of memory, and the same bytes in every run. Each test is named after the report or the promise.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>

#include "base/hasher.h"
#include "base/text.h"
#include "support/pass_test.h"

namespace ocitidy::test {
namespace {

bool has_line(const ImageModel& model, std::string_view part) {
  const auto lines = lines_of_image(model);
  return std::ranges::any_of(lines, [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

Node node_at(const ImageModel& model, std::string_view path) {
  const auto id = model.find(path);
  if (!id) throw std::runtime_error(cat("nothing at ", path));
  return model.node(*id);
}

TEST(Promises, BuildKitBaseLayerStays) {
  const auto recipe = parse_pass_recipe(
      "layer\ndir opt 0700 mtime=1900000000 user=builder\nfile opt/a 0600 \"a\" mtime=1900000000\n"
      "layer none\nfile opt/b \"b\" mtime=1900000000\nfile opt/b \"again\"\n"
      "layer\nfile opt/a \"own\" mtime=1900000000\nwhiteout opt/nothing\n"
      "optimize preset=lambda base=2 epoch=1700000000 no-pass=recompress");
  ASSERT_TRUE(recipe) << describe(recipe.error());
  const ImageModel before = model_of(build_image(recipe->image).image);
  const Optimized out = optimized(recipe->image, recipe->options);
  const ImageModel after = model_of(out.image);
  ASSERT_EQ(after.layers().size(), 3u);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(after.layers()[i].descriptor.digest, before.layers()[i].descriptor.digest);
    EXPECT_EQ(after.layers()[i].descriptor.media_type, before.layers()[i].descriptor.media_type);
    EXPECT_EQ(out.report.layers[i].fate, OutputLayer::Fate::copied);
  }
  EXPECT_NE(after.layers()[2].descriptor.digest, before.layers()[2].descriptor.digest);
  EXPECT_EQ(node_at(after, "opt/a").mtime_s, 1700000000);
  EXPECT_EQ(node_at(after, "opt/b").mtime_s, Member::kDefaultMtime) << "the base keeps its times";
}

TEST(Promises, Jib1648DirectoryTimes) {
  const ImageModel after = model_of(
      optimized("base healthy\nlayer\ndir opt mtime=1900000000\ndir opt/d mtime=1900000001.5\nfile opt/d/f \"f\" "
                "mtime=1600000000\noptimize preset=reproducible base=1 epoch=1700000000")
          .image);
  EXPECT_EQ(node_at(after, "opt").mtime_s, 1700000000);
  EXPECT_EQ(node_at(after, "opt/d").mtime_s, 1700000000);
  EXPECT_EQ(node_at(after, "opt/d").mtime_ns, 0u);
  EXPECT_EQ(node_at(after, "opt/d/f").mtime_s, 1600000000);
}

/// The plain tar of a layer.
std::string tar_of(const Image& image, const Layer& layer) {
  std::string bytes;
  auto reader = image.blobs->open(layer.descriptor);
  if (!reader) throw std::runtime_error(describe(reader.error()));
  std::array<std::byte, 65536> buffer;
  for (;;) {
    const auto count = (*reader)->read(buffer);
    if (!count || *count == 0) return bytes;
    bytes.append(reinterpret_cast<const char*>(buffer.data()), *count);
  }
}

TEST(Promises, Jib4131PaxCtime) {
  const Optimized out = optimized(
      "layer\ndir opt\nfile opt/a \"a\" mtime=1900000000.25 xattr=user.x:y\nfile opt/a \"again\" mtime=1.5\n"
      "optimize compression=none");
  const ImageModel after = model_of(out.image);
  const std::string tar = tar_of(out.image, after.layers()[0]);
  EXPECT_EQ(tar.find("ctime="), std::string::npos);
  EXPECT_EQ(tar.find("atime="), std::string::npos);
  EXPECT_NE(tar.find("mtime=1.5"), std::string::npos) << "a time with nanoseconds needs a pax record";
}

TEST(Promises, ApkoParentDirectories) {
  const ImageModel after = model_of(
      optimized("base healthy\nlayer bare\nfile a/b/c/d \"d\"\nlayer bare\nfile a/b/x/y \"y\"\noptimize base=1").image);
  for (const Layer& layer : after.layers()) {
    for (const Entry& entry : layer.entries) EXPECT_FALSE(has(entry.oddities, Oddity::missing_parent)) << entry.path;
  }
  EXPECT_EQ(node_at(after, "a/b/c").mode, 0755u);
}

TEST(Promises, ParentDirectoryKeepsLowerPermissions) {
  const ImageModel after = model_of(
      optimized("layer\ndir srv 0700 uid=7 gid=8 xattr=user.k:v\nlayer bare\nfile srv/a/b \"b\"\noptimize base=1")
          .image);
  const Node srv = node_at(after, "srv");
  EXPECT_EQ(srv.mode, 0700u);
  EXPECT_EQ(srv.uid, 7u);
  EXPECT_EQ(srv.gid, 8u);
  EXPECT_EQ(after.xattrs(*srv.made_by).size(), 1u);
  EXPECT_EQ(node_at(after, "srv/a").mode, 0755u);
}

TEST(Promises, CapabilitiesXattrKept676) {
  const ImageModel after =
      model_of(optimized("base healthy\nlayer\ndir opt\nfile opt/old \"o\" size=90k\n"
                         "file opt/ping 0755 \"p\" xattr=security.capability:\\x01\\0\\0\\x02\\0\\x20\\0\\0\n"
                         "layer\nwhiteout opt/old\noptimize preset=lambda base=1 squash")
                   .image);
  const auto xattrs = after.xattrs(*node_at(after, "opt/ping").made_by);
  ASSERT_EQ(xattrs.size(), 1u);
  EXPECT_EQ(xattrs[0], (Xattr{"security.capability", std::string("\x01\0\0\x02\0\x20\0\0", 8)}));
}

// The header says: checked by time, 1800000000, and 6 bytes of source.
constexpr std::string_view kPycImage =
    "base healthy\nlayer\ndir opt\ndir opt/__pycache__\nfile opt/a.py \"x = 1\\n\" mtime=1800000000\n"
    "file opt/__pycache__/a.cpython-311.pyc "
    "\"\\xa7\\x0d\\x0d\\x0a\\x00\\x00\\x00\\x00\\x00\\xd2\\x49\\x6b\\x06\\x00\\x00\\x00code\"\n";

TEST(Promises, PycValidBeforeAndAfter) {
  const ImageModel moved =
      model_of(optimized(cat(kPycImage, "optimize preset=reproducible base=1 epoch=1700000000")).image);
  EXPECT_EQ(node_at(moved, "opt/a.py").mtime_s, 1700000000);
  EXPECT_TRUE(
      has_line(moved, cat("size 20 sha256 ", digest_of(std::string("\xa7\x0d\x0d\x0a\0\0\0\0\x00\xf1\x53\x65\x06\0\0\0"
                                                                   "code",
                                                                   20))
                                                 .hex())));
  // In the base the bytecode cannot move, so the source keeps its time.
  const ImageModel pinned = model_of(optimized(cat(kPycImage, "layer\nfile opt/a.py \"x = 1\\n\" mtime=1800000000\n",
                                                   "optimize preset=reproducible base=2 epoch=1700000000"))
                                         .image);
  EXPECT_EQ(node_at(pinned, "opt/a.py").mtime_s, 1800000000);
}

TEST(Promises, PatchelfedElfIsNeverTouched) {
  const std::string recipe =
      "base healthy\nlayer\ndir opt\nfile opt/libx.so 0640 elf64-x86_64 size=70k mtime=1900000000\nfile opt/old "
      "size=90k\n"
      "layer\nfile opt/libx.so 0600 elf64-x86_64 size=70k mtime=1900000000\nwhiteout opt/old\n";
  const ImageModel before = model_of(build_image(parse_pass_recipe(recipe + "optimize")->image).image);
  const Sha256 bytes = *before.content_sha256(*node_at(before, "opt/libx.so").made_by);
  for (const Preset preset :
       {Preset::lossless, Preset::reproducible, Preset::lambda, Preset::lean, Preset::aggressive}) {
    const ImageModel after =
        model_of(optimized(cat(recipe, "optimize base=1 epoch=1700000000 preset=", preset_name(preset))).image);
    EXPECT_EQ(*after.content_sha256(*node_at(after, "opt/libx.so").made_by), bytes) << preset_name(preset);
  }
}

TEST(Promises, ZeroLengthLayer) {
  EXPECT_EQ(model_of(optimized("base healthy\nlayer\noptimize base=1").image).layers().size(), 2u)
      << "what nobody asked to change stays";
  EXPECT_EQ(model_of(optimized("base healthy\nlayer none bytes=\"\"\noptimize base=1").image).node_count(), 6u);
  const Optimized merged = optimized("base healthy\nlayer\nlayer\noptimize base=1 squash");
  EXPECT_EQ(model_of(merged.image).node_count(), 6u);
  EXPECT_EQ(model_of(optimized("base none\nlayer\nlayer\noptimize squash").image).layers().size(), 1u);
}

TEST(Promises, SameBlobTwice) {
  constexpr std::string_view kLayer = "layer\ndir opt\nfile opt/a \"a\" size=60k\n";
  const ImageModel kept = model_of(optimized(cat(kLayer, "layer\nwhiteout opt\n", kLayer, "optimize base=1")).image);
  EXPECT_EQ(kept.layers()[0].descriptor.digest, kept.layers().back().descriptor.digest);
  EXPECT_EQ(node_at(kept, "opt/a").size_bytes, 61440u);
  const ImageModel once = model_of(optimized(cat(kLayer, kLayer, "optimize")).image);
  EXPECT_EQ(node_at(once, "opt/a").size_bytes, 61440u);
  EXPECT_EQ(std::ranges::count_if(once.layers()[0].entries, [](const Entry& e) { return e.path == "opt/a"; }) +
                (once.layers().size() > 1
                     ? std::ranges::count_if(once.layers()[1].entries, [](const Entry& e) { return e.path == "opt/a"; })
                     : 0),
            1);
}

TEST(Promises, Layers130) {
  std::string recipe = "base healthy\n";
  for (int i = 0; i < 130; ++i)
    recipe += cat("layer\nfile var/task/f", i, " \"", i, "\"\nfile var/task/same \"", i, "\"\n");
  const ImageModel kept = model_of(optimized(recipe + "optimize base=1").image);
  EXPECT_EQ(kept.layers().size(), 131u);
  const ImageModel few = model_of(optimized(recipe + "optimize base=1 max-layers=20").image);
  EXPECT_EQ(few.layers().size(), 20u);
  const ImageModel one = model_of(optimized(recipe + "optimize base=1 squash").image);
  EXPECT_EQ(one.layers().size(), 2u);
  EXPECT_EQ(one.node_count(), kept.node_count());
  EXPECT_EQ(one.layers()[1].entries.size(), 131u);
}

TEST(Promises, TwoRunsAndOneOrEightThreadsAreBitIdentical) {
  constexpr std::string_view kRecipe =
      "base healthy\nlayer\ndir opt\nfile opt/a \"a\" size=3M\nfile opt/b \"b\" size=200k\nhardlink opt/c -> opt/a\n"
      "layer zstd\nfile opt/b 0755 \"b\" size=200k\nfile opt/d size=2M\nlayer none\nwhiteout opt/d\nfile opt/e \"e\"\n"
      "optimize preset=lambda base=1 epoch=1700000000 ";
  for (const char* more : {"", "squash", "compression=zstd", "merge=2-3"}) {
    SCOPED_TRACE(more);
    EXPECT_EQ(optimized(cat(kRecipe, more)).image.root.digest, optimized(cat(kRecipe, more)).image.root.digest);
  }
}

TEST(Promises, OptimizeTwiceIsOptimizeOnce) {
  // optimized() optimizes its output again, and fails when that changes a byte.
  for (const char* preset : {"lossless", "reproducible", "lambda", "lean", "aggressive", "trace"}) {
    SCOPED_TRACE(preset);
    optimized(
        cat("base healthy\nlayer\ndir opt 0700\nfile opt/a 0600 \"a\" size=20k mtime=1900000000\n"
            "hardlink opt/b -> opt/a\nfile opt/copy 0600 \"a\" size=20k mtime=1900000000\n"
            "layer\nfile opt/a 0604 \"a\" size=20k user=me\nwhiteout opt/none\nhardlink opt/c -> opt/b\n"
            "layer bare\nfile new/dir/x \"x\"\nwhiteout opt/copy\n"
            "optimize base=1 epoch=1700000000 preset=",
            preset));
  }
}

/// Takes bytes and forgets them: what stays in memory then is what the writer itself keeps.
class ForgetfulWriter : public ImageWriter {
 public:
  Transport transport() const override { return Transport::blobs; }
  Result<std::unique_ptr<BlobWriter>> create() override { return std::make_unique<Blob>(); }
  Result<void> finish(const Descriptor&) override { return fail(Code::unsupported, "enough was seen"); }
  Result<Image> reopen() const override { return fail(Code::unsupported, "nothing is kept"); }
  Result<void> publish() override { return {}; }

 private:
  struct Blob : BlobWriter {
    Result<void> write(std::span<const std::byte>) override { return {}; }
    Result<void> commit(const Digest&) override { return {}; }
  };
};

long most_memory_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/// 10 GiB take minutes with gzip: one, without holes, shows the same. tests/e2e/big_image.py has the larger one.
TEST(Promises, OneGiBWithoutHolesInBoundedMemory) {
  const auto recipe = parse_pass_recipe(
      "base none\nlayer zstd\ndir opt\nfile opt/gone \"g\"\nfile opt/gone \"h\"\nfile opt/big \"b\" size=1G\n"
      "optimize compression=zstd");
  ASSERT_TRUE(recipe) << describe(recipe.error());
  ForgetfulWriter writer;
  const Image image = build_image(recipe->image).image;
  const long before_kib = most_memory_kib();
  const auto report = optimize(image, &writer, recipe->options);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().message.find("enough was seen"), 0u) << describe(report.error());
  EXPECT_LT(most_memory_kib() - before_kib, 128 * 1024);
}

}  // namespace
}  // namespace ocitidy::test

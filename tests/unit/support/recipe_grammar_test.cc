// recipe_grammar_test.cc - the language of the rule pages: what it builds, what it refuses, and that a recipe can fail.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "ocitidy/inspect.h"
#include "support/doc_page.h"
#include "support/elf_builder.h"
#include "support/rule_test.h"

namespace ocitidy::test {
namespace {

std::string error_of(std::string_view recipe) {
  const auto parsed = parse_recipe(recipe);
  return parsed ? "no error" : describe(parsed.error());
}

Recipe parsed(std::string_view recipe) {
  auto result = parse_recipe(recipe);
  if (!result) throw std::runtime_error(describe(result.error()));
  return *std::move(result);
}

std::vector<std::string> member_names(const LayerSpec& layer) {
  std::vector<std::string> names;
  for (const Member& member : layer.members) names.push_back(member.name);
  return names;
}

TEST(Recipe, NamesTheLineOfAnError) {
  EXPECT_EQ(error_of("layer gzip\n\n  fiel x"), "line 3: unknown word 'fiel'");
  EXPECT_EQ(error_of("layer gzpi"), "line 1: unknown word 'gzpi'");
  EXPECT_EQ(error_of("layer\nfile x size=12q"), "line 2: not a number that fits: '12q'");
  EXPECT_EQ(error_of("layer\nfile x \"open"), "line 2: a quote is not closed");
  EXPECT_EQ(error_of("layer\nfile x \\xg0"), "line 2: \\x wants two hexadecimal digits");
  EXPECT_EQ(error_of("layer\nsymlink a b"), "line 2: symlink wants PATH -> TARGET");
  EXPECT_EQ(error_of("layer\nchardev a 1"), "line 2: chardev wants PATH MAJ:MIN");
  EXPECT_EQ(error_of("layer\ndir a zeros"), "line 2: unknown word 'zeros'");
  EXPECT_EQ(error_of("file x"), "line 1: a member needs a layer line above it");
  EXPECT_EQ(error_of("base healthy\nfile x"), "line 2: a member needs a layer line above it");
  EXPECT_EQ(error_of("config arch"), "line 1: config arch takes one word");
  EXPECT_EQ(error_of("config speed 9"), "line 1: unknown word 'speed'");
  EXPECT_EQ(error_of("config arch arm64 ;"), "no error");
  EXPECT_EQ(error_of("config ; arch arm64"), "line 1: an empty config clause");
  EXPECT_EQ(error_of("expect x layer=one"), "line 1: not a number that fits: 'one'");
  EXPECT_EQ(error_of("expect x colour=red"), "line 1: unknown word 'colour=red'");
  EXPECT_EQ(error_of("expect"), "line 1: expect wants a rule id");
  EXPECT_EQ(error_of("note nothing"), "line 1: unknown word 'nothing'");
}

TEST(Recipe, ConfigClausesOverrideDefaults) {
  const ImageSpec image =
      parsed(
          "config arch arm64 ; variant v8 ; entrypoint sh -c \"a b; c\"\nconfig cmd ; env A=1 ; env B=2 ; label k=v=w")
          .image;
  EXPECT_EQ(image.platform.str(), "linux/arm64/v8");
  EXPECT_EQ(image.entrypoint, (std::vector<std::string>{"sh", "-c", "a b; c"}));
  EXPECT_TRUE(image.cmd.empty());
  EXPECT_EQ(image.env, (std::vector<std::string>{"A=1", "B=2"}));
  EXPECT_EQ(image.labels.at("k"), "v=w");
  EXPECT_EQ(image.working_dir, "/var/task");
}

TEST(Recipe, ConfigSaysWhatLambdaIgnores) {
  const ImageSpec image =
      parsed(
          "config expose 80/tcp ; expose 53/udp ; volume /data ; healthcheck CMD true ; stopsignal 9 ; shell ash -c\n"
          "config onbuild 'RUN x' ; env A=1 size=5 ; label k=v size=1\nannotation n=v size=6\nreference app:latest\n"
          "base healthy\nlayers 3")
          .image;
  const auto model = scan(build_image(image).image, {});
  ASSERT_TRUE(model) << describe(model.error());
  const ImageConfig& config = model->config();
  EXPECT_EQ(config.exposed_ports, (std::vector<std::string>{"53/udp", "80/tcp"}));
  EXPECT_EQ(config.volumes, std::vector<std::string>{"/data"});
  EXPECT_EQ(config.healthcheck, (std::vector<std::string>{"CMD", "true"}));
  EXPECT_EQ(config.stop_signal, "9");
  EXPECT_EQ(config.shell, (std::vector<std::string>{"ash", "-c"}));
  EXPECT_EQ(config.on_build, std::vector<std::string>{"RUN x"});
  EXPECT_EQ(config.env, std::vector<std::string>{"A=1xx"});
  EXPECT_EQ(config.labels.at("k"), "v");
  EXPECT_EQ(image.annotations.at("n"), "vxxx");
  EXPECT_EQ(image.reference, "app:latest");
  ASSERT_EQ(image.layers.size(), 4u);
  EXPECT_EQ(member_names(image.layers[3]), std::vector<std::string>{"layer-3.txt"});
}

TEST(Recipe, WithoutLayersItHasTheHealthyOne) {
  const ImageSpec image = parsed("config arch arm64").image;
  ASSERT_EQ(image.layers.size(), 1u);
  EXPECT_EQ(image.layers[0].members[3].content.head, elf64(183));
  EXPECT_TRUE(parsed("base none").image.layers.empty());
  EXPECT_EQ(parsed("layer\nbase healthy\nlayer").image.layers.size(), 3u);
  EXPECT_EQ(parsed("layer\nbase healthy\nlayer").image.layers[1].members.size(), image.layers[0].members.size());
}

TEST(Recipe, AddsTheParentsThatAreNotThere) {
  const ImageSpec image = parsed(
                              "layer\nfile a/b/c\nfile ./a/b/d\nsymlink l -> a\nfile l/x\n"
                              "layer\nfile a/b/e\nfile f/g\n"
                              "layer\nwhiteout a\nfile a/b/h\n"
                              "layer bare\nfile z/y\n")
                              .image;
  EXPECT_EQ(member_names(image.layers[0]), (std::vector<std::string>{"a", "a/b", "a/b/c", "./a/b/d", "l", "l/x"}));
  EXPECT_EQ(member_names(image.layers[1]), (std::vector<std::string>{"a/b/e", "f", "f/g"}));
  EXPECT_EQ(member_names(image.layers[2]), (std::vector<std::string>{".wh.a", "a", "a/b", "a/b/h"}));
  EXPECT_EQ(member_names(image.layers[3]), (std::vector<std::string>{"z/y"}));
}

TEST(Recipe, MembersCarryWhatTheirLineSays) {
  const LayerSpec layer =
      parsed(
          "layer zstd docker by \"RUN x\" bare\n"
          "file 'a b' 4755 \"line\\n\" size=2k uid=7 gid=4294967295 mtime=-1.5 xattr=user.a:b:c xattr=user.n:\\0\n"
          "file e elf64\nfile s size=11G sparse\nblockdev d 8:1 0600\nopaque a/\nfile \\x80\n")
          .image.layers[0];
  EXPECT_EQ(layer.codec, Codec::zstd);
  EXPECT_EQ(layer.created_by, "RUN x");
  const Member& file = layer.members[0];
  EXPECT_EQ(file.name, "a b");
  EXPECT_EQ(file.mode, 04755u);
  EXPECT_EQ(file.content.head, "line\n");
  EXPECT_EQ(file.content.size_bytes, 2048u);
  EXPECT_EQ(file.uid, 7u);
  EXPECT_EQ(file.gid, 4294967295u);
  EXPECT_EQ(file.mtime_s, -2);
  EXPECT_EQ(file.mtime_ns, 500'000'000u);
  EXPECT_EQ(file.xattrs, (std::vector<Xattr>{{"user.a", "b:c"}, {"user.n", std::string(1, '\0')}}));
  EXPECT_EQ(layer.members[1].content.head, elf64(62));
  EXPECT_EQ(layer.members[2].content.storage, Content::Storage::sparse);
  EXPECT_EQ(layer.members[3].device_major, 8u);
  EXPECT_EQ(layer.members[4].name, "a/.wh..wh..opq");
  EXPECT_EQ(layer.members[5].name, "\x80");
}

TEST(Recipe, DescribesElfFiles) {
  const LayerSpec layer =
      parsed(
          "config arch arm64\nbase none\nlayer bare\n"
          "file a elf64 needs=liba.so needs=libb.so interp=/lib/ld.so runpath=$ORIGIN kernel=5.15.1\n"
          "file b 0755 elf64-x86_64 soname=libb.so rpath=/r version=liba.so:A_1 "
          "weak-version=liba.so:A_2 defines=B_1 isa=v3 size=4k\n"
          "file c elf64 static isa=v2\nfile d elf64-x86_64 shared\n")
          .image.layers[0];
  EXPECT_EQ(layer.members[0].content.head, elf_dynamic({.machine = 183,
                                                        .interpreter = "/lib/ld.so",
                                                        .needed = {"liba.so", "libb.so"},
                                                        .runpath = "$ORIGIN",
                                                        .kernel = {5, 15, 1}}));
  EXPECT_EQ(layer.members[1].content.head, elf_dynamic({.soname = "libb.so",
                                                        .rpath = "/r",
                                                        .needs = {{"liba.so", "A_1", false}, {"liba.so", "A_2", true}},
                                                        .defines = {{"", "B_1", false}},
                                                        .x86_isa_needed = 4}));
  EXPECT_EQ(layer.members[1].content.size_bytes, 4096u);
  EXPECT_EQ(layer.members[2].content.head,
            elf_dynamic({.machine = 183, .linked = DynamicElf::Linked::statically, .x86_isa_needed = 2}));
  EXPECT_EQ(layer.members[3].content.head, elf_dynamic({}));
}

TEST(Recipe, ShapesOfIndexesAreWhatTheySay) {
  const auto scanned = [&](std::string_view recipe) {
    const Recipe all = parsed(recipe);
    InspectOptions options;
    options.platform = all.options.platform;
    auto model = scan(build_image(all.image).image, options);
    if (!model) throw std::runtime_error(describe(model.error()));
    return *std::move(model);
  };
  const ImageModel one = scanned("attestation\nindex docker nested");
  ASSERT_EQ(one.index_members().size(), 2u);
  EXPECT_EQ(one.index_members()[1].kind, IndexMember::Kind::attestation);
  EXPECT_EQ(one.source().root.media_type, media_type::kDockerIndex);
  const ImageModel two = scanned("also arch arm64 variant v8\noption platform=linux/arm64");
  EXPECT_EQ(two.config().platform.str(), "linux/arm64/v8");
  EXPECT_TRUE(scanned("artifact application/vnd.cncf.helm.config.v1+json").is_artifact());
  EXPECT_EQ(scanned("layer type=application/vnd.oci.image.layer.nondistributable.v1.tar absent").layers()[0].contents,
            LayerContents::absent);
}

TEST(Recipe, HugeSparseFilesAreCheap) {
  const BuiltImage built = build_image(parsed("layer\nfile huge size=11G sparse\nfile after \"x\"").image);
  const auto model = scan(built.image, {});
  ASSERT_TRUE(model) << describe(model.error());
  EXPECT_EQ(model->node(*model->find("huge")).size_bytes, std::uint64_t{11} << 30);
  EXPECT_EQ(model->node(*model->find("after")).size_bytes, 1u);
  EXPECT_LT(model->layers()[0].tar_bytes, 10'000u);
}

// That a recipe can fail: `wrong-architecture` finds the arm64 file in an amd64 image, once.
constexpr std::string_view kOneFinding = "layer\nfile var/runtime/bootstrap 0755 elf64-aarch64\n";

std::string disagreements(std::string_view rest) {
  std::string out;
  for (const std::string& line : recipe_disagreements("wrong-architecture", cat(kOneFinding, rest))) out += line + '\n';
  return out;
}

TEST(RecipeDisagreements, NoneWhenTheLinesAreRight) {
  EXPECT_EQ(disagreements("expect wrong-architecture\n"), "");
  EXPECT_EQ(disagreements("expect wrong-architecture layer=0 path=var/runtime/bootstrap severity=error times=1\n"), "");
}

TEST(RecipeDisagreements, TellEveryKindApart) {
  EXPECT_NE(disagreements("").find("not expected: wrong-architecture"), std::string::npos);
  for (const char* wrong : {"layer=1", "path=var/runtime/boot", "severity=info", "wasted=1k", "pointer=/architecture",
                            "message=\"something else\""}) {
    const std::string said = disagreements(cat("expect wrong-architecture ", wrong, "\n"));
    EXPECT_NE(said.find("not expected:"), std::string::npos) << wrong << '\n' << said;
    EXPECT_NE(said.find("line 3: no finding answers this expect"), std::string::npos) << wrong << '\n' << said;
  }
  EXPECT_NE(disagreements("expect wrong-architecture times=2\n").find("no finding answers"), std::string::npos);
  EXPECT_NE(disagreements("expect wrong-architecture\nnot-applicable wrong-architecture\n").find("judged the image"),
            std::string::npos);
  EXPECT_NE(disagreements("expect no-such-rule\n").find("there is no rule 'no-such-rule'"), std::string::npos);
  EXPECT_NE(disagreements("expect wrong-architecture\nnonsense\n").find("line 4: unknown word"), std::string::npos);
  EXPECT_NE(disagreements("expect wrong-architecture\nalso arch arm64\n").find("lint: "), std::string::npos);
}

TEST(RecipeDisagreements, ARuleThatIsNotApplicableIsNoPass) {
  const auto said = recipe_disagreements("wrong-architecture", "artifact application/vnd.cncf.helm.config.v1+json");
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said[0].find("was not applicable"), std::string::npos) << said[0];
}

std::string page_error(std::string_view page) {
  const auto parsed_page = parse_rule_page(page);
  return parsed_page ? "no error" : describe(parsed_page.error());
}

TEST(RulePage, ReadsHeaderAndRecipes) {
  const auto page = parse_rule_page(
      "# some-rule\n\n| | |\n|---|---|\n| Title | Some `rule` |\n| fixed by | - |\n\n## What it finds\n```sh\nls\n```\n"
      "## Bad\n```image\nlayer\n```\n\n## Good\n```image\nbase none\n```\n```image\n```\n");
  ASSERT_TRUE(page) << describe(page.error());
  EXPECT_EQ(page->title, "some-rule");
  EXPECT_EQ(page->header, (std::map<std::string, std::string>{{"title", "Some rule"}, {"fixed by", "-"}}));
  ASSERT_EQ(page->recipes.size(), 3u);
  EXPECT_EQ(page->recipes[0].section, "Bad");
  EXPECT_EQ(page->recipes[0].text, "layer\n");
  EXPECT_EQ(page->recipes[0].line, 13u);
  EXPECT_EQ(page->recipes[1].section, "Good");
}

TEST(RulePage, RefusesWhatNobodyWouldRun) {
  EXPECT_EQ(page_error("# a\n## Why\n```image\n```\n"), "line 3: a recipe belongs below '## Bad' or '## Good'");
  EXPECT_EQ(page_error("# a\n## Bad\n```image\nlayer\n"), "line 4: the last fence is not closed");
  EXPECT_EQ(page_error("# a\n| title | x |\n| title | y |\n"), "line 3: the table has two rows for title");
}

}  // namespace
}  // namespace ocitidy::test

// report_samples.cc - the values that the golden files show.
#include "support/report_samples.h"

#include "base/text.h"

namespace ocitidy::test {
namespace {

constinit const RuleInfo kMissingParent = {.id = "missing-parent-directory",
                                           .title = "A member whose parent directory no layer has created",
                                           .since = "0.1.0",
                                           .category = Category::deploy,
                                           .severity = Severity::error,
                                           .evidence = Evidence::observed};
constinit const RuleInfo kCache = {.id = "package-manager-cache",
                                   .title = "Files of a package manager's cache",
                                   .since = "0.1.0",
                                   .category = Category::size,
                                   .severity = Severity::info,
                                   .evidence = Evidence::documented};
constinit const RuleInfo kTooLarge = {.id = "image-too-large",
                                      .title = "More than 10 GiB",
                                      .since = "0.1.0",
                                      .category = Category::deploy,
                                      .severity = Severity::error,
                                      .evidence = Evidence::documented};
constinit const RuleInfo kUnreadable = {.id = "unreadable-file",
                                        .title = "A file that other users cannot read",
                                        .since = "0.1.0",
                                        .category = Category::runtime,
                                        .severity = Severity::warning,
                                        .evidence = Evidence::documented};

Digest digest(unsigned first_byte) {
  Digest value;
  for (std::size_t i = 0; i < 32; ++i) value.bytes[i] = static_cast<std::byte>(first_byte + i);
  return value;
}

LayerSummary layer(unsigned number, std::string created_by) {
  return {.digest = digest(0x10 * (number + 1)),
          .diff_id = {digest(0x10 * (number + 1) + 8)},
          .media_type = std::string(media_type::kOciLayerGzip),
          .created_by = std::move(created_by),
          .codec = Codec::gzip,
          .contents = LayerContents::scanned,
          .compressed_bytes = 1'500'000U * (number + 1),
          .tar_bytes = 4'000'000U * (number + 1)};
}

ImageSummary ordinary_image() {
  return {.reference = "oci-archive:app.tar",
          .transport = Transport::oci_archive,
          .root_digest = digest(0xA0),
          .manifest_digest = digest(0xB0),
          .config_digest = digest(0xC0),
          .manifest_media_type = std::string(media_type::kOciManifest),
          .platform = {.os = "linux", .architecture = "arm64", .variant = "v8"},
          .layers = {layer(0, "/bin/sh -c #(nop) ADD file:0123 in / "),
                     layer(1,
                           "RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends "
                           "ca-certificates curl python3 # buildkit"),
                     layer(2, "COPY lib /var/task/lib # buildkit")}};
}

ImageSummary hostile_image() {
  ImageSummary image = ordinary_image();
  image.reference = hostile("reference");
  image.manifest_media_type = hostile("manifest");
  image.platform = {.os = hostile("os"), .architecture = hostile("architecture"), .variant = hostile("variant")};
  image.layers.resize(1);
  image.layers[0].media_type = hostile("media");
  // Long enough to be shortened, in the middle of a three-byte character.
  image.layers[0].created_by = hostile("created") + "\u20ac\u20ac\u20ac";
  return image;
}

}  // namespace

std::string hostile(std::string_view tag) {
  using namespace std::string_literals;
  return cat("::error::", tag, "\x1b[2J\x1b]52;c;aGk=\x07\r\n::error::x\n##vso[task]"s, "\u009b2J\u202eabc\u2066",
             "\x7f\0\t"s, "</script>\"'`&", "\xff\xc3(", "\xed\xa0\x80");
}

Report ordinary_report() {
  Report report{.image = ordinary_image(), .base = {1, "named by --base"}, .runs = {}};
  report.runs.push_back({.rule = &kTooLarge, .outcome = Outcome::checked(), .findings = {}});
  report.runs.push_back(
      {.rule = &kMissingParent,
       .outcome = Outcome::checked(),
       .findings = {{.message = "no layer creates the directory 'var/task/lib'",
                     .fix = "add the directory before its members, as `tar` does with a folder given by name",
                     .where = {{.layer = 2, .path = "var/task/lib/\u00fcber.py", .json_pointer = ""},
                               {.layer = 2, .path = "var/task/lib/b.py", .json_pointer = ""},
                               {.layer = 1, .path = "", .json_pointer = ""},
                               {.layer = std::nullopt, .path = "var/task/lib/d.py", .json_pointer = ""},
                               {.layer = 2, .path = "var/task/lib/e.py", .json_pointer = ""},
                               {.layer = 2, .path = "var/task/lib/f.py", .json_pointer = ""}},
                     .wasted_bytes = 0,
                     .severity = std::nullopt}}});
  RuleRun caches{.rule = &kCache, .outcome = Outcome::checked(), .findings = {}};
  for (unsigned i = 0; i < 12; ++i) {
    caches.findings.push_back({.message = cat("left by apt, ", 600 - 50 * i, " KiB"),
                               .fix = "delete it in the RUN step that makes it",
                               .where = {{.layer = 1, .path = cat("var/lib/apt/lists/", i), .json_pointer = ""}},
                               .wasted_bytes = std::uint64_t{1024} * (600 - 50 * i),
                               .severity = i == 0 ? std::optional(Severity::warning) : std::nullopt,
                               .inherited = i == 9});
  }
  report.runs.push_back(std::move(caches));
  report.runs.push_back({.rule = &kUnreadable,
                         .outcome = Outcome::not_applicable("the config names a user other than root"),
                         .findings = {}});
  return report;
}

Report clean_report() {
  Report report{.image = ordinary_image(), .runs = {}};
  report.runs.push_back({.rule = &kTooLarge, .outcome = Outcome::checked(), .findings = {}});
  report.runs.push_back({.rule = &kMissingParent, .outcome = Outcome::checked(), .findings = {}});
  return report;
}

Report hostile_report() {
  Report report{.image = hostile_image(), .runs = {}};
  report.runs.push_back({.rule = &kMissingParent,
                         .outcome = Outcome::checked(),
                         .findings = {{.message = hostile("message"),
                                       .fix = hostile("fix"),
                                       .where = {{.layer = 0, .path = hostile("path"), .json_pointer = ""},
                                                 {.layer = 7, .path = "", .json_pointer = hostile("pointer")},
                                                 {.layer = std::nullopt, .path = "", .json_pointer = "/config/Cmd"}},
                                       .wasted_bytes = ~std::uint64_t{0},
                                       .severity = std::nullopt},
                                      {.message = hostile("second"),
                                       .fix = "",
                                       .where = {},
                                       .wasted_bytes = ~std::uint64_t{0},
                                       .severity = Severity::info}}});
  report.runs.push_back({.rule = &kUnreadable, .outcome = Outcome::not_applicable(hostile("reason")), .findings = {}});
  return report;
}

Report artifact_report() {
  Report report{.image = ordinary_image(), .runs = {}};
  report.image.platform = {};
  report.image.layers.resize(3);
  report.image.layers[0].contents = LayerContents::artifact;
  report.image.layers[1].contents = LayerContents::encrypted;
  report.image.layers[2].contents = LayerContents::absent;
  for (LayerSummary& one : report.image.layers) one.tar_bytes = 0;
  report.runs.push_back({.rule = &kTooLarge, .outcome = Outcome::not_applicable("no container image"), .findings = {}});
  return report;
}

ColdStartReport ordinary_coldstart() {
  ColdStartReport report;
  report.image = ordinary_image();
  report.base = {.count = 1, .evidence = "named by --base"};
  report.chunks = 663;
  report.metadata_chunks = 5;
  report.data_chunks = 658;
  report.base_chunks = 301;
  report.against = {{"docker-archive:old.tar", digest(0x30), 650, 590}, {"oci:other", digest(0x40), 12, 0}};
  report.new_chunks = 61;
  report.layers = {{3'900'000, 301, 2}, {7'000'000, 340, 57}, {11'500'000, 25, 5}};
  for (unsigned i = 0; i < 21; ++i) {
    report.components.push_back({.kind = "library",
                                 .name = cat("python:lib", i),
                                 .version = i == 0 ? "" : "1.0",
                                 .paths = 10 + i,
                                 .part = {1000 * i, 30 - i, 21 - i},
                                 .survival = 0.75,
                                 .evidence = "9 releases in 730 days (changelog)"});
  }
  report.doubts = {"the package database var/lib/dpkg/status was cut short"};
  report.history = 2;
  report.start = StartChunks{.files = 496, .file_bytes = 31'500'000, .chunks = 91, .new_chunks = 17, .missing = {}};
  for (int i = 0; i < 11; ++i) report.start->missing.push_back(cat("opt/missing", i));
  report.budget_chunks = 60;
  return report;
}

ColdStartReport unknown_coldstart() {
  ColdStartReport report;
  report.image = ordinary_image();
  report.base = {.count = 0, .evidence = "not known"};
  report.content_known = false;
  report.chunks = report.data_chunks = 70'000;
  report.layers = {{3'900'000, 301, std::nullopt}, {7'000'000, 340, std::nullopt}, {11'500'000, 25, std::nullopt}};
  report.start = StartChunks{.files = 1, .file_bytes = 1, .chunks = 2, .new_chunks = std::nullopt, .missing = {}};
  return report;
}

ColdStartReport hostile_coldstart() {
  ColdStartReport report;
  report.image = hostile_image();
  report.base = {.count = 1, .evidence = hostile("base"), .trust = BaseLayers::Trust::guessed};
  report.chunks = report.data_chunks = 3;
  report.base_chunks = 1;
  report.against = {{hostile("against"), digest(0x30), 3, 1}};
  report.new_chunks = 1;
  report.layers = {{1, 1, 1}};
  report.components = {{.kind = "library",
                        .name = hostile("component"),
                        .version = hostile("version"),
                        .paths = 1,
                        .part = {1, 1, 1},
                        .survival = 0.5,
                        .evidence = hostile("evidence")}};
  report.doubts = {hostile("doubt")};
  report.start =
      StartChunks{.files = 1, .file_bytes = 1, .chunks = 1, .new_chunks = 1, .missing = {hostile("missing")}};
  report.budget_chunks = 1;
  return report;
}

Inspection ordinary_inspection() {
  return {.image = ordinary_image(),
          .start = {.entrypoint = {"/lambda-entrypoint.sh"},
                    .cmd = {"app.handler", "--verbose"},
                    .working_dir = "/var/task",
                    .user = "",
                    .env_count = 5},
          .usage = {{.entries = 100, .file_bytes = 3'900'000, .visible_bytes = 3'900'000, .wasted_bytes = 0},
                    {.entries = 250, .file_bytes = 7'800'000, .visible_bytes = 7'000'000, .wasted_bytes = 800'000},
                    {.entries = 1, .file_bytes = 11'500'000, .visible_bytes = 11'500'000, .wasted_bytes = 0}},
          .total = {.entries = 351, .file_bytes = 23'200'000, .visible_bytes = 22'400'000, .wasted_bytes = 800'000},
          .efficiency = 22'400'000.0 / 23'200'000.0,
          .dive_score = 0.984421213};
}

Inspection hostile_inspection() {
  Inspection inspection{.image = hostile_image(),
                        .start = {.entrypoint = {"/ok", hostile("entrypoint")},
                                  .cmd = {hostile("cmd")},
                                  .working_dir = hostile("workdir"),
                                  .user = hostile("user"),
                                  .env_count = 1},
                        .usage = {{}},
                        .total = {},
                        .efficiency = 1,
                        .dive_score = 1};
  inspection.image.layers[0].contents = LayerContents::encrypted;
  return inspection;
}

}  // namespace ocitidy::test

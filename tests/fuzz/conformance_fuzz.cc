// conformance_fuzz.cc - documents from strangers, judged against the image-spec: bounded, printable, and no stricter
// about what parse.h reads.
#include <algorithm>

#include "base/text.h"
#include "oci/conformance.h"
#include "oci/parse.h"
#include "target.h"

namespace ocitidy::test {
namespace {

constexpr std::size_t kMost = 1000;

bool is_printable_line(std::string_view text) {
  return is_utf8(text) && text.find('\n') == std::string_view::npos && text.find('\x1b') == std::string_view::npos;
}

void check_violations(const std::vector<Violation>& violations) {
  promise(violations.size() <= kMost, "violations are bounded");
  for (const Violation& violation : violations) {
    promise(!violation.section.empty() && !violation.demand.empty() && !violation.found.empty(),
            "a violation says where the demand stands, what it is, and what was found");
    promise(violation.pointer.empty() || violation.pointer.starts_with('/'), "a place is a JSON pointer");
    promise(is_printable_line(violation.pointer) && is_printable_line(violation.message()),
            "a violation is one line that is safe to print");
  }
  promise(is_printable_line(summary_of(violations)), "a summary is one line that is safe to print");
}

bool is_json(const std::vector<Violation>& violations) {
  return std::ranges::none_of(violations, [](const Violation& one) { return one.kind == Violation::Kind::not_json; });
}

}  // namespace

std::string_view fuzz_corpus() { return "spec-json"; }

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds{
      R"({"imageLayoutVersion":"1.0.0"})",
      R"({"mediaType":"text/plain","size":2,"digest":"sha512+x:a=","data":"YWI=","urls":["https://e/%7E"],"annotations":{"a.b":""}})",
      R"({"os":"linux","OS":"x","architecture":"arm","variant":"v7","os.features":["a"],"created":"2024-02-29T00:00:00.5+01:00",)"
      R"("config":{"Env":["A=b"],"ExposedPorts":{"80/tcp":{}},"StopSignal":"SIGRTMIN+3","Volumes":null,"User":"a:b"},)"
      R"("rootfs":{"type":"layers","diff_ids":[]},"history":[{"empty_layer":true}]})"};
  for (std::string& document :
       documents_of({"index docker nested\nattestation\nalso arch arm64 variant v8\nlayer docker by \"RUN x\"",
                     "config env A=b ; label k=v ; user 0\nlayer\nlayer zstd",
                     "artifact application/vnd.cncf.helm.config.v1+json\nlayer type=a/b bytes=x"}))
    seeds.push_back(std::move(document));
  return seeds;
}

}  // namespace ocitidy::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocitidy;
  Limits limits;
  limits.json_bytes = 64 << 10;
  const std::string raw(reinterpret_cast<const char*>(data), size);
  const std::vector<Violation> config = check_config(raw, limits);
  for (const auto& violations :
       {config, check_manifest(raw, "", limits), check_manifest(raw, media_type::kDockerManifest, limits),
        check_index(raw, "", limits), check_index(raw, media_type::kOciIndex, limits), check_layout(raw, limits),
        check_reference_names(raw, limits), check_descriptor(raw, limits), check_document(raw, limits)}) {
    test::check_violations(violations);
    test::promise(test::is_json(violations) || !parse_config(raw, limits), "what was read is JSON");
  }
  return 0;
}

// json_fuzz.cc - manifests, indexes and configs from strangers.
#include "base/text.h"
#include "oci/parse.h"
#include "support/recipe.h"
#include "target.h"

namespace ocitidy::test {
namespace {

void check_error(const Error& error) {
  promise(error.code == Code::corrupt || error.code == Code::unsupported || error.code == Code::limit_exceeded,
          "a document is corrupt, unsupported or over a limit, nothing else");
  promise(!error.message.empty(), "an error says what is wrong");
  const std::string line = describe(error);
  promise(is_utf8(line) && line.find('\n') == std::string::npos && line.find('\x1b') == std::string::npos,
          "an error is one line that is safe to print");
}

}  // namespace

std::string_view fuzz_corpus() { return "spec-json"; }

std::vector<std::string> fuzz_seeds() {
  std::vector<std::string> seeds;
  for (const char* recipe : {"index docker nested\nattestation\nalso arch arm64 variant v8\nlayer docker by \"RUN x\"",
                             "config env A=b ; label k=v ; user 0 ; cmd a \"b c\" ; variant v1\nlayer\nlayer zstd",
                             "artifact application/vnd.cncf.helm.config.v1+json\nlayer type=a/b bytes=x"}) {
    const auto parsed = parse_recipe(recipe);
    promise(parsed.has_value(), "the seed recipes are right");
    for (const auto& [path, bytes] : layout_files(build_image(parsed->image), "t"))
      if (bytes.starts_with('{')) seeds.push_back(bytes);
  }
  return seeds;
}

}  // namespace ocitidy::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocitidy;
  Limits limits;
  limits.json_bytes = 64 << 10;
  const std::string raw(reinterpret_cast<const char*>(data), size);
  if (const auto document = parse_document(raw, limits)) {
    const bool kept = std::visit([&](const auto& value) { return value.raw == raw; }, *document);
    test::promise(kept, "a document keeps its raw bytes");
  } else {
    test::check_error(document.error());
  }
  if (const auto config = parse_config(raw, limits)) {
    test::promise(config->raw == raw, "a config keeps its raw bytes");
  } else {
    test::check_error(config.error());
  }
  return 0;
}

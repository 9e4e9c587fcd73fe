// json_fuzz.cc - manifests, indexes and configs from strangers.
#include "base/json_splice.h"
#include "base/text.h"
#include "oci/parse.h"
#include "oci/patch.h"
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

/// A config that was read can be patched, and says afterwards what the patch said.
void check_patch(const ImageConfig& config, const Limits& limits) {
  promise(patch_config(config, {}, limits) == config.raw, "a patch of nothing keeps the bytes");
  ConfigPatch patch;
  patch.env = {{"A", "b"}};
  patch.working_dir = "/w";
  patch.diff_ids = {{DiffId{}}};
  const auto text = patch_config(config, patch, limits);
  if (!text) return promise(text.error().code == Code::limit_exceeded, "only a limit stops a patch");
  const auto again = parse_config(*text, limits);
  promise(again && env_value(*again, "A") == "b" && again->working_dir == "/w" && again->diff_ids == *patch.diff_ids,
          "a patched config says what the patch said");
}

void check_patch(const Manifest& manifest, const Limits& limits) {
  ManifestPatch patch;
  patch.config = manifest.config;
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    patch.layers.push_back({.source = i, .descriptor = manifest.layers[i], .bytes_changed = true});
  }
  const auto same = patch_manifest(manifest, patch, limits);
  promise(same && same->raw == manifest.raw, "a patch of nothing keeps the bytes");
  patch.config.digest = {};
  for (LayerPatch& layer : patch.layers) {
    layer.descriptor.digest = {};
    layer.descriptor.media_type = "a/b";
  }
  const auto patched = patch_manifest(manifest, patch, limits);
  if (!patched) return promise(patched.error().code == Code::limit_exceeded, "only a limit stops a patch");
  promise(parse_document(patched->raw, limits).has_value(), "a patched manifest can be read");
}

void check_patch(const Index&, const Limits&) {}

/// The scanner stays inside of bytes that are no JSON.
void check_scanner(std::string_view raw) {
  for (const char* pointer : {"", "/layers/0/digest", "/config", "/0/0"}) {
    if (const auto text = json_value_text(raw, pointer)) {
      promise(text->data() >= raw.data() && text->data() + text->size() <= raw.data() + raw.size(), "a view into raw");
    }
  }
}

}  // namespace

std::string_view fuzz_corpus() { return "spec-json"; }

std::vector<std::string> fuzz_seeds() {
  return documents_of({"index docker nested\nattestation\nalso arch arm64 variant v8\nlayer docker by \"RUN x\"",
                       "config env A=b ; label k=v ; user 0 ; cmd a \"b c\" ; variant v1\nlayer\nlayer zstd",
                       "artifact application/vnd.cncf.helm.config.v1+json\nlayer type=a/b bytes=x"});
}

}  // namespace ocitidy::test

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ocitidy;
  Limits limits;
  limits.json_bytes = 64 << 10;
  const std::string raw(reinterpret_cast<const char*>(data), size);
  test::check_scanner(raw);
  if (const auto document = parse_document(raw, limits)) {
    const bool kept = std::visit([&](const auto& value) { return value.raw == raw; }, *document);
    test::promise(kept, "a document keeps its raw bytes");
    std::visit([&](const auto& value) { test::check_patch(value, limits); }, *document);
  } else {
    test::check_error(document.error());
  }
  if (const auto config = parse_config(raw, limits)) {
    test::promise(config->raw == raw, "a config keeps its raw bytes");
    test::check_patch(*config, limits);
  } else {
    test::check_error(config.error());
  }
  return 0;
}

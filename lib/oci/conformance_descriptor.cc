// conformance_descriptor.cc - descriptors, platforms and annotations, wherever they stand.
#include <algorithm>
#include <array>

#include "base/hasher.h"
#include "base/text.h"
#include "oci/conformance_judge.h"
#include "oci/grammar.h"

namespace ocitidy {
namespace {

using sv = std::string_view;

constexpr sv kDescriptor = "descriptor.md#properties";
constexpr sv kEmpty = "manifest.md#guidance-for-an-empty-descriptor";
constexpr sv kEmptyDigest = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
constexpr sv kRules = "annotations.md#rules";
constexpr sv kKeys = "annotations.md#pre-defined-annotation-keys";
constexpr sv kReserved = "org.opencontainers.";

/// Keys below org.opencontainers. that the image-spec defines.
constexpr std::array<sv, 21> kKnownKeys{"org.opencontainers.image.created",
                                        "org.opencontainers.image.authors",
                                        "org.opencontainers.image.url",
                                        "org.opencontainers.image.documentation",
                                        "org.opencontainers.image.source",
                                        "org.opencontainers.image.version",
                                        "org.opencontainers.image.revision",
                                        "org.opencontainers.image.vendor",
                                        "org.opencontainers.image.licenses",
                                        "org.opencontainers.image.ref.name",
                                        "org.opencontainers.image.title",
                                        "org.opencontainers.image.description",
                                        "org.opencontainers.image.base.digest",
                                        "org.opencontainers.image.base.name",
                                        "org.opencontainers.image.referrer.subject",
                                        "org.opencontainers.image.referrer.convert",
                                        "org.opencontainers.image.os",
                                        "org.opencontainers.image.architecture",
                                        "org.opencontainers.image.exposedPorts",
                                        "org.opencontainers.image.stopSignal",
                                        "org.opencontainers.image.author"};  // the last five: conversion.md

void judge_urls(Judge& judge, const Place& descriptor) {
  const auto urls = judge.array(descriptor, "urls", Presence::optional, kDescriptor);
  if (!urls) return;
  for (const Place& url : judge.strings_in(*urls, kDescriptor)) {
    if (!is_uri(text_at(url))) {
      judge.must(url, kDescriptor, "be a URI as RFC 3986 has it", what_stands(*url.value),
                 "escape other characters with %, and begin with the scheme");
      continue;
    }
    const sv scheme = uri_scheme(text_at(url));
    if (scheme != "http" && scheme != "https") {
      judge.should(url, kDescriptor, "use the scheme http or https", what_stands(*url.value));
    }
  }
}

/// The bytes that a descriptor carries with it, against its own size and digest.
void judge_data(Judge& judge, const Place& descriptor) {
  const auto data = judge.string(descriptor, "data", Presence::optional, kDescriptor);
  if (!data) return;
  const auto bytes = unbase64(text_at(*data));
  if (!bytes) {
    return judge.must(*data, kDescriptor, "be base64 with padding, as RFC 4648 section 4 has it",
                      what_stands(*data->value));
  }
  const auto size = descriptor.value->find("size");
  if (size != descriptor.value->end() && size->is_number_unsigned() && size->get<std::uint64_t>() != bytes->size()) {
    judge.must(*data, kDescriptor, "hold as many bytes as 'size' says",
               cat("holds ", counted(bytes->size(), "byte", "bytes"), ", 'size' says ", size->dump()));
  }
  const auto said = descriptor.value->find("digest");
  if (said == descriptor.value->end() || !said->is_string()) return;
  const auto digest = Digest::parse(said->get_ref<const std::string&>());
  if (!digest) return;  // judged by its form, or of an algorithm that only its author knows
  const Digest actual = digest_of(*bytes, digest->algorithm);
  if (actual != *digest) {
    judge.must(*data, kDescriptor, "hold the bytes that 'digest' names", cat("has the digest ", actual.str()));
  }
}

void judge_empty(Judge& judge, const Place& descriptor) {
  const auto at = [&](const char* name) { return descriptor.value->find(name); };
  if (at("mediaType") == descriptor.value->end() || *at("mediaType") != media_type::kOciEmpty) return;
  if (at("size") != descriptor.value->end() && *at("size") != 2) {
    judge.should(descriptor.member("size", *at("size")), kEmpty, "be 2, that of {}", what_stands(*at("size")));
  }
  const auto digest = at("digest");
  if (digest == descriptor.value->end() || !digest->is_string()) return;
  const sv text = digest->get_ref<const std::string&>();
  if (text.starts_with("sha256:") && text != kEmptyDigest) {
    judge.should(descriptor.member("digest", *digest), kEmpty, "be that of {}: sha256:44136fa3...",
                 what_stands(*digest));
  }
}

void judge_variant(Judge& judge, const Place& object, sv architecture, sv section) {
  const auto variant = judge.string(object, "variant", Presence::nullable, section);
  if (!variant || text_at(*variant).empty()) return;
  const bool listed = architecture == "arm" || architecture == "arm64" || architecture == "amd64";
  if (listed && !is_numbered_variant(text_at(*variant))) {
    judge.should(*variant, "image-index.md#platform-variants", "be a variant from the image-spec's table, such as v8",
                 what_stands(*variant->value));
  }
}

void judge_key(Judge& judge, const Place& place, sv key, sv value) {
  if (key.empty() || (!is_reverse_domain(key) && key != "maintainer")) {
    return judge.style(place, kRules, "be named in reverse domain notation: com.example.key",
                       "has no domain in its name");
  }
  if (key.starts_with(kReserved) && std::ranges::find(kKnownKeys, key) == kKnownKeys.end()) {
    judge.should(place, kRules, "leave names below org.opencontainers to the OCI",
                 "is no key that image-spec 1.1 defines", "name it after a domain of your own");
  }
  if (key == "org.opencontainers.image.created" && !is_date_time(value)) {
    judge.should(place, kKeys, "be a date and time as RFC 3339 has it", what_stands(*place.value),
                 "write it as 2024-01-31T12:00:00Z");
  }
  if (key == "org.opencontainers.image.base.digest" && !digest_fault(value).empty()) {
    judge.should(place, kKeys, "be a digest", what_stands(*place.value));
  }
}

}  // namespace

void judge_descriptor(Judge& judge, const Place& descriptor) {
  if (const auto type = judge.string(descriptor, "mediaType", Presence::required, kDescriptor)) {
    judge_media_type(judge, *type, kDescriptor);
  }
  if (const auto digest = judge.string(descriptor, "digest", Presence::required, kDescriptor)) {
    judge_digest(judge, *digest, "descriptor.md#digests");
  }
  judge.size(descriptor, "size", Presence::required, kDescriptor);
  if (const auto type = judge.string(descriptor, "artifactType", Presence::optional, kDescriptor)) {
    judge_media_type(judge, *type, kDescriptor);
  }
  judge_urls(judge, descriptor);
  judge_data(judge, descriptor);
  judge_empty(judge, descriptor);
  if (const auto map = judge.object(descriptor, "annotations", Presence::optional, kRules)) {
    judge_annotations(judge, *map, Annotated::document);
  }
  judge.spelled(descriptor, {"mediaType", "digest", "size", "urls", "annotations", "data", "artifactType", "platform"});
}

void judge_platform(Judge& judge, const Place& object, sv section) {
  const auto architecture = judge.string(object, "architecture", Presence::required, section);
  const auto os = judge.string(object, "os", Presence::required, section);
  const auto value = [](const std::optional<Place>& place) { return place ? sv(text_at(*place)) : sv(); };
  const bool nowhere = value(os) == "unknown" && value(architecture) == "unknown";  // BuildKit's attestations
  if (architecture && !nowhere && !is_known_architecture(value(architecture))) {
    judge.should(*architecture, section, "be a value that Go knows for GOARCH: amd64, arm64, ...",
                 what_stands(*architecture->value));
  }
  if (os && !nowhere && !is_known_os(value(os))) {
    judge.should(*os, section, "be a value that Go knows for GOOS: linux, windows, ...", what_stands(*os->value));
  }
  judge_variant(judge, object, value(architecture), section);
  judge.string(object, "os.version", Presence::nullable, section);
  if (const auto features = judge.array(object, "os.features", Presence::nullable, section)) {
    for (const Place& feature : judge.strings_in(*features, section)) {
      if (value(os) == "windows" && text_at(feature) != "win32k") {
        judge.should(feature, section, "be 'win32k', the one feature of windows", what_stands(*feature.value));
      }
    }
  }
  judge.spelled(object, {"architecture", "os", "variant", "os.version", "os.features"});
}

void judge_annotations(Judge& judge, const Place& map, Annotated what) {
  for (const auto& [key, place] : judge.strings_of(map, kRules)) {
    judge_key(judge, place, key, text_at(place));
    if (what == Annotated::document || key != "org.opencontainers.image.ref.name") continue;
    judge.style(place, kKeys, "stand on descriptors of index.json only", "is a label");
  }
}

}  // namespace ocitidy

// conformance.cc - manifests, indexes and the layout's own files.
#include "oci/conformance.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "oci/conformance_judge.h"
#include "oci/grammar.h"

namespace ocitidy {
namespace {

using sv = std::string_view;

constexpr sv kManifest = "manifest.md#image-manifest-property-descriptions";
constexpr sv kIndex = "image-index.md#image-index-property-descriptions";
constexpr sv kLayout = "image-layout.md#oci-layout-file";
constexpr sv kDockerManifest = "Docker image manifest V2 schema 2";
constexpr sv kDockerIndex = "Docker image manifest V2 schema 2, manifest list";

// media-types.md, and what layer.md says of each; the last three are deprecated.
constexpr std::array<sv, 6> kLayerTypes{media_type::kOciLayer,
                                        media_type::kOciLayerGzip,
                                        media_type::kOciLayerZstd,
                                        "application/vnd.oci.image.layer.nondistributable.v1.tar",
                                        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
                                        "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd"};

sv own_media_type(const Place& document) {
  const auto found = document.value->find("mediaType");
  return found != document.value->end() && found->is_string() ? sv(found->get_ref<const std::string&>()) : sv();
}

void judge_schema_version(Judge& judge, const Place& document, sv section) {
  const auto found = document.value->find("schemaVersion");
  if (found == document.value->end()) {
    return judge.must(document.absent("schemaVersion"), section, "be 2", "is missing", "add \"schemaVersion\": 2");
  }
  // 2.0 is no integer to Go, and none to most schemas.
  if (found->is_number_unsigned() && *found == 2) return;
  judge.must(document.member("schemaVersion", *found), section, "be 2", what_stands(*found));
}

struct Expected {
  sv media_type;  ///< of the document itself
  sv section;
  sv descriptor_type;  ///< what the descriptor that led here says; may be empty
  Family family;
};

constexpr sv kFitting = "be the media type of this kind of document";

void judge_own_media_type(Judge& judge, const Place& document, const Expected& expected) {
  const auto type = judge.string(document, "mediaType", Presence::optional, expected.section);
  if (!document.value->contains("mediaType")) {
    const Place place = document.absent("mediaType");
    if (expected.family == Family::docker) {
      judge.must(place, expected.section, "be there", "is missing");
    } else {
      judge.style(place, expected.section, "be there", "is missing: readers have to guess what the document is");
    }
  }
  if (!type) return;
  if (!is_media_type(text_at(*type))) return judge_media_type(judge, *type, expected.section);
  if (text_at(*type) != expected.media_type) {
    judge.must(*type, expected.section, kFitting, cat(what_stands(*type->value), ", not ", quote(expected.media_type)));
  }
  if (!expected.descriptor_type.empty() && text_at(*type) != expected.descriptor_type) {
    judge.must(*type, "media-types.md", "be what the descriptor says that leads here",
               cat(what_stands(*type->value), ", the descriptor says ", quote(expected.descriptor_type)));
  }
}

bool is_string_of(const Place& object, sv name, sv value) {
  const auto found = object.value->find(name);
  return found != object.value->end() && found->is_string() && found->get_ref<const std::string&>() == value;
}

/// The place of a member that holds a media type of good form.
std::optional<Place> media_type_of(const Place& descriptor) {
  const auto found = descriptor.value->find("mediaType");
  if (found == descriptor.value->end() || !found->is_string()) return std::nullopt;
  Place place = descriptor.member("mediaType", *found);
  if (!is_media_type(text_at(place))) return std::nullopt;
  return place;
}

/// Types that an image ought to use, so that all engines know them. Artifacts use their own.
void judge_layer_types(Judge& judge, const std::vector<Place>& layers) {
  for (const Place& layer : layers) {
    const auto type = media_type_of(layer);
    if (!type) continue;
    const sv text = text_at(*type);
    if (std::ranges::find(kLayerTypes, text) == kLayerTypes.end()) {
      judge.should(*type, kManifest, "be one of the image-spec's layer types, to be portable",
                   what_stands(*type->value));
    } else if (text.find("nondistributable") != sv::npos) {
      judge.should(*type, "layer.md#non-distributable-layers", "be a distributable type: the others are deprecated",
                   what_stands(*type->value));
    }
  }
}

void judge_artifact_type(Judge& judge, const Place& document, sv section) {
  if (const auto type = judge.string(document, "artifactType", Presence::optional, section)) {
    judge_media_type(judge, *type, section);
  }
}

void judge_oci_config_of(Judge& judge, const Place& document, const Place& config) {
  const auto type = media_type_of(config);
  if (type && text_at(*type) == media_type::kDockerConfig) {
    judge.should(*type, kManifest, "be 'application/vnd.oci.image.config.v1+json' in an OCI manifest",
                 what_stands(*type->value));
  }
  if (is_string_of(config, "mediaType", media_type::kOciEmpty) && !document.value->contains("artifactType")) {
    judge.must(document.absent("artifactType"), kManifest, "be there when the config is the empty descriptor",
               "is missing", "say what kind of artifact this is");
  }
}

void judge_subject(Judge& judge, const Place& document, sv section) {
  if (const auto subject = judge.object(document, "subject", Presence::optional, section)) {
    judge_descriptor(judge, *subject);
  }
}

void judge_document_annotations(Judge& judge, const Place& document) {
  if (const auto map = judge.object(document, "annotations", Presence::optional, "annotations.md#rules")) {
    judge_annotations(judge, *map, Annotated::document);
  }
}

void judge_manifest(Judge& judge, const Place& document, const Expected& expected) {
  const bool oci = expected.family == Family::oci;
  judge_schema_version(judge, document, expected.section);
  judge_own_media_type(judge, document, expected);
  const auto config = judge.object(document, "config", Presence::required, expected.section);
  if (config) judge_descriptor(judge, *config);
  const auto array = judge.array(document, "layers", Presence::required, expected.section);
  std::vector<Place> layers;
  if (array) layers = judge.objects_in(*array, expected.section);
  for (const Place& layer : layers) judge_descriptor(judge, layer);
  if (array && array->value->empty() && oci) {
    // manifest.md says SHOULD, schema/image-manifest-schema.json "minItems": 1; validators go by the schema.
    judge.must(*array, "schema/image-manifest-schema.json", "have an entry", "is empty",
               "list the base layer; an artifact lists the empty descriptor");
  }
  if (oci) {
    judge_artifact_type(judge, document, expected.section);
    if (config) judge_oci_config_of(judge, document, *config);
    if (config && is_string_of(*config, "mediaType", media_type::kOciConfig)) judge_layer_types(judge, layers);
    judge_subject(judge, document, expected.section);
    judge_document_annotations(judge, document);
  }
  judge.spelled(document, {"schemaVersion", "mediaType", "artifactType", "config", "layers", "subject", "annotations"});
}

/// Which document a member of an index may be, for all readers to know it.
void judge_member_type(Judge& judge, const Place& member, Family family) {
  const auto type = media_type_of(member);
  if (!type) return;
  const sv text = text_at(*type);
  const bool known = family == Family::docker ? text == media_type::kDockerManifest || text == media_type::kDockerIndex
                                              : text == media_type::kOciManifest || text == media_type::kOciIndex;
  if (known) return;
  judge.should(*type, kIndex, "be the type of a manifest or an index of the same family, to be portable",
               what_stands(*type->value));
}

void judge_members(Judge& judge, const std::vector<Place>& members, const Expected& expected) {
  for (const Place& member : members) {
    judge_descriptor(judge, member);
    judge_member_type(judge, member, expected.family);
    if (const auto platform = judge.object(member, "platform", Presence::optional, expected.section)) {
      judge_platform(judge, *platform, expected.section);
    } else if (members.size() > 1 && !member.value->contains("platform") && !member.value->contains("artifactType") &&
               is_string_of(member, "mediaType", media_type::kOciManifest)) {
      judge.style(member.absent("platform"), expected.section, "be there when there is a choice", "is missing");
    }
  }
}

void judge_index(Judge& judge, const Place& document, const Expected& expected) {
  judge_schema_version(judge, document, expected.section);
  judge_own_media_type(judge, document, expected);
  if (const auto members = judge.array(document, "manifests", Presence::required, expected.section)) {
    judge_members(judge, judge.objects_in(*members, expected.section), expected);
  }
  if (expected.family == Family::oci) {
    judge_artifact_type(judge, document, expected.section);
    judge_subject(judge, document, expected.section);
    judge_document_annotations(judge, document);
  }
  judge.spelled(document, {"schemaVersion", "mediaType", "artifactType", "manifests", "subject", "annotations"});
}

/// The text of a descriptor's tag; none when it has none.
std::optional<Place> reference_name(const Place& descriptor) {
  const auto annotations = descriptor.value->find("annotations");
  if (annotations == descriptor.value->end() || !annotations->is_object()) return std::nullopt;
  const auto name = annotations->find("org.opencontainers.image.ref.name");
  if (name == annotations->end() || !name->is_string()) return std::nullopt;
  return descriptor.member("annotations", *annotations).member("org.opencontainers.image.ref.name", *name);
}

std::string digest_text(const Place& descriptor) {
  const auto digest = descriptor.value->find("digest");
  return digest != descriptor.value->end() && digest->is_string() ? digest->get<std::string>() : std::string();
}

}  // namespace

sv requirement_word(Requirement requirement) { return requirement == Requirement::must ? "MUST" : "SHOULD"; }

std::string Violation::message() const {
  return cat(found, "; it ", requirement_word(requirement), " ", demand, " (", section, ")");
}

Family family_of_document(sv own, sv descriptor) {
  const sv type = own.empty() ? descriptor : own;
  return type.starts_with("application/vnd.docker.") ? Family::docker : Family::oci;
}

std::vector<Violation> check_manifest(sv raw, sv media_type, const Limits& limits) {
  Judge judge;
  const auto document = judge.document(raw, limits);
  if (!document) return judge.take();
  const Family family = family_of_document(own_media_type(*document), media_type);
  const bool docker = family == Family::docker;
  judge_manifest(judge, *document,
                 {.media_type = docker ? media_type::kDockerManifest : media_type::kOciManifest,
                  .section = docker ? kDockerManifest : kManifest,
                  .descriptor_type = media_type,
                  .family = family});
  return judge.take();
}

std::vector<Violation> check_index(sv raw, sv media_type, const Limits& limits) {
  Judge judge;
  const auto document = judge.document(raw, limits);
  if (!document) return judge.take();
  const Family family = family_of_document(own_media_type(*document), media_type);
  const bool docker = family == Family::docker;
  judge_index(judge, *document,
              {.media_type = docker ? media_type::kDockerIndex : media_type::kOciIndex,
               .section = docker ? kDockerIndex : kIndex,
               .descriptor_type = media_type,
               .family = family});
  return judge.take();
}

std::vector<Violation> check_document(sv raw, const Limits& limits) {
  const LaxJson read = parse_lax_json(raw, limits);
  if (!read.value.is_object()) return {};
  if (read.value.contains("config") || read.value.contains("layers")) return check_manifest(raw, "", limits);
  if (read.value.contains("manifests")) return check_index(raw, "", limits);
  return {};
}

std::vector<Violation> check_layout(sv raw, const Limits& limits) {
  Judge judge;
  const auto document = judge.document(raw, limits);
  if (!document) return judge.take();
  const auto version = judge.string(*document, "imageLayoutVersion", Presence::required, kLayout);
  if (version && text_at(*version) != "1.0.0") {
    judge.must(*version, kLayout, "be '1.0.0'", what_stands(*version->value));
  }
  judge.spelled(*document, {"imageLayoutVersion"});
  return judge.take();
}

std::vector<Violation> check_reference_names(sv raw_index, const Limits& limits) {
  Judge all;
  const auto document = all.document(raw_index, limits);
  Judge judge;  // what is wrong with the rest of the index is for check_index() to say
  const auto members = document ? document->value->find("manifests") : Json::const_iterator();
  if (!document || members == document->value->end() || !members->is_array()) return {};
  const Place array = document->member("manifests", *members);
  std::map<std::string, std::string> digest_of_name;
  for (std::size_t i = 0; i < members->size(); ++i) {
    const Place descriptor = array.item(i);
    const auto name = descriptor.value->is_object() ? reference_name(descriptor) : std::nullopt;
    if (!name) continue;
    if (!is_reference_name(text_at(*name))) {
      judge.should(*name, "annotations.md#pre-defined-annotation-keys",
                   "be letters and digits, separated by one of -._:@+/ or by --", what_stands(*name->value),
                   "give the image another tag");
    }
    const auto [first, is_new] = digest_of_name.try_emplace(text_at(*name), digest_text(descriptor));
    if (is_new || first->second == digest_text(descriptor)) continue;
    judge.should(*name, "image-layout.md#indexjson-file", "name one image",
                 cat(what_stands(*name->value), ", which names another image further up"),
                 "remove the entry that is out of date, or give it another tag");
  }
  return judge.take();
}

std::vector<Violation> check_descriptor(sv raw, const Limits& limits) {
  Judge judge;
  if (const auto document = judge.document(raw, limits)) judge_descriptor(judge, *document);
  return judge.take();
}

std::string summary_of(std::span<const Violation> violations) {
  constexpr std::size_t kShown = 20;
  std::string text;
  std::uint64_t shown = 0, more = 0;
  for (const Violation& violation : violations) {
    if (violation.requirement != Requirement::must) continue;
    more += violation.more;
    if (shown == kShown) {
      ++more;
      continue;
    }
    ++shown;
    text += cat(text.empty() ? "" : "; ", violation.pointer.empty() ? "the document" : violation.pointer, " ",
                violation.found, ", it MUST ", violation.demand);
  }
  if (more > 0) text += cat("; and ", more, " more");
  return text;
}

void add_violations(Error& error, sv what, std::span<const Violation> violations) {
  const auto is_told = [&](const Violation& violation) {
    return violation.kind == Violation::Kind::not_json ||
           (!violation.pointer.empty() && describe(error).find(violation.pointer) != std::string::npos);
  };
  if (std::ranges::count(violations, Requirement::must, &Violation::requirement) == 1 &&
      std::ranges::any_of(violations, is_told)) {
    return;
  }
  const std::string summary = summary_of(violations);
  if (summary.empty()) return;
  error.message += cat("; what the image-spec minds", what.empty() ? "" : cat(" in the ", what), ": ", summary);
}

}  // namespace ocitidy

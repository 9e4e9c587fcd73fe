// parse_certificate.cc - docs/certificate.schema.json, back into a Certificate.
#include <algorithm>

#include "base/hasher.h"
#include "base/json.h"
#include "base/text.h"
#include "ocitidy/optimize.h"

namespace ocitidy {
namespace {

Result<std::string> bytes_member(const JsonObject& object, std::string_view name) {
  const std::string encoded = cat(name, "Base64");
  if (!object.has(encoded)) return object.string(name);
  OCITIDY_TRY(const std::string text, object.string(encoded));
  auto bytes = unbase64(text);
  if (!bytes) return fail(Code::corrupt, cat(object.pointer(), "/", encoded, " is no base64"));
  return *std::move(bytes);
}

Result<Sha256> tree_member(const JsonObject& object, std::string_view name) {
  OCITIDY_TRY(const std::string text, object.string(name));
  auto digest = Digest::parse(text);
  if (!digest || digest->algorithm != Digest::Algorithm::sha256) {
    return fail(Code::corrupt, cat(object.pointer(), "/", name, " is no SHA-256"));
  }
  return sha256_of(*digest);
}

Result<Digest> digest_member(const JsonObject& object, std::string_view name) {
  OCITIDY_TRY(const std::string text, object.string(name));
  auto digest = Digest::parse(text);
  if (!digest) return fail(Code::corrupt, cat(object.pointer(), "/", name, ": ", digest.error().message));
  return *digest;
}

Result<TreeChange> change_of(const JsonObject& object) {
  TreeChange change;
  OCITIDY_TRY(change.path, bytes_member(object, "path"));
  OCITIDY_TRY(change.before, object.string("before"));
  OCITIDY_TRY(change.after, object.string("after"));
  OCITIDY_TRY(change.linked_to, bytes_member(object, "linkedTo"));
  OCITIDY_TRY(change.pass, object.string("pass"));
  OCITIDY_TRY(change.reason, object.string("reason"));
  return change;
}

}  // namespace

Result<Certificate> parse_certificate(std::string_view json, const Limits& limits) {
  // A certificate lists paths, not an image's metadata: it may be longer than any document of an image.
  Limits bounds = limits;
  bounds.json_bytes = std::max<std::uint64_t>(bounds.json_bytes, std::uint64_t{1} << 30);
  OCITIDY_TRY(const Json document, parse_json(json, bounds));
  OCITIDY_TRY(const JsonObject object, JsonObject::of(document, ""));
  OCITIDY_TRY(const std::uint64_t schema, object.unsigned_integer("schemaVersion"));
  if (schema != 1) return fail(Code::unsupported, cat("a certificate of schema version ", schema, "; this reads 1"));
  Certificate certificate;
  OCITIDY_TRY(certificate.tool_version, object.string("toolVersion"));
  OCITIDY_TRY(certificate.libraries, object.strings("libraries"));
  OCITIDY_TRY(certificate.input_manifest, digest_member(object, "inputManifest"));
  OCITIDY_TRY(certificate.output_manifest, digest_member(object, "outputManifest"));
  OCITIDY_TRY(certificate.tree_before, tree_member(object, "treeBefore"));
  OCITIDY_TRY(certificate.tree_after, tree_member(object, "treeAfter"));
  OCITIDY_TRY(certificate.mask, object.strings("mask"));
  OCITIDY_TRY(const auto changes, object.objects("changes"));
  for (const JsonObject& item : changes) {
    OCITIDY_TRY(TreeChange change, change_of(item));
    certificate.changes.push_back(std::move(change));
  }
  OCITIDY_TRY(const auto variables, object.objects("env"));
  for (const JsonObject& item : variables) {
    OCITIDY_TRY(std::string name, item.string("name"));
    OCITIDY_TRY(std::string value, item.string("value"));
    certificate.env.emplace_back(std::move(name), std::move(value));
  }
  return certificate;
}

}  // namespace ocitidy

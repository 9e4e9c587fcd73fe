// missing-ca-certificates: a program that looks for a bundle of certificates in an image that holds none.
// Why and examples: docs/rules/missing-ca-certificates.md
#include <algorithm>
#include <array>

#include "base/text.h"
#include "lambda/entrypoint.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

/// Go's crypto/x509, OpenSSL as distributions build it, curl and Rust's openssl-probe all hold this name: the file they
/// look for first on Debian, Alpine and Gentoo. Programs that never check a certificate do not.
constexpr std::string_view kBundleName = "ca-certificates.crt";
constexpr std::string_view kElf =
    "\x7f"
    "ELF";
/// Where small images keep their one program; elsewhere the bytes are not worth searching.
constexpr std::array<TextQuery, 6> kTexts = {TextQuery{"*", kElf, kBundleName},
                                             TextQuery{"app/*", kElf, kBundleName},
                                             TextQuery{"var/task/*", kElf, kBundleName},
                                             TextQuery{"var/runtime/bootstrap", kElf, kBundleName},
                                             TextQuery{"usr/local/bin/*", kElf, kBundleName},
                                             TextQuery{"function/*", kElf, kBundleName}};

constexpr std::array<ContentQuery, 1> kReads = {lambda::kScriptHeads};

constexpr std::array<std::string_view, 5> kFolders = {"etc/ssl/certs/", "etc/pki/", "usr/share/ca-certificates/",
                                                      "usr/local/share/ca-certificates/", "usr/local/share/certs/"};
constexpr std::array<std::string_view, 8> kNames = {
    "ca-certificates.crt", "ca-bundle.crt", "ca-bundle.pem", "tls-ca-bundle.pem",
    "cacert.pem",          "cacerts",       "cert.pem",      "ca-bundle.trust.crt"};
constexpr std::array<std::string_view, 6> kVariables = {"SSL_CERT_FILE",  "SSL_CERT_DIR",  "REQUESTS_CA_BUNDLE",
                                                        "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"};

bool has_bundle(const ImageModel& image) {
  bool found = std::ranges::any_of(
      kVariables, [&](std::string_view name) { return !env_value(image.config(), name).value_or("").empty(); });
  image.walk([&](NodeId id, std::string_view path) {
    if (found || image.node(id).type == EntryType::directory) return;
    found = std::ranges::find(kNames, image.name(id)) != kNames.end() ||
            std::ranges::any_of(kFolders, [&](std::string_view folder) { return path.starts_with(folder); });
  });
  return found;
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (has_unread_layer(image)) return Outcome::not_applicable("a layer cannot be read, and certificates may lie there");
  for (const lambda::Program& program : lambda::started_programs(image)) {
    const auto made_by = program.file ? image.node(*program.file).made_by : std::nullopt;
    if (!made_by || !image.contains(*made_by, kBundleName).value_or(false)) continue;
    if (has_bundle(image)) return Outcome::checked();
    out.add(
        {.message = cat("the image holds no certificates, and ", seen_path(image.path(*program.file)),
                        " looks for some (it names ", kBundleName,
                        "): calls over TLS, those of AWS's SDKs among them, fail with 'certificate signed by unknown "
                        "authority', unless the program brings certificates of its own or makes no such call"),
         .fix =
             "COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/, from a stage that has the package "
             "ca-certificates",
         .where = {at_node(image, *program.file)},
         .severity = {}});
    return Outcome::checked();
  }
  return Outcome::checked();
}

}  // namespace

constinit const Rule missing_ca_certificates = {.info = {.id = "missing-ca-certificates",
                                                         .title = "No certificates for a program that looks for them",
                                                         .since = "0.1.0",
                                                         .category = Category::runtime,
                                                         .severity = Severity::warning,
                                                         .evidence = Evidence::observed,
                                                         .reads = kReads,
                                                         .texts = kTexts},
                                                .check = check};

}  // namespace ocitidy::rules

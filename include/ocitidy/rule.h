// rule.h - what a rule is: metadata and one pure function from the model to findings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/finding.h"

namespace ocitidy {

/// oci: what the image-spec says, whether Lambda minds or not.
enum class Category : std::uint8_t { deploy, startup, runtime, size, hygiene, oci };
std::string_view category_name(Category category);

/// How we know: AWS documents it; linked threads or source show it; or we infer it.
enum class Evidence : std::uint8_t { documented, observed, inferred };
std::string_view evidence_name(Evidence evidence);

/// File heads a rule wants to look at. `glob` is matched against Entry::path: '*' stops at '/', '**' does not.
struct ContentQuery {
  std::string_view glob;
  std::uint32_t first_bytes = 0;
  std::string_view magic{};  ///< only files that begin with these bytes
};

/// Asks of every file below `glob` that begins with `magic`: does `text` occur anywhere in it?
struct TextQuery {
  std::string_view glob, magic, text;
};

/// What a rule wants the scan to take out of files while they pass by; a bit set.
enum class Facts : std::uint8_t {
  none = 0,
  elf = 1 << 0,             ///< ImageModel::elf()
  zip_names = 1 << 1,       ///< ImageModel::zip_names(), of *.jar, *.war and *.zip
  content_hashes = 1 << 2,  ///< ImageModel::content_hash(), or content_sha256() where that is there anyway
  block_hashes = 1 << 3,    ///< ImageModel::block_hashes()
};
constexpr Facts operator|(Facts a, Facts b) { return Facts(std::uint8_t(a) | std::uint8_t(b)); }
constexpr Facts without(Facts set, Facts some) { return Facts(std::uint8_t(set) & ~std::uint8_t(some)); }
constexpr bool has(Facts set, Facts one) { return (std::uint8_t(set) & std::uint8_t(one)) != 0; }

/// What an image is judged for. lambda: will Lambda take it and start it fast? oci: does it keep to the image-spec?
/// generic: a good image anywhere. A rule says to which it belongs; a bit set.
enum class Profile : std::uint8_t { lambda = 1 << 0, oci = 1 << 1, generic = 1 << 2 };
std::string_view profile_name(Profile profile);
/// Errors: invalid_argument, naming the words that would do.
Result<Profile> parse_profile(std::string_view text);

struct Profiles {
  std::uint8_t bits = 0;
  constexpr bool has(Profile one) const { return (bits & std::uint8_t(one)) != 0; }
};
inline constexpr Profiles kLambdaOnly{std::uint8_t(Profile::lambda)};
inline constexpr Profiles kGenericOnly{std::uint8_t(Profile::generic)};
inline constexpr Profiles kLambdaAndGeneric{std::uint8_t(Profile::lambda) | std::uint8_t(Profile::generic)};
inline constexpr Profiles kEveryProfile{std::uint8_t(Profile::lambda) | std::uint8_t(Profile::oci) |
                                        std::uint8_t(Profile::generic)};

/// What the user knows of the base image. Both empty: it is looked for.
struct BaseHint {
  std::optional<std::uint32_t> layers{};  ///< the base is the first N layers
  std::vector<DiffId> diff_ids{};         ///< or these, if the image begins with them
};

/// Which layers of an image are its base: somebody else's, and shared.
struct BaseLayers {
  std::uint32_t count = 0;  ///< the first so many layers
  std::string evidence{};   ///< one line for the report
  /// known: by the user, a fingerprint, a label or an annotation. guessed: from the history, which may lie.
  enum class Trust : std::uint8_t { known, guessed } trust = Trust::known;
};

/// How many new chunks an image may have.
struct NewChunkBudget {
  enum class Unit : std::uint8_t { chunks, percent } unit = Unit::chunks;  ///< percent: of the image's chunks
  double limit = 0;
};

struct LintOptions {
  Profile profile = Profile::lambda;
  std::vector<std::string> select;  ///< rule ids, of any profile; empty: all of the profile
  std::vector<std::string> ignore;  ///< rule ids
  std::optional<Platform> platform;
  Limits limits;
  BaseHint base;
  /// Seconds since 1970-01-01 UTC, to tell what is out of date. None: no rule judges dates.
  std::optional<std::int64_t> now_s;
  unsigned threads = 1;                  ///< never changes the result
  std::uint64_t min_waste_bytes = 4096;  ///< smaller wastes are not worth a line: one page of the file system
  /// What a start was seen to use, as parse_used_paths() gives it. None: no rule judges where such files lie.
  std::optional<std::vector<std::string>> used_paths{};
  /// Images that Lambda has already. They are scanned before the linted one, one after the other.
  std::vector<Image> against{};
  /// The image that base.diff_ids are of. Scanned only when the linted image does not begin with them.
  std::optional<Image> base_image{};
  std::optional<NewChunkBudget> budget{};
};

/// An image that the linted one was compared with. Chunks are those of Lambda, 512 KiB; their counts are estimates.
struct ReferenceImage {
  enum class Role : std::uint8_t { base, against } role = Role::against;
  std::string reference;
  std::size_t layers = 0, equal_layers = 0;            ///< of the same DiffIDs, from the first
  std::uint64_t files = 0, equal_files = 0;            ///< visible; equal: the same path and bytes
  std::optional<std::uint64_t> chunks, shared_chunks;  ///< none: not all content is known
};

struct ColdStartReport;  // coldstart.h

struct LintInput {
  const ImageModel& image;
  const LintOptions& options;
  const BaseLayers& base;
  std::span<const ReferenceImage> references{};  ///< LintOptions::against, and the base when the image has another
  const ColdStartReport* cold_start = nullptr;   ///< only when LintOptions::budget is given
};

class FindingSink {
 public:
  void add(Finding finding) { all_.push_back(std::move(finding)); }
  std::vector<Finding> take() { return std::move(all_); }

 private:
  std::vector<Finding> all_;
};

struct RuleInfo {
  std::string_view id;     ///< kebab-case, names the problem, never reused
  std::string_view title;  ///< one line, no full stop
  std::string_view since;
  Category category = Category::hygiene;
  Severity severity = Severity::warning;
  Evidence evidence = Evidence::inferred;
  Profiles profiles = kLambdaOnly;
  std::span<const ContentQuery> reads{};  ///< ImageModel::captured() gives no more than this
  std::span<const TextQuery> texts{};     ///< ImageModel::contains() knows no more than this
  Facts facts = Facts::none;
  std::string_view fixed_by{};  ///< pass id, if one can repair it
};

struct Rule {
  RuleInfo info;
  /// Pure: looks at `in` only, touches nothing else.
  Outcome (*check)(const LintInput& in, FindingSink& out) = nullptr;
};

/// Every rule, sorted by id.
std::span<const Rule* const> all_rules();
/// nullptr when there is none.
const Rule* find_rule(std::string_view id);
/// The rule's page, docs/rules/<id>.md, as it was when the library was built. Empty for an unknown id.
std::string_view rule_page(std::string_view id);

}  // namespace ocitidy

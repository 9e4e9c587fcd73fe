// reference.cc - "transport:path:selector", and the liberties that people take with it.
#include "oci/reference.h"

#include <charconv>
#include <optional>

#include "base/text.h"

namespace ocitidy {
namespace {

/// A number or a digest, as it stands behind '@'.
std::optional<Selector> parse_position(std::string_view text) {
  std::uint64_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (!text.empty() && error == std::errc() && end == text.data() + text.size())
    return Selector{.kind = Selector::Kind::index, .name = {}, .index = index, .digest = {}};
  if (const auto digest = Digest::parse(text)) {
    return Selector{.kind = Selector::Kind::digest, .name = {}, .index = 0, .digest = *digest};
  }
  return std::nullopt;
}

/// What stands behind the ':' that ends the path.
Result<Selector> parse_selector(std::string_view text) {
  if (text.empty()) return Selector{};
  if (!text.starts_with('@'))
    return Selector{.kind = Selector::Kind::name, .name = std::string(text), .index = 0, .digest = {}};
  if (auto position = parse_position(text.substr(1))) return *std::move(position);
  return fail(Code::invalid_argument, cat("selector ", quote(text), " is neither @INDEX nor @sha256:DIGEST"));
}

/// "PATH@INDEX" and "PATH@DIGEST".
std::optional<Reading> split_at_sign(Reading::Store store, std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  auto position = parse_position(text.substr(at + 1));
  if (!position) return std::nullopt;
  return Reading{store, std::string(text.substr(0, at)), *std::move(position)};
}

/// Adds the reading that takes `text` apart at `colon`, unless its selector cannot be; that error comes back.
Result<void> add_split(std::vector<Reading>& all, Reading::Store store, std::string_view text, std::size_t colon) {
  const std::string_view behind = colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1);
  OCITIDY_TRY(Selector selector, parse_selector(behind));
  all.push_back({store, std::string(text.substr(0, colon)), std::move(selector)});
  return {};
}

Result<std::vector<Reading>> with_transport(Reading::Store store, std::string_view transport, std::string_view rest) {
  if (rest.empty() || rest.starts_with(':') || rest == "//") {
    return fail(Code::invalid_argument, cat("no path behind ", quote(transport)));
  }
  std::vector<Reading> all;
  std::optional<Error> error;
  const auto add = [&](std::string_view text) {
    if (auto added = add_split(all, store, text, text.find(':')); !added && !error) error = std::move(added).error();
    if (auto reading = split_at_sign(store, text); reading && reading->path.find(':') == std::string::npos) {
      all.push_back(*std::move(reading));
    }
  };
  if (rest.starts_with("//")) add(rest.substr(2));
  add(rest);
  if (all.empty()) return fail(*std::move(error));
  return all;
}

std::vector<Reading> without_transport(std::string_view text) {
  std::vector<Reading> all = {{Reading::Store::sniffed, std::string(text), {}}};
  if (auto reading = split_at_sign(Reading::Store::sniffed, text)) all.push_back(*std::move(reading));
  for (std::size_t colon = text.find(':', 1); colon != std::string_view::npos; colon = text.find(':', colon + 1)) {
    // A selector that cannot be is no reading; the others, or the text as a path, say what is wrong.
    if (!add_split(all, Reading::Store::sniffed, text, colon)) continue;
  }
  return all;
}

/// Writes out what Docker's grammar lets people leave away: host, "library/" and ":latest".
std::string full_image_name(std::string_view name) {
  constexpr std::string_view kHost = "docker.io";
  const std::size_t slash = name.find('/');
  std::string_view host = slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
  if (host.find_first_of(".:") == std::string_view::npos && host != "localhost") host = {};
  std::string_view path = host.empty() ? name : name.substr(slash + 1);
  if (host.empty()) host = kHost;
  std::string full = cat(host, "/", host == kHost && path.find('/') == std::string_view::npos ? "library/" : "", path);
  if (full.find(':', full.rfind('/')) == std::string::npos) full += ":latest";
  return full;
}

}  // namespace

Result<std::vector<Reading>> readings(std::string_view text) {
  using Store = Reading::Store;
  if (text.empty()) return fail(Code::invalid_argument, "the image reference is empty");
  if (text.find('\0') != std::string_view::npos)
    return fail(Code::invalid_argument, "the image reference holds a NUL byte");
  constexpr std::pair<std::string_view, Store> kTransports[] = {
      {"oci:", Store::layout}, {"oci-archive:", Store::oci_archive}, {"docker-archive:", Store::docker_archive}};
  for (const auto& [transport, store] : kTransports) {
    if (text.starts_with(transport)) return with_transport(store, transport, text.substr(transport.size()));
  }
  return without_transport(text);
}

std::optional<std::string_view> unknown_transport(std::string_view text) {
  for (const std::string_view transport :
       {"docker:", "docker-daemon:", "containers-storage:", "dir:", "ostree:", "sif:", "tarball:"}) {
    if (text.starts_with(transport)) return transport;
  }
  return std::nullopt;
}

bool same_image_name(std::string_view a, std::string_view b) { return full_image_name(a) == full_image_name(b); }

}  // namespace ocitidy

// layer_plan.cc - see layer_plan.h.
#include "optimize/layer_plan.h"

#include <zlib.h>

#include <algorithm>
#include <unordered_set>

#include "base/text.h"

namespace ocitidy {
namespace {

constexpr std::string_view kFirstLine = "1\n";  // of the format: another number, another format
constexpr std::size_t kMostBytes = std::size_t{4} << 20;

bool is_plain(std::string_view name) {
  return !name.empty() && std::ranges::none_of(name, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

std::string deflated(std::string_view text) {
  uLongf size_bytes = compressBound(static_cast<uLong>(text.size()));
  std::string packed(size_bytes, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size_bytes, reinterpret_cast<const Bytef*>(text.data()),
            static_cast<uLong>(text.size()), Z_BEST_COMPRESSION);
  packed.resize(size_bytes);
  return packed;
}

std::optional<std::string> inflated(std::string_view packed) {
  for (std::size_t room = std::size_t{64} << 10; room <= kMostBytes; room *= 4) {
    std::string text(room, '\0');
    uLongf size_bytes = static_cast<uLongf>(room);
    const int outcome = uncompress(reinterpret_cast<Bytef*>(text.data()), &size_bytes,
                                   reinterpret_cast<const Bytef*>(packed.data()), static_cast<uLong>(packed.size()));
    if (outcome == Z_BUF_ERROR && size_bytes == room) continue;  // it has more; anything else short is broken
    if (outcome != Z_OK) return std::nullopt;
    text.resize(size_bytes);
    return text;
  }
  return std::nullopt;
}

}  // namespace

std::string encode_layer_plan(const LayerPlan& plan) {
  std::string text(kFirstLine);
  for (const auto& layer : plan) {
    for (const std::string& name : layer) {
      if (is_plain(name)) text += cat(name, "\n");
    }
    text += '\n';
  }
  return base64(deflated(text));
}

std::optional<LayerPlan> decode_layer_plan(std::string_view annotation) {
  const auto packed = unbase64(annotation);
  const auto text = packed ? inflated(*packed) : std::nullopt;
  if (!text || !text->starts_with(kFirstLine)) return std::nullopt;
  LayerPlan plan;
  std::unordered_set<std::string_view> seen;
  bool open = false;  // does the last layer of `plan` still grow?
  for (std::string_view rest = std::string_view(*text).substr(kFirstLine.size()); !rest.empty();) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view name = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    if (!open) plan.emplace_back();
    open = !name.empty();
    if (open && seen.insert(name).second) plan.back().emplace_back(name);
  }
  return plan;
}

}  // namespace ocitidy

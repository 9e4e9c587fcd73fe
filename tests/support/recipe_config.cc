// recipe_config.cc - see recipe_config.h.
#include "support/recipe_config.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace ocitidy::test {
namespace {

std::unexpected<Error> bad(std::string message) { return fail(Code::invalid_argument, std::move(message)); }

struct ListKey {
  std::string_view key;
  std::vector<std::string> ImageSpec::* list;
};
/// Keys whose words are the list.
constexpr std::array kLists{ListKey{"entrypoint", &ImageSpec::entrypoint}, ListKey{"cmd", &ImageSpec::cmd},
                            ListKey{"healthcheck", &ImageSpec::healthcheck}, ListKey{"shell", &ImageSpec::shell}};
/// Keys of which each adds one to the list.
constexpr std::array kAdding{ListKey{"expose", &ImageSpec::exposed_ports}, ListKey{"volume", &ImageSpec::volumes},
                             ListKey{"onbuild", &ImageSpec::on_build}, ListKey{"env", &ImageSpec::env}};

/// Where a key with one text goes; nullptr for another key.
std::string* text_of(std::string_view key, ImageSpec& image) {
  if (key == "os") return &image.platform.os;
  if (key == "arch") return &image.platform.architecture;
  if (key == "variant") return &image.platform.variant;
  if (key == "workdir") return &image.working_dir;
  if (key == "user") return &image.user;
  if (key == "stopsignal") return &image.stop_signal;
  return nullptr;
}

}  // namespace

Result<std::string> padded_argument(Words words) {
  if (words.size() < 2 || words.size() > 3) return bad(cat(quote(words.front().text), " takes one word"));
  std::string text = words[1].text;
  if (words.size() == 3) {
    const auto size = value_of(words[2], "size");
    if (!size) return bad(cat("unknown word ", quote(words[2].text)));
    OCITIDY_TRY(const std::uint64_t bytes, parse_size(*size));
    text.resize(std::max<std::size_t>(text.size(), bytes), 'x');
  }
  return text;
}

Result<void> config_clause(Words words, ImageSpec& image) {
  if (words.empty()) return bad("an empty config clause");
  const std::string& key = words.front().text;
  const Words values = words.subspan(1);
  if (const auto* list = std::ranges::find(kLists, key, &ListKey::key); list != kLists.end()) {
    std::vector<std::string>& all = image.*(list->list);
    all.clear();
    for (const Word& word : values) all.push_back(word.text);
    return {};
  }
  if (key == "no-rootfs" && values.empty()) {
    image.rootfs = ImageSpec::Rootfs::left_out;
    return {};
  }
  const bool may_be_empty = key == "workdir" || key == "user";
  const auto value = values.empty() && may_be_empty ? Result<std::string>("") : padded_argument(words);
  if (!value) return bad(cat("config ", key, " takes one word"));
  if (std::string* text = text_of(key, image)) {
    *text = *value;
    return {};
  }
  const std::size_t equals = value->find('=');
  if ((key == "env" || key == "label") && equals == std::string::npos)
    return bad(cat("config ", key, " takes NAME=VALUE"));
  if (key == "label") {
    image.labels[value->substr(0, equals)] = value->substr(equals + 1);
    return {};
  }
  const auto* list = std::ranges::find(kAdding, key, &ListKey::key);
  if (list == kAdding.end()) return bad(cat("unknown word ", quote(key)));
  (image.*(list->list)).push_back(*value);
  return {};
}

}  // namespace ocitidy::test

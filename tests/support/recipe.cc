// recipe.cc - see recipe.h. One function per kind of line; a table says which.
#include "support/recipe.h"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <span>

#include "base/text.h"
#include "support/elf_words.h"
#include "support/recipe_config.h"
#include "support/recipe_options.h"
#include "support/recipe_words.h"

namespace ocitidy::test {
namespace {

constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

std::unexpected<Error> bad(std::string message) { return fail(Code::invalid_argument, std::move(message)); }
std::unexpected<Error> unknown_word(const Word& word) { return bad(cat("unknown word ", quote(word.text))); }

/// Names without ".", "..", doubled and outer slashes: what parents are told apart by.
std::string normalised(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
  }
  std::string out;
  for (const std::string_view part : parts) out += (out.empty() ? "" : "/") + std::string(part);
  return out;
}

/// Adds the parent directories that a good builder would not forget.
class ParentKeeper {
 public:
  void start_layer() { ++layer_; }

  /// Appends `member` to `members`, after the directories it stands in, when `layer` is not bare.
  void add(Member member, bool bare, std::vector<Member>& members) {
    const std::string path = normalised(member.name);
    if (!bare) {
      for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
        add_directory(path.substr(0, slash), members);
    }
    const std::size_t name_at = path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1;
    if (path.compare(name_at, 4, ".wh.") == 0)
      hide(path, name_at);
    else
      made_in_[path] = layer_;
    members.push_back(std::move(member));
  }

 private:
  void add_directory(const std::string& path, std::vector<Member>& members) {
    if (!made_in_.try_emplace(path, layer_).second) return;
    Member directory;
    directory.type = EntryType::directory;
    directory.mode = 0755;
    directory.name = path;
    members.push_back(std::move(directory));
  }

  void hide(const std::string& path, std::size_t name_at) {
    const bool opaque = path.substr(name_at) == ".wh..wh..opq";
    const std::string hidden =
        opaque ? path.substr(0, name_at == 0 ? 0 : name_at - 1) : path.substr(0, name_at) + path.substr(name_at + 4);
    const std::string below = hidden.empty() ? "" : hidden + '/';
    std::erase_if(made_in_, [&](const auto& made) {
      const bool hit = made.first.starts_with(below) || (!opaque && made.first == hidden);
      return hit && made.second < layer_;
    });
  }

  unsigned layer_ = 0;
  std::map<std::string, unsigned> made_in_;  // path -> layer of its latest member
};

class Parser {
 public:
  Result<Recipe> parse(std::string_view text) {
    set_defaults();
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      std::string_view line = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++line_;
      if (auto done = parse_line(line); !done) return bad(cat("line ", line_, ": ", done.error().message));
    }
    finish();
    return std::move(recipe_);
  }

 private:
  using Reader = Result<void> (Parser::*)(Words);
  struct Keyword {
    std::string_view word;
    Reader read;
  };
  static std::span<const Keyword> keywords();

  void set_defaults() {
    recipe_.image.entrypoint = {"/var/runtime/bootstrap"};
    recipe_.image.cmd = {"app.handler"};
    recipe_.image.working_dir = "/var/task";
  }

  Result<void> parse_line(std::string_view line) {
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos || line[start] == '#') return {};
    OCITIDY_TRY(const std::vector<Word> words, split_words(line));
    const auto all = keywords();
    const auto keyword = std::ranges::find(all, words.front().text, &Keyword::word);
    if (words.front().quoted || keyword == all.end()) return unknown_word(words.front());
    return (this->*keyword->read)(Words(words));
  }

  // What the architecture decides can be filled in only when all config lines are read.
  void finish() {
    if (recipe_.image.layers.empty() && !base_said_) base_layers_.push_back({});
    for (const std::size_t at : base_layers_) {
      LayerSpec healthy = healthy_layer(recipe_.image.platform.architecture);
      if (at >= recipe_.image.layers.size())
        recipe_.image.layers.push_back(std::move(healthy));
      else
        recipe_.image.layers[at].members = std::move(healthy.members);
    }
    for (NativeElf& native : native_elfs_) {
      native.elf.parts.machine = elf_machine_for(recipe_.image.platform.architecture);
      recipe_.image.layers[native.layer].members[native.member].content.head = elf_bytes(native.elf);
    }
  }

  Result<void> read_config(Words words);
  Result<void> read_annotation(Words words);
  Result<void> read_reference(Words words);
  Result<void> read_manifest(Words words);
  Result<void> read_artifact(Words words);
  Result<void> read_index(Words words);
  Result<void> read_attestation(Words words);
  Result<void> read_also(Words words);
  Result<void> read_transport(Words words);
  Result<void> read_note(Words words);
  Result<void> read_replace(Words words);
  Result<void> read_base(Words words);
  Result<void> read_layer(Words words);
  Result<void> read_layers(Words words);
  Result<void> read_member(Words words);
  Result<std::size_t> member_head(Words words, Member& member);
  Result<void> member_word(const Word& word, Member& member);
  Result<void> file_word(const Word& word, Member& member);
  Result<void> read_other_image(Words words);
  Result<void> read_option(Words words);
  Result<void> read_expect(Words words);
  Result<void> read_not_applicable(Words words);

  ImageSpec::Index& index() {
    if (!recipe_.image.index) recipe_.image.index = ImageSpec::Index{};
    return *recipe_.image.index;
  }

  Recipe recipe_;
  unsigned line_ = 0;
  /// An ELF file for the config's architecture, which may be said later.
  struct NativeElf {
    std::size_t layer, member;
    ElfWords elf;
  };
  bool base_said_ = false, bare_ = false, native_elf_ = false;
  std::vector<std::size_t> base_layers_;
  std::vector<NativeElf> native_elfs_;
  std::optional<ElfWords> elf_;  // of the member that is read
  ParentKeeper parents_;
};

std::span<const Parser::Keyword> Parser::keywords() {
  static constexpr std::array kAll{Keyword{"config", &Parser::read_config},
                                   Keyword{"annotation", &Parser::read_annotation},
                                   Keyword{"reference", &Parser::read_reference},
                                   Keyword{"manifest", &Parser::read_manifest},
                                   Keyword{"artifact", &Parser::read_artifact},
                                   Keyword{"index", &Parser::read_index},
                                   Keyword{"attestation", &Parser::read_attestation},
                                   Keyword{"also", &Parser::read_also},
                                   Keyword{"transport", &Parser::read_transport},
                                   Keyword{"note", &Parser::read_note},
                                   Keyword{"replace", &Parser::read_replace},
                                   Keyword{"base", &Parser::read_base},
                                   Keyword{"layer", &Parser::read_layer},
                                   Keyword{"layers", &Parser::read_layers},
                                   Keyword{"file", &Parser::read_member},
                                   Keyword{"dir", &Parser::read_member},
                                   Keyword{"symlink", &Parser::read_member},
                                   Keyword{"hardlink", &Parser::read_member},
                                   Keyword{"whiteout", &Parser::read_member},
                                   Keyword{"opaque", &Parser::read_member},
                                   Keyword{"fifo", &Parser::read_member},
                                   Keyword{"chardev", &Parser::read_member},
                                   Keyword{"blockdev", &Parser::read_member},
                                   Keyword{"against", &Parser::read_other_image},
                                   Keyword{"base-image", &Parser::read_other_image},
                                   Keyword{"option", &Parser::read_option},
                                   Keyword{"expect", &Parser::read_expect},
                                   Keyword{"not-applicable", &Parser::read_not_applicable}};
  return kAll;
}

/// The one argument of a line that takes exactly one.
Result<std::string> only_argument(Words words) {
  if (words.size() != 2) return bad(cat(quote(words.front().text), " takes one word"));
  return words[1].text;
}

Result<Family> family_of(const Word& word) {
  if (word.text == "docker") return Family::docker;
  if (word.text == "oci") return Family::oci;
  return unknown_word(word);
}

Result<void> Parser::read_config(Words words) {
  words = words.subspan(1);
  while (!words.empty()) {
    const auto end = std::size_t(std::ranges::find(words, true, &Word::separator) - words.begin());
    OCITIDY_CHECK(config_clause(words.first(end), recipe_.image));
    words = words.subspan(std::min(words.size(), end + 1));
  }
  return {};
}

Result<void> Parser::read_annotation(Words words) {
  OCITIDY_TRY(const std::string text, padded_argument(words));
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return bad("annotation takes NAME=VALUE");
  recipe_.image.annotations[text.substr(0, equals)] = text.substr(equals + 1);
  return {};
}

Result<void> Parser::read_reference(Words words) {
  OCITIDY_TRY(recipe_.image.reference, only_argument(words));
  return {};
}

Result<void> Parser::read_manifest(Words words) {
  OCITIDY_CHECK(only_argument(words));
  OCITIDY_TRY(recipe_.image.family, family_of(words[1]));
  return {};
}

Result<void> Parser::read_artifact(Words words) {
  OCITIDY_TRY(recipe_.image.artifact_type, only_argument(words));
  return {};
}

Result<void> Parser::read_index(Words words) {
  index();
  for (const Word& word : words.subspan(1)) {
    if (word.text == "nested") {
      index().nesting = ImageSpec::Index::Nesting::nested;
    } else {
      OCITIDY_TRY(index().family, family_of(word));
    }
  }
  return {};
}

Result<void> Parser::read_attestation(Words words) {
  if (words.size() != 1) return unknown_word(words[1]);
  index().attestation = ImageSpec::Index::Attestation::present;
  return {};
}

Result<void> Parser::read_also(Words words) {
  Platform platform{.os = "linux", .architecture = "", .variant = ""};
  for (words = words.subspan(1); words.size() >= 2; words = words.subspan(2)) {
    if (words[0].text == "arch")
      platform.architecture = words[1].text;
    else if (words[0].text == "os")
      platform.os = words[1].text;
    else if (words[0].text == "variant")
      platform.variant = words[1].text;
    else
      return unknown_word(words[0]);
  }
  if (!words.empty()) return unknown_word(words[0]);
  if (platform.architecture.empty()) return bad("also wants arch ARCH");
  index().also.push_back(std::move(platform));
  return {};
}

Result<void> Parser::read_transport(Words words) {
  OCITIDY_TRY(const std::string name, only_argument(words));
  for (const Transport transport : {Transport::oci_layout, Transport::oci_archive, Transport::docker_archive}) {
    if (transport_name(transport) != name) continue;
    recipe_.image.transport = transport;
    return {};
  }
  return unknown_word(words[1]);
}

Result<void> Parser::read_replace(Words words) {
  if (words.size() != 4) return bad("replace takes a document, the old text and the new");
  const std::string& document = words[1].text;
  if (document != "manifest" && document != "config" && document != "index" && document != "index.json") {
    return unknown_word(words[1]);
  }
  recipe_.image.replacements.push_back({.document = document, .from = words[2].text, .to = words[3].text});
  return {};
}

Result<void> Parser::read_note(Words words) {
  using Kind = StoreNote::Kind;
  static constexpr std::array<std::pair<std::string_view, Kind>, 4> kKinds{
      {{"missing-layout-marker", Kind::missing_layout_marker},
       {"unknown-layout-version", Kind::unknown_layout_version},
       {"archive-disagreement", Kind::archive_disagreement},
       {"incomplete-index", Kind::incomplete_index}}};
  OCITIDY_TRY(const std::string name, only_argument(words));
  for (const auto& [word, kind] : kKinds) {
    if (word != name) continue;
    recipe_.image.notes.push_back({.kind = kind, .message = cat("recipe says ", name)});
    return {};
  }
  return unknown_word(words[1]);
}

Result<void> Parser::read_base(Words words) {
  OCITIDY_TRY(const std::string which, only_argument(words));
  if (which != "healthy" && which != "none") return unknown_word(words[1]);
  base_said_ = true;
  if (which == "none") return {};
  parents_.start_layer();
  base_layers_.push_back(recipe_.image.layers.size());
  LayerSpec healthy = healthy_layer("");
  std::vector<Member> discarded;  // the keeper learns what the layer holds
  for (Member& member : healthy.members) parents_.add(std::move(member), true, discarded);
  healthy.members.clear();
  recipe_.image.layers.push_back(std::move(healthy));
  return {};
}

Result<void> Parser::read_layer(Words words) {
  LayerSpec layer;
  bare_ = false;
  for (words = words.subspan(1); !words.empty(); words = words.subspan(1)) {
    const Word& word = words.front();
    if (word.text == "gzip")
      layer.codec = Codec::gzip;
    else if (word.text == "zstd")
      layer.codec = Codec::zstd;
    else if (word.text == "none")
      layer.codec = Codec::none;
    else if (word.text == "docker")
      layer.family = Family::docker;
    else if (word.text == "oci")
      layer.family = Family::oci;
    else if (word.text == "bare")
      bare_ = true;
    else if (word.text == "absent")
      layer.blob = LayerSpec::Blob::absent;
    else if (const auto type = value_of(word, "type"))
      layer.media_type = *type;
    else if (const auto bytes = value_of(word, "bytes"))
      layer.stored_bytes = *bytes;
    else if (const auto trailing = value_of(word, "trailing"))
      layer.trailing = *trailing;
    else if (word.text == "by" && words.size() > 1) {
      layer.created_by = words[1].text;
      words = words.subspan(1);
    } else {
      return unknown_word(word);
    }
  }
  parents_.start_layer();
  recipe_.image.layers.push_back(std::move(layer));
  return {};
}

Result<void> Parser::read_layers(Words words) {
  OCITIDY_TRY(const std::string text, only_argument(words));
  OCITIDY_TRY(const std::uint64_t count, parse_number(text, 10, 2000));
  for (std::uint64_t i = 0; i < count; ++i) {
    Member member;
    member.name = cat("layer-", recipe_.image.layers.size(), ".txt");
    recipe_.image.layers.emplace_back().members.push_back(std::move(member));
  }
  bare_ = false;
  parents_.start_layer();
  return {};
}

/// Reads what must stand in front: kind, path, and target or device numbers. Returns how many words that were.
Result<std::size_t> Parser::member_head(Words words, Member& member) {
  static constexpr std::array<std::pair<std::string_view, EntryType>, 9> kKinds{{{"file", EntryType::file},
                                                                                 {"dir", EntryType::directory},
                                                                                 {"symlink", EntryType::symlink},
                                                                                 {"hardlink", EntryType::hard_link},
                                                                                 {"fifo", EntryType::fifo},
                                                                                 {"chardev", EntryType::char_device},
                                                                                 {"blockdev", EntryType::block_device},
                                                                                 {"whiteout", EntryType::file},
                                                                                 {"opaque", EntryType::file}}};
  const std::string& kind = words[0].text;
  if (words.size() < 2) return bad(cat(kind, " wants a path"));
  member.type = std::ranges::find(kKinds, kind, [](const auto& row) { return row.first; })->second;
  member.name = words[1].text;
  if (kind == "whiteout") {
    const std::size_t slash = member.name.rfind('/');
    member.name.insert(slash == std::string::npos ? 0 : slash + 1, ".wh.");
  }
  if (kind == "opaque")
    member.name += (member.name.empty() || member.name.ends_with('/')) ? ".wh..wh..opq" : "/.wh..wh..opq";
  switch (member.type) {
    case EntryType::directory:
      member.mode = 0755;
      return 2;
    case EntryType::symlink:
    case EntryType::hard_link:
      if (words.size() < 4 || words[2].text != "->") return bad(cat(kind, " wants PATH -> TARGET"));
      member.mode = member.type == EntryType::symlink ? 0777 : 0644;
      member.link_target = words[3].text;
      return 4;
    case EntryType::char_device:
    case EntryType::block_device: {
      const std::string numbers = words.size() < 3 ? "" : words[2].text;
      const std::size_t colon = numbers.find(':');
      if (colon == std::string::npos) return bad(cat(kind, " wants PATH MAJ:MIN"));
      OCITIDY_TRY(const std::uint64_t major, parse_number(numbers.substr(0, colon), 10, 07777777));
      OCITIDY_TRY(const std::uint64_t minor, parse_number(numbers.substr(colon + 1), 10, 07777777));
      member.device_major = std::uint32_t(major);
      member.device_minor = std::uint32_t(minor);
      return 3;
    }
    default:
      return 2;
  }
}

Result<void> Parser::read_member(Words words) {
  if (recipe_.image.layers.empty() ||
      base_layers_.end() != std::ranges::find(base_layers_, recipe_.image.layers.size() - 1))
    return bad("a member needs a layer line above it");
  Member member;
  native_elf_ = false;
  elf_.reset();
  OCITIDY_TRY(const std::size_t head, member_head(words, member));
  for (const Word& word : words.subspan(head)) OCITIDY_CHECK(member_word(word, member));
  if (elf_) member.content.head = elf_bytes(*elf_);
  LayerSpec& layer = recipe_.image.layers.back();
  parents_.add(std::move(member), bare_, layer.members);
  if (native_elf_) native_elfs_.push_back({recipe_.image.layers.size() - 1, layer.members.size() - 1, *elf_});
  return {};
}

Result<void> Parser::member_word(const Word& word, Member& member) {
  if (const auto uid = value_of(word, "uid")) {
    OCITIDY_TRY(const std::uint64_t value, parse_number(*uid, 10, kMax32));
    member.uid = std::uint32_t(value);
  } else if (const auto gid = value_of(word, "gid")) {
    OCITIDY_TRY(const std::uint64_t value, parse_number(*gid, 10, kMax32));
    member.gid = std::uint32_t(value);
  } else if (const auto user = value_of(word, "user")) {
    member.user = *user;
  } else if (const auto group = value_of(word, "group")) {
    member.group = *group;
  } else if (const auto mtime = value_of(word, "mtime")) {
    OCITIDY_TRY(const auto time, parse_time(*mtime));
    member.mtime_s = time.first;
    member.mtime_ns = time.second;
  } else if (const auto xattr = value_of(word, "xattr")) {
    const std::size_t colon = xattr->find(':');
    if (colon == std::string_view::npos) return bad("xattr= wants NAME:VALUE");
    member.xattrs.push_back(
        {.name = std::string(xattr->substr(0, colon)), .value = std::string(xattr->substr(colon + 1))});
  } else if (!word.quoted && !word.text.empty() && word.text.find_first_not_of("01234567") == std::string::npos) {
    OCITIDY_TRY(const std::uint64_t mode, parse_number(word.text, 8, 07777));
    member.mode = std::uint32_t(mode);
  } else if (member.type == EntryType::file) {
    return file_word(word, member);
  } else {
    return unknown_word(word);
  }
  return {};
}

Result<void> Parser::file_word(const Word& word, Member& member) {
  if (word.quoted) {
    member.content.head = word.text;
  } else if (word.text == "elf64" || word.text == "elf64-x86_64" || word.text == "elf64-aarch64") {
    native_elf_ = word.text == "elf64";
    elf_.emplace().parts.machine = elf_machine_for(word.text.ends_with("aarch64") ? "arm64" : "amd64");
  } else if (elf_ && is_elf_word(word)) {
    return read_elf_word(word, *elf_);
  } else if (word.text == "sparse") {
    member.content.storage = Content::Storage::sparse;
  } else if (const auto size = value_of(word, "size")) {
    OCITIDY_TRY(member.content.size_bytes, parse_size(*size));
  } else if (word.text != "zeros") {
    return unknown_word(word);
  }
  return {};
}

Result<void> Parser::read_other_image(Words words) {
  if (words.size() != 1) return unknown_word(words[1]);
  finish();
  LintOptions options = std::move(recipe_.options);
  OCITIDY_CHECK(set_aside(words[0].text, recipe_.image, options));
  const unsigned line = line_;
  *this = Parser();
  set_defaults();
  line_ = line;
  recipe_.options = std::move(options);
  return {};
}

Result<void> Parser::read_option(Words words) {
  OCITIDY_CHECK(only_argument(words));
  return option_word(words[1], recipe_.options);
}

Result<void> Parser::read_expect(Words words) {
  if (words.size() < 2) return bad("expect wants a rule id");
  Expectation expectation;
  expectation.rule = words[1].text;
  expectation.line = line_;
  for (const Word& word : words.subspan(2)) {
    if (const auto layer = value_of(word, "layer")) {
      OCITIDY_TRY(const std::uint64_t value, parse_number(*layer, 10, kMax32));
      expectation.layer = std::uint32_t(value);
    } else if (const auto path = value_of(word, "path")) {
      expectation.path = *path;
    } else if (const auto pointer = value_of(word, "pointer")) {
      expectation.pointer = *pointer;
    } else if (const auto message = value_of(word, "message")) {
      expectation.message = *message;
    } else if (const auto severity = value_of(word, "severity")) {
      OCITIDY_TRY(expectation.severity, parse_severity(*severity));
    } else if (const auto wasted = value_of(word, "wasted")) {
      OCITIDY_TRY(expectation.wasted_bytes, parse_size(*wasted));
    } else if (const auto times = value_of(word, "times")) {
      OCITIDY_TRY(const std::uint64_t value, parse_number(*times, 10, 1000));
      expectation.times = unsigned(value);
    } else {
      return unknown_word(word);
    }
  }
  recipe_.expectations.push_back(std::move(expectation));
  return {};
}

Result<void> Parser::read_not_applicable(Words words) {
  OCITIDY_TRY(const std::string rule, only_argument(words));
  recipe_.not_applicable.push_back(rule);
  return {};
}

}  // namespace

LayerSpec healthy_layer(std::string_view architecture) {
  LayerSpec layer;
  layer.created_by = "COPY function /";
  const auto add = [&](EntryType type, std::string name, std::uint32_t mode, std::string content) {
    Member member;
    member.type = type;
    member.name = std::move(name);
    member.mode = mode;
    member.content.head = std::move(content);
    layer.members.push_back(std::move(member));
  };
  for (const char* directory : {"var", "var/runtime", "var/task"}) add(EntryType::directory, directory, 0755, "");
  add(EntryType::file, "var/runtime/bootstrap", 0755, elf64(elf_machine_for(architecture)));
  add(EntryType::file, "var/task/app.py", 0644, "def handler(event, context):\n    return event\n");
  return layer;
}

Result<Recipe> parse_recipe(std::string_view text) { return Parser().parse(text); }

}  // namespace ocitidy::test

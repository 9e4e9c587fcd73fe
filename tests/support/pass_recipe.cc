// pass_recipe.cc - see pass_recipe.h. The lines that are about optimizing are taken out; the rest is a recipe.
#include "support/pass_recipe.h"

#include <limits>
#include <span>

#include "base/text.h"
#include "support/recipe.h"
#include "support/recipe_words.h"

namespace ocitidy::test {
namespace {

using Words = std::span<const Word>;

constexpr std::uint64_t kMax32 = std::numeric_limits<std::uint32_t>::max();

std::unexpected<Error> bad(std::string message) { return fail(Code::invalid_argument, std::move(message)); }
std::unexpected<Error> unknown_word(const Word& word) { return bad(cat("unknown word ", quote(word.text))); }

Result<std::uint32_t> number32(std::string_view text) {
  OCITIDY_TRY(const std::uint64_t value, parse_number(text, 10, kMax32));
  return static_cast<std::uint32_t>(value);
}

class Parser {
 public:
  Result<PassRecipe> parse(std::string_view text) {
    recipe_.options.base_layers = 0;
    for (unsigned line = 1; !text.empty(); ++line) {
      const std::size_t end = text.find('\n');
      const std::string_view one = text.substr(0, end);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      line_ = line;
      if (auto done = parse_line(one); !done) return bad(cat("line ", line, ": ", done.error().message));
    }
    if (!optimized_) return bad("no optimize line");
    OCITIDY_TRY(Recipe image, parse_recipe(rest_));
    recipe_.image = std::move(image.image);
    recipe_.options.platform = image.options.platform;
    return std::move(recipe_);
  }

 private:
  Result<void> parse_line(std::string_view line) {
    const auto words = split_words(line);
    if (!words || words->empty() || words->front().quoted) return keep_for_image(line);
    const std::string& key = words->front().text;
    const Words values = Words(*words).subspan(1);
    const bool own_note = key == "note" && values.size() == 1 && values[0].quoted;
    if (key == "optimize") return read_optimize(values);
    if (key == "edit") return read_edit(values);
    if (key != "nothing-changes" && key != "not-applicable" && !own_note) return keep_for_image(line);
    rest_ += '\n';
    if (key == "nothing-changes") {
      recipe_.outcome = PassRecipe::Outcome::nothing_changes;
      return values.empty() ? Result<void>() : unknown_word(values[0]);
    }
    if (values.size() != 1) return bad(cat(key, " takes one word"));
    (own_note ? recipe_.notes : recipe_.not_applicable).push_back(values[0].text);
    return {};
  }

  Result<void> keep_for_image(std::string_view line) {
    rest_ += cat(line, "\n");
    return {};
  }

  Result<void> read_optimize(Words words);
  Result<void> optimize_word(const Word& word);
  Result<bool> plain_word(std::string_view text);
  Result<bool> list_word(const Word& word);
  Result<bool> layer_word(const Word& word);
  Result<bool> bytes_word(const Word& word);
  Result<void> read_edit(Words words);

  PassRecipe recipe_;
  std::string rest_;  // the lines that describe the image; the others are empty there
  unsigned line_ = 0;
  bool optimized_ = false;
};

Result<void> Parser::read_optimize(Words words) {
  rest_ += '\n';
  optimized_ = true;
  for (const Word& word : words) OCITIDY_CHECK(optimize_word(word));
  return {};
}

Result<void> Parser::optimize_word(const Word& word) {
  if (word.quoted) return unknown_word(word);
  OCITIDY_TRY(bool known, plain_word(word.text));
  if (!known) {
    OCITIDY_TRY(known, list_word(word));
  }
  if (!known) {
    OCITIDY_TRY(known, layer_word(word));
  }
  if (!known) {
    OCITIDY_TRY(known, bytes_word(word));
  }
  return known ? Result<void>() : unknown_word(word);
}

Result<bool> Parser::plain_word(std::string_view text) {
  if (text == "touch-base") {
    recipe_.options.base = OptimizeOptions::Base::touchable;
    recipe_.options.base_layers.reset();
  } else if (text == "squash") {
    recipe_.options.squash = OptimizeOptions::Squash::own_layers;
  } else if (text == "to=docker-archive") {
    recipe_.to = Transport::docker_archive;
  } else {
    return false;
  }
  return true;
}

/// What may be said several times.
Result<bool> Parser::list_word(const Word& word) {
  OptimizeOptions& options = recipe_.options;
  if (const auto pass = value_of(word, "pass")) {
    options.passes.emplace_back(*pass);
  } else if (const auto no_pass = value_of(word, "no-pass")) {
    options.no_passes.emplace_back(*no_pass);
  } else if (const auto keep = value_of(word, "keep")) {
    options.keep.emplace_back(*keep);
  } else if (const auto used = value_of(word, "used")) {
    options.used_paths.emplace_back(*used);
  } else if (const auto env = value_of(word, "env")) {
    const std::size_t equals = env->find('=');
    if (equals == std::string_view::npos) return bad("env= wants NAME=VALUE");
    options.env.emplace_back(env->substr(0, equals), env->substr(equals + 1));
  } else {
    return false;
  }
  return true;
}

/// Which layers there are to be.
Result<bool> Parser::layer_word(const Word& word) {
  OptimizeOptions& options = recipe_.options;
  if (const auto base = value_of(word, "base")) {
    OCITIDY_TRY(options.base_layers, number32(*base));
  } else if (const auto most = value_of(word, "max-layers")) {
    OCITIDY_TRY(options.max_layers, number32(*most));
  } else if (const auto merge = value_of(word, "merge")) {
    const std::size_t dash = merge->find('-');
    if (dash == std::string_view::npos) return bad("merge= wants FIRST-LAST");
    OCITIDY_TRY(const std::uint32_t first, number32(merge->substr(0, dash)));
    OCITIDY_TRY(const std::uint32_t last, number32(merge->substr(dash + 1)));
    options.merge_range = {first, last};
  } else if (const auto below = value_of(word, "merge-below")) {
    OCITIDY_TRY(options.merge_below_bytes, parse_size(*below));
  } else {
    return false;
  }
  return true;
}

/// How things are written.
Result<bool> Parser::bytes_word(const Word& word) {
  OptimizeOptions& options = recipe_.options;
  if (const auto preset = value_of(word, "preset")) {
    OCITIDY_TRY(options.preset, parse_preset(*preset));
  } else if (const auto compression = value_of(word, "compression")) {
    for (const Codec codec : {Codec::none, Codec::gzip, Codec::zstd}) {
      if (codec_name(codec) == *compression) options.codec = codec;
    }
    return options.codec.has_value();
  } else if (const auto level = value_of(word, "level")) {
    OCITIDY_TRY(const std::uint32_t value, number32(*level));
    options.level = static_cast<int>(value);
  } else if (const auto effort = value_of(word, "effort")) {
    if (*effort != "fast" && *effort != "best") return false;
    options.effort = *effort == "fast" ? Effort::fast : Effort::best;
  } else if (const auto family = value_of(word, "media-types")) {
    if (*family != "oci" && *family != "docker") return false;
    options.family = *family == "oci" ? MediaFamily::oci : MediaFamily::docker;
  } else if (const auto epoch = value_of(word, "epoch")) {
    OCITIDY_TRY(const auto time, parse_time(*epoch));
    options.source_date_epoch = time.first;
  } else if (const auto pyc = value_of(word, "pyc")) {
    if (*pyc != "move-time" && *pyc != "unchecked-hash") return false;
    options.pyc = *pyc == "move-time" ? OptimizeOptions::Pyc::move_time : OptimizeOptions::Pyc::unchecked_hash;
  } else {
    return false;
  }
  return true;
}

Result<void> Parser::read_edit(Words words) {
  rest_ += '\n';
  if (words.empty()) return bad("edit wants a pass id");
  ExpectedEdit edit;
  edit.pass = words[0].text;
  edit.line = line_;
  for (const Word& word : words.subspan(1)) {
    if (const auto layer = value_of(word, "layer")) {
      OCITIDY_TRY(edit.layer, number32(*layer));
    } else if (const auto path = value_of(word, "path")) {
      edit.path = *path;
    } else if (const auto message = value_of(word, "message")) {
      edit.message = *message;
    } else if (const auto bytes = value_of(word, "bytes")) {
      OCITIDY_TRY(edit.bytes, parse_size(*bytes));
    } else {
      return unknown_word(word);
    }
  }
  recipe_.edits.push_back(std::move(edit));
  return {};
}

}  // namespace

Result<PassRecipe> parse_pass_recipe(std::string_view text) { return Parser().parse(text); }

}  // namespace ocitidy::test

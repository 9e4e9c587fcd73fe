// image_name.h - the names that a written image may carry, by the grammars of those who will read them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ocitidy {

/// May `name` stand in org.opencontainers.image.ref.name? Source: image-spec annotations.md.
bool is_ref_name(std::string_view name);

/// `name` as one "NAME:TAG" for RepoTags, with ":latest" when it has no tag. None when docker load would refuse it.
/// Source: distribution reference grammar.
std::optional<std::string> repo_tag(std::string_view name);

/// Is `tag` one that can stand behind NAME:?
bool is_tag(std::string_view tag);

/// A repository name made from a file's: lower case, separators where there were other characters; "image" when
/// nothing is left of "My File (1).tar" and its kin.
std::string repository_from_file(std::string_view path);

}  // namespace ocitidy

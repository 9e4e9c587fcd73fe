// wording.h - places, lists and reasons, said the same way by every rule.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "ocitidy/finding.h"

namespace ocitidy::rules {

/// A path of the merged tree; a leading slash is dropped, as in Entry::path.
Location in_tree(std::string_view path);
/// A member of one layer, or the layer as a whole.
Location in_layer(std::uint32_t layer, std::string_view path = {});
/// A path that the process sees, and the layer that put it there.
Location at_node(const ImageModel& image, NodeId node);
/// A place in a JSON document: "/config/Cmd", "manifest#/config".
Location in_document(std::string_view json_pointer);
/// The member `name` of the object at `json_pointer`; the name may hold any byte.
Location in_member(std::string_view json_pointer, std::string_view name);

/// The path as a process sees it, quoted: '/usr/bin/x'. For messages.
std::string seen_path(std::string_view path);

/// "a", "a and b", "a, b and 7 more": the first `shown` items, then how many are left.
std::string listed(std::span<const std::string> items, std::size_t shown);
/// "layer 3", "layers 1, 2 and 5".
std::string listed_layers(std::span<const std::uint32_t> layers);

/// A finding about the media types of `layers`: a place for each, by layer and by pointer into the manifest.
Finding about_layer_types(std::span<const std::uint32_t> layers, std::string message, std::string_view fix);

/// Why a rule about files cannot judge `image`; none when it can.
std::optional<Outcome> without_files(const ImageModel& image);
/// Is there a layer whose members could not be read? Then "not there" cannot be said of a path.
bool has_unread_layer(const ImageModel& image);

}  // namespace ocitidy::rules

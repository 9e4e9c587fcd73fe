// select.h - one image out of several, by tag, position, digest or platform; or an error that lists them.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "oci/reference.h"
#include "ocitidy/oci.h"

namespace ocitidy {

/// One image (or index, or artifact) of a store, as far as choosing needs it.
struct Candidate {
  std::vector<std::string> names;  ///< tags and full names
  Digest digest;                   ///< equal digests are one image under several names
};

/// The platforms of the candidate at that position: none when it does not say, several for an index. Called only while
/// more than one candidate fits, since it may have to read documents.
using PlatformsOf = std::function<std::vector<Platform>(std::size_t)>;

/// The position of the one candidate that fits `selector` and, if several do, `platform`.
/// A name fits when it is equal, else when Docker's grammar makes it equal, else by the tag behind its last ':'.
/// Errors: invalid_argument when none or several fit. The message, one line, lists what is there, the first 20 of it.
Result<std::size_t> select_one(std::span<const Candidate> candidates, const Selector& selector,
                               const std::optional<Platform>& platform, const PlatformsOf& platforms_of);

}  // namespace ocitidy

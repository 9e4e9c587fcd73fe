// tree_lines.h - a tree of files as text, one line a path: what the library, the reference model and a disk are
// compared in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "ocitidy/image_model.h"
#include "ocitidy/inspect.h"
#include "support/image_builder.h"
#include "support/reference_model.h"

namespace ocitidy::test {

/// Path -> all there is to say about it: two trees are equal when their lines are.
using Lines = std::map<std::string, std::string>;

/// All trees are told in these words.
struct Facts {
  EntryType type;
  std::uint32_t mode, uid, gid;
  std::int64_t mtime_s;
  std::uint32_t mtime_ns;
  std::string content_sha256;  ///< hexadecimal; files
  std::uint64_t size_bytes;
  std::string link_target;
  std::uint32_t device_major, device_minor;
  std::vector<Xattr> xattrs;
  std::string first_name;  ///< of the hard-link group, in byte order
  std::size_t names;       ///< in the group
};
std::string line_of(const Facts& facts);

/// Does a line name the layer that put the path there?
enum class WithLayers : std::uint8_t { no, yes };

/// `model` must hold content hashes.
Lines lines_of(const ImageModel& model, WithLayers with_layers);
Lines lines_of(const ReferenceModel& model, WithLayers with_layers);

/// The first few paths on which the two disagree; empty when they agree.
std::string difference(const Lines& got, const Lines& want);

/// The members that made the image, for whoever has to find out why.
std::string members_of(const ImageSpec& spec);

/// What the layers of `spec` add up to, as the reference model sees it.
ReferenceModel reference_of(const ImageSpec& spec);

/// Takes members away from `spec` as long as `is_wrong` still holds for it.
void shrink(ImageSpec& spec, const std::function<bool(const ImageSpec&)>& is_wrong);

InspectOptions hashing(unsigned threads);

/// How many random images to try: OCITIDY_RANDOM_IMAGES=100000 runs more than the suite does.
std::uint64_t image_count(std::uint64_t usual);

}  // namespace ocitidy::test

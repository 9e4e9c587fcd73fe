// random_image.h - images that nobody would build, and everybody must read alike. A seed gives the same image for ever,
// with every standard library.
#pragma once

#include <cstdint>

#include "support/image_builder.h"
#include "support/reference_model.h"

namespace ocitidy::test {

enum class Wildness : std::uint8_t {
  anything,    ///< also what makes an unpacker stop: dangling links, links to directories, files where directories must
               ///< be
  unpackable,  ///< only what an unpacker can write to a file system without privileges beyond root's
};

struct RandomImage {
  ImageSpec spec;
  ReferenceModel model;  ///< what the layers add up to
};

/// 1 to 5 layers of 1 to 40 members over a few names, so that members meet: nested directories, overwritten and changed
/// types, whiteouts and opaque marks before and after their siblings, symlinks to directories with members below them,
/// hard links (chains, into lower layers, to what is later overwritten or whited out), duplicates, odd spellings,
/// missing parents, times before 1970 and with nanoseconds, large ids, extended attributes, devices, names that are no
/// UTF-8.
RandomImage random_image(std::uint64_t seed, Wildness wildness);

}  // namespace ocitidy::test

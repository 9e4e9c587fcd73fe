// certificate.h - what two images are and how they differ, found anew from both.
#pragma once

#include <string>
#include <vector>

#include "ocitidy/optimize.h"

namespace ocitidy {

/// Hashes both trees and lists what differs, explained by `claimed` where that has the same change. Problems: what
/// differs and is not claimed, and what is claimed and is not so. Both models must hold content hashes.
/// Errors: limit_exceeded for a config that cannot be patched.
Result<Verification> compare_images(const ImageModel& before, const ImageModel& after, const Certificate* claimed,
                                    const Limits& limits);

}  // namespace ocitidy

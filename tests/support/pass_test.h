// pass_test.h - sentences for tests of optimize(): optimized(image, options) runs everything that must hold for every
// image; pass_disagreements() runs a page's pair of recipes.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/optimize.h"
#include "support/image_builder.h"
#include "support/pass_recipe.h"
#include "support/tree_lines.h"

namespace ocitidy::test {

struct Optimized {
  Image image;
  OptimizeReport report;
};

/// Optimizes at 1, 4 and 8 threads, which must give the same manifest; checks the certificate from scratch; optimizes
/// what came out, which must change no byte. Appends what is wrong to `problems`; none when optimize() fails.
std::optional<Optimized> optimize_thoroughly(const Image& image, const OptimizeOptions& options, Transport to,
                                             std::vector<std::string>& problems);

/// The same, where every problem fails the test. An image that cannot be optimized throws.
Optimized optimized(const ImageSpec& spec, const OptimizeOptions& options);
/// Of the `image` and `optimize` lines of a recipe.
Optimized optimized(std::string_view recipe);

/// All there is to say about documents, layers and members, one line each, in their order; not the digests.
std::vector<std::string> lines_of_image(const ImageModel& model);

/// A scan with content hashes. What cannot be read throws.
ImageModel model_of(const Image& image);

/// Optimizes Before and compares with After, or with Before itself where nothing changes. One line per disagreement.
std::vector<std::string> pass_disagreements(std::string_view pass, std::string_view before,
                                            std::optional<std::string_view> after);

}  // namespace ocitidy::test

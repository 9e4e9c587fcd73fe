// base_images.h - AWS's base images for Lambda: which one an image is built on, and until when AWS repairs it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/day.h"
#include "ocitidy/image_model.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

/// The day of the table below. AWS moves its dates: many runtimes that are long dead now show 2027-03-03 as blocked.
/// Source: endoflife-date/endoflife.date, products/aws-lambda.md, taken from Lambda's "Runtimes" page.
inline constexpr std::int64_t kBaseImagesReadOn = day_s(2026, 8, 22);

struct BaseImage {
  std::string_view runtime;   ///< "python3.11", "java17.al2023", as Lambda names it
  std::int64_t deprecated_s;  ///< from this day on the image gets no updates
  std::string_view move_to;   ///< a runtime of the same language that lasts
};

/// Every runtime that has, or had, a base image.
std::span<const BaseImage> base_images();
/// nullptr when the table does not have it.
const BaseImage* find_base_image(std::string_view runtime);

/// The base image that an image is built on, as far as its files tell.
struct FoundBase {
  std::string runtime;       ///< "" when it is one of AWS's, but which of them is not known
  std::string told_by;       ///< path of the file, or the name of the variable, that tells the runtime
  bool is_variable = false;  ///< told_by is the name of a variable of ENV
};

/// Rules that call find_base() declare this in RuleInfo::reads.
inline constexpr std::array<ContentQuery, 5> kBaseImageHeads{
    ContentQuery{.glob = "etc/os-release", .first_bytes = 1024},
    ContentQuery{.glob = "usr/lib/os-release", .first_bytes = 1024},
    ContentQuery{.glob = "var/lang/release", .first_bytes = 2048},
    ContentQuery{.glob = "var/lang/include/node/node_version.h", .first_bytes = 4096},
    ContentQuery{.glob = "var/runtime/runtime-release", .first_bytes = 1024}};

/// None when the image is not built on one: all of them have the entrypoint script.
/// Source: aws/aws-lambda-base-images, read 2026-09-01. Where Node and Java keep their version is inferred.
std::optional<FoundBase> find_base(const ImageModel& image);

}  // namespace ocitidy::lambda

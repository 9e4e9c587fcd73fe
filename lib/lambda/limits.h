// limits.h - Lambda's numbers. They age: each carries its source and the day it was read.
#pragma once

#include <cstdint>

namespace ocitidy::lambda {

/// Largest uncompressed image, all layers together: 10 GiB = 10 * 2^30.
/// Source: Lambda quotas page ("10 GB uncompressed image size, including all layers"); the service itself says GiB:
/// "Uncompressed container image size exceeds 10 GiB limit", aws-samples/aws-genai-llm-chatbot#59. Read 2026-09-01.
inline constexpr std::uint64_t kMaxImageBytes = std::uint64_t{10} << 30;

/// The same limit read as the decimal unit that the documentation writes: 10 GB = 10 * 10^9.
inline constexpr std::uint64_t kMaxImageBytesDecimal = 10'000'000'000;

/// From here on the limit is near: 90 % of it, exactly.
inline constexpr std::uint64_t kNearMaxImageBytes = kMaxImageBytes / 10 * 9;
static_assert(kNearMaxImageBytes == 9'663'676'416);

/// "For optimal performance, keep your image manifest size under 25,400 bytes."
/// Source: Lambda developer guide, "Create a Lambda function using a container image", read 2026-09-01.
inline constexpr std::uint64_t kAdvisedManifestBytes = 25'400;

/// What the settings of a container image may be: words of ENTRYPOINT and of CMD each, bytes of WORKDIR, bytes of all.
/// Sources: API reference, ImageConfig; Lambda quotas page, "16 KB". Read 2026-09-01. Both are about the settings of a
/// function; that those of an image are held to them is likely, but not stated.
inline constexpr std::uint64_t kMaxCommandWords = 1'500, kMaxWorkingDirBytes = 1'000, kMaxSettingsBytes = 16'384;

/// A function's own environment variables, together: 4 KB. Source: Lambda quotas page, read 2026-09-01.
inline constexpr std::uint64_t kMaxFunctionEnvBytes = 4'096;

/// The newest kernel that functions have been seen on: Linux 5.10. AWS documents none.
/// Source: log in huggingface/datasets#7029 ("Linux-5.10.216-...amzn2"). Read 2026-09-01.
inline constexpr std::uint32_t kKernelMajor = 5, kKernelMinor = 10;

}  // namespace ocitidy::lambda

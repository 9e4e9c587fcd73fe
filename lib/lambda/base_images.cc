// base_images.cc - see base_images.h.
#include "lambda/base_images.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "formats/os_release.h"
#include "image/captured_text.h"
#include "lambda/entrypoint.h"

namespace ocitidy::lambda {
namespace {

constexpr std::array kBaseImages = {
    BaseImage{"dotnet10", day_s(2028, 11, 14), "dotnet10"},
    BaseImage{"dotnet5.0", day_s(2022, 5, 10), "dotnet10"},
    BaseImage{"dotnet6", day_s(2024, 12, 20), "dotnet10"},
    BaseImage{"dotnet7", day_s(2024, 5, 14), "dotnet10"},
    BaseImage{"dotnet8", day_s(2026, 11, 10), "dotnet10"},
    BaseImage{"dotnet9", day_s(2026, 11, 10), "dotnet10"},
    BaseImage{"dotnetcore3.1", day_s(2023, 4, 3), "dotnet10"},
    BaseImage{"go1.x", day_s(2024, 1, 8), "provided.al2023"},
    BaseImage{"java11", day_s(2027, 6, 30), "java11.al2023"},
    BaseImage{"java11.al2023", day_s(2029, 6, 30), "java25"},
    BaseImage{"java17", day_s(2027, 6, 30), "java17.al2023"},
    BaseImage{"java17.al2023", day_s(2029, 6, 30), "java25"},
    BaseImage{"java21", day_s(2029, 6, 30), "java25"},
    BaseImage{"java25", day_s(2029, 6, 30), "java25"},
    BaseImage{"java8", day_s(2024, 1, 8), "java8.al2023"},
    BaseImage{"java8.al2", day_s(2027, 6, 30), "java8.al2023"},
    BaseImage{"java8.al2023", day_s(2029, 6, 30), "java25"},
    BaseImage{"nodejs12.x", day_s(2023, 3, 31), "nodejs24.x"},
    BaseImage{"nodejs14.x", day_s(2023, 12, 4), "nodejs24.x"},
    BaseImage{"nodejs16.x", day_s(2024, 6, 12), "nodejs24.x"},
    BaseImage{"nodejs18.x", day_s(2025, 9, 1), "nodejs24.x"},
    BaseImage{"nodejs20.x", day_s(2026, 4, 30), "nodejs24.x"},
    BaseImage{"nodejs22.x", day_s(2027, 4, 30), "nodejs24.x"},
    BaseImage{"nodejs24.x", day_s(2028, 4, 30), "nodejs24.x"},
    BaseImage{"provided", day_s(2024, 1, 8), "provided.al2023"},
    BaseImage{"provided.al2", day_s(2026, 7, 31), "provided.al2023"},
    BaseImage{"provided.al2023", day_s(2029, 6, 30), "provided.al2023"},
    BaseImage{"python3.10", day_s(2026, 10, 31), "python3.13"},
    BaseImage{"python3.11", day_s(2027, 6, 30), "python3.13"},
    BaseImage{"python3.12", day_s(2028, 10, 31), "python3.14"},
    BaseImage{"python3.13", day_s(2029, 6, 30), "python3.14"},
    BaseImage{"python3.14", day_s(2029, 6, 30), "python3.14"},
    BaseImage{"python3.6", day_s(2022, 7, 18), "python3.13"},
    BaseImage{"python3.7", day_s(2023, 12, 4), "python3.13"},
    BaseImage{"python3.8", day_s(2024, 10, 14), "python3.13"},
    BaseImage{"python3.9", day_s(2025, 12, 15), "python3.13"},
    BaseImage{"ruby2.7", day_s(2023, 12, 7), "ruby3.4"},
    BaseImage{"ruby3.2", day_s(2026, 3, 31), "ruby3.4"},
    BaseImage{"ruby3.3", day_s(2027, 3, 31), "ruby4.0"},
    BaseImage{"ruby3.4", day_s(2028, 3, 31), "ruby4.0"},
    BaseImage{"ruby4.0", day_s(2029, 3, 31), "ruby4.0"},
};
static_assert(std::ranges::is_sorted(kBaseImages, {}, &BaseImage::runtime));

/// What the scan kept of the file at `path`, links followed; "" when there is none.
std::string_view text_of(const ImageModel& image, std::string_view path) {
  const auto node = image.resolve(path);
  return node ? ocitidy::text_of(captured_at(image, *node)) : "";
}

bool is_there(const ImageModel& image, std::string_view path) { return image.resolve(path).has_value(); }

/// The number that begins `text`; none when no digit does.
std::optional<unsigned> leading_number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() ? std::optional(value) : std::nullopt;
}

std::string_view after(std::string_view text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  return at == std::string_view::npos ? "" : text.substr(at + mark.size());
}

/// "al2023", "al2", "al1"; "" for what is no Amazon Linux.
std::string_view amazon_linux(const ImageModel& image) {
  std::string_view text = text_of(image, "etc/os-release");
  if (text.empty()) text = text_of(image, "usr/lib/os-release");
  const OsRelease release = parse_os_release(text);
  if (release.id != "amzn") return "";
  if (release.version_id == "2023") return "al2023";
  if (release.version_id == "2") return "al2";
  return release.version_id.starts_with("201") ? "al1" : "";
}

FoundBase python(const ImageModel& image) {
  for (unsigned minor = 6; minor < 32; ++minor) {
    std::string path = cat("var/lang/bin/python3.", minor);
    if (is_there(image, path)) return {.runtime = cat("python3.", minor), .told_by = std::move(path)};
  }
  return {};
}

FoundBase node(const ImageModel& image) {
  constexpr std::string_view kVersion = "var/lang/include/node/node_version.h";
  if (!is_there(image, "var/lang/bin/node")) return {};
  const auto major = leading_number(after(text_of(image, kVersion), "#define NODE_MAJOR_VERSION "));
  if (!major) return {};
  return {.runtime = cat("nodejs", *major, ".x"), .told_by = std::string(kVersion)};
}

FoundBase java(const ImageModel& image) {
  constexpr std::string_view kRelease = "var/lang/release";
  if (!is_there(image, "var/lang/bin/java")) return {};
  std::string_view version = after(text_of(image, kRelease), "JAVA_VERSION=\"");
  if (version.starts_with("1.")) version.remove_prefix(2);  // Java 8 calls itself 1.8
  const auto major = leading_number(version);
  const std::string_view linux = amazon_linux(image);
  if (!major || linux.empty()) return {};
  std::string runtime = cat("java", *major);
  // The bare name belongs to the Linux on which the language came out.
  const bool came_on_al2023 = *major >= 21;
  if (linux == "al2023" && !came_on_al2023) runtime += ".al2023";
  if (linux == "al2" && *major == 8) runtime += ".al2";
  return {.runtime = std::move(runtime), .told_by = std::string(kRelease)};
}

FoundBase ruby(const ImageModel& image) {
  for (const BaseImage& known : kBaseImages) {
    if (!known.runtime.starts_with("ruby")) continue;
    std::string path = cat("var/lang/lib/ruby/", known.runtime.substr(4), ".0");
    if (is_there(image, path)) return {.runtime = std::string(known.runtime), .told_by = std::move(path)};
  }
  return {};
}

FoundBase dotnet(const ImageModel& image) {
  constexpr std::string_view kRelease = "var/runtime/runtime-release";
  std::string_view name = after(text_of(image, kRelease), "LAMBDA_RUNTIME_NAME=");
  name = name.substr(0, name.find_first_of(" \t\r\n"));
  if (name.starts_with("dotnet")) return {.runtime = std::string(name), .told_by = std::string(kRelease)};
  const auto version = env_value(image.config(), "DOTNET_VERSION");
  const auto major = version ? leading_number(*version) : std::nullopt;
  if (!major || !is_there(image, "var/runtime/Amazon.Lambda.RuntimeSupport.dll")) return {};
  std::string runtime = *major == 3 ? "dotnetcore3.1" : *major == 5 ? "dotnet5.0" : cat("dotnet", *major);
  return {.runtime = std::move(runtime), .told_by = "DOTNET_VERSION", .is_variable = true};
}

/// The base for programs that bring their own runtime has no language, and is named after its Linux.
FoundBase provided(const ImageModel& image) {
  const std::string_view linux = amazon_linux(image);
  if (linux.empty() || is_there(image, "var/lang") || is_there(image, "var/runtime/runtime-release")) return {};
  return {.runtime = linux == "al1" ? "provided" : cat("provided.", linux), .told_by = "etc/os-release"};
}

}  // namespace

std::span<const BaseImage> base_images() { return kBaseImages; }

const BaseImage* find_base_image(std::string_view runtime) {
  const auto* found = std::ranges::lower_bound(kBaseImages, runtime, {}, &BaseImage::runtime);
  return found != kBaseImages.end() && found->runtime == runtime ? found : nullptr;
}

std::optional<FoundBase> find_base(const ImageModel& image) {
  if (!is_there(image, kBaseImageEntrypoint)) return std::nullopt;
  for (const auto detect : {python, node, java, ruby, dotnet, provided}) {
    if (FoundBase found = detect(image); !found.runtime.empty()) return found;
  }
  return FoundBase{};
}

}  // namespace ocitidy::lambda

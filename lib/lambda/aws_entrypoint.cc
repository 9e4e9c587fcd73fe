// aws_entrypoint.cc - see aws_entrypoint.h.
#include "lambda/aws_entrypoint.h"

#include "image/captured_text.h"

#include <optional>
#include <string_view>

namespace ocitidy::lambda {

bool has_traces_of_aws_base(const ImageModel& image) {
  const bool variables =
      env_value(image.config(), "LAMBDA_TASK_ROOT") && env_value(image.config(), "LAMBDA_RUNTIME_DIR");
  const auto runtime = image.resolve("var/runtime");
  const bool folder = runtime && image.node(*runtime).type == EntryType::directory;
  return folder && (variables || image.find(kBaseImageEntrypoint).has_value());
}

bool starts_as_aws_base(const ImageModel& image) {
  const auto& entrypoint = image.config().entrypoint;
  if (entrypoint.empty() || entrypoint.front() != kBaseImageEntrypoint) return false;
  const auto file = image.resolve(kBaseImageEntrypoint);
  const auto capture = file ? captured_at(image, *file) : std::nullopt;
  if (!capture || !capture->whole_file) return has_traces_of_aws_base(image);
  return text_of(capture).find("$# -ne 1") != std::string_view::npos;
}

}  // namespace ocitidy::lambda

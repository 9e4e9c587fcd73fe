// missing-runtime-interface: nothing in the image asks the Runtime API for events.
// Why and examples: docs/rules/missing-runtime-interface.md
#include "base/file_name.h"
#include "base/text.h"
#include "lambda/runtime.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

std::string fix(const lambda::StartChain& start) {
  const std::string_view program = file_name(start.last().name);
  if (program.starts_with("python")) {
    return "RUN pip install awslambdaric, and ENTRYPOINT [\"python\", \"-m\", \"awslambdaric\"]; for a web server COPY "
           "the "
           "web adapter to /opt/extensions/lambda-adapter";
  }
  if (program == "node") {
    return "RUN npm install aws-lambda-ric, and ENTRYPOINT [\"npx\", \"aws-lambda-ric\"]; for a web server COPY the "
           "web "
           "adapter to /opt/extensions/lambda-adapter";
  }
  return "for a web server COPY the web adapter to /opt/extensions/lambda-adapter; else build on an AWS base image, or "
         "add the runtime interface client of the language";
}

Location where(const ImageModel& image, const lambda::StartChain& start) {
  const auto& first = start.programs.front();
  Location place = first.file ? at_node(image, *first.file) : Location{};
  place.json_pointer = image.config().entrypoint.empty() ? "/config/Cmd" : "/config/Entrypoint";
  return place;
}

Outcome check(const LintInput& in, FindingSink& out) {
  const ImageModel& image = in.image;
  if (const auto outcome = without_files(image)) return *outcome;
  if (has_unread_layer(image))
    return Outcome::not_applicable("a layer cannot be read, and may hold the runtime interface");
  const lambda::StartChain start = lambda::follow_start(image);
  if (start.last().problem != lambda::Program::Problem::none) {
    return Outcome::not_applicable("the start command leads to no program");
  }
  const lambda::RuntimeSurvey survey = lambda::survey_runtime(image, start);
  if (!survey.named_in_vain.empty()) {
    out.add({.message = cat("the start command names ", survey.named_in_vain, ", which is not installed in the image"),
             .fix = cat("install ", survey.named_in_vain, " in the final stage, for the interpreter that starts it"),
             .where = {where(image, start)},
             .severity = survey.doubts.empty() ? std::nullopt : std::optional(Severity::warning)});
    return Outcome::checked();
  }
  if (!survey.clients.empty()) return Outcome::checked();
  std::string message =
      "nothing was found that talks to the Runtime API: no awslambdaric, aws-lambda-ric, Java client, aws_lambda_ric, "
      "Amazon.Lambda.RuntimeSupport, web adapter or AWS base image, and no program or script that mentions "
      "AWS_LAMBDA_RUNTIME_API";
  if (survey.has_emulator) message += "; aws-lambda-rie only plays the API";
  if (!survey.doubts.empty()) message += cat(". Not certain: ", listed(survey.doubts, 3));
  out.add({.message = std::move(message),
           .fix = fix(start),
           .where = {where(image, start)},
           .severity = survey.doubts.empty() ? std::nullopt : std::optional(Severity::warning)});
  return Outcome::checked();
}

}  // namespace

constinit const Rule missing_runtime_interface = {.info = {.id = "missing-runtime-interface",
                                                           .title = "Nothing that talks to the Runtime API",
                                                           .since = "0.1.0",
                                                           .category = Category::startup,
                                                           .severity = Severity::error,
                                                           .evidence = Evidence::inferred,
                                                           .profiles = kLambdaOnly,
                                                           .reads = lambda::kStartReads,
                                                           .texts = lambda::kRuntimeTexts,
                                                           .facts = Facts::zip_names},
                                                  .check = check};

}  // namespace ocitidy::rules

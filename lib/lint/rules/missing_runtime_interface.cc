// missing-runtime-interface: nothing in the image asks the Runtime API for events.
// Why and examples: docs/rules/missing-runtime-interface.md
#include <algorithm>
#include <array>

#include "base/file_name.h"
#include "base/text.h"
#include "lambda/client_path.h"
#include "lambda/runtime.h"
#include "lint/rules/rules.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

constexpr std::array kOwnReads = {lambda::kPathFiles, lambda::kNodeClientPackage, lambda::kPythonClientModule,
                                  lambda::kStartedSource};
constexpr auto kReads = [] {
  std::array<ContentQuery, lambda::kStartReads.size() + kOwnReads.size()> reads;
  std::ranges::copy(kOwnReads, std::ranges::copy(lambda::kStartReads, reads.begin()).out);
  return reads;
}();

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

/// A client may be there, and yet it is for certain not what runs.
bool report_client(const ImageModel& image, const lambda::StartChain& start, FindingSink& out) {
  if (const auto trouble = lambda::unusable_client(image, start)) {
    out.add({.message = cat("the start command does not reach its runtime interface client: ", *trouble),
             .fix = "install the client in the final stage, whole, and where the start command looks for it: mind "
                    "WORKDIR, PYTHONPATH and the class path",
             .where = {where(image, start)},
             .severity = {}});
    return true;
  }
  const auto server = lambda::plain_server(image, start);
  if (!server) return false;
  out.add({.message = cat("the start command starts a web server, ", *server,
                          ", which does not talk to the Runtime API, and no extension does it in its place"),
           .fix = fix(start),
           .where = {where(image, start)},
           .severity = {}});
  return true;
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
  if (report_client(image, start, out) || !survey.clients.empty()) return Outcome::checked();
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
                                                           .reads = kReads,
                                                           .texts = lambda::kRuntimeTexts,
                                                           .facts = Facts::zip_names},
                                                  .check = check};

}  // namespace ocitidy::rules

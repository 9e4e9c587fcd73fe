// runtime.h - is there anything in the image that talks to the Runtime API, and what may hide it?
//
// Every client must learn where the API is, so that the name of the variable stands in its program or source. What does
// not show it is compressed, or comes from elsewhere.
// Sources: Lambda developer guide, "Using the Lambda runtime API"; the clients' own repositories (read 2026-09-01).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "lambda/extensions.h"
#include "lambda/start_chain.h"
#include "lambda/start_queries.h"
#include "ocitidy/image_model.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

inline constexpr std::string_view kRuntimeApi = "AWS_LAMBDA_RUNTIME_API";
/// The same as .NET stores it: UTF-16, little endian.
inline constexpr std::string_view kRuntimeApiWide{"A\0W\0S\0_\0L\0A\0M\0B\0D\0A\0_\0R\0U\0N\0T\0I\0M\0E\0_\0A\0P\0I",
                                                  43};
inline constexpr std::string_view kElfMagic = "\177ELF";

/// In programs packed by UPX, PyInstaller and Nuitka, and at the end of zip archives, all of which hide their texts.
inline constexpr auto kPackers = std::to_array<std::string_view>({"UPX!", "PyInstaller", "NUITKA"});
inline constexpr std::string_view kZipEnd = "PK\005\006";
/// In .NET programs of one file.
inline constexpr std::string_view kDotnetSupport = "Amazon.Lambda.RuntimeSupport";

/// Declared by every rule that calls survey_runtime(), which also wants Facts::zip_names and kStartReads.
inline constexpr auto kRuntimeTexts = std::to_array<TextQuery>({
    {"**", kElfMagic, kRuntimeApi},        {"**", "#!", kRuntimeApi},
    {"**", "#!", "2018-06-01/runtime"},    {"**/*.dll", "MZ", kRuntimeApiWide},
    {"**/*.class", "", kRuntimeApi},       {"**/*.py", "", kRuntimeApi},
    {"**/*.js", "", kRuntimeApi},          {"**/*.mjs", "", kRuntimeApi},
    {"**/*.cjs", "", kRuntimeApi},         {"**/*.ts", "", kRuntimeApi},
    {"**/*.rb", "", kRuntimeApi},          {"**/*.php", "", kRuntimeApi},
    {"**/*.sh", "", kRuntimeApi},          {"**/*.pl", "", kRuntimeApi},
    {"**/*.pm", "", kRuntimeApi},          {"**/*.jl", "", kRuntimeApi},
    {"**/*.lua", "", kRuntimeApi},         {"**/*.ps1", "", kRuntimeApi},
    {"**/*.R", "", kRuntimeApi},           {"opt/extensions/*", "", kWebAdapterPrefix},
    {kStartFiles, "", kRuntimeApi},        {kStartFiles, kElfMagic, kRuntimeApiWide},
    {kStartFiles, kElfMagic, kPackers[0]}, {kStartFiles, kElfMagic, kPackers[1]},
    {kStartFiles, kElfMagic, kPackers[2]}, {kStartFiles, kElfMagic, kDotnetSupport},
    {kStartFiles, "#!", kZipEnd},          {kStartFiles, "PK\003\004", kZipEnd},
});

struct RuntimeSurvey {
  /// What talks to the Runtime API: "awslambdaric in '/x/site-packages'". The first of each kind.
  std::vector<std::string> clients;
  /// Why a client may be there unseen: "'/app/x.jar' is compressed".
  std::vector<std::string> doubts;
  /// A client that the start command names and that is not in the image: "awslambdaric". Empty when there is none.
  std::string_view named_in_vain;
  bool has_emulator = false;  ///< aws-lambda-rie, which is no client
};

/// `start`: all its programs are there. One walk of the tree.
RuntimeSurvey survey_runtime(const ImageModel& image, const StartChain& start);

}  // namespace ocitidy::lambda

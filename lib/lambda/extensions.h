// extensions.h - what Lambda starts out of /opt/extensions, and the web adapter among it.
//
// Every name directly in that folder that is no directory is started as an extension.
// Source: aws/aws-lambda-runtime-interface-emulator agents/agent.go, ListExternalAgentPaths (read 2026-09-01).
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "ocitidy/image_model.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

inline constexpr std::string_view kExtensionFolder = "opt/extensions";

/// External and internal ones together. Source: the same repository, registrations.go, MaxAgentsAllowed.
inline constexpr std::size_t kMaxExtensions = 10;

/// Lambda starts no extension when this file exists. Source: the same repository, extensions.go.
inline constexpr std::string_view kDisableExtensions = "opt/disable-extensions-jwigqn8j";

/// Prefix of the web adapter's own variables, which its program names.
inline constexpr std::string_view kWebAdapterPrefix = "AWS_LWA_";
/// Declared by every rule that calls web_adapter().
inline constexpr TextQuery kWebAdapterText{.glob = "opt/extensions/*", .magic = "", .text = kWebAdapterPrefix};

/// The names in /opt/extensions that are no directories, in byte order; a link to a directory is none.
std::vector<NodeId> extension_files(const ImageModel& image);

bool extensions_disabled(const ImageModel& image);

/// AWS Lambda Web Adapter among the extensions: a file called lambda-adapter, or one that names its variables.
std::optional<NodeId> web_adapter(const ImageModel& image);

}  // namespace ocitidy::lambda

// native_wording.h - programs, libraries and modules, said the same way by every rule about them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lambda/loader.h"
#include "lambda/native_modules.h"
#include "ocitidy/finding.h"
#include "ocitidy/rule.h"

namespace ocitidy::rules {

/// "'/usr/lib/liba.so', which '/usr/bin/app' needs,": an object, and how the loader comes to it. A verb follows.
std::string with_chain(const ImageModel& image, const lambda::Process& process, std::size_t object);

/// "'/a.so' and '/b.so'", "'/a.so', '/b.so' and 7 more".
std::string listed_modules(const std::vector<const lambda::NativeModule*>& modules);

/// A finding that lies where the first of `modules` is.
Finding about_modules(const ImageModel& image, const std::vector<const lambda::NativeModule*>& modules,
                      std::string message, std::string fix, std::optional<Severity> severity = {});

/// At most so many findings of one kind; the rest is told in one line.
inline constexpr std::size_t kMostModuleFindings = 20;

/// Tells of what is over the limit: "and 12 more libraries".
void report_rest(std::size_t count, std::string_view what, FindingSink& out, std::string_view fix);

}  // namespace ocitidy::rules

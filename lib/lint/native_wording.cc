// native_wording.cc - see native_wording.h.
#include "lint/native_wording.h"

#include <utility>

#include "base/text.h"
#include "lint/wording.h"

namespace ocitidy::rules {

std::string with_chain(const ImageModel& image, const lambda::Process& process, std::size_t object) {
  constexpr std::size_t kShown = 5;
  std::string out = seen_path(image.path(process.objects[object].file));
  std::size_t shown = 0;
  for (auto at = process.objects[object].needed_by; at && ++shown < kShown; at = process.objects[*at].needed_by)
    out +=
        cat(shown == 1 ? ", which " : ", which in turn ", seen_path(image.path(process.objects[*at].file)), " needs");
  return shown == 0 ? out : out + ",";
}

std::string listed_modules(const std::vector<const lambda::NativeModule*>& modules) {
  constexpr std::size_t kShown = 2;
  std::vector<std::string> paths;
  for (const lambda::NativeModule* module : modules) paths.push_back(seen_path(module->path));
  return listed(paths, kShown);
}

Finding about_modules(const ImageModel& image, const std::vector<const lambda::NativeModule*>& modules,
                      std::string message, std::string fix, std::optional<Severity> severity) {
  return {.message = std::move(message),
          .fix = std::move(fix),
          .where = {at_node(image, modules.front()->node)},
          .severity = severity};
}

void report_rest(std::size_t count, std::string_view what, FindingSink& out, std::string_view fix) {
  if (count <= kMostModuleFindings) return;
  out.add({.message = cat("and ", count - kMostModuleFindings, " more ", what),
           .fix = std::string(fix),
           .where = {in_tree("")},
           .severity = {}});
}

}  // namespace ocitidy::rules

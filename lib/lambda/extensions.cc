// extensions.cc - one folder, listed as readdir(3) would.
#include "lambda/extensions.h"

namespace ocitidy::lambda {

std::vector<NodeId> extension_files(const ImageModel& image) {
  std::vector<NodeId> files;
  const std::optional<NodeId> folder = image.resolve(kExtensionFolder);
  if (!folder || image.node(*folder).type != EntryType::directory) return files;
  image.walk([&](NodeId node, std::string_view) {
    if (image.parent(node) == folder && image.node(node).type != EntryType::directory) files.push_back(node);
  });
  return files;
}

bool extensions_disabled(const ImageModel& image) { return image.find(kDisableExtensions).has_value(); }

std::optional<NodeId> web_adapter(const ImageModel& image) {
  for (const NodeId file : extension_files(image)) {
    if (image.name(file) == "lambda-adapter" || image.name(file) == "aws-lambda-adapter" ||
        image.name(file) == "aws-lambda-web-adapter") {
      return file;
    }
    const std::optional<NodeId> target = image.resolve(image.path(file));
    const std::optional<EntryId> made_by = target ? image.node(*target).made_by : std::nullopt;
    if (made_by && image.contains(*made_by, kWebAdapterPrefix).value_or(false)) return file;
  }
  return std::nullopt;
}

}  // namespace ocitidy::lambda

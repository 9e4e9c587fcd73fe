// base_hint.h - what --base says: how many layers the base has, or which image it is.
#pragma once

#include <string>

#include "ocitidy/rule.h"
#include "options.h"

namespace ocitidy::cli {

/// `text` is a number of layers, a reference to the base image, or "" for nothing. An image is opened as `options` say,
/// for `platform` unless they name one; of its bytes only manifest and config are read.
/// Errors: invalid_argument, and as open_image().
Result<BaseHint> base_hint(const std::string& text, const ImageOptions& options, const Platform& platform);

/// Does `text` name an image? Then the platform matters.
bool names_image(const std::string& text);

}  // namespace ocitidy::cli

// handler_files.h - the file that holds the handler, searched where its runtime would search.
//
// Where the runtimes differ in detail from one release to the next, or where paths may be added at run time, a search
// errs on the side of finding: every site-packages and node_modules of the image counts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lambda/handler.h"
#include "ocitidy/rule.h"

namespace ocitidy::lambda {

/// Lines of these add directories to Python's path.
inline constexpr ContentQuery kPathFiles{.glob = "**/*-packages/*.pth", .first_bytes = 1024};
/// Names the release of the Node.js client.
inline constexpr ContentQuery kNodeClientPackage{.glob = "**/node_modules/aws-lambda-ric/package.json",
                                                 .first_bytes = 8192};

struct HandlerFile {
  enum class Verdict : std::uint8_t {
    found,
    missing,   ///< nowhere that the runtime looks
    doubtful,  ///< not seen, but something in the image may lead the runtime to it: `doubt`
  };
  Verdict verdict = Verdict::missing;
  std::optional<NodeId> source;        ///< found, and the one file that must define the symbol
  std::vector<std::string> wanted;     ///< absolute paths that would have done, the likeliest first
  std::vector<std::string> elsewhere;  ///< files of that name in other places, sorted
  std::string doubt;                   ///< a clause: "'/app/x.pth' adds to Python's path"
};

/// `handler` must not be malformed. Wants kPathFiles, and for Java Facts::zip_names. At most one walk of the tree.
HandlerFile find_handler_file(const ImageModel& image, const Handler& handler);

/// Release of the Node.js client in the image, "4.0.1"; empty when none is known. Wants kNodeClientPackage.
std::string node_client_version(const ImageModel& image);

}  // namespace ocitidy::lambda

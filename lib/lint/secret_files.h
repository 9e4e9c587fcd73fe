// secret_files.h - the files of an image that hold credentials, whether a process can see them or not.
#pragma once

#include <optional>
#include <vector>

#include "formats/secret.h"
#include "ocitidy/finding.h"
#include "ocitidy/rule.h"

namespace ocitidy::rules {

struct SecretFile {
  EntryId id;
  Secret secret;
  std::optional<EntryId> hidden_by;  ///< none: a process can see it
  std::string_view doubt;            ///< why it is probably not worth more than a note; "" when nothing says so
};

/// In order of layer and tar. Left out: what tests of installed packages bring, and what no engine would unpack. For
/// rules that read kSecretFiles.
std::vector<SecretFile> secret_files(const ImageModel& image);

/// "the npm token (40 bytes, begins with 'npm_')", "DB_PASSWORD, a literal value (12 bytes)".
std::string named(const Secret& secret);

/// Adds the findings, the doubtful ones as notes; beyond a hundred says how many there are.
void add_bounded(std::vector<Finding> findings, FindingSink& out);

}  // namespace ocitidy::rules

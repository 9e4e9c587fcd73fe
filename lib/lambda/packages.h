// packages.h - what package managers installed in an image, told by the names of paths alone.
//
// No manifest is opened: pip writes name and version into a directory's name, RubyGems and Maven into a file's, and npm
// at least the name. Of .NET the assemblies beside an application's .runtimeconfig.json count. Copies that no program
// loads (caches, vendored copies, what /tmp hides) do not count.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/image_model.h"

namespace ocitidy::lambda {

enum class Ecosystem : std::uint8_t { python, node, ruby, java, dotnet };

struct Package {
  Ecosystem ecosystem = Ecosystem::python;
  std::string
      name;  ///< Python: normalised as in PEP 503; Node: with its scope, "@aws-sdk/client-s3"; .NET: of the assembly
  std::string version;         ///< "" where the path does not say: Node, .NET
  NodeId node = NodeId::root;  ///< NAME-VERSION.dist-info or .egg-info, node_modules/NAME, the gem, the jar, the .dll
  std::string root;            ///< the directory that holds it: site-packages, node_modules, gems, ...
};

struct NameAndVersion {
  std::string_view name, version;
};

/// Splits before the first '-' that a digit follows: "nokogiri-1.15.4-x86_64-linux", "slf4j-api-2.0.9". Nothing when
/// there is none. Views into `text`.
std::optional<NameAndVersion> split_at_number(std::string_view text);

/// "huggingface-hub" of "Huggingface_Hub": runs of '-', '_' and '.' are one '-'. Source: PEP 503.
std::string normalised_python_name(std::string_view name);

/// Compares dotted numbers: 1.9 < 1.10. Anything behind the first character that is neither digit nor dot ("+cu118",
/// "rc1") is left out.
std::strong_ordering compare_versions(std::string_view a, std::string_view b);

class Packages {
 public:
  /// One walk of the tree.
  explicit Packages(const ImageModel& image);

  /// In the order of the walk.
  std::span<const Package> all() const { return all_; }
  /// The first of that name; nullptr when there is none.
  const Package* find(Ecosystem ecosystem, std::string_view name) const;

 private:
  std::vector<Package> all_;
  std::vector<std::uint32_t> by_name_;  // positions in all_, sorted by ecosystem and name, stable
};

}  // namespace ocitidy::lambda

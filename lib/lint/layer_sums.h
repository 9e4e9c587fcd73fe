// layer_sums.h - what a layer holds, by how often such things change: packages of the OS, dependencies, code.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ocitidy/rule.h"

namespace ocitidy::rules {

/// So much is worth a finding when it has to be built, pushed and fetched again.
inline constexpr std::uint64_t kLargeLayerBytes = std::uint64_t{10} << 20;

struct LayerSum {
  std::uint64_t dependency_bytes = 0;  ///< in site-packages, node_modules and the like; pip and setuptools left out
  std::uint64_t installer_bytes = 0;   ///< pip, setuptools and wheel
  std::uint64_t code_files = 0, code_bytes = 0;
  std::uint64_t system_bytes = 0;     ///< below /usr, /lib, /opt and so on, and no dependency
  bool has_package_database = false;  ///< of dpkg, apk or rpm: packages of the OS were installed
  bool has_interpreter = false;       ///< python3.12, node, ruby or java in a bin folder
  std::vector<std::string> code;      ///< the first files of code, for messages

  /// Source files of the function, and few of them.
  bool is_code() const { return code_files > 0 && code_bytes < kLargeLayerBytes; }
};

class LayerSums {
 public:
  static constexpr std::size_t kShown = 2;

  explicit LayerSums(const ImageModel& image);
  /// Linear in the layer's entries.
  LayerSum sum_of(const Layer& layer) const;

 private:
  bool is_code(std::string_view path) const;

  std::string workdir_;  // "var/task/"; "" for the root
};

/// Two layers above the base that stand in the wrong order.
struct LayerPair {
  std::uint32_t upper = 0, lower = 0;
  LayerSum upper_sum, lower_sum;
};

/// With the first layer above the base that `changes`, each one above it that `stays`, told that one too; at most 20.
/// Linear in entries.
std::vector<LayerPair> misordered_layers(
    const LintInput& in, const std::function<bool(const LayerSum&)>& changes,
    const std::function<bool(const LayerSum& upper, const LayerSum& lower)>& stays);

/// "about 41 chunks of 512 KiB (an estimate)": what Lambda must fetch and store again when so many bytes move.
std::string estimated_chunks(std::uint64_t bytes);

}  // namespace ocitidy::rules

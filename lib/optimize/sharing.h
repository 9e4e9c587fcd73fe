// sharing.h - the files of the own layers as parts that change together, in an order and in layers in which the next
// build shares most with this one, and a start touches few chunks.
//
// Two passes use it: order-for-sharing chooses the order, pack-layers the number of layers and the plan that the next
// build goes on from. Everything here is an estimate; docs/coldstart.md names the model.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lambda/sharing_order.h"
#include "optimize/layer_plan.h"
#include "optimize/plan.h"

namespace ocitidy {

/// Files of one component that lie together.
struct SharedPart {
  /// In the order in which they lie: what a start uses of packages, the rest of packages; own code is always last.
  enum class Group : std::uint8_t { used_packages, packages, used_code, code };
  Group group = Group::packages;
  std::string name;  ///< of the component; with "used:" in front for what a start uses
  lambda::Part weight{};
  std::vector<std::uint32_t> files{};  ///< in the order in which they lie; Sharing knows what they are
};

/// An order of all own files, cut into layers.
struct SharedLayers {
  std::vector<SharedPart> parts;
  std::vector<std::uint32_t> first_parts;  ///< of each layer
  SharingEstimate estimate{};

  /// The parts of one layer.
  std::span<const SharedPart> layer(std::size_t i) const;
  LayerPlan plan() const;
};

class Sharing {
 public:
  enum class Trace : std::uint8_t { ignore, use };

  /// What is there, and what is known of it. Linear in nodes, but for sorting paths.
  Sharing(const PassInput& in, const Plan& plan);

  /// What the input's order and layers come to.
  const SharingEstimate& before() const { return before_; }
  bool has_trace() const { return !use_order_.empty(); }
  bool is_empty() const { return files_.empty(); }
  /// What package databases left in doubt.
  const std::vector<std::string>& doubts() const { return doubts_; }

  /// The best order, in at most `most_layers` layers. With Trace::use, what a start uses comes first.
  SharedLayers best(std::uint32_t most_layers, Trace trace) const;
  /// The order and layers of an earlier build; what that had not is put into the last layer, before own code.
  SharedLayers kept(const LayerPlan& earlier, Trace trace) const;
  Arrangement arrangement(const SharedLayers& layers) const;

 private:
  struct File {
    std::string path;  ///< the first name of the inode
    std::uint32_t component = 0;
    std::uint64_t size_bytes = 0;  ///< in whole blocks of the file system
    EntryId from{};                ///< where it lies in the order of the input; with several names, the last of them
  };
  struct Component {
    std::string name;
    double survival = 1;
    bool is_code = false;
  };

  void collect(const PassInput& in, const Plan& plan);
  void read_trace(const PassInput& in);
  void judge_input();
  std::vector<SharedPart> parts(Trace trace) const;
  SharingEstimate estimate(std::span<const lambda::Part> parts, std::span<const std::uint32_t> first_parts,
                           std::span<const std::uint32_t> files) const;
  SharedLayers judged(std::vector<SharedPart> parts, std::vector<std::uint32_t> first_parts) const;

  const ImageModel& image_;
  std::vector<Component> components_;
  std::vector<File> files_;               // by path
  std::vector<std::uint32_t> file_of_;    // by node: position in files_; UINT32_MAX for directories and for the base
  std::vector<std::uint32_t> use_order_;  // positions in files_, in the order of first use; empty without a trace
  SharingEstimate before_;
  std::vector<std::string> doubts_;
};

}  // namespace ocitidy

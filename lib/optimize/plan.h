// plan.h - what is to become of an image: decided by passes, laid out in layers, carried out by the writer.
//
// Passes say which layers are written anew and what becomes of paths. They do not say which member stands where: a
// layer that is written anew holds exactly what of it can be seen in the end, and lay_out() puts that in order.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "archive/encoder.h"
#include "image/layer_index.h"
#include "lambda/change_rates.h"
#include "ocitidy/optimize.h"

namespace ocitidy {

/// As long as the header of Python bytecode, the one thing inside files that is ever changed.
using FileHead = std::array<std::byte, 16>;

/// What becomes of one visible inode. What is not set stays.
struct InodeEdit {
  std::optional<std::uint32_t> mode;
  std::optional<std::int64_t> mtime_s;  ///< with no nanoseconds
  std::optional<EntryId> bytes_of;      ///< the same bytes, in a lower layer: the file goes back there
  std::optional<FileHead> head;         ///< the first bytes of the file become these
  std::optional<NodeId> link_to;        ///< becomes another name of this node's inode
  std::string_view pass;                ///< the last that touched it
  std::string reason;
};

/// A directory that is not in the input.
struct AddedDirectory {
  std::uint32_t mode = 0755;
  std::string_view pass;
  std::string reason;
};

/// A hard link that the input means and no engine can make, since its target comes later in the layer.
struct AddedLink {
  NodeId target = NodeId::root;
  std::string_view pass;
  std::string reason;
};

/// One order over all paths of the layers above the base, cut into layers. Names of one inode have one rank.
struct Arrangement {
  std::vector<std::uint32_t> rank{};         ///< by node; UINT32_MAX for what the passes did not place: it comes last
  std::vector<std::uint32_t> first_ranks{};  ///< of each layer, ascending; the first is 0

  std::uint32_t rank_of(NodeId node) const;
  std::size_t layer_of(std::uint32_t rank) const;
};

/// One layer of the output.
struct PlannedLayer {
  std::uint32_t first_source = 0, last_source = 0;  ///< of the input
  std::uint32_t part = 0;                           ///< of the arrangement's layers, which all have the same sources
  OutputLayer::Fate fate = OutputLayer::Fate::copied;
  Compression compression;
  // After lay_out(); of a rewritten layer:
  LayerIndex index;                         ///< its members, in the order in which they are written
  std::vector<EntryId> bytes_of;            ///< parallel to index.entries: whose bytes a file holds
  std::map<std::uint32_t, FileHead> heads;  ///< by place in index.entries: first bytes that the file gets
};

class Plan {
 public:
  /// Of an image whose layers were all scanned: check_rewritable() sees to that.
  Plan(const ImageModel& image, const OptimizeOptions& options, std::uint32_t base_layers);

  const OptimizeOptions& options() const { return *options_; }
  /// Layers below this are copied bit for bit.
  std::uint32_t base_layers() const { return base_layers_; }

  // What passes do. A pass calls begin() first; what follows is filed under it.
  void begin(const PassInfo& pass);
  void end(Outcome outcome);
  void record(Edit edit);
  void note(std::string text) { notes_.push_back(std::move(text)); }
  void rewrite(std::uint32_t layer);
  void compress(std::size_t planned_layer, Compression compression);
  /// The layers [first, last] of the input become one. They must not lie in the base.
  void merge(std::uint32_t first, std::uint32_t last);
  /// All layers above the base become those of `arrangement`. Once, and after all merging.
  void arrange(Arrangement arrangement);
  void annotate(std::string key, std::string value) { annotations_.emplace_back(std::move(key), std::move(value)); }
  void set_sharing(SharingReport sharing) { sharing_ = std::move(sharing); }
  /// The path goes; what is below a directory must go, too. False when it must not: in the base, or kept by the user.
  bool remove(NodeId node, std::string_view path, std::string_view reason);
  InodeEdit& edit(const Node& node, std::string_view reason);
  /// The file that is seen at `node` goes back to the layer of `lower`, which holds the same bytes.
  void take_bytes_from(const Node& node, EntryId lower);
  void add_directory(std::string path, std::uint32_t mode, std::string_view reason);
  /// `path` becomes another name of `target`'s inode, in the target's layer.
  void add_link(std::string path, NodeId target, std::string_view reason);
  void strip_owner_names() { owner_names_ = OwnerNamesFate::strip; }
  void set_env(std::string name, std::string value) { env_.emplace_back(std::move(name), std::move(value)); }
  void set_family(MediaFamily family) { family_ = family; }
  void fix_media_types() { media_types_ = MediaTypes::from_bytes; }

  // What lay_out(), the writer and the proof read.
  bool is_rewritten(std::uint32_t layer) const { return rewritten_[layer]; }
  /// nullptr when own layers keep their order.
  const Arrangement* arrangement() const { return arrangement_ ? &*arrangement_ : nullptr; }
  bool is_arranged(const PlannedLayer& layer) const { return arrangement_ && layer.first_source >= base_layers_; }
  /// None while no pass has asked how own layers are best ordered.
  const std::optional<SharingReport>& sharing() const { return sharing_; }
  /// Of the manifest.
  const std::vector<std::pair<std::string, std::string>>& annotations() const { return annotations_; }
  bool is_removed(NodeId node) const { return removed_.contains(static_cast<std::uint32_t>(node)); }
  const InodeEdit* edit_of(const Node& node) const;
  /// Do the bytes of this hidden file serve again?
  bool gives_bytes(EntryId entry) const { return givers_.contains(entry); }
  /// The inode that the node is a name of in the end.
  std::uint32_t inode_of(const Node& node) const;
  const std::map<std::string, AddedDirectory>& added_directories() const { return added_; }
  const std::map<std::string, AddedLink>& added_links() const { return added_links_; }
  /// Did all that the node is come from layers above the base?
  bool is_own(const Node& node) const;
  bool strips_owner_names() const { return owner_names_ == OwnerNamesFate::strip; }
  const std::vector<std::pair<std::string, std::string>>& env() const { return env_; }
  MediaFamily family() const { return family_; }
  bool fixes_media_types() const { return media_types_ == MediaTypes::from_bytes; }
  std::vector<PlannedLayer>& layers() { return layers_; }
  const std::vector<PlannedLayer>& layers() const { return layers_; }
  const std::vector<PassRun>& runs() const { return runs_; }
  const std::vector<std::string>& notes() const { return notes_; }
  struct Removal {
    std::string_view pass;
    std::string reason;
  };
  const Removal* removal_of(NodeId node) const;
  /// Will a process see anything that it does not see in the input?
  bool changes_tree() const;

 private:
  enum class OwnerNamesFate : std::uint8_t { keep, strip };
  enum class MediaTypes : std::uint8_t { as_stated, from_bytes };

  const ImageModel* image_;  // pointers, so that plans can be assigned
  const OptimizeOptions* options_;
  std::uint32_t base_layers_;
  std::vector<bool> rewritten_;  // by layer of the input
  std::vector<PlannedLayer> layers_;
  std::unordered_map<std::uint32_t, Removal> removed_;  // by node
  std::unordered_map<std::uint32_t, InodeEdit> edits_;  // by inode
  std::map<std::string, AddedDirectory> added_;
  std::map<std::string, AddedLink> added_links_;
  std::set<EntryId> givers_;
  std::optional<Arrangement> arrangement_;
  std::optional<SharingReport> sharing_;
  std::vector<std::pair<std::string, std::string>> env_, annotations_;
  std::vector<PassRun> runs_;
  std::vector<std::string> notes_;
  MediaFamily family_ = MediaFamily::keep;
  OwnerNamesFate owner_names_ = OwnerNamesFate::keep;
  MediaTypes media_types_ = MediaTypes::as_stated;
};

struct Pass;

/// What a pass sees and does.
struct PassInput {
  const ImageModel& image;
  const OptimizeOptions& options;
  std::span<const Pass* const> selected{};               ///< all that run
  std::span<const lambda::ComponentContents> history{};  ///< of options.history

  bool has(std::string_view pass_id) const;
};

struct Pass {
  PassInfo info;
  /// Pure: looks at `in`, writes to `plan`, touches nothing else.
  Outcome (*plan)(const PassInput& in, Plan& plan) = nullptr;
};

}  // namespace ocitidy

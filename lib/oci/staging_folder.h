// staging_folder.h - the hidden folder beside a target in which a new image is put together.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "oci/file.h"
#include "ocitidy/image_writer.h"

namespace ocitidy {

/// ".ocitidy-" and 16 random hex digits, for its owner only (mode 0700), shaped like a layout: blobs/<algorithm>/<hex>.
/// It is locked while it lives, so that sweep() can tell it from what a killed process left behind.
/// Blobs are written and read from any thread; all else is for one thread, when no blob is being written.
class StagingFolder : public BlobSource, public std::enable_shared_from_this<StagingFolder> {
 public:
  /// Are blobs what will be published, or only what that is made of? The disk may begin with the former at once.
  enum class Blobs : std::uint8_t { to_stay, to_go };
  /// Makes one in the folder `parent`; `place` names that for messages. Errors: io.
  static Result<std::shared_ptr<StagingFolder>> create(std::shared_ptr<const UniqueFd> parent, std::string place,
                                                       Blobs blobs);
  /// Removes the staging folders in `parent` that belong to this user and whose processes are gone.
  static void sweep(int parent);

  ~StagingFolder() override;
  StagingFolder(const StagingFolder&) = delete;
  StagingFolder& operator=(const StagingFolder&) = delete;

  /// The writer keeps the folder's descriptor alive, not its contents. Errors: io.
  Result<std::unique_ptr<BlobWriter>> create_blob();
  Result<std::unique_ptr<BlobReader>> open(const Descriptor& blob) const override;
  /// Opens the blob's file for reading. Errors: not_found, io.
  Result<UniqueFd> open_file(const Digest& blob) const;

  /// Writes one small file at the top. Errors: io.
  Result<void> write_document(const std::string& name, std::string_view bytes);
  /// Removes every blob that is not in `blobs`, and what unfinished writers hold. Errors: io.
  Result<void> keep_only(const std::set<Digest>& blobs);
  void remove_blob(const Digest& blob);

  /// Gives the folder the mode that the umask asks for, and forces everything in it to the disk. Errors: io.
  Result<void> prepare_to_publish();
  /// Removes the folder with all that was staged, unless it has got another name: then it is published. What cannot be
  /// removed stays for a later sweep().
  void remove();

  int fd() const { return folder_.get(); }
  const std::string& name() const { return name_; }
  const std::string& place() const { return place_; }  ///< for messages

 private:
  class Writer;
  StagingFolder(std::shared_ptr<const UniqueFd> parent, std::string place, Blobs blobs)
      : parent_(std::move(parent)), place_(std::move(place)), blobs_(blobs) {}
  Result<bool> try_name();
  Result<void> sync_folder(const std::string& path) const;

  std::shared_ptr<const UniqueFd> parent_;
  std::string place_, name_;
  Blobs blobs_;
  UniqueFd folder_;
  std::atomic<std::uint64_t> next_blob_{0};
  bool owned_ = false;
};

}  // namespace ocitidy

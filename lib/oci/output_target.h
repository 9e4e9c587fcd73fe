// output_target.h - the name that a new image will get, and what stands there now.
#pragma once

#include <memory>
#include <string>

#include "oci/file.h"
#include "oci/protected_input.h"
#include "ocitidy/image_writer.h"

namespace ocitidy {

/// The target's folder is opened once; everything after happens in it, whatever its path comes to mean.
class OutputTarget {
 public:
  enum class Shape : std::uint8_t { file, folder };

  /// Errors: invalid_argument for a path that cannot be a target, or that must not be written now; io.
  static Result<OutputTarget> open(const std::string& path, Shape shape, const CreateOptions& options);

  const std::shared_ptr<const UniqueFd>& parent() const { return parent_; }
  const std::string& path() const { return path_; }

  /// Gives the file `staged_name`, in the folder open as `staging`, the target's name. Errors: io.
  Result<void> put_file(int staging, const std::string& staged_name) const;
  /// The same for a folder beside the target. A layout that was there before is removed, once the change is on disk.
  /// Errors: io.
  Result<void> put_folder(const std::string& staged_name) const;

 private:
  enum class Now : std::uint8_t { absent, empty_folder, layout, file };

  OutputTarget(std::string path, Shape shape, const CreateOptions& options)
      : path_(std::move(path)), shape_(shape), overwrite_(options.overwrite), input_(options.input_reference) {}
  Result<Now> look() const;
  Result<Now> look_at_folder() const;
  Result<Now> may_replace(Now now) const;
  Result<Now> look_again() const;
  Result<void> swap_folders(const std::string& staged_name) const;
  Result<void> sync_parent() const;
  std::unexpected<Error> cannot_create(int error_number) const;

  std::string path_, name_;
  Shape shape_;
  Overwrite overwrite_;
  ProtectedInput input_;
  std::shared_ptr<const UniqueFd> parent_;
};

}  // namespace ocitidy

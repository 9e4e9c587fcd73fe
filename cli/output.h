// output.h - where results go: standard output, or the file of -o.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "atomic_file.h"
#include "fd_writer.h"
#include "ocitidy/report.h"

namespace ocitidy::cli {

class Output {
 public:
  /// `path` empty: standard output. A file is written beside its target and appears when finish() is done; a device or
  /// pipe is written directly. `reference`: the image that must not be written over; empty when there is none.
  /// Errors: invalid_argument when the path is a folder or belongs to the image, io. Nothing was read yet: fails early.
  static Result<Output> open(const std::string& path, std::string_view reference);

  /// Lives as long as this object, and follows it when it is moved. Errors come to light in finish().
  Write writer();
  bool is_standard_output() const;
  bool is_terminal() const;
  /// Errors: io when any byte did not arrive.
  Result<void> finish();

 private:
  struct State;
  explicit Output(std::shared_ptr<State> state) : state_(std::move(state)) {}
  Result<void> open_file(const std::string& path);

  std::shared_ptr<State> state_;
};

}  // namespace ocitidy::cli

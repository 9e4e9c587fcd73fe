// signals.h - a signal ends the process as it would any other, but leaves nothing behind that was not finished.
#pragma once

#include <string_view>

namespace ocitidy::cli {

/// Installs handlers for SIGINT, SIGTERM, SIGHUP and SIGPIPE, except where the parent had them ignored (nohup). A
/// handler removes the doomed file and lets the signal's default action follow, so that the shell sees 128+n. Ignores
/// SIGXFSZ: a file that grows too large is a write error.
void install_signal_handlers();

/// From now on a signal removes the file `name` in the folder open as `folder_fd`. One file at a time, `name` shorter
/// than 256 bytes. Call before other threads start, with signals blocked since before the file was made.
void doom_file(int folder_fd, std::string_view name);
/// The file is gone or wanted.
void spare_file();

/// While it lives, the first SIGINT, SIGTERM or SIGHUP does not end the process: it is kept, the run that sees it fails
/// and takes away what it made, and the destructor lets the signal take its course. A second one ends the process at
/// once. One at a time.
class SignalKeeper {
 public:
  SignalKeeper();
  ~SignalKeeper();
  SignalKeeper(const SignalKeeper&) = delete;
  SignalKeeper& operator=(const SignalKeeper&) = delete;
  static bool caught();  ///< from any thread
};

/// Blocks the handled signals while it lives.
class SignalPause {
 public:
  SignalPause();
  ~SignalPause();
  SignalPause(const SignalPause&) = delete;
  SignalPause& operator=(const SignalPause&) = delete;
};

}  // namespace ocitidy::cli

// signals.cc - see signals.h. The only mutable state outside of objects in this program: a handler sees nothing else.
#include "signals.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>

namespace ocitidy::cli {
namespace {

constexpr std::array kHandled = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};

constinit std::atomic<int> doomed_folder{-1};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler reads it");
constinit std::array<char, 256> doomed_name{};  // written only while doomed_folder is -1

extern "C" void remove_doomed_file(int signal_number) {
  const int folder = doomed_folder.load();
  if (folder >= 0) unlinkat(folder, doomed_name.data(), 0);
  std::raise(signal_number);  // SA_RESETHAND: the default action, once this handler has returned
}

sigset_t handled_set() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal_number : kHandled) sigaddset(&set, signal_number);
  return set;
}

}  // namespace

void install_signal_handlers() {
  struct sigaction action{};
  action.sa_handler = remove_doomed_file;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);  // SA_RESETHAND is unsigned
  action.sa_mask = handled_set();
  for (const int signal_number : kHandled) {
    struct sigaction before{};
    sigaction(signal_number, nullptr, &before);
    if (before.sa_handler != SIG_IGN) sigaction(signal_number, &action, nullptr);
  }
  std::signal(SIGXFSZ, SIG_IGN);
}

void doom_file(int folder_fd, std::string_view name) {
  const std::size_t length = std::min(name.size(), doomed_name.size() - 1);
  std::copy_n(name.begin(), length, doomed_name.begin());
  doomed_name[length] = '\0';
  doomed_folder.store(folder_fd);
}

void spare_file() { doomed_folder.store(-1); }

SignalPause::SignalPause() {
  const sigset_t set = handled_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

SignalPause::~SignalPause() {
  const sigset_t set = handled_set();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace ocitidy::cli

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

constinit std::atomic<bool> keeping{false};
constinit std::atomic<int> kept_signal{0};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler reads it");

sigset_t handled_set() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal_number : kHandled) sigaddset(&set, signal_number);
  return set;
}

extern "C" void handle(int signal_number);

void handle_next(int signal_number) {
  struct sigaction action{};
  action.sa_handler = handle;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);  // SA_RESETHAND is unsigned
  action.sa_mask = handled_set();
  sigaction(signal_number, &action, nullptr);
}

extern "C" void handle(int signal_number) {
  if (keeping.load() && signal_number != SIGPIPE && kept_signal.exchange(signal_number) == 0) {
    return handle_next(signal_number);
  }
  const int folder = doomed_folder.load();
  if (folder >= 0) unlinkat(folder, doomed_name.data(), 0);
  std::raise(signal_number);  // SA_RESETHAND: the default action, once this handler has returned
}

}  // namespace

void install_signal_handlers() {
  for (const int signal_number : kHandled) {
    struct sigaction before{};
    sigaction(signal_number, nullptr, &before);
    if (before.sa_handler != SIG_IGN) handle_next(signal_number);
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

SignalKeeper::SignalKeeper() { keeping.store(true); }

SignalKeeper::~SignalKeeper() {
  keeping.store(false);
  if (const int signal_number = kept_signal.exchange(0); signal_number != 0) std::raise(signal_number);
}

bool SignalKeeper::caught() { return kept_signal.load() != 0; }

SignalPause::SignalPause() {
  const sigset_t set = handled_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

SignalPause::~SignalPause() {
  const sigset_t set = handled_set();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace ocitidy::cli

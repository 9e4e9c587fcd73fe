// measured.cc - runs a command and says what it cost: a small process, so that the peak memory is the command's own.
//
// usage: measured [--timeout SECONDS] [--runs N] -- COMMAND [ARGUMENT...]
// Prints one line of JSON for each run: exit code (128 + n for signal n), wall and cpu seconds (of children that it
// waited for, too), the largest resident size of a single process. Standard output of the command is dropped; what is
// left of its process group when it ends or is late is killed. The command is found as execvp(3) does.
//
// Linux counts in a process's peak what it had before execve(2), that is, what its parent had: so a script, itself
// 20 MiB, cannot measure a command that takes less.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

volatile sig_atomic_t running = 0, is_late = 0;

extern "C" void on_alarm(int) {
  is_late = 1;
  if (running > 0) kill(-running, SIGKILL);
}

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

[[noreturn]] void become(char** command) {
  setpgid(0, 0);
  const int null = open("/dev/null", O_RDWR);
  dup2(null, STDIN_FILENO);
  dup2(null, STDOUT_FILENO);
  if (null > STDERR_FILENO) close(null);
  execvp(command[0], command);
  perror(command[0]);
  _exit(127);
}

/// False when it was late.
bool run(char** command, unsigned timeout_s) {
  is_late = 0;
  const auto begin = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child < 0) {
    perror("measured: fork");
    std::exit(1);
  }
  if (child == 0) become(command);
  setpgid(child, child);  // both do, so that neither is too late; the second fails
  running = child;
  alarm(timeout_s);
  int status = 0;
  rusage usage{};
  while (wait4(child, &status, 0, &usage) < 0) {
  }
  const double wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  alarm(0);
  kill(-child, SIGKILL);
  running = 0;
  std::printf("{\"rc\": %d, \"timeout\": %s, \"wall_s\": %.6f, \"cpu_s\": %.6f, \"peak_kib\": %ld}\n",
              WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), is_late ? "true" : "false", wall_s,
              seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss);
  std::fflush(stdout);
  return !is_late;
}

int usage() {
  std::fputs("usage: measured [--timeout SECONDS] [--runs N] -- COMMAND [ARGUMENT...]\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  unsigned timeout_s = 0;
  int runs = 1, i = 1;
  for (; i + 1 < argc && std::string_view(argv[i]) != "--"; i += 2) {
    const std::string_view option = argv[i];
    const int value = std::atoi(argv[i + 1]);
    if (value <= 0) return usage();
    if (option == "--timeout") {
      timeout_s = static_cast<unsigned>(value);
    } else if (option == "--runs") {
      runs = value;
    } else {
      return usage();
    }
  }
  if (i + 1 >= argc) return usage();
  struct sigaction action{};
  action.sa_handler = on_alarm;
  sigaction(SIGALRM, &action, nullptr);
  for (int done = 0; done < runs; ++done) {
    if (!run(argv + i + 1, timeout_s)) return 1;
  }
  return 0;
}

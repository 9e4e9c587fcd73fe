// read_file.cc - see read_file.h.
#include "read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

#include "atomic_file.h"
#include "fd_writer.h"
#include "ocitidy/escape.h"

namespace ocitidy::cli {

Result<std::string> read_file(const std::string& path, std::uint64_t most_bytes) {
  constexpr std::size_t kPieceBytes = std::size_t{64} << 10;
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (file.get() < 0) return fail_errno("open", path, errno);
  std::string text;
  while (true) {
    const std::size_t size = text.size();
    text.resize(size + kPieceBytes);
    const ssize_t count = read(file.get(), text.data() + size, kPieceBytes);
    if (count < 0 && errno != EINTR) return fail_errno("read", path, errno);
    text.resize(size + static_cast<std::size_t>(count < 0 ? 0 : count));
    if (count == 0) return text;
    if (text.size() > most_bytes) {
      return fail(Code::limit_exceeded,
                  "'" + escape_for_terminal(path) + "' has more than " + std::to_string(most_bytes) + " bytes");
    }
  }
}

}  // namespace ocitidy::cli

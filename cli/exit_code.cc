// exit_code.cc - the one place where an error becomes an exit code.
#include "exit_code.h"

namespace ocitidy::cli {

ExitCode exit_code_of(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return ExitCode::usage;
    case Code::not_found:
    case Code::corrupt:
    case Code::limit_exceeded:
    case Code::unsupported:
      return ExitCode::rejected;
    case Code::io:
      return ExitCode::io;
    case Code::internal:
      break;
  }
  return ExitCode::internal;
}

}  // namespace ocitidy::cli

// result.cc - an error as one line.
#include "ocitidy/result.h"

namespace ocitidy {

std::string describe(const Error& error) {
  std::string line;
  for (auto place = error.trail.rbegin(); place != error.trail.rend(); ++place) line += *place + ": ";
  return line + error.message;
}

}  // namespace ocitidy

// link_fault.h - why an ELF program that Lambda starts by itself, with the config's environment, does not get through
// its loader.
#pragma once

#include <optional>
#include <string>

#include "ocitidy/image_model.h"

namespace ocitidy::rules {

/// `message` follows the program's path, as in "needs ...".
struct LinkFault {
  std::string message, fix;
};

/// None where that is not certain. Reads kLoaderReads, and Facts::elf.
std::optional<LinkFault> link_fault(const ImageModel& image, NodeId program);

}  // namespace ocitidy::rules

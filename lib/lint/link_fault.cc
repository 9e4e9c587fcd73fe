// link_fault.cc - see link_fault.h.
#include "lint/link_fault.h"

#include "base/text.h"
#include "formats/elf.h"
#include "lambda/access.h"
#include "lambda/elf_files.h"
#include "lambda/loader.h"
#include "lint/native_wording.h"
#include "lint/wording.h"

namespace ocitidy::rules {
namespace {

std::optional<LinkFault> fault_of_loader(const ImageModel& image, NodeId loader) {
  const Node node = image.node(loader);
  const std::string path = seen_path(image.path(loader));
  if (!lambda::others_may_execute(node)) {
    return LinkFault{.message = cat("needs the loader ", path, ", which lacks o+x: 'permission denied'"),
                     .fix = cat("RUN chmod o+rx ", path)};
  }
  const std::uint16_t machine = node.made_by ? image.entry(*node.made_by).elf_machine : std::uint16_t{0};
  const std::uint16_t wanted = lambda::expected_machine(image);
  if (machine == 0 || wanted == 0 || machine == wanted) return std::nullopt;
  return LinkFault{.message = cat("needs the loader ", path, ", which is for ", elf_machine_name(machine)),
                   .fix = cat("install the loader for ", elf_machine_name(wanted))};
}

}  // namespace

std::optional<LinkFault> link_fault(const ImageModel& image, NodeId program) {
  if (has_unread_layer(image)) return std::nullopt;
  const auto made_by = image.node(program).made_by;
  const ElfFacts* elf = made_by ? image.elf(*made_by) : nullptr;
  const auto loader = lambda::loader_of(image, program);
  if (elf && elf->interpreter.starts_with('/') && !loader) {
    return LinkFault{.message = cat("needs the loader ", quote(elf->interpreter),
                                    ", which is not in the image: 'no such file or directory'"),
                     .fix = "build it static (Go: CGO_ENABLED=0), or for the C library of this image"};
  }
  if (loader) {
    if (auto fault = fault_of_loader(image, *loader)) return fault;
  }
  const auto process = lambda::load(image, program);
  if (!process || !process->environment_known || process->libc == lambda::Libc::unknown) return std::nullopt;
  const std::string_view fix = "install the library in the final stage, or ship a static program";
  for (const lambda::LackingLibrary& lack : process->lacking) {
    if (lack.may_come_later) continue;
    return LinkFault{.message = cat("ends before its first instruction: ", with_chain(image, *process, lack.needed_by),
                                    " needs ", quote(lack.name), ", which the loader does not find"),
                     .fix = std::string(fix)};
  }
  for (const lambda::LoadedObject& object : process->objects) {
    if (!object.out_of_reach || !object.needed_by) continue;
    return LinkFault{.message = cat("ends before its first instruction: others cannot read the library ",
                                    seen_path(image.path(object.file))),
                     .fix = "RUN chmod o+r on it, and o+x on the directories above it"};
  }
  return std::nullopt;
}

}  // namespace ocitidy::rules

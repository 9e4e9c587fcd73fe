// elf_words.h - the words of a recipe that describe an ELF file; recipe.h lists them.
#pragma once

#include <string>

#include "support/elf_builder.h"
#include "support/recipe_words.h"

namespace ocitidy::test {

/// An ELF file as far as the words so far describe it.
struct ElfWords {
  DynamicElf parts;
  bool plain = true;  ///< "elf64" alone: headers and nothing else
};

bool is_elf_word(const Word& word);
/// Errors: invalid_argument.
Result<void> read_elf_word(const Word& word, ElfWords& elf);
std::string elf_bytes(const ElfWords& elf);

}  // namespace ocitidy::test

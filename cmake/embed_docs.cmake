# Writes a C++ file that holds every page of one folder of docs/ as a string: rule_page(), pass_page() and
# `ocitidy explain` print them. README.md, the table of them, is no page.
# Run as a script: cmake -DPAGES=dir -DKIND=rules -DHEADER=lint/rules/pages.h -DOUT=file -P embed_docs.cmake
#
# A page goes through byte for byte: it is only ever a quoted string here, never a list, and never configured. Compilers
# need not take string literals over 64 KiB.
file(GLOB pages "${PAGES}/*.md")
list(FILTER pages EXCLUDE REGEX "/README\\.md$")
list(SORT pages)
file(WRITE "${OUT}" "// Generated from docs/${KIND} by cmake/embed_docs.cmake.\n#include \"${HEADER}\"\n\n"
  "namespace ocitidy::${KIND} {\n\nconst std::vector<Page>& pages() {\n  static const std::vector<Page> all = {\n")
foreach(page IN LISTS pages)
  get_filename_component(id "${page}" NAME_WE)
  file(READ "${page}" text)
  file(SIZE "${page}" size_bytes)
  string(FIND "${text}" ")PAGE\"" delimiter)
  if(size_bytes GREATER 65000 OR NOT delimiter EQUAL -1)
    message(FATAL_ERROR "${page} is over 65000 bytes, or holds )PAGE\": it does not fit into one raw string literal")
  endif()
  file(APPEND "${OUT}" "      {\"${id}\", R\"PAGE(${text})PAGE\"},\n")
endforeach()
file(APPEND "${OUT}" "  };\n  return all;\n}\n\n}  // namespace ocitidy::${KIND}\n")

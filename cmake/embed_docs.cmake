# Writes a C++ file that holds every docs/rules/*.md as a string: rule_page() and `ocitidy explain` print it.
# Run as a script: cmake -DPAGES=dir -DOUT=file -P embed_docs.cmake
file(GLOB pages "${PAGES}/*.md")
list(SORT pages)
set(body "// Generated from docs/rules by cmake/embed_docs.cmake.\n#include \"lint/rules/pages.h\"\n\nnamespace ocitidy::rules {\n\n")
string(APPEND body "const std::vector<Page>& pages() {\n  static const std::vector<Page> all = {\n")
foreach(page IN LISTS pages)
  get_filename_component(id "${page}" NAME_WE)
  file(READ "${page}" text)
  string(APPEND body "      {\"${id}\", R\"PAGE(${text})PAGE\"},\n")
endforeach()
string(APPEND body "  };\n  return all;\n}\n\n}  // namespace ocitidy::rules\n")
file(CONFIGURE OUTPUT "${OUT}" CONTENT "@body@" @ONLY)

# Warnings and hardening for every target of the project. Source of the hardening list: OpenSSF compiler options guide.
add_library(ocitidy_options INTERFACE)
target_compile_options(ocitidy_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wformat=2 -Wimplicit-fallthrough -Wnon-virtual-dtor
  -Werror=format-security
  -fstack-protector-strong -fstack-clash-protection
  $<$<BOOL:${OCITIDY_WERROR}>:-Werror>)
target_compile_definitions(ocitidy_options INTERFACE
  _GLIBCXX_ASSERTIONS
  $<$<CONFIG:Release,RelWithDebInfo>:_FORTIFY_SOURCE=2>)
target_link_options(ocitidy_options INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

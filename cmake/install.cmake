# What users of the library get: headers, the static library, a CMake package and a pkg-config file.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

add_library(ocitidy::ocitidy ALIAS ocitidy)  # the same name inside a source tree that holds this one
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ocitidy)

install(TARGETS ocitidy EXPORT ocitidyTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/ocitidy DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN *.h)
install(EXPORT ocitidyTargets NAMESPACE ocitidy:: DESTINATION ${package_dir})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/ocitidyConfig.cmake.in ${PROJECT_BINARY_DIR}/ocitidyConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ocitidyConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ocitidyConfig.cmake ${PROJECT_BINARY_DIR}/ocitidyConfigVersion.cmake
  DESTINATION ${package_dir})

# relative, so that the installed tree can be moved
file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
set(pc_prefix "\${pcfiledir}/${up}")
set(pc_isal)
if(ISAL_FOUND)
  set(pc_isal "libisal ")
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/ocitidy.pc.in ${PROJECT_BINARY_DIR}/ocitidy.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/ocitidy.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

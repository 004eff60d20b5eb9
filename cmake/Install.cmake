# What `cmake --install` puts in place: the program, one shared library with its headers, and the package for find_package(saker).
#
# The library is one file that has everything of ours in it and names LibTorch, OpenCV and the others itself, so that a product
# links saker::saker and nothing else. Only names in saker:: are seen from outside: products may use other versions of what is inside.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

file(WRITE ${PROJECT_BINARY_DIR}/empty.cpp "")
add_library(saker_shared SHARED ${PROJECT_BINARY_DIR}/empty.cpp)
# Whole, since nothing inside calls the public functions.
set(whole saker saker_core saker_image saker_data_check saker_data_convert)
set(files "")
foreach(target ${whole})
  list(APPEND files $<TARGET_FILE:${target}>)
endforeach()
target_link_options(saker_shared PRIVATE LINKER:--whole-archive ${files} LINKER:--no-whole-archive)
target_link_libraries(saker_shared PRIVATE saker)
target_link_options(saker_shared PRIVATE LINKER:--version-script=${PROJECT_SOURCE_DIR}/cmake/exported_names.map LINKER:--no-undefined)
target_include_directories(saker_shared INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_compile_features(saker_shared INTERFACE cxx_std_20)
set_target_properties(saker_shared PROPERTIES
  OUTPUT_NAME saker
  EXPORT_NAME saker
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
  LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/exported_names.map
  INSTALL_RPATH "$ORIGIN;${SAKER_TORCH_DIR}/lib")
set_target_properties(saker_program PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR};${SAKER_TORCH_DIR}/lib")

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/saker)
install(TARGETS saker_program RUNTIME)
install(TARGETS saker_shared EXPORT saker LIBRARY)
install(EXPORT saker FILE saker-targets.cmake NAMESPACE saker:: DESTINATION ${package_dir})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/saker DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.hpp)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/saker-config.cmake.in ${PROJECT_BINARY_DIR}/saker-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/saker-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/saker-config.cmake ${PROJECT_BINARY_DIR}/saker-config-version.cmake DESTINATION ${package_dir})

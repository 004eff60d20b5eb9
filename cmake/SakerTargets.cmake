# Flags of our own code, and one function each for a library, a program and a test.
add_library(saker_flags INTERFACE)
target_compile_options(saker_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -ffp-contract=off
  $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>)
target_include_directories(saker_flags INTERFACE ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
if(SAKER_SANITIZE)
  target_compile_options(saker_flags INTERFACE -fsanitize=${SAKER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(saker_flags INTERFACE -fsanitize=${SAKER_SANITIZE})
endif()

# saker_add_library(NAME SOURCES ... [TORCH] [PUBLIC targets...] [PRIVATE targets...])
#
# A static library of one folder. TORCH marks a folder above the line: it may include LibTorch and shares the one
# precompiled header.
function(saker_add_library name)
  cmake_parse_arguments(ARG "TORCH" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC} PRIVATE saker_flags ${ARG_PRIVATE})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/src ${PROJECT_SOURCE_DIR}/include)
  if(ARG_TORCH)
    target_link_libraries(${name} PUBLIC saker_torch)
    saker_use_torch_header(${name})
  endif()
endfunction()

# saker_add_test(NAME SOURCES ... [TORCH] [LINK targets...] [LABEL label])
#
# One GoogleTest program per folder; each of its cases is a CTest test, so that skipped ones are seen. The label "slow" is
# for those that `ctest -LE slow` leaves out.
function(saker_add_test name)
  cmake_parse_arguments(ARG "TORCH" "LABEL" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE saker_flags ${ARG_LINK} saker_test_support GTest::gtest GTest::gtest_main)
  if(ARG_TORCH)
    saker_use_torch_header(${name})
  endif()
  gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 300 LABELS "${ARG_LABEL}")
endfunction()

# The precompiled header is built once, in saker_torch_header, with the same flags as its users.
function(saker_use_torch_header name)
  if(NOT SAKER_PRECOMPILED_HEADER)
    return()
  endif()
  if(NOT TARGET saker_torch_header)
    file(WRITE ${PROJECT_BINARY_DIR}/torch_header.cpp "")
    add_library(saker_torch_header STATIC ${PROJECT_BINARY_DIR}/torch_header.cpp)
    target_link_libraries(saker_torch_header PRIVATE saker_flags saker_torch)
    target_precompile_headers(saker_torch_header PRIVATE <torch/torch.h>)
  endif()
  target_precompile_headers(${name} REUSE_FROM saker_torch_header)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${name} PRIVATE -fpch-preprocess)
  endif()
  # Executables would get -fPIE, with which the header, made with -fPIC, cannot be used.
  get_target_property(type ${name} TYPE)
  if(type STREQUAL "EXECUTABLE")
    set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    target_compile_options(${name} PRIVATE -fPIC)
  endif()
endfunction()

function(saker_add_folder folder)
  if(EXISTS ${PROJECT_SOURCE_DIR}/${folder}/CMakeLists.txt)
    add_subdirectory(${PROJECT_SOURCE_DIR}/${folder} ${PROJECT_BINARY_DIR}/${folder})
  endif()
endfunction()

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
    saker_compile_together(${name})
  endif()
endfunction()

# saker_add_test(NAME SOURCES ... [TORCH] [ALONE] [LINK targets...] [LABEL label])
#
# One GoogleTest program per folder. Each of its cases is a CTest test, so that skipped ones are seen; of a program above the line,
# which takes half a second to start, each suite is. The label "slow" is for those that `ctest -LE slow` leaves out. With
# ALONE nothing runs beside its cases, which wait for all threads so often that a neighbour would slow them tenfold.
function(saker_add_test name)
  cmake_parse_arguments(ARG "TORCH;ALONE" "LABEL" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE saker_flags ${ARG_LINK} saker_test_support GTest::gtest)
  # Tests call what is fast; they are compiled for a short build.
  set(options $<$<CONFIG:Release>:-O1>)
  target_compile_options(${name} PRIVATE ${options})
  if(ARG_TORCH)
    saker_use_header(${name} saker_torch_test_header "saker_torch_test_support"
      HEADERS ${SAKER_TORCH_HEADERS} ${SAKER_TEST_HEADERS} OPTIONS ${options})
    saker_compile_together(${name})
  else()
    saker_use_header(${name} saker_test_header saker_test_support HEADERS ${SAKER_TEST_HEADERS} OPTIONS ${options})
  endif()
  if(ARG_TORCH AND NOT ARG_LABEL)
    target_sources(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/suite_main.cpp)
    saker_add_suites(${name})
  else()
    target_link_libraries(${name} PRIVATE GTest::gtest_main)
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 900 RUN_SERIAL ${ARG_ALONE}
      LABELS "${ARG_LABEL}")
  endif()
endfunction()

function(saker_add_suites name)
  set(include ${CMAKE_CURRENT_BINARY_DIR}/${name}_include.cmake)
  set(suites ${CMAKE_CURRENT_BINARY_DIR}/${name}_suites.cmake)
  file(GENERATE OUTPUT ${include} CONTENT
"if(NOT EXISTS [=[$<TARGET_FILE:${name}>]=])
  add_test(${name}_NOT_BUILT ${name}_NOT_BUILT)
else()
  if(NOT EXISTS [=[${suites}]=] OR [=[$<TARGET_FILE:${name}>]=] IS_NEWER_THAN [=[${suites}]=])
    include([=[${PROJECT_SOURCE_DIR}/cmake/DiscoverSuites.cmake]=])
    saker_discover_suites([=[$<TARGET_FILE:${name}>]=] [=[${suites}]=])
  endif()
  include([=[${suites}]=])
endif()
")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${include})
endfunction()

# What most files above the line include: not torch/torch.h, whose optimizers, data loaders and modules would be instantiated
# in every file anew (measured: 3.5 against 1.7 seconds of CPU time a file).
set(SAKER_TORCH_HEADERS
  <torch/autograd.h> <torch/types.h> <torch/utils.h> <torch/nn/init.h> <torch/nn/module.h> <torch/nn/pimpl.h>
  <torch/nn/modules/batchnorm.h> <torch/nn/modules/conv.h> <torch/nn/modules/container/moduledict.h>
  <torch/nn/modules/container/modulelist.h> <torch/nn/modules/embedding.h> <torch/nn/modules/linear.h>
  <torch/nn/modules/normalization.h>)
set(SAKER_TEST_HEADERS <gtest/gtest.h> <nlohmann/json.hpp>)

function(saker_use_torch_header name)
  saker_use_header(${name} saker_torch_header saker_torch HEADERS ${SAKER_TORCH_HEADERS})
endfunction()

# saker_use_header(NAME header_target library HEADERS headers... [OPTIONS options...])
#
# A precompiled header is built once, in header_target, with the same flags as its users.
function(saker_use_header name header library)
  cmake_parse_arguments(ARG "" "" "HEADERS;OPTIONS" ${ARGN})
  if(NOT SAKER_PRECOMPILED_HEADER)
    return()
  endif()
  if(NOT TARGET ${header})
    file(WRITE ${PROJECT_BINARY_DIR}/${header}.cpp "")
    add_library(${header} STATIC ${PROJECT_BINARY_DIR}/${header}.cpp)
    target_link_libraries(${header} PRIVATE saker_flags ${library})
    target_compile_options(${header} PRIVATE ${ARG_OPTIONS} -fPIC)
    target_precompile_headers(${header} PRIVATE ${ARG_HEADERS})
  endif()
  target_precompile_headers(${name} REUSE_FROM ${header})
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

# Files above the line are compiled several at a time: most of a file's time goes into instantiating LibTorch's templates, and
# that is then done once for all.
function(saker_compile_together name)
  if(SAKER_UNITY_BUILD)
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
  endif()
endfunction()

function(saker_add_folder folder)
  if(EXISTS ${PROJECT_SOURCE_DIR}/${folder}/CMakeLists.txt)
    add_subdirectory(${PROJECT_SOURCE_DIR}/${folder} ${PROJECT_BINARY_DIR}/${folder})
  endif()
endfunction()

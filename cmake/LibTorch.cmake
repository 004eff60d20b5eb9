# Defines saker_torch: LibTorch's CPU libraries alone (libtorch_cpu, libc10), which also carry the dispatcher that a CUDA
# library loaded at run time plugs into. Torch's own CMake package is not used: it insists on CUDA's libraries when the
# build at hand has them.
#
# Looked for in this order: Torch_ROOT, CMAKE_PREFIX_PATH, .deps/python (put there by scripts/setup).
find_path(SAKER_TORCH_INCLUDE torch/csrc/api/include/torch/torch.h
  HINTS ${Torch_ROOT} ${Torch_ROOT}/torch $ENV{Torch_ROOT}
  PATHS ${CMAKE_PREFIX_PATH} ${CMAKE_CURRENT_SOURCE_DIR}/.deps/python/torch
  PATH_SUFFIXES include
  NO_DEFAULT_PATH)
if(NOT SAKER_TORCH_INCLUDE)
  message(FATAL_ERROR "LibTorch was not found. Run scripts/setup, or point to an unpacked LibTorch (or to the torch folder "
                      "of a Python installation) with -DTorch_ROOT=DIR.")
endif()
get_filename_component(SAKER_TORCH_DIR ${SAKER_TORCH_INCLUDE} DIRECTORY)
find_library(SAKER_TORCH_CPU_LIBRARY torch_cpu PATHS ${SAKER_TORCH_DIR}/lib NO_DEFAULT_PATH REQUIRED)
find_library(SAKER_C10_LIBRARY c10 PATHS ${SAKER_TORCH_DIR}/lib NO_DEFAULT_PATH REQUIRED)

file(STRINGS ${SAKER_TORCH_INCLUDE}/torch/headeronly/version.h version_lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
string(REGEX REPLACE "[^0-9;]" "" version_numbers "${version_lines}")
list(JOIN version_numbers "." SAKER_TORCH_VERSION)

add_library(saker_torch INTERFACE)
target_include_directories(saker_torch SYSTEM INTERFACE ${SAKER_TORCH_INCLUDE} ${SAKER_TORCH_INCLUDE}/torch/csrc/api/include)
target_link_libraries(saker_torch INTERFACE ${SAKER_TORCH_CPU_LIBRARY} ${SAKER_C10_LIBRARY})
target_link_directories(saker_torch INTERFACE ${SAKER_TORCH_DIR}/lib)
# The Python wheel keeps CUDA's runtime, which its CPU library loads, in folders beside it.
file(GLOB SAKER_TORCH_RUNTIME_DIRS ${SAKER_TORCH_DIR}/../nvidia/*/lib)
foreach(dir ${SAKER_TORCH_RUNTIME_DIRS})
  target_link_options(saker_torch INTERFACE -Wl,-rpath-link,${dir})
endforeach()
# The wheel also brings the headers of an fmt of its own, first on the include path, without their compiled part. Versions
# have namespaces of their own, so that both can be in one program.
if(EXISTS ${SAKER_TORCH_INCLUDE}/fmt/format-inl.h)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/torch_fmt.cpp CONTENT [[
#include <fmt/format-inl.h>
FMT_BEGIN_NAMESPACE
namespace detail {
template FMT_API auto thousands_sep_impl<char>(locale_ref) -> thousands_sep_result<char>;
template FMT_API auto decimal_point_impl(locale_ref) -> char;
}
FMT_END_NAMESPACE
]])
  add_library(saker_torch_fmt STATIC ${PROJECT_BINARY_DIR}/torch_fmt.cpp)
  target_include_directories(saker_torch_fmt SYSTEM PRIVATE ${SAKER_TORCH_INCLUDE})
  target_link_libraries(saker_torch INTERFACE saker_torch_fmt)
endif()

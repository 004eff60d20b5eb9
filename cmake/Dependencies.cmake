# Every third-party library in one place. Versions are those of Debian 12 (first number) and Ubuntu 24.04 unless said
# otherwise; licences in brackets.
#
#   LibTorch 2.11.0 (BSD-3-Clause)            tensors, autograd; see cmake/LibTorch.cmake
#   libjpeg-turbo 2.1 (IJG, BSD-3-Clause)     JPEG
#   libpng 1.6 (PNG licence)                  PNG
#   libtiff 4.5 (libtiff licence)             TIFF
#   libwebp 1.2 (BSD-3-Clause)                WebP
#   GDCM 3.0 (BSD-3-Clause)                   DICOM
#   OpenCV 4.6 core, imgproc (Apache-2.0)     pixels: resize, warp, colour
#   Cairo 1.16 (LGPL-2.1, linked shared)      drawing
#   CLI11 2.1 (BSD-3-Clause)                  command line
#   yaml-cpp 0.7 (MIT)                        YAML
#   nlohmann-json 3.11 (MIT)                  JSON
#   pugixml 1.13 (MIT)                        XML of Pascal VOC
#   spdlog 1.10, fmt 9.1 (MIT)                logs, text
#   protobuf 3.21 (BSD-3-Clause)              records of TensorBoard and Weights & Biases
#   Gloo (BSD-3-Clause)                       headers alone: the library is in LibTorch; several processes
#   cpp-httplib 0.11, 0.14 (MIT)              the page of `saker watch`
#   libcurl 7.88 (curl licence)               downloads, MLflow
#   libcrypto of OpenSSL 3.0 (Apache-2.0)     SHA-256; libcurl loads it too
#   libdeflate 1.14 (MIT)                     CRC-32 of weights files and Weights & Biases records, at the speed of memory
#   GoogleTest 1.12 (BSD-3-Clause)            tests
#   Google Benchmark 1.7 (Apache-2.0)         benchmarks
include(LibTorch)

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(TIFF REQUIRED)
find_package(CLI11 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(pugixml REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(Protobuf REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
pkg_check_modules(WEBP REQUIRED IMPORTED_TARGET libwebp)
pkg_check_modules(WEBPDEMUX REQUIRED IMPORTED_TARGET libwebpdemux)
pkg_check_modules(LIBDEFLATE REQUIRED IMPORTED_TARGET libdeflate)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo)

# GDCM's own CMake package asks for tools that are not needed to read files, so its libraries are found directly.
find_path(GDCM_INCLUDE_DIR gdcmImageReader.h PATH_SUFFIXES gdcm-3.0 gdcm-3.2 REQUIRED)
foreach(part gdcmMSFF gdcmDICT gdcmDSED gdcmIOD gdcmCommon)
  find_library(GDCM_${part}_LIBRARY ${part} REQUIRED)
  list(APPEND GDCM_LIBRARIES ${GDCM_${part}_LIBRARY})
endforeach()
add_library(saker_gdcm INTERFACE)
target_include_directories(saker_gdcm SYSTEM INTERFACE ${GDCM_INCLUDE_DIR})
target_link_libraries(saker_gdcm INTERFACE ${GDCM_LIBRARIES})

# OpenCV's CMake package comes only with all of its modules; two are wanted, so they are found directly.
find_path(OPENCV_INCLUDE_DIR opencv2/imgproc.hpp PATH_SUFFIXES opencv4 REQUIRED)
find_library(OPENCV_CORE_LIBRARY opencv_core REQUIRED)
find_library(OPENCV_IMGPROC_LIBRARY opencv_imgproc REQUIRED)
add_library(saker_opencv INTERFACE)
target_include_directories(saker_opencv SYSTEM INTERFACE ${OPENCV_INCLUDE_DIR})
target_link_libraries(saker_opencv INTERFACE ${OPENCV_CORE_LIBRARY} ${OPENCV_IMGPROC_LIBRARY})

# LibTorch has Gloo inside, but not its headers.
find_path(GLOO_INCLUDE_DIR gloo/rendezvous/store.h REQUIRED)
add_library(saker_gloo INTERFACE)
target_include_directories(saker_gloo SYSTEM INTERFACE ${GLOO_INCLUDE_DIR})
target_compile_definitions(saker_gloo INTERFACE USE_C10D_GLOO)

# Its interface depends on which of its options are set; what is compiled in Debian has all of them.
add_library(saker_httplib INTERFACE)
target_link_libraries(saker_httplib INTERFACE PkgConfig::HTTPLIB Threads::Threads)

if(TARGET yaml-cpp::yaml-cpp)
  set(SAKER_YAML_TARGET yaml-cpp::yaml-cpp)
else()
  set(SAKER_YAML_TARGET yaml-cpp)
endif()
add_library(saker_yaml INTERFACE)
target_link_libraries(saker_yaml INTERFACE ${SAKER_YAML_TARGET})

if(SAKER_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()
if(SAKER_BUILD_BENCHMARKS)
  find_package(benchmark REQUIRED)
endif()

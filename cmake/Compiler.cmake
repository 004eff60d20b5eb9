# Clang where it is found and nobody named a compiler: it instantiates the templates of LibTorch's headers once, in the
# precompiled header, where GCC does so in every file (measured: 10 against 36 seconds of CPU time a file). GCC builds the same.
if(NOT CMAKE_CXX_COMPILER AND NOT DEFINED ENV{CXX})
  find_program(SAKER_CLANG clang++)
  if(SAKER_CLANG)
    set(CMAKE_CXX_COMPILER ${SAKER_CLANG})
  endif()
endif()
if(NOT CMAKE_C_COMPILER AND NOT DEFINED ENV{CC})
  find_program(SAKER_CLANG_C clang)
  if(SAKER_CLANG_C)
    set(CMAKE_C_COMPILER ${SAKER_CLANG_C})
  endif()
endif()

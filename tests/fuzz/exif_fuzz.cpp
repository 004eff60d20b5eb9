// Any bytes give an orientation from 1 to 8.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "image/exif_orientation.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const int orientation = saker::parse_exif_orientation(std::as_bytes(std::span(data, size)));
  if (orientation < 1 || orientation > 8) std::abort();
  return 0;
}

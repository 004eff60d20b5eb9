// Any bytes give an image or an Error.
#include <cstddef>
#include <cstdint>
#include <span>

#include "image/bmp_decoder.hpp"
#include "saker/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;  // the magic bytes have been seen before the decoder is called
  try {
    static_cast<void>(saker::decode_bmp(std::as_bytes(std::span(data, size))));
  } catch (const saker::Error&) {
  }
  return 0;
}

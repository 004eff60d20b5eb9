// Any bytes give an image or an Error that names the file, whatever format they claim to be.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "image/read_image.hpp"
#include "saker/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    if (saker::decode_image(std::as_bytes(std::span(data, size)), "name").channels() != 3)
      std::abort();
  } catch (const saker::Error& error) {
    if (!std::string_view(error.what()).starts_with("name: ")) std::abort();
  }
  return 0;
}

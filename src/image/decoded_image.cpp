#include "image/decoded_image.hpp"

#include <fmt/format.h>

#include "saker/error.hpp"

namespace saker {

void check_image_size(std::int64_t width, std::int64_t height) {
  if (width <= 0 || height <= 0) {
    throw Error(
        ErrorKind::kData,
        fmt::format("its header gives {} x {} pixels; both must be positive", width, height));
  }
  if (height > kMaxImagePixels / width) {
    throw Error(ErrorKind::kData,
                fmt::format("its header gives {} x {} pixels, more than the {} that are read; make "
                            "the image smaller",
                            width,
                            height,
                            kMaxImagePixels));
  }
}

}  // namespace saker

#include "image/draw/pixel_rectangle.hpp"

#include <algorithm>
#include <cmath>

namespace saker {
namespace {

std::int64_t truncated(float value) {
  return static_cast<std::int64_t>(std::clamp(static_cast<double>(value), -1e12, 1e12));
}

std::uint8_t blend(std::uint8_t below, std::uint8_t above, std::uint8_t alpha) {
  const unsigned sum = above * unsigned{alpha} + below * (255U - alpha);
  return static_cast<std::uint8_t>((sum + 127) / 255);
}

}  // namespace

std::optional<PixelRectangle> to_pixel_rectangle(const Box& box) {
  const bool finite = std::isfinite(box.x1) && std::isfinite(box.y1) && std::isfinite(box.x2) &&
                      std::isfinite(box.y2);
  if (!finite || box.x1 > box.x2 || box.y1 > box.y2) return std::nullopt;
  return PixelRectangle{truncated(box.x1), truncated(box.y1), truncated(box.x2), truncated(box.y2)};
}

void fill_rectangle(Image& image, const PixelRectangle& rectangle, Rgb color, std::uint8_t alpha) {
  const std::int64_t left = std::max<std::int64_t>(rectangle.x1, 0);
  const std::int64_t right = std::min(rectangle.x2, image.width() - 1);
  const std::int64_t bottom = std::min(rectangle.y2, image.height() - 1);
  std::uint8_t* pixels = image.mutable_u8().data();
  for (std::int64_t y = std::max<std::int64_t>(rectangle.y1, 0); y <= bottom; ++y) {
    std::uint8_t* pixel = pixels + (y * image.width() + left) * 3;
    for (std::int64_t x = left; x <= right; ++x, pixel += 3) {
      pixel[0] = blend(pixel[0], color.red, alpha);
      pixel[1] = blend(pixel[1], color.green, alpha);
      pixel[2] = blend(pixel[2], color.blue, alpha);
    }
  }
}

void outline_rectangle(Image& image,
                       const PixelRectangle& rectangle,
                       std::int64_t width,
                       Rgb color) {
  if (width <= 0) return;
  const auto [x1, y1, x2, y2] = rectangle;
  const std::int64_t top = std::min(y1 + width - 1, y2);
  const std::int64_t bottom = std::max(y2 - width + 1, y1);
  fill_rectangle(image, {x1, y1, x2, top}, color);
  fill_rectangle(image, {x1, bottom, x2, y2}, color);
  fill_rectangle(image, {x1, y1, std::min(x1 + width - 1, x2), y2}, color);
  fill_rectangle(image, {std::max(x2 - width + 1, x1), y1, x2, y2}, color);
}

}  // namespace saker
